//! An epoch's labels, made without server and model: signed by real keys, assigned by the real rule.
use alloy::{
    primitives::{Address, B256, U256, keccak256, utils::parse_ether},
    signers::{SignerSync, local::PrivateKeySigner},
};
use protocol::{
    CampaignTerms, Choice, EpochTerms, GoldWord, LabelWord,
    eip712::{LABEL_SCOPE, Preference, Receipt, SessionKeyAuthorization, SignatureBytes, domain},
    labels::{Bundle, BundlePreference, GoldAnswer, GoldSeat, Seat, Session},
    rewards::{masks::BlockSlots, secret_hash},
};
use serde_json::{Value, json};
use testkit::account;

/// What the operator of an epoch does; a lie changes it before anything is sent.
pub struct Draft {
    pub campaign: CampaignTerms,
    pub secret: B256,
    /// What is published; `None`: nothing.
    pub bundle: Option<Bundle>,
    /// What is committed.
    pub words: Vec<LabelWord>,
    /// What is committed.
    pub gold: Vec<GoldWord>,
}

/// Labeler `i` of the cast.
pub fn labeler(i: u32) -> Address {
    account::labeler(i).address()
}

pub fn session_key(i: u32) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&keccak256(format!("session key {i}"))).unwrap()
}

/// Terms that the local chain allows, with room for 20 slots.
pub fn small_terms() -> CampaignTerms {
    CampaignTerms {
        budget: parse_ether("2000").unwrap(),
        base_pay: 1_000_000_000_000_000_000,
        alpha_pay: 4_000_000_000_000_000_000,
        block_slots: 20,
        overlap_slots: 12,
        gold_slots: 2,
        min_overlap: 4,
        min_roster: 3,
    }
}

impl Draft {
    /// What these labelers answer in block 0, seat by seat. Honest but for labeler 1, who gets one gold task wrong.
    pub fn new(
        chain_id: u64,
        label_epochs: Address,
        epoch: u64,
        labelers: &[u32],
        campaign: CampaignTerms,
    ) -> Self {
        let secret = keccak256(format!("secret {epoch}"));
        let slots = BlockSlots::new(&campaign, secret, 0);
        let mut bundle = Bundle {
            chain_id,
            verifying_contract: label_epochs,
            epoch,
            gold: vec![],
            sessions: vec![],
            seats: vec![],
            preferences: vec![],
        };
        for (seat, &i) in (0..).zip(labelers) {
            let gold = slots.gold(seat);
            let task = |slot: u8| match slots.overlap().bit(slot.into()) {
                true => keccak256(format!("task {epoch} of all in slot {slot}")),
                false => keccak256(format!("task {epoch} of seat {seat} in slot {slot}")),
            };
            let all = 0..campaign.block_slots as u8;
            let answers = all.clone().filter(|&slot| gold.bit(slot.into()));
            let answers: Vec<_> = answers
                .map(|slot| GoldAnswer { slot, task_id: task(slot), choice: truth(task(slot)) })
                .collect();
            let wrong_gold = answers.first().map(|gold| gold.slot).filter(|_| i == 1);
            bundle.gold.push(GoldSeat { block: 0, seat, answers });
            bundle.seats.push(Seat {
                block: 0,
                seat,
                labeler: labeler(i),
                task_ids: all.clone().map(task).collect(),
            });
            bundle.sessions.push(session(&bundle, i, 4_000_000_000));
            for slot in all {
                let errs = !gold.bit(slot.into()) && keccak256([i as u8, slot])[0] < 40;
                let choice = match errs || wrong_gold == Some(slot) {
                    true => other(truth(task(slot))),
                    false => truth(task(slot)),
                };
                let preference = signed(&bundle, i, seat, slot, task(slot), choice);
                bundle.preferences.push(preference);
            }
        }
        bundle.sort();
        let (words, gold) = (bundle.label_words(), bundle.gold_words());
        Self { campaign, secret, bundle: Some(bundle), words, gold }
    }

    /// The terms that commit to the secret and the gold.
    pub fn terms(&self) -> EpochTerms {
        EpochTerms {
            campaign: self.campaign.clone(),
            gold_blocks: protocol::labels::gold_blocks(&self.gold),
            gold_root: protocol::labels::gold_tree(&self.gold).root(),
            secret_hash: secret_hash(self.secret),
            campaign_hash: keccak256("campaign"),
        }
    }

