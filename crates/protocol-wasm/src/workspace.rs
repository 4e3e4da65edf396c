//! Answers to requests.

use crate::{
    Failure, Request,
    request::{
        Computed, ContractSession, Earner, LabelsTree, Loaded, Opening, Receipted, SeatWord, Seed, Span,
        Tree, Words,
    },
    to_json,
};
use alloy_primitives::{Address, B256, U256};
use protocol::{
    Epoch, EpochTerms,
    eip712::{Preference, Receipt, SignatureBytes, recover},
    labels::{Bundle, BundlePreference, Session, block_count, labels_tree, position},
    rewards::{PayoutLeaf, epoch_payouts, openings::Labels, payouts_tree, secret_hash, seed},
};
use serde_json::Value;

/// What is remembered between requests.
#[derive(Debug, Default)]
pub struct Workspace {
    bundle: Option<Bundle>,
}

impl Workspace {
    /// Answer one request.
    ///
    /// # Errors
    /// What is wrong with the request, or with what it asked about.
    pub fn answer(&mut self, request: Request, file: &[u8]) -> Result<Value, Failure> {
        match request {
            Request::Load { hash } => to_json(&self.load(file, hash)?),
            Request::CheckStructure { terms } => to_json(&self.bundle()?.check_structure(&terms)?),
            Request::CheckAssignment { terms, secret } => {
                to_json(&self.bundle()?.check_assignment(&terms, secret)?)
            }
            Request::CheckSessions => to_json(&sessions(self.bundle()?)?),
            Request::CheckSignatures { from, to } => to_json(&self.bundle()?.check_signatures(from..to)?),
            Request::AnswersOf { account } => to_json(&answers_of(self.bundle()?, account)),
            Request::Labels => to_json(&labels(self.bundle()?)),
            Request::Seed { secret, block_hash } => {
                to_json(&Seed { secret_hash: secret_hash(secret), seed: seed(secret, block_hash) })
            }
            Request::Payouts { terms, secret, seed, previous, labels } => {
                let words = labels.map_or_else(|| self.words(), Ok)?;
                to_json(&payouts(&terms, secret, seed, &words, &previous)?)
            }
            Request::PayoutsTree { leaves } => to_json(&tree(&leaves)),
            Request::VerifyPayout { root, count, opening } => to_json(&opening.verify(root, count)),
            Request::Receipt { preference, received_at, signature } => {
                to_json(&receipted(self.bundle()?, &preference, received_at, &signature)?)
            }
        }
    }

    fn bundle(&self) -> Result<&Bundle, Failure> {
        self.bundle.as_ref().ok_or_else(|| "no file of signed labels is loaded".into())
    }

    fn load(&mut self, file: &[u8], hash: B256) -> Result<Loaded, Failure> {
        self.bundle = None;
        let bundle = self.bundle.insert(Bundle::from_bytes(file, hash)?);
        Ok(Loaded {
            chain_id: bundle.chain_id,
            verifying_contract: bundle.verifying_contract,
            epoch: bundle.epoch,
            n_answers: bundle.preferences.len(),
            n_sessions: bundle.sessions.len(),
        })
    }

    fn words(&self) -> Result<Words, Failure> {
        let bundle = self.bundle()?;
        Ok(Words { words: bundle.label_words(), gold: bundle.gold_words() })
    }
}

/// Checks the keys' sessions, and lists those of contracts.
fn sessions(bundle: &Bundle) -> Result<Vec<ContractSession>, Failure> {
    bundle.check_sessions()?;
    let domain = bundle.domain();
    let listed = |session: &Session| ContractSession {
        labeler: session.labeler,
        session_key: session.session_key,
        digest: session.authorization().signing_hash(&domain),
        signature: session.signature.clone(),
        verified_block: session.verified_block,
    };
    Ok(bundle.contract_sessions().map(listed).collect())
}

/// A labeler has one seat, and answers ascend by seat: they stand together.
fn answers_of(bundle: &Bundle, account: Address) -> Span {
    let of_account = |p: &BundlePreference| p.labeler == account;
    let from = bundle.preferences.iter().position(of_account).unwrap_or(0);
    let count = bundle.preferences[from..].iter().take_while(|p| of_account(p)).count();
    Span { from, to: from + count }
}

fn labels(bundle: &Bundle) -> LabelsTree {
    let words = bundle.label_words();
    LabelsTree {
        root: labels_tree(Epoch(bundle.epoch), &words).root(),
        block_count: block_count(&words),
        n_labelers: words.len(),
    }
}

fn payouts(
    terms: &EpochTerms,
    secret: B256,
    seed: B256,
    labels: &Words,
    previous: &[Earner],
) -> Result<Computed, Failure> {
    let previous = previous.iter().map(|earner| (earner.account, earner.cumulative)).collect();
    let payouts = epoch_payouts(terms, secret, seed, &labels.words, &labels.gold, &previous)?;
    let tree = Tree {
        root: payouts.tree.root(),
        total_cumulative: payouts.total_cumulative(),
        total_raw: payouts.total_raw(),
    };
    Ok(Computed { statements: payouts.statements, leaves: payouts.leaves, tree })
}

/// Sums of leaves that nobody checked wrap, as on chain.
fn tree(leaves: &[PayoutLeaf]) -> Tree {
    let sum = |amount: fn(&PayoutLeaf) -> U256| {
        leaves.iter().map(amount).fold(U256::ZERO, |sum, amount| sum.wrapping_add(amount))
    };
    Tree {
        root: payouts_tree(leaves).root(),
        total_cumulative: sum(|leaf| leaf.cumulative),
        total_raw: sum(|leaf| leaf.raw_pay.raw),
    }
}

fn receipted(
    bundle: &Bundle,
    preference: &Preference,
    received_at: u64,
    signature: &SignatureBytes,
) -> Result<Receipted, Failure> {
    let receipt = Receipt { preference_hash: preference.hash_struct(), received_at };
    let at = (preference.block, preference.seat);
    let published = bundle
        .preferences
        .iter()
        .find(|p| (p.block, p.seat, u16::from(p.slot)) == (at.0, at.1, preference.slot));
    let labels = Labels::new(Epoch(bundle.epoch), &bundle.label_words());
    let position = position(preference.block, preference.seat);
    let opened = labels.open(position);
    let word = opened.as_ref().and_then(|opening| opening.word);
    let agrees = |slot| {
        word.is_some_and(|word| word.labeler == preference.labeler && word.agrees(slot, preference.choice))
    };
    Ok(Receipted {
        signer: recover(&receipt.signing_hash(&bundle.domain()), signature)?,
        published: published.map(|p| p.choice),
        is_published: published.is_some_and(|p| p.message(bundle.epoch) == *preference),
        is_broken: !u8::try_from(preference.slot).is_ok_and(agrees),
        opening: Opening {
            position,
            word: word.map_or_else(SeatWord::default, |word| SeatWord {
                labeler: word.labeler,
                answers: word.answers,
                valid: word.valid,
            }),
            proof: opened.map(|opening| opening.proof).unwrap_or_default(),
        },
    })
}
