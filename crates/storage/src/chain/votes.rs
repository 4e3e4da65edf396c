//! `chain.votes`: one row a vote that was cast.
use super::Position;
use crate::{columns, wei::Wei};
use alloy_primitives::{Address, U256};
use chrono::{DateTime, Utc};
use protocol::{ProposalId, Support};
use sqlx::{Error, PgConnection, Row, postgres::PgRow};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vote {
    pub proposal_id: ProposalId,
    pub voter: Address,
    pub support: Support,
    /// Weight that this vote used, in wei.
    pub weight: U256,
    pub reason: String,
    pub position: Position,
    pub cast_at: DateTime<Utc>,
}

impl Vote {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        let support: u8 = columns::unsigned2(row, "support")?;
        let support = Support::try_from(support)
            .map_err(|source| Error::ColumnDecode { index: "support".into(), source: source.into() })?;
        Ok(Self {
            proposal_id: ProposalId(Wei::get(row, "proposal_id")?),
            voter: columns::address(row, "voter")?,
            support,
            weight: Wei::get(row, "weight")?,
            reason: row.try_get("reason")?,
            position: Position {
                block_number: columns::unsigned(row, "block_number")?,
                log_index: columns::unsigned4(row, "log_index")?,
            },
            cast_at: row.try_get("cast_at")?,
        })
    }
}

pub async fn insert_many(conn: &mut PgConnection, votes: &[Vote]) -> Result<(), Error> {
    sqlx::query(
        "insert into chain.votes (proposal_id, voter, support, weight, reason, block_number, log_index, cast_at)
         select * from unnest($1::numeric[], $2::bytea[], $3::smallint[], $4::numeric[], $5::text[], $6::bigint[],
                              $7::integer[], $8::timestamptz[])",
    )
    .bind(votes.iter().map(|v| Wei(v.proposal_id.0)).collect::<Vec<_>>())
    .bind(votes.iter().map(|v| v.voter.to_vec()).collect::<Vec<_>>())
    .bind(votes.iter().map(|v| i16::from(u8::from(v.support))).collect::<Vec<_>>())
    .bind(votes.iter().map(|v| Wei(v.weight)).collect::<Vec<_>>())
    .bind(votes.iter().map(|v| v.reason.as_str()).collect::<Vec<_>>())
    .bind(votes.iter().map(|v| v.position.block_number.cast_signed()).collect::<Vec<_>>())
    .bind(votes.iter().map(|v| v.position.log_index.cast_signed()).collect::<Vec<_>>())
    .bind(votes.iter().map(|v| v.cast_at).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// Votes on a proposal, newest first.
pub async fn list_by_proposal(conn: &mut PgConnection, proposal_id: ProposalId) -> Result<Vec<Vote>, Error> {
    let rows = sqlx::query(
        "select * from chain.votes where proposal_id = $1 order by block_number desc, log_index desc",
    )
    .bind(Wei(proposal_id.0))
    .fetch_all(conn)
    .await?;
    rows.iter().map(Vote::from_row).collect()
}

/// Votes of an account, newest first.
pub async fn list_by_voter(conn: &mut PgConnection, voter: Address) -> Result<Vec<Vote>, Error> {
    let rows =
        sqlx::query("select * from chain.votes where voter = $1 order by block_number desc, log_index desc")
            .bind(voter.as_slice())
            .fetch_all(conn)
            .await?;
    rows.iter().map(Vote::from_row).collect()
}

/// The weight that each voter used on each proposal, in wei.
pub async fn used(conn: &mut PgConnection) -> Result<Vec<(ProposalId, Address, U256)>, Error> {
    let rows = sqlx::query(
        "select proposal_id, voter, sum(weight) as weight from chain.votes group by proposal_id, voter
         order by proposal_id, voter",
    )
    .fetch_all(conn)
    .await?;
    let used = |row: &PgRow| {
        let proposal_id = ProposalId(Wei::get(row, "proposal_id")?);
        Ok((proposal_id, columns::address(row, "voter")?, Wei::get(row, "weight")?))
    };
    rows.iter().map(used).collect()
}
