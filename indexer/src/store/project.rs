//! Logs → rows, inside the caller's transaction.

use super::Writer;
use crate::{
    apply::{Changes, Context, apply_all},
    decode::decode,
    events::ChainEvent,
};
use sqlx::{Error, PgConnection};
use storage::chain::{
    clear_projections,
    feed::Change,
    logs::{self, Log},
    quarantine, undo,
};

/// Logs read at a time when the tables are rebuilt.
const LOGS_PER_PAGE: u32 = 5000;

/// How to treat an event that the database refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    /// Give the whole transaction up: it is repeated with care.
    Fast,
    /// Put each event behind a savepoint and the refused one into quarantine.
    Careful,
}

impl Writer {
    /// Write what logs changed, and keep the rows as they were before each block; `journaled` is the block that rows are
    /// kept for now. Returns what changed.
    pub(super) async fn project_hot(
        &self,
        conn: &mut PgConnection,
        logs: &[Log],
        mut journaled: u64,
        care: Care,
    ) -> Result<Vec<(u64, Change)>, Error> {
        let mut changes = Vec::new();
        for of_block in logs.chunk_by(|a, b| a.position.block_number == b.position.block_number) {
            let number = of_block[0].position.block_number;
            if number != journaled {
                undo::begin_block(conn, number).await?;
                journaled = number;
            }
            changes.extend(self.project(conn, of_block, care, true).await?);
        }
        Ok(changes)
    }

    /// Write what logs changed. An event that cannot be understood or applied goes into quarantine. Returns what changed:
    /// the rows, or only their tables.
    pub(super) async fn project(
        &self,
        conn: &mut PgConnection,
        logs: &[Log],
        care: Care,
        by_row: bool,
    ) -> Result<Vec<(u64, Change)>, Error> {
        let mut events = Vec::with_capacity(logs.len());
        for log in logs {
            match decode(&self.contracts, log.address, &log.topics, &log.data) {
                Ok(Some(event)) => events.push((context(log), event)),
                Ok(None) => {}
                Err(error) => set_aside(conn, &context(log), error.to_string()).await?,
            }
        }
        let mut changes = Changes::new(by_row);
        match care {
            Care::Fast => apply_all(conn, events, &mut changes).await?,
            Care::Careful => {
                for event in events {
                    try_apply(conn, event, &mut changes).await?;
                }
            }
        }
        Ok(changes.rows.into_iter().collect())
    }

    /// Empty all tables and fold the stored logs again.
    pub(super) async fn replay(&self, conn: &mut PgConnection, care: Care) -> Result<(), Error> {
        clear_projections(conn).await?;
        if !self.projects {
            return Ok(());
        }
        let mut after = None;
        loop {
            let page = logs::list_after(conn, after, LOGS_PER_PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.position);
            self.project(conn, &page, care, false).await?;
        }
    }
}

async fn try_apply(
    conn: &mut PgConnection,
    (context, event): (Context, ChainEvent),
    changes: &mut Changes,
) -> Result<(), Error> {
    sqlx::raw_sql("savepoint event").execute(&mut *conn).await?;
    match apply_all(conn, vec![(context, event)], changes).await {
        Err(error) if is_of_the_data(&error) => {
            sqlx::raw_sql("rollback to savepoint event").execute(&mut *conn).await?;
            set_aside(conn, &context, error.to_string()).await?;
        }
        result => result?,
    }
    sqlx::raw_sql("release savepoint event").execute(conn).await?;
    Ok(())
}

/// Whether the database refused what an event says: a data exception or a broken constraint. A full disk or a server that
/// stops is no fault of the event.
pub(super) fn is_of_the_data(error: &Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| code.starts_with("22") || code.starts_with("23"))
}

async fn set_aside(conn: &mut PgConnection, context: &Context, error: String) -> Result<(), Error> {
    let position = context.position;
    tracing::warn!(block = position.block_number, log.index = position.log_index, %error, "an event is set aside");
    quarantine::insert(conn, position, &error).await
}

fn context(log: &Log) -> Context {
    Context { position: log.position, tx_hash: log.tx_hash, mined_at: log.mined_at }
}
