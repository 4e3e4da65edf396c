//! What passes unless it is vetoed, from the vote that allows it to the one that takes it back.

use crate::tables::{assert_same, dump, indexer, sync};
use alloy::{
    primitives::{Address, Bytes, U256, keccak256},
    sol_types::SolCall,
};
use bindings::{GovernanceToken, OptimisticGovernor as Governor, RewardDistributor::setRecipientCall};
use protocol::ProposalId;
use sqlx::PgConnection;
use storage::chain::routine::{self, RoutineProposal};
use testkit::{Account, Action, TestChain, TestDb, account};

/// OpenZeppelin's numbers of states.
const DEFEATED: u8 = 3;
const EXECUTED: u8 = 7;

/// The call that is proposed; it needs no role.
fn call(recipient: u8) -> Bytes {
    setRecipientCall { recipient: Address::repeat_byte(recipient) }.abi_encode().into()
}

async fn allow(chain: &TestChain, allowed: bool, description: &str) {
    let c = &chain.deployment().contracts;
    let selector = setRecipientCall::SELECTOR.into();
    let set = Governor::setAllowedCall { target: c.reward_distributor, selector, words: 1, allowed };
    let proposer = Governor::setProposerCall { account: account::OPERATOR.address(), allowed: true };
    let actions =
        vec![Action::new(c.optimistic_governor, &set), Action::new(c.optimistic_governor, &proposer)];
    chain.pass(account::OPERATOR, actions, description).await;
}

async fn propose(chain: &TestChain, recipient: u8) -> U256 {
    let c = &chain.deployment().contracts;
    let (targets, values, calldatas) = (vec![c.reward_distributor], vec![U256::ZERO], vec![call(recipient)]);
    let description = format!("Recipient {recipient}");
    let description_hash = keccak256(&description);
    let propose = Governor::proposeCall {
        targets: targets.clone(),
        values: values.clone(),
        calldatas: calldatas.clone(),
        description,
    };
    chain.send(account::OPERATOR, c.optimistic_governor, &propose).await;
    let id = Governor::hashProposalCall { targets, values, calldatas, descriptionHash: description_hash };
    chain.call(c.optimistic_governor, &id).await
}

async fn vote(chain: &TestChain, voter: Account, proposal_id: U256, support: u8) {
    let vote = Governor::castVoteWithReasonCall { proposalId: proposal_id, support, reason: "no".into() };
    chain.send(voter, chain.deployment().contracts.optimistic_governor, &vote).await;
}

async fn execute(chain: &TestChain, recipient: u8) {
    let c = &chain.deployment().contracts;
    let execute = Governor::executeCall {
        targets: vec![c.reward_distributor],
        values: vec![U256::ZERO],
        calldatas: vec![call(recipient)],
        descriptionHash: keccak256(format!("Recipient {recipient}")),
    };
    chain.send(account::DEPLOYER, c.optimistic_governor, &execute).await;
}

async fn found(conn: &mut PgConnection, proposal_id: U256) -> RoutineProposal {
    let proposals = routine::list(conn).await.unwrap();
    proposals.into_iter().find(|proposal| proposal.proposal_id == ProposalId(proposal_id)).unwrap()
}

#[tokio::test]
async fn routine_proposals_are_told_with_their_vetoes_and_permissions() {
    let (chain, db) = (TestChain::start().await, TestDb::new().await);
    let c = &chain.deployment().contracts;
    let mut indexer = indexer(&chain, &db.pool);
    sync(&mut indexer).await;
    let conn = &mut *db.pool.acquire().await.unwrap();
    assert_eq!(routine::list_calls(conn).await.unwrap(), [], "off until a vote");
    assert_eq!(routine::list_proposers(conn).await.unwrap(), [] as [Address; 0]);

    allow(&chain, true, "Allow").await;
    let (quiet, vetoed) = (propose(&chain, 1).await, propose(&chain, 2).await);
    let start = Governor::proposalSnapshotCall { proposalId: vetoed };
    chain.warp_past(chain.call(c.optimistic_governor, &start).await).await;
    vote(&chain, account::VOTERS[0], vetoed, 0).await;
    vote(&chain, account::VOTERS[1], vetoed, 1).await;
    let end = Governor::proposalDeadlineCall { proposalId: vetoed };
    chain.warp_past(chain.call(c.optimistic_governor, &end).await).await;
    execute(&chain, 1).await;
    sync(&mut indexer).await;

    let [allowed] = routine::list_calls(conn).await.unwrap().try_into().unwrap();
    assert_eq!((allowed.target, allowed.words), (c.reward_distributor, 1));
    assert_eq!(allowed.selector, setRecipientCall::SELECTOR);
    assert_eq!(routine::list_proposers(conn).await.unwrap(), [account::OPERATOR.address()]);
    let (done, stopped) = (found(conn, quiet).await, found(conn, vetoed).await);
    for (proposal, state) in [(&done, EXECUTED), (&stopped, DEFEATED)] {
        let id = proposal.proposal_id.0;
        assert_eq!(chain.call(c.optimistic_governor, &Governor::stateCall { proposalId: id }).await, state);
        let tally = Governor::proposalVotesCall { proposalId: id };
        let tally = chain.call(c.optimistic_governor, &tally).await;
        assert_eq!(proposal.against_votes, tally.againstVotes);
        let timepoint = U256::from(proposal.vote_start.timestamp());
        let supply = GovernanceToken::getPastTotalSupplyCall { timepoint };
        assert_eq!(proposal.total_supply, chain.call(c.governance_token, &supply).await);
        assert!(proposal.permitted);
    }
    assert!(done.executed_at.is_some() && stopped.executed_at.is_none());
    assert_eq!((stopped.calldata, stopped.description.as_str()), (call(2), "Recipient 2"));
    let [veto] = routine::list_vetoes(conn).await.unwrap().try_into().unwrap();
    assert_eq!((veto.voter, veto.reason.as_str()), (account::VOTERS[0].address(), "no"), "For is no veto");
    assert_eq!(veto.weight, stopped.against_votes);

    // Taken back and given again: what was proposed before stays dead.
    allow(&chain, false, "Take back").await;
    sync(&mut indexer).await;
    assert_eq!(routine::list_calls(conn).await.unwrap(), []);
    assert!(!found(conn, vetoed).await.permitted);
    allow(&chain, true, "Allow again").await;
    sync(&mut indexer).await;
    assert!(!found(conn, vetoed).await.permitted);

    let before = dump(&db.pool).await;
    indexer.rebuild().await.unwrap();
    assert_same(&dump(&db.pool).await, &before);
}
