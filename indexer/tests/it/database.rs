//! A database that is killed, or has no room left.

use crate::{
    story,
    tables::{assert_same, config, count, dump, indexer, sync},
};
use indexer::{Indexer, Progress};
use localnet::{Postgres, PostgresOptions};
use sqlx::{PgPool, postgres::PgPoolOptions};
use std::{path::Path, process::Command, time::Duration};
use testkit::{TestChain, TestDb, tools};

async fn serve(dir: &Path) -> (Postgres, PgPool) {
    let options = PostgresOptions { dir: dir.to_owned(), durable: true };
    // Processes of a server that was killed may take a moment to notice.
    let mut attempts = 0;
    let postgres = loop {
        attempts += 1;
        match Postgres::start(&tools(), &options).await {
            Ok(postgres) => break postgres,
            Err(error) => assert!(attempts < 10, "{error}"),
        }
    };
    let pool = PgPoolOptions::new().max_connections(4).connect(&postgres.url("postgres")).await.unwrap();
    storage::MIGRATOR.run(&pool).await.unwrap();
    (postgres, pool)
}

/// The server and all that it is doing end without a word.
fn kill(dir: &Path) {
    let pid = std::fs::read_to_string(dir.join("cluster/postmaster.pid")).unwrap();
    let status = Command::new("kill").args(["-9", pid.lines().next().unwrap()]).status().unwrap();
    assert!(status.success());
}

#[tokio::test]
async fn a_database_that_is_killed_in_the_middle_of_batches_loses_and_doubles_nothing() {
    let (chain, honest) = (TestChain::start().await, TestDb::new().await);
    story::tell(&chain).await;
    chain.mine(30).await;
    sync(&mut indexer(&chain, &honest.pool)).await;
    let folder = tempfile::tempdir_in(tools().root.join("target/testkit")).unwrap();
    let dir = folder.path().join("postgres");
    let mut n_killed = 0;
    let pool = loop {
        let (postgres, pool) = serve(&dir).await;
        let mut follower = Indexer::new(config(&chain), pool.clone()).unwrap();
        // A little later every time, and in the end not at all.
        let delay = Duration::from_millis(20 + 60 * n_killed);
        let late = n_killed == 4;
        let result = tokio::select! {
            result = follower.sync_once() => result,
            () = tokio::time::sleep(delay), if !late => {
                kill(&dir);
                n_killed += 1;
                continue;
            }
        };
        assert_eq!(result.unwrap(), Progress::Current);
        if late {
            break (postgres, pool);
        }
        kill(&dir);
        n_killed += 1;
    };
    assert_same(&dump(&pool.1).await, &dump(&honest.pool).await);
}

/// There is no room when the operating system says so. Here the database says it: at the start of statements, in the
/// middle of them and at the end of transactions. Twice as much is written before each next time, whatever is rolled back.
const FULL: &str = "
    create sequence public.full_disk;
    create function public.full_disk() returns trigger language plpgsql as $$ declare n bigint := nextval('public.full_disk'); begin
        if n & (n + 1) = 0 then raise exception 'could not extend file: No space left on device' using errcode = '53100'; end if;
        return null;
    end $$;
    create trigger full_disk after insert on chain.logs for each statement execute function full_disk();
    create trigger full_disk after insert or update on chain.accounts for each row execute function full_disk();
    create constraint trigger full_disk after update on chain.cursor deferrable initially deferred
        for each row execute function full_disk();";

#[tokio::test]
async fn a_disk_that_is_full_again_and_again_delays_and_harms_nothing() {
    let (chain, db, honest) = (TestChain::start().await, TestDb::new().await, TestDb::new().await);
    story::tell(&chain).await;
    sync(&mut indexer(&chain, &honest.pool)).await;
    sqlx::raw_sql(FULL).execute(&db.pool).await.unwrap();
    let mut follower = indexer(&chain, &db.pool);
    let mut n_failed = 0;
    loop {
        match follower.sync_once().await {
            Ok(Progress::Current) => break,
            Ok(_) => {}
            Err(error) => {
                assert!(!error.is_fatal(), "{error}");
                n_failed += 1;
            }
        }
    }
    assert!(n_failed > 3, "{n_failed}");
    assert_eq!(count(&db.pool, "select count(*) from chain.quarantine").await, 0, "no event is to blame");
    assert_same(&dump(&db.pool).await, &dump(&honest.pool).await);
}
