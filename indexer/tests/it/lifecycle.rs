//! What the tables say is what the contracts say.

use crate::{
    story::{self, actors, digest, payout_leaves, pol, terms},
    tables::{assert_same, count, dump, indexer, sync},
};
use alloy::primitives::{Address, B256, U256};
use bindings::{
    GovernanceToken, LabelEpochs, ModelRegistry, ProtocolGovernor, RewardDistributor, StakingPool,
};
use indexer::Progress;
use protocol::{Epoch, ProposalId, Support, roles};
use sqlx::PgConnection;
use storage::chain::{
    accounts, bonds, claims, datasets, demands, disproofs, epochs, families, model_versions, pauses,
    payouts_roots, proposals, quarantine, reward_pool, reward_stream, role_members, slashes, stakes,
    total_supplies, votes,
};
use testkit::{TestChain, TestDb, account};

#[tokio::test]
async fn the_tables_agree_with_the_contracts_after_a_whole_story() {
    let (chain, db) = (TestChain::start().await, TestDb::new().await);
    let [canceled, funded, paid] = story::tell(&chain).await;
    let mut indexer = indexer(&chain, &db.pool);
    assert_eq!(sync(&mut indexer).await, Progress::Current);
    let status = indexer.status().borrow().clone();
    assert!(status.is_current() && status.indexed == chain.block_number().await, "{status:?}");

    let conn = &mut *db.pool.acquire().await.unwrap();
    assert_eq!(quarantine::list(conn).await.unwrap(), []);
    accounts_agree(&chain, conn).await;
    stakes_agree(&chain, conn).await;
    for proposal in [canceled, funded, paid] {
        proposal_agrees(&chain, conn, proposal).await;
    }
    fractions_are_counted(conn, canceled).await;
    epochs_are_told(conn).await;
    judgements_are_told(&chain, conn).await;
    pool_agrees(&chain, conn).await;
    models_agree(&chain, conn).await;
    roles_are_known(&chain, conn).await;

    // Nothing new: nothing changes. Everything again: the same.
    let before = dump(&db.pool).await;
    let feed = count(&db.pool, "select count(*) from chain.feed").await;
    assert_eq!(sync(&mut indexer).await, Progress::Current);
    indexer.rebuild().await.unwrap();
    assert_same(&dump(&db.pool).await, &before);
    assert_eq!(count(&db.pool, "select count(*) from chain.feed").await, feed);
}

async fn accounts_agree(chain: &TestChain, conn: &mut PgConnection) {
    let token = chain.deployment().contracts.governance_token;
    for account in actors(chain) {
        let row = accounts::find(conn, account).await.unwrap().unwrap_or_default();
        let balance = chain.call(token, &GovernanceToken::balanceOfCall { account }).await;
        let locked = chain.call(token, &GovernanceToken::lockedBalanceOfCall { account }).await;
        let current = chain.call(token, &GovernanceToken::getVotesCall { account }).await;
        let delegate = chain.call(token, &GovernanceToken::delegatesCall { account }).await;
        assert_eq!((row.balance, row.locked, row.votes), (balance, locked, current), "{account}");
        assert_eq!(row.delegate.unwrap_or_default(), delegate, "{account}");
    }
    let supply = chain.call(token, &GovernanceToken::totalSupplyCall {}).await;
    assert_eq!(total_supplies::last(conn).await.unwrap(), supply);
    let delegates = accounts::list_delegates(conn, 3).await.unwrap();
    assert!(delegates.iter().all(|delegate| delegate.votes == pol(1_000_000)));
}

async fn stakes_agree(chain: &TestChain, conn: &mut PgConnection) {
    let pool = chain.deployment().contracts.staking_pool;
    for i in 0..3 {
        let account = account::labeler(i).address();
        let row = stakes::find(conn, account).await.unwrap().unwrap();
        let stake = chain.call(pool, &StakingPool::stakeOfCall { account }).await;
        assert_eq!((row.active, row.thawing), (stake.active, stake.thawing));
        let available_at = row.available_at.map_or(0, |at| at.timestamp());
        assert_eq!(U256::from(available_at), U256::from(stake.availableAt));
        assert_eq!(row.slashed, [U256::ZERO, pol(60), pol(50)][i as usize]);
        assert_eq!(row.rewards_paid > U256::ZERO, i == 2, "only the third has claimed");
    }
    let stream = reward_stream::get(conn).await.unwrap();
    let state = chain.call(pool, &StakingPool::rewardStateCall {}).await;
    assert_eq!((stream.total_notified, stream.reserve), (pol(100), state.reserve));
    assert_eq!(U256::from(stream.ends_at.unwrap().timestamp()), U256::from(state.endsAt));
    let [by_vote] =
        slashes::list_by_account(conn, account::labeler(1).address()).await.unwrap().try_into().unwrap();
    assert_eq!((by_vote.amount, by_vote.challenger, by_vote.epoch), (pol(60), None, None));
    let [proved] =
        slashes::list_by_account(conn, account::labeler(2).address()).await.unwrap().try_into().unwrap();
    assert_eq!((proved.amount, proved.share, proved.epoch), (pol(50), pol(10), Some(Epoch(2))));
    assert_eq!(proved.challenger, Some(story::CHALLENGER.address()));
}

