//! Event → rows, one file a contract. Each says which rows changed, for live pages.

mod datasets;
mod distributor;
mod epochs;
mod governor;
mod models;
mod optimistic;
mod pauses;
mod referee;
mod roles;
mod staking;
mod token;

use crate::events::{ChainEvent, GovernorEvent};
use alloy::primitives::B256;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::{collections::BTreeSet, fmt::Display};
use storage::chain::{Position, feed::Change};

/// Where and when an event happened.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    pub position: Position,
    pub tx_hash: B256,
    /// Time of its block.
    pub mined_at: DateTime<Utc>,
}

/// The rows that a run of events changed, each once.
pub struct Changes {
    /// Name every row; otherwise say `*` once a table, as when years of blocks are caught up with.
    by_row: bool,
    /// With the block of the change.
    pub rows: BTreeSet<(u64, Change)>,
}

impl Changes {
    pub fn new(by_row: bool) -> Self {
        Self { by_row, rows: BTreeSet::new() }
    }

    fn add(&mut self, context: &Context, topic: &'static str, key: impl Display) {
        let (block, key) = if self.by_row {
            (context.position.block_number, key.to_string())
        } else if self.rows.iter().any(|(_, change)| change.topic == topic) {
            return;
        } else {
            (context.position.block_number, "*".to_owned())
        };
        self.rows.insert((block, Change { topic, key }));
    }
}

/// Write what a run of events changed, in their order where it matters. Tokens and votes are many and are folded first:
/// no other event reads their tables, and a proposal is always there before its votes.
pub async fn apply_all(
    conn: &mut PgConnection,
    events: Vec<(Context, ChainEvent)>,
    changes: &mut Changes,
) -> Result<(), sqlx::Error> {
    let (mut tokens, mut votes) = (token::Fold::default(), governor::Votes::default());
    for (context, event) in events {
        match event {
            ChainEvent::Token(event) => tokens.add(&context, &event, changes),
            ChainEvent::Governor(GovernorEvent::VoteCast(cast)) => votes.add(&context, *cast, changes),
            event => {
                for Change { topic, key } in apply(conn, &context, event).await? {
                    changes.add(&context, topic, key);
                }
            }
        }
    }
    tokens.write(conn).await?;
    votes.write(conn).await
}

async fn apply(
    conn: &mut PgConnection,
    context: &Context,
    event: ChainEvent,
) -> Result<Vec<Change>, sqlx::Error> {
    match event {
        // Folded above.
        ChainEvent::Token(_) | ChainEvent::Governor(GovernorEvent::VoteCast(_)) => Ok(vec![]),
        ChainEvent::Governor(event) => governor::apply(conn, context, event).await,
        ChainEvent::Optimistic(event) => optimistic::apply(conn, context, event).await,
        ChainEvent::Staking(event) => staking::apply(conn, context, &event).await,
        ChainEvent::Epochs(event) => epochs::apply(conn, context, &event).await,
        ChainEvent::Referee(event) => referee::apply(conn, context, &event).await,
        ChainEvent::Distributor(event) => distributor::apply(conn, context, &event).await,
        ChainEvent::Models(event) => models::apply(conn, context, &event).await,
        ChainEvent::Datasets(event) => datasets::apply(conn, context, event).await,
        ChainEvent::Roles(event) => roles::apply(conn, &event).await,
        ChainEvent::Paused(pause) => pauses::apply(conn, &pause).await,
    }
}

fn change(topic: &'static str, key: impl ToString) -> Change {
    Change { topic, key: key.to_string() }
}
