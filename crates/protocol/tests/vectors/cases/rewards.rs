//! One whole epoch: 14 labelers, one block of 96 slots.

use alloy_primitives::{Address, B256, U256, keccak256};
use protocol::{
    CampaignTerms, Choice, Epoch, EpochTerms, LabelWord, Seat,
    labels::{gold_tree, labels_tree},
    rewards::{
        EpochPayouts, PayoutLeaf, Statement, dmi::majority_of_others, epoch_payouts, masks, secret_hash, seed,
    },
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const EPOCH: Epoch = Epoch(5);
const BLOCK: u32 = 2;
const SLOTS: usize = 96;
const MEMBERS: usize = 14;

struct Case {
    terms: EpochTerms,
    secret: B256,
    block_hash: B256,
    seats: Vec<Seat>,
    words: Vec<LabelWord>,
    gold: BTreeMap<B256, Choice>,
    previous: BTreeMap<Address, U256>,
}

fn terms(secret: B256) -> EpochTerms {
    EpochTerms {
        campaign: CampaignTerms {
            budget: U256::from(100_000u64) * U256::from(10).pow(U256::from(18)),
            base_pay: 2_000_000_000_000_000_000,
            alpha_pay: 8_000_000_000_000_000_001,
            block_slots: SLOTS as u16,
            overlap_slots: 64,
            gold_slots: 8,
            min_overlap: 48,
            min_roster: 12,
            gold_pass_bps: 7000,
        },
        gold_root: B256::ZERO,
        secret_hash: secret_hash(secret),
        campaign_hash: keccak256("campaign"),
    }
}

/// A draw below 100 that depends on its name alone.
fn percent(name: &str, member: usize, slot: usize) -> u8 {
    keccak256(format!("{name} {member} {slot}"))[31] % 100
}

/// What a slot is to a member.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Gold,
    FirstHalf,
    Other,
}

/// Members 0 to 8 are right in 84 % of their answers; the others show one special behaviour each.
fn answer(member: usize, slot: usize, truth: Choice, kind: Kind) -> Choice {
    let opposite = if truth == Choice::A { Choice::B } else { Choice::A };
    let honest = if percent("noise", member, slot) < 84 { truth } else { opposite };
    match (member, kind) {
        (11, Kind::Gold) => opposite,                                // fails gold
        (12, _) if !slot.is_multiple_of(3) => Choice::Skip,          // too few answers for a score
        (_, Kind::Gold) => truth,                                    // everyone else passes it
        (9, _) => Choice::A,                                         // always A: score 0
        (10, Kind::FirstHalf) => opposite,                           // negative score
        (13, _) if percent("tie", member, slot) < 15 => Choice::Tie, // some ties
        (10 | 13, _) => truth,
        _ => honest,
    }
}

fn case() -> Case {
    let secret = keccak256("secret");
    let mut terms = terms(secret);
    let overlap = masks::overlap(&terms.campaign, secret, EPOCH, BLOCK);
    let block_hash = keccak256("block");
    let first_half = masks::first_half(&terms.campaign, seed(secret, block_hash), overlap, EPOCH, BLOCK);
    let (mut seats, mut words, mut gold) = (vec![], vec![], BTreeMap::new());
    for member in 0..MEMBERS {
        let labeler = Address::from_slice(&keccak256(format!("labeler {member}"))[12..]);
        let gold_mask = masks::gold(&terms.campaign, secret, EPOCH, BLOCK, member as u32);
        let mut word = LabelWord::new(BLOCK, labeler);
        let mut task_ids = vec![];
        for slot in 0..SLOTS {
            let owner = if overlap.bit(slot) { MEMBERS } else { member };
            let task_id = keccak256(format!("task {owner} {slot}"));
            let truth = if percent("truth", owner, slot) < 50 { Choice::A } else { Choice::B };
            let kind = match (gold_mask.bit(slot), first_half.bit(slot)) {
                (true, _) => Kind::Gold,
                (_, true) => Kind::FirstHalf,
                _ => Kind::Other,
            };
            if kind == Kind::Gold {
                gold.insert(task_id, truth);
            }
            word.set(slot as u8, answer(member, slot, truth, kind));
            task_ids.push(task_id);
        }
        seats.push(Seat { block: BLOCK, seat: member as u32, labeler, task_ids });
        words.push(word);
    }
    words.sort_by_key(|word| word.labeler);
    seats.sort_by_key(|seat| seat.labeler);
    terms.gold_root = gold_tree(&gold).root();
    let previous = BTreeMap::from([
        (words[3].labeler, U256::from(123_456_789)),
        (Address::repeat_byte(0x42), U256::from(10).pow(U256::from(20))),
    ]);
    Case { terms, secret, block_hash, seats, words, gold, previous }
}

