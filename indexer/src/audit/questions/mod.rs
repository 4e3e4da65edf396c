//! What the tables say, as questions to the contracts.

mod registries;
mod rewards;

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::SolCall,
};
use bindings::{Contracts, Deployment, GovernanceToken, OptimisticGovernor, ProtocolGovernor};
use chrono::{DateTime, Utc};
use sqlx::{Error, PgConnection};
use storage::chain::{accounts, blocks::Block, proposals, routine, total_supplies, totals, votes};

/// The values of an answer; `None` when it is none.
type Read = dyn Fn(&[u8]) -> Option<Vec<String>> + Send + Sync;

/// A call, and what its answer should be.
pub struct Question {
    pub table: &'static str,
    pub key: String,
    pub contract: Address,
    pub data: Bytes,
    /// Field and stored value, in the order in which `read` tells them.
    pub stored: Vec<(&'static str, String)>,
    pub read: Box<Read>,
}

/// Questions about one deployment.
struct Questions<'a> {
    contracts: &'a Contracts,
    seed: U256,
    sample: Option<usize>,
    all: Vec<Question>,
}

/// About all rows, or about `sample` of each table.
pub async fn all(
    conn: &mut PgConnection,
    deployment: &Deployment,
    block: &Block,
    sample: Option<usize>,
) -> Result<Vec<Question>, Error> {
    let seed = U256::from_be_bytes(block.hash.0);
    let mut questions = Questions { contracts: &deployment.contracts, seed, sample, all: vec![] };
    questions.token(conn).await?;
    if !deployment.contracts.governor.is_zero() {
        questions.votes(conn).await?;
        questions.routine(conn).await?;
        questions.stakes(conn).await?;
        questions.epochs(conn).await?;
        questions.rewards(conn).await?;
        questions.models(conn).await?;
        questions.permissions(conn, block.number).await?;
    }
    Ok(questions.all)
}

