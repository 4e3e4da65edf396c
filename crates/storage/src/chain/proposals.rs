//! `chain.proposals`: what was proposed, its tally and what became of it. The state of a proposal also depends on the
//! clock, so it is computed where it is shown.
use crate::{columns, wei::Wei};
use alloy_primitives::{Address, Bytes, U256};
use chrono::{DateTime, Utc};
use protocol::ProposalId;
use sqlx::{Error, PgConnection, Row, postgres::PgRow};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    pub proposal_id: ProposalId,
    pub proposer: Address,
    pub targets: Vec<Address>,
    pub values: Vec<U256>,
    pub calldatas: Vec<Bytes>,
    pub description: String,
    pub vote_start: DateTime<Utc>,
    /// After a late-quorum extension: the extended deadline.
    pub vote_end: DateTime<Utc>,
    pub against_votes: U256,
    pub for_votes: U256,
    pub abstain_votes: U256,
    /// For votes needed: the quorum's share of the supply, both as of `vote_start` (as of now before it), rounded down.
    pub quorum: U256,
    /// Earliest execution.
    pub eta: Option<DateTime<Utc>>,
    pub queued_at: Option<DateTime<Utc>>,
    pub executed_at: Option<DateTime<Utc>>,
    pub canceled_at: Option<DateTime<Utc>>,
    pub created_block: u64,
    pub created_at: DateTime<Utc>,
}

impl Proposal {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        let targets: Vec<Vec<u8>> = row.try_get("targets")?;
        let calldatas: Vec<Vec<u8>> = row.try_get("calldatas")?;
        Ok(Self {
            proposal_id: ProposalId(Wei::get(row, "proposal_id")?),
            proposer: columns::address(row, "proposer")?,
            targets: targets.iter().map(|bytes| Address::from_slice(bytes)).collect(),
            values: row.try_get::<Vec<Wei>, _>("values")?.into_iter().map(|value| value.0).collect(),
            calldatas: calldatas.into_iter().map(Bytes::from).collect(),
            description: row.try_get("description")?,
            vote_start: row.try_get("vote_start")?,
            vote_end: row.try_get("vote_end")?,
            against_votes: Wei::get(row, "against_votes")?,
            for_votes: Wei::get(row, "for_votes")?,
            abstain_votes: Wei::get(row, "abstain_votes")?,
            quorum: Wei::get(row, "quorum")?,
            eta: row.try_get("eta")?,
            queued_at: row.try_get("queued_at")?,
            executed_at: row.try_get("executed_at")?,
            canceled_at: row.try_get("canceled_at")?,
            created_block: columns::unsigned(row, "created_block")?,
            created_at: row.try_get("created_at")?,
        })
    }
}

pub async fn find(conn: &mut PgConnection, proposal_id: ProposalId) -> Result<Option<Proposal>, Error> {
    let row = sqlx::query(
        "select p.*, coalesce(div(s.total_supply * q.quorum_bps, 10000), 0) as quorum from chain.proposals p
         left join lateral (select total_supply from chain.total_supplies where since <= p.vote_start
                            order by block_number desc, log_index desc limit 1) s on true
         left join lateral (select quorum_bps from chain.quorums where since <= p.vote_start
                            order by block_number desc, log_index desc limit 1) q on true
         where p.proposal_id = $1",
    )
    .bind(Wei(proposal_id.0))
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(Proposal::from_row).transpose()
}

/// All proposals, newest first.
pub async fn list(conn: &mut PgConnection) -> Result<Vec<Proposal>, Error> {
    let rows = sqlx::query(
        "select p.*, coalesce(div(s.total_supply * q.quorum_bps, 10000), 0) as quorum from chain.proposals p
         left join lateral (select total_supply from chain.total_supplies where since <= p.vote_start
                            order by block_number desc, log_index desc limit 1) s on true
         left join lateral (select quorum_bps from chain.quorums where since <= p.vote_start
                            order by block_number desc, log_index desc limit 1) q on true
         order by p.created_block desc, p.proposal_id",
    )
    .fetch_all(conn)
    .await?;
    rows.iter().map(Proposal::from_row).collect()
}

/// A proposal as `ProposalCreated` describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProposal {
    pub proposal_id: ProposalId,
    pub proposer: Address,
    pub targets: Vec<Address>,
    pub values: Vec<U256>,
    pub calldatas: Vec<Bytes>,
    pub description: String,
    pub vote_start: DateTime<Utc>,
    pub vote_end: DateTime<Utc>,
}

pub async fn insert(
    conn: &mut PgConnection,
    proposal: &NewProposal,
    created_block: u64,
    created_at: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        r#"insert into chain.proposals (proposal_id, proposer, targets, "values", calldatas, description, vote_start,
                                        vote_end, created_block, created_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"#,
    )
    .bind(Wei(proposal.proposal_id.0))
    .bind(proposal.proposer.as_slice())
    .bind(proposal.targets.iter().map(|target| target.to_vec()).collect::<Vec<_>>())
    .bind(proposal.values.iter().copied().map(Wei).collect::<Vec<_>>())
    .bind(proposal.calldatas.iter().map(|data| data.to_vec()).collect::<Vec<_>>())
    .bind(&proposal.description)
    .bind(proposal.vote_start)
    .bind(proposal.vote_end)
    .bind(created_block.cast_signed())
    .bind(created_at)
    .execute(conn)
    .await?;
    Ok(())
}

/// Add to the tallies of many proposals: against, for, abstain, in wei.
pub async fn add_votes(conn: &mut PgConnection, tallies: &BTreeMap<U256, [U256; 3]>) -> Result<(), Error> {
    let pot = |i: usize| tallies.values().map(|tally| Wei(tally[i])).collect::<Vec<_>>();
    sqlx::query(
        "update chain.proposals p set against_votes = against_votes + t.against, for_votes = for_votes + t.in_favour,
                                      abstain_votes = abstain_votes + t.abstain
         from unnest($1::numeric[], $2::numeric[], $3::numeric[], $4::numeric[]) as t (id, against, in_favour, abstain)
         where p.proposal_id = t.id",
    )
    .bind(tallies.keys().copied().map(Wei).collect::<Vec<_>>())
    .bind(pot(0))
    .bind(pot(1))
    .bind(pot(2))
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn set_vote_end(
    conn: &mut PgConnection,
    proposal_id: ProposalId,
    vote_end: DateTime<Utc>,
) -> Result<(), Error> {
    set_time(conn, "update chain.proposals set vote_end = $2 where proposal_id = $1", proposal_id, vote_end)
        .await
}

pub async fn set_queued(
    conn: &mut PgConnection,
    proposal_id: ProposalId,
    eta: DateTime<Utc>,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query("update chain.proposals set eta = $2, queued_at = $3 where proposal_id = $1")
        .bind(Wei(proposal_id.0))
        .bind(eta)
        .bind(at)
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn set_executed(
    conn: &mut PgConnection,
    proposal_id: ProposalId,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    set_time(conn, "update chain.proposals set executed_at = $2 where proposal_id = $1", proposal_id, at)
        .await
}

pub async fn set_canceled(
    conn: &mut PgConnection,
    proposal_id: ProposalId,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    set_time(conn, "update chain.proposals set canceled_at = $2 where proposal_id = $1", proposal_id, at)
        .await
}

async fn set_time(
    conn: &mut PgConnection,
    statement: &'static str,
    proposal_id: ProposalId,
    time: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(statement).bind(Wei(proposal_id.0)).bind(time).execute(conn).await?;
    Ok(())
}
