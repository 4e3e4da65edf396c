//! `app.prompts`: what the model is asked in a campaign.
use crate::columns;
use chrono::{DateTime, Utc};
use sqlx::{Error, PgConnection, Row};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// Number in its campaign, from 0.
    pub position: u32,
    pub prompt: String,
    pub sampled_at: Option<DateTime<Utc>>,
}

/// Store a new campaign's prompts in their order.
pub async fn insert_all(conn: &mut PgConnection, campaign_id: i64, prompts: &[String]) -> Result<(), Error> {
    sqlx::query(
        "insert into app.prompts (campaign_id, position, prompt)
         select $1, n - 1, prompt from unnest($2::text[]) with ordinality as given (prompt, n)",
    )
    .bind(campaign_id)
    .bind(prompts)
    .execute(conn)
    .await?;
    Ok(())
}

/// A campaign's prompts in their order.
pub async fn list(conn: &mut PgConnection, campaign_id: i64) -> Result<Vec<Prompt>, Error> {
    let rows = sqlx::query(
        "select position, prompt, sampled_at from app.prompts where campaign_id = $1 order by position",
    )
    .bind(campaign_id)
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Prompt {
                position: columns::unsigned4(row, "position")?,
                prompt: row.try_get("prompt")?,
                sampled_at: row.try_get("sampled_at")?,
            })
        })
        .collect()
}

/// `(sampled, all)` prompts of a campaign.
pub async fn count(conn: &mut PgConnection, campaign_id: i64) -> Result<(u64, u64), Error> {
    let (sampled, all): (i64, i64) =
        sqlx::query_as("select count(sampled_at), count(*) from app.prompts where campaign_id = $1")
            .bind(campaign_id)
            .fetch_one(conn)
            .await?;
    Ok((sampled.cast_unsigned(), all.cast_unsigned()))
}

/// Remember that a prompt's tasks are stored.
pub async fn mark_sampled(
    conn: &mut PgConnection,
    campaign_id: i64,
    position: u32,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query("update app.prompts set sampled_at = $3 where campaign_id = $1 and position = $2")
        .bind(campaign_id)
        .bind(position.cast_signed())
        .bind(now)
        .execute(conn)
        .await?;
    Ok(())
}
