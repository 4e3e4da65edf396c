//! Takes a closed epoch from its labels to the proposal that pays it.
//!
//! A state machine whose state is the epoch's status on chain: each run looks at it, does the one next step, and asks to
//! be run again. Nothing is remembered between runs but the transactions' keys.
use super::{ADVANCE_PROPOSAL, GiveUp, Outcome, look_again, payouts};
use crate::{
    app::AppState,
    chain::{Action, Call, EpochOnChain, EpochStatus, Head},
};
use alloy::primitives::{B256, U256, utils::format_ether};
use anyhow::Context;
use chrono::TimeDelta;
use protocol::{
    Epoch,
    eip712::SignatureBytes,
    labels::{Bundle, BundlePreference, GoldAnswer, Session, gold_tree, labels_tree},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;
use storage::app::{epochs, jobs, preferences, seats, session_keys, statements, tasks, transactions};

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

/// Do the next step of the epoch.
pub async fn run(app: &AppState, AdvanceEpoch { epoch }: AdvanceEpoch) -> anyhow::Result<Outcome> {
    let on_chain = app.chain.epoch(epoch).await?;
    match on_chain.status {
        EpochStatus::None => Err(GiveUp(format!("the chain has no epoch {epoch}")).into()),
        EpochStatus::Open => commit_labels(app, epoch).await,
        EpochStatus::Committed => reveal(app, epoch, &on_chain).await,
        EpochStatus::Revealed => propose_payouts(app, epoch, &on_chain).await,
        EpochStatus::Proposed => propose_vote(app, epoch, &on_chain).await,
        EpochStatus::Accepted | EpochStatus::Voided => Ok(Outcome::Done),
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
    let gold_root = gold_tree(&bundle.gold_map()).root();
    if gold_root != stored.terms.gold_root {
        return Err(GiveUp(format!(
            "the gold answers of epoch {epoch} are not those committed to at its opening"
        ))
        .into());
    }
    let words = bundle.label_words();
    if words.is_empty() {
        return Err(
            GiveUp(format!("nobody labeled in epoch {epoch}: it can only be voided, by a vote")).into()
        );
    }
    let root = labels_tree(Epoch(epoch), &words).root();
    let (bytes, bundle_hash) = bundle.to_bytes();
    app.blobs.put(bytes).await?;
    let leaf_count = u32::try_from(words.len()).context("more labelers than the contract counts")?;
    send(app, epoch, "commit", &app.chain.commit_labels(epoch, root, leaf_count, bundle_hash)).await?;
    Ok(AT_ONCE)
}

/// Everything that was signed, in the order of the format.
async fn bundle(app: &AppState, conn: &mut PgConnection, epoch: &epochs::Epoch) -> anyhow::Result<Bundle> {
    let gold = tasks::gold(conn, epoch.campaign_id).await?;
    let sessions = session_keys::list_by_epoch(conn, epoch.epoch).await?;
    let preferences = preferences::list_by_epoch(conn, epoch.epoch).await?;
    let mut bundle = Bundle {
        format: Default::default(),
        chain_id: app.chain.chain_id,
        verifying_contract: app.chain.deployment.contracts.label_epochs,
        epoch: epoch.epoch,
        gold: gold.into_iter().map(|(task_id, choice)| GoldAnswer { task_id, choice }).collect(),
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
        signature: SignatureBytes::try_from(key.signature.as_slice())?,
    })
}

fn to_preference(preference: preferences::Preference) -> anyhow::Result<BundlePreference> {
    Ok(BundlePreference {
        block: preference.block,
        slot: u8::try_from(preference.slot)?,
        labeler: preference.labeler,
        task_id: preference.task_id,
        choice: preference.choice,
        session_key: preference.session_key,
        signature: SignatureBytes::try_from(preference.signature.as_slice())?,
    })
}

/// Reveal the secret as soon as the hash of the block after the commitment is served, and before the deadline.
async fn reveal(app: &AppState, epoch: u64, on_chain: &EpochOnChain) -> anyhow::Result<Outcome> {
    let Head { number, timestamp } = app.chain.head().await?;
    let deadline = on_chain.committed_at + app.chain.reveal_window().await?;
    if timestamp >= deadline {
        tracing::error!(epoch, "the reveal was missed: this epoch gets base pay only");
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
    if app.chain.last_settled_epoch().await? + 1 != epoch {
        return Ok(Outcome::Again(TimeDelta::seconds(5)));
    }
    if already_mined(app, &tx_key(epoch, "payouts")).await? {
        return Err(GiveUp(format!("the payouts of epoch {epoch} were rejected by a vote")).into());
    }
    let payouts = payouts::compute(app, epoch, on_chain).await?;
    let Ok(account_count @ 1..) = u32::try_from(payouts.leaves.len()) else {
        return Err(GiveUp(format!(
            "nobody has earned anything up to epoch {epoch}: it can only be voided, by a vote"
        ))
        .into());
    };
    payouts::store(app, epoch, &payouts).await?;
    let call =
        app.chain.propose_payouts(epoch, payouts.tree.root(), account_count, payouts.total_cumulative());
    send(app, epoch, "payouts", &call).await?;
    Ok(AT_ONCE)
}

/// After the challenge window: ask the DAO to pay.
async fn propose_vote(app: &AppState, epoch: u64, on_chain: &EpochOnChain) -> anyhow::Result<Outcome> {
    let ends_at = on_chain.proposed_at + app.chain.challenge_window().await?;
    let now = app.chain.head().await?.timestamp;
    if now < ends_at {
        return Ok(look_again(ends_at - now));
    }
    let accept = app.chain.accept_payouts(epoch, on_chain.payouts_root);
    let description = description(app, epoch, on_chain).await?;
    let action = Action::new(vec![accept], description);
    send(app, epoch, "proposal", &app.chain.propose(&action)).await?;
    follow(app, &action).await?;
    Ok(Outcome::Done)
}

/// Have the proposal queued and executed when it passes.
pub(super) async fn follow(app: &AppState, action: &Action) -> anyhow::Result<()> {
    let id = action.proposal_id().to_string();
    let mut conn = app.pool.acquire().await?;
    jobs::enqueue(&mut conn, ADVANCE_PROPOSAL, &id, &json!({"proposalId": id}), app.clock.now()).await?;
    Ok(())
}

async fn description(app: &AppState, epoch: u64, on_chain: &EpochOnChain) -> anyhow::Result<String> {
    let mut conn = app.pool.acquire().await?;
    let statements = statements::list(&mut conn, epoch).await?;
    let pays = statements
        .iter()
        .map(|s| s["pay"].as_str().and_then(|pay| pay.parse::<U256>().ok()).unwrap_or_default());
    let (mut total, mut n_paid) = (U256::ZERO, 0);
    for pay in pays.filter(|pay| !pay.is_zero()) {
        total += pay;
        n_paid += 1;
    }
    Ok(format!(
        "# Pay epoch {epoch}: {} POL to {n_paid} labelers\n\n\
         Accepts payouts root {root}, which brings the cumulative total to {cumulative} POL for {accounts} accounts. \
         The labels are published as {bundle}; anybody can recompute every amount with `polity verify epoch {epoch}`.",
        short_ether(total),
        root = on_chain.payouts_root,
        cumulative = short_ether(on_chain.total_cumulative),
        accounts = on_chain.account_count,
        bundle = on_chain.bundle_hash,
    ))
}

/// Two decimals, rounded down.
fn short_ether(wei: U256) -> String {
    let text = format_ether(wei);
    match text.split_once('.') {
        Some((whole, fraction)) => format!("{whole}.{}", &fraction[..fraction.len().min(2)]),
        None => text,
    }
}

async fn already_mined(app: &AppState, key: &str) -> anyhow::Result<bool> {
    let mut conn = app.pool.acquire().await?;
    Ok(transactions::find(&mut conn, key).await?.is_some_and(|transaction| transaction.state == "mined"))
}

async fn send(app: &AppState, epoch: u64, step: &str, call: &Call) -> anyhow::Result<B256> {
    Ok(app.transactions().send(&tx_key(epoch, step), call).await?.tx_hash)
}

fn tx_key(epoch: u64, step: &str) -> String {
    format!("epoch/{epoch}/{step}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_in_titles_have_two_decimals() {
        assert_eq!(short_ether(U256::from(1_239_999_999_999_999_999u128)), "1.23");
        assert_eq!(short_ether(U256::ZERO), "0.00");
    }
}
