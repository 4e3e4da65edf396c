//! Commits to gold answers and a secret, and opens an epoch on chain.
use super::{GiveUp, Outcome, bonds};
use crate::{
    app::AppState,
    assignment::gold_seats,
    auth::random_bytes,
    chain::{Call, Mined},
};
use alloy::primitives::{B256, U256};
use anyhow::Context;
use protocol::{
    EpochTerms,
    labels::{GoldSeat, GoldWord, gold_blocks, gold_tree},
    manifest::{CampaignManifest, CampaignPrompt, canonical_json},
    rewards::secret_hash,
};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use std::collections::BTreeSet;
use storage::app::{
    campaigns::{self, Campaign},
    epochs, prompts,
    secrets::{self, Secret},
    tasks,
};

/// Payload of the job; its key tells one opening of a campaign from the next.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenEpoch {
    pub campaign_id: i64,
}

/// Open an epoch of the campaign, unless one is open.
///
/// The order matters: secret and gold are stored, then the transaction, then it is sent. A restart finds the transaction
/// by its key and never draws a second secret for it.
pub async fn run(app: &AppState, key: &str, payload: OpenEpoch) -> anyhow::Result<Outcome> {
    let tx_key = format!("open_epoch/{key}");
    let call = match stored_call(app, &tx_key).await? {
        Some(call) => call,
        None => match prepare(app, payload.campaign_id).await? {
            Some((call, budget)) => {
                bonds::ensure(app, &tx_key, app.chain.operator_bond(budget).await?).await?;
                call
            }
            None => return Ok(Outcome::Done),
        },
    };
    let mined = app.transactions().send(&tx_key, &call).await?;
    record(app, payload.campaign_id, &mined).await?;
    Ok(Outcome::Done)
}

async fn stored_call(app: &AppState, tx_key: &str) -> anyhow::Result<Option<Call>> {
    let mut conn = app.pool.acquire().await?;
    let stored = storage::app::transactions::find(&mut conn, tx_key).await?;
    Ok(stored.map(|transaction| Call { to: transaction.recipient, data: transaction.data.into() }))
}

/// Make the terms and keep what they commit to: the call, and the budget in wei. `None` when the campaign has an open epoch.
async fn prepare(app: &AppState, campaign_id: i64) -> anyhow::Result<Option<(Call, U256)>> {
    let floors = app.chain.floors().await?;
    let mut db = app.pool.begin().await?;
    campaigns::lock(&mut db, campaign_id).await?;
    let campaign = campaigns::find(&mut db, campaign_id).await?;
    let campaign = campaign.ok_or_else(|| GiveUp(format!("there is no campaign {campaign_id}")))?;
    if epochs::find_open_by_campaign(&mut db, campaign_id).await?.is_some() {
        return Ok(None);
    }
    let manifest = canonical_json(&manifest(&mut db, &campaign).await?)?;
    let campaign_hash = app.blobs.put(manifest).await?;
    let known = tasks::gold(&mut db, campaign_id).await?;
    let secret = B256::new(random_bytes());
    let gold = gold_seats(&campaign.terms, secret, campaign.max_seats, &known);
    if gold.is_empty() && campaign.terms.gold_slots > 0 {
        let (needed, n_known) = (campaign.terms.gold_slots, known.len());
        return Err(GiveUp(format!("a seat needs {needed} gold tasks and the campaign has {n_known}")).into());
    }
    let words: Vec<GoldWord> = gold.iter().map(GoldSeat::word).collect();
    let terms = EpochTerms {
        campaign: campaign.terms,
        gold_blocks: gold_blocks(&words),
        gold_root: gold_tree(&words).root(),
        secret_hash: secret_hash(secret),
        campaign_hash,
    };
    terms.check().map_err(|error| GiveUp(format!("the campaign's terms cannot be opened: {error}")))?;
    let below = |error| GiveUp(format!("the campaign's terms are below the floors of the chain: {error}"));
    terms.campaign.check_floors(&floors).map_err(below)?;
    secrets::insert(&mut db, terms.secret_hash, &Secret { secret, gold }, app.clock.now()).await?;
    db.commit().await?;
    Ok(Some((app.chain.open_epoch(&terms), terms.campaign.budget)))
}

/// Let people label: from here on the API gives out seats.
async fn record(app: &AppState, campaign_id: i64, mined: &Mined) -> anyhow::Result<()> {
    let (epoch, terms) = app.chain.opened_epoch(mined).context("the transaction opened no epoch")?;
    let mut conn = app.pool.acquire().await?;
    let secret = secrets::find(&mut conn, terms.secret_hash).await?;
    let secret =
        secret.ok_or_else(|| GiveUp(format!("the secret of epoch {epoch} is not in the database")))?;
    epochs::insert(&mut conn, epoch, campaign_id, secret.secret, &terms, app.clock.now()).await?;
    tracing::info!(epoch, campaign.id = campaign_id, "opened an epoch");
    Ok(())
}

/// What the labelers are asked, as of now.
async fn manifest(conn: &mut PgConnection, campaign: &Campaign) -> anyhow::Result<CampaignManifest> {
    let tasks = tasks::list_by_campaign(conn, campaign.campaign_id).await?;
    let prompts = prompts::list(conn, campaign.campaign_id).await?;
    let version_ids: BTreeSet<B256> = tasks.iter().map(|task| task.version_id).collect();
    let of_prompt = |position| {
        let of_prompt = tasks.iter().filter(|task| task.prompt_position == position);
        of_prompt.map(|task| task.task_id).collect::<BTreeSet<_>>().into_iter().collect()
    };
    Ok(CampaignManifest {
        format: Default::default(),
        name: campaign.name.clone(),
        family_id: campaign.family_id,
        guidelines: campaign.guidelines.clone(),
        minimum_stake: campaign.minimum_stake,
        version_ids: version_ids.into_iter().collect(),
        prompts: prompts
            .into_iter()
            .map(|prompt| CampaignPrompt { task_ids: of_prompt(prompt.position), prompt: prompt.prompt })
            .collect(),
    })
}
