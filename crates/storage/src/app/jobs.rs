//! `app.jobs`: the queue. A job is leased by one worker; a worker that dies loses the lease, and another takes the job up
//! again, so jobs are idempotent.
use crate::columns;
use alloy_primitives::{Address, B256};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{Error, PgConnection, Row, postgres::PgRow, types::Json};

/// Channel that is notified when a job becomes ready.
pub const CHANNEL: &str = "jobs";

#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    pub job_id: i64,
    pub kind: String,
    pub key: String,
    pub payload: Value,
    /// `ready`, `running`, `done` or `failed`.
    pub state: String,
    pub run_at: DateTime<Utc>,
    pub leased_until: Option<DateTime<Utc>>,
    /// How often it was leased since it last succeeded in being rescheduled.
    pub attempts: u32,
    pub last_error: Option<String>,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

impl Job {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            job_id: row.try_get("job_id")?,
            kind: row.try_get("kind")?,
            key: row.try_get("key")?,
            payload: columns::json(row, "payload")?,
            state: row.try_get("state")?,
            run_at: row.try_get("run_at")?,
            leased_until: row.try_get("leased_until")?,
            attempts: columns::unsigned4(row, "attempts")?,
            last_error: row.try_get("last_error")?,
            created_at: row.try_get("created_at")?,
            finished_at: row.try_get("finished_at")?,
        })
    }
}

/// Queue a job, once per `(kind, key)`, and wake the workers when the transaction commits. Returns the job's id, also of
/// one that was queued before.
pub async fn enqueue(
    conn: &mut PgConnection,
    kind: &str,
    key: &str,
    payload: &Value,
    run_at: DateTime<Utc>,
) -> Result<i64, Error> {
    // An update that changes nothing makes `returning` answer for an existing row too.
    let job_id = sqlx::query_scalar(
        "insert into app.jobs (kind, key, payload, run_at, created_at) values ($1, $2, $3, $4, $4)
         on conflict (kind, key) do update set kind = excluded.kind returning job_id",
    )
    .bind(kind)
    .bind(key)
    .bind(Json(payload))
    .bind(run_at)
    .fetch_one(&mut *conn)
    .await?;
    notify(conn).await?;
    Ok(job_id)
}

/// As [`enqueue`], but a job that is done or failed runs again with the new payload, and one that waits keeps its payload
/// and runs at `run_at` at the latest.
pub async fn enqueue_again(
    conn: &mut PgConnection,
    kind: &str,
    key: &str,
    payload: &Value,
    run_at: DateTime<Utc>,
) -> Result<i64, Error> {
    let job_id = sqlx::query_scalar(
        "insert into app.jobs (kind, key, payload, run_at, created_at) values ($1, $2, $3, $4, $4)
         on conflict (kind, key) do update set
             payload = case when jobs.state in ('ready', 'running') then jobs.payload else excluded.payload end,
             run_at = case when jobs.state in ('ready', 'running') then least(jobs.run_at, excluded.run_at)
                 else excluded.run_at end,
             state = case when jobs.state in ('ready', 'running') then jobs.state else 'ready' end,
             attempts = case when jobs.state in ('ready', 'running') then jobs.attempts else 0 end,
             finished_at = null
         returning job_id",
    )
    .bind(kind)
    .bind(key)
    .bind(Json(payload))
    .bind(run_at)
    .fetch_one(&mut *conn)
    .await?;
    notify(conn).await?;
    Ok(job_id)
}

