//! The process ends without a word: kill -9 at any time and at every point of a transaction.

use crate::{
    story::{self, pol, stake},
    tables::{assert_same, count, dump, indexer, sync},
};
use sqlx::PgPool;
use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::NamedTempFile;
use testkit::{TestChain, TestDb};

/// The indexer as a process.
struct Binary {
    deployment: NamedTempFile,
    rpc_url: String,
    database: String,
}

impl Binary {
    fn new(chain: &TestChain, db: &TestDb) -> Self {
        let deployment = NamedTempFile::new().unwrap();
        serde_json::to_writer(&deployment, chain.deployment()).unwrap();
        Self { deployment, rpc_url: chain.rpc_url(), database: db.url.clone() }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_indexer"));
        command.args(["--rpc", &self.rpc_url, "--database", &self.database, "--deployment"]);
        command.arg(self.deployment.path()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn start(&self) -> Child {
        self.command().args(["run", "--once"]).spawn().unwrap()
    }
}

async fn equals_a_fresh_replay(chain: &TestChain, pool: &PgPool) {
    // Whoever was killed may have left something to do; then nothing must be missing or doubled.
    sync(&mut indexer(chain, pool)).await;
    let fresh = TestDb::new().await;
    sync(&mut indexer(chain, &fresh.pool)).await;
    assert_same(&dump(pool).await, &dump(&fresh.pool).await);
}

#[tokio::test]
async fn a_process_that_dies_at_any_point_of_a_transaction_loses_and_doubles_nothing() {
    let (chain, db) = (TestChain::start().await, TestDb::new().await);
    let binary = Binary::new(&chain, &db);
    story::tell(&chain).await;
    sync(&mut indexer(&chain, &db.pool)).await;
    for (n, point) in (0..).zip(["before-copy", "after-copy", "before-commit", "after-commit", "mid-unwind"])
    {
        let before = dump(&db.pool).await;
        if point == "mid-unwind" {
            // Empty blocks that are mined again may be the same ones; this one cannot be.
            stake(&chain, 9, pol(3)).await;
            sync(&mut indexer(&chain, &db.pool)).await;
            chain.reorg(1).await;
        }
        stake(&chain, n, pol(3)).await;
        let status = binary.command().args(["--fail-at", point, "run", "--once"]).status().unwrap();
        assert!(status.code().is_none(), "{point}: {status}");
        if n < 3 {
            assert_same(&dump(&db.pool).await, &before);
        }
        equals_a_fresh_replay(&chain, &db.pool).await;
        chain.mine(10).await;
    }
}

#[tokio::test]
async fn fifty_kills_at_random_moments_lose_and_double_nothing() {
    let (chain, db) = (TestChain::start().await, TestDb::new().await);
    let binary = Binary::new(&chain, &db);
    story::tell(&chain).await;
    binary.start().wait().unwrap();
    let mut life_micros = u64::MAX;
    for n in 0..3 {
        stake(&chain, n, pol(1)).await;
        let begun = Instant::now();
        binary.start().wait().unwrap();
        life_micros = life_micros.min(begun.elapsed().as_micros() as u64);
    }
    // Shorter than what a life needs, from a fixed sequence that looks random.
    let mut state = 1_u64;
    let mut n_killed = 0;
    for life in 0..50 {
        stake(&chain, life % 22, pol(1)).await;
        if life % 7 == 6 {
            chain.reorg(2).await;
        }
        let mut child = binary.start();
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        tokio::time::sleep(Duration::from_micros((state >> 33) % life_micros)).await;
        n_killed += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(n_killed > 25, "{n_killed} of 50 were still at work");
    equals_a_fresh_replay(&chain, &db.pool).await;
}

#[tokio::test]
async fn a_database_that_drops_its_connections_again_and_again_loses_nothing() {
    let (chain, db) = (TestChain::start().await, TestDb::new().await);
    story::tell(&chain).await;
    let mut follower = indexer(&chain, &db.pool);
    let mut admin = <sqlx::PgConnection as sqlx::Connection>::connect(&db.url).await.unwrap();
    let mut n_failed = 0;
    for pause in 1.. {
        // A little longer every time, until there is enough time to finish.
        let cuts = async {
            loop {
                tokio::time::sleep(Duration::from_millis(4 * pause)).await;
                let end = "select count(pg_terminate_backend(pid)) from pg_stat_activity
                           where datname = current_database() and pid <> pg_backend_pid()";
                sqlx::query_scalar::<_, i64>(end).fetch_one(&mut admin).await.unwrap();
            }
        };
        let result = tokio::select! {
            result = follower.sync_once() => result,
            () = cuts => unreachable!("it never ends"),
        };
        match result {
            Ok(indexer::Progress::Current) => break,
            Ok(_) => {}
            Err(_) => n_failed += 1,
        }
    }
    assert!(n_failed > 0);
    drop(follower);
    equals_a_fresh_replay(&chain, &db.pool).await;
    assert_eq!(count(&db.pool, "select count(*) from chain.quarantine").await, 0, "no event is to blame");
}
