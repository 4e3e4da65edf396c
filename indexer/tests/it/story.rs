//! A chain's life from the first stake to a claim and an active model, told with as few transactions as possible.

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    signers::{SignerSync, local::PrivateKeySigner},
    sol_types::SolCall,
};
use bindings::{
    DatasetRegistry, EpochReferee, GovernanceToken, IEpochReferee, ILabelEpochs, IModelRegistry,
    IRewardDistributor, LabelEpochs, ModelRegistry, ProtocolGovernor, RewardDistributor, StakingPool,
};
use protocol::{
    Choice, eip712,
    rewards::{
        PayoutLeaf, RawPay,
        openings::{PayoutOpening, Payouts},
        secret_hash,
    },
};
use testkit::{Account, Action, TestChain, account};

pub const SECRET: B256 = B256::repeat_byte(0x5e);

/// `n` whole tokens in wei.
pub fn pol(n: u64) -> U256 {
    U256::from(n) * U256::from(10).pow(U256::from(18))
}

pub async fn stake(chain: &TestChain, labeler: u32, amount: U256) {
    lock(chain, account::labeler(labeler), chain.deployment().contracts.staking_pool, amount).await;
}

async fn lock(chain: &TestChain, holder: Account, locker: Address, amount: U256) {
    let call = GovernanceToken::lockAndCallCall { locker, amount, data: Bytes::new() };
    chain.send(holder, chain.deployment().contracts.governance_token, &call).await;
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

/// One labeler stakes, thaws and withdraws; one is slashed while thawing; one stays. Rewards stream to them all.
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
        challenger: Address::ZERO,
        caseId: B256::repeat_byte(1),
    };
    let stream = StakingPool::notifyRewardCall { amount: pol(100), duration: U256::from(1000) };
    let actions = vec![
        Action::new(c.staking_pool, &slash),
        Action::new(
            c.governance_token,
            &GovernanceToken::approveCall { spender: c.staking_pool, value: pol(100) },
        ),
        Action::new(c.staking_pool, &stream),
    ];
    chain.pass(account::OPERATOR, actions, "Slash, and stream rewards").await;
    chain.warp(10).await;
    chain.send(account::labeler(2), c.staking_pool, &StakingPool::claimRewardCall {}).await;
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
        goldBlocks: 1,
        goldRoot: B256::repeat_byte(0x90),
        secretHash: secret_hash(SECRET),
        campaignHash: B256::repeat_byte(0xca),
    }
}

pub fn payout_leaves() -> Vec<PayoutLeaf> {
    let mut accounts = [account::labeler(0).address(), account::labeler(2).address()];
    accounts.sort();
    let leaf = |i: u32, cumulative, running_total| PayoutLeaf {
        account: accounts[i as usize],
        cumulative,
        running_total,
        raw_pay: RawPay { position: 1 + i, raw: cumulative, running_raw: running_total },
    };
    vec![leaf(0, pol(10), U256::ZERO), leaf(1, pol(20), pol(10))]
}

/// Who proves that a root is wrong.
pub const CHALLENGER: Account = Account(13);

/// Opens an epoch and voids it, then takes another from opening to the first claim. The first payouts are disproved, the
/// second rejected, and somebody demands to see a leaf of the third.
async fn pay_an_epoch(chain: &TestChain) -> U256 {
    let c = chain.deployment().contracts.clone();
    let operator = account::OPERATOR;
    lock(chain, operator, c.label_epochs, pol(5_000)).await;
    chain.send(operator, c.label_epochs, &LabelEpochs::openCall { terms: terms() }).await;
    let void = Action::new(c.label_epochs, &LabelEpochs::voidEpochCall { epoch: 1 });
    chain.pass(operator, vec![void], "Void epoch 1").await;

    chain.send(operator, c.label_epochs, &LabelEpochs::openCall { terms: terms() }).await;
    let commit = LabelEpochs::commitLabelsCall {
        epoch: 2,
        labelsRoot: B256::repeat_byte(0x1a),
        blockCount: 1,
        bundleHash: B256::repeat_byte(0xb0),
    };
    chain.send(operator, c.label_epochs, &commit).await;
    chain.mine(2).await;
    chain.send(account::DEPLOYER, c.label_epochs, &LabelEpochs::recordBlockHashCall { epoch: 2 }).await;
    chain.send(operator, c.label_epochs, &LabelEpochs::revealCall { epoch: 2, secret: SECRET }).await;

    let payouts = Payouts::new(payout_leaves());
    let root = payouts.tree().root();
    let propose = |payouts_root, total| LabelEpochs::proposePayoutsCall {
        epoch: 2,
        payoutsRoot: payouts_root,
        accountCount: 2,
        totalCumulative: pol(total).to(),
        totalRaw: pol(30).to(),
    };
    chain.send(operator, c.label_epochs, &propose(root, 31)).await;
    let last = payouts.open(1).unwrap();
    let disprove = EpochReferee::disproveTotalCall { epoch: 2, leaf: opening(&last), pay: pay(&last) };
    chain.send(CHALLENGER, c.epoch_referee, &disprove).await;
    chain.send(operator, c.label_epochs, &propose(B256::repeat_byte(0xbb), 30)).await;
    let reject = Action::new(c.label_epochs, &LabelEpochs::rejectPayoutsCall { epoch: 2 });
    chain.pass(operator, vec![reject], "Reject the payouts of epoch 2").await;
    chain.send(operator, c.label_epochs, &propose(root, 30)).await;
    lock(chain, CHALLENGER, c.label_epochs, pol(150)).await;
    let demand = EpochReferee::demandOpeningCall { epoch: 2, tree: 1, index: 0 };
    chain.send(CHALLENGER, c.epoch_referee, &demand).await;
    let first = payouts.open(0).unwrap();
    let answer = EpochReferee::answerPayoutCall { epoch: 2, leaf: opening(&first), pay: pay(&first) };
    chain.send(operator, c.epoch_referee, &answer).await;
    equivocate(chain, 2).await;
    let accept = LabelEpochs::acceptPayoutsCall { epoch: 2, payoutsRoot: root };
    let paid = chain.pass(operator, vec![Action::new(c.label_epochs, &accept)], "Pay epoch 2").await;

    let claim = IRewardDistributor::ClaimData {
        account: last.leaf.account,
        index: 1,
        cumulative: last.leaf.cumulative,
        runningTotal: last.leaf.running_total,
        rawPayHash: last.leaf.raw_pay.hash(),
        proof: last.proof,
    };
    chain.send(account::DEPLOYER, c.reward_distributor, &RewardDistributor::claimCall { data: claim }).await;
    paid
}

