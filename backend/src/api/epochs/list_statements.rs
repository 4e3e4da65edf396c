use super::find;
use crate::api::{
    extract::Path,
    problem::Problem,
    snapshot::Reader,
    types::{Account, Wei},
};
use axum::Json;
use protocol::rewards;
use serde::Serialize;
use storage::app::statements;
use utoipa::ToSchema;

/// Every term of one labeler's pay in one epoch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Statement {
    pub labeler: Account,
    pub block: u32,
    pub seat: u32,
    /// Answers valid for pay: A or B
    pub n_valid: u16,
    /// Common valid slots in the first half of the overlap
    pub t1: u16,
    /// Common valid slots in the second half
    pub t2: u16,
    /// Answers (row) against the majority of the others (column) in the first half
    #[schema(value_type = Vec<Vec<u16>>)]
    pub m1: serde_json::Value,
    /// The same in the second half
    #[schema(value_type = Vec<Vec<u16>>)]
    pub m2: serde_json::Value,
    /// In 1e-18; may be negative
    pub score: String,
    pub gold_right: u16,
    pub gold_answered: u16,
    /// 0 for a seat without gold, and in an epoch without a seed
    pub gold_slots: u16,
    pub base: Wei,
    /// May be negative
    pub alpha: String,
    /// `max(0, base + alpha)`, times `max(0, right − wrong) / goldSlots` where there is gold
    pub raw: Wei,
    /// `raw`, or its share of the budget
    pub pay: Wei,
    /// `scored`, `noSeed`, `smallRoster` or `shortOverlap`
    #[schema(value_type = String)]
    pub reason: rewards::Reason,
}

impl Statement {
    /// From its stored JSON, whose addresses are in lower case.
    pub(super) fn from_json(json: serde_json::Value) -> Result<Self, serde_json::Error> {
        let s: rewards::Statement = serde_json::from_value(json)?;
        Ok(Self {
            labeler: Account(s.labeler),
            block: s.block,
            seat: s.seat,
            n_valid: s.n_valid,
            t1: s.t1,
            t2: s.t2,
            m1: serde_json::to_value(s.m1)?,
            m2: serde_json::to_value(s.m2)?,
            score: s.score.to_string(),
            gold_right: s.gold_right,
            gold_answered: s.gold_answered,
            gold_slots: s.gold_slots,
            base: Wei(s.base),
            alpha: s.alpha.to_string(),
            raw: Wei(s.raw),
            pay: Wei(s.pay),
            reason: s.reason,
        })
    }
}

/// Why an epoch pays everybody what it pays; empty until the payouts are computed
#[utoipa::path(get, path = "/epochs/{epoch}/statements", tag = "epochs", operation_id = "listStatements",
    params(("epoch" = u64, Path)),
    responses((status = 200, body = [Statement]), (status = "default", body = Problem)))]
pub async fn list_statements(
    reader: Reader,
    Path(epoch): Path<u64>,
) -> Result<Json<Vec<Statement>>, Problem> {
    let mut conn = reader.snapshot().await?;
    find(&mut conn, epoch).await?;
    let statements = statements::list(&mut conn, epoch).await?.into_iter().map(Statement::from_json);
    Ok(Json(statements.collect::<Result<_, _>>().map_err(Problem::internal)?))
}