fn pay(case: &Case, budget: U256) -> EpochPayouts {
    let mut terms = case.terms.clone();
    terms.campaign.budget = budget;
    let seed = seed(case.secret, case.block_hash);
    epoch_payouts(&terms, EPOCH, case.secret, seed, &case.seats, &case.words, &case.gold, &case.previous)
        .unwrap()
}

/// One column of a table.
fn column<T, V: serde::Serialize>(rows: &[T], value: impl Fn(&T) -> V) -> Vec<V> {
    rows.iter().map(value).collect()
}

pub fn rewards() -> Value {
    let case = case();
    let (terms, words, secret) = (&case.terms.campaign, &case.words, case.secret);
    let seed = seed(secret, case.block_hash);
    let overlap = masks::overlap(terms, secret, EPOCH, BLOCK);
    let first_half = masks::first_half(terms, seed, overlap, EPOCH, BLOCK);
    let majorities: Vec<_> = (0..MEMBERS).map(|member| majority_of_others(words, member, overlap)).collect();
    let payouts = pay(&case, terms.budget);
    let scaled_budget = payouts.statements.iter().map(|s| s.raw).sum::<U256>() / U256::from(3);
    let labels = labels_tree(EPOCH, words);
    json!({
        "terms": case.terms,
        "epoch": EPOCH,
        "block": BLOCK,
        "secret": secret,
        "blockHash": case.block_hash,
        "seed": seed,
        "overlapMask": B256::from(overlap),
        "firstHalfMask": B256::from(first_half),
        "secondHalfMask": B256::from(overlap & !first_half),
        "labelers": column(words, |w| w.labeler.to_checksum(None)),
        "seats": column(&case.seats, |s| s.seat),
        "taskIds": column(&case.seats, |s| s.task_ids.clone()),
        "goldMasks": column(&case.seats, |s| B256::from(masks::gold(terms, secret, EPOCH, BLOCK, s.seat))),
        "gold": {
            "taskIds": case.gold.keys().collect::<Vec<_>>(),
            "choices": case.gold.values().collect::<Vec<_>>(),
        },
        "answers": column(words, |w| B256::from(w.answers)),
        "valid": column(words, |w| B256::from(w.valid)),
        "labelLeaves": labels.leaves(),
        "labelsRoot": labels.root(),
        "majorityOnes": column(&majorities, |m| B256::from(m.ones)),
        "majorityDefined": column(&majorities, |m| B256::from(m.defined)),
        "statements": statements(&payouts.statements),
        "previous": {
            "accounts": case.previous.keys().map(|a| a.to_checksum(None)).collect::<Vec<_>>(),
            "cumulatives": case.previous.values().map(U256::to_string).collect::<Vec<_>>(),
        },
        "payouts": payout_table(&payouts),
        "scaled": {
            "budget": scaled_budget.to_string(),
            "pays": column(&pay(&case, scaled_budget).statements, |s| s.pay.to_string()),
            "payouts": payout_table(&pay(&case, scaled_budget)),
        },
    })
}

fn statements(rows: &[Statement]) -> Value {
    let flat = |m: [[u16; 2]; 2]| m.concat();
    json!({
        "nValid": column(rows, |s| s.n_valid),
        "t1": column(rows, |s| s.t1),
        "t2": column(rows, |s| s.t2),
        "m1": column(rows, |s| flat(s.m1.0)),
        "m2": column(rows, |s| flat(s.m2.0)),
        "scores": column(rows, |s| s.score.to_string()),
        "goldRight": column(rows, |s| s.gold_right),
        "goldAnswered": column(rows, |s| s.gold_answered),
        "bases": column(rows, |s| s.base.to_string()),
        "alphas": column(rows, |s| s.alpha.to_string()),
        "raws": column(rows, |s| s.raw.to_string()),
        "pays": column(rows, |s| s.pay.to_string()),
        "reasons": column(rows, |s| s.reason),
    })
}

fn payout_table(payouts: &EpochPayouts) -> Value {
    let leaves = &payouts.leaves;
    json!({
        "accounts": column(leaves, |l| l.account.to_checksum(None)),
        "cumulatives": column(leaves, |l| l.cumulative.to_string()),
        "runningTotals": column(leaves, |l| l.running_total.to_string()),
        "leaves": column(leaves, PayoutLeaf::hash),
        "proofs": column(leaves, |l| payouts.proof(l.account).unwrap().proof),
        "root": payouts.tree.root(),
        "totalCumulative": payouts.total_cumulative().to_string(),
    })
}
