//! Properties of the reward rule and of its trees over random epochs.

mod random;

use alloy_primitives::{B256, U256, U512};
use protocol::{
    Epoch, GoldWord,
    labels::{block_count, gold_blocks},
    rewards::{
        EpochPayouts, Reason,
        disproof::{Disproof, Proposal, disprove},
        epoch_payouts,
        openings::{Gold, Labels, Payouts},
    },
};
use random::{
    RandomEpoch, Rng, blocks, earlier,
    proposals::{approved, record, wrong},
};
use std::collections::{BTreeMap, HashMap};

const EPOCH: Epoch = Epoch(7);

type Previous = BTreeMap<alloy_primitives::Address, U256>;

/// `n` random epochs of up to four blocks with their payouts.
fn cases(n: u64) -> impl Iterator<Item = (RandomEpoch, Previous, EpochPayouts)> {
    (0..n).map(|case| {
        let mut rng = Rng::new(case);
        let blocks = blocks(&mut rng);
        let epoch = RandomEpoch::new(&mut rng, &blocks);
        let n_others = rng.below(9);
        let previous = earlier(&mut rng, &epoch.words, n_others);
        let payouts = pay(&epoch, &previous);
        (epoch, previous, payouts)
    })
}

fn pay(epoch: &RandomEpoch, previous: &Previous) -> EpochPayouts {
    let RandomEpoch { terms, secret, seed, words, gold } = epoch;
    epoch_payouts(terms, *secret, *seed, words, gold, previous).unwrap()
}

#[test]
fn random_epochs_have_every_reason_all_kinds_of_gold_and_both_sides_of_the_budget() {
    let (mut reasons, mut golds, mut scaled) = (HashMap::<Reason, u32>::new(), HashMap::<_, u32>::new(), 0);
    for (epoch, _, payouts) in cases(200) {
        for s in &payouts.statements {
            *reasons.entry(s.reason).or_default() += 1;
            *golds.entry(random::gold_kind(s)).or_default() += 1;
        }
        scaled += u32::from(payouts.total_raw() > epoch.terms.campaign.budget);
    }
    assert!(reasons.len() == 4 && reasons.values().all(|&n| n > 200), "{reasons:?}");
    assert!(golds.len() == 6 && golds.values().all(|&n| n > 50), "{golds:?}");
    assert!((20..180).contains(&scaled), "{scaled}");
}

#[test]
fn order_of_words_and_gold_does_not_matter() {
    for (mut epoch, previous, payouts) in cases(100) {
        epoch.words.reverse();
        let half = epoch.gold.len() / 2;
        epoch.gold.rotate_left(half);
        assert_eq!(pay(&epoch, &previous), payouts);
    }
}

#[test]
fn sum_of_pays_is_within_the_budget_and_shares_are_exact() {
    for (epoch, _, payouts) in cases(200) {
        let (budget, total) = (epoch.terms.campaign.budget, payouts.total_raw());
        let paid: U256 = payouts.statements.iter().map(|s| s.pay).sum();
        assert!(paid <= budget);
        for s in &payouts.statements {
            if total <= budget {
                assert_eq!(s.pay, s.raw);
            } else {
                // pay = floor(raw · budget / total), said without dividing.
                let [pay, raw, budget, total] = [s.pay, s.raw, budget, total].map(U512::from);
                assert!(pay * total <= raw * budget && raw * budget < (pay + U512::from(1)) * total);
            }
        }
    }
}

#[test]
fn leaves_are_everybody_who_labeled_or_earned_with_their_sums() {
    for (epoch, previous, payouts) in cases(200) {
        let earned = previous.iter().filter(|(_, amount)| !amount.is_zero()).map(|(account, _)| *account);
        let mut expected: Vec<_> = epoch.words.iter().map(|word| word.labeler).chain(earned).collect();
        expected.sort_unstable();
        expected.dedup();
        assert_eq!(payouts.leaves.iter().map(|leaf| leaf.account).collect::<Vec<_>>(), expected);

        let statements: BTreeMap<_, _> = payouts.statements.iter().map(|s| (s.labeler, s)).collect();
        let (mut running_total, mut running_raw) = (U256::ZERO, U256::ZERO);
        for leaf in &payouts.leaves {
            let statement = statements.get(&leaf.account);
            let before = previous.get(&leaf.account).copied().unwrap_or_default();
            assert_eq!(leaf.cumulative, before + statement.map_or(U256::ZERO, |s| s.pay));
            assert_eq!((leaf.running_total, leaf.raw_pay.running_raw), (running_total, running_raw));
            assert_eq!(leaf.raw_pay.position, statement.map_or(0, |s| s.block * 32 + s.seat + 1));
            assert_eq!(leaf.raw_pay.raw, statement.map_or(U256::ZERO, |s| s.raw));
            running_total += leaf.cumulative;
            running_raw += leaf.raw_pay.raw;
        }
        assert_eq!((payouts.total_cumulative(), payouts.total_raw()), (running_total, running_raw));
    }
}

#[test]
fn a_seat_is_paid_by_its_own_block_alone() {
    for (mut epoch, previous, payouts) in cases(60) {
        let block = epoch.words[0].block;
        epoch.words.retain(|word| word.block == block);
        let alone = pay(&epoch, &previous);
        let of_block = payouts.statements.iter().filter(|s| s.block == block).map(|s| s.raw);
        assert_eq!(alone.statements.iter().map(|s| s.raw).collect::<Vec<_>>(), of_block.collect::<Vec<_>>());
    }
}

