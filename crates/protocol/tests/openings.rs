//! Whatever an epoch commits to can be opened, and an opening shows nothing else.

use alloy_primitives::{Address, B256, U256, keccak256};
use protocol::{
    Choice, Epoch, GoldWord, LabelWord,
    labels::{block_count, gold_blocks},
    rewards::{
        PayoutLeaf, RawPay,
        openings::{Gold, Labels, PayoutOpening, Payouts},
    },
};

const EPOCH: Epoch = Epoch(9);

fn account(i: u32) -> Address {
    Address::from_slice(&keccak256(i.to_be_bytes())[12..])
}

fn payouts(n: u32) -> Payouts {
    let mut accounts: Vec<_> = (0..n).map(account).collect();
    accounts.sort_unstable();
    let (mut running_total, mut running_raw) = (U256::ZERO, U256::ZERO);
    let leaves = (0..n).zip(accounts).map(|(i, account)| {
        let (cumulative, raw) = (U256::from(i * 7), U256::from(i % 3));
        let raw_pay = RawPay { position: i % 5, raw, running_raw };
        let leaf = PayoutLeaf { account, cumulative, running_total, raw_pay };
        running_total += cumulative;
        running_raw += raw;
        leaf
    });
    Payouts::new(leaves.collect())
}

/// About half of the seats of `n_blocks` blocks, drawn by `case`; block 1 is empty.
fn words(case: u32, n_blocks: u32) -> Vec<LabelWord> {
    let seats = (0..n_blocks).flat_map(|block| (0..32).map(move |seat| (block, seat)));
    let mut words = vec![];
    for (block, seat) in seats {
        let name = [case, block, seat].map(u32::to_be_bytes).concat();
        let noise = keccak256(&name);
        if block != 1 && noise[0] < 128 {
            let mut word = LabelWord::new(block, seat, Address::from_slice(&noise[12..]));
            word.set(noise[1], if noise[2] < 128 { Choice::A } else { Choice::B });
            words.push(word);
        }
    }
    words
}

#[test]
fn every_payout_leaf_opens_at_its_place_only() {
    for n in [1, 2, 3, 5, 8, 33] {
        let payouts = payouts(n);
        let root = payouts.tree().root();
        for index in 0..n {
            let opening = payouts.open(index).unwrap();
            assert!(opening.verify(root, n));
            assert_eq!(payouts.of(opening.leaf.account), Some(opening.clone()));
            for other in (0..2 * n).filter(|&other| other != index) {
                assert!(
                    !PayoutOpening { index: other, ..opening.clone() }.verify(root, n),
                    "{index} {other}"
                );
            }
            let mut changed = opening.clone();
            changed.leaf.raw_pay.raw += U256::from(1);
            assert!(!changed.verify(root, n));
        }
        assert_eq!(payouts.open(n), None);
    }
}

#[test]
fn a_missing_account_is_shown_by_its_neighbours() {
    for n in [0, 1, 2, 7, 16] {
        let payouts = payouts(n);
        let root = payouts.tree().root();
        for i in 1000..1100 {
            let absent = account(i);
            let around = payouts.around(absent);
            assert!(around.iter().all(|opening| opening.verify(root, n)));
            match &around[..] {
                [] => assert_eq!(n, 0),
                [one] if absent < one.leaf.account => assert_eq!(one.index, 0),
                [one] => assert!(one.leaf.account < absent && one.index + 1 == n),
                [below, above] => {
                    assert!(below.leaf.account < absent && absent < above.leaf.account);
                    assert_eq!(below.index + 1, above.index);
                }
                _ => panic!("{around:?}"),
            }
        }
        for i in 0..n {
            let around = payouts.around(account(i));
            assert_eq!(around.iter().map(|opening| opening.leaf.account).collect::<Vec<_>>(), [account(i)]);
        }
    }
}

#[test]
fn every_seat_and_block_opens_whether_it_is_taken_or_not() {
    for (case, n_blocks) in [(0, 1), (1, 3), (2, 4), (3, 5)] {
        let words = words(case, n_blocks);
        let mut shuffled = words.clone();
        shuffled.reverse();
        let labels = Labels::new(EPOCH, &shuffled);
        let (root, n_blocks) = (labels.tree().root(), block_count(&words));
        for position in 0..n_blocks * 32 {
            let opening = labels.open(position).unwrap();
            assert!(opening.verify(EPOCH, root, n_blocks));
            assert_eq!(opening.word, words.iter().find(|word| word.position() == position).copied());
            let mut emptied = opening.clone();
            emptied.word = None;
            assert_eq!(emptied.verify(EPOCH, root, n_blocks), opening.word.is_none());
            assert!(!opening.verify(EPOCH, root, n_blocks.next_power_of_two() + 1), "another depth");
            assert_eq!(opening.verify(Epoch(10), root, n_blocks), opening.word.is_none());
        }
        assert_eq!(labels.open(n_blocks * 32), None);
        for word in &words {
            assert_eq!(labels.of(word.labeler).unwrap().word, Some(*word));
        }
        for block in 0..n_blocks {
            let opening = labels.block(block).unwrap();
            assert!(opening.verify(EPOCH, root, n_blocks));
            let expected: Vec<_> = words.iter().filter(|word| word.block == block).copied().collect();
            assert_eq!(opening.words, expected);
            let mut shortened = opening.clone();
            if shortened.words.pop().is_some() {
                assert!(!shortened.verify(EPOCH, root, n_blocks), "a member was left out");
            }
        }
        assert_eq!(labels.block(n_blocks), None);
    }
}

#[test]
fn every_seats_gold_opens() {
    let gold: Vec<_> = words(5, 3)
        .iter()
        .map(|word| GoldWord {
            block: word.block,
            seat: word.seat,
            answers: word.answers,
            tasks_hash: keccak256(word.labeler),
        })
        .collect();
    let opener = Gold::new(&gold);
    let (root, n_blocks) = (opener.tree().root(), gold_blocks(&gold));
    for position in 0..n_blocks * 32 {
        let opening = opener.open(position).unwrap();
        assert!(opening.verify(root, n_blocks));
        assert_eq!(opening.word, gold.iter().find(|word| word.position() == position).copied());
        if let Some(word) = opening.word {
            let word = Some(GoldWord { tasks_hash: B256::repeat_byte(1), ..word });
            let mut changed = opening.clone();
            changed.word = word;
            assert!(!changed.verify(root, n_blocks));
        }
    }
    assert_eq!(opener.open(n_blocks * 32), None);
}
