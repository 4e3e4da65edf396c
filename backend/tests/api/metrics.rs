//! What Prometheus reads.
use crate::support::{Client, Server};
use serde_json::json;
use storage::app::jobs;

#[tokio::test(flavor = "multi_thread")]
async fn metrics_count_blocks_jobs_and_answers_and_name_nobody() {
    let server = Server::start().await;
    server.set_cursor(12, 9, 5).await;
    let now = server.app.clock.now();
    let mut conn = server.app.pool.acquire().await.unwrap();
    jobs::enqueue(&mut conn, "open_epoch", "1", &json!({}), now - chrono::TimeDelta::seconds(90))
        .await
        .unwrap();
    let client = Client::anonymous(&server);
    let address = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
    client.get(&format!("/accounts/{address}")).await;
    client.get("/no-such-route-of-somebody").await;
    let read = async || {
        let answer = reqwest::get(format!("{}/metrics", server.url)).await.unwrap();
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/plain"));
        answer.text().await.unwrap()
    };
    let text = read().await;
    let has = |line: &str| assert!(text.lines().any(|other| other == line), "{line} is not in\n{text}");
    has("polity_cursor_block 12");
    has("polity_safe_block 9");
    has("polity_finalized_block 5");
    has("polity_finality_violated 0");
    has("polity_database_up 1");
    has("polity_chain_up 1");
    has("polity_quarantined_events 0");
    has(r#"polity_jobs{kind="open_epoch",state="ready"} 1"#);
    has(r#"polity_jobs{kind="advance_run",state="failed"} 0"#);
    has(r#"polity_job_waiting_seconds_max{kind="open_epoch"} 90"#);
    let route =
        r#"polity_http_request_seconds_count{method="GET",route="/api/v1/accounts/{address}",status="2xx"}"#;
    assert!(text.contains(route), "{text}");
    assert!(text.contains(r#"route="other""#), "{text}");
    for secret in [address, "no-such-route", "127.0.0.1", "postgres://"] {
        assert!(!text.to_lowercase().contains(&secret.to_lowercase()), "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_can_be_kept_off_the_public_port() {
    let server = Server::start_with(&[("SERVER__METRICS_LISTEN", "127.0.0.1:0")]).await;
    let text = reqwest::get(format!("{}/metrics", server.url)).await.unwrap().text().await.unwrap();
    assert!(!text.contains("polity_"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_names_what_is_wrong() {
    let server = Server::start().await;
    let ready = async || {
        let answer = reqwest::get(format!("{}/ready", server.url)).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (status, text) = ready().await;
    assert_eq!(status, 503);
    assert!(text.contains("No block is indexed yet."), "{text}");
    let head = server.app.chain.head().await.unwrap().number.cast_signed();
    server.set_cursor(head - 1, 0, 0).await;
    assert_eq!(ready().await.0, 204);
    sqlx::query(
        "insert into chain.blocks (number, hash, parent_hash, mined_at) values ($1, $2, $2, to_timestamp(1000))",
    )
    .bind(head - 5)
    .bind([1u8; 32].as_slice())
    .execute(&server.app.pool)
    .await
    .unwrap();
    server.set_cursor(head - 5, 0, 0).await;
    assert!(ready().await.1.contains("more than chain.max_lag_s (60)"));
    assert_eq!(reqwest::get(format!("{}/health", server.url)).await.unwrap().status(), 204);
}
