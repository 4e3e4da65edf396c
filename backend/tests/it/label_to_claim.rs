//! A label becomes tokens: task → signed preference → labels root → seed → payouts root → window → vote → claim.
use crate::support::{FakeEngine, Labeler, Polity, longer};
use alloy::primitives::U256;
use backend::verify::{Source, Target};
use protocol::Choice;
use serde_json::{Value, json};
use testkit::account;

#[tokio::test(flavor = "multi_thread")]
async fn a_label_becomes_tokens() {
    let engine = FakeEngine::start().await;
    let polity = Polity::start(&[("MODEL__ENGINE_URL", &engine.url)]).await;
    let operator = polity.sign_in(account::OPERATOR).await;

    // The DAO fills the pool and decides which version is served; that version writes the tasks.
    let campaign = polity.voted_campaign(&operator).await;

    // Three people read the guidelines and one does not.
    let epoch = polity.open_epoch(&operator, campaign).await;
    let mut labelers = Vec::new();
    for i in 0..4 {
        let labeler = Labeler::join(&polity, i).await;
        let n = labeler.label(&polity, epoch, if i < 3 { longer } else { |_: &Value| Choice::A }).await;
        assert_eq!(n, 20, "a seat has 20 slots");
        labelers.push(labeler);
    }

    // Closing is one request; labels, seed and payouts reach the chain, and the window passes.
    operator.post(&format!("/epochs/{epoch}/close"), json!({})).await;
    let path = format!("/epochs/{epoch}");
    let proposal = async || operator.get(&path).await["payouts"]["proposalId"].as_str().map(str::to_owned);
    let proposal_id: U256 = polity.until("the proposal to pay", proposal).await.parse().unwrap();
    polity.vote_through(proposal_id).await;
    polity
        .until("the approved root", async || {
            (operator.get(&path).await["status"] == "accepted").then_some(())
        })
        .await;

    // Everybody gets exactly what the statement says, and diligence pays.
    let mut pays = Vec::new();
    for labeler in &labelers {
        let statement = operator.get(&format!("/epochs/{epoch}/statements/{}", labeler.address())).await;
        let pay: U256 = statement["pay"].as_str().unwrap().parse().unwrap();
        let before = polity.balance(labeler.address()).await;
        if !pay.is_zero() {
            labeler.claim(&polity).await;
        }
        assert_eq!(polity.balance(labeler.address()).await - before, pay, "{statement}");
        pays.push(pay);
    }
    assert!(pays[..3].iter().all(|pay| *pay > pays[3]), "{pays:?}");

    // A stranger with the chain and the published bundle alone comes to the same root.
    let source = Source {
        rpc: Some(polity.chain.rpc_url()),
        deployment: Some(polity.data.path().join("deployment.json")),
        blobs: Some(polity.url.clone()),
    };
    backend::verify::run((*polity.app.config).clone(), Target::Epoch { epoch, source }).await.unwrap();
    polity.stop().await;
}
