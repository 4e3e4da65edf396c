//! The HTTP server.
use crate::app::AppState;
use tokio::net::TcpListener;

/// The OpenAPI document of all endpoints, as it is checked in.
pub fn openapi_json() -> String {
    String::from("{}\n")
}

/// Serve until `shutdown` resolves.
///
/// # Errors
/// The listener failed.
pub async fn serve(
    _state: AppState,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, axum::Router::new()).with_graceful_shutdown(shutdown).await
}
