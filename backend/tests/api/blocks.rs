//! Which block an answer is as of, how final its rows are, and waiting for one's own transaction.
use crate::support::{Client, Server, name};
use alloy::primitives::B256;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn answers_say_which_block_they_are_as_of() {
    let server = Server::start().await;
    let get = |path: &str| reqwest::get(format!("{}/api/v1{path}", server.url));
    let before = get("/claims").await.unwrap();
    assert_eq!(before.status(), StatusCode::OK);
    assert!(!before.headers().contains_key("x-block-number"), "nothing is indexed yet");

    server.set_cursor(12, 9, 5).await;
    for path in [
        "/status",
        "/claims",
        "/epochs",
        "/proposals",
        "/routine",
        "/models",
        "/datasets",
        "/treasury",
        "/delegates",
    ] {
        let answer = get(path).await.unwrap();
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("x-block-number"), "12", "{path}");
        assert_eq!(header("x-block-hash"), B256::repeat_byte(9).to_string(), "{path}");
        assert_eq!((header("x-safe-block"), header("x-finalized-block")), ("9".into(), "5".into()), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_for_a_block_is_answered_when_it_is_indexed() {
    let server = Server::start().await;
    server.set_cursor(12, 0, 0).await;
    let client = Client::anonymous(&server);
    assert_eq!(client.get("/claims?min_block=12").await.0, StatusCode::OK);
    for wrong in ["x", "-1", "1.5", "99999999999999999999"] {
        let (status, problem) = client.get(&format!("/claims?min_block={wrong}")).await;
        assert_eq!((status, name(&problem)), (StatusCode::BAD_REQUEST, "invalid-query"), "{wrong}");
    }

    // A request is waiting when the server listens to the indexer.
    let listens = async || {
        let listen = "select exists (select from pg_stat_activity where query ilike 'listen %chain_cursor%'
                          and datname = current_database())";
        sqlx::query_scalar::<_, bool>(listen).fetch_one(&server.app.pool).await.unwrap()
    };
    let indexer = async {
        while !listens().await {
            tokio::task::yield_now().await;
        }
        server.set_cursor(13, 0, 0).await;
    };
    let get = |block: u64| reqwest::get(format!("{}/api/v1/claims?min_block={block}", server.url));
    let waiting = async {
        loop {
            let answer = get(13).await.unwrap();
            // On a busy machine the block may come after two seconds.
            if answer.status() != StatusCode::SERVICE_UNAVAILABLE {
                break answer;
            }
        }
    };
    let both = async { tokio::join!(waiting, indexer) };
    let (answer, ()) = tokio::time::timeout(Duration::from_secs(120), both).await.expect("the block comes");
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["x-block-number"], "13");

    let begun = Instant::now();
    let late = get(99).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(2), "it waits before it gives up");
    assert_eq!(late.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(late.headers()["retry-after"], "1");
    let problem: Value = late.json().await.unwrap();
    assert_eq!(name(&problem), "not-indexed-yet");
    assert!(problem["detail"].as_str().unwrap().contains("the tables are at block 13"), "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_say_how_final_they_are() {
    let server = Server::start().await;
    server.open_epoch(1, 8).await;
    let client = Client::anonymous(&server);
    let finality = async || client.get("/epochs/1").await.1["finality"].clone();
    assert_eq!(finality().await, "head", "nothing is known to be final yet");
    server.set_cursor(12, 9, 5).await;
    assert_eq!(finality().await, "finalized", "no block since the finalized one changed it");
    server.journal(7, "epochs", json!({"epoch": 1}), None).await;
    assert_eq!(finality().await, "safe");
    server.journal(11, "epochs", json!({"epoch": 1}), Some(json!({"epoch": 1}))).await;
    assert_eq!(finality().await, "head");
    server.journal(11, "epochs", json!({"epoch": 2}), None).await;
    server.set_cursor(20, 20, 11).await;
    assert_eq!(finality().await, "finalized");

    for block in [3i64, 8, 12] {
        sqlx::query(
            "insert into chain.claims (account, recipient, amount, total_claimed, tx_hash, block_number, log_index, claimed_at)
             values ($1, $1, 1, $2, $3, $2, 0, now())",
        )
        .bind([1u8; 20].as_slice())
        .bind(block)
        .bind([2u8; 32].as_slice())
        .execute(&server.app.pool)
        .await
        .unwrap();
    }
    server.set_cursor(12, 9, 5).await;
    let (_, claims) = client.get("/claims").await;
    let all: Vec<_> = claims.as_array().unwrap().iter().map(|claim| claim["finality"].clone()).collect();
    assert_eq!(all, ["head", "safe", "finalized"]);
}