impl Questions<'_> {
    fn ask<C: SolCall>(
        &mut self,
        (table, key): (&'static str, impl ToString),
        (contract, call): (Address, C),
        stored: Vec<(&'static str, String)>,
        read: impl Fn(C::Return) -> Vec<String> + Send + Sync + 'static,
    ) {
        let read = move |bytes: &[u8]| C::abi_decode_returns(bytes).ok().map(&read);
        let (key, data) = (key.to_string(), call.abi_encode().into());
        self.all.push(Question { table, key, contract, data, stored, read: Box::new(read) });
    }

    /// Some of the rows, others at every block.
    fn pick<T>(&self, mut rows: Vec<T>) -> Vec<T> {
        if let Some(sample) = self.sample.filter(|sample| *sample < rows.len()) {
            let start: usize = (self.seed % U256::from(rows.len())).to();
            rows.rotate_left(start);
            rows.truncate(sample);
        }
        rows
    }

    async fn token(&mut self, conn: &mut PgConnection) -> Result<(), Error> {
        let c = self.contracts;
        let token = c.governance_token;
        let supply = ("supply", total_supplies::last(conn).await?.to_string());
        let balances = ("sum of balances", totals::balances(conn).await?.to_string());
        let total = GovernanceToken::totalSupplyCall {};
        self.ask(("accounts", '*'), (token, total), vec![supply, balances], |total| {
            vec![total.to_string(); 2]
        });
        let start = self.sample.map(|_| Address::from_word(self.seed.into()));
        let limit = self.sample.map(|sample| u32::try_from(sample).unwrap_or(u32::MAX));
        for row in accounts::list_from(conn, start.unwrap_or_default(), limit).await? {
            let (account, at) = (row.account, ("accounts", row.account));
            let amount = |amount: U256| vec![amount.to_string()];
            let stored = vec![("balance", row.balance.to_string())];
            self.ask(at, (token, GovernanceToken::balanceOfCall { account }), stored, amount);
            if c.governor.is_zero() {
                continue;
            }
            let stored = vec![("locked", row.locked.to_string())];
            self.ask(at, (token, GovernanceToken::lockedBalanceOfCall { account }), stored, amount);
            let stored = vec![("votes", row.votes.to_string())];
            self.ask(at, (token, GovernanceToken::getVotesCall { account }), stored, amount);
            let stored = vec![("delegate", row.delegate.unwrap_or_default().to_string())];
            self.ask(at, (token, GovernanceToken::delegatesCall { account }), stored, |delegate| {
                vec![delegate.to_string()]
            });
        }
        Ok(())
    }

    async fn votes(&mut self, conn: &mut PgConnection) -> Result<(), Error> {
        let governor = self.contracts.governor;
        for row in self.pick(proposals::list(conn).await?) {
            let (id, at) = (row.proposal_id.0, ("proposals", row.proposal_id));
            let stored = vec![
                ("against_votes", row.against_votes.to_string()),
                ("for_votes", row.for_votes.to_string()),
                ("abstain_votes", row.abstain_votes.to_string()),
            ];
            let call = ProtocolGovernor::proposalVotesCall { proposalId: id };
            self.ask(at, (governor, call), stored, |tally| {
                [tally.againstVotes, tally.forVotes, tally.abstainVotes].map(|n| n.to_string()).to_vec()
            });
            let stored = ended(row.executed_at, row.canceled_at);
            self.ask(at, (governor, ProtocolGovernor::stateCall { proposalId: id }), stored, state);
            let stored = vec![("vote_start", seconds(Some(row.vote_start)))];
            self.ask(
                at,
                (governor, ProtocolGovernor::proposalSnapshotCall { proposalId: id }),
                stored,
                number,
            );
            let stored = vec![("vote_end", seconds(Some(row.vote_end)))];
            self.ask(
                at,
                (governor, ProtocolGovernor::proposalDeadlineCall { proposalId: id }),
                stored,
                number,
            );
            let stored = vec![("eta", seconds(row.eta))];
            self.ask(at, (governor, ProtocolGovernor::proposalEtaCall { proposalId: id }), stored, number);
        }
        let used = votes::used(conn).await?;
        for (proposal_id, voter, weight) in self.pick(used) {
            let call = ProtocolGovernor::usedVotesCall { proposalId: proposal_id.0, account: voter };
            let key = format!("{proposal_id}:{voter}");
            self.ask(("votes", key), (governor, call), vec![("weight", weight.to_string())], number);
        }
        Ok(())
    }

    async fn routine(&mut self, conn: &mut PgConnection) -> Result<(), Error> {
        let governor = self.contracts.optimistic_governor;
        for row in self.pick(routine::list(conn).await?) {
            let (id, at) = (row.proposal_id.0, ("routine_proposals", row.proposal_id));
            let stored = vec![("against_votes", row.against_votes.to_string())];
            let call = OptimisticGovernor::proposalVotesCall { proposalId: id };
            self.ask(at, (governor, call), stored, |tally| vec![tally.againstVotes.to_string()]);
            let stored = ended(row.executed_at, row.canceled_at);
            self.ask(at, (governor, OptimisticGovernor::stateCall { proposalId: id }), stored, state);
        }
        for row in self.pick(routine::list_calls(conn).await?) {
            let stored = vec![("since", seconds(Some(row.since))), ("words", row.words.to_string())];
            let call = OptimisticGovernor::allowanceOfCall { target: row.target, selector: row.selector };
            let key = format!("{}:{}", row.target, row.selector);
            self.ask(("routine_calls", key), (governor, call), stored, |allowance| {
                vec![allowance.since.to_string(), allowance.words.to_string()]
            });
        }
        for account in self.pick(routine::list_proposers(conn).await?) {
            let call = OptimisticGovernor::isProposerCall { account };
            let stored = vec![("allowed", true.to_string())];
            self.ask(("routine_proposers", account), (governor, call), stored, |is| vec![is.to_string()]);
        }
        Ok(())
    }
}

fn number(value: U256) -> Vec<String> {
    vec![value.to_string()]
}

fn word(value: Option<B256>) -> String {
    value.unwrap_or_default().to_string()
}

/// As the contracts count time; 0 for never.
fn seconds(time: Option<DateTime<Utc>>) -> String {
    time.map_or(0, |time| time.timestamp()).to_string()
}

fn ended(
    executed_at: Option<DateTime<Utc>>,
    canceled_at: Option<DateTime<Utc>>,
) -> Vec<(&'static str, String)> {
    vec![("executed", executed_at.is_some().to_string()), ("canceled", canceled_at.is_some().to_string())]
}

/// OpenZeppelin's states 7 and 2; the other ones depend on the time.
fn state(state: u8) -> Vec<String> {
    vec![(state == 7).to_string(), (state == 2).to_string()]
}
