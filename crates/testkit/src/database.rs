//! A fresh, migrated database per test.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use localnet::{Postgres, PostgresOptions};
use nix::fcntl::{Flock, FlockArg};
use sqlx::{Connection, PgConnection, PgPool};
use tokio::sync::OnceCell;

use crate::tools;

/// The database every test's own one is copied from.
const TEMPLATE: &str = "polity_template";

/// A database of this test alone. It stays until the server is next started, for a look at a failed test.
pub struct TestDb {
    /// Connections to it.
    pub pool: PgPool,
    /// Its connection string.
    pub url: String,
}

impl TestDb {
    /// Creates a database with every migration applied. The first call in a process starts the server.
    pub async fn new() -> TestDb {
        static SERVER: OnceCell<Server> = OnceCell::const_new();
        let server = SERVER.get_or_init(Server::start).await;
        let name = format!("test_{}", uuid::Uuid::new_v4().simple());
        let mut admin =
            PgConnection::connect(&server.postgres.url("postgres")).await.expect("the server answers");
        // file_copy with fsync off is the quicker way for a small template.
        let create = format!("create database {name} template {TEMPLATE} strategy file_copy");
        sqlx::query(sqlx::AssertSqlSafe(create)).execute(&mut admin).await.expect("a copy of the template");
        let url = server.postgres.url(&name);
        let pool = storage::pool_options(10).connect(&url).await.expect("the new database answers");
        TestDb { pool, url }
    }
}

/// One server per test process. Its folder is kept and used by the next process, so initdb runs once per checkout.
struct Server {
    postgres: Postgres,
    _folder: Flock<File>,
}

impl Server {
    async fn start() -> Server {
        let tools = tools();
        let (dir, lock) = free_folder(&tools.root.join("target/testkit"));
        let postgres = Postgres::start(&tools, &PostgresOptions { dir, durable: false })
            .await
            .unwrap_or_else(|error| panic!("no Postgres for the tests: {error}"));
        remove_leftovers(&postgres).await;
        migrate_template(&postgres).await;
        Server { postgres, _folder: lock }
    }
}

/// The first folder that no other test process is using.
fn free_folder(parent: &Path) -> (PathBuf, Flock<File>) {
    fs::create_dir_all(parent).expect("target/ is writable");
    for n in 0..64 {
        let dir = parent.join(format!("postgres-{n}"));
        let file = File::create(dir.with_extension("lock")).expect("target/testkit is writable");
        if let Ok(lock) = Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            return (dir, lock);
        }
    }
    panic!("64 test processes are using {}", parent.display());
}

async fn remove_leftovers(postgres: &Postgres) {
    let mut admin = PgConnection::connect(&postgres.url("postgres")).await.expect("the server answers");
    let query = "select datname::text from pg_database where datname like 'test\\_%' or datname = $1";
    let names: Vec<String> =
        sqlx::query_scalar(query).bind(TEMPLATE).fetch_all(&mut admin).await.expect("a list");
    for name in names {
        let drop = format!("drop database if exists \"{name}\" with (force)");
        sqlx::query(sqlx::AssertSqlSafe(drop)).execute(&mut admin).await.expect("an old database goes");
    }
    let create = format!("create database {TEMPLATE}");
    sqlx::query(sqlx::AssertSqlSafe(create)).execute(&mut admin).await.expect("a template");
}

async fn migrate_template(postgres: &Postgres) {
    let mut connection = PgConnection::connect(&postgres.url(TEMPLATE)).await.expect("the template answers");
    storage::MIGRATOR.run(&mut connection).await.expect("the migrations apply");
    connection.close().await.expect("a template must have no connections");
}
