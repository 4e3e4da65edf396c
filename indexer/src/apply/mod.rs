//! Event → rows, one file a contract. Each says which rows changed, for live pages.

mod datasets;
mod distributor;
mod epochs;
mod governor;
mod models;
mod pauses;
mod referee;
mod roles;
mod staking;
mod token;

use crate::events::ChainEvent;
use alloy::primitives::{Address, B256};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use storage::chain::{Position, feed::Change};

/// Where and when an event happened.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    pub position: Position,
    pub tx_hash: B256,
    /// Time of its block.
    pub mined_at: DateTime<Utc>,
}

/// Write what an event changed.
pub async fn apply(
    conn: &mut PgConnection,
    context: &Context,
    event: ChainEvent,
) -> Result<Vec<Change>, sqlx::Error> {
    match event {
        ChainEvent::Token(event) => token::apply(conn, context, &event).await,
        ChainEvent::Governor(event) => governor::apply(conn, context, event).await,
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

fn account(address: Address) -> Change {
    change("accounts", address)
}
