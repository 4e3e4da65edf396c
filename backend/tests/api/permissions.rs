//! Who may do what: every admin route, for nobody, for somebody and for an operator.
use crate::support::{Client, Server, name};
use alloy::signers::local::PrivateKeySigner;
use reqwest::{Method, StatusCode};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn admin_routes_are_for_admins() {
    let server = Server::start().await;
    let campaign = server.open_epoch(1, 8).await;
    let wallet = PrivateKeySigner::from_slice(&[5; 32]).unwrap();
    let nobody = Client::anonymous(&server);
    let somebody = Client::sign_in(&server, &wallet).await;
    let routes = [
        (Method::POST, "/campaigns".to_owned()),
        (Method::POST, format!("/campaigns/{campaign}/sampling")),
        (Method::GET, format!("/campaigns/{campaign}/tasks")),
        (Method::GET, format!("/campaigns/{campaign}/agreement")),
        (Method::PUT, format!("/campaigns/{campaign}/gold")),
        (Method::POST, format!("/campaigns/{campaign}/epochs")),
        (Method::POST, "/epochs/1/close".to_owned()),
        (Method::POST, "/runs".to_owned()),
        (Method::POST, "/base-models".to_owned()),
        (Method::GET, "/jobs".to_owned()),
    ];
    for (method, path) in &routes {
        let body = (*method != Method::GET).then(|| json!({}));
        let (status, problem) = nobody.request(method.clone(), path, body.clone()).await;
        assert_eq!((status, name(&problem)), (StatusCode::UNAUTHORIZED, "not-signed-in"), "{method} {path}");
        let (status, problem) = somebody.request(method.clone(), path, body).await;
        assert_eq!((status, name(&problem)), (StatusCode::FORBIDDEN, "not-admin"), "{method} {path}");
    }

    server.give_operator_role(wallet.address()).await;
    assert_eq!(somebody.get("/me").await.1["roles"], json!(["operator"]));
    let (_, tasks) = somebody.get(&format!("/campaigns/{campaign}/tasks")).await;
    assert_eq!(tasks.as_array().unwrap().len(), 48);
    let (status, job) = somebody.post("/epochs/1/close", json!({})).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    let (_, jobs) = somebody.get("/jobs").await;
    assert_eq!((&jobs[0]["jobId"], &jobs[0]["kind"]), (&job["jobId"], &json!("advance_epoch")));
}

#[tokio::test(flavor = "multi_thread")]
async fn gold_answers_stay_while_an_epoch_is_open() {
    let server = Server::start().await;
    let campaign = server.open_epoch(1, 8).await;
    let wallet = PrivateKeySigner::from_slice(&[5; 32]).unwrap();
    server.give_operator_role(wallet.address()).await;
    let operator = Client::sign_in(&server, &wallet).await;
    let (_, tasks) = operator.get(&format!("/campaigns/{campaign}/tasks")).await;
    let path = format!("/campaigns/{campaign}/gold");
    let gold = |choice: i32| json!({"answers": [{"taskId": tasks[0]["taskId"], "choice": choice}]});
    let (status, problem) = operator.request(Method::PUT, &path, Some(gold(1))).await;
    assert_eq!((status, name(&problem)), (StatusCode::CONFLICT, "epoch-open"));
    operator.post("/epochs/1/close", json!({})).await;
    assert_eq!(
        operator.request(Method::PUT, &path, Some(gold(1))).await,
        (StatusCode::OK, json!({"nGold": 9}))
    );
    let (status, _) = operator.request(Method::PUT, &path, Some(gold(2))).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "a tie is no known answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_counts_when_its_grant_is_final_and_stops_counting_at_once() {
    let server = Server::start_with(&[("CHAIN__ACT_ON", "finalized")]).await;
    let wallet = PrivateKeySigner::from_slice(&[5; 32]).unwrap();
    let account = wallet.address();
    let key = json!({"role_id": 1, "account": format!("\\x{}", alloy::hex::encode(account))});
    server.set_cursor(12, 9, 5).await;
    server.give_operator_role(account).await;
    server.journal(7, "role_members", key, None).await;
    let client = Client::sign_in(&server, &wallet).await;
    let jobs = async || client.get("/jobs").await.0;
    assert_eq!(jobs().await, StatusCode::FORBIDDEN, "the grant can still be taken back");
    server.set_cursor(12, 9, 7).await;
    assert_eq!(jobs().await, StatusCode::OK);
    let violate = async |block: Option<i64>| {
        let query = sqlx::query("update chain.cursor set violated_block = $1").bind(block);
        query.execute(&server.app.pool).await.unwrap();
    };
    violate(Some(7)).await;
    assert_eq!(jobs().await, StatusCode::FORBIDDEN, "a final block was replaced");
    violate(None).await;
    assert_eq!(jobs().await, StatusCode::OK);
    sqlx::query("delete from chain.role_members").execute(&server.app.pool).await.unwrap();
    assert_eq!(jobs().await, StatusCode::FORBIDDEN);
}
