//! `chain.routine_calls`, `routine_proposers`, `routine_proposals` and `vetoes`: what passes unless somebody objects.
//! Amounts in wei.
use super::{Position, proposals::NewProposal};
use crate::{columns, wei::Wei};
use alloy_primitives::{Address, Bytes, FixedBytes, U256};
use chrono::{DateTime, Utc};
use protocol::ProposalId;
use sqlx::{Error, PgConnection, Row, postgres::PgRow};

/// A call that a vote allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoutineCall {
    pub target: Address,
    pub selector: FixedBytes<4>,
    /// Words of the arguments.
    pub words: u8,
    pub since: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoutineProposal {
    pub proposal_id: ProposalId,
    pub proposer: Address,
    pub target: Address,
    pub calldata: Bytes,
    pub description: String,
    pub vote_start: DateTime<Utc>,
    pub vote_end: DateTime<Utc>,
    pub against_votes: U256,
    /// As of `vote_start` (as of now before it): the veto is a share of it.
    pub total_supply: U256,
    /// Its call and its proposer have been allowed without a break since it was made; else it cannot be executed.
    pub permitted: bool,
    pub executed_at: Option<DateTime<Utc>>,
    pub canceled_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// A vote against a routine proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Veto {
    pub proposal_id: ProposalId,
    pub voter: Address,
    /// What it put against.
    pub weight: U256,
    pub reason: String,
    pub cast_at: DateTime<Utc>,
}

impl RoutineProposal {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            proposal_id: ProposalId(Wei::get(row, "proposal_id")?),
            proposer: columns::address(row, "proposer")?,
            target: columns::address(row, "target")?,
            calldata: row.try_get::<Vec<u8>, _>("calldata")?.into(),
            description: row.try_get("description")?,
            vote_start: row.try_get("vote_start")?,
            vote_end: row.try_get("vote_end")?,
            against_votes: Wei::get(row, "against_votes")?,
            total_supply: Wei::get(row, "total_supply")?,
            permitted: row.try_get("permitted")?,
            executed_at: row.try_get("executed_at")?,
            canceled_at: row.try_get("canceled_at")?,
            created_at: row.try_get("created_at")?,
        })
    }
}

/// What may be called now.
pub async fn list_calls(conn: &mut PgConnection) -> Result<Vec<RoutineCall>, Error> {
    let rows = sqlx::query("select * from chain.routine_calls order by since, target, selector")
        .fetch_all(conn)
        .await?;
    let call = |row: &PgRow| {
        let selector: &[u8] = row.try_get("selector")?;
        Ok(RoutineCall {
            target: columns::address(row, "target")?,
            selector: FixedBytes::try_from(selector)
                .map_err(|source| Error::ColumnDecode { index: "selector".into(), source: source.into() })?,
            words: columns::unsigned2(row, "words")?,
            since: row.try_get("since")?,
        })
    };
    rows.iter().map(call).collect()
}

/// Who may propose now.
pub async fn list_proposers(conn: &mut PgConnection) -> Result<Vec<Address>, Error> {
    let rows = sqlx::query("select account from chain.routine_proposers order by since, account")
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| columns::address(row, "account")).collect()
}

/// All routine proposals, newest first.
pub async fn list(conn: &mut PgConnection) -> Result<Vec<RoutineProposal>, Error> {
    let rows = sqlx::query(
        "select p.*, coalesce(s.total_supply, 0) as total_supply,
             c.since is not null and a.since is not null as permitted
         from chain.routine_proposals p
         left join lateral (select total_supply from chain.total_supplies where since <= p.vote_start
                            order by block_number desc, log_index desc limit 1) s on true
         left join chain.routine_calls c on c.target = p.target and c.selector = substring(p.calldata for 4)
             and octet_length(p.calldata) = 4 + 32 * c.words and c.since <= p.created_at
         left join chain.routine_proposers a on a.account = p.proposer and a.since <= p.created_at
         order by p.created_block desc, p.proposal_id",
    )
    .fetch_all(conn)
    .await?;
    rows.iter().map(RoutineProposal::from_row).collect()
}

/// All vetoes, newest first.
pub async fn list_vetoes(conn: &mut PgConnection) -> Result<Vec<Veto>, Error> {
    let rows = sqlx::query("select * from chain.vetoes order by block_number desc, log_index desc")
        .fetch_all(conn)
        .await?;
    let veto = |row: &PgRow| {
        Ok(Veto {
            proposal_id: ProposalId(Wei::get(row, "proposal_id")?),
            voter: columns::address(row, "voter")?,
            weight: Wei::get(row, "weight")?,
            reason: row.try_get("reason")?,
            cast_at: row.try_get("cast_at")?,
        })
    };
    rows.iter().map(veto).collect()
}

