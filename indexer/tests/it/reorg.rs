//! When the chain changes its mind.

use crate::{
    story::{self, pol, stake},
    tables::{assert_same, config, count, dump, indexer, sync},
};
use indexer::{Indexer, IndexerConfig, IndexerError, Progress};
use localnet::{Anvil, AnvilOptions};
use sqlx::PgPool;
use storage::chain::feed::{self, FeedRow, Kind};
use testkit::{TestChain, TestDb, account, tools};

async fn feed_after(pool: &PgPool, seq: i64) -> Vec<FeedRow> {
    feed::list_after(&mut pool.acquire().await.unwrap(), seq, 1000).await.unwrap()
}

#[tokio::test]
async fn after_a_reorganisation_the_tables_equal_a_fresh_replay() {
    let (chain, db, fresh) = (TestChain::start().await, TestDb::new().await, TestDb::new().await);
    stake(&chain, 0, pol(10)).await;
    let mut follower = indexer(&chain, &db.pool);
    for labeler in 0..3 {
        stake(&chain, labeler, pol(100)).await;
    }
    sync(&mut follower).await;
    let head = chain.block_number().await;
    assert_eq!(count(&db.pool, "select count(*) from chain.stakes").await, 3);
    let seq = feed::last_seq(&mut db.pool.acquire().await.unwrap()).await.unwrap();

    // The three stakes vanish; the head has the same height and another hash.
    chain.reorg(3).await;
    assert_eq!(chain.block_number().await, head);
    sync(&mut follower).await;
    assert_eq!(follower.status().borrow().n_reorgs, 1);
    assert_eq!(count(&db.pool, "select count(*) from chain.stakes").await, 1);

    let retracted = feed_after(&db.pool, seq).await;
    assert!(retracted.iter().all(|row| row.kind == Kind::Retract && row.block_number > head - 3));
    let third = account::labeler(2).address().to_string();
    assert!(retracted.iter().any(|row| row.topic == "stakes" && row.key == third));

    // The new branch goes on, with other content at the same heights.
    chain.reorg(1).await;
    stake(&chain, 7, pol(5)).await;
    sync(&mut follower).await;
    sync(&mut indexer(&chain, &fresh.pool)).await;
    assert_same(&dump(&db.pool).await, &dump(&fresh.pool).await);
    let rows = feed_after(&db.pool, seq).await;
    assert!(rows.iter().any(|row| row.topic == "stakes" && row.kind == Kind::Apply));
}

#[tokio::test]
async fn a_reorganisation_while_the_indexer_was_down_is_found_at_the_start() {
    let (chain, db, fresh) = (TestChain::start().await, TestDb::new().await, TestDb::new().await);
    story::tell(&chain).await;
    sync(&mut indexer(&chain, &db.pool)).await;
    chain.reorg(40).await;
    chain.mine(5).await;
    stake(&chain, 9, pol(1)).await;
    let mut next = indexer(&chain, &db.pool);
    sync(&mut next).await;
    assert_eq!(next.status().borrow().n_reorgs, 1);
    sync(&mut indexer(&chain, &fresh.pool)).await;
    assert_same(&dump(&db.pool).await, &dump(&fresh.pool).await);
}

#[tokio::test]
async fn a_node_that_is_behind_on_the_same_chain_is_waited_for() {
    // The second chain stands where the first one stood just after the deployment.
    let (ahead, behind, db) = (TestChain::start().await, TestChain::start().await, TestDb::new().await);
    stake(&ahead, 0, pol(1)).await;
    sync(&mut indexer(&ahead, &db.pool)).await;
    let before = dump(&db.pool).await;
    let config = IndexerConfig { rpc_url: behind.rpc_url(), ..config(&ahead) };
    let mut other = Indexer::new(config, db.pool.clone()).unwrap();
    assert_eq!(sync(&mut other).await, Progress::Behind);
    assert_eq!(other.status().borrow().n_reorgs, 0);
    assert_same(&dump(&db.pool).await, &before);
}

#[tokio::test]
async fn a_chain_with_another_genesis_resets_where_that_is_allowed_and_is_refused_elsewhere() {
    let (chain, db) = (TestChain::start().await, TestDb::new().await);
    stake(&chain, 0, pol(1)).await;
    sync(&mut indexer(&chain, &db.pool)).await;
    let before = dump(&db.pool).await;

    let other = Anvil::start(&tools(), &AnvilOptions::default()).await.unwrap();
    let strict = IndexerConfig { rpc_url: other.rpc_url(), ..config(&chain) };
    let mut refusing = Indexer::new(strict.clone(), db.pool.clone()).unwrap();
    let error = loop {
        match refusing.sync_once().await {
            Ok(Progress::Standby) => tokio::task::yield_now().await,
            result => break result.unwrap_err(),
        }
    };
    assert!(matches!(&error, IndexerError::OtherChain(_)) && error.is_fatal(), "{error}");
    assert_same(&dump(&db.pool).await, &before);
    drop(refusing);

    let lenient = IndexerConfig { reset_on_new_genesis: true, ..strict };
    sync(&mut Indexer::new(lenient, db.pool.clone()).unwrap()).await;
    assert_eq!(count(&db.pool, "select count(*) from chain.logs").await, 0);
    assert_eq!(count(&db.pool, "select count(*) from chain.accounts").await, 0);

    // And back again, from nothing.
    let lenient = IndexerConfig { reset_on_new_genesis: true, ..config(&chain) };
    sync(&mut Indexer::new(lenient, db.pool.clone()).unwrap()).await;
    assert_same(&dump(&db.pool).await, &before);
}
