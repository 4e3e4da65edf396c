//! The handlers.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use axum::{
    Json, Router,
    body::Body,
    extract::{MatchedPath, Path, Request, State},
    http::{StatusCode, Uri},
    middleware::{Next, from_fn_with_state},
    response::{
        IntoResponse, Response,
        sse::{KeepAlive, Sse},
    },
    routing::{get, post},
};
use serde_json::{Value, json};

use super::{
    Served, Service,
    answer::{Answer, Guard},
    error::ApiError,
    fields::Fields,
    request,
    response::{Form, Header},
};

/// All routes over one service.
pub fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/metrics", get(metrics))
        .route("/v1/models", get(models))
        .route("/v1/models/{id}", get(model))
        .route("/v1/completions", post(completions))
        .route("/v1/chat/completions", post(chat_completions))
        .fallback(async |uri: Uri| ApiError::NoRoute(uri.path().to_owned()))
        .layer(from_fn_with_state(Arc::clone(&service), count))
        .with_state(service)
}

async fn count(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let response = next.run(request).await;
    service.metrics.begun(path.as_deref().unwrap_or("other"), response.status().as_u16());
    response
}

async fn health(State(service): State<Arc<Service>>) -> Json<Value> {
    Json(json!({"status": "ok", "model": service.served().model_id}))
}

async fn metrics(State(service): State<Arc<Service>>) -> String {
    service.metrics.render()
}

async fn models(State(service): State<Arc<Service>>) -> Json<Value> {
    Json(json!({"object": "list", "data": [describe(&service.served())]}))
}

async fn model(State(service): State<Arc<Service>>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    let served = service.served();
    if served.model_id == id { Ok(Json(describe(&served))) } else { Err(ApiError::UnknownModel(id)) }
}

fn describe(served: &Served) -> Value {
    json!({"id": served.model_id, "object": "model", "created": served.since, "owned_by": "polity"})
}

async fn completions(State(service): State<Arc<Service>>, request: Request) -> Result<Response, ApiError> {
    respond(service, Form::Completion, request).await
}

async fn chat_completions(
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<Response, ApiError> {
    respond(service, Form::Chat, request).await
}

async fn respond(service: Arc<Service>, form: Form, request: Request<Body>) -> Result<Response, ApiError> {
    let since = Instant::now();
    let place = Arc::clone(&service.places).try_acquire_owned().map_err(|_| ApiError::Crowded)?;
    let fields = Fields::read(request, service.limits.body_bytes).await?;
    let (served, seed) = (service.served(), service.next_seed());
    // A long prompt takes a while to be split into tokens.
    let understood = tokio::task::spawn_blocking(move || {
        let asked = request::read(form, fields, &served, seed);
        asked.map(|asked| (asked, served))
    });
    let (asked, served) = understood.await.map_err(|_| super::EngineError::Interrupted)??;
    let prompt_tokens = asked.generation.prompts.iter().map(|prompt| prompt.len()).sum();
    let n_choices = asked.generation.prompts.len() * asked.generation.samples;
    let metrics = Arc::clone(&service.metrics);
    let answer = Answer {
        header: header(&served, form),
        events: served.engine.submit(asked.generation)?,
        tokenizer: Arc::clone(&served.tokenizer),
        n_choices,
        prompt_tokens,
        _guard: Guard { metrics, route: form.route(), since, _place: place },
    };
    // From here on nothing holds the weights but the engine, and that only until the last token is drawn.
    drop(served);
    if asked.stream {
        return Ok(Sse::new(answer.streamed(asked.include_usage))
            .keep_alive(KeepAlive::default())
            .into_response());
    }
    Ok((StatusCode::OK, Json(answer.whole().await?)).into_response())
}

fn header(served: &Served, form: Form) -> Header {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let prefix = match form {
        Form::Completion => "cmpl",
        Form::Chat => "chatcmpl",
    };
    let created = now();
    let id = format!("{prefix}-{created:x}-{:x}", COUNTER.fetch_add(1, Ordering::Relaxed));
    Header { form, id, created, model: served.model_id.clone() }
}

/// Unix seconds.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
