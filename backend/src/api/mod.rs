//! The HTTP server: one folder per noun, one file per endpoint with its errors, request, response, handler and doc.
//!
//! To add an endpoint: a file `<noun>/<verb>.rs`, one line in [`routes`], then `polity openapi > backend/openapi.json`.
mod accounts;
mod assets;
mod auth;
mod base_models;
mod blobs;
mod campaigns;
mod checkpoints;
mod claims;
mod completions;
mod datasets;
mod delegates;
mod epochs;
mod events;
mod extract;
mod health;
mod jobs;
mod limit;
mod me;
mod models;
mod payouts;
mod preferences;
pub mod problem;
mod proposals;
mod public_config;
mod rpc;
mod runs;
mod session_keys;
mod snapshot;
mod status;
mod treasury;
pub mod types;

pub use events::Live;
pub use proposals::Governor;

use crate::{app::AppState, metrics};
use axum::{
    Extension, Json, Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    middleware,
    routing::{any, get, post},
    serve::ListenerExt,
};
use problem::Problem;
use socket2::SockRef;
use std::{net::SocketAddr, time::Duration};
use tokio::{net::TcpListener, sync::watch};
use tower_http::{compression::CompressionLayer, set_header::SetResponseHeaderLayer, trace::TraceLayer};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(OpenApi)]
#[openapi(
    info(title = "Polity", description = "People label, a vote pays them and decides which model is served."),
    components(schemas(events::stream::Change, events::stream::Position)),
    modifiers(&AccessToken)
)]
struct Document;

struct AccessToken;

impl Modify for AccessToken {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = Http::builder().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let components = openapi.components.get_or_insert_default();
        components.security_schemes.insert("accessToken".into(), SecurityScheme::Http(scheme).into());
    }
}

/// Everything below `/api/v1`.
fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(auth::create_nonce::create_nonce))
        .routes(routes!(auth::create_session::create_session, auth::delete_session::delete_session))
        .routes(routes!(auth::refresh_session::refresh_session))
        .routes(routes!(me::get::get_me))
        .routes(routes!(status::get::get_status))
        .routes(routes!(session_keys::create::create_session_key, session_keys::list::list_session_keys))
        .routes(routes!(session_keys::revoke::revoke_session_key))
        .routes(routes!(campaigns::list::list_campaigns, campaigns::create::create_campaign))
        .routes(routes!(campaigns::get::get_campaign))
        .routes(routes!(campaigns::sample::sample_completions))
        .routes(routes!(campaigns::list_tasks::list_tasks))
        .routes(routes!(campaigns::agreement::get_agreement))
        .routes(routes!(campaigns::set_gold::set_gold))
        .routes(routes!(campaigns::open_epoch::open_epoch))
        .routes(routes!(epochs::list::list_epochs))
        .routes(routes!(epochs::get::get_epoch))
        .routes(routes!(epochs::create_leases::create_leases))
        .routes(routes!(epochs::close::close_epoch))
        .routes(routes!(epochs::list_statements::list_statements))
        .routes(routes!(epochs::get_statement::get_statement))
        .routes(routes!(epochs::list_payouts::list_payouts))
        .routes(routes!(preferences::create::create_preference))
        .routes(routes!(payouts::get::get_payout))
        .routes(routes!(accounts::get::get_account))
        .routes(routes!(accounts::list_disputes::list_disputes))
        .routes(routes!(claims::list::list_claims))
        .routes(routes!(proposals::list::list_proposals))
        .routes(routes!(proposals::get::get_proposal))
        .routes(routes!(proposals::list_routine::list_routine))
        .routes(routes!(delegates::list::list_delegates))
        .routes(routes!(treasury::get::get_treasury))
        .routes(routes!(models::list::list_models))
        .routes(routes!(models::get::get_model))
        .routes(routes!(base_models::create::create_base_model))
        .routes(routes!(datasets::list::list_datasets))
        .routes(routes!(datasets::get::get_dataset))
        .routes(routes!(blobs::get::get_blob))
        .routes(routes!(checkpoints::get_file::get_checkpoint_file))
        .routes(routes!(runs::list::list_runs, runs::create::create_run))
        .routes(routes!(runs::get::get_run))
        .routes(routes!(jobs::list::list_jobs))
        .routes(routes!(events::stream::stream_events))
}

