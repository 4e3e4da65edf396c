//! What a bundle of signed labels must hold to be believed.

#[path = "../src/test_keys.rs"]
mod test_keys;

use alloy_primitives::{Address, B256, U256, keccak256};
use protocol::{
    CampaignTerms, Choice, EpochTerms, Seat,
    labels::{
        Bundle, BundleError, BundlePreference, GoldAnswer, GoldSeat, InvalidBundle, Session, gold_blocks,
        gold_tree,
    },
    rewards::{masks::BlockSlots, secret_hash},
};
use test_keys::{address, sign};

const EPOCH: u64 = 4;
const SLOTS: usize = 16;
const SECRET: B256 = B256::repeat_byte(0x5e);

/// Key `10 + i` is labeler i's wallet, key `20 + i` its session key.
fn example() -> (EpochTerms, Bundle) {
    let campaign = CampaignTerms {
        budget: U256::from(1000),
        base_pay: 1,
        alpha_pay: 1,
        block_slots: SLOTS as u16,
        overlap_slots: 8,
        gold_slots: 2,
        min_overlap: 4,
        min_roster: 2,
    };
    let mut bundle = Bundle {
        format: Default::default(),
        chain_id: 31337,
        verifying_contract: Address::repeat_byte(0xcc),
        epoch: EPOCH,
        gold: vec![],
        sessions: vec![],
        seats: vec![],
        preferences: vec![],
    };
    for i in 0..3u8 {
        add_labeler(&mut bundle, &campaign, i);
    }
    // A seat that nobody took has its gold all the same.
    add_gold(&mut bundle, &campaign, 3);
    bundle.sort();
    let terms = EpochTerms {
        campaign,
        gold_blocks: gold_blocks(&bundle.gold_words()),
        gold_root: gold_tree(&bundle.gold_words()).root(),
        secret_hash: secret_hash(SECRET),
        campaign_hash: B256::repeat_byte(1),
    };
    (terms, bundle)
}

/// Task of a slot of a seat that is not in the overlap.
fn own_task(seat: u32, slot: usize) -> B256 {
    keccak256(format!("{seat} {slot}"))
}

fn add_gold(bundle: &mut Bundle, terms: &CampaignTerms, seat: u32) {
    let mask = BlockSlots::new(terms, SECRET, 0).gold(seat);
    let known =
        |slot: usize| GoldAnswer { slot: slot as u8, task_id: own_task(seat, slot), choice: Choice::B };
    let answers = (0..SLOTS).filter(|&slot| mask.bit(slot)).map(known).collect();
    bundle.gold.push(GoldSeat { block: 0, seat, answers });
}

fn add_labeler(bundle: &mut Bundle, terms: &CampaignTerms, i: u8) {
    let (labeler, session_key, seat) = (address(10 + i), address(20 + i), u32::from(i));
    let overlap = BlockSlots::new(terms, SECRET, 0).overlap();
    let owner = |slot| if overlap.bit(slot) { 99 } else { seat };
    let task_ids: Vec<_> = (0..SLOTS).map(|slot| own_task(owner(slot), slot)).collect();
    add_gold(bundle, terms, seat);

    let mut session = Session {
        labeler,
        session_key,
        scope: "label".into(),
        expires_at: 2_000_000_000,
        signature: Default::default(),
    };
    session.signature = sign(10 + i, &session.authorization().signing_hash(&bundle.domain()));
    bundle.sessions.push(session);
    for (slot, &task_id) in task_ids.iter().enumerate() {
        let choice = Choice::try_from(slot as u8 % 4).unwrap();
        let mut preference = BundlePreference {
            block: 0,
            seat,
            slot: slot as u8,
            labeler,
            task_id,
            choice,
            session_key,
            signature: Default::default(),
        };
        preference.signature = sign(20 + i, &preference.message(EPOCH).signing_hash(&bundle.domain()));
        bundle.preferences.push(preference);
    }
    bundle.seats.push(Seat { block: 0, seat, labeler, task_ids });
}

#[test]
fn an_honest_bundle_survives_its_file_and_every_check() {
    let (terms, bundle) = example();
    let (bytes, hash) = bundle.to_bytes();
    let read = Bundle::from_bytes(&bytes, hash).unwrap();
    assert_eq!(read, bundle);
    assert_eq!(read.validate(&terms), Ok(()));
    assert_eq!(read.check_assignment(&terms, SECRET), Ok(()));
    let words = read.label_words();
    assert_eq!(words.len(), 3);
    assert!(words.iter().all(|word| word.valid.count_ones() == SLOTS / 2));
}

#[test]
fn another_file_than_the_committed_one_is_refused() {
    let (_, bundle) = example();
    let (mut bytes, hash) = bundle.to_bytes();
    bytes.push(b'\n');
    assert!(matches!(Bundle::from_bytes(&bytes, hash), Err(BundleError::WrongHash { .. })));
    assert!(matches!(Bundle::from_bytes(&bytes, keccak256(&bytes)), Err(BundleError::Read(_))));
}