async fn proposal_agrees(chain: &TestChain, conn: &mut PgConnection, proposal_id: U256) {
    let governor = chain.deployment().contracts.governor;
    let row = proposals::find(conn, ProposalId(proposal_id)).await.unwrap().unwrap();
    let tally = chain.call(governor, &ProtocolGovernor::proposalVotesCall { proposalId: proposal_id }).await;
    assert_eq!(
        (row.against_votes, row.for_votes, row.abstain_votes),
        (tally.againstVotes, tally.forVotes, tally.abstainVotes)
    );
    let end = chain.call(governor, &ProtocolGovernor::proposalDeadlineCall { proposalId: proposal_id }).await;
    assert_eq!(U256::from(row.vote_end.timestamp()), end);
    let timepoint = U256::from(row.vote_start.timestamp());
    assert_eq!(row.quorum, chain.call(governor, &ProtocolGovernor::quorumCall { timepoint }).await);
    assert_eq!(row.executed_at.is_some(), row.canceled_at.is_none());
    assert_eq!(row.eta.is_some(), row.executed_at.is_some());
}

async fn fractions_are_counted(conn: &mut PgConnection, proposal_id: U256) {
    let cast = votes::list_by_proposal(conn, ProposalId(proposal_id)).await.unwrap();
    assert_eq!(cast.iter().map(|v| v.support).collect::<Vec<_>>(), [Support::For, Support::Fractional]);
    assert_eq!((cast[1].weight, cast[1].reason.as_str()), (U256::from(6_000), "in parts"));
    let row = proposals::find(conn, ProposalId(proposal_id)).await.unwrap().unwrap();
    assert_eq!((row.against_votes, row.abstain_votes), (U256::from(1_000), U256::from(3_000)));
    assert_eq!(row.for_votes, pol(1_000_000) + U256::from(2_000));
    assert!(row.vote_end - row.vote_start > chrono::TimeDelta::seconds(60), "a late quorum extends the vote");
    assert!(row.canceled_at.is_some());
}

async fn epochs_are_told(conn: &mut PgConnection) {
    let [paid, voided] = epochs::list(conn).await.unwrap().try_into().unwrap();
    assert_eq!((voided.epoch, voided.status), (Epoch(1), epochs::Status::Voided));
    assert_eq!((paid.epoch, paid.status), (Epoch(2), epochs::Status::Accepted));
    assert_eq!((paid.terms.campaign.budget, paid.terms.gold_root), (terms().budget, terms().goldRoot));
    assert_eq!((paid.operator, paid.terms.gold_blocks), (account::OPERATOR.address(), 1));
    assert_eq!((paid.secret, paid.block_count, paid.challenger), (Some(story::SECRET), Some(1), None));
    let block_hash = paid.block_hash.unwrap();
    assert_eq!(paid.seed, Some(protocol::rewards::seed(story::SECRET, block_hash)));
    let after = storage::chain::blocks::find(conn, paid.commit_block.unwrap() + 1).await.unwrap().unwrap();
    assert_eq!(after.hash, block_hash);

    let roots = payouts_roots::list_by_epoch(conn, Epoch(2)).await.unwrap();
    let statuses: Vec<_> = roots.iter().map(|root| root.status).collect();
    use payouts_roots::Status::{Approved, Disproved, Rejected};
    assert_eq!(statuses, [Approved, Rejected, Disproved]);
    let last = payouts_roots::find_last(conn, Epoch(2)).await.unwrap().unwrap();
    assert_eq!((last.account_count, last.total_cumulative, last.total_raw), (2, pol(30), pol(30)));
    assert_eq!((last.proposer, last.bond), (account::OPERATOR.address(), pol(1_000)));
}

