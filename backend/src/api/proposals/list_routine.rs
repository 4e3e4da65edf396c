use super::{Action, actions, mined_at, title, words};
use crate::{
    api::{
        problem::Problem,
        snapshot::Reader,
        types::{Account, Finality, HexBytes, Wei},
    },
    app::AppState,
};
use alloy::primitives::U256;
use axum::{Json, extract::State};
use chrono::{DateTime, TimeDelta, Utc};
use protocol::ProposalState;
use serde::Serialize;
use storage::chain::{
    finality,
    routine::{self, RoutineProposal as Stored},
};
use utoipa::ToSchema;

/// The contract's `EXPIRY`.
const EXPIRY: TimeDelta = TimeDelta::days(7);

/// What passes without a majority, unless it is vetoed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Routine {
    /// Who may propose; nobody until a vote names somebody
    pub proposers: Vec<Account>,
    /// What may be proposed; nothing until a vote allows it
    pub calls: Vec<RoutineCall>,
    /// Votes against that stop a proposal, in basis points of the supply; null while the chain does not answer
    pub veto_bps: Option<u16>,
    /// The newest first
    pub proposals: Vec<RoutineProposal>,
}

/// A call that a vote allowed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoutineCall {
    pub target: Account,
    /// Our name of the target; null for a contract that is not ours
    pub contract: Option<String>,
    pub selector: HexBytes,
    /// Name of the function; null where it is not known
    pub function: Option<String>,
    pub since: DateTime<Utc>,
}

/// A proposal of the OptimisticGovernor. The ProtocolGovernor may have given its id to another one.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoutineProposal {
    pub proposal_id: Wei,
    /// First line of the description
    pub title: String,
    /// All of it, Markdown
    pub description: String,
    pub proposer: Account,
    /// `pending`, `active`, `canceled`, `defeated` (vetoed), `succeeded`, `expired` or `executed`
    #[schema(value_type = String)]
    pub state: ProposalState,
    /// Whether its call and proposer have been allowed since it was made; else it cannot be executed
    pub permitted: bool,
    /// Votes count as held at this moment
    pub vote_start: DateTime<Utc>,
    pub vote_end: DateTime<Utc>,
    pub against_votes: Wei,
    /// Votes against that stop it; null while the chain does not answer
    pub veto_votes: Option<Wei>,
    pub action: Action,
    /// The latest first
    pub vetoes: Vec<Veto>,
    pub created_at: DateTime<Utc>,
    pub executed_at: Option<DateTime<Utc>>,
    pub canceled_at: Option<DateTime<Utc>>,
    /// How final its votes and execution are
    pub finality: Finality,
}

/// A vote against.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Veto {
    pub voter: Account,
    pub weight: Wei,
    pub reason: String,
    pub cast_at: DateTime<Utc>,
}

/// What passes unless it is vetoed: who may propose which calls, and the proposals
#[utoipa::path(get, path = "/routine", tag = "governance", operation_id = "listRoutine",
    responses((status = 200, body = Routine), (status = "default", body = Problem)))]
