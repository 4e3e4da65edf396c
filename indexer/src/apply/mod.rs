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

use crate::events::{ChainEvent, GovernorEvent, OptimisticEvent, RefereeEvent};
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

/// What a run of events does to the tables that have most of them. It is folded in memory and written with a statement or
/// two a table; no other event reads these tables, and what they refer to is written before them.
#[derive(Default)]
struct Folds {
    tokens: token::Fold,
    staking: staking::Fold,
    bonds: epochs::Bonds,
    rewards: distributor::Fold,
    votes: governor::Votes,
    vetoes: optimistic::Vetoes,
}

impl Folds {
    /// Gives the event back when it is none of these.
    fn add(&mut self, context: &Context, event: ChainEvent, changes: &mut Changes) -> Option<ChainEvent> {
        match event {
            ChainEvent::Token(event) => self.tokens.add(context, &event, changes),
            ChainEvent::Distributor(event) => self.rewards.add(context, &event, changes),
            ChainEvent::Governor(GovernorEvent::VoteCast(cast)) => self.votes.add(context, *cast, changes),
            ChainEvent::Optimistic(OptimisticEvent::VoteCast(cast)) => {
                self.vetoes.add(context, *cast, changes)
            }
            ChainEvent::Staking(ref of_stake) if self.staking.add(context, of_stake, changes) => {}
            ChainEvent::Epochs(ref of_bond) if self.bonds.add(context, of_bond, changes) => {}
            ChainEvent::Referee(RefereeEvent::LabelerSlashed { epoch, labeler, case_id }) => {
                self.staking.add_case(context, labeler, case_id, epoch, changes);
            }
            other => return Some(other),
        }
        None
    }

    async fn write(self, conn: &mut PgConnection) -> Result<(), sqlx::Error> {
        self.tokens.write(conn).await?;
        self.staking.write(conn).await?;
        self.bonds.write(conn).await?;
        self.rewards.write(conn).await?;
        self.votes.write(conn).await?;
        self.vetoes.write(conn).await
    }
}

/// Write what a run of events changed, in their order where it matters.
pub async fn apply_all(
    conn: &mut PgConnection,
    events: Vec<(Context, ChainEvent)>,
    changes: &mut Changes,
) -> Result<(), sqlx::Error> {
    let mut folds = Folds::default();
    for (context, event) in events {
        let Some(event) = folds.add(&context, event, changes) else { continue };
        for Change { topic, key } in apply(conn, &context, event).await? {
            changes.add(&context, topic, key);
        }
    }
    folds.write(conn).await
}

async fn apply(
    conn: &mut PgConnection,
    context: &Context,
    event: ChainEvent,
) -> Result<Vec<Change>, sqlx::Error> {
    match event {
        // Folded above.
        ChainEvent::Token(_) | ChainEvent::Distributor(_) => Ok(vec![]),
        ChainEvent::Governor(event) => governor::apply(conn, context, event).await,
        ChainEvent::Optimistic(event) => optimistic::apply(conn, context, event).await,
        ChainEvent::Staking(event) => staking::apply(conn, &event).await,
        ChainEvent::Epochs(event) => epochs::apply(conn, context, &event).await,
        ChainEvent::Referee(event) => referee::apply(conn, context, &event).await,
        ChainEvent::Models(event) => models::apply(conn, context, &event).await,
        ChainEvent::Datasets(event) => datasets::apply(conn, context, event).await,
        ChainEvent::Roles(event) => roles::apply(conn, &event).await,
        ChainEvent::Paused(pause) => pauses::apply(conn, &pause).await,
    }
}

fn change(topic: &'static str, key: impl ToString) -> Change {
    Change { topic, key: key.to_string() }
}
