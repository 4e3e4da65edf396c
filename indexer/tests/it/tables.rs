//! Indexers and what is in their tables.

use indexer::{Indexer, IndexerConfig, Progress};
use sqlx::{AssertSqlSafe, PgPool};
use std::time::{Duration, Instant};
use testkit::TestChain;

/// Every table that is a fold of the logs, and the logs and blocks themselves.
const TABLES: [&str; 27] = [
    "blocks",
    "logs",
    "quarantine",
    "accounts",
    "total_supplies",
    "proposals",
    "votes",
    "quorums",
    "stakes",
    "slashes",
    "reward_stream",
    "bonds",
    "epochs",
    "payouts_roots",
    "demands",
    "disproofs",
    "reward_pool",
    "claims",
    "families",
    "model_versions",
    "datasets",
    "role_members",
    "pauses",
    "routine_calls",
    "routine_proposers",
    "routine_proposals",
    "vetoes",
];

pub fn config(chain: &TestChain) -> IndexerConfig {
    let poll = Duration::from_millis(50);
    IndexerConfig {
        poll,
        finality_poll: Duration::ZERO,
        ..IndexerConfig::new(chain.rpc_url(), chain.deployment().clone())
    }
}

pub fn indexer(chain: &TestChain, pool: &PgPool) -> Indexer {
    Indexer::new(config(chain), pool.clone()).unwrap()
}

/// Indexes until the chain's head is in the tables. A lock that a dropped indexer still holds is waited for; the work
/// itself takes as long as it takes.
pub async fn sync(indexer: &mut Indexer) -> Progress {
    let start = Instant::now();
    loop {
        match indexer.sync_once().await.unwrap() {
            Progress::Standby => {
                assert!(start.elapsed() < Duration::from_secs(120), "the lock is not released");
                tokio::task::yield_now().await;
            }
            progress => return progress,
        }
    }
}

/// All rows of all tables, one line a table.
pub async fn dump(pool: &PgPool) -> Vec<String> {
    let mut lines = Vec::new();
    for table in TABLES {
        let query = format!(
            "select coalesce(jsonb_agg(to_jsonb(t) order by to_jsonb(t)::text), '[]')::text from chain.{table} t"
        );
        let rows: String = sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(pool).await.unwrap();
        lines.push(format!("{table}: {rows}"));
    }
    lines
}

/// Panics with the first table that differs.
pub fn assert_same(actual: &[String], expected: &[String]) {
    for (actual, expected) in actual.iter().zip(expected) {
        assert_eq!(actual, expected);
    }
}

pub async fn count(pool: &PgPool, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(pool).await.unwrap()
}
