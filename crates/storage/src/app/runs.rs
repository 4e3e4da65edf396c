//! `app.runs`: passes of the training pipeline and how far they are.
use crate::columns;
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{Error, PgConnection, Row, postgres::PgRow, types::Json};

#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    pub run_id: i64,
    pub campaign_id: i64,
    /// `{epochs, reward?, sft | dpo | ppo | grpo | rloo, seed, profile, precision?}`: what the admin asked for.
    pub request: Value,
    /// `queued`, `running`, `done` or `failed`.
    pub state: String,
    /// Step of the pipeline that is running or comes next.
    pub stage: String,
    /// Last progress line of the trainer in this stage.
    pub progress: Value,
    /// What finished stages made.
    pub results: Value,
    pub error: Option<String>,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

impl Run {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            run_id: row.try_get("run_id")?,
            campaign_id: row.try_get("campaign_id")?,
            request: columns::json(row, "request")?,
            state: row.try_get("state")?,
            stage: row.try_get("stage")?,
            progress: columns::json(row, "progress")?,
            results: columns::json(row, "results")?,
            error: row.try_get("error")?,
            created_at: row.try_get("created_at")?,
            finished_at: row.try_get("finished_at")?,
        })
    }
}

/// Store a run and say its id.
pub async fn insert(
    conn: &mut PgConnection,
    campaign_id: i64,
    request: &Value,
    now: DateTime<Utc>,
) -> Result<i64, Error> {
    sqlx::query_scalar(
        "insert into app.runs (campaign_id, request, created_at) values ($1, $2, $3) returning run_id",
    )
    .bind(campaign_id)
    .bind(Json(request))
    .bind(now)
    .fetch_one(conn)
    .await
}

pub async fn find(conn: &mut PgConnection, run_id: i64) -> Result<Option<Run>, Error> {
    let row =
        sqlx::query("select * from app.runs where run_id = $1").bind(run_id).fetch_optional(conn).await?;
    row.as_ref().map(Run::from_row).transpose()
}

/// All runs, the newest first.
pub async fn list(conn: &mut PgConnection) -> Result<Vec<Run>, Error> {
    let rows = sqlx::query("select * from app.runs order by run_id desc").fetch_all(conn).await?;
    rows.iter().map(Run::from_row).collect()
}

/// Enter a stage with what the stages before it made.
pub async fn set_stage(
    conn: &mut PgConnection,
    run_id: i64,
    stage: &str,
    results: &Value,
) -> Result<(), Error> {
    sqlx::query(
        "update app.runs set state = 'running', stage = $2, results = $3, progress = '{}' where run_id = $1",
    )
    .bind(run_id)
    .bind(stage)
    .bind(Json(results))
    .execute(conn)
    .await?;
    Ok(())
}

/// Show how far the stage is.
pub async fn set_progress(conn: &mut PgConnection, run_id: i64, progress: &Value) -> Result<(), Error> {
    sqlx::query("update app.runs set progress = $2 where run_id = $1")
        .bind(run_id)
        .bind(Json(progress))
        .execute(conn)
        .await?;
    Ok(())
}

/// End a run: well when `error` is none.
pub async fn finish(
    conn: &mut PgConnection,
    run_id: i64,
    error: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "update app.runs set state = case when $2::text is null then 'done' else 'failed' end, error = $2,
             finished_at = $3 where run_id = $1",
    )
    .bind(run_id)
    .bind(error)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}
