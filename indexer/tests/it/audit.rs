//! A row that is not what its contract says is found.

use crate::{
    story::{self, pol, stake},
    tables::{config, indexer, sync},
};
use indexer::{Finality, Indexer, IndexerConfig, audit::Audit};
use sqlx::AssertSqlSafe;
use std::time::Duration;
use testkit::{TestChain, TestDb};

/// A wrong row each, and where an audit must point.
const WRONG: [(&str, &str, &str); 24] = [
    ("update accounts set balance = balance + 1 where balance > 0", "accounts", "balance"),
    ("update accounts set locked = locked + 1 where locked > 0", "accounts", "locked"),
    ("update accounts set votes = 0 where votes > 0", "accounts", "votes"),
    ("update accounts set delegate = null where delegate is not null", "accounts", "delegate"),
    ("delete from accounts where balance > 0", "accounts", "sum of balances"),
    ("update total_supplies set total_supply = total_supply + 1", "accounts", "supply"),
    ("update proposals set for_votes = for_votes + 1", "proposals", "for_votes"),
    ("update proposals set executed_at = null where executed_at is not null", "proposals", "executed"),
    ("update proposals set vote_end = vote_end + '1 s'", "proposals", "vote_end"),
    ("update votes set weight = weight - 1", "votes", "weight"),
    ("update stakes set thawing = thawing + 1", "stakes", "thawing"),
    ("delete from stakes where active > 0", "stakes", "sum of active"),
    ("update epochs set status = 'open' where epoch = 1", "epochs", "status"),
    ("update epochs set seed = decode(repeat('00', 32), 'hex') where epoch = 2", "epochs", "seed"),
    ("delete from epochs where epoch = 1", "epochs", "rows"),
    ("update payouts_roots set total_cumulative = 1 where status = 'approved'", "epochs", "total_cumulative"),
    ("update bonds set free = free + 1", "bonds", "free"),
    ("update reward_pool set total_paid = 0", "reward_pool", "total_paid"),
    ("update claims set total_claimed = total_claimed + 1", "claims", "total_claimed"),
    ("update families set active_version = decode(repeat('01', 32), 'hex')", "families", "active_version"),
    ("update model_versions set status = 'active' where status = 'revoked'", "model_versions", "status"),
    ("update datasets set consent_withdrawn = false", "datasets", "consent_withdrawn"),
    ("delete from role_members where role_id = 0", "role_members", "held"),
    ("update pauses set until = until + '1 s'", "pauses", "until"),
];

fn names(audit: &Audit) -> Vec<(&'static str, &'static str)> {
    audit.differences.iter().map(|difference| (difference.table, difference.field)).collect()
}

#[tokio::test]
async fn every_wrong_row_is_found_and_right_ones_are_not_blamed() {
    let (chain, db) = (TestChain::start().await, TestDb::new().await);
    story::tell(&chain).await;
    chain.mine(64).await;
    let mut follower = indexer(&chain, &db.pool);
    sync(&mut follower).await;
    let end_of_story = chain.block_number().await - 64;
    // What came after the final block is in the tables, and is not compared.
    stake(&chain, 0, pol(1)).await;
    stake(&chain, 3, pol(5)).await;
    sync(&mut follower).await;
    let honest = follower.audit(None).await.unwrap().unwrap();
    assert_eq!(honest.differences, []);
    assert!(honest.is_final && honest.block == end_of_story + 2 && honest.n_values > 200, "{honest:?}");

    // Values first, then rows that are missing.
    for deletes in [false, true] {
        let wrong = WRONG.into_iter().filter(|(wrong, ..)| wrong.starts_with("delete") == deletes);
        let mut tx = db.pool.begin().await.unwrap();
        sqlx::raw_sql("set local search_path = chain").execute(&mut *tx).await.unwrap();
        for (wrong, ..) in wrong.clone() {
            let changed =
                sqlx::raw_sql(AssertSqlSafe(wrong)).execute(&mut *tx).await.unwrap().rows_affected();
            assert!(changed > 0, "{wrong}");
        }
        tx.commit().await.unwrap();
        let audit = follower.audit(None).await.unwrap().unwrap();
        for (wrong, table, field) in wrong {
            assert!(names(&audit).contains(&(table, field)), "{wrong}: {:?}", audit.differences);
        }
        assert_eq!(follower.status().borrow().n_differences, audit.differences.len() as u64);
        follower.rebuild().await.unwrap();
        assert_eq!(follower.audit(None).await.unwrap().unwrap().differences, []);
    }
}

#[tokio::test]
async fn a_final_block_that_is_older_than_the_contracts_is_not_compared() {
    let (chain, db) = (TestChain::start().await, TestDb::new().await);
    let mut follower = indexer(&chain, &db.pool);
    sync(&mut follower).await;
    assert!(chain.block_number().await < 64, "Anvil calls nothing final yet");
    assert_eq!(follower.audit(None).await.unwrap(), None);
    assert_eq!(follower.status().borrow().n_differences, 0);
    chain.mine(64).await;
    sync(&mut follower).await;
    assert_eq!(follower.audit(None).await.unwrap().unwrap().differences, []);
}

#[tokio::test]
async fn a_running_indexer_looks_at_a_sample_now_and_then() {
    let (chain, db) = (TestChain::start().await, TestDb::new().await);
    story::tell(&chain).await;
    let config =
        IndexerConfig { audit_poll: Duration::from_millis(20), finality: Finality::Tags, ..config(&chain) };
    let indexer = Indexer::new(config, db.pool.clone()).unwrap();
    let mut status = indexer.status();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(indexer.run(async { stopped.await.unwrap_or_default() }));
    let mut wait = async |what: fn(&indexer::Status) -> bool| {
        tokio::time::timeout(Duration::from_secs(120), status.wait_for(what)).await.unwrap().unwrap().clone()
    };
    let honest = wait(|status| status.audited > 0).await;
    assert_eq!(honest.n_differences, 0);
    sqlx::query("update chain.accounts set balance = 0").execute(&db.pool).await.unwrap();
    assert!(wait(|status| status.n_differences > 0).await.error.is_none());
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
}
