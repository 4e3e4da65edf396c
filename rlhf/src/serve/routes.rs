//! The handlers.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Json, Router,
    extract::{State, rejection::JsonRejection},
    response::{
        IntoResponse, Response,
        sse::{Event as SseEvent, KeepAlive, Sse},
    },
    routing::{get, post},
};
use futures::{Stream, StreamExt, stream};
use serde_json::{Value, json};

use super::{
    Service,
    engine::{Event, Events, Generation},
    error::ApiError,
    request::{ChatRequest, Common, CompletionRequest},
    response::{Form, Header, Usage},
};
use crate::generate::FinishReason;

/// All routes over one service.
pub fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/v1/models", get(models))
        .route("/v1/completions", post(completions))
        .route("/v1/chat/completions", post(chat_completions))
        .with_state(service)
}

async fn health(State(service): State<Arc<Service>>) -> Json<Value> {
    Json(json!({"status": "ok", "model": service.model_id}))
}

async fn models(State(service): State<Arc<Service>>) -> Json<Value> {
    let model = json!({"id": service.model_id, "object": "model", "created": 0, "owned_by": "polity"});
    Json(json!({"object": "list", "data": [model]}))
}

async fn completions(
    State(service): State<Arc<Service>>,
    request: Result<Json<CompletionRequest>, JsonRejection>,
) -> Result<Response, ApiError> {
    let Json(request) = request?;
    let generation = request.generation(&service)?;
    respond(&service, Form::Completion, request.common(), generation).await
}

async fn chat_completions(
    State(service): State<Arc<Service>>,
    request: Result<Json<ChatRequest>, JsonRejection>,
) -> Result<Response, ApiError> {
    let Json(request) = request?;
    let generation = request.generation(&service)?;
    respond(&service, Form::Chat, request.common(), generation).await
}

async fn respond(
    service: &Service,
    form: Form,
    common: &Common,
    generation: Generation,
) -> Result<Response, ApiError> {
    let n_choices = generation.prompts.len() * generation.options.samples;
    let prompt_tokens = generation.prompts.iter().map(Vec::len).sum();
    let header = header(service, form);
    let mut events = service.engine.submit(generation)?;
    if !common.stream {
        return Ok(Json(collect(header, events, n_choices, prompt_tokens).await?).into_response());
    }
    // An error before the first token is an answer with a status of its own, not a broken stream.
    let first = events.recv().await.transpose()?;
    let all = stream::iter(first.map(Ok)).chain(stream::unfold(events, |mut events| async {
        events.recv().await.map(|event| (event.map_err(ApiError::from), events))
    }));
    let chunks = chunks(header, all, n_choices, prompt_tokens, common.include_usage());
    Ok(Sse::new(chunks).keep_alive(KeepAlive::default()).into_response())
}

fn header(service: &Service, form: Form) -> Header {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let prefix = match form {
        Form::Completion => "cmpl",
        Form::Chat => "chatcmpl",
    };
    let created = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let id = format!("{prefix}-{created:x}-{:x}", COUNTER.fetch_add(1, Ordering::Relaxed));
    Header { form, id, created, model: service.model_id.clone() }
}

async fn collect(
    header: Header,
    mut events: Events,
    n_choices: usize,
    prompt_tokens: usize,
) -> Result<super::response::Answer, ApiError> {
    let mut texts = vec![String::new(); n_choices];
    let mut reasons = vec![FinishReason::Cancelled; n_choices];
    let mut usage = Usage { prompt_tokens, ..Usage::default() };
    while let Some(event) = events.recv().await {
        match event? {
            Event::Text { choice, text } => texts[choice].push_str(&text),
            Event::Finished { choice, reason, n_tokens } => {
                reasons[choice] = reason;
                usage.completion_tokens += n_tokens;
            }
        }
    }
    usage.total_tokens = usage.prompt_tokens + usage.completion_tokens;
    let choices = texts.into_iter().zip(reasons).enumerate();
    Ok(header.answer(choices.map(|(i, (text, reason))| header.choice(i, text, reason)).collect(), usage))
}

/// The events of a request as server-sent events, ending with `[DONE]`.
fn chunks(
    header: Header,
    events: impl Stream<Item = Result<Event, ApiError>>,
    n_choices: usize,
    prompt_tokens: usize,
    include_usage: bool,
) -> impl Stream<Item = Result<SseEvent, Infallible>> {
    let n_openings = if header.form == Form::Chat { n_choices } else { 0 };
    let openings: Vec<_> = (0..n_openings).map(|choice| data(&header.opening(choice))).collect();
    let mut completion_tokens = 0;
    let (closing_header, tokens) = (header.clone(), Arc::new(AtomicU64::new(0)));
    let counted = Arc::clone(&tokens);
    let body = events.map(move |event| match event {
        Ok(Event::Text { choice, text }) => data(&header.more(choice, text)),
        Ok(Event::Finished { choice, reason, n_tokens }) => {
            completion_tokens += n_tokens as u64;
            counted.store(completion_tokens, Ordering::Relaxed);
            data(&header.ending(choice, reason))
        }
        Err(error) => data(&error.body()),
    });
    let closing = stream::once(async move {
        let completion_tokens = tokens.load(Ordering::Relaxed) as usize;
        let total_tokens = prompt_tokens + completion_tokens;
        let usage = closing_header.usage(Usage { prompt_tokens, completion_tokens, total_tokens });
        let usage = include_usage.then(|| data(&usage));
        stream::iter(usage.into_iter().chain([SseEvent::default().data("[DONE]")]))
    });
    stream::iter(openings).chain(body).chain(closing.flatten()).map(Ok)
}

fn data(value: &impl serde::Serialize) -> SseEvent {
    SseEvent::default().json_data(value).expect("answers are plain data")
}
