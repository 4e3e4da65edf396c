//! Payouts that were not published are disproved by few of their leaves.

mod random;

use alloy_primitives::{Address, B256, U256, keccak256};
use protocol::{
    Epoch,
    merkle::depth,
    rewards::{
        PayoutLeaf,
        disproof::{Disproof, EpochRecord, Proposal},
        epoch_payouts,
        openings::{PayoutOpening, Payouts},
        search::{Claim, Difference, Shown, Verdict, search},
    },
};
use random::{
    RandomEpoch, Rng, blocks, earlier,
    proposals::{approved, record, wrong},
};

fn claim(proposal: &Proposal) -> Claim {
    Claim {
        payouts_root: proposal.payouts.tree().root(),
        account_count: proposal.payouts.leaves().len() as u32,
        total_cumulative: proposal.total_cumulative,
        total_raw: proposal.total_raw,
    }
}

/// A record and the honest proposal for it.
fn honest(rng: &mut Rng) -> (EpochRecord, Proposal) {
    let blocks = blocks(rng);
    let random = RandomEpoch::new(rng, &blocks);
    let n_others = rng.below(7);
    let previous = earlier(rng, &random.words, n_others);
    let RandomEpoch { terms, secret, seed, words, gold } = &random;
    let payouts = epoch_payouts(terms, *secret, *seed, words, gold, &previous).unwrap();
    (record(Epoch(1), &random, approved(rng, &previous)), Proposal::from(&payouts))
}

/// Demands leaves from somebody who answers all that it can, until there is a verdict. Returns the number of demands.
fn ask_until_done(record: &EpochRecord, claim: &Claim, liar: &Payouts) -> (Verdict, usize) {
    let mut answers: Vec<PayoutOpening> = vec![];
    loop {
        match search(record, claim, &answers).unwrap() {
            Verdict::Ask(index) => {
                assert!(index < claim.account_count);
                assert!(answers.iter().all(|answer| answer.index != index), "leaf {index} was shown already");
                match liar
                    .open(index)
                    .filter(|opening| opening.verify(claim.payouts_root, claim.account_count))
                {
                    Some(answer) => answers.push(answer),
                    None => return (Verdict::Ask(index), answers.len()),
                }
            }
            verdict => return (verdict, answers.len()),
        }
    }
}

/// The openings of the proposed tree in a disproof.
fn proposed(disproof: Disproof) -> Vec<PayoutOpening> {
    match disproof {
        Disproof::Order { a, b } | Disproof::RunningTotal { a, b } => vec![a, b],
        Disproof::Total { leaf }
        | Disproof::LabelPosition { leaf, .. }
        | Disproof::CarryOver { leaf, .. }
        | Disproof::Score { leaf, .. } => vec![leaf],
        Disproof::MissingEarner { around, .. } | Disproof::MissingLabeler { around, .. } => around,
    }
}

#[test]
fn every_lie_is_exposed_by_as_many_answers_as_the_tree_is_deep_and_two() {
    let mut rng = Rng::new(41);
    let (mut n_wrong, mut n_most) = (0, 0);
    for _ in 0..60 {
        let (record, honest) = honest(&mut rng);
        for _ in 0..12 {
            let lie = wrong(&mut rng, &honest, &record);
            let claim = claim(&lie);
            let (verdict, n_asked) = ask_until_done(&record, &claim, &lie.payouts);
            if lie == honest {
                assert_eq!((verdict, n_asked), (Verdict::Right, 0));
                continue;
            }
            let Verdict::Wrong(disproof) = verdict else { panic!("{verdict:?}") };
            for opening in proposed(*disproof) {
                assert!(opening.verify(claim.payouts_root, claim.account_count));
            }
            assert!(n_asked <= depth(claim.account_count.into()) + 2, "{n_asked} of {}", claim.account_count);
            (n_wrong, n_most) = (n_wrong + 1, n_most.max(n_asked));
        }
    }
    assert!(n_wrong > 500 && n_most > 3, "{n_wrong} lies, {n_most} demands at most");
}