pub async fn list_routine(State(state): State<AppState>, reader: Reader) -> Result<Json<Routine>, Problem> {
    let contracts = &state.chain.deployment.contracts;
    let veto_bps = state.governor.veto_bps(&state.chain.provider, contracts.optimistic_governor).await;
    let mut conn = reader.snapshot().await?;
    let changed = finality::changed(&mut conn, "routine_proposals", "proposal_id").await?;
    let now = mined_at(&mut conn, &state.clock).await?;
    let vetoes = routine::list_vetoes(&mut conn).await?;
    let mut proposals = Vec::new();
    for stored in routine::list(&mut conn).await? {
        let action = actions::decode(contracts, stored.target, U256::ZERO, &stored.calldata);
        let action = words::describe(&mut conn, contracts, action).await?;
        let veto_votes = veto_bps.map(|bps| veto_votes(stored.total_supply, bps));
        let own = vetoes.iter().filter(|veto| veto.proposal_id == stored.proposal_id);
        let vetoes = own.map(|veto| Veto {
            voter: Account(veto.voter),
            weight: Wei(veto.weight),
            reason: veto.reason.clone(),
            cast_at: veto.cast_at,
        });
        proposals.push(RoutineProposal {
            proposal_id: Wei(stored.proposal_id.0),
            title: title(&stored.description),
            state: state_of(&stored, veto_votes, now),
            description: stored.description,
            proposer: Account(stored.proposer),
            permitted: stored.permitted,
            vote_start: stored.vote_start,
            vote_end: stored.vote_end,
            against_votes: Wei(stored.against_votes),
            veto_votes: veto_votes.map(Wei),
            action,
            vetoes: vetoes.collect(),
            created_at: stored.created_at,
            executed_at: stored.executed_at,
            canceled_at: stored.canceled_at,
            finality: changed.finality(&stored.proposal_id.to_string()).into(),
        });
    }
    let calls = routine::list_calls(&mut conn).await?.into_iter().map(|call| {
        let contract = actions::name_of(contracts, call.target);
        let function = contract.and_then(|name| actions::function_of(name, &call.selector.to_string()));
        RoutineCall {
            target: Account(call.target),
            contract: contract.map(Into::into),
            selector: HexBytes(call.selector.to_vec().into()),
            function: function.map(Into::into),
            since: call.since,
        }
    });
    let calls = calls.collect();
    let proposers = routine::list_proposers(&mut conn).await?.into_iter().map(Account).collect();
    Ok(Json(Routine { proposers, calls, veto_bps, proposals }))
}

/// The contract's `vetoThreshold`: rounded up.
fn veto_votes(total_supply: U256, veto_bps: u16) -> U256 {
    (total_supply * U256::from(veto_bps)).div_ceil(U256::from(10_000))
}

/// As `OptimisticGovernor.state` computes it; without an answer of the chain no votes against are a veto.
fn state_of(proposal: &Stored, veto_votes: Option<U256>, now: DateTime<Utc>) -> ProposalState {
    let against = proposal.against_votes;
    if proposal.executed_at.is_some() {
        ProposalState::Executed
    } else if proposal.canceled_at.is_some() {
        ProposalState::Canceled
    } else if now <= proposal.vote_start {
        ProposalState::Pending
    } else if now <= proposal.vote_end {
        ProposalState::Active
    } else if !against.is_zero() && veto_votes.is_some_and(|veto| against >= veto) {
        ProposalState::Defeated
    } else if now > proposal.vote_end + EXPIRY {
        ProposalState::Expired
    } else {
        ProposalState::Succeeded
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::Address;
    use protocol::ProposalId;

    fn at(s: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(s, 0).unwrap()
    }

    /// Open to a veto from second 10 to 20.
    fn proposal(against: u64) -> Stored {
        Stored {
            proposal_id: ProposalId(U256::ZERO),
            proposer: Address::ZERO,
            target: Address::ZERO,
            calldata: vec![].into(),
            description: String::new(),
            vote_start: at(10),
            vote_end: at(20),
            against_votes: U256::from(against),
            total_supply: U256::from(1_001),
            permitted: true,
            executed_at: None,
            canceled_at: None,
            created_at: at(0),
        }
    }

    #[test]
    fn silence_passes_and_the_threshold_is_rounded_up() {
        let veto = veto_votes(U256::from(1_001), 300);
        assert_eq!(veto, U256::from(31));
        let of = |against, now| state_of(&proposal(against), Some(veto), at(now));
        assert_eq!(of(0, 10), ProposalState::Pending);
        assert_eq!(of(31, 20), ProposalState::Active);
        assert_eq!(of(30, 21), ProposalState::Succeeded);
        assert_eq!(of(31, 21), ProposalState::Defeated);
    }

    #[test]
    fn what_nobody_executes_expires_and_a_supply_of_nothing_vetoes_nothing() {
        let week = EXPIRY.num_seconds();
        let of = |now| state_of(&proposal(0), Some(U256::ZERO), at(now));
        assert_eq!(of(20 + week), ProposalState::Succeeded);
        assert_eq!(of(21 + week), ProposalState::Expired);
        let executed = Stored { executed_at: Some(at(30)), ..proposal(0) };
        assert_eq!(state_of(&executed, None, at(21 + week)), ProposalState::Executed);
    }
}
