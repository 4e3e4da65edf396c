//! What the chain can still take back is shown at once and acted on later; what it takes back in spite of all stops
//! everything until somebody has looked.
use crate::support::{Api, FakeEngine, Polity};
use alloy::{
    network::TransactionBuilder,
    primitives::{Address, B256},
    providers::{Provider, ext::AnvilApi},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use backend::settled::{self, Serve};
use bindings::ModelRegistry;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;
use storage::{
    app::{jobs, transactions},
    chain::cursor,
};
use testkit::account;

/// A page's connection to the feed.
struct Page(Response);

impl Page {
    async fn open(url: &str, last_event_id: Option<&str>) -> Self {
        let request = reqwest::Client::new().get(format!("{url}/api/v1/events"));
        let request = match last_event_id {
            Some(id) => request.header("last-event-id", id),
            None => request,
        };
        Self(request.send().await.unwrap())
    }

    /// Read on up to an event of this kind with these words in it, and without these; returns its lines.
    async fn event(&mut self, kind: &str, words: &str, without: &str) -> Vec<String> {
        let mut text = String::new();
        loop {
            let chunk = tokio::time::timeout(Duration::from_secs(120), self.0.chunk()).await;
            let chunk = chunk.unwrap_or_else(|_| panic!("no {kind} with {words} in {text}")).unwrap();
            text += std::str::from_utf8(&chunk.expect("the stream goes on")).unwrap();
            let whole = text.rsplit_once("\n\n").map_or("", |(whole, _)| whole);
            let is = |event: &&str| {
                event.contains(&format!("event: {kind}")) && event.contains(words) && !event.contains(without)
            };
            if let Some(event) = whole.split("\n\n").find(is) {
                return event.lines().map(str::to_owned).collect();
            }
        }
    }
}

fn id_of(event: &[String]) -> &str {
    event.iter().find_map(|line| line.strip_prefix("id: ")).expect("changes have ids")
}

/// Have the registry called by somebody whose key Anvil has; returns the block. The receipt is asked for, because a
/// provider that waits for blocks by their number waits for ever after a reorganisation.
async fn send(polity: &Polity, from: Address, call: &impl SolCall) -> u64 {
    let provider = polity.chain.provider();
    let request = TransactionRequest::default()
        .with_from(from)
        .with_to(polity.chain.deployment().contracts.model_registry)
        .with_gas_limit(1_000_000)
        .with_input(call.abi_encode());
    let hash = *provider.send_transaction(request).await.unwrap().tx_hash();
    let mined = async || provider.get_transaction_receipt(hash).await.unwrap();
    let receipt = polity.poll("the transaction", mined).await;
    assert!(receipt.status());
    receipt.block_number.unwrap()
}

/// The timelock activates a version; returns the block.
async fn activate(polity: &Polity, version_id: B256) -> u64 {
    let (provider, timelock) = (polity.chain.provider(), polity.chain.deployment().contracts.timelock);
    provider.anvil_impersonate_account(timelock).await.unwrap();
    provider.anvil_set_balance(timelock, "1000000000000000000".parse().unwrap()).await.unwrap();
    send(polity, timelock, &ModelRegistry::activateCall { versionId: version_id }).await
}

/// What an address answers as of a block, however long the indexer takes.
async fn as_of(polity: &Polity, path: &str, block: u64) -> Value {
    let visitor = Api::anonymous(&polity.url);
    let path = format!("{path}?min_block={block}");
    polity
        .poll("the block", async || {
            let (status, answer) = visitor.request(Method::GET, &path, None).await;
            (status == StatusCode::OK).then_some(answer)
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_is_served_when_its_activation_is_final_and_a_replaced_final_block_stops_everything() {
    let engine = FakeEngine::start().await;
    let settings = [("MODEL__ENGINE_URL", engine.url.as_str()), ("CHAIN__ACT_ON", "finalized")];
    let polity = Polity::start(&settings).await;
    let visitor = Api::anonymous(&polity.url);
    let family_id = polity.chain.deployment().family.family_id;
    let version_id = polity.register_version().await;
    // The worker's own transaction at its start; after it nobody but this test sends any.
    polity
        .poll("the operator's delegation", async || {
            let mut conn = polity.app.pool.acquire().await.unwrap();
            let sent = transactions::find(&mut conn, "operator/delegate").await.unwrap()?;
            (sent.state == "mined").then_some(())
        })
        .await;
    let mut page = Page::open(&polity.url, None).await;
    page.event("status", "finalizedBlock", "-").await;

    // Shown at once, acted on by nobody.
    let block = activate(&polity, version_id).await;
    let families = as_of(&polity, "/models", block).await;
    assert_eq!(families[0]["activeVersion"], json!(version_id));
    assert_eq!(families[0]["versions"][0]["finality"], "head");
    assert_eq!(settled::active_version(&polity.app, family_id).await.unwrap(), Serve::Nothing);
    let applied = page.event("apply", r#""topic":"families""#, "-").await;

    // The chain takes it back, and says so to pages that are open and to those that come back.
    assert_eq!(polity.chain.block_number().await, block);
    polity.chain.reorg(1).await;
    polity.chain.mine(1).await;
    page.event("retract", r#""topic":"families""#, "-").await;
    let families = as_of(&polity, "/models", block + 1).await;
    assert_eq!(families[0]["activeVersion"], Value::Null);
    let mut again = Page::open(&polity.url, Some(id_of(&applied))).await;
    again.event("retract", r#""topic":"families""#, "-").await;

    // Once more, and this time it stays.
    let block = activate(&polity, version_id).await;
    polity.chain.mine(100).await;
    let served =
        async |wanted: Value| (visitor.get("/status").await["servedVersion"] == wanted).then_some(());
    polity.poll("the served version", async || served(json!(version_id)).await).await;
    page.event("finalized", "finalizedBlock", "-").await;
    let version = visitor.get(&format!("/models/{version_id}")).await;
    assert_eq!((&version["status"], &version["finality"]), (&json!("active"), &json!("finalized")));
    let status = visitor.get("/status").await;
    assert!(status["index"]["finalizedBlock"].as_u64().unwrap() >= block, "{status}");
    assert_eq!((&status["index"]["actsOn"], &status["troubles"]), (&json!("finalized"), &json!([])));

    // Stopping a version does not wait.
    let suspend = ModelRegistry::suspendCall { versionId: version_id, reason: "leaks its prompts".into() };
    send(&polity, account::GUARDIAN.address(), &suspend).await;
    polity.poll("the end of serving", async || served(Value::Null).await).await;

    // More is taken back than can be: nothing irreversible is done until somebody has looked at it.
    polity.chain.reorg(90).await;
    polity.chain.mine(1).await;
    page.event("status", "violatedBlock", r#""violatedBlock":null"#).await;
    let ready = async || reqwest::get(format!("{}/ready", polity.url)).await.unwrap();
    let answer = ready().await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let problem: Value = answer.json().await.unwrap();
    assert!(problem["detail"].as_str().unwrap().contains("was finalized and then replaced"), "{problem}");
    let status = visitor.get("/status").await;
    assert!(status["index"]["violatedBlock"].is_u64(), "{status}");

    let mut conn = polity.app.pool.acquire().await.unwrap();
    let now = polity.app.clock.now();
    // A job that gives up as soon as it runs: the chain has no such epoch.
    let job = jobs::enqueue(&mut conn, "advance_epoch", "99", &json!({"epoch": 99}), now).await.unwrap();
    assert_eq!(ready().await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(jobs::find(&mut conn, job).await.unwrap().unwrap().attempts, 0, "nobody took it up");
    assert!(cursor::acknowledge_violation(&mut conn).await.unwrap());
    polity
        .poll("the job", async || {
            let mut conn = polity.app.pool.acquire().await.unwrap();
            (jobs::find(&mut conn, job).await.unwrap()?.state == "failed").then_some(())
        })
        .await;
    polity.poll("readiness", async || (ready().await.status() == StatusCode::NO_CONTENT).then_some(())).await;
    drop(conn);
    polity.stop().await;
}
