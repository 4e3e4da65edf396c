//! Votes become the served model: preferences → dataset → reward model → PPO → version → vote → completions; or DPO alone.
use crate::support::{Api, Labeler, Polity, longer, within};
use alloy::primitives::{B256, U256};
use backend::verify::{Source, Target};
use serde_json::{Value, json};
use std::path::PathBuf;
use testkit::account;
use tokio::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn votes_become_the_served_model() {
    let rlhf = rlhf();
    let polity = Polity::start(&[("MODEL__RLHF", rlhf.to_str().unwrap()), ("MODEL__THREADS", "1")]).await;
    let operator = polity.sign_in(account::OPERATOR).await;
    let visitor = Api::anonymous(&polity.url);

    // A base model is imported and registered; the DAO decides to serve it.
    let base = polity.data.path().join("base");
    run(Command::new(&rlhf).args(["convert", "tiny", "--seed", "1", "--out"]).arg(&base)).await;
    operator.post("/base-models", json!({"path": base})).await;
    let first = polity.until("the base version", async || version(&visitor.get("/models").await, 1)).await;
    polity.pass_first_vote(first).await;
    polity.until("the served base version", async || serves(&visitor, first).await).await;

    // It answers prompts, people compare the answers.
    let prompts: Vec<String> = (0..40).map(|i| format!("Tell me about number {i}.")).collect();
    let campaign = polity.sampled_campaign(&operator, &prompts, 12, 8).await;
    let epoch = polity.open_epoch(&operator, campaign).await;
    for i in 0..4 {
        Labeler::join(&polity, i).await.label(&polity, epoch, longer).await;
    }
    operator.post(&format!("/epochs/{epoch}/close"), json!({})).await;
    let committed =
        async || operator.get(&format!("/epochs/{epoch}")).await["bundleHash"].is_string().then_some(());
    polity.until("the committed labels", committed).await;

    // Training makes a version and proposes it.
    let train = async |mut request: Value| {
        (request["campaignId"], request["epochs"]) = (json!(campaign), json!([epoch]));
        let run_id = operator.post("/runs", request).await["runId"].as_i64().unwrap();
        let finished = async || {
            let run = operator.get(&format!("/runs/{run_id}")).await;
            assert_ne!(run["state"], "failed", "{}", run["error"]);
            (run["state"] == "done").then_some(run["results"].clone())
        };
        polity.until("the training run", finished).await
    };
    let results = train(scored()).await;
    let second: B256 = results["versionId"].as_str().unwrap().parse().unwrap();
    let proposal_id: U256 = results["proposalId"].as_str().unwrap().parse().unwrap();
    polity.vote_through(proposal_id).await;
    polity.until("the served new version", async || serves(&visitor, second).await).await;

    // Completions carry the version's id; the version walks back to signed labels and trains to the same weights again.
    let message = json!({"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 4, "seed": 1});
    assert_eq!(visitor.post("/v1/chat/completions", message).await["model"], json!(second));
    let source = Source {
        rpc: Some(polity.chain.rpc_url()),
        deployment: Some(polity.data.path().join("deployment.json")),
        blobs: Some(polity.data.path().display().to_string()),
    };
    let verify = async |version_id| {
        let target = Target::Model { version_id, replay: true, source: source.clone() };
        backend::verify::run((*polity.app.config).clone(), target).await.unwrap();
    };
    verify(second).await;

    // The same labels without a reward model, from the version that is served now.
    let results = train(direct()).await;
    assert_eq!(results["reward"], Value::Null);
    assert_eq!(results["parentVersion"], json!(second));
    verify(results["versionId"].as_str().unwrap().parse().unwrap()).await;
    polity.stop().await;
}

async fn serves(visitor: &Api, version_id: B256) -> Option<()> {
    (visitor.get("/status").await["servedVersion"] == json!(version_id)).then_some(())
}

/// Id of the version with this number in the only family.
fn version(families: &Value, number: u64) -> Option<B256> {
    let versions = families[0]["versions"].as_array()?;
    versions.iter().find(|version| version["number"] == number)?["versionId"].as_str()?.parse().ok()
}

fn preset(name: &str) -> Value {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../rlhf/presets").join(name);
    let mut preset: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    preset.as_object_mut().unwrap().remove("sampling");
    (preset["seed"], preset["profile"]) = (json!(7), json!("cpu-deterministic"));
    preset
}

/// The smallest run that goes through every stage.
fn scored() -> Value {
    let mut preset = preset("tiny.json");
    (preset["ppo"]["steps"], preset["ppo"]["evalPrompts"]) = (json!(2), json!(8));
    preset["reward"]["epochs"] = json!(1);
    preset
}

/// The smallest run without a reward model.
fn direct() -> Value {
    let mut preset = preset("tiny-dpo.json");
    preset["dpo"]["epochs"] = json!(1);
    preset
}

/// The trainer: RLHF_BIN, or what the build left beside this test's folder.
fn rlhf() -> PathBuf {
    let beside = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("rlhf");
    let path = std::env::var_os("RLHF_BIN").map_or(beside, PathBuf::from);
    assert!(path.is_file(), "{} is missing: `make build` builds it, or set RLHF_BIN", path.display());
    path
}

async fn run(command: &mut Command) {
    let output = within("its end", command.kill_on_drop(true).output()).await.unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