async fn judgements_are_told(chain: &TestChain, conn: &mut PgConnection) {
    let contract = chain.deployment().contracts.label_epochs;
    let [disproof] = disproofs::list_by_epoch(conn, Epoch(2)).await.unwrap().try_into().unwrap();
    assert_eq!((disproof.fraud.as_str(), disproof.challenger), ("total", story::CHALLENGER.address()));
    let [demand] = demands::list_by_epoch(conn, Epoch(2)).await.unwrap().try_into().unwrap();
    assert_eq!((demand.tree.as_str(), demand.index, demand.status.as_str()), ("payouts", 0, "answered"));
    assert_eq!(demand.responder, Some(account::OPERATOR.address()));
    let last = payouts_roots::find_last(conn, Epoch(2)).await.unwrap().unwrap();
    let epoch = chain.call(contract, &LabelEpochs::epochOfCall { epoch: 2 }).await;
    assert_eq!(U256::from(last.challenge_ends_at.timestamp()), U256::from(epoch.challengeEndsAt));
    for (account, slashed) in [
        (account::OPERATOR.address(), pol(1_000)),
        (story::CHALLENGER.address(), pol(100)),
        (Address::ZERO, U256::ZERO),
    ] {
        let row = bonds::find(conn, account).await.unwrap().unwrap_or_default();
        let bond = chain.call(contract, &LabelEpochs::bondOfCall { account }).await;
        assert_eq!((row.free, row.reserved, row.slashed), (bond.free, bond.reserved, slashed), "{account}");
    }
    let [pause] = pauses::list(conn).await.unwrap().try_into().unwrap();
    assert_eq!(pause.contract, chain.deployment().contracts.dataset_registry);
    assert_eq!(pause.rearm_at - pause.until, chrono::TimeDelta::days(30) - chrono::TimeDelta::seconds(60));
}

async fn pool_agrees(chain: &TestChain, conn: &mut PgConnection) {
    let distributor = chain.deployment().contracts.reward_distributor;
    let pool = reward_pool::get(conn).await.unwrap();
    let funded = chain.call(distributor, &RewardDistributor::totalFundedCall {}).await;
    let approved = chain.call(distributor, &RewardDistributor::totalApprovedCall {}).await;
    let paid = chain.call(distributor, &RewardDistributor::totalPaidCall {}).await;
    assert_eq!((pool.total_funded, pool.total_approved, pool.total_paid), (funded, approved, paid));
    assert_eq!((pool.total_funded, pool.total_paid, pool.epoch_budget), (pol(5000), pol(20), pol(1000)));
    assert_eq!(pool.payouts_epoch, Some(Epoch(2)));
    let leaf = payout_leaves()[1];
    let claims = claims::list(conn, Some(leaf.account), 10).await.unwrap();
    assert_eq!(claims.len(), 1);
    assert_eq!((claims[0].amount, claims[0].recipient), (pol(20), leaf.account));
    assert_eq!(claims::total(conn, leaf.account).await.unwrap(), pol(20));
}

async fn models_agree(chain: &TestChain, conn: &mut PgConnection) {
    let (registry, family) = (chain.deployment().contracts.model_registry, &chain.deployment().family);
    let row = families::find(conn, family.family_id).await.unwrap().unwrap();
    assert_eq!((row.name.as_str(), row.active_version), (family.name.as_str(), None));
    let active = ModelRegistry::activeVersionCall { familyId: family.family_id };
    assert_eq!(chain.call(registry, &active).await, B256::ZERO);
    let [second, first] =
        model_versions::list_by_family(conn, family.family_id).await.unwrap().try_into().unwrap();
    assert_eq!((first.number, first.status), (1, model_versions::Status::Revoked));
    assert_eq!((second.number, second.status), (2, model_versions::Status::Suspended));
    assert_eq!(second.digest.parent, first.version_id);
    assert_eq!(second.digest.version_id(family.family_id), second.version_id);
    assert_eq!(second.digest.manifest_hash, digest(0x20, first.version_id).manifestHash);
    assert_eq!(second.suspended_reason.as_deref(), Some("It repeats itself."));
    assert_eq!(first.revoked_reason.as_deref(), Some("Its data was not free."));
    let data = datasets::find(conn, story::dataset()).await.unwrap().unwrap();
    assert_eq!((data.sample_count, data.consent_withdrawn), (42, true));
}

async fn roles_are_known(chain: &TestChain, conn: &mut PgConnection) {
    let members = role_members::list(conn).await.unwrap();
    let of = |role| members.iter().filter(|m| m.role_id == role).map(|m| m.account).collect::<Vec<_>>();
    let c = &chain.deployment().contracts;
    assert_eq!(of(roles::ADMIN), [c.timelock]);
    assert_eq!(of(roles::OPERATOR), [account::OPERATOR.address()]);
    assert!(of(roles::GUARDIAN).contains(&account::GUARDIAN.address()));
    assert_eq!(of(roles::LABEL_EPOCHS), [c.label_epochs]);
    assert_eq!(of(roles::REFEREE), [c.epoch_referee]);
    assert!(of(roles::SLASHER).contains(&c.epoch_referee));
}
