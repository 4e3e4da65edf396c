//! What does not end with one answer: the feed of changes and the model's answers.
use crate::support::Server;
use alloy::primitives::B256;
use axum::{Json, Router, body::Body, routing::post};
use backend::engine::Served;
use futures::stream;
use reqwest::Response;
use serde_json::{Value, json};
use std::{convert::Infallible, time::Duration};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

async fn announce(server: &Server, key: &str, kind: &str) {
    announce_of("epochs", server, key, kind).await;
}

async fn announce_of(topic: &str, server: &Server, key: &str, kind: &str) {
    let mut tx = server.app.pool.begin().await.unwrap();
    sqlx::query("insert into chain.feed (block_number, topic, key, kind) values (7, $3, $1, $2)")
        .bind(key)
        .bind(kind)
        .bind(topic)
        .execute(&mut *tx)
        .await
        .unwrap();
    sqlx::query("select pg_notify('chain_feed', '')").execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

/// The text of the stream up to and with the first event that contains `needle`.
async fn read_until(response: &mut Response, needle: &str) -> String {
    let mut text = String::new();
    while !(text.contains(needle) && text.ends_with("\n\n")) {
        let chunk = tokio::time::timeout(Duration::from_secs(120), response.chunk()).await;
        let chunk = chunk.unwrap_or_else(|_| panic!("no {needle} in {text}")).unwrap();
        text += std::str::from_utf8(&chunk.expect("the stream goes on")).unwrap();
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_reaches_open_pages_and_a_page_that_comes_back_gets_what_it_missed() {
    let server = Server::start().await;
    announce(&server, "1", "apply").await;
    let http = reqwest::Client::new();
    let url = format!("{}/api/v1/events", server.url);
    let mut page = http.get(&url).send().await.unwrap();
    announce(&server, "2", "apply").await;
    announce(&server, "2", "retract").await;
    let text = read_until(&mut page, "retract").await;
    assert!(text.contains("event: apply\n"), "{text}");
    assert!(text.contains(r#"data: {"topic":"epochs","key":"2","block":7}"#), "{text}");
    assert!(!text.contains(r#""key":"1""#), "older changes are in the lists already");

    let mut again = http.get(&url).header("last-event-id", "1").send().await.unwrap();
    let text = read_until(&mut again, "retract").await;
    assert!(text.contains("id: 2") && text.contains("id: 3") && !text.contains("id: 1\n"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_gets_the_topics_it_asked_for() {
    let server = Server::start().await;
    let url = format!("{}/api/v1/events", server.url);
    let mut page = reqwest::get(format!("{url}?topics=votes,proposals")).await.unwrap();
    for topic in ["epochs", "votes", "epochs", "proposals"] {
        announce_of(topic, &server, "5", "apply").await;
    }
    let text = read_until(&mut page, r#""topic":"proposals""#).await;
    assert!(text.contains(r#""topic":"votes""#) && !text.contains("epochs"), "{text}");

    let refused = reqwest::get(format!("{url}?topics=votes,ballots")).await.unwrap();
    assert_eq!(refused.status(), 400);
    let problem: Value = refused.json().await.unwrap();
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("\"ballots\"") && detail.contains("proposals"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_told_how_final_changes_are_and_when_the_chain_goes_back() {
    let server = Server::start().await;
    server.set_cursor(9, 6, 5).await;
    announce(&server, "1", "apply").await;
    let http = reqwest::Client::new();
    let url = format!("{}/api/v1/events", server.url);
    let mut page = http.get(&url).send().await.unwrap();
    let first = r#"{"block":9,"safeBlock":6,"finalizedBlock":5,"violatedBlock":null,"reread":false}"#;
    assert!(read_until(&mut page, first).await.starts_with("event: status\n"));
    announce(&server, "2", "apply").await;
    read_until(&mut page, r#"{"topic":"epochs","key":"2","block":7,"finality":"head"}"#).await;
    server.set_cursor(10, 8, 7).await;
    let text = read_until(&mut page, r#""finalizedBlock":7"#).await;
    assert!(text.starts_with("event: finalized\n"), "{text}");
    announce(&server, "2", "retract").await;
    read_until(&mut page, r#"{"topic":"epochs","key":"2","block":7}"#).await;
    server.set_cursor(8, 8, 7).await;
    let text = read_until(&mut page, r#""block":8"#).await;
    assert!(text.starts_with("event: status\n"), "{text}");

    // An id that this feed never gave: what came after it is not known.
    let mut lost = http.get(&url).header("last-event-id", "77").send().await.unwrap();
    read_until(&mut lost, r#""reread":true"#).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_reads_late_gets_more_than_anybody_keeps_for_it() {
    let server = Server::start().await;
    server.set_cursor(9, 6, 5).await;
    let mut page = reqwest::get(format!("{}/api/v1/events", server.url)).await.unwrap();
    read_until(&mut page, "status").await;
    for from in (0..3_000).step_by(20) {
        sqlx::query(
            "insert into chain.feed (block_number, topic, key, kind)
             select 7, 'epochs', n::text, 'apply' from generate_series($1, $1 + 19) n",
        )
        .bind(from)
        .execute(&server.app.pool)
        .await
        .unwrap();
        sqlx::query("select pg_notify('chain_feed', '')").execute(&server.app.pool).await.unwrap();
    }
    let text = read_until(&mut page, r#""key":"2999""#).await;
    let ids: Vec<u64> = text.lines().filter_map(|line| line.strip_prefix("id: ")?.parse().ok()).collect();
    assert_eq!(ids, (1..=3_000).collect::<Vec<u64>>(), "each once and in order");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_open_pages_leave_connections_for_everybody_else() {
    let server = Server::start().await;
    let http = reqwest::Client::new();
    let url = format!("{}/api/v1/events", server.url);
    let mut pages = Vec::new();
    for _ in 0..30 {
        pages.push(http.get(&url).send().await.unwrap());
    }
    announce(&server, "5", "apply").await;
    for page in &mut pages {
        read_until(page, r#""key":"5""#).await;
    }
    let status = http.get(format!("{}/api/v1/status", server.url)).send().await.unwrap();
    assert!(status.status().is_success());
}

#[tokio::test(flavor = "multi_thread")]
async fn prompts_go_to_the_served_version_and_other_routes_of_the_engine_do_not() {
    let server = Server::start().await;
    let answer = |Json(request): Json<Value>| async move { Json(json!({"echo": request["messages"]})) };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let engine = Router::new().route("/v1/chat/completions", post(answer)).route("/v1/load", post(answer));
    tokio::spawn(async move { axum::serve(listener, engine).await });
    server.app.engine.set(Some(Served { base_url, version_id: B256::repeat_byte(3) }));

    let http = reqwest::Client::new();
    let ask =
        |path: &str| http.post(format!("{}{path}", server.url)).json(&json!({"messages": ["hello"]})).send();
    let answer: Value = ask("/v1/chat/completions").await.unwrap().json().await.unwrap();
    assert_eq!(answer, json!({"echo": ["hello"]}));
    assert_eq!(ask("/v1/load").await.unwrap().status(), 404);
    let status: Value =
        http.get(format!("{}/api/v1/status", server.url)).send().await.unwrap().json().await.unwrap();
    assert_eq!(status["servedVersion"], B256::repeat_byte(3).to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_that_comes_while_the_model_is_replaced_is_answered_by_the_new_one() {
    let server = Server::start().await;
    let http = reqwest::Client::new();
    let ask = || http.post(format!("{}/v1/completions", server.url)).json(&json!({"prompt": "hello"})).send();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let served = |listener: &TcpListener, n| Served {
        base_url: format!("http://{}", listener.local_addr().unwrap()),
        version_id: B256::repeat_byte(n),
    };
    let old = TcpListener::bind("127.0.0.1:0").await.unwrap();
    server.app.engine.set(Some(served(&old, 1)));
    let new = served(&listener, 2);
    let answer = |Json(request): Json<Value>| async move { Json(json!({"echo": request["prompt"]})) };
    let router = Router::new().route("/v1/completions", post(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });

    let engine = server.app.engine.clone();
    let gone = tokio::spawn(async move {
        let (connection, _) = old.accept().await.unwrap();
        engine.set(Some(new));
        drop((connection, old));
    });
    let answer: Value = ask().await.unwrap().json().await.unwrap();
    assert_eq!(answer, json!({"echo": "hello"}));
    gone.await.unwrap();

    // One that is gone and was not replaced is not asked for ever.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    server.app.engine.set(Some(served(&silent, 3)));
    drop(silent);
    assert_eq!(ask().await.unwrap().status(), 502);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_nobody_reads_ends() {
    /// Tells when it is dropped.
    struct Told(mpsc::UnboundedSender<()>);
    impl Drop for Told {
        fn drop(&mut self) {
            self.0.send(()).ok();
        }
    }

    let server = Server::start_with(&[("SERVER__STALLED_READER_S", "1")]).await;
    let (ended, mut end) = mpsc::unbounded_channel();
    let talk = move || {
        let told = Told(ended.clone());
        let endless = stream::repeat_with(move || {
            let _ = &told;
            Ok::<_, Infallible>(vec![b'x'; 65_536])
        });
        std::future::ready(Body::from_stream(endless))
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let engine = Router::new().route("/v1/completions", post(talk));
    tokio::spawn(async move { axum::serve(listener, engine).await });
    server.app.engine.set(Some(Served { base_url, version_id: B256::repeat_byte(3) }));

    let mut reader = TcpStream::connect(server.url.strip_prefix("http://").unwrap()).await.unwrap();
    let request = b"POST /v1/completions HTTP/1.1\r\nHost: polity\r\nContent-Length: 2\r\n\r\n{}";
    reader.write_all(request).await.unwrap();
    reader.readable().await.unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(120), end.recv()).await;
    assert!(ended.is_ok(), "the engine still talks to nobody");
    drop(reader);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_does_not_wait_for_open_pages() {
    let server = Server::start().await;
    let mut page = reqwest::get(format!("{}/api/v1/events", server.url)).await.unwrap();
    announce(&server, "1", "apply").await;
    read_until(&mut page, "apply").await;
    server.stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(120), server.served).await.expect("it stops").unwrap().unwrap();
    assert_eq!(page.chunk().await.unwrap(), None, "the stream ended well");
}
