//! Leases, answers and receipts.
use crate::support::{Client, Labeler, SLOTS, Server, name};
use alloy::primitives::B256;
use chrono::TimeDelta;
use protocol::{
    Choice,
    eip712::{self, Receipt, SignatureBytes},
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use storage::app::{epochs, preferences};

fn tasks(leases: &Value) -> Vec<Value> {
    leases["tasks"].as_array().unwrap().clone()
}

fn task_ids(leases: &Value) -> Vec<String> {
    tasks(leases).iter().map(|task| task["taskId"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leased_task_is_answered_and_countersigned() {
    let server = Server::start().await;
    server.open_epoch(1, 8).await;
    let labeler = Labeler::join(&server, "ann").await;
    let leases = labeler.lease(1, 2).await;
    assert_eq!(leases["seat"], json!({"epoch": 1, "block": 0, "seat": 0}));
    assert_eq!(leases["progress"], json!({"answered": 0, "total": SLOTS}));
    let task = &leases["tasks"][0];

    let answer = labeler.answer(task, Choice::B);
    let (status, created) = labeler.client.post("/preferences", answer.clone()).await;
    assert_eq!(status, StatusCode::CREATED, "{created}");
    let receipt = &created["receipt"];
    let message = Receipt {
        preference_hash: receipt["preferenceHash"].as_str().unwrap().parse::<B256>().unwrap(),
        received_at: receipt["receivedAt"].as_u64().unwrap(),
    };
    let signature: SignatureBytes = receipt["signature"].as_str().unwrap().parse().unwrap();
    let signer = eip712::recover(&message.signing_hash(&labeler.domain), &signature).unwrap();
    assert_eq!(signer, server.app.chain.operator.address(), "the operator vouches for the answer");

    server.app.clock.advance(TimeDelta::seconds(60));
    let (status, again) = labeler.client.post("/preferences", answer).await;
    assert_eq!((status, &again), (StatusCode::OK, &created), "the same answer has the same receipt");
    let (status, problem) = labeler.client.post("/preferences", labeler.answer(task, Choice::A)).await;
    assert_eq!((status, name(&problem)), (StatusCode::CONFLICT, "already-answered"), "equivocation");

    let leases = labeler.lease(1, 8).await;
    assert_eq!(leases["progress"]["answered"], 1);
    assert!(!task_ids(&leases).contains(&task["taskId"].as_str().unwrap().to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_again_renews_the_same_leases() {
    let server = Server::start().await;
    server.open_epoch(1, 8).await;
    let mut labeler = Labeler::join(&server, "ann").await;
    let first = labeler.lease(1, 3).await;
    server.app.clock.advance(TimeDelta::seconds(599));
    let second = labeler.lease(1, 3).await;
    assert_eq!(task_ids(&first), task_ids(&second));
    assert_eq!(first["tasks"][0]["leaseId"], second["tasks"][0]["leaseId"]);
    assert!(first["tasks"][0]["leasedUntil"].as_str() < second["tasks"][0]["leasedUntil"].as_str());
    server.app.clock.advance(TimeDelta::seconds(601));
    labeler.client = Client::sign_in(&server, &labeler.wallet).await;
    let third = labeler.lease(1, 3).await;
    assert_ne!(second["tasks"][0]["leaseId"], third["tasks"][0]["leaseId"], "it had run out");
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_are_filled_block_by_block_also_when_all_come_at_once() {
    let server = Server::start().await;
    server.open_epoch(1, 8).await;
    let mut labelers = Vec::new();
    for i in 0..4 {
        labelers.push(Labeler::join(&server, &format!("labeler {i}")).await);
    }
    // Each asks three times at the same moment.
    let requests = labelers.iter().flat_map(|labeler| (0..3).map(|_| labeler.lease(1, 8)));
    let answers = futures::future::join_all(requests).await;
    let seats: BTreeSet<String> = answers.iter().map(|leases| leases["seat"].to_string()).collect();
    let expected: BTreeSet<String> = [(0, 0), (0, 1), (1, 0), (1, 1)]
        .map(|(block, seat)| json!({"epoch": 1, "block": block, "seat": seat}).to_string())
        .into();
    assert_eq!(seats, expected);
    let gold_twice: i64 = sqlx::query_scalar(
        "select count(*) from (select task_id from app.slots join app.tasks using (task_id)
         where gold_choice is not null group by task_id having count(*) > 1) twice",
    )
    .fetch_one(&server.app.pool)
    .await
    .unwrap();
    assert_eq!(gold_twice, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_needs_stake_and_enough_gold() {
    let server = Server::start().await;
    server.open_epoch(1, 2).await;
    let poor = Labeler::join(&server, "poor").await;
    sqlx::query("update chain.stakes set active = 99").execute(&server.app.pool).await.unwrap();
    let (status, problem) = poor.client.post("/epochs/1/leases", json!({"count": 1})).await;
    assert_eq!((status, name(&problem)), (StatusCode::FORBIDDEN, "stake-too-small"));
    assert!(problem["detail"].as_str().unwrap().contains("stake 1 wei more"), "{problem}");

    Labeler::join(&server, "first").await.lease(1, 1).await;
    let second = Labeler::join(&server, "second").await;
    let (status, problem) = second.client.post("/epochs/1/leases", json!({"count": 1})).await;
    assert_eq!((status, name(&problem)), (StatusCode::SERVICE_UNAVAILABLE, "too-few-tasks"), "{problem}");
    let (status, _) = second.client.post("/epochs/2/leases", json!({"count": 1})).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_labelers_own_live_session_key_may_answer() {
    let server = Server::start().await;
    server.open_epoch(1, 8).await;
    let ann = Labeler::join(&server, "ann").await;
    let bob = Labeler::join(&server, "bob").await;
    let leases = ann.lease(1, 1).await;
    let task = &leases["tasks"][0];
    let refused = async |body: Value| {
        let (status, problem) = ann.client.post("/preferences", body).await;
        (status, name(&problem).to_owned())
    };
    let forbidden = (StatusCode::FORBIDDEN, "session-key-not-authorised".to_owned());
    assert_eq!(
        refused(ann.answer_with(&bob.session, task, Choice::A)).await,
        forbidden,
        "somebody else's key"
    );
    assert_eq!(refused(ann.answer_with(&ann.wallet, task, Choice::A)).await, forbidden, "not a session key");
    let mut forged = ann.answer(task, Choice::A);
    forged["choice"] = json!(1);
    assert_eq!(refused(forged).await, (StatusCode::UNPROCESSABLE_ENTITY, "invalid-signature".into()));
    bob.lease(1, 1).await;
    let mut elsewhere = task.clone();
    elsewhere["block"] = json!(7);
    assert_eq!(refused(ann.answer(&elsewhere, Choice::A)).await.1, "not-your-slot");
    for seat in [1, 32, u32::MAX] {
        let mut beside = task.clone();
        beside["seat"] = json!(seat);
        assert_eq!(refused(ann.answer(&beside, Choice::A)).await.1, "not-your-slot", "seat {seat}");
    }
    let mut other_task = task.clone();
    other_task["taskId"] = json!(B256::repeat_byte(9));
    assert_eq!(refused(ann.answer(&other_task, Choice::A)).await.1, "other-task");

    server.app.clock.advance(TimeDelta::seconds(3_600));
    assert_eq!(refused(ann.answer(task, Choice::A)).await, forbidden, "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_key_that_expired_before_the_epoch_opened_answers_nothing_in_it() {
    let server = Server::start().await;
    let mut ann = Labeler::join(&server, "ann").await;
    server.app.clock.advance(TimeDelta::seconds(3_600));
    server.open_epoch(1, 8).await;
    // Signed in anew, which does not renew the key.
    ann.client = Client::sign_in(&server, &ann.wallet).await;
    let leases = ann.lease(1, 1).await;
    let (status, problem) = ann.client.post("/preferences", ann.answer(&leases["tasks"][0], Choice::A)).await;
    assert_eq!((status, name(&problem)), (StatusCode::FORBIDDEN, "session-key-not-authorised"), "{problem}");
    let mut conn = server.app.pool.acquire().await.unwrap();
    assert!(preferences::list_by_epoch(&mut conn, 1).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_key_needs_its_wallets_signature_and_sign_in() {
    let server = Server::start().await;
    let ann = Labeler::without_session_key(&server, "ann").await;
    let bob = Labeler::without_session_key(&server, "bob").await;
    let (status, problem) = bob.client.post("/session-keys", ann.authorization()).await;
    assert_eq!((status, name(&problem)), (StatusCode::FORBIDDEN, "other-labeler"));
    let mut forged = ann.authorization();
    forged["expiresAt"] = json!(forged["expiresAt"].as_u64().unwrap() + 1);
    let (status, problem) = ann.client.post("/session-keys", forged).await;
    assert_eq!((status, name(&problem)), (StatusCode::UNPROCESSABLE_ENTITY, "invalid-signature"));
    let (status, _) = ann.client.post("/session-keys", ann.authorization()).await;
    assert_eq!(status, StatusCode::CREATED);
    let (_, keys) = ann.client.get("/session-keys").await;
    assert_eq!(keys[0]["sessionKey"], ann.session.address().to_string());
    assert_eq!(bob.client.get("/session-keys").await.1, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_epoch_takes_no_answers_but_repeats_its_receipts() {
    let server = Server::start().await;
    server.open_epoch(1, 8).await;
    let labeler = Labeler::join(&server, "ann").await;
    let tasks = tasks(&labeler.lease(1, 2).await);
    let kept = labeler.answer(&tasks[0], Choice::Tie);
    let (_, receipt) = labeler.client.post("/preferences", kept.clone()).await;

    let mut conn = server.app.pool.acquire().await.unwrap();
    epochs::close(&mut conn, 1, server.app.clock.now()).await.unwrap();
    let (status, problem) = labeler.client.post("/preferences", labeler.answer(&tasks[1], Choice::A)).await;
    assert_eq!((status, name(&problem)), (StatusCode::CONFLICT, "epoch-closed"));
    let (status, problem) = labeler.client.post("/epochs/1/leases", json!({"count": 1})).await;
    assert_eq!((status, name(&problem)), (StatusCode::CONFLICT, "epoch-closed"));
    assert_eq!(labeler.client.post("/preferences", kept).await, (StatusCode::OK, receipt));
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_waits_for_answers_that_are_being_stored() {
    let server = Server::start().await;
    server.open_epoch(1, 8).await;
    let mut answering = server.app.pool.begin().await.unwrap();
    let epoch = epochs::find_unclosable(&mut answering, 1).await.unwrap().unwrap();
    assert_eq!(epoch.closed_at, None);
    let (pool, now) = (server.app.pool.clone(), server.app.clock.now());
    let closing =
        tokio::spawn(async move { epochs::close(&mut pool.acquire().await.unwrap(), 1, now).await });
    // Until Postgres says that somebody waits for our lock.
    let waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(120);
    while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&server.app.pool).await.unwrap() == 0 {
        assert!(std::time::Instant::now() < deadline, "closing did not wait");
        tokio::task::yield_now().await;
    }
    assert!(!closing.is_finished());
    answering.commit().await.unwrap();
    assert_eq!(closing.await.unwrap().unwrap(), Some(now));
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_come_twice_at_once_are_stored_once() {
    let server = Server::start().await;
    server.open_epoch(1, 8).await;
    let mut answers = Vec::new();
    let mut labelers = Vec::new();
    for i in 0..4 {
        labelers.push(Labeler::join(&server, &format!("labeler {i}")).await);
    }
    for labeler in &labelers {
        for task in tasks(&labeler.lease(1, 8).await) {
            for choice in [Choice::A, Choice::A, Choice::B] {
                answers.push((labeler, labeler.answer(&task, choice)));
            }
        }
    }
    let requests = answers.into_iter().map(|(labeler, answer)| labeler.client.post("/preferences", answer));
    let statuses = futures::future::join_all(requests).await;
    let n = |status| statuses.iter().filter(|(actual, _)| *actual == status).count();
    assert_eq!(n(StatusCode::CREATED), 32, "one answer a task");
    assert_eq!(n(StatusCode::OK) + n(StatusCode::CONFLICT), 64, "{statuses:?}");
    let (stored, answered): (i64, i64) = sqlx::query_as(
        "select (select count(*) from app.preferences), (select count(*) from app.slots where answered_at is not null)",
    )
    .fetch_one(&server.app.pool)
    .await
    .unwrap();
    assert_eq!((stored, answered), (32, 32));
}