#[test]
fn every_tampering_is_found() {
    let found = |mutate: fn(&mut Bundle)| {
        let (terms, mut bundle) = example();
        mutate(&mut bundle);
        bundle.validate(&terms).unwrap_err()
    };
    use InvalidBundle as E;
    assert!(matches!(found(|b| b.preferences.swap(0, 1)), E::Order { list: "preferences", position: 1 }));
    assert!(matches!(found(|b| b.seats.push(b.seats[2].clone())), E::Order { list: "seats", .. }));
    assert!(matches!(found(|b| b.gold.swap(0, 1)), E::Order { list: "gold", .. }));
    assert!(matches!(found(|b| b.gold[1].answers.swap(0, 1)), E::Order { list: "gold.answers", .. }));
    assert!(matches!(found(|b| b.gold[0].answers[0].choice = Choice::A), E::GoldRoot { .. }));
    assert!(matches!(found(|b| b.gold[0].answers[0].task_id = B256::ZERO), E::GoldRoot { .. }));
    assert!(matches!(found(|b| drop(b.gold.pop())), E::GoldRoot { .. }));
    let gold = |mutate| match found(mutate) {
        E::GoldSeat { problem, .. } => problem,
        other => panic!("{other}"),
    };
    assert_eq!(gold(|b| b.gold[0].answers[0].choice = Choice::Tie), "an answer is neither A nor B");
    assert_eq!(
        gold(|b| b.gold[1].answers[0].task_id = b.gold[0].answers[1].task_id),
        "a task is the gold of another slot already"
    );
    assert_eq!(
        gold(|b| b.gold[0].answers.truncate(1)),
        "it has another number of answers than the terms say"
    );
    assert_eq!(gold(|b| b.gold[3].seat = 32), "its number is too high");
    assert_eq!(gold(|b| b.gold[3].block = u32::MAX), "its number is too high");
    assert!(matches!(found(|b| b.sessions[0].scope = "vote".into()), E::Scope(_)));
    assert!(matches!(found(|b| b.sessions[0].expires_at += 1), E::Authorization { .. }));
    assert!(matches!(found(|b| b.sessions[0].signature[64] = 0), E::Signature { .. }));
    assert!(matches!(found(|b| b.seats[2].seat = 32), E::Seat { .. }));
    assert!(matches!(found(|b| b.seats[2].block = 1 << 21), E::Seat { .. }));
    assert!(matches!(found(|b| b.seats[1].labeler = b.seats[0].labeler), E::Seat { .. }));
    assert!(matches!(found(|b| b.seats[0].task_ids.truncate(3)), E::Seat { .. }));
    let preference = |mutate| match found(mutate) {
        E::Preference { problem, .. } => problem,
        other => panic!("{other}"),
    };
    assert_eq!(preference(|b| b.preferences[0].choice = Choice::B), "the session key did not sign it");
    assert_eq!(preference(|b| b.preferences[0].task_id = B256::ZERO), "the slot holds another task");
    assert_eq!(preference(|b| b.epoch += 1), "the session key did not sign it");
    assert_eq!(preference(|b| drop(b.sessions.remove(0))), "the session key is not the labeler's");
    assert_eq!(preference(|b| drop(b.seats.remove(0))), "the seat is not the labeler's");
    assert_eq!(
        preference(|b| {
            b.seats[2].seat = 9;
            b.preferences.iter_mut().filter(|p| p.seat == 2).for_each(|p| p.seat = 9);
        }),
        "the session key did not sign it",
        "the seat is part of what is signed"
    );
}

#[test]
fn an_assignment_that_breaks_the_rule_is_found() {
    let found = |mutate: fn(&mut Bundle)| {
        let (terms, mut bundle) = example();
        mutate(&mut bundle);
        match bundle.check_assignment(&terms, SECRET) {
            Err(InvalidBundle::Seat { problem, .. }) => problem,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        found(|b| b.seats[1].task_ids.iter_mut().for_each(|id| *id = B256::ZERO)),
        "the overlap differs from the block's first seat"
    );
    assert_eq!(found(|b| drop(b.gold.remove(1))), "no gold was committed for it");
    assert_eq!(found(|b| b.seats[1].seat = 9), "no gold was committed for it");
    assert_eq!(
        found(|b| {
            let gold = b.gold[1].answers[0];
            b.seats[1].task_ids[usize::from(gold.slot)] = B256::ZERO;
        }),
        "a gold slot holds another task than was committed"
    );
    let (terms, mut bundle) = example();
    let other = (0..=255).find(|slot| bundle.gold[3].answers.iter().all(|gold| gold.slot != *slot)).unwrap();
    bundle.gold[3].answers[0].slot = other;
    assert!(
        matches!(bundle.check_assignment(&terms, SECRET), Err(InvalidBundle::GoldSeat { seat: 3, .. })),
        "gold of a seat that nobody took"
    );
}
