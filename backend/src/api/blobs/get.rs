use crate::{
    api::{extract::Path, problem::Problem, types::Hash},
    app::AppState,
};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};

/// The bytes whose keccak256 is `hash`: label bundles, manifests, samples, evaluations
#[utoipa::path(get, path = "/blobs/{hash}", tag = "files", operation_id = "getBlob", params(("hash" = Hash, Path)),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>),
        (status = "default", body = Problem)))]
pub async fn get_blob(State(state): State<AppState>, Path(hash): Path<Hash>) -> Result<Response, Problem> {
    let bytes = state.blobs.get(hash.0).await.map_err(Problem::internal)?;
    let bytes = bytes.ok_or_else(|| Problem::not_found(format!("file {hash}")))?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        // The bytes of a hash never change.
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, bytes).into_response())
}
