//! A chain's life from the first stake to a claim and an active model, told with as few transactions as possible.

use alloy::primitives::{Address, B256, U256, keccak256};
use bindings::{
    DatasetRegistry, GovernanceToken, ILabelEpochs, IModelRegistry, IRewardDistributor, LabelEpochs,
    ModelRegistry, ProtocolGovernor, RewardDistributor, StakingPool,
};
use protocol::rewards::{PayoutLeaf, payouts_tree, secret_hash};
use testkit::{Action, TestChain, account};

pub const SECRET: B256 = B256::repeat_byte(0x5e);

/// `n` whole tokens in wei.
pub fn pol(n: u64) -> U256 {
    U256::from(n) * U256::from(10).pow(U256::from(18))
}

pub async fn stake(chain: &TestChain, labeler: u32, amount: U256) {
    let c = &chain.deployment().contracts;
    let call = GovernanceToken::lockAndCallCall { locker: c.staking_pool, amount, data: Default::default() };
    chain.send(account::labeler(labeler), c.governance_token, &call).await;
}

/// Everything. Returns the proposal that was voted on in fractions and then canceled, the one that funded the pool, and
/// the one that paid.
pub async fn tell(chain: &TestChain) -> [U256; 3] {
    staking(chain).await;
    let funded = fund(chain).await;
    let paid = pay_an_epoch(chain).await;
    models(chain).await;
    let canceled = fractional_vote(chain).await;
    [canceled, funded, paid]
}

/// One labeler stakes, thaws and withdraws; one is slashed while thawing; one stays.
async fn staking(chain: &TestChain) {
    let c = &chain.deployment().contracts;
    for (labeler, amount) in [(0, 100), (1, 200), (2, 300)] {
        stake(chain, labeler, pol(amount)).await;
    }
    let thaw = |amount| StakingPool::requestUnstakeCall { amount };
    chain.send(account::labeler(0), c.staking_pool, &thaw(pol(40))).await;
    chain.send(account::labeler(1), c.staking_pool, &thaw(pol(50))).await;
    chain.warp(61).await;
    chain.send(account::labeler(0), c.staking_pool, &StakingPool::withdrawCall {}).await;
    let slash = StakingPool::slashCall {
        account: account::labeler(1).address(),
        amount: pol(60),
        beneficiary: c.timelock,
        caseId: B256::repeat_byte(1),
    };
    chain.pass(account::OPERATOR, vec![Action::new(c.staking_pool, &slash)], "Slash").await;
}

async fn fund(chain: &TestChain) -> U256 {
    let c = &chain.deployment().contracts;
    let actions = vec![
        Action::new(
            c.governance_token,
            &GovernanceToken::approveCall { spender: c.reward_distributor, value: pol(5000) },
        ),
        Action::new(c.reward_distributor, &RewardDistributor::fundCall { amount: pol(5000) }),
        Action::new(c.reward_distributor, &RewardDistributor::setEpochBudgetCall { amount: pol(1000) }),
    ];
    chain.pass(account::OPERATOR, actions, "Fund the pool\n\nFor the first epochs.").await
}

pub fn terms() -> ILabelEpochs::Terms {
    ILabelEpochs::Terms {
        budget: pol(1000),
        basePay: 1_000_000_000_000_000_000,
        alphaPay: 2_000_000_000_000_000_000,
        blockSlots: 96,
        overlapSlots: 64,
        goldSlots: 8,
        minOverlap: 48,
        minRoster: 12,
        goldPassBps: 7000,
        goldRoot: B256::repeat_byte(0x90),
        secretHash: secret_hash(SECRET),
        campaignHash: B256::repeat_byte(0xca),
    }
}

pub fn payout_leaves() -> Vec<PayoutLeaf> {
    let mut accounts = [account::labeler(0).address(), account::labeler(2).address()];
    accounts.sort();
    vec![
        PayoutLeaf { account: accounts[0], cumulative: pol(10), running_total: U256::ZERO },
        PayoutLeaf { account: accounts[1], cumulative: pol(20), running_total: pol(10) },
    ]
}

/// Opens an epoch and voids it, then takes another from opening to the first claim; the first root is rejected.
async fn pay_an_epoch(chain: &TestChain) -> U256 {
    let c = chain.deployment().contracts.clone();
    let operator = account::OPERATOR;
    chain.send(operator, c.label_epochs, &LabelEpochs::openCall { terms: terms() }).await;
    let void = Action::new(c.label_epochs, &LabelEpochs::voidEpochCall { epoch: 1 });
    chain.pass(operator, vec![void], "Void epoch 1").await;

    chain.send(operator, c.label_epochs, &LabelEpochs::openCall { terms: terms() }).await;
    let commit = LabelEpochs::commitLabelsCall {
        epoch: 2,
        labelsRoot: B256::repeat_byte(0x1a),
        leafCount: 14,
        bundleHash: B256::repeat_byte(0xb0),
    };
    chain.send(operator, c.label_epochs, &commit).await;
    chain.mine(2).await;
    chain.send(account::DEPLOYER, c.label_epochs, &LabelEpochs::recordBlockHashCall { epoch: 2 }).await;
    chain.send(operator, c.label_epochs, &LabelEpochs::revealCall { epoch: 2, secret: SECRET }).await;

    let tree = payouts_tree(&payout_leaves());
    let propose = |payouts_root| LabelEpochs::proposePayoutsCall {
        epoch: 2,
        payoutsRoot: payouts_root,
        accountCount: 2,
        totalCumulative: pol(30),
    };
    chain.send(operator, c.label_epochs, &propose(B256::repeat_byte(0xbb))).await;
    let reject = Action::new(c.label_epochs, &LabelEpochs::rejectPayoutsCall { epoch: 2 });
    chain.pass(operator, vec![reject], "Reject the payouts of epoch 2").await;
    chain.send(operator, c.label_epochs, &propose(tree.root())).await;
    let accept = LabelEpochs::acceptPayoutsCall { epoch: 2, payoutsRoot: tree.root() };
    let paid = chain.pass(operator, vec![Action::new(c.label_epochs, &accept)], "Pay epoch 2").await;

    let leaf = payout_leaves()[1];
    let claim = IRewardDistributor::ClaimData {
        account: leaf.account,
        index: 1,
        cumulative: leaf.cumulative,
        runningTotal: leaf.running_total,
        proof: tree.proof(1).unwrap(),
    };
    chain.send(account::DEPLOYER, c.reward_distributor, &RewardDistributor::claimCall { data: claim }).await;
    paid
}

