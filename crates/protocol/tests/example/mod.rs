//! A small epoch signed with fixed keys.

// Not every test needs all of it.
#![allow(dead_code)]

use crate::test_keys::{address, sign};
use alloy_primitives::{Address, B256, U256, keccak256};
use protocol::{
    CampaignTerms, Choice, EpochTerms, Seat,
    labels::{Bundle, BundlePreference, GoldAnswer, GoldSeat, Session, gold_blocks, gold_tree},
    rewards::{masks::BlockSlots, secret_hash},
};

pub const EPOCH: u64 = 4;
pub const SLOTS: usize = 16;
pub const SECRET: B256 = B256::repeat_byte(0x5e);
/// Labelers of a block.
const ROSTER: u32 = 10;

/// `n` labelers, and gold for a seat that nobody took. Key `10 + i` is labeler i's wallet, key `110 + i` its session key.
pub fn example(n: u8) -> (EpochTerms, Bundle) {
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
        chain_id: 31337,
        verifying_contract: Address::repeat_byte(0xcc),
        epoch: EPOCH,
        gold: vec![],
        sessions: vec![],
        seats: vec![],
        preferences: vec![],
    };
    for i in 0..n {
        add_labeler(&mut bundle, &campaign, i);
    }
    add_gold(&mut bundle, &campaign, n.into());
    bundle.sort();
    sign_answers(&mut bundle);
    let terms = EpochTerms {
        campaign,
        gold_blocks: gold_blocks(&bundle.gold_words()),
        gold_root: gold_tree(&bundle.gold_words()).root(),
        secret_hash: secret_hash(SECRET),
        campaign_hash: B256::repeat_byte(1),
    };
    (terms, bundle)
}

/// Sign all answers as they are.
pub fn sign_answers(bundle: &mut Bundle) {
    let (domain, epoch) = (bundle.domain(), bundle.epoch);
    for preference in &mut bundle.preferences {
        let key = 110 + (preference.block * ROSTER + preference.seat) as u8;
        preference.signature = sign(key, &preference.message(epoch).signing_hash(&domain));
    }
}

fn own_task(owner: u32, slot: usize) -> B256 {
    keccak256(format!("{owner} {slot}"))
}

fn add_gold(bundle: &mut Bundle, terms: &CampaignTerms, i: u32) {
    let (block, seat) = (i / ROSTER, i % ROSTER);
    let mask = BlockSlots::new(terms, SECRET, block).gold(seat);
    let known = |slot: usize| GoldAnswer { slot: slot as u8, task_id: own_task(i, slot), choice: Choice::B };
    let answers = (0..SLOTS).filter(|&slot| mask.bit(slot)).map(known).collect();
    bundle.gold.push(GoldSeat { block, seat, answers });
}

fn add_labeler(bundle: &mut Bundle, terms: &CampaignTerms, i: u8) {
    let (labeler, session_key, n) = (address(10 + i), address(110 + i), u32::from(i));
    let (block, seat) = (n / ROSTER, n % ROSTER);
    let overlap = BlockSlots::new(terms, SECRET, block).overlap();
    let owner = |slot| if overlap.bit(slot) { 1000 + block } else { n };
    let task_ids: Vec<_> = (0..SLOTS).map(|slot| own_task(owner(slot), slot)).collect();
    add_gold(bundle, terms, n);

    let mut session = Session {
        labeler,
        session_key,
        scope: "label".into(),
        expires_at: 2_000_000_000,
        signature: Default::default(),
        verified_block: None,
    };
    session.signature = sign(10 + i, &session.authorization().signing_hash(&bundle.domain())).into();
    bundle.sessions.push(session);
    for (slot, &task_id) in task_ids.iter().enumerate() {
        let (slot, choice) = (slot as u8, Choice::try_from(slot as u8 % 4).unwrap());
        let signature = Default::default();
        bundle.preferences.push(BundlePreference {
            block,
            seat,
            slot,
            labeler,
            task_id,
            choice,
            session_key,
            signature,
        });
    }
    bundle.seats.push(Seat { block, seat, labeler, task_ids });
}
