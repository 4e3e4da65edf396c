//! The kit itself.

use alloy::primitives::U256;
use alloy::providers::Provider;
use alloy::rpc::types::Filter;
use sqlx::Connection;
use std::task::{Context, Waker};
use testkit::{Action, TestChain, TestDb, account};

#[tokio::test]
async fn every_database_is_migrated_and_apart_from_the_others() {
    let (one, other) = (TestDb::new().await, TestDb::new().await);
    let insert = "insert into app.nonces (nonce, expires_at) values ('n', now())";
    sqlx::query(insert).execute(&one.pool).await.unwrap();
    let count = "select count(*) from app.nonces";
    assert_eq!(sqlx::query_scalar::<_, i64>(count).fetch_one(&one.pool).await.unwrap(), 1);
    assert_eq!(sqlx::query_scalar::<_, i64>(count).fetch_one(&other.pool).await.unwrap(), 0);
}

#[tokio::test]
async fn a_transaction_that_was_given_up_while_it_began_takes_nothing_with_it() {
    let db = TestDb::new().await;
    let pool = storage::pool_options(1).connect(&db.url).await.unwrap();
    let mut was_given_up = false;
    for _ in 0..100 {
        let mut conn = pool.acquire().await.unwrap();
        // Polled once: the server is told, and its answer never awaited, unless it is there at once.
        was_given_up =
            Box::pin(conn.begin()).as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending();
        if was_given_up {
            break;
        }
    }
    assert!(was_given_up, "no answer was ever waited for");

    let insert = "insert into app.nonces (nonce, expires_at) values ('n', now())";
    sqlx::query(insert).execute(&pool).await.unwrap();
    let count = "select count(*) from app.nonces";
    assert_eq!(sqlx::query_scalar::<_, i64>(count).fetch_one(&db.pool).await.unwrap(), 1);
    assert!(sqlx::query("no such statement").execute(&pool).await.is_err());
    sqlx::query("delete from app.nonces").execute(&pool).await.unwrap();
}

#[test]
fn labelers_come_after_the_voters() {
    assert_eq!(account::labeler(0).0, 10);
    assert_eq!(account::labeler(21).0, 31);
}

alloy::sol! {
    function setEpochBudget(uint256 amount) external;
    function epochBudget() external view returns (uint256);
}

#[tokio::test]
async fn a_chain_starts_with_the_deployment_and_its_history() {
    let chain = TestChain::start().await;
    let contracts = &chain.deployment().contracts;
    let code = chain.provider().get_code_at(contracts.governor).await.unwrap();
    assert!(!code.is_empty());
    let events = chain.provider().get_logs(&Filter::new().from_block(0)).await.unwrap();
    assert!(
        events.iter().any(|log| log.address() == contracts.model_registry),
        "the family's creation is on record"
    );

    let before = chain.now().await;
    chain.warp(3600).await;
    assert!(chain.now().await >= before + 3600);
}

#[tokio::test]
async fn a_proposal_of_the_operator_passes_with_the_votes_of_the_holders() {
    let chain = TestChain::start().await;
    let pool = chain.deployment().contracts.reward_distributor;
    let action = Action::new(pool, &setEpochBudgetCall { amount: U256::from(7) });
    let id = chain.pass(account::OPERATOR, vec![action], "Set the epoch budget to 7").await;
    assert_eq!(chain.proposal_state(id).await, 7);
    assert_eq!(chain.call(pool, &epochBudgetCall {}).await, U256::from(7));
}

#[tokio::test]
async fn a_revert_is_reported_with_its_reason() {
    let chain = TestChain::start().await;
    let pool = chain.deployment().contracts.reward_distributor;
    let call = setEpochBudgetCall { amount: U256::from(7) };
    let reason = chain.try_send(account::labeler(0), pool, &call).await.unwrap_err();
    assert!(reason.contains("revert"), "{reason}");
}
