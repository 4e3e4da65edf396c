//! An indexer that ends between two transactions, or in the middle of one, leaves nothing half done.

use crate::{
    story::{self, pol, stake},
    tables::{assert_same, config, count, dump, indexer, sync},
};
use indexer::{Indexer, IndexerConfig, Progress};
use sqlx::{PgPool, postgres::PgListener};
use std::time::Duration;
use storage::chain::feed;
use testkit::{TestChain, TestDb};

fn small_steps(chain: &TestChain, pool: &PgPool, max_blocks: u64) -> Indexer {
    Indexer::new(IndexerConfig { max_blocks, ..config(chain) }, pool.clone()).unwrap()
}

/// The next step, once the lock of an indexer that was dropped before is free.
async fn step(indexer: &mut Indexer) -> Progress {
    let stepped = async {
        loop {
            match indexer.step().await.unwrap() {
                Progress::Standby => tokio::task::yield_now().await,
                progress => return progress,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(120), stepped).await.expect("the lock is released")
}

#[tokio::test]
async fn indexers_that_stop_after_every_batch_reach_the_same_tables_as_one_that_never_stops() {
    let chain = TestChain::start().await;
    story::tell(&chain).await;
    let (whole, pieces) = (TestDb::new().await, TestDb::new().await);
    sync(&mut indexer(&chain, &whole.pool)).await;
    let mut n_lives = 0;
    while step(&mut small_steps(&chain, &pieces.pool, 7)).await != Progress::Current {
        n_lives += 1;
    }
    assert!(n_lives > 5, "{n_lives}");
    assert_same(&dump(&pieces.pool).await, &dump(&whole.pool).await);
}

#[tokio::test]
async fn a_step_that_is_dropped_at_any_moment_is_as_if_it_had_never_begun() {
    let chain = TestChain::start().await;
    story::tell(&chain).await;
    let (whole, cut) = (TestDb::new().await, TestDb::new().await);
    sync(&mut indexer(&chain, &whole.pool)).await;
    let mut n_cut = 0;
    for life in 1.. {
        // Each life is cut a little later, until one is long enough.
        let mut indexer = small_steps(&chain, &cut.pool, 40);
        let limit = Duration::from_millis(2 * life);
        match tokio::time::timeout(limit, indexer.sync_once()).await {
            Ok(result) if result.as_ref().unwrap() == &Progress::Current => break,
            Ok(_) => {}
            Err(_) => n_cut += 1,
        }
    }
    assert!(n_cut > 1, "{n_cut}");
    assert_same(&dump(&cut.pool).await, &dump(&whole.pool).await);
    // Old blocks are announced by the batch, the others by the row.
    let announced = "select count(*) from chain.feed where key <> '*'";
    assert_eq!(count(&cut.pool, announced).await, count(&whole.pool, announced).await);
}

#[tokio::test]
async fn a_second_indexer_stands_by_until_the_first_is_gone() {
    let (chain, db) = (TestChain::start().await, TestDb::new().await);
    let (mut first, mut second) = (indexer(&chain, &db.pool), indexer(&chain, &db.pool));
    assert_eq!(first.sync_once().await.unwrap(), Progress::Current);
    assert_eq!(second.sync_once().await.unwrap(), Progress::Standby);
    assert!(second.status().borrow().standby);
    drop(first);
    stake(&chain, 0, pol(1)).await;
    assert_eq!(sync(&mut second).await, Progress::Current);
    assert_eq!(count(&db.pool, "select count(*) from chain.stakes").await, 1);
}

#[tokio::test]
async fn a_running_indexer_follows_the_head_announces_changes_and_stops_when_told() {
    let (chain, db) = (TestChain::start().await, TestDb::new().await);
    let mut listener = PgListener::connect_with(&db.pool).await.unwrap();
    listener.listen(feed::CHANNEL).await.unwrap();
    let indexer = indexer(&chain, &db.pool);
    let mut status = indexer.status();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(indexer.run(async { stopped.await.unwrap_or_default() }));
    stake(&chain, 0, pol(1)).await;
    let head = chain.block_number().await;
    let reached = status.wait_for(|status| status.indexed >= head);
    tokio::time::timeout(Duration::from_secs(120), reached).await.expect("it follows").unwrap();
    assert_eq!(count(&db.pool, "select count(*) from chain.stakes").await, 1);
    let last = feed::last_seq(&mut db.pool.acquire().await.unwrap()).await.unwrap().to_string();
    let announced = async { while listener.recv().await.unwrap().payload() != last {} };
    tokio::time::timeout(Duration::from_secs(120), announced).await.expect("the last change is announced");
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
}
