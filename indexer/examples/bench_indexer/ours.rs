//! A busy time of our own contracts: claims, stakes that come and thaw, transfers, proposals and votes on them.

use super::{node::Node, runs::Workload};
use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::SolCall,
};
use bindings::{
    GovernanceToken, ILabelEpochs, IRewardDistributor, LabelEpochs, ProtocolGovernor, RewardDistributor,
    StakingPool,
};
use protocol::rewards::{PayoutLeaf, RawPay, openings::Payouts, secret_hash};
use serde_json::{Value, json};
use testkit::{Account, Action, TestChain, account};

const BLOCKS: u64 = 400;
const CLAIMS_PER_BLOCK: u64 = 5;
const CLAIMS: u32 = (BLOCKS * CLAIMS_PER_BLOCK) as u32;
const LABELERS: u32 = 22;
const SECRET: B256 = B256::repeat_byte(0x5e);

fn pol(n: u64) -> U256 {
    U256::from(n) * U256::from(10).pow(U256::from(18))
}

/// Mines it.
pub async fn mine(chain: &TestChain) -> anyhow::Result<Workload> {
    let node = Node::new(chain.rpc_url());
    let payouts = approve(chain).await;
    for labeler in 0..LABELERS {
        let c = &chain.deployment().contracts;
        let stake =
            GovernanceToken::lockAndCallCall { locker: c.staking_pool, amount: pol(100), data: Bytes::new() };
        chain.send(account::labeler(labeler), c.governance_token, &stake).await;
    }
    node.call("evm_setAutomine", json!([false])).await?;
    let mut proposal = None;
    for block in 0..BLOCKS {
        if block % 20 == 0 {
            node.call("evm_setAutomine", json!([true])).await?;
            let action = Action::new(
                chain.deployment().contracts.governor,
                &ProtocolGovernor::setProposalThresholdCall { newProposalThreshold: U256::from(block) },
            );
            proposal =
                Some(chain.propose(account::OPERATOR, &[action], &format!("Proposal at {block}")).await);
            chain.warp(6).await;
            node.call("evm_setAutomine", json!([false])).await?;
        }
        busy_block(chain, &node, &payouts, block, proposal.take()).await?;
        node.call("evm_mine", json!([])).await?;
    }
    node.call("evm_setAutomine", json!([true])).await?;
    chain.mine(64).await;
    let deployment = tempfile::NamedTempFile::new()?;
    serde_json::to_writer(&deployment, chain.deployment())?;
    let args = vec!["--deployment".into(), deployment.path().display().to_string()];
    let c = &chain.deployment().contracts;
    let addresses = json!([
        c.governance_token,
        c.governor,
        c.staking_pool,
        c.label_epochs,
        c.epoch_referee,
        c.reward_distributor,
        c.model_registry,
        c.dataset_registry,
        c.access_manager,
        c.optimistic_governor
    ]);
    let (rpc_url, last) = (chain.rpc_url(), node.block_number().await?);
    let filter = json!({ "address": addresses, "fromBlock": "0x0", "toBlock": "latest" });
    let n_events = node.call("eth_getLogs", json!([filter])).await?.as_array().map_or(0, Vec::len);
    Ok(Workload { rpc_url, args, addresses, last, n_events, _deployment: Some(deployment) })
}

async fn busy_block(
    chain: &TestChain,
    node: &Node,
    payouts: &Payouts,
    block: u64,
    proposal: Option<U256>,
) -> anyhow::Result<()> {
    let c = &chain.deployment().contracts;
    let labeler = |n: u64| account::labeler(u32::try_from(n % u64::from(LABELERS)).unwrap_or(0));
    for n in 0..CLAIMS_PER_BLOCK {
        let index = u32::try_from(block * CLAIMS_PER_BLOCK + n)?;
        let opening = payouts.open(index).expect("every leaf can be opened");
        let data = IRewardDistributor::ClaimData {
            account: opening.leaf.account,
            index,
            cumulative: opening.leaf.cumulative,
            runningTotal: opening.leaf.running_total,
            rawPayHash: opening.leaf.raw_pay.hash(),
            proof: opening.proof,
        };
        send(node, account::DEPLOYER, c.reward_distributor, &RewardDistributor::claimCall { data }).await?;
    }
    for n in 0..4 {
        let (one, other) = (labeler(block * 4 + n), labeler(block * 4 + n + 7));
        let stake =
            GovernanceToken::lockAndCallCall { locker: c.staking_pool, amount: pol(1), data: Bytes::new() };
        send(node, one, c.governance_token, &stake).await?;
        let transfer = GovernanceToken::transferCall { to: other.address(), value: U256::from(block + 1) };
        send(node, one, c.governance_token, &transfer).await?;
    }
    for n in 0..2 {
        let thaw = StakingPool::requestUnstakeCall { amount: U256::from(1000) };
        send(node, labeler(block * 2 + n), c.staking_pool, &thaw).await?;
    }
    for voter in proposal.iter().flat_map(|_| 0..LABELERS) {
        let vote = ProtocolGovernor::castVoteWithReasonCall {
            proposalId: proposal.unwrap_or_default(),
            support: (voter % 3) as u8,
            reason: "for the bench".into(),
        };
        send(node, account::labeler(voter), c.governor, &vote).await?;
    }
    Ok(())
}

