use crate::{
    api::{
        accounts::{Holdings, holdings},
        extract::{SignedIn, is_admin},
        problem::Problem,
        snapshot::Reader,
        types::Account,
    },
    app::AppState,
};
use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

/// The signed-in account, what it may do and what it holds.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    pub account: Account,
    /// Roles on chain (`admin`, `operator`, `trainer`, `guardian`, `labelEpochs`)
    pub roles: Vec<String>,
    /// Whether the account may use this server's admin endpoints
    pub is_admin: bool,
    #[serde(flatten)]
    pub holdings: Holdings,
}

/// The signed-in account
#[utoipa::path(get, path = "/me", tag = "accounts", operation_id = "getMe", security(("accessToken" = [])),
    responses((status = 200, body = Me), (status = "default", body = Problem)))]
pub async fn get_me(
    State(state): State<AppState>,
    reader: Reader,
    caller: SignedIn,
) -> Result<Json<Me>, Problem> {
    let mut conn = reader.snapshot().await?;
    let (holdings, roles) = holdings(&state, &mut conn, caller.0).await?;
    let is_admin = is_admin(&state, caller.0).await?;
    Ok(Json(Me { account: caller.account(), roles, is_admin, holdings }))
}
