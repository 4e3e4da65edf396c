//! Killed at any point, a job ends the same: nothing is lost and nothing is done twice.
use crate::support::{FakeEngine, Labeler, Polity, longer};
use alloy::{
    primitives::U256,
    providers::{Provider, ext::AnvilApi},
    sol_types::SolCall,
};
use backend::chain::Call;
use bindings::GovernanceToken;
use serde_json::json;
use std::collections::BTreeSet;
use testkit::account;

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_was_stored_but_never_sent_is_sent_with_the_same_bytes() {
    let polity = Polity::start(&[]).await;
    let (chain, operator) = (polity.chain.provider(), account::OPERATOR.address());
    polity
        .until("the operator's delegation", async || {
            (!polity.transaction_keys().await.is_empty()).then_some(())
        })
        .await;
    chain.anvil_set_auto_mine(false).await.unwrap();
    let nonce = chain.get_transaction_count(operator).await.unwrap();

    // The first process dies after storing; what it sent is lost.
    let (queue, call) = (polity.app.transactions(), delegation(&polity));
    let first = tokio::spawn({
        let (queue, call) = (queue.clone(), call.clone());
        async move { queue.send("test", &call).await }
    });
    let stored = async || {
        let mut conn = polity.app.pool.acquire().await.unwrap();
        storage::app::transactions::find(&mut conn, "test").await.unwrap()
    };
    let stored = polity.poll("the stored transaction", stored).await;
    first.abort();
    chain.anvil_drop_transaction(stored.tx_hash).await.ok();
    assert_eq!(chain.get_transaction_receipt(stored.tx_hash).await.unwrap(), None);

    // The second one sends the same bytes, and asking a third time changes nothing.
    chain.anvil_set_auto_mine(true).await.unwrap();
    assert_eq!(queue.send("test", &call).await.unwrap().tx_hash, stored.tx_hash);
    assert_eq!(queue.send("test", &call).await.unwrap().tx_hash, stored.tx_hash);
    assert_eq!(chain.get_transaction_count(operator).await.unwrap(), nonce + 1);
    polity.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_epoch_that_is_killed_after_every_transaction_is_paid_once() {
    let engine = FakeEngine::start().await;
    let mut polity = Polity::start(&[("MODEL__ENGINE_URL", &engine.url)]).await;
    let operator = polity.sign_in(account::OPERATOR).await;
    let campaign = polity.voted_campaign(&operator).await;
    let epoch = polity.open_epoch(&operator, campaign).await;
    for i in 0..3 {
        Labeler::join(&polity, i).await.label(&polity, epoch, longer).await;
    }
    operator.post(&format!("/epochs/{epoch}/close"), json!({})).await;

    let steps = ["commit", "reveal", "payouts", "proposal"].map(|step| format!("epoch/{epoch}/{step}"));
    for step in &steps {
        let stored =
            async || polity.transaction_keys().await.iter().any(|key| key.starts_with(step)).then_some(());
        polity.until(step, stored).await;
        polity.kill_and_restart().await;
    }
    let path = format!("/epochs/{epoch}");
    let proposal = async || operator.get(&path).await["payouts"]["proposalId"].as_str().map(str::to_owned);
    let proposal_id: U256 = polity.until("the proposal to pay", proposal).await.parse().unwrap();
    polity.vote_through(proposal_id).await;

    let keys = polity.transaction_keys().await;
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
    assert_eq!(keys.iter().filter(|key| key.starts_with("epoch/")).count(), steps.len(), "{keys:?}");
    assert_eq!(polity.app.chain.last_settled_epoch().await.unwrap(), epoch);
    polity.stop().await;
}

/// A call that may be made at any time.
fn delegation(polity: &Polity) -> Call {
    let call = GovernanceToken::delegateCall { delegatee: account::VOTERS[0].address() };
    Call { to: polity.chain.deployment().contracts.governance_token, data: call.abi_encode().into() }
}
