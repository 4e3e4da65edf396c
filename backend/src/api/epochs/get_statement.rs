use super::list_statements::Statement;
use crate::api::{extract::Path, problem::Problem, snapshot::Reader, types::Account};
use axum::Json;
use storage::app::statements;

/// Why an epoch pays one labeler what it pays
#[utoipa::path(get, path = "/epochs/{epoch}/statements/{account}", tag = "epochs", operation_id = "getStatement",
    params(("epoch" = u64, Path), ("account" = Account, Path)),
    responses((status = 200, body = Statement), (status = "default", body = Problem)))]
pub async fn get_statement(
    reader: Reader,
    Path((epoch, account)): Path<(u64, Account)>,
) -> Result<Json<Statement>, Problem> {
    let mut conn = reader.snapshot().await?;
    let statement = statements::find(&mut conn, epoch, account.0).await?;
    let statement = statement
        .ok_or_else(|| Problem::not_found(format!("statement of {account} in epoch {epoch} (yet)")))?;
    Ok(Json(Statement::from_json(statement).map_err(Problem::internal)?))
}
