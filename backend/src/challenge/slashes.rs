//! What labelers can be slashed for: two answers to one slot, and gold that nobody who tries gets so wrong.
use super::{Finding, Party, Watcher, record::Record};
use crate::chain::{EpochStatus, SessionProof, SignedPreference};
use alloy::primitives::{Address, B256, Bytes, U256};
use protocol::{
    Choice,
    labels::{Bundle, GoldSeat, Session},
    rewards::gold_bound::is_slashable,
};
use std::collections::BTreeMap;

/// Everything that labelers of an epoch can be slashed for and were not yet.
pub(super) async fn find(watcher: &Watcher, epoch: u64, record: &Record) -> anyhow::Result<Vec<Finding>> {
    let Some(bundle) = &record.bundle else { return Ok(Vec::new()) };
    let sessions: BTreeMap<_, _> =
        bundle.sessions.iter().map(|session| (session.session_key, session)).collect();
    let mut cases = equivocations(watcher, epoch, bundle, &sessions, record.on_chain.opened_at);
    let counts = !record.on_chain.seed.is_zero() && record.on_chain.status != EpochStatus::Voided;
    if counts && record.is_whole() {
        cases.extend(wrong_gold(watcher, epoch, bundle, &sessions, record));
    }
    let mut open = Vec::new();
    for (labeler, finding) in cases {
        if !watcher.evidence.chain.is_slashed(epoch, labeler).await? {
            open.push(finding);
        }
    }
    Ok(open)
}

fn equivocations(
    watcher: &Watcher,
    epoch: u64,
    bundle: &Bundle,
    sessions: &BTreeMap<Address, &Session>,
    opened_at: u64,
) -> BTreeMap<Address, Finding> {
    let published = bundle.preferences.iter().map(|p| {
        let signature = p.signature.to_vec().into();
        (p.session_key, SignedPreference { preference: p.message(epoch), signature })
    });
    let mut first: BTreeMap<_, SignedPreference> = BTreeMap::new();
    let mut cases = BTreeMap::new();
    let kept = watcher.kept_of(epoch).filter_map(super::kept::Kept::signed);
    for (key, answer) in published.chain(kept) {
        let p = &answer.preference;
        let slot = (key, p.labeler, p.block, p.seat, p.slot);
        let other = first.entry(slot).or_insert_with(|| answer.clone());
        if (other.preference.task_id, other.preference.choice) == (p.task_id, p.choice) {
            continue;
        }
        // A key that expired before the epoch slashes nobody.
        let Some(session) = sessions.get(&key).filter(|session| session.expires_at >= opened_at) else {
            continue;
        };
        let call = watcher.evidence.chain.slash_equivocation(other, &answer, &proof(session));
        let what = format!("{} signed two answers to slot {} of its seat", p.labeler, p.slot);
        cases.entry(p.labeler).or_insert(Finding::prove(Party::Labeler, what, call));
    }
    cases
}

fn wrong_gold(
    watcher: &Watcher,
    epoch: u64,
    bundle: &Bundle,
    sessions: &BTreeMap<Address, &Session>,
    record: &Record,
) -> BTreeMap<Address, Finding> {
    let mut answers: BTreeMap<_, BTreeMap<u8, _>> = BTreeMap::new();
    for answer in &bundle.preferences {
        answers.entry((answer.block, answer.seat)).or_default().insert(answer.slot, answer);
    }
    let gold: BTreeMap<_, _> = bundle.gold.iter().map(|seat| ((seat.block, seat.seat), seat)).collect();
    let mut cases = BTreeMap::new();
    for word in record.labels.words() {
        let at = (word.block, word.seat);
        let Some(seat) = gold.get(&at) else { continue };
        let (wrong, answered) = wrong_slots(seat, word.answers, word.valid);
        let n_wrong = wrong.len() as u16;
        if !is_slashable(answered - n_wrong, answered) {
            continue;
        }
        // The contract takes the signatures of one key.
        let Some(mine) = answers.get(&at) else { continue };
        let signed: Option<Vec<_>> = wrong.iter().map(|slot| mine.get(slot).copied()).collect();
        let Some(signed) = signed else { continue };
        let Some(session) = signed.first().and_then(|answer| sessions.get(&answer.session_key)) else {
            continue;
        };
        if signed.iter().any(|answer| answer.session_key != session.session_key) {
            continue;
        }
        let (Some(label), Some(gold)) =
            (record.labels.open(word.position()), record.gold.open(word.position()))
        else {
            continue;
        };
        let task_ids: Vec<B256> = seat.answers.iter().map(|gold| gold.task_id).collect();
        let signatures: Vec<Bytes> = signed.iter().map(|answer| answer.signature.to_vec().into()).collect();
        let call =
            watcher.evidence.chain.slash_gold(epoch, &label, &gold, task_ids, signatures, &proof(session));
        let what = format!("{} got {n_wrong} of {answered} gold tasks wrong", word.labeler);
        cases.insert(word.labeler, Finding::prove(Party::Labeler, what, call));
    }
    cases
}

/// The gold slots that were answered wrong, and how many were answered.
fn wrong_slots(seat: &GoldSeat, answers: U256, valid: U256) -> (Vec<u8>, u16) {
    let answered: Vec<_> = seat.answers.iter().filter(|gold| valid.bit(gold.slot.into())).collect();
    let is_wrong =
        |gold: &&&protocol::labels::GoldAnswer| answers.bit(gold.slot.into()) != (gold.choice == Choice::B);
    (answered.iter().filter(is_wrong).map(|gold| gold.slot).collect(), answered.len() as u16)
}

fn proof(session: &Session) -> SessionProof {
    SessionProof { authorization: session.authorization(), signature: session.signature.to_vec().into() }
}
