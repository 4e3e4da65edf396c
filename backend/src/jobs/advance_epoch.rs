//! Takes a closed epoch from its labels to the vote that pays it, and again when its payouts are thrown away.
//!
//! A state machine whose state is the epoch's status on chain: each run looks at it, does the one next step, and asks to
//! be run again. Nothing is remembered between runs but the transactions' keys.
use super::{
    GiveUp, Outcome, bonds, look_again, payouts,
    votes::{Matter, put_to_vote},
};
use crate::{
    app::AppState,
    chain::{Call, EpochOnChain, EpochStatus, Head},
    epoch_votes,
    settled::epoch_is_settled,
};
use alloy::primitives::B256;
use anyhow::Context;
use chrono::TimeDelta;
use protocol::{
    Epoch,
    eip712::SignatureBytes,
    labels::{Bundle, BundlePreference, Session, block_count, gold_tree, labels_tree},
};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use storage::{
    app::{epochs, preferences, seats, secrets, session_keys, transactions},
    chain::payouts_roots,
};

/// Payload of the job.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AdvanceEpoch {
    pub epoch: u64,
}

const AT_ONCE: Outcome = Outcome::Again(TimeDelta::zero());
const SOON: Outcome = Outcome::Again(TimeDelta::seconds(1));
/// The EVM serves the hashes of so many blocks.
const SERVED_HASHES: u64 = 256;

/// Do the next step of the epoch. What would be wrong, or known to all, after a reorganisation waits until what it builds
/// on is settled: the bond stands behind proposed payouts, and claims need the leaves of what was accepted.
pub async fn run(app: &AppState, AdvanceEpoch { epoch }: AdvanceEpoch) -> anyhow::Result<Outcome> {
    let on_chain = app.chain.epoch(epoch).await?;
    let waits_for = match on_chain.status {
        EpochStatus::Revealed => Some("revealed"),
        EpochStatus::Proposed => Some("proposed"),
        EpochStatus::Accepted => Some("accepted"),
        _ => None,
    };
    if let Some(status) = waits_for
        && !epoch_is_settled(app, epoch, status).await?
    {
        return Ok(SOON);
    }
    match on_chain.status {
        EpochStatus::None => Err(GiveUp(format!("the chain has no epoch {epoch}")).into()),
        EpochStatus::Open => commit_labels(app, epoch).await,
        EpochStatus::Committed => reveal(app, epoch, &on_chain).await,
        EpochStatus::Revealed => propose_payouts(app, epoch, &on_chain).await,
        EpochStatus::Proposed => settle(app, epoch, &on_chain).await,
        EpochStatus::Accepted => keep_accepted(app, epoch, &on_chain).await,
        EpochStatus::Voided => Ok(Outcome::Done),
    }
}

/// Publish the signed labels and put their root on chain.
async fn commit_labels(app: &AppState, epoch: u64) -> anyhow::Result<Outcome> {
    let mut conn = app.pool.acquire().await?;
    let stored = epochs::find(&mut conn, epoch).await?;
    let stored = stored.ok_or_else(|| GiveUp(format!("epoch {epoch} was opened by somebody else")))?;
    if stored.closed_at.is_none() {
        return Ok(Outcome::Done);
    }
    let bundle = bundle(app, &mut conn, &stored).await?;
    drop(conn);
    let gold_root = gold_tree(&bundle.gold_words()).root();
    if gold_root != stored.terms.gold_root {
        return Err(GiveUp(format!(
            "the gold answers of epoch {epoch} are not those committed to at its opening"
        ))
        .into());
    }
    let words = bundle.label_words();
    if words.is_empty() {
        tracing::warn!(epoch, "nobody labeled: the epoch can only be voided, by a vote");
        put_to_vote(app, epoch, "void", Matter::Void).await?;
        return Ok(Outcome::Again(TimeDelta::seconds(5)));
    }
    let root = labels_tree(Epoch(epoch), &words).root();
    let (bytes, bundle_hash) = bundle.to_bytes();
    app.blobs.put(bytes).await?;
    let call = app.chain.commit_labels(epoch, root, block_count(&words), bundle_hash);
    send(app, epoch, "commit", &call).await?;
    Ok(AT_ONCE)
}

