//! Only what the DAO approved is served.
use crate::support::{Api, FakeEngine, Polity};
use bindings::ModelRegistry;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::account;

#[tokio::test(flavor = "multi_thread")]
async fn a_version_is_served_from_its_activation_to_its_revocation() {
    let engine = FakeEngine::start().await;
    let polity = Polity::start(&[("MODEL__ENGINE_URL", &engine.url)]).await;
    let visitor = Api::anonymous(&polity.url);
    let version_id = polity.register_version().await;
    let ask = json!({"model": version_id, "messages": [{"role": "user", "content": "Hello"}], "n": 1});
    let (status, _) = visitor.request(Method::POST, "/v1/chat/completions", Some(ask.clone())).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "a registered version is not an approved one");

    polity.pass_first_vote(version_id).await;
    let served =
        async |expected: Value| (visitor.get("/status").await["servedVersion"] == expected).then_some(());
    polity.until("the served version", async || served(json!(version_id)).await).await;
    assert_eq!(visitor.post("/v1/chat/completions", ask).await["model"], json!(version_id));

    let revoke = ModelRegistry::revokeCall { versionId: version_id, reason: "leaks its prompts".into() };
    polity.chain.send(account::GUARDIAN, polity.chain.deployment().contracts.model_registry, &revoke).await;
    polity.until("the end of serving", async || served(Value::Null).await).await;
    polity.stop().await;
}
