//! Only what the DAO approved is served.
use crate::support::{Api, FakeEngine, Polity};
use bindings::ModelRegistry;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Action, account};

#[tokio::test(flavor = "multi_thread")]
async fn a_version_is_served_from_its_activation_until_it_is_suspended_and_again_after_a_vote() {
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

    // A guardian can stop it at once, and a vote can bring it back.
    let registry = polity.chain.deployment().contracts.model_registry;
    let suspend = ModelRegistry::suspendCall { versionId: version_id, reason: "leaks its prompts".into() };
    polity.chain.send(account::GUARDIAN, registry, &suspend).await;
    polity.until("the end of serving", async || served(Value::Null).await).await;
    let version = visitor.get(&format!("/models/{version_id}")).await;
    assert_eq!(
        (&version["status"], &version["suspendedReason"]),
        (&json!("suspended"), &json!("leaks its prompts"))
    );
    let actions = [Action::new(registry, &ModelRegistry::activateCall { versionId: version_id })];
    let id = polity.chain.propose(account::VOTERS[0], &actions, "# It was a false alarm").await;
    polity.vote_through(id).await;
    polity.until("the version that is back", async || served(json!(version_id)).await).await;
    polity.stop().await;
}
