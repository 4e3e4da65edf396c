use crate::{
    api::{extract::Path, problem::Problem, types::Hash},
    app::AppState,
};
use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use futures::{StreamExt, stream};
use storage::app::checkpoints;
use tokio::io::AsyncReadExt;

const CHUNK_BYTES: usize = 256 * 1024;

/// A file of a checkpoint folder (Hugging Face layout)
#[utoipa::path(get, path = "/checkpoints/{manifestHash}/{file}", tag = "files", operation_id = "getCheckpointFile",
    params(("manifestHash" = Hash, Path), ("file" = String, Path, description = "Named in the manifest, or `manifest.json`")),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>),
        (status = "default", body = Problem)))]
pub async fn get_checkpoint_file(
    State(state): State<AppState>,
    Path((hash, name)): Path<(Hash, String)>,
) -> Result<Response, Problem> {
    let missing = || Problem::not_found(format!("file {name} of checkpoint {hash}"));
    let mut conn = state.pool.acquire().await?;
    let checkpoint = checkpoints::find(&mut conn, hash.0).await?.ok_or_else(missing)?;
    // Only names of the manifest, so that no path can lead out of the folder.
    let files = checkpoint.manifest["files"].as_array().cloned().unwrap_or_default();
    if name != "manifest.json" && !files.iter().any(|file| file["name"] == name) || name.contains(['/', '\\'])
    {
        return Err(missing());
    }
    let folder = state.config.checkpoints_dir().join(alloy::hex::encode(hash.0));
    let file = tokio::fs::File::open(folder.join(&name)).await.map_err(|_| missing())?;
    let size = file.metadata().await.map_err(Problem::internal)?.len();
    let chunks = stream::try_unfold(file, |mut file| async move {
        let mut chunk = vec![0; CHUNK_BYTES];
        let n = file.read(&mut chunk).await?;
        chunk.truncate(n);
        Ok::<_, std::io::Error>((n > 0).then_some((chunk, file)))
    });
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_LENGTH, size.to_string()),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable".to_owned()),
    ];
    Ok((headers, Body::from_stream(chunks.boxed())).into_response())
}
