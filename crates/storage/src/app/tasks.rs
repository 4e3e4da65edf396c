//! `app.tasks`: a prompt and two completions to choose from.
use crate::columns;
use alloy_primitives::B256;
use chrono::{DateTime, Utc};
use protocol::Choice;
use sqlx::{Error, PgConnection, Row, postgres::PgRow};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// [`protocol::task_id`] of the texts and the version.
    pub task_id: B256,
    pub campaign_id: i64,
    pub prompt_position: u32,
    pub prompt: String,
    pub completion_a: String,
    pub completion_b: String,
    /// Version that wrote both completions.
    pub version_id: B256,
    /// Answer known beforehand: A or B.
    pub gold_choice: Option<Choice>,
}

impl Task {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            task_id: columns::hash(row, "task_id")?,
            campaign_id: row.try_get("campaign_id")?,
            prompt_position: columns::unsigned4(row, "prompt_position")?,
            prompt: row.try_get("prompt")?,
            completion_a: row.try_get("completion_a")?,
            completion_b: row.try_get("completion_b")?,
            version_id: columns::hash(row, "version_id")?,
            gold_choice: row.try_get::<Option<i16>, _>("gold_choice")?.map(to_choice).transpose()?,
        })
    }
}

pub(super) fn to_choice(value: i16) -> Result<Choice, Error> {
    let choice = u8::try_from(value).ok().and_then(|n| Choice::try_from(n).ok());
    choice.ok_or_else(|| Error::Decode(format!("{value} is no choice").into()))
}

/// Store a task; the same task again is harmless.
pub async fn insert(conn: &mut PgConnection, task: &Task, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query(
        "insert into app.tasks (task_id, campaign_id, prompt_position, prompt, completion_a, completion_b, version_id,
             gold_choice, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (task_id) do nothing",
    )
    .bind(task.task_id.as_slice())
    .bind(task.campaign_id)
    .bind(task.prompt_position.cast_signed())
    .bind(&task.prompt)
    .bind(&task.completion_a)
    .bind(&task.completion_b)
    .bind(task.version_id.as_slice())
    .bind(task.gold_choice.map(|c| i16::from(u8::from(c))))
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// A campaign's tasks by prompt.
pub async fn list_by_campaign(conn: &mut PgConnection, campaign_id: i64) -> Result<Vec<Task>, Error> {
    let rows =
        sqlx::query("select * from app.tasks where campaign_id = $1 order by prompt_position, task_id")
            .bind(campaign_id)
            .fetch_all(conn)
            .await?;
    rows.iter().map(Task::from_row).collect()
}

/// The tasks that were answered in any of these epochs, by prompt.
pub async fn list_answered(conn: &mut PgConnection, epochs: &[i64]) -> Result<Vec<Task>, Error> {
    let rows = sqlx::query(
        "select * from app.tasks t
         where exists (select from app.preferences p where p.task_id = t.task_id and p.epoch = any($1))
         order by prompt_position, task_id",
    )
    .bind(epochs)
    .fetch_all(conn)
    .await?;
    rows.iter().map(Task::from_row).collect()
}

pub async fn count(conn: &mut PgConnection, campaign_id: i64) -> Result<u64, Error> {
    let n: i64 = sqlx::query_scalar("select count(*) from app.tasks where campaign_id = $1")
        .bind(campaign_id)
        .fetch_one(conn)
        .await?;
    Ok(n.cast_unsigned())
}

/// Ids and gold answers of a campaign's tasks, ascending by id: what seats are filled from.
pub async fn pool(
    conn: &mut PgConnection,
    campaign_id: i64,
) -> Result<BTreeMap<B256, Option<Choice>>, Error> {
    let rows = sqlx::query("select task_id, gold_choice from app.tasks where campaign_id = $1")
        .bind(campaign_id)
        .fetch_all(conn)
        .await?;
    rows.iter()
        .map(|row| {
            let gold = row.try_get::<Option<i16>, _>("gold_choice")?.map(to_choice).transpose()?;
            Ok((columns::hash(row, "task_id")?, gold))
        })
        .collect()
}

/// A campaign's tasks with answers known beforehand.
pub async fn gold(conn: &mut PgConnection, campaign_id: i64) -> Result<BTreeMap<B256, Choice>, Error> {
    let tasks = pool(conn, campaign_id).await?;
    Ok(tasks.into_iter().filter_map(|(task_id, gold)| gold.map(|choice| (task_id, choice))).collect())
}

/// Set or clear the answer known beforehand; says whether the campaign has the task. The caller makes sure that no
/// epoch of the campaign is open.
pub async fn set_gold(
    conn: &mut PgConnection,
    campaign_id: i64,
    task_id: B256,
    choice: Option<Choice>,
) -> Result<bool, Error> {
    let done = sqlx::query("update app.tasks set gold_choice = $3 where campaign_id = $1 and task_id = $2")
        .bind(campaign_id)
        .bind(task_id.as_slice())
        .bind(choice.map(|c| i16::from(u8::from(c))))
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}