fn opening(opening: &PayoutOpening) -> IEpochReferee::PayoutOpening {
    IEpochReferee::PayoutOpening {
        index: opening.index,
        account: opening.leaf.account,
        cumulative: opening.leaf.cumulative,
        runningTotal: opening.leaf.running_total,
        rawPayHash: opening.leaf.raw_pay.hash(),
        proof: opening.proof.clone(),
    }
}

fn pay(opening: &PayoutOpening) -> EpochReferee::RawPay {
    let RawPay { position, raw, running_raw } = opening.leaf.raw_pay;
    EpochReferee::RawPay { position, raw, runningRaw: running_raw }
}

/// A labeler signs two answers to one slot of an epoch and loses stake to who noticed.
async fn equivocate(chain: &TestChain, labeler: u32) {
    let c = &chain.deployment().contracts;
    let (wallet, key) = (account::labeler(labeler).signer(), PrivateKeySigner::from_bytes(&SECRET).unwrap());
    let domain = eip712::domain(chain.deployment().chain_id, c.label_epochs);
    let authorization = eip712::SessionKeyAuthorization {
        labeler: wallet.address(),
        session_key: key.address(),
        scope: eip712::LABEL_SCOPE.into(),
        expires_at: chain.now().await + 1_000_000,
    };
    let signed = |signer: &PrivateKeySigner, digest| -> Bytes {
        signer.sign_hash_sync(&digest).unwrap().as_bytes().to_vec().into()
    };
    let answer = |choice: Choice| {
        let message = eip712::Preference {
            epoch: 2,
            block: 0,
            seat: 1,
            slot: 2,
            task_id: B256::repeat_byte(3),
            choice,
            labeler: wallet.address(),
        };
        let call = IEpochReferee::Preference {
            epoch: message.epoch,
            blockIndex: message.block,
            seat: message.seat,
            slot: message.slot,
            taskId: message.task_id,
            choice: choice.into(),
            labeler: message.labeler,
        };
        (call, signed(&key, message.signing_hash(&domain)))
    };
    let ((a, signature_a), (b, signature_b)) = (answer(Choice::A), answer(Choice::B));
    let slash = EpochReferee::slashEquivocationCall {
        a,
        signatureA: signature_a,
        b,
        signatureB: signature_b,
        session: IEpochReferee::Session {
            sessionKey: key.address(),
            scope: authorization.scope.clone(),
            expiresAt: authorization.expires_at,
            signature: signed(&wallet, authorization.signing_hash(&domain)),
        },
    };
    chain.send(CHALLENGER, c.epoch_referee, &slash).await;
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

/// Two versions; the first is active, then retired by the second and revoked by a vote; a guardian suspends the second and
/// stops the registration of data.
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
    let (mut parent, mut first) = (B256::ZERO, B256::ZERO);
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
        (first, parent) = (parent, version);
    }
    let suspend = ModelRegistry::suspendCall { versionId: parent, reason: "It repeats itself.".into() };
    chain.send(account::GUARDIAN, c.model_registry, &suspend).await;
    let revoke = ModelRegistry::revokeCall { versionId: first, reason: "Its data was not free.".into() };
    chain.pass(trainer, vec![Action::new(c.model_registry, &revoke)], "Revoke the first version").await;
    let pause = DatasetRegistry::pauseCall {
        selector: DatasetRegistry::registerCall::SELECTOR.into(),
        duration: U256::from(60).to(),
    };
    chain.send(account::GUARDIAN, c.dataset_registry, &pause).await;
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
    people.chain([c.timelock, c.reward_distributor, c.staking_pool]).collect()
}