/// Another number of words is another permission: it holds from then on only.
pub async fn allow_call(conn: &mut PgConnection, call: &RoutineCall) -> Result<(), Error> {
    sqlx::query(
        "insert into chain.routine_calls as c (target, selector, words, since) values ($1, $2, $3, $4)
         on conflict (target, selector) do update set words = excluded.words,
             since = case when c.words = excluded.words then c.since else excluded.since end",
    )
    .bind(call.target.as_slice())
    .bind(call.selector.as_slice())
    .bind(i16::from(call.words))
    .bind(call.since)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn forbid_call(
    conn: &mut PgConnection,
    target: Address,
    selector: FixedBytes<4>,
) -> Result<(), Error> {
    sqlx::query("delete from chain.routine_calls where target = $1 and selector = $2")
        .bind(target.as_slice())
        .bind(selector.as_slice())
        .execute(conn)
        .await?;
    Ok(())
}

/// Allowing again changes nothing.
pub async fn allow_proposer(
    conn: &mut PgConnection,
    account: Address,
    since: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "insert into chain.routine_proposers (account, since) values ($1, $2) on conflict do nothing",
    )
    .bind(account.as_slice())
    .bind(since)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn forbid_proposer(conn: &mut PgConnection, account: Address) -> Result<(), Error> {
    sqlx::query("delete from chain.routine_proposers where account = $1")
        .bind(account.as_slice())
        .execute(conn)
        .await?;
    Ok(())
}

/// The contract takes one call without value a proposal; of any more, the first is kept.
pub async fn insert(
    conn: &mut PgConnection,
    proposal: &NewProposal,
    created_block: u64,
    created_at: DateTime<Utc>,
) -> Result<(), Error> {
    let target = proposal.targets.first().copied().unwrap_or_default();
    let calldata = proposal.calldatas.first().cloned().unwrap_or_default();
    sqlx::query(
        "insert into chain.routine_proposals (proposal_id, proposer, target, calldata, description, vote_start,
             vote_end, created_block, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(Wei(proposal.proposal_id.0))
    .bind(proposal.proposer.as_slice())
    .bind(target.as_slice())
    .bind(calldata.as_ref())
    .bind(&proposal.description)
    .bind(proposal.vote_start)
    .bind(proposal.vote_end)
    .bind(created_block.cast_signed())
    .bind(created_at)
    .execute(conn)
    .await?;
    Ok(())
}

/// Keep vetoes and count them.
pub async fn add_vetoes(conn: &mut PgConnection, vetoes: &[(Position, Veto)]) -> Result<(), Error> {
    if vetoes.is_empty() {
        return Ok(());
    }
    let ids: Vec<Wei> = vetoes.iter().map(|(_, veto)| Wei(veto.proposal_id.0)).collect();
    let weights: Vec<Wei> = vetoes.iter().map(|(_, veto)| Wei(veto.weight)).collect();
    sqlx::query(
        "insert into chain.vetoes (proposal_id, voter, weight, reason, block_number, log_index, cast_at)
         select * from unnest($1::numeric[], $2::bytea[], $3::numeric[], $4::text[], $5::bigint[], $6::integer[],
                              $7::timestamptz[])",
    )
    .bind(&ids)
    .bind(vetoes.iter().map(|(_, veto)| veto.voter.as_slice()).collect::<Vec<_>>())
    .bind(&weights)
    .bind(vetoes.iter().map(|(_, veto)| veto.reason.as_str()).collect::<Vec<_>>())
    .bind(vetoes.iter().map(|(position, _)| position.block_number.cast_signed()).collect::<Vec<_>>())
    .bind(vetoes.iter().map(|(position, _)| position.log_index.cast_signed()).collect::<Vec<_>>())
    .bind(vetoes.iter().map(|(_, veto)| veto.cast_at).collect::<Vec<_>>())
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "update chain.routine_proposals p set against_votes = against_votes + v.weight
         from (select id, sum(weight) as weight from unnest($1::numeric[], $2::numeric[]) as v (id, weight) group by id) v
         where p.proposal_id = v.id",
    )
    .bind(&ids)
    .bind(&weights)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn set_executed(
    conn: &mut PgConnection,
    proposal_id: ProposalId,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query("update chain.routine_proposals set executed_at = $2 where proposal_id = $1")
        .bind(Wei(proposal_id.0))
        .bind(at)
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn set_canceled(
    conn: &mut PgConnection,
    proposal_id: ProposalId,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query("update chain.routine_proposals set canceled_at = $2 where proposal_id = $1")
        .bind(Wei(proposal_id.0))
        .bind(at)
        .execute(conn)
        .await?;
    Ok(())
}