/// Lease the job that has been due for the longest, also one whose worker let its lease run out. `kinds` limits what
/// this worker can do.
pub async fn lease(
    conn: &mut PgConnection,
    kinds: &[&str],
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<Job>, Error> {
    let row = sqlx::query(
        "update app.jobs set state = 'running', leased_until = $3, attempts = attempts + 1
         where job_id = (
             select job_id from app.jobs
             where kind = any($1) and run_at <= $2
                 and (state = 'ready' or (state = 'running' and leased_until <= $2))
             order by run_at for update skip locked limit 1
         )
         returning *",
    )
    .bind(kinds)
    .bind(now)
    .bind(until)
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(Job::from_row).transpose()
}

/// Keep a job that takes long; says whether it is still this worker's (`attempts` as leased).
pub async fn renew(
    conn: &mut PgConnection,
    job_id: i64,
    attempts: u32,
    until: DateTime<Utc>,
) -> Result<bool, Error> {
    let done = sqlx::query(
        "update app.jobs set leased_until = $3 where job_id = $1 and attempts = $2 and state = 'running'",
    )
    .bind(job_id)
    .bind(attempts.cast_signed())
    .bind(until)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The job is done.
pub async fn complete(conn: &mut PgConnection, job_id: i64, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query(
        "update app.jobs set state = 'done', leased_until = null, last_error = null, finished_at = $2
         where job_id = $1",
    )
    .bind(job_id)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// The job went well and has a next step at `run_at`.
pub async fn reschedule(
    conn: &mut PgConnection,
    job_id: i64,
    payload: &Value,
    run_at: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "update app.jobs set state = 'ready', leased_until = null, attempts = 0, last_error = null, payload = $2,
             run_at = $3
         where job_id = $1",
    )
    .bind(job_id)
    .bind(Json(payload))
    .bind(run_at)
    .execute(conn)
    .await?;
    Ok(())
}

/// The job went wrong: try again at `retry_at`, or give up when that is none.
pub async fn fail(
    conn: &mut PgConnection,
    job_id: i64,
    error: &str,
    retry_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "update app.jobs set leased_until = null, last_error = $2, run_at = coalesce($3, run_at),
             state = case when $3::timestamptz is null then 'failed' else 'ready' end,
             finished_at = case when $3::timestamptz is null then $4 end
         where job_id = $1",
    )
    .bind(job_id)
    .bind(error)
    .bind(retry_at)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// Take every job from its worker, for a process that knows that it is the only one left.
pub async fn release_all(conn: &mut PgConnection) -> Result<(), Error> {
    sqlx::query("update app.jobs set state = 'ready', leased_until = null where state = 'running'")
        .execute(conn)
        .await?;
    Ok(())
}

/// Proposals that may still be queued or executed and have no job of this kind; the key of such a job is the id.
pub async fn proposals_without(conn: &mut PgConnection, kind: &str) -> Result<Vec<String>, Error> {
    sqlx::query_scalar(
        "select proposal_id::text from chain.proposals p
         where executed_at is null and canceled_at is null
             and not exists (select from app.jobs j where j.kind = $1 and j.key = p.proposal_id::text)
         order by created_block",
    )
    .bind(kind)
    .fetch_all(conn)
    .await
}

/// Payouts that stand proposed by others than `operator` and have no job of this kind: the key of such a job, which names the
/// proposal's event, the epoch and the root.
pub async fn payouts_without(
    conn: &mut PgConnection,
    kind: &str,
    operator: Address,
) -> Result<Vec<(String, u64, B256)>, Error> {
    let rows = sqlx::query(
        "select * from (
             select epoch || '/' || block_number || '/' || log_index as key, epoch, payouts_root
             from chain.payouts_roots where status = 'proposed' and proposer <> $2
         ) p where not exists (select from app.jobs j where j.kind = $1 and j.key = p.key) order by key",
    )
    .bind(kind)
    .bind(operator.as_slice())
    .fetch_all(conn)
    .await?;
    let read = |row: &PgRow| {
        Ok((row.try_get("key")?, columns::unsigned(row, "epoch")?, columns::hash(row, "payouts_root")?))
    };
    rows.iter().map(read).collect()
}

/// Open demands that have no job of this kind: the key of such a job, which names the demand's event, and the epoch.
pub async fn demands_without(conn: &mut PgConnection, kind: &str) -> Result<Vec<(String, u64)>, Error> {
    let demands: Vec<(String, i64)> = sqlx::query_as(
        "select key, epoch from (
             select epoch || '/' || block_number || '/' || log_index as key, epoch from chain.demands
             where status = 'open'
         ) d where not exists (select from app.jobs j where j.kind = $1 and j.key = d.key) order by key",
    )
    .bind(kind)
    .fetch_all(conn)
    .await?;
    Ok(demands.into_iter().map(|(key, epoch)| (key, epoch.cast_unsigned())).collect())
}

/// When the next job is due, so that a worker knows how long to sleep.
pub async fn next_due(conn: &mut PgConnection, kinds: &[&str]) -> Result<Option<DateTime<Utc>>, Error> {
    sqlx::query_scalar(
        "select min(case when state = 'running' then greatest(run_at, leased_until) else run_at end)
         from app.jobs where kind = any($1) and state in ('ready', 'running')",
    )
    .bind(kinds)
    .fetch_one(conn)
    .await
}

pub async fn find(conn: &mut PgConnection, job_id: i64) -> Result<Option<Job>, Error> {
    let row =
        sqlx::query("select * from app.jobs where job_id = $1").bind(job_id).fetch_optional(conn).await?;
    row.as_ref().map(Job::from_row).transpose()
}

/// The newest `limit` jobs.
pub async fn list(conn: &mut PgConnection, limit: u32) -> Result<Vec<Job>, Error> {
    let rows = sqlx::query("select * from app.jobs order by job_id desc limit $1")
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await?;
    rows.iter().map(Job::from_row).collect()
}

async fn notify(conn: &mut PgConnection) -> Result<(), Error> {
    sqlx::query("select pg_notify($1, '')").bind(CHANNEL).execute(conn).await?;
    Ok(())
}
