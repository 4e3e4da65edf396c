//! `/v1/*`: the OpenAI-compatible routes of the model server, for the version that a vote approved.
use super::problem::Problem;
use crate::app::AppState;
use axum::{
    body::{Body, Bytes},
    extract::{State, rejection::BytesRejection},
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use futures::TryStreamExt;

/// Routes that are passed on. The engine may have others (loading weights, say) that are not for everybody.
const ROUTES: &[&str] = &["/v1/models", "/v1/completions", "/v1/chat/completions"];

/// Pass a request on to the engine and stream its answer back.
pub async fn proxy_completions(
    State(state): State<AppState>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    if !ROUTES.contains(&uri.path()) {
        return Err(Problem::not_found(format!("route {}; there are {}", uri.path(), ROUTES.join(", "))));
    }
    let body = body?;
    let mut asked = None;
    let answer = loop {
        let served = state.engine.served().ok_or_else(|| {
            let detail =
                "No model version is served; one must be registered and activated by a vote, and then loaded.";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "no-model-served", detail)
        })?;
        // When one version has replaced another, the old one's server may have stopped listening a moment ago. Nothing of an
        // answer has been passed on yet, so the new one can be asked.
        if asked.as_ref() == Some(&served) {
            let detail = "The model server does not answer; it is restarted, try again in a moment.";
            return Err(Problem::new(StatusCode::BAD_GATEWAY, "model-server-unreachable", detail));
        }
        let url = format!("{}{}", served.base_url, uri.path());
        let mut request = state.engine.http().request(method.clone(), url).body(body.clone());
        if let Some(content_type) = headers.get(header::CONTENT_TYPE) {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        match request.send().await {
            Ok(answer) => break answer,
            Err(_) => asked = Some(served),
        }
    };
    let status = answer.status();
    let kept = [header::CONTENT_TYPE, header::RETRY_AFTER];
    let kept = kept.map(|name| answer.headers().get(&name).cloned().map(|value| (name, value)));
    let stream = answer.bytes_stream().map_err(std::io::Error::other);
    let mut response = (status, Body::from_stream(stream)).into_response();
    response.headers_mut().extend(kept.into_iter().flatten());
    Ok(response)
}
