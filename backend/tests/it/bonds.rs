//! What the operator does on chain stands behind its own tokens.
use crate::support::{FakeEngine, Polity};
use alloy::primitives::{Bytes, utils::parse_ether};
use bindings::GovernanceToken;
use serde_json::{Value, json};
use testkit::account;

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_without_tokens_is_told_what_it_needs() {
    let engine = FakeEngine::start().await;
    let polity = Polity::start(&[("MODEL__ENGINE_URL", &engine.url)]).await;
    let operator = polity.sign_in(account::OPERATOR).await;
    let campaign = polity.voted_campaign(&operator).await;
    let contracts = polity.chain.deployment().contracts.clone();

    // 400 of 100,000 POL are left, and 250 of them are locked as a bond already.
    let to = account::VOTERS[0].address();
    let spend = GovernanceToken::transferCall { to, value: parse_ether("99600").unwrap() };
    polity.chain.send(account::OPERATOR, contracts.governance_token, &spend).await;
    let lock = GovernanceToken::lockAndCallCall {
        locker: contracts.label_epochs,
        amount: parse_ether("250").unwrap(),
        data: Bytes::new(),
    };
    polity.chain.send(account::OPERATOR, contracts.governance_token, &lock).await;
    operator.post(&format!("/campaigns/{campaign}/epochs"), json!({})).await;
    let failed = async || job(&operator.get("/jobs").await, "open_epoch", "failed");
    let error = polity.until("the refusal", failed).await;
    assert!(error.contains("must lock 750.") && error.contains("has 150."), "{error}");

    // With tokens it goes on, and locks exactly what is missing.
    let give = GovernanceToken::transferCall {
        to: account::OPERATOR.address(),
        value: parse_ether("5000").unwrap(),
    };
    polity.chain.send(account::VOTERS[0], contracts.governance_token, &give).await;
    polity.open_epoch(&operator, campaign).await;
    let (free, reserved) = polity.app.chain.bond().await.unwrap();
    assert_eq!((free, reserved), (Default::default(), parse_ether("1000").unwrap()));
    polity.stop().await;
}

/// The last error of the newest job of a kind in a state.
fn job(jobs: &Value, kind: &str, state: &str) -> Option<String> {
    let job = jobs.as_array()?.iter().find(|job| job["kind"] == kind && job["state"] == state)?;
    Some(job["lastError"].as_str()?.to_owned())
}