#[test]
fn what_is_known_already_is_not_asked_for() {
    let mut rng = Rng::new(42);
    let (record, honest) = honest(&mut rng);
    let mut leaves = honest.payouts.leaves().to_vec();
    leaves[0].cumulative += U256::from(1);
    let lie = Proposal { payouts: Payouts::new(leaves), ..honest };
    let shown = lie.payouts.open(0).unwrap();
    let verdict = search(&record, &claim(&lie), std::slice::from_ref(&shown)).unwrap();
    assert!(matches!(verdict, Verdict::Wrong(_)), "{verdict:?}");
    // Leaves of another tree are no evidence.
    let other =
        PayoutOpening { leaf: PayoutLeaf { account: Address::repeat_byte(1), ..shown.leaf }, ..shown };
    assert_eq!(search(&record, &claim(&lie), &[other]).unwrap(), Verdict::Ask(0));
}

#[test]
fn a_wrong_number_of_accounts_is_disproved_or_cannot_be_answered() {
    let mut rng = Rng::new(43);
    for _ in 0..40 {
        let (record, honest) = honest(&mut rng);
        let right = claim(&honest);
        let more = Claim { account_count: right.account_count + 1, ..right };
        let (verdict, _) = ask_until_done(&record, &more, &honest.payouts);
        assert!(matches!(verdict, Verdict::Ask(_)), "{verdict:?}");
        if right.account_count > 1 {
            let fewer = Claim { account_count: right.account_count - 1, ..right };
            let (verdict, _) = ask_until_done(&record, &fewer, &honest.payouts);
            match verdict {
                Verdict::Wrong(disproof) => {
                    let openings = proposed(*disproof);
                    assert!(openings.iter().all(|o| o.verify(fewer.payouts_root, fewer.account_count)));
                }
                // The tree of fewer leaves is less deep: no path fits it.
                verdict => assert!(matches!(verdict, Verdict::Ask(_)), "{verdict:?}"),
            }
        }
    }
}

#[test]
fn something_behind_the_last_leaf_is_told_from_a_wrong_pay() {
    let mut rng = Rng::new(44);
    let (record, honest) = loop {
        let (record, honest) = honest(&mut rng);
        if !honest.payouts.leaves().len().is_power_of_two() {
            break (record, honest);
        }
    };
    let leaves = honest.payouts.leaves();
    let hashes = leaves.iter().map(PayoutLeaf::hash).chain([B256::repeat_byte(7)]);
    let tree = protocol::merkle::Tree::new(hashes);
    let claim = Claim { payouts_root: tree.root(), ..claim(&honest) };
    let open = |index: u32| PayoutOpening {
        index,
        leaf: leaves[index as usize],
        proof: tree.proof(index.into()).unwrap(),
    };
    let mut answers = vec![];
    let verdict = loop {
        match search(&record, &claim, &answers).unwrap() {
            Verdict::Ask(index) => answers.push(open(index)),
            verdict => break verdict,
        }
    };
    assert_eq!(verdict, Verdict::Padding);
    assert!(answers.len() <= tree.depth() + 2);
}

#[test]
fn the_first_difference_of_two_trees_is_found() {
    use protocol::merkle::Tree;
    let leaf = |i: usize| keccak256([i as u8; 96]);
    for n in [1, 2, 7, 16, 33] {
        let right = Tree::new((0..n).map(leaf));
        for first in 0..n {
            let theirs = Tree::new((0..n).map(|i| if i < first { leaf(i) } else { leaf(i + 100) }));
            let mut shown = Shown::new(theirs.root(), n as u64);
            let mut n_asked = 0;
            let found = loop {
                match shown.first_difference(&right) {
                    Difference::From(index) => {
                        assert!(shown.add(theirs.leaf(index), index, &theirs.proof(index).unwrap()));
                        n_asked += 1;
                    }
                    found => break found,
                }
            };
            assert_eq!(found, Difference::Leaf(first as u64));
            assert!(n_asked <= depth(n as u64) + 1);
            assert!(!shown.add(leaf(first), first as u64, &right.proof(first as u64).unwrap()));
        }
        assert_eq!(Shown::new(right.root(), n as u64).first_difference(&right), Difference::None);
    }
}
