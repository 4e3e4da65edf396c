//! The state of a proposal from indexed rows and the clock, as `ProtocolGovernor.state` computes it on chain.
use chrono::{DateTime, TimeDelta, Utc};
use protocol::ProposalState;
use storage::chain::proposals::Proposal;

/// OpenZeppelin's order of checks, with our governor's two rules: For votes alone reach the quorum, and a proposal that
/// is left alone for `expiry_s` after it succeeded, or after its eta, expires.
pub fn state(proposal: &Proposal, expiry_s: Option<u64>, now: DateTime<Utc>) -> ProposalState {
    let expired = |since: DateTime<Utc>| {
        let span = expiry_s.and_then(|s| TimeDelta::try_seconds(s.cast_signed()));
        span.is_some_and(|span| since.checked_add_signed(span).is_some_and(|end| now > end))
    };
    if proposal.executed_at.is_some() {
        return ProposalState::Executed;
    }
    if proposal.canceled_at.is_some() {
        return ProposalState::Canceled;
    }
    if now <= proposal.vote_start {
        return ProposalState::Pending;
    }
    if now <= proposal.vote_end {
        return ProposalState::Active;
    }
    if let Some(eta) = proposal.eta {
        return if expired(eta) { ProposalState::Expired } else { ProposalState::Queued };
    }
    if proposal.for_votes <= proposal.against_votes || proposal.for_votes < proposal.quorum {
        return ProposalState::Defeated;
    }
    if expired(proposal.vote_end) { ProposalState::Expired } else { ProposalState::Succeeded }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::{Address, U256};
    use protocol::ProposalId;

    fn at(s: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(s, 0).unwrap()
    }

    /// Voted on from second 10 to 20, with a quorum of 40.
    fn proposal(for_votes: u64, against_votes: u64) -> Proposal {
        Proposal {
            proposal_id: ProposalId(U256::ZERO),
            proposer: Address::ZERO,
            targets: vec![],
            values: vec![],
            calldatas: vec![],
            description: String::new(),
            vote_start: at(10),
            vote_end: at(20),
            for_votes: U256::from(for_votes),
            against_votes: U256::from(against_votes),
            abstain_votes: U256::from(1_000),
            quorum: U256::from(40),
            eta: None,
            queued_at: None,
            executed_at: None,
            canceled_at: None,
            created_block: 1,
            created_at: at(0),
        }
    }

    #[test]
    fn the_clock_moves_a_proposal_through_its_vote() {
        let p = proposal(50, 10);
        let of = |now| state(&p, Some(100), at(now));
        assert_eq!(of(10), ProposalState::Pending, "the snapshot's second has no votes yet");
        assert_eq!(of(11), ProposalState::Active);
        assert_eq!(of(20), ProposalState::Active);
        assert_eq!(of(21), ProposalState::Succeeded);
        assert_eq!(of(120), ProposalState::Succeeded);
        assert_eq!(of(121), ProposalState::Expired);
    }

    #[test]
    fn a_vote_needs_a_majority_and_the_quorum_of_for_votes_alone() {
        let of = |p: &Proposal| state(p, Some(100), at(21));
        assert_eq!(of(&proposal(39, 0)), ProposalState::Defeated, "abstaining carries nothing");
        assert_eq!(of(&proposal(40, 40)), ProposalState::Defeated);
        assert_eq!(of(&proposal(40, 39)), ProposalState::Succeeded);
    }

    #[test]
    fn what_was_done_on_chain_decides_over_the_clock() {
        let queued = Proposal { eta: Some(at(30)), ..proposal(50, 0) };
        assert_eq!(state(&queued, Some(100), at(130)), ProposalState::Queued);
        assert_eq!(state(&queued, Some(100), at(131)), ProposalState::Expired);
        assert_eq!(
            state(&queued, None, at(131)),
            ProposalState::Queued,
            "the chain did not say when it expires"
        );
        let executed = Proposal { executed_at: Some(at(31)), ..proposal(50, 0) };
        assert_eq!(state(&executed, Some(100), at(999)), ProposalState::Executed);
        let canceled = Proposal { canceled_at: Some(at(12)), ..proposal(50, 0) };
        assert_eq!(state(&canceled, Some(100), at(15)), ProposalState::Canceled);
    }
}
