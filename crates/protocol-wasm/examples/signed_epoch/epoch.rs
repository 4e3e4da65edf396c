//! An epoch with real keys: the same one every time.

use alloy_primitives::{Address, B256, U256, keccak256};
use k256::ecdsa::SigningKey;
use protocol::{
    CampaignTerms, Choice, EpochTerms, Seat,
    eip712::{LABEL_SCOPE, SignatureBytes},
    labels::{Bundle, BundlePreference, GoldAnswer, GoldSeat, Session, gold_blocks, gold_tree},
    rewards::{masks::BlockSlots, secret_hash},
};

const ROSTER: u32 = 16;
pub const SECRET: B256 = B256::repeat_byte(0x5e);
pub const BLOCK_HASH: B256 = B256::repeat_byte(0xb1);

/// `n_labelers` who answered `n_slots` tasks each, and the terms of their epoch.
pub fn signed_epoch(n_labelers: u32, n_slots: u16) -> (Bundle, EpochTerms) {
    let campaign = CampaignTerms {
        budget: U256::from(10).pow(U256::from(24)),
        base_pay: 1_000_000_000_000_000_000,
        alpha_pay: 4_000_000_000_000_000_000,
        block_slots: n_slots,
        overlap_slots: (n_slots / 4) & !1,
        gold_slots: n_slots / 16,
        min_overlap: n_slots / 8,
        min_roster: 2,
    };
    let mut bundle = Bundle {
        chain_id: 31337,
        verifying_contract: Address::repeat_byte(0xcc),
        epoch: 1,
        gold: vec![],
        sessions: vec![],
        seats: vec![],
        preferences: vec![],
    };
    for n in 0..n_labelers {
        add_labeler(&mut bundle, &campaign, n);
    }
    bundle.sort();
    let gold = bundle.gold_words();
    let terms = EpochTerms {
        campaign,
        gold_blocks: gold_blocks(&gold),
        gold_root: gold_tree(&gold).root(),
        secret_hash: secret_hash(SECRET),
        campaign_hash: B256::repeat_byte(1),
    };
    (bundle, terms)
}

/// A labeler who agrees with what is known in four answers of five.
fn add_labeler(bundle: &mut Bundle, terms: &CampaignTerms, n: u32) {
    let (block, seat) = (n / ROSTER, n % ROSTER);
    let (wallet, session_key) = (key(b"wallet", n), key(b"session", n));
    let (labeler, key_address) = (address(&wallet), address(&session_key));
    let slots = BlockSlots::new(terms, SECRET, block);
    let (overlap, gold) = (slots.overlap(), slots.gold(seat));
    let owner = |slot| if overlap.bit(slot) { u32::MAX } else { seat };
    let task_ids: Vec<_> = (0..usize::from(terms.block_slots))
        .map(|slot| keccak256(format!("{block} {} {slot}", owner(slot))))
        .collect();
    let truth = |task: B256| if task[0] & 1 == 0 { Choice::A } else { Choice::B };
    let known = |slot: u8| {
        let task_id = task_ids[usize::from(slot)];
        GoldAnswer { slot, task_id, choice: truth(task_id) }
    };
    let answers = (0..terms.block_slots).filter(|&slot| gold.bit(slot.into())).map(|slot| known(slot as u8));
    bundle.gold.push(GoldSeat { block, seat, answers: answers.collect() });

    let domain = bundle.domain();
    let mut session = Session {
        labeler,
        session_key: key_address,
        scope: LABEL_SCOPE.into(),
        expires_at: 1_900_000_000,
        signature: Default::default(),
        verified_block: None,
    };
    session.signature = sign(&wallet, session.authorization().signing_hash(&domain)).into();
    bundle.sessions.push(session);
    for (slot, &task_id) in task_ids.iter().enumerate() {
        let differs = keccak256([task_id.as_slice(), &n.to_be_bytes()].concat())[0] < 51;
        let choice = match (truth(task_id), differs) {
            (Choice::A, false) | (Choice::B, true) => Choice::A,
            _ => Choice::B,
        };
        let mut preference = BundlePreference {
            block,
            seat,
            slot: slot as u8,
            labeler,
            task_id,
            choice,
            session_key: key_address,
            signature: SignatureBytes::ZERO,
        };
        preference.signature = sign(&session_key, preference.message(bundle.epoch).signing_hash(&domain));
        bundle.preferences.push(preference);
    }
    bundle.seats.push(Seat { block, seat, labeler, task_ids });
}

fn key(name: &[u8], n: u32) -> SigningKey {
    let secret = keccak256([name, &n.to_be_bytes()].concat());
    SigningKey::from_slice(secret.as_slice()).expect("a hash is a key but for one in 2^128")
}

fn address(key: &SigningKey) -> Address {
    Address::from_public_key(key.verifying_key())
}

fn sign(key: &SigningKey, digest: B256) -> SignatureBytes {
    let (signature, recovery) = key.sign_prehash_recoverable(digest.as_slice()).expect("32 bytes");
    let mut bytes = SignatureBytes::ZERO;
    bytes[..64].copy_from_slice(&signature.to_bytes());
    bytes[64] = 27 + recovery.to_byte();
    bytes
}