    /// Change the published labels, and commit to them.
    pub fn change(&mut self, change: impl FnOnce(&mut Bundle)) {
        let bundle = self.bundle.as_mut().expect("there are labels");
        change(bundle);
        bundle.sort();
        self.words = bundle.label_words();
    }

    /// What labeler `i` answered to a slot, as the page keeps it, with the operator's receipt.
    pub fn receipt(&self, i: u32, slot: u8) -> Value {
        let bundle = self.bundle.as_ref().expect("there are labels");
        let given = bundle.preferences.iter().find(|p| (p.labeler, p.slot) == (labeler(i), slot)).unwrap();
        kept(bundle, given)
    }

    /// Another answer of labeler `i` to a slot, signed by the same key.
    pub fn second_answer(&self, i: u32, slot: u8) -> Value {
        let bundle = self.bundle.as_ref().expect("there are labels");
        let given = bundle.preferences.iter().find(|p| (p.labeler, p.slot) == (labeler(i), slot)).unwrap();
        kept(bundle, &signed(bundle, i, given.seat, slot, given.task_id, other(given.choice)))
    }
}

pub fn other(choice: Choice) -> Choice {
    if choice == Choice::A { Choice::B } else { Choice::A }
}

/// The right answer to a task.
fn truth(task_id: B256) -> Choice {
    if task_id[0] < 128 { Choice::A } else { Choice::B }
}

/// The session key of labeler `i`, authorised until `expires_at` (unix seconds).
pub fn session(bundle: &Bundle, i: u32, expires_at: u64) -> Session {
    let authorization = SessionKeyAuthorization {
        labeler: labeler(i),
        session_key: session_key(i).address(),
        scope: LABEL_SCOPE.into(),
        expires_at,
    };
    let digest = authorization.signing_hash(&bundle.domain());
    let signature = account::labeler(i).signer().sign_hash_sync(&digest).unwrap();
    Session {
        labeler: authorization.labeler,
        session_key: authorization.session_key,
        scope: authorization.scope,
        expires_at: authorization.expires_at,
        signature: signature.as_bytes().to_vec().into(),
        verified_block: None,
    }
}

/// An answer with the signature of labeler `i`'s session key.
pub fn signed(
    bundle: &Bundle,
    i: u32,
    seat: u32,
    slot: u8,
    task_id: B256,
    choice: Choice,
) -> BundlePreference {
    let mut preference = BundlePreference {
        block: 0,
        seat,
        slot,
        labeler: labeler(i),
        task_id,
        choice,
        session_key: session_key(i).address(),
        signature: SignatureBytes::ZERO,
    };
    let digest = preference.message(bundle.epoch).signing_hash(&bundle.domain());
    preference.signature = session_key(i).sign_hash_sync(&digest).unwrap().as_bytes().into();
    preference
}

fn kept(bundle: &Bundle, answer: &BundlePreference) -> Value {
    let message: Preference = answer.message(bundle.epoch);
    let receipt = Receipt { preference_hash: message.hash_struct(), received_at: 1_700_000_000 };
    let domain = domain(bundle.chain_id, bundle.verifying_contract);
    let signature = account::OPERATOR.signer().sign_hash_sync(&receipt.signing_hash(&domain)).unwrap();
    let hex = |bytes: &[u8]| alloy::hex::encode_prefixed(bytes);
    let mut kept = json!(message);
    kept["chainId"] = json!(bundle.chain_id);
    kept["contract"] = json!(bundle.verifying_contract);
    kept["sessionKey"] = json!(answer.session_key);
    kept["signature"] = json!(hex(answer.signature.as_slice()));
    kept["receipt"] = json!({
        "preferenceHash": receipt.preference_hash, "receivedAt": receipt.received_at,
        "signature": hex(&signature.as_bytes()),
    });
    kept
}

/// A word with bits where none can be.
pub fn stray(word: &LabelWord) -> LabelWord {
    LabelWord { valid: word.valid | U256::from(1) << 200, ..*word }
}