async fn send(node: &Node, from: Account, to: Address, call: &impl SolCall) -> anyhow::Result<Value> {
    let data = Bytes::from(call.abi_encode());
    let transaction = json!([{ "from": from.address(), "to": to, "gas": "0x80000", "data": data }]);
    node.call("eth_sendTransaction", transaction).await
}

/// An epoch whose approved payouts have a leaf for every claim.
async fn approve(chain: &TestChain) -> Payouts {
    let (c, operator) = (chain.deployment().contracts.clone(), account::OPERATOR);
    let approve = GovernanceToken::approveCall { spender: c.reward_distributor, value: pol(5000) };
    let fund = vec![
        Action::new(c.governance_token, &approve),
        Action::new(c.reward_distributor, &RewardDistributor::fundCall { amount: pol(5000) }),
        Action::new(c.reward_distributor, &RewardDistributor::setEpochBudgetCall { amount: pol(1000) }),
    ];
    chain.pass(operator, fund, "Fund the pool").await;
    let bond =
        GovernanceToken::lockAndCallCall { locker: c.label_epochs, amount: pol(5000), data: Bytes::new() };
    chain.send(operator, c.governance_token, &bond).await;
    let terms = ILabelEpochs::Terms {
        budget: pol(1000),
        basePay: 1_000_000_000_000_000_000,
        alphaPay: 2_000_000_000_000_000_000,
        blockSlots: 96,
        overlapSlots: 64,
        goldSlots: 8,
        minOverlap: 48,
        minRoster: 12,
        goldBlocks: 1,
        goldRoot: B256::repeat_byte(0x90),
        secretHash: secret_hash(SECRET),
        campaignHash: B256::repeat_byte(0xca),
    };
    chain.send(operator, c.label_epochs, &LabelEpochs::openCall { terms }).await;
    let (labels_root, bundle_hash) = (B256::repeat_byte(0x1a), B256::repeat_byte(0xb0));
    let commit = LabelEpochs::commitLabelsCall {
        epoch: 1,
        labelsRoot: labels_root,
        blockCount: 1,
        bundleHash: bundle_hash,
    };
    chain.send(operator, c.label_epochs, &commit).await;
    chain.mine(2).await;
    chain.send(operator, c.label_epochs, &LabelEpochs::recordBlockHashCall { epoch: 1 }).await;
    chain.send(operator, c.label_epochs, &LabelEpochs::revealCall { epoch: 1, secret: SECRET }).await;
    let each = pol(1) / U256::from(4);
    let leaf = |n: u32| PayoutLeaf {
        account: Address::left_padding_from(&(0x1_0000 + n).to_be_bytes()),
        cumulative: each,
        running_total: each * U256::from(n),
        raw_pay: RawPay { position: 1 + n, raw: each, running_raw: each * U256::from(n) },
    };
    let payouts = Payouts::new((0..CLAIMS).map(leaf).collect());
    let (root, total) = (payouts.tree().root(), each * U256::from(CLAIMS));
    let propose = LabelEpochs::proposePayoutsCall {
        epoch: 1,
        payoutsRoot: root,
        accountCount: CLAIMS,
        totalCumulative: total.to(),
        totalRaw: total.to(),
    };
    chain.send(operator, c.label_epochs, &propose).await;
    let accept = LabelEpochs::acceptPayoutsCall { epoch: 1, payoutsRoot: root };
    chain.pass(operator, vec![Action::new(c.label_epochs, &accept)], "Pay epoch 1").await;
    payouts
}
