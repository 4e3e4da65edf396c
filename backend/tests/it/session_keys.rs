//! Session keys: taken back by the wallet, and authorised by wallets that are contracts.
use crate::support::{FakeEngine, Labeler, Polity, longer};
use alloy::{
    primitives::{B256, U256},
    providers::ext::AnvilApi,
};
use backend::{
    chain::EpochStatus,
    verify::{self, Source, Target},
};
use protocol::labels::Bundle;
use reqwest::{Method, StatusCode};
use serde_json::json;
use testkit::account;

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_signs_nothing_more_and_a_contract_wallet_labels_like_any_other() {
    let engine = FakeEngine::start().await;
    let polity = Polity::start(&[("MODEL__ENGINE_URL", &engine.url)]).await;
    let operator = polity.sign_in(account::OPERATOR).await;
    let campaign = polity.voted_campaign(&operator).await;
    let epoch = polity.open_epoch(&operator, campaign).await;
    let (someone, other) = (Labeler::join(&polity, 0).await, Labeler::join(&polity, 1).await);
    let by_contract = Labeler::join_with_contract(&polity, 2).await;
    assert_eq!(other.label(&polity, epoch, longer).await, 20);

    // Two answers, and then the browser is stolen.
    let lease = async || {
        let path = format!("/epochs/{epoch}/leases");
        let (status, body) = someone.api.request(Method::POST, &path, Some(json!({"count": 3}))).await;
        status.is_success().then_some(body)
    };
    let tasks = polity.until("a seat", lease).await["tasks"].as_array().unwrap().clone();
    let answers: Vec<_> = tasks.iter().map(|task| someone.sign(task, longer(task))).collect();
    someone.api.post("/preferences", answers[0].clone()).await;
    let stored = someone.api.post("/preferences", answers[1].clone()).await;
    let path = format!("/session-keys/{}", someone.session.address());
    let revoke = async |labeler: &Labeler| labeler.api.request(Method::DELETE, &path, None).await.0;
    assert_eq!(revoke(&other).await, StatusCode::NOT_FOUND, "only its own wallet takes a key back");
    assert_eq!(revoke(&someone).await, StatusCode::NO_CONTENT);
    let key = someone.api.get("/session-keys").await[0].clone();
    assert!(key["revokedAt"].is_string(), "{key}");
    assert_eq!(revoke(&someone).await, StatusCode::NO_CONTENT);
    assert_eq!(someone.api.get("/session-keys").await[0], key, "the first time counts");

    // From now on its answers are refused; the earlier ones stay, and the key does not come back.
    let refused = someone.api.request(Method::POST, "/preferences", Some(answers[2].clone())).await;
    assert_eq!(refused.0, StatusCode::FORBIDDEN, "{}", refused.1);
    assert_eq!(refused.1["type"], "urn:polity:problem:session-key-not-authorised");
    assert_eq!(someone.api.post("/preferences", answers[1].clone()).await, stored);
    let again = someone.api.request(Method::POST, "/session-keys", Some(someone.authorization())).await;
    assert_eq!(again.0, StatusCode::CONFLICT, "{}", again.1);

    // A contract that did not sign authorises nothing.
    let mut forged = by_contract.authorization();
    forged["signature"] = other.authorization()["signature"].clone();
    let forged = by_contract.api.request(Method::POST, "/session-keys", Some(forged)).await;
    assert_eq!(forged.0, StatusCode::UNPROCESSABLE_ENTITY, "{}", forged.1);
    assert_eq!(by_contract.label(&polity, epoch, longer).await, 20);
    let block = by_contract.api.get("/session-keys").await[0]["verifiedBlock"].as_u64().unwrap();

    operator.post(&format!("/epochs/{epoch}/close"), json!({})).await;
    let committed = async || {
        let on_chain = polity.app.chain.epoch(epoch).await.unwrap();
        (on_chain.status >= EpochStatus::Committed).then_some(on_chain)
    };
    let on_chain = polity.poll("the commitment", committed).await;
    let bytes = polity.app.blobs.get(on_chain.bundle_hash).await.unwrap().unwrap();
    let bundle = Bundle::from_bytes(&bytes, on_chain.bundle_hash).unwrap();
    let of = |labeler: &Labeler| bundle.preferences.iter().filter(|p| p.labeler == labeler.address()).count();
    assert_eq!([&someone, &other, &by_contract].map(of), [2, 20, 20]);
    let session = bundle.contract_sessions().next().unwrap();
    assert_eq!((session.labeler, session.verified_block), (by_contract.address(), Some(block)));

    // The wallet has another owner by now. Whoever verifies asks about the block at which it had this one.
    let wallet = by_contract.address();
    let stranger = B256::repeat_byte(7);
    polity.chain.provider().anvil_set_storage_at(wallet, U256::ZERO, stranger).await.unwrap();
    polity.chain.mine(1).await;
    let digest = session.authorization().signing_hash(&bundle.domain());
    let ask = async |wallet, block: u64| {
        polity.app.chain.is_signature_of(wallet, digest, &session.signature, block.into()).await.unwrap()
    };
    assert!(ask(wallet, block).await);
    assert!(!ask(wallet, polity.chain.block_number().await).await);
    assert!(!ask(someone.address(), block).await, "there is no contract");
    let source = Source {
        rpc: Some(polity.chain.rpc_url()),
        deployment: Some(polity.data.path().join("deployment.json")),
        blobs: Some(polity.url.clone()),
    };
    verify::run((*polity.app.config).clone(), Target::Epoch { epoch, source }).await.unwrap();
    polity.stop().await;
}
