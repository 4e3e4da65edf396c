//! Votes about an epoch that decide nothing are held again; a no is reported, and people decide.
use crate::support::{FakeEngine, Labeler, Polity, longer};
use alloy::primitives::U256;
use backend::epoch_cli::{self, By, Command, Step};
use bindings::ProtocolGovernor;
use serde_json::json;
use testkit::account;

#[tokio::test(flavor = "multi_thread")]
async fn a_vote_that_nobody_came_to_is_held_again_and_a_no_is_reported() {
    let engine = FakeEngine::start().await;
    let polity = Polity::start(&[("MODEL__ENGINE_URL", &engine.url)]).await;
    let operator = polity.sign_in(account::OPERATOR).await;
    let campaign = polity.voted_campaign(&operator).await;
    let epoch = polity.open_epoch(&operator, campaign).await;
    for i in 0..3 {
        Labeler::join(&polity, i).await.label(&polity, epoch, longer).await;
    }
    operator.post(&format!("/epochs/{epoch}/close"), json!({})).await;

    // The first vote ends with no vote cast; there is a second one about the same root.
    let proposals = async |n: usize| {
        let proposals = operator.get("/proposals").await;
        let about = |title: &str| title.starts_with(&format!("Pay epoch {epoch}"));
        let of_epoch: Vec<U256> = proposals
            .as_array()?
            .iter()
            .filter(|proposal| about(proposal["title"].as_str().unwrap_or_default()))
            .map(|proposal| proposal["proposalId"].as_str().unwrap().parse().unwrap())
            .collect();
        (of_epoch.len() == n).then_some(of_epoch)
    };
    let first = polity.until("the first vote", async || proposals(1).await).await[0];
    let both = polity.until("the second vote", async || proposals(2).await).await;
    let second = *both.iter().find(|id| **id != first).unwrap();

    // The second one is lost: the job says so and makes no third.
    let governor = polity.chain.deployment().contracts.governor;
    let start = ProtocolGovernor::proposalSnapshotCall { proposalId: second };
    polity.chain.warp_past(polity.chain.call(governor, &start).await).await;
    let no = ProtocolGovernor::castVoteCall { proposalId: second, support: 0 };
    polity.chain.send(account::VOTERS[0], governor, &no).await;
    let reported = async || {
        let jobs = operator.get("/jobs").await;
        let job = jobs.as_array()?.iter().find(|job| job["kind"] == "advance_epoch")?.clone();
        job["lastError"].as_str().filter(|error| error.contains("was refused")).map(str::to_owned)
    };
    let report = polity.until("the report", reported).await;
    assert!(report.contains(&second.to_string()) && report.contains("no later epoch is paid"), "{report}");
    assert!(proposals(2).await.is_some());

    // A vote ends the epoch, and the next one can be settled.
    let key_file = polity.data.path().join("key");
    let key = account::VOTERS[0].signer().to_bytes();
    std::fs::write(&key_file, alloy::hex::encode_prefixed(key)).unwrap();
    let source = backend::verify::Source {
        rpc: Some(polity.chain.rpc_url()),
        deployment: Some(polity.data.path().join("deployment.json")),
        blobs: None,
    };
    let void = Command::VoidProposal(Step { epoch, by: By { key_file: Some(key_file), source } });
    epoch_cli::run(&polity.app.config, void).await.unwrap();
    let title = format!("End epoch {epoch} without pay");
    let voiding = async || {
        let proposals = operator.get("/proposals").await;
        let found = proposals.as_array()?.iter().find(|proposal| proposal["title"] == json!(title))?.clone();
        found["proposalId"].as_str()?.parse().ok()
    };
    let id: U256 = polity.until("the vote to void", voiding).await;
    polity.vote_through(id).await;
    assert_eq!(polity.app.chain.last_settled_epoch().await.unwrap(), epoch);
    polity.stop().await;
}
