//! What happened before the epoch that is judged.
use super::{
    court::{LIAR, WATCHER, draft, honest, lock, open, propose},
    draft::small_terms,
};
use alloy::primitives::{Bytes, utils::parse_ether};
use bindings::{GovernanceToken, LabelEpochs, RewardDistributor};
use protocol::rewards::{PayoutLeaf, openings::Payouts};
use testkit::{Action, TestChain, account};

/// Who earned in the first epoch.
const LABELERS: [u32; 5] = [0, 1, 2, 3, 4];

/// The chain after the first epoch was paid, and what was published of it.
pub struct Before {
    pub state: Bytes,
    pub bundle: Vec<u8>,
    pub paid: Vec<PayoutLeaf>,
}

impl Before {
    pub async fn make() -> Self {
        let chain = TestChain::start().await;
        let contracts = chain.deployment().contracts.clone();
        let (token, pool) = (contracts.governance_token, contracts.reward_distributor);
        let amount = parse_ether("50000").unwrap();
        let budget = parse_ether("5000").unwrap();
        let actions = vec![
            Action::new(token, &GovernanceToken::approveCall { spender: pool, value: amount }),
            Action::new(pool, &RewardDistributor::fundCall { amount }),
            Action::new(pool, &RewardDistributor::setEpochBudgetCall { amount: budget }),
        ];
        chain.pass(account::VOTERS[0], actions, "# Start").await;
        for (who, amount) in [(account::OPERATOR, "10000"), (LIAR, "5000"), (WATCHER, "5000")] {
            lock(&chain, who, contracts.label_epochs, amount).await;
        }
        for i in 0..6 {
            lock(&chain, account::labeler(i), contracts.staking_pool, "1000").await;
        }
        let draft = draft(&chain, 1, &LABELERS, small_terms());
        let reader = open(&chain, 1, &draft, None).await;
        let on_chain = reader.epoch(1).await.unwrap();
        let said = honest(&on_chain, &draft, &Payouts::new(vec![]));
        propose(&chain, 1, &said).await;
        chain.warp(60).await;
        let accept = LabelEpochs::acceptPayoutsCall {
            epoch: 1,
            payoutsRoot: Payouts::new(said.leaves.clone()).tree().root(),
        };
        let accept = vec![Action::new(contracts.label_epochs, &accept)];
        chain.pass(account::VOTERS[0], accept, "# Pay").await;
        let (bundle, _) = draft.bundle.expect("it is honest").to_bytes();
        Self { state: chain.state().await, bundle, paid: said.leaves }
    }
}
