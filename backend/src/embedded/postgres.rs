//! The private database in `<data>/postgres`.
use anyhow::Context;
use localnet::{Postgres, PostgresOptions, Tools};
use sqlx::{Connection, PgConnection};
use std::path::Path;

const DATABASE: &str = "polity";

/// Start the server and make sure of our database; returns its URL.
pub async fn start(tools: &Tools, data: &Path) -> anyhow::Result<(Postgres, String)> {
    let options = PostgresOptions { dir: data.join("postgres"), durable: true };
    let server = Postgres::start(tools, &options).await.context("starting the private Postgres")?;
    let mut admin = PgConnection::connect(&server.url("postgres")).await?;
    let exists: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(DATABASE)
        .fetch_one(&mut admin)
        .await?;
    if !exists {
        sqlx::query("create database polity").execute(&mut admin).await?;
    }
    let url = server.url(DATABASE);
    Ok((server, url))
}