/// Everything that was signed, in the order of the format.
async fn bundle(app: &AppState, conn: &mut PgConnection, epoch: &epochs::Epoch) -> anyhow::Result<Bundle> {
    let committed = secrets::find(conn, epoch.terms.secret_hash).await?;
    let committed = committed
        .ok_or_else(|| GiveUp(format!("the gold of epoch {} is not in the database", epoch.epoch)))?;
    let sessions = session_keys::list_by_epoch(conn, epoch.epoch).await?;
    let preferences = preferences::list_by_epoch(conn, epoch.epoch).await?;
    let mut bundle = Bundle {
        chain_id: app.chain.chain_id,
        verifying_contract: app.chain.deployment.contracts.label_epochs,
        epoch: epoch.epoch,
        gold: committed.gold,
        sessions: sessions.into_iter().map(to_session).collect::<anyhow::Result<_>>()?,
        seats: seats::list_with_tasks(conn, epoch.epoch).await?,
        preferences: preferences.into_iter().map(to_preference).collect::<anyhow::Result<_>>()?,
    };
    bundle.sort();
    Ok(bundle)
}

fn to_session(key: session_keys::SessionKey) -> anyhow::Result<Session> {
    Ok(Session {
        labeler: key.labeler,
        session_key: key.session_key,
        scope: key.scope,
        expires_at: u64::try_from(key.expires_at.timestamp())?,
        signature: key.signature.into(),
        verified_block: key.verified_block,
    })
}

fn to_preference(preference: preferences::Preference) -> anyhow::Result<BundlePreference> {
    Ok(BundlePreference {
        block: preference.block,
        seat: preference.seat,
        slot: u8::try_from(preference.slot)?,
        labeler: preference.labeler,
        task_id: preference.task_id,
        choice: preference.choice,
        session_key: preference.session_key,
        signature: SignatureBytes::try_from(preference.signature.as_slice())?,
    })
}

/// Reveal the secret as soon as the hash of the block after the commitment is served and the commitment is settled, but
/// not later than half of the time for it.
async fn reveal(app: &AppState, epoch: u64, on_chain: &EpochOnChain) -> anyhow::Result<Outcome> {
    let Head { number, timestamp } = app.chain.head().await?;
    let window = app.chain.reveal_window().await?;
    let deadline = on_chain.committed_at + window;
    if timestamp >= deadline {
        tracing::error!(
            epoch,
            "the reveal was missed: this epoch gets base pay only and costs the operator's bond"
        );
        send(app, epoch, "miss_reveal", &app.chain.miss_reveal(epoch)).await?;
        return Ok(AT_ONCE);
    }
    // A call sees the hashes of the blocks before its own.
    if number < on_chain.commit_block + 2 {
        return Ok(SOON);
    }
    let lost = on_chain.block_hash.is_zero() && number > on_chain.commit_block + SERVED_HASHES;
    if lost {
        return Ok(look_again(deadline - timestamp));
    }
    if !epoch_is_settled(app, epoch, "committed").await? && timestamp + window / 2 < deadline {
        // Who knows the secret before the block is final could choose the block, and with it the seed.
        if on_chain.block_hash.is_zero() && number > on_chain.commit_block + SERVED_HASHES / 4 {
            send(app, epoch, "block_hash", &app.chain.record_block_hash(epoch)).await?;
        }
        return Ok(SOON);
    }
    let mut conn = app.pool.acquire().await?;
    let secret = epochs::find(&mut conn, epoch).await?.map(|stored| stored.secret);
    drop(conn);
    let secret =
        secret.ok_or_else(|| GiveUp(format!("the secret of epoch {epoch} is not in the database")))?;
    send(app, epoch, "reveal", &app.chain.reveal(epoch, secret)).await?;
    Ok(AT_ONCE)
}

/// Compute everybody's pay, keep the statements and put the root on chain. Epochs are settled in order.
async fn propose_payouts(app: &AppState, epoch: u64, on_chain: &EpochOnChain) -> anyhow::Result<Outcome> {
    let next = app.chain.last_settled_epoch().await? + 1;
    if next != epoch {
        end_silent(app, next).await?;
        return Ok(Outcome::Again(TimeDelta::seconds(5)));
    }
    let payouts = payouts::compute(app, epoch, on_chain).await?;
    let root = payouts.tree.root();
    let step = format!("payouts/{root}");
    if was_refused(app, epoch, root, &tx_key(epoch, &step)).await? {
        return Err(GiveUp(format!(
            "the payouts root {root} of epoch {epoch} was thrown away, and recomputing gives the same one: a vote must \
             void the epoch or accept what somebody else proposes"
        ))
        .into());
    }
    let account_count =
        u32::try_from(payouts.leaves.len()).context("more accounts than the contract counts")?;
    payouts::store(app, epoch, &payouts).await?;
    let bond = app.chain.proposer_bond(epoch_votes::spend(&payouts)).await?;
    bonds::ensure(app, &tx_key(epoch, &step), bond).await?;
    send(app, epoch, &step, &app.chain.propose_payouts(epoch, account_count, &payouts)).await?;
    Ok(AT_ONCE)
}

