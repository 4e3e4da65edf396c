//! Errors as people and programs read them: RFC 9457 `application/problem+json`.
use axum::{
    extract::rejection::{BytesRejection, JsonRejection, PathRejection, QueryRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

/// What went wrong and how to put it right.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Stable name of the kind of problem, `urn:polity:problem:<name>`
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status in words
    pub title: String,
    /// The HTTP status
    pub status: u16,
    /// What to do about it
    pub detail: String,
    #[serde(skip)]
    retry_after_s: Option<u64>,
}

/// The errors of one endpoint: a status and a stable name per variant. The text is the `detail`.
pub trait RouteError: std::error::Error {
    /// Status and name of the problem.
    fn kind(&self) -> (StatusCode, &'static str);
}

impl Problem {
    /// A problem called `name`.
    pub fn new(status: StatusCode, name: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:polity:problem:{name}"),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            retry_after_s: None,
        }
    }

    /// Something is not there.
    pub fn not_found(what: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", format!("There is no {what}."))
    }

    /// The caller must wait so many seconds.
    pub fn too_many(retry_after_s: u64) -> Self {
        let detail = format!("Too many requests; try again in {retry_after_s} s.");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", detail).retry_after(retry_after_s)
    }

    /// The same, with the time after which asking again makes sense.
    pub fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after_s: Some(seconds), ..self }
    }

    /// Our fault. The cause goes to the log, not to the caller.
    pub fn internal(cause: impl std::error::Error) -> Self {
        let causes: Vec<String> =
            std::iter::successors(cause.source(), |e| e.source()).map(ToString::to_string).collect();
        tracing::error!(error = %cause, error.causes = ?causes, "request failed");
        let detail = "The server failed; nothing was changed. The operator finds the cause in the log.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }
}

impl<E: RouteError> From<E> for Problem {
    fn from(error: E) -> Self {
        let (status, name) = error.kind();
        Self::new(status, name, error.to_string())
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        Self::internal(error)
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        Self::new(rejection.status(), "invalid-body", rejection.body_text())
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self::new(rejection.status(), "invalid-path", rejection.body_text())
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(rejection.status(), "invalid-query", rejection.body_text())
    }
}

impl From<BytesRejection> for Problem {
    fn from(rejection: BytesRejection) -> Self {
        Self::new(rejection.status(), "invalid-body", rejection.body_text())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(&self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::PAYLOAD_TOO_LARGE {
            // The rest of the body is not read, so the connection ends here. A client that is not told
            // would send its next request on it and lose it (RFC 9112 §9.6).
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}
