//! Middleware: how often a caller may change something, sign in or ask the model.
use super::{extract::bearer, problem::Problem};
use crate::{
    app::AppState,
    limits::{Caller, Class},
};
use axum::{
    extract::{ConnectInfo, Request, State},
    http::Method,
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Instant,
};

/// Answer 429 to a caller whose bucket is empty. Reading is not limited.
pub async fn limit(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let Some(class) = class(request.method(), request.uri().path()) else {
        return next.run(request).await;
    };
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = Caller::Peer(peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip()));
    let caller = match class {
        // Whoever signs in is nobody yet.
        Class::SignIn => peer,
        _ => bearer(&state, request.headers()).map_or(peer, Caller::Account),
    };
    match state.limits.take(class, caller, Instant::now()) {
        Ok(()) => next.run(request).await,
        Err(wait) => Problem::too_many(wait.as_secs() + 1).into_response(),
    }
}

fn class(method: &Method, path: &str) -> Option<Class> {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) || path == "/rpc" {
        None
    } else if path.starts_with("/api/v1/auth/") {
        Some(Class::SignIn)
    } else if path.starts_with("/v1/") {
        Some(Class::Completion)
    } else {
        Some(Class::Write)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_is_free_and_the_rest_has_its_class() {
        assert_eq!(class(&Method::GET, "/api/v1/status"), None);
        assert_eq!(class(&Method::POST, "/rpc"), None);
        assert_eq!(class(&Method::POST, "/api/v1/auth/nonces"), Some(Class::SignIn));
        assert_eq!(class(&Method::POST, "/v1/chat/completions"), Some(Class::Completion));
        assert_eq!(class(&Method::PUT, "/api/v1/campaigns/1/gold"), Some(Class::Write));
    }
}
