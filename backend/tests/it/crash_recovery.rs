//! Killed at any point, a job ends the same: nothing is lost and nothing is done twice.
use crate::support::{FakeEngine, Labeler, Polity, longer};
use alloy::{
    primitives::U256,
    providers::{Provider, ext::AnvilApi},
    sol_types::SolCall,
};
use backend::chain::{Call, EpochStatus};
use bindings::GovernanceToken;
use serde_json::json;
use std::collections::BTreeSet;
use testkit::account;

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_was_stored_but_never_sent_is_sent_with_the_same_bytes() {
    let polity = Polity::start(&[]).await;
    let (chain, operator) = (polity.chain.provider(), account::OPERATOR.address());
    polity.until_delegated().await;
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
async fn an_epoch_that_is_killed_at_every_transaction_is_paid_once() {
    let engine = FakeEngine::start().await;
    let mut polity = Polity::start(&[("MODEL__ENGINE_URL", &engine.url)]).await;
    let operator = polity.sign_in(account::OPERATOR).await;
    let campaign = polity.voted_campaign(&operator).await;
    operator.post(&format!("/campaigns/{campaign}/epochs"), json!({})).await;
    polity.kill_at("bond/open_epoch/").await;
    polity.kill_at("open_epoch/").await;
    let opened = async || operator.get(&format!("/campaigns/{campaign}")).await["openEpoch"].as_u64();
    let epoch = polity.until("the epoch", opened).await;
    for i in 0..3 {
        Labeler::join(&polity, i).await.label(&polity, epoch, longer).await;
    }
    operator.post(&format!("/epochs/{epoch}/close"), json!({})).await;

    let bond = format!("bond/epoch/{epoch}/payouts");
    let steps = ["commit", "reveal", "payouts", "proposal"].map(|step| format!("epoch/{epoch}/{step}"));
    for step in [&steps[0], &steps[1], &bond, &steps[2], &steps[3]] {
        polity.kill_at(step).await;
    }
    let path = format!("/epochs/{epoch}");
    let proposal = async || operator.get(&path).await["payouts"]["proposalId"].as_str().map(str::to_owned);
    let proposal_id: U256 = polity.until("the proposal to pay", proposal).await.parse().unwrap();
    polity.chain.vote_for(proposal_id).await;
    for step in ["queue", "execute"] {
        polity.kill_at(&format!("proposal/{proposal_id}/{step}")).await;
    }
    let settled = async || (polity.app.chain.last_settled_epoch().await.unwrap() == epoch).then_some(());
    polity.until("the pay", settled).await;

    let keys = polity.transaction_keys().await;
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
    assert_eq!(keys.iter().filter(|key| key.starts_with("epoch/")).count(), steps.len(), "{keys:?}");
    assert_eq!(polity.app.chain.bond().await.unwrap().1, U256::ZERO, "every bond came back");
    polity.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_epoch_that_several_workers_advance_at_the_same_time_is_paid_once() {
    let engine = FakeEngine::start().await;
    let polity = Polity::start(&[("MODEL__ENGINE_URL", &engine.url)]).await;
    let operator = polity.sign_in(account::OPERATOR).await;
    let campaign = polity.voted_campaign(&operator).await;
    // Every lease is taken away all the time, so that one job is done by all four lanes at once.
    let thief = tokio::spawn({
        let pool = polity.app.pool.clone();
        async move {
            loop {
                storage::app::jobs::release_all(&mut pool.acquire().await.unwrap()).await.unwrap();
                tokio::task::yield_now().await;
            }
        }
    });
    let epoch = polity.open_epoch(&operator, campaign).await;
    for i in 0..3 {
        Labeler::join(&polity, i).await.label(&polity, epoch, longer).await;
    }
    operator.post(&format!("/epochs/{epoch}/close"), json!({})).await;
    let path = format!("/epochs/{epoch}");
    let proposal = async || operator.get(&path).await["payouts"]["proposalId"].as_str().map(str::to_owned);
    let proposal_id: U256 = polity.until("the proposal to pay", proposal).await.parse().unwrap();
    polity.vote_through(proposal_id).await;
    thief.abort();

    assert_eq!(polity.app.chain.last_epoch().await.unwrap(), epoch, "one epoch was opened");
    let keys = polity.transaction_keys().await;
    assert_eq!(keys.iter().filter(|key| key.starts_with("epoch/")).count(), 4, "{keys:?}");
    let operator = account::OPERATOR.address();
    let sent = polity.chain.provider().get_transaction_count(operator).await.unwrap();
    assert_eq!(
        sent,
        keys.len() as u64,
        "every transaction has its nonce, and none was sent beside the queue"
    );
    polity.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missed_reveal_is_seen_when_the_server_comes_back() {
    let engine = FakeEngine::start().await;
    let mut polity = Polity::start(&[("MODEL__ENGINE_URL", &engine.url)]).await;
    let operator = polity.sign_in(account::OPERATOR).await;
    let campaign = polity.voted_campaign(&operator).await;
    let epoch = polity.open_epoch(&operator, campaign).await;
    for i in 0..3 {
        Labeler::join(&polity, i).await.label(&polity, epoch, longer).await;
    }
    operator.post(&format!("/epochs/{epoch}/close"), json!({})).await;
    let committed =
        async || (polity.app.chain.epoch(epoch).await.ok()?.status == EpochStatus::Committed).then_some(());
    polity.poll("the commitment", committed).await;
    polity.kill().await;
    let locked = polity.app.chain.bond().await.unwrap().1;
    polity.chain.warp(polity.app.chain.reveal_window().await.unwrap()).await;
    polity.restart().await;
    let proposed =
        async || (polity.app.chain.epoch(epoch).await.ok()?.status == EpochStatus::Proposed).then_some(());
    polity.until("the payouts", proposed).await;
    assert!(locked > U256::ZERO);
    let statements = operator.get(&format!("/epochs/{epoch}/statements")).await;
    let statements = statements.as_array().unwrap();
    assert!(!statements.is_empty() && statements.iter().all(|statement| statement["reason"] == "noSeed"));
    polity.stop().await;
}

/// A call that may be made at any time.
fn delegation(polity: &Polity) -> Call {
    let call = GovernanceToken::delegateCall { delegatee: account::VOTERS[0].address() };
    Call { to: polity.chain.deployment().contracts.governance_token, data: call.abi_encode().into() }
}
