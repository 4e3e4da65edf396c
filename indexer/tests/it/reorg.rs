//! When the chain changes its mind.

use crate::{
    proxy::{Fault, Proxy},
    story::{self, pol, stake},
    tables::{assert_same, config, count, dump, indexer, sync},
};
use indexer::{Finality, Indexer, IndexerConfig, IndexerError, Progress};
use localnet::{Anvil, AnvilOptions};
use sqlx::PgPool;
use std::time::Duration;
use storage::chain::{
    PROJECTIONS,
    cursor::{self, Marks},
    feed::{self, FeedRow, Kind},
};
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

/// What an indexer that saw every head holds is what one that comes now would hold.
async fn equals_a_fresh_replay(chain: &TestChain, pool: &PgPool, config: &IndexerConfig) {
    let fresh = TestDb::new().await;
    sync(&mut Indexer::new(config.clone(), fresh.pool.clone()).unwrap()).await;
    assert_same(&dump(pool).await, &dump(&fresh.pool).await);
    assert_eq!(
        count(pool, "select block_number from chain.cursor").await.cast_unsigned(),
        chain.block_number().await
    );
}

#[tokio::test]
async fn a_chain_that_is_replaced_from_any_depth_leaves_nothing_behind() {
    // Anvil calls everything but the last 64 blocks final; by the clock nothing is, so the journal reaches all the way.
    for finality in [Finality::Tags, Finality::Seconds(1_000_000)] {
        let (chain, db) = (TestChain::start().await, TestDb::new().await);
        let config = IndexerConfig { finality, ..config(&chain) };
        story::tell(&chain).await;
        let mut follower = Indexer::new(config.clone(), db.pool.clone()).unwrap();
        for (n, depth) in (0..).zip([1, 3, 40, 75, 300]) {
            // The lowest block to go has an event: empty ones that are mined again may be the same.
            stake(&chain, 10 + n, pol(7)).await;
            if depth > 1 {
                chain.mine(depth - 1).await;
            }
            sync(&mut follower).await;
            let before = follower.status().borrow().clone();
            let violations = u64::from(finality == Finality::Tags && depth > 64);
            chain.reorg(depth).await;
            sync(&mut follower).await;
            let status = follower.status().borrow().clone();
            assert_eq!(status.n_reorgs, u64::from(n) + 1, "{depth} blocks: {status:?}");
            assert_eq!(
                u64::from(status.finality_violated),
                violations,
                "{depth} blocks: {status:?}, before {before:?}"
            );
            equals_a_fresh_replay(&chain, &db.pool, &config).await;
        }
        // And once more, deep into the story.
        chain.reorg(chain.block_number().await - 40).await;
        sync(&mut follower).await;
        equals_a_fresh_replay(&chain, &db.pool, &config).await;
    }
}

#[tokio::test]
async fn a_chain_that_is_replaced_again_while_the_fork_is_looked_for_is_followed_to_its_end() {
    let (chain, db) = (TestChain::start().await, TestDb::new().await);
    for n in 0..12 {
        stake(&chain, n, pol(7)).await;
    }
    let proxy = Proxy::start(chain.rpc_url(), Fault::ReorgsAgain).await;
    let mut follower = indexer(&chain, &db.pool);
    sync(&mut follower).await;
    drop(follower);
    chain.reorg(1).await;
    let through = IndexerConfig { rpc_url: proxy.url.clone(), ..config(&chain) };
    let mut follower = Indexer::new(through, db.pool.clone()).unwrap();
    let synced = async {
        // Answers from two chains are refused, and the question is asked again.
        while !matches!(follower.sync_once().await, Ok(Progress::Current)) {}
    };
    tokio::time::timeout(Duration::from_secs(120), synced).await.expect("it gets there");
    assert!(proxy.n_faults() > 1, "{}", proxy.n_faults());
    assert!(follower.status().borrow().n_reorgs > 0);
    drop(follower);
    equals_a_fresh_replay(&chain, &db.pool, &config(&chain)).await;
}

#[tokio::test]
async fn a_replaced_final_block_is_remembered_until_somebody_acknowledges_it() {
    let (chain, db) = (TestChain::start().await, TestDb::new().await);
    chain.mine(100).await;
    sync(&mut indexer(&chain, &db.pool)).await;
    let conn = &mut *db.pool.acquire().await.unwrap();
    let before = cursor::get(conn).await.unwrap().unwrap();
    assert_eq!(before.marks, Marks { safe: before.block_number - 32, finalized: before.block_number - 64 });
    chain.reorg(80).await;
    sync(&mut indexer(&chain, &db.pool)).await;
    let after = cursor::get(conn).await.unwrap().unwrap();
    assert_eq!(after.violated_block, Some(before.marks.finalized));
    let mut later = indexer(&chain, &db.pool);
    sync(&mut later).await;
    assert!(later.status().borrow().finality_violated, "a restart does not forget it");
    assert!(cursor::acknowledge_violation(conn).await.unwrap());
    chain.mine(1).await;
    sync(&mut later).await;
    assert!(!later.status().borrow().finality_violated);
}

#[tokio::test]
async fn finality_moves_up_only_and_takes_the_journal_with_it() {
    let (chain, db) = (TestChain::start().await, TestDb::new().await);
    let mut follower = indexer(&chain, &db.pool);
    sync(&mut follower).await;
    stake(&chain, 0, pol(1)).await;
    sync(&mut follower).await;
    assert!(count(&db.pool, "select count(*) from chain.undo").await > 0);
    let conn = &mut *db.pool.acquire().await.unwrap();
    chain.mine(64).await;
    let mut finalized = 0;
    for _ in 0..4 {
        chain.mine(20).await;
        sync(&mut follower).await;
        let marks = cursor::get(conn).await.unwrap().unwrap().marks;
        assert!(marks.finalized > finalized && marks.safe >= marks.finalized);
        finalized = marks.finalized;
    }
    assert_eq!(count(&db.pool, "select count(*) from chain.undo").await, 0);
}

#[tokio::test]
async fn every_table_that_is_a_fold_of_the_logs_keeps_a_journal() {
    let db = TestDb::new().await;
    let journaled: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_trigger t join pg_class c on c.oid = t.tgrelid where t.tgname = 'journal'",
    )
    .fetch_all(&db.pool)
    .await
    .unwrap();
    let tables: Vec<String> =
        sqlx::query_scalar("select tablename::text from pg_tables where schemaname = 'chain'")
            .fetch_all(&db.pool)
            .await
            .unwrap();
    for table in tables {
        let fetched = ["cursor", "blocks", "logs", "feed", "undo"].contains(&table.as_str());
        assert_eq!(PROJECTIONS.contains(&table.as_str()), !fetched, "{table} is emptied before a rebuild");
        assert_eq!(journaled.contains(&table), !fetched, "{table} is journaled");
    }
}