/// What stands in the way of ours is another operator's epoch whose labels are late: end it. Our own may still be committed.
async fn end_silent(app: &AppState, epoch: u64) -> anyhow::Result<()> {
    let on_chain = app.chain.epoch(epoch).await?;
    let is_others = on_chain.status == EpochStatus::Open && on_chain.operator != app.chain.operator.address();
    if is_others && app.chain.head().await?.timestamp >= app.chain.commit_deadline(epoch).await? {
        tracing::warn!(epoch, operator = %on_chain.operator, "the labels were never committed: ending the epoch");
        send(app, epoch, "miss_commit", &app.chain.miss_commit(epoch)).await?;
    }
    Ok(())
}

/// Whether a vote or a proof threw this root away: the indexer saw it, or ours was proposed and is no longer.
async fn was_refused(app: &AppState, epoch: u64, root: B256, key: &str) -> anyhow::Result<bool> {
    let mut conn = app.pool.acquire().await?;
    let proposed = transactions::find(&mut conn, key).await?;
    Ok(proposed.is_some_and(|transaction| transaction.state == "mined")
        || payouts_roots::was_refused(&mut conn, Epoch(epoch), root).await?)
}

/// After the challenge window: ask the DAO to pay, or to throw away what somebody else proposed and we cannot recompute.
/// Looks again until the epoch is settled, because a vote or a proof may reopen it.
async fn settle(app: &AppState, epoch: u64, on_chain: &EpochOnChain) -> anyhow::Result<Outcome> {
    let now = app.chain.head().await?.timestamp;
    if on_chain.challenger.is_some() || now < on_chain.challenge_ends_at {
        return Ok(look_again(on_chain.challenge_ends_at.saturating_sub(now)));
    }
    let later = look_again(app.chain.response_window().await?);
    let root = on_chain.payouts_root;
    let (accept, reject) = (format!("proposal/{root}"), format!("reject/{root}"));
    let mut wrong = is_mined(app, &tx_key(epoch, &reject)).await?;
    if !wrong && !is_mined(app, &tx_key(epoch, &accept)).await? {
        let payouts = payouts::compute(app, epoch, on_chain).await?;
        wrong = payouts.tree.root() != root;
        if wrong {
            tracing::error!(epoch, %root, recomputed = %payouts.tree.root(), "somebody proposed wrong payouts");
        } else {
            payouts::store(app, epoch, &payouts).await?;
        }
    }
    if wrong {
        put_to_vote(app, epoch, &reject, Matter::Reject(on_chain)).await?;
    } else {
        put_to_vote(app, epoch, &accept, Matter::Accept(on_chain)).await?;
    }
    Ok(later)
}

/// Claims need the leaves of the accepted tree, whoever proposed it.
async fn keep_accepted(app: &AppState, epoch: u64, on_chain: &EpochOnChain) -> anyhow::Result<Outcome> {
    if payouts::is_stored(app, epoch, on_chain).await? {
        return Ok(Outcome::Done);
    }
    let payouts = payouts::compute(app, epoch, on_chain).await?;
    if payouts.tree.root() != on_chain.payouts_root {
        let accepted = on_chain.payouts_root;
        return Err(GiveUp(format!(
            "epoch {epoch} was accepted with payouts root {accepted}, which is not what the labels give: this server \
             cannot make proofs for claims"
        ))
        .into());
    }
    payouts::store(app, epoch, &payouts).await?;
    Ok(Outcome::Done)
}

async fn is_mined(app: &AppState, key: &str) -> anyhow::Result<bool> {
    let mut conn = app.pool.acquire().await?;
    Ok(transactions::find(&mut conn, key).await?.is_some_and(|transaction| transaction.state == "mined"))
}

pub(super) async fn send(app: &AppState, epoch: u64, step: &str, call: &Call) -> anyhow::Result<B256> {
    Ok(app.transactions().send(&tx_key(epoch, step), call).await?.tx_hash)
}

pub(super) fn tx_key(epoch: u64, step: &str) -> String {
    format!("epoch/{epoch}/{step}")
}
