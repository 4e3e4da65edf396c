//! Proposals of payouts that are almost right.

use super::{RandomEpoch, Rng};
use alloy_primitives::{Address, U256};
use protocol::{
    Epoch,
    rewards::{
        PayoutLeaf, RawPay,
        disproof::{EpochRecord, Proposal},
        openings::{Gold, Labels, Payouts},
    },
};
use std::collections::BTreeMap;

/// The approved tree in which accounts have these cumulative amounts.
pub fn approved(rng: &mut Rng, previous: &BTreeMap<Address, U256>) -> Payouts {
    let leaf = |(&account, &cumulative)| {
        // What an earlier epoch added says nothing about this one.
        let raw_pay = RawPay { position: rng.below(40) as u32, raw: rng.amount(70), running_raw: U256::ZERO };
        PayoutLeaf { account, cumulative, running_total: U256::ZERO, raw_pay }
    };
    let mut leaves: Vec<_> = previous.iter().map(leaf).collect();
    add_up(&mut leaves);
    Payouts::new(leaves)
}

pub fn record(epoch: Epoch, random: &RandomEpoch, approved: Payouts) -> EpochRecord {
    EpochRecord {
        terms: random.terms.clone(),
        secret: random.secret,
        seed: random.seed,
        labels: Labels::new(epoch, &random.words),
        gold: Gold::new(&random.gold),
        approved,
    }
}

/// Changes one thing; now and then one that changes nothing.
pub fn wrong(rng: &mut Rng, honest: &Proposal, record: &EpochRecord) -> Proposal {
    let mut leaves = honest.payouts.leaves().to_vec();
    let at = rng.below(leaves.len() as u64) as usize;
    let next = (at + 1) % leaves.len();
    let amount = U256::from(1) + U256::from(rng.below(1 << 40));
    let stranger = PayoutLeaf { account: rng.address(), cumulative: U256::ZERO, ..leaves[at] };
    let no_pay = RawPay { position: 0, raw: U256::ZERO, running_raw: U256::ZERO };
    let huge: U256 = amount << 100;
    let mut sums_fit = true;
    match rng.below(20) {
        0 => leaves[at].cumulative += amount,
        1 => leaves[at].cumulative = leaves[at].cumulative.saturating_sub(amount),
        2 => leaves[at].raw_pay.raw += amount,
        3 => leaves[at].raw_pay.raw = U256::ZERO,
        4 => {
            leaves[at].cumulative += amount;
            leaves[at].raw_pay.raw += amount;
        }
        5 => {
            leaves[at].running_total += amount;
            sums_fit = false;
        }
        6 => {
            leaves[at].raw_pay.running_raw += amount;
            sums_fit = false;
        }
        7 if leaves.len() > 1 => drop(leaves.remove(at)),
        8 => leaves.insert(at, leaves[at]),
        9 => leaves.swap(at, next),
        10 => {
            let leaf = PayoutLeaf { raw_pay: no_pay, ..stranger };
            leaves.push(PayoutLeaf {
                cumulative: if rng.in_percent(50) { amount } else { U256::ZERO },
                ..leaf
            });
            leaves.sort_by_key(|leaf| leaf.account);
        }
        11 => {
            leaves[at].account = stranger.account;
            leaves.sort_by_key(|leaf| leaf.account);
        }
        12 => leaves[at].raw_pay.position = rng.pick(&[0, leaves[next].raw_pay.position]),
        13 => leaves[at].raw_pay.position = rng.pick(&[1, 33, 32 * 8 + 1, u32::MAX]),
        14 => {
            let taken = leaves[next];
            leaves[at].raw_pay = taken.raw_pay;
            leaves[at].cumulative = taken.cumulative;
        }
        15 => leaves.iter_mut().for_each(|leaf| {
            // Forgets to scale, or what was there before.
            let carried =
                record.approved.of(leaf.account).map_or(U256::ZERO, |opening| opening.leaf.cumulative);
            leaf.cumulative = carried + leaf.raw_pay.raw;
        }),
        16 => leaves.iter_mut().for_each(|leaf| {
            let carried =
                record.approved.of(leaf.account).map_or(U256::ZERO, |opening| opening.leaf.cumulative);
            leaf.cumulative -= carried;
        }),
        // Sums that wrap around hide what one leaf holds.
        17 if at != next => {
            leaves[at].cumulative = leaves[at].cumulative.wrapping_sub(huge);
            leaves[next].cumulative = leaves[next].cumulative.wrapping_add(huge);
        }
        18 if at != next => {
            for (leaf, amount) in [(at, U256::ZERO.wrapping_sub(huge)), (next, huge)] {
                leaves[leaf].raw_pay.raw = leaves[leaf].raw_pay.raw.wrapping_add(amount);
                leaves[leaf].cumulative = leaves[leaf].cumulative.wrapping_add(amount);
            }
        }
        _ => {
            let (total_cumulative, total_raw) = (honest.total_cumulative, honest.total_raw);
            return match rng.below(2) {
                0 => Proposal { total_cumulative: total_cumulative + amount, ..honest.clone() },
                _ => Proposal { total_raw: total_raw + amount, ..honest.clone() },
            };
        }
    }
    if sums_fit {
        add_up(&mut leaves);
    }
    let last = leaves[leaves.len() - 1];
    Proposal {
        total_cumulative: last.running_total.wrapping_add(last.cumulative),
        total_raw: last.raw_pay.running_raw.wrapping_add(last.raw_pay.raw),
        payouts: Payouts::new(leaves),
    }
}

fn add_up(leaves: &mut [PayoutLeaf]) {
    let (mut running_total, mut running_raw) = (U256::ZERO, U256::ZERO);
    for leaf in leaves {
        (leaf.running_total, leaf.raw_pay.running_raw) = (running_total, running_raw);
        running_total = running_total.wrapping_add(leaf.cumulative);
        running_raw = running_raw.wrapping_add(leaf.raw_pay.raw);
    }
}