fn documented() -> (Router<AppState>, utoipa::openapi::OpenApi) {
    let (router, mut document) = OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(public_config::get_config))
        .routes(routes!(health::get_health))
        .routes(routes!(health::get_ready))
        .nest("/api/v1", routes())
        .split_for_parts();
    snapshot::document(&mut document);
    (router, document)
}

/// The OpenAPI document of all endpoints, as it is checked in.
///
/// # Panics
/// Never: the document is plain data.
pub fn openapi_json() -> String {
    let (_, document) = documented();
    document.to_pretty_json().expect("a document of strings, lists and maps is JSON") + "\n"
}

/// The whole server but for what [`serve`] adds.
fn router(state: AppState) -> Router {
    let (documented, document) = documented();
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let documented = match state.config.server.metrics_listen.as_str() {
        "" => documented.route("/metrics", get(metrics::get_metrics)),
        _ => documented,
    };
    documented
        .route("/api/v1/openapi.json", get(|| async { Json(document) }))
        .route("/rpc", post(rpc::proxy_rpc))
        .route("/v1/{*path}", any(completions::proxy_completions))
        .fallback(assets::serve_asset)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(state.config.server.max_body_bytes))
        .layer(middleware::from_fn_with_state(state.clone(), snapshot::blocks))
        .layer(middleware::from_fn_with_state(state.clone(), limit::limit))
        .layer(CompressionLayer::new())
        .layer(header(
            header::CONTENT_SECURITY_POLICY,
            // wasm-unsafe-eval compiles WebAssembly modules, not scripts.
            "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:; frame-ancestors 'none'; \
             object-src 'none'; base-uri 'none'; form-action 'self'",
        ))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
        .layer(header(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
        .layer(header(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"))
        .layer(middleware::from_fn(metrics::time_requests))
        .layer(TraceLayer::new_for_http())
        .with_state(state)
}

async fn method_not_allowed(method: Method, uri: Uri) -> Problem {
    let detail = format!("{} does not answer {method}; see /api/v1/openapi.json.", uri.path());
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", detail)
}

/// Tells open streams that the server stops.
#[derive(Clone)]
struct Closing(watch::Receiver<bool>);

impl Closing {
    async fn wait(mut self) {
        // An error means that the server is gone.
        self.0.wait_for(|closing| *closing).await.ok();
    }
}

/// Serve until `shutdown` resolves; open answers are finished, open streams ended.
///
/// # Errors
/// The listener failed.
pub async fn serve(
    state: AppState,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let patience = Duration::from_secs(state.config.server.stalled_reader_s);
    let listener = listener.tap_io(move |connection| {
        // Words of an answer and events go out as they come, not when the one before is acknowledged.
        let limited = connection.set_nodelay(true);
        let limited = limited.and_then(|()| SockRef::from(&*connection).set_tcp_user_timeout(Some(patience)));
        if let Err(error) = limited {
            tracing::warn!(%error, "a connection keeps the system's settings");
        }
    });
    let close = watch::Sender::new(false);
    let closing = close.subscribe();
    let router = router(state).layer(Extension(Closing(closing)));
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let shutdown = async move {
        shutdown.await;
        close.send_replace(true);
    };
    axum::serve(listener, service).with_graceful_shutdown(shutdown).await
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_checked_in_openapi_document_is_fresh() {
        let checked_in = include_str!("../../openapi.json");
        assert_eq!(super::openapi_json(), checked_in, "run `polity openapi > backend/openapi.json`");
    }
}
