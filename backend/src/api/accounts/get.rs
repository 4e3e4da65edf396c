use super::{Holdings, holdings};
use crate::{
    api::{
        extract::Path,
        problem::Problem,
        snapshot::Reader,
        types::{Account, Wei},
    },
    app::AppState,
};
use axum::{Json, extract::State};
use serde::Serialize;
use storage::columns;
use utoipa::ToSchema;

/// What an address holds and has earned.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountSummary {
    pub account: Account,
    /// Roles on chain
    pub roles: Vec<String>,
    #[serde(flatten)]
    pub holdings: Holdings,
    /// All rewards claimed so far
    pub claimed: Wei,
}

/// What an address holds and has earned
#[utoipa::path(get, path = "/accounts/{address}", tag = "accounts", operation_id = "getAccount",
    params(("address" = Account, Path, description = "Any capitals")),
    responses((status = 200, body = AccountSummary), (status = "default", body = Problem)))]
pub async fn get_account(
    State(state): State<AppState>,
    reader: Reader,
    Path(account): Path<Account>,
) -> Result<Json<AccountSummary>, Problem> {
    let mut conn = reader.snapshot().await?;
    let (holdings, roles) = holdings(&state, &mut conn, account.0).await?;
    let row =
        sqlx::query("select coalesce(sum(amount), 0)::text as claimed from chain.claims where account = $1")
            .bind(account.0.as_slice())
            .fetch_one(&mut *conn)
            .await?;
    let claimed = Wei(columns::wei(&row, "claimed")?);
    Ok(Json(AccountSummary { account, roles, holdings, claimed }))
}