pub fn digest(n: u8, parent: B256) -> IModelRegistry::VersionDigest {
    IModelRegistry::VersionDigest {
        manifestHash: B256::repeat_byte(n),
        weightsHash: B256::repeat_byte(n + 1),
        runSpecHash: if n == 0x10 { B256::ZERO } else { B256::repeat_byte(n + 2) },
        datasetRoot: if n == 0x10 { B256::ZERO } else { keccak256(dataset()) },
        evaluationHash: B256::ZERO,
        parent,
    }
}

pub fn dataset() -> B256 {
    B256::repeat_byte(0xda)
}

/// Two versions; the first is active, then retired by the second, which is revoked.
async fn models(chain: &TestChain) {
    let c = chain.deployment().contracts.clone();
    let family = chain.deployment().family.family_id;
    let (trainer, contributor) = (account::OPERATOR, account::labeler(5));
    let register_data = DatasetRegistry::registerCall {
        datasetHash: dataset(),
        sampleRoot: B256::repeat_byte(0x5a),
        sampleCount: 42,
        contributor: contributor.address(),
        licence: "CC0-1.0".into(),
        uri: "blob:data".into(),
    };
    chain.send(trainer, c.dataset_registry, &register_data).await;
    let mut parent = B256::ZERO;
    for n in [0x10, 0x20] {
        let digest = digest(n, parent);
        let id_of = ModelRegistry::versionIdOfCall { familyId: family, digest: digest.clone() };
        let version = chain.call(c.model_registry, &id_of).await;
        let register = ModelRegistry::registerCall {
            familyId: family,
            digest,
            datasetHashes: if parent.is_zero() { vec![] } else { vec![dataset()] },
            uri: "blob:model".into(),
        };
        chain.send(trainer, c.model_registry, &register).await;
        let activate = Action::new(c.model_registry, &ModelRegistry::activateCall { versionId: version });
        chain.pass(trainer, vec![activate], &format!("Serve {version}")).await;
        parent = version;
    }
    let revoke = ModelRegistry::revokeCall { versionId: parent, reason: "It repeats itself.".into() };
    chain.send(account::GUARDIAN, c.model_registry, &revoke).await;
    let withdraw = DatasetRegistry::withdrawConsentCall { datasetHash: dataset() };
    chain.send(contributor, c.dataset_registry, &withdraw).await;
}

/// A proposal with a split vote, a late quorum and an end by the guardian.
async fn fractional_vote(chain: &TestChain) -> U256 {
    let governor = chain.deployment().contracts.governor;
    let action = Action::new(
        governor,
        &ProtocolGovernor::setProposalThresholdCall { newProposalThreshold: U256::from(30) },
    );
    let description = "Raise the threshold";
    let id = chain.propose(account::OPERATOR, std::slice::from_ref(&action), description).await;
    let start = chain.call(governor, &ProtocolGovernor::proposalSnapshotCall { proposalId: id }).await;
    chain.warp_past(start).await;
    let weights = [1_000u128, 2_000, 3_000].map(u128::to_be_bytes).concat();
    let split = ProtocolGovernor::castVoteWithReasonAndParamsCall {
        proposalId: id,
        support: 255,
        reason: "in parts".into(),
        params: weights.into(),
    };
    chain.send(account::VOTERS[0], governor, &split).await;
    let end = chain.call(governor, &ProtocolGovernor::proposalDeadlineCall { proposalId: id }).await;
    chain.warp_past(end - U256::from(10)).await;
    let vote = ProtocolGovernor::castVoteCall { proposalId: id, support: 1 };
    chain.send(account::VOTERS[1], governor, &vote).await;
    let cancel = ProtocolGovernor::cancelCall {
        targets: vec![action.target],
        values: vec![U256::ZERO],
        calldatas: vec![action.calldata],
        descriptionHash: keccak256(description),
    };
    chain.send(account::GUARDIAN, governor, &cancel).await;
    id
}

/// Whom to compare balances of.
pub fn actors(chain: &TestChain) -> Vec<Address> {
    let c = &chain.deployment().contracts;
    let people = (0..40).map(|index| testkit::Account(index).address());
    people.chain([c.timelock, c.reward_distributor]).collect()
}
