//! The state of a proposal from indexed rows and the clock, as `ProtocolGovernor.state` computes it on chain.
use super::Proposal;
use alloy::primitives::U256;
use chrono::{DateTime, TimeDelta, Utc};
use protocol::ProposalState;

/// OpenZeppelin's order of checks, with our governor's two rules: For votes alone reach the quorum, and a proposal that
/// is left alone for `expiry_s` after it succeeded, or after its eta, expires. An unknown quorum counts as not reached,
/// except for a proposal that was queued, which proves that it was reached.
pub fn state(
    proposal: &Proposal,
    quorum: Option<U256>,
    expiry_s: Option<u64>,
    now: DateTime<Utc>,
) -> ProposalState {
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
    let carried = proposal.for_votes > proposal.against_votes;
    if !carried || quorum.is_none_or(|quorum| proposal.for_votes.0 < quorum) {
        return ProposalState::Defeated;
    }
    if expired(proposal.vote_end) { ProposalState::Expired } else { ProposalState::Succeeded }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::types::{Account, Wei};
    use alloy::primitives::Address;

    fn at(s: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(s, 0).unwrap()
    }

    fn proposal(for_votes: u64, against_votes: u64) -> Proposal {
        Proposal {
            proposal_id: Wei(U256::ZERO),
            title: String::new(),
            description: String::new(),
            proposer: Account(Address::ZERO),
            state: ProposalState::Pending,
            vote_start: at(10),
            vote_end: at(20),
            eta: None,
            for_votes: Wei(U256::from(for_votes)),
            against_votes: Wei(U256::from(against_votes)),
            abstain_votes: Wei(U256::from(1_000)),
            quorum: None,
            actions: vec![],
            created_at: at(0),
            queued_at: None,
            executed_at: None,
            canceled_at: None,
        }
    }

    #[test]
    fn the_clock_moves_a_proposal_through_its_vote() {
        let quorum = Some(U256::from(40));
        let of = |p: &Proposal, now| state(p, quorum, Some(100), at(now));
        let p = proposal(50, 10);
        assert_eq!(of(&p, 10), ProposalState::Pending, "the snapshot's second has no votes yet");
        assert_eq!(of(&p, 11), ProposalState::Active);
        assert_eq!(of(&p, 20), ProposalState::Active);
        assert_eq!(of(&p, 21), ProposalState::Succeeded);
        assert_eq!(of(&p, 120), ProposalState::Succeeded);
        assert_eq!(of(&p, 121), ProposalState::Expired);
    }

    #[test]
    fn a_vote_needs_a_majority_and_the_quorum_of_for_votes_alone() {
        let of = |p: &Proposal| state(p, Some(U256::from(40)), Some(100), at(21));
        assert_eq!(of(&proposal(39, 0)), ProposalState::Defeated, "abstaining carries nothing");
        assert_eq!(of(&proposal(40, 40)), ProposalState::Defeated);
        assert_eq!(of(&proposal(40, 39)), ProposalState::Succeeded);
    }

    #[test]
    fn what_was_done_on_chain_decides_over_the_clock() {
        let quorum = Some(U256::from(40));
        let queued = Proposal { eta: Some(at(30)), ..proposal(50, 0) };
        assert_eq!(state(&queued, None, Some(100), at(130)), ProposalState::Queued);
        assert_eq!(state(&queued, quorum, Some(100), at(131)), ProposalState::Expired);
        let executed = Proposal { executed_at: Some(at(31)), ..proposal(50, 0) };
        assert_eq!(state(&executed, quorum, Some(100), at(999)), ProposalState::Executed);
        let canceled = Proposal { canceled_at: Some(at(12)), ..proposal(50, 0) };
        assert_eq!(state(&canceled, quorum, Some(100), at(15)), ProposalState::Canceled);
    }
}