#[test]
fn every_opening_verifies_against_the_committed_roots() {
    for (epoch, _, payouts) in cases(40) {
        let labels = Labels::new(EPOCH, &epoch.words);
        let (root, n_blocks) = (labels.tree().root(), block_count(&epoch.words));
        for word in &epoch.words {
            assert!(labels.open(word.position()).unwrap().verify(EPOCH, root, n_blocks));
            assert!(labels.block(word.block).unwrap().verify(EPOCH, root, n_blocks));
        }
        let gold = Gold::new(&epoch.gold);
        let (root, n_blocks) = (gold.tree().root(), gold_blocks(&epoch.gold));
        for GoldWord { block, seat, .. } in epoch.gold {
            assert!(gold.open(block * 32 + seat).unwrap().verify(root, n_blocks));
        }
        let n_accounts = payouts.leaves.len() as u32;
        let opener = Payouts::new(payouts.leaves.clone());
        assert_eq!(opener.tree(), &payouts.tree);
        for leaf in &payouts.leaves {
            let proof = payouts.proof(leaf.account).unwrap();
            assert!(proof.verify(payouts.tree.root(), n_accounts));
            assert_eq!(opener.around(leaf.account), [proof]);
        }
    }
}

#[test]
fn an_account_that_is_not_in_the_tree_can_be_shown_to_be_missing() {
    for (case, (_, _, payouts)) in (0..).zip(cases(40)) {
        let (root, count) = (payouts.tree.root(), payouts.leaves.len() as u32);
        let opener = Payouts::new(payouts.leaves.clone());
        let mut rng = Rng::new(1_000_000 + case);
        for _ in 0..20 {
            let absent = rng.address();
            assert_eq!(payouts.proof(absent), None);
            let around = opener.around(absent);
            assert!(around.iter().all(|opening| opening.verify(root, count)));
            let (below, above) = (around.first().unwrap(), around.last().unwrap());
            let starts = above.index == 0 && absent < above.leaf.account;
            let ends = below.index + 1 == count && below.leaf.account < absent;
            let between =
                below.index + 1 == above.index && below.leaf.account < absent && absent < above.leaf.account;
            assert!(starts || ends || between, "{absent} in {around:?}");
        }
    }
}

#[test]
fn another_secret_or_seed_pays_otherwise() {
    let differs = |mutate: fn(&mut RandomEpoch)| {
        let mut n_different = 0;
        for (mut epoch, previous, payouts) in cases(60).filter(|(epoch, ..)| !epoch.seed.is_zero()) {
            mutate(&mut epoch);
            n_different += u32::from(pay(&epoch, &previous).tree.root() != payouts.tree.root());
        }
        n_different
    };
    assert!(differs(|epoch| epoch.seed = B256::repeat_byte(1)) > 10);
    assert!(differs(|epoch| epoch.secret = B256::repeat_byte(1)) > 10);
    assert!(differs(|_| ()) == 0);
}

#[test]
fn nothing_is_wrong_with_what_the_rule_gives() {
    for (case, (epoch, previous, payouts)) in (0..).zip(cases(150)) {
        let record = record(EPOCH, &epoch, approved(&mut Rng::new(case), &previous));
        assert_eq!(disprove(&record, &Proposal::from(&payouts)), Ok(None));
    }
}

#[test]
fn every_other_proposal_is_disproved() {
    let mut found = BTreeMap::<&str, u32>::new();
    for (case, (epoch, previous, payouts)) in (0..).zip(cases(150)) {
        let mut rng = Rng::new(case);
        let record = record(EPOCH, &epoch, approved(&mut rng, &previous));
        let honest = Proposal::from(&payouts);
        for _ in 0..20 {
            let proposal = wrong(&mut rng, &honest, &record);
            let disproof = disprove(&record, &proposal).unwrap();
            assert_eq!(disproof.is_none(), proposal == honest, "{proposal:?}");
            let name = match disproof {
                None => continue,
                Some(Disproof::Order { .. }) => "order",
                Some(Disproof::RunningTotal { .. }) => "running total",
                Some(Disproof::Total { .. }) => "total",
                Some(Disproof::LabelPosition { .. }) => "label position",
                Some(Disproof::CarryOver { .. }) => "carry-over",
                Some(Disproof::Score { .. }) => "score",
                Some(Disproof::MissingEarner { .. }) => "missing earner",
                Some(Disproof::MissingLabeler { .. }) => "missing labeler",
            };
            *found.entry(name).or_default() += 1;
        }
    }
    assert!(found.len() == 8 && found.values().all(|&n| n > 30), "{found:?}");
}

#[test]
fn malformed_labels_have_no_payouts_to_disprove() {
    let (mut epoch, _, payouts) = cases(1).next().unwrap();
    epoch.words[0].valid = U256::MAX << usize::from(epoch.terms.campaign.block_slots - 1);
    epoch.words[0].answers = !epoch.words[0].valid;
    let record = record(EPOCH, &epoch, Payouts::new(vec![]));
    assert!(disprove(&record, &Proposal::from(&payouts)).is_err());
}
