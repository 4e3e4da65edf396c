use super::{Proposal, describe};
use crate::{
    api::{
        extract::Path,
        problem::Problem,
        snapshot::Reader,
        types::{Account, Finality, Wei},
    },
    app::AppState,
};
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use protocol::ProposalId;
use serde::Serialize;
use sqlx::Row;
use storage::{chain::proposals, columns};
use utoipa::ToSchema;

/// A proposal and everybody's vote.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProposalDetail {
    #[serde(flatten)]
    pub proposal: Proposal,
    /// The latest first
    pub votes: Vec<Vote>,
}

/// One vote.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Vote {
    pub voter: Account,
    /// 0 against, 1 for, 2 abstain, 255 split
    pub support: i16,
    pub weight: Wei,
    pub reason: String,
    pub cast_at: DateTime<Utc>,
    pub finality: Finality,
}

/// One proposal with its votes
#[utoipa::path(get, path = "/proposals/{id}", tag = "governance", operation_id = "getProposal",
    params(("id" = Wei, Path)),
    responses((status = 200, body = ProposalDetail), (status = "default", body = Problem)))]
pub async fn get_proposal(
    State(state): State<AppState>,
    reader: Reader,
    Path(id): Path<Wei>,
) -> Result<Json<ProposalDetail>, Problem> {
    let mut conn = reader.snapshot().await?;
    let stored = proposals::find(&mut conn, ProposalId(id.0)).await?;
    let proposal = describe(&state, &mut conn, stored.into_iter().collect()).await?.pop();
    let proposal = proposal.ok_or_else(|| Problem::not_found(format!("proposal {id}")))?;
    let rows = sqlx::query(
        "select voter, support, weight::text as weight, reason, cast_at, block_number from chain.votes
         where proposal_id = $1::numeric order by block_number desc, log_index desc",
    )
    .bind(id.to_string())
    .fetch_all(&mut *conn)
    .await?;
    let votes = rows.iter().map(|row| {
        Ok(Vote {
            voter: Account(columns::address(row, "voter")?),
            support: row.try_get("support")?,
            weight: Wei(columns::wei(row, "weight")?),
            reason: row.try_get("reason")?,
            cast_at: row.try_get("cast_at")?,
            finality: conn.finality_of(columns::unsigned(row, "block_number")?),
        })
    });
    Ok(Json(ProposalDetail { proposal, votes: votes.collect::<Result<_, sqlx::Error>>()? }))
}
