//! `app.campaigns`: what is asked, of whom and for how much.
use crate::columns;
use alloy_primitives::{B256, U256};
use chrono::{DateTime, Utc};
use protocol::CampaignTerms;
use serde::{Deserialize, Serialize};
use sqlx::{Error, PgConnection, Row, postgres::PgRow, types::Json};

/// How completions are drawn from the served version.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Sampling {
    /// Completions per prompt; n of them make n·(n−1)/2 tasks at most.
    pub completions_per_prompt: u32,
    pub max_tokens: u32,
    pub temperature: f64,
    pub seed: u64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    pub campaign_id: i64,
    pub name: String,
    pub family_id: B256,
    pub guidelines: String,
    pub minimum_stake: U256,
    pub terms: CampaignTerms,
    pub sampling: Sampling,
    /// Labelers in one block, 1 to 32.
    pub max_seats: u32,
    /// `active` or `paused`.
    pub status: String,
    pub created_at: DateTime<Utc>,
}

/// A campaign that has no id yet.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCampaign {
    pub name: String,
    pub family_id: B256,
    pub guidelines: String,
    pub minimum_stake: U256,
    pub terms: CampaignTerms,
    pub sampling: Sampling,
    pub max_seats: u32,
}

impl Campaign {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            campaign_id: row.try_get("campaign_id")?,
            name: row.try_get("name")?,
            family_id: columns::hash(row, "family_id")?,
            guidelines: row.try_get("guidelines")?,
            minimum_stake: columns::wei(row, "minimum_stake")?,
            terms: columns::json(row, "terms")?,
            sampling: columns::json(row, "sampling")?,
            max_seats: columns::unsigned4(row, "max_seats")?,
            status: row.try_get("status")?,
            created_at: row.try_get("created_at")?,
        })
    }
}

const COLUMNS: &str =
    "campaign_id, name, family_id, guidelines, minimum_stake::text as minimum_stake, terms, sampling,
    max_seats, status, created_at";

/// Store a campaign; `None` when its name is taken.
pub async fn insert(
    conn: &mut PgConnection,
    campaign: &NewCampaign,
    now: DateTime<Utc>,
) -> Result<Option<i64>, Error> {
    sqlx::query_scalar(
        "insert into app.campaigns
             (name, family_id, guidelines, minimum_stake, terms, sampling, max_seats, created_at)
         values ($1, $2, $3, $4::numeric, $5, $6, $7, $8) on conflict (name) do nothing returning campaign_id",
    )
    .bind(&campaign.name)
    .bind(campaign.family_id.as_slice())
    .bind(&campaign.guidelines)
    .bind(campaign.minimum_stake.to_string())
    .bind(Json(&campaign.terms))
    .bind(Json(&campaign.sampling))
    .bind(campaign.max_seats.cast_signed())
    .bind(now)
    .fetch_optional(conn)
    .await
}

pub async fn find(conn: &mut PgConnection, campaign_id: i64) -> Result<Option<Campaign>, Error> {
    let row = sqlx::query(sqlx::AssertSqlSafe(format!(
        "select {COLUMNS} from app.campaigns where campaign_id = $1"
    )))
    .bind(campaign_id)
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(Campaign::from_row).transpose()
}

/// All campaigns, the newest first.
pub async fn list(conn: &mut PgConnection) -> Result<Vec<Campaign>, Error> {
    let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
        "select {COLUMNS} from app.campaigns order by campaign_id desc"
    )))
    .fetch_all(conn)
    .await?;
    rows.iter().map(Campaign::from_row).collect()
}

/// Serialise what must not happen to a campaign at the same time (gold answers, opening of epochs), until the
/// transaction ends. Says whether the campaign exists.
pub async fn lock(conn: &mut PgConnection, campaign_id: i64) -> Result<bool, Error> {
    let row = sqlx::query("select campaign_id from app.campaigns where campaign_id = $1 for update")
        .bind(campaign_id)
        .fetch_optional(conn)
        .await?;
    Ok(row.is_some())
}
