//! A transaction whose fee became too low is offered again with a higher one, and takes effect once.
use crate::support::Polity;
use alloy::{
    consensus::Transaction as _,
    providers::{Provider, ext::AnvilApi},
    sol_types::SolCall,
};
use backend::chain::{Call, SendError, Transactions};
use bindings::GovernanceToken;
use storage::app::transactions::{self, Transaction};
use testkit::account;
use tokio::task::JoinHandle;

/// A hundred times what a fresh chain asks: more than any transaction was signed for.
const HIGH_BASE_FEE: u128 = 500_000_000_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_no_block_takes_is_replaced_by_one_with_a_higher_fee() {
    let polity = Polity::start(&[("CHAIN__RAISE_FEE_AFTER_S", "1")]).await;
    let (chain, first, _) = stuck(&polity).await;
    let nonce = first.nonce;

    // Nobody but the queue raises the fee; the block that comes then has the replacement.
    let replaced = async || find(&polity).await.filter(|now| !now.replaced.is_empty());
    let now = polity.poll("the replacement", replaced).await;
    assert_eq!((now.nonce, now.replaced[0]), (nonce, first.tx_hash));
    let waiting = wait(&polity);
    chain.anvil_set_auto_mine(true).await.unwrap();
    chain.anvil_mine(Some(1), None).await.unwrap();
    let mined = waiting.await.unwrap().unwrap();
    let found = chain.get_transaction_by_hash(mined.tx_hash).await.unwrap().unwrap();
    assert_eq!(found.nonce(), nonce);
    assert!(found.max_fee_per_gas() > HIGH_BASE_FEE);
    assert_eq!(chain.get_transaction_receipt(first.tx_hash).await.unwrap(), None);
    let settled =
        polity.poll("its record", async || find(&polity).await.filter(|t| t.state == "mined")).await;
    assert!(settled.replaced.contains(&first.tx_hash));
    assert_eq!(chain.get_transaction_count(account::OPERATOR.address()).await.unwrap(), nonce + 1);
    polity.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cheap_form_may_be_mined_after_all_and_is_found() {
    let polity = Polity::start(&[("CHAIN__RAISE_FEE_AFTER_S", "1")]).await;
    let (chain, first, worker) = stuck(&polity).await;
    let now = polity
        .poll("the replacement", async || find(&polity).await.filter(|now| !now.replaced.is_empty()))
        .await;
    // A block builder had kept the first one: the node forgets every other and takes it, while no worker is there to
    // offer another.
    worker.abort();
    assert!(worker.await.unwrap_err().is_cancelled());
    chain.anvil_drop_all_transactions().await.unwrap();
    chain.anvil_set_next_block_base_fee_per_gas(1).await.unwrap();
    drop(chain.send_raw_transaction(&first.raw).await.unwrap());
    chain.anvil_mine(Some(1), None).await.unwrap();
    let mined = wait(&polity).await.unwrap().unwrap();
    assert_eq!(mined.tx_hash, first.tx_hash);
    assert_ne!(now.tx_hash, first.tx_hash);
    polity.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_beside_the_queue_is_offered_with_a_higher_fee_too() {
    let polity = Polity::start(&[("CHAIN__RAISE_FEE_AFTER_S", "1")]).await;
    let (chain, key) = (polity.chain.provider(), account::VOTERS[0].signer());
    polity.until_delegated().await;
    chain.anvil_set_auto_mine(false).await.unwrap();
    let nonce = chain.get_transaction_count(key.address()).await.unwrap();
    let (handle, call) = (polity.app.chain.clone(), delegation(&polity));
    let sent = tokio::spawn(async move { handle.send_once(&key, &call).await });
    let me = account::VOTERS[0].address();
    let pending = async || (chain.get_transaction_count(me).pending().await.unwrap() > nonce).then_some(());
    polity.poll("the transaction in the pool", pending).await;

    // Blocks that ask for more than the first form offers, until one takes another form.
    let mined = async || {
        chain.anvil_set_next_block_base_fee_per_gas(HIGH_BASE_FEE).await.unwrap();
        chain.anvil_mine(Some(1), None).await.unwrap();
        sent.is_finished().then_some(())
    };
    polity.poll("the block that takes it", mined).await;
    let mined = sent.await.unwrap().unwrap();
    let found = chain.get_transaction_by_hash(mined.tx_hash).await.unwrap().unwrap();
    assert_eq!(found.nonce(), nonce);
    assert!(found.max_fee_per_gas() > HIGH_BASE_FEE);
    assert_eq!(chain.get_transaction_count(me).await.unwrap(), nonce + 1);
    chain.anvil_set_auto_mine(true).await.unwrap();
    polity.stop().await;
}

/// A transaction that was sent just before the base fee rose above what it may pay, and the worker that waits for it.
async fn stuck(
    polity: &Polity,
) -> (&alloy::providers::DynProvider, Transaction, JoinHandle<Result<backend::chain::Mined, SendError>>) {
    let chain = polity.chain.provider();
    polity.until_delegated().await;
    chain.anvil_set_auto_mine(false).await.unwrap();
    let worker = wait(polity);
    let first = polity.poll("the stored transaction", async || find(polity).await).await;
    let known = async || chain.get_transaction_by_hash(first.tx_hash).await.unwrap();
    polity.poll("the transaction in the pool", known).await;
    chain.anvil_set_next_block_base_fee_per_gas(HIGH_BASE_FEE).await.unwrap();
    chain.anvil_mine(Some(1), None).await.unwrap();
    assert_eq!(
        chain.get_transaction_receipt(first.tx_hash).await.unwrap(),
        None,
        "the block did not take it"
    );
    (chain, first, worker)
}

/// A worker that wants the same thing and waits until it is there.
fn wait(polity: &Polity) -> JoinHandle<Result<backend::chain::Mined, SendError>> {
    let queue: Transactions = polity.app.transactions();
    let call = delegation(polity);
    tokio::spawn(async move { queue.send("test", &call).await })
}

/// A call that may be made at any time.
fn delegation(polity: &Polity) -> Call {
    let call = GovernanceToken::delegateCall { delegatee: account::VOTERS[0].address() };
    Call { to: polity.chain.deployment().contracts.governance_token, data: call.abi_encode().into() }
}

async fn find(polity: &Polity) -> Option<Transaction> {
    transactions::find(&mut polity.app.pool.acquire().await.unwrap(), "test").await.unwrap()
}
