//! A node that drops, empties, reorders, refuses, hangs, truncates, lags or lies: no event is lost and none is invented.

use crate::{
    proxy::{Fault, Proxy},
    story,
    tables::{assert_same, config, count, dump, indexer, sync},
};
use futures::future::join_all;
use indexer::{Indexer, IndexerConfig, IndexerError, Progress, RpcError};
use std::time::Duration;
use testkit::{TestChain, TestDb};

/// Patient as `Indexer::run`, without its pauses, until the chain's real head is reached.
async fn sync_with_patience(indexer: &mut Indexer, chain: &TestChain) {
    let head = chain.block_number().await;
    let synced = async {
        loop {
            if let Ok(Progress::Current) = indexer.sync_once().await
                && indexer.status().borrow().is_current()
                && indexer.status().borrow().indexed == head
            {
                return;
            }
        }
    };
    let arrived = tokio::time::timeout(Duration::from_secs(400), synced).await.is_ok();
    assert!(arrived, "it does not get there: {:?}", indexer.status().borrow());
}

/// Columns that say how a block was proved, not what is in it.
fn without_proofs(dump: Vec<String>) -> Vec<String> {
    let proof = |line: String| (0..4).fold(line, |line, n| line.replace(&format!("\"verified\": {n}"), ""));
    dump.into_iter().map(proof).collect()
}

#[tokio::test]
async fn whatever_the_node_does_wrong_the_tables_are_those_of_an_honest_one() {
    let (chain, honest) = (TestChain::start().await, TestDb::new().await);
    story::tell(&chain).await;
    // Half of the story is final and read in ranges, the other half block by block.
    chain.mine(20).await;
    sync(&mut indexer(&chain, &honest.pool)).await;
    let expected = without_proofs(dump(&honest.pool).await);
    let faults = [
        Fault::DropsALog,
        Fault::EmptyLogs,
        Fault::ReordersLogs,
        Fault::TooManyRequests,
        Fault::Hangs,
        Fault::Truncates,
        Fault::RefusesLongRanges,
        Fault::NoReceipts,
        Fault::LiesInReceipts,
        Fault::Lags,
    ];
    join_all(faults.map(|fault| deceive(&chain, fault, &expected))).await;
}

async fn deceive(chain: &TestChain, fault: Fault, expected: &[String]) {
    let (db, proxy) = (TestDb::new().await, Proxy::start(chain.rpc_url(), fault).await);
    let rpc_timeout = Duration::from_millis(if fault == Fault::Hangs { 2_000 } else { 60_000 });
    let config = IndexerConfig { rpc_url: proxy.url.clone(), rpc_timeout, ..config(chain) };
    let mut deceived = Indexer::new(config, db.pool.clone()).unwrap();
    sync_with_patience(&mut deceived, chain).await;
    assert!(proxy.n_faults() > 0, "{fault:?} never showed");
    assert_eq!(deceived.status().borrow().n_reorgs, 0, "{fault:?} is no reorganisation");
    let actual = without_proofs(dump(&db.pool).await);
    assert!(actual == expected, "{fault:?} left other tables");
    let unproved = count(&db.pool, "select count(*) from chain.blocks where verified = 0").await;
    assert_eq!(unproved, 0, "{fault:?}");
}

#[tokio::test]
async fn receipts_that_nobody_can_recompute_are_noted_and_the_indexer_goes_on() {
    let (chain, db) = (TestChain::start().await, TestDb::new().await);
    story::tell(&chain).await;
    let proxy = Proxy::start(chain.rpc_url(), Fault::NoReceipts).await;
    let config = IndexerConfig { rpc_url: proxy.url.clone(), ..config(&chain) };
    sync_with_patience(&mut Indexer::new(config, db.pool.clone()).unwrap(), &chain).await;
    // Every second question for receipts was answered.
    assert!(count(&db.pool, "select count(*) from chain.blocks where verified = 3").await > 0);
    assert!(count(&db.pool, "select count(*) from chain.blocks where verified = 2").await > 0);
}

#[tokio::test]
async fn an_endpoint_of_another_chain_is_passed_over_or_refused() {
    let (chain, db, fresh) = (TestChain::start().await, TestDb::new().await, TestDb::new().await);
    let proxy = Proxy::start(chain.rpc_url(), Fault::WrongChain).await;
    let alone = IndexerConfig { rpc_url: proxy.url.clone(), ..config(&chain) };
    let error = Indexer::new(alone.clone(), db.pool.clone()).unwrap().sync_once().await.unwrap_err();
    assert!(matches!(error, IndexerError::Rpc(RpcError::WrongChain { actual: 1, .. })), "{error}");
    assert!(error.is_fatal());
    let with_another = IndexerConfig { more_rpc_urls: vec![chain.rpc_url()], ..alone };
    sync(&mut Indexer::new(with_another, db.pool.clone()).unwrap()).await;
    sync(&mut indexer(&chain, &fresh.pool)).await;
    assert_same(&dump(&db.pool).await, &dump(&fresh.pool).await);
}

#[tokio::test]
async fn a_verification_of_everything_finds_and_corrects_what_was_lost() {
    let (chain, db) = (TestChain::start().await, TestDb::new().await);
    story::tell(&chain).await;
    let mut follower = indexer(&chain, &db.pool);
    sync(&mut follower).await;
    let before = dump(&db.pool).await;
    let lose = "delete from chain.logs where log_index = 0 and block_number % 3 = 0";
    assert!(sqlx::query(lose).execute(&db.pool).await.unwrap().rows_affected() > 0);
    follower.rebuild().await.unwrap();
    assert_ne!(dump(&db.pool).await, before);
    let (_, n_checked, n_corrected) = follower.verify(0, u64::MAX >> 1).await.unwrap();
    assert!(n_checked >= n_corrected && n_corrected > 0, "{n_checked} {n_corrected}");
    assert_same(&dump(&db.pool).await, &before);
}
