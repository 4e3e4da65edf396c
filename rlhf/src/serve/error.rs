//! Errors as OpenAI's clients expect them: `{"error": {message, type, param, code}}`.

use std::borrow::Cow;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::engine::EngineError;
use crate::tokenizer::TokenizerError;

/// Why a request gets no completion.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    #[error("{message}")]
    Invalid { param: Cow<'static, str>, message: String },
    #[error("the body is not a JSON object that can be read: {0}")]
    Json(String),
    #[error("the body has more than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("the body did not arrive in time")]
    Slow,
    #[error("{field}: {what} do not leave room for a token in the model's context of {limit} tokens")]
    TooLong { field: &'static str, what: String, limit: usize },
    #[error("the model {0:?} is not served here")]
    UnknownModel(String),
    #[error("there is no route {0}")]
    NoRoute(String),
    #[error("too many answers are being written")]
    Crowded,
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
}

impl ApiError {
    pub fn invalid(param: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::Invalid { param: param.into(), message: message.into() }
    }

    pub fn status(&self) -> StatusCode {
        match self {
            Self::Invalid { .. } | Self::Json(_) | Self::TooLong { .. } => StatusCode::BAD_REQUEST,
            Self::Tokenizer(TokenizerError::NoTemplate | TokenizerError::Template(_)) => {
                StatusCode::BAD_REQUEST
            }
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::UnknownModel(_) | Self::NoRoute(_) => StatusCode::NOT_FOUND,
            Self::Engine(EngineError::Busy { .. }) => StatusCode::TOO_MANY_REQUESTS,
            Self::Crowded | Self::Engine(EngineError::Stopped) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Engine(EngineError::Interrupted) | Self::Tokenizer(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn code(&self) -> Option<&'static str> {
        match self {
            Self::UnknownModel(_) => Some("model_not_found"),
            Self::Engine(EngineError::Busy { .. }) => Some("engine_busy"),
            Self::TooLong { .. } => Some("context_length_exceeded"),
            Self::TooLarge { .. } => Some("body_too_large"),
            _ => None,
        }
    }

    fn param(&self) -> Option<&str> {
        match self {
            Self::Invalid { param, .. } => Some(param),
            Self::TooLong { field, .. } => Some(field),
            Self::UnknownModel(_) => Some("model"),
            Self::Tokenizer(_) => Some("messages"),
            _ => None,
        }
    }

    /// The JSON body; also sent as the last event of a stream that fails.
    pub fn body(&self) -> serde_json::Value {
        let kind = match self.status() {
            StatusCode::TOO_MANY_REQUESTS => "rate_limit_error",
            status if status.is_client_error() => "invalid_request_error",
            _ => "server_error",
        };
        let message = match self {
            // What was wrong with the messages is said by the template, in the cause.
            Self::Tokenizer(TokenizerError::Template(cause)) => format!("{self}: {cause}"),
            _ => self.to_string(),
        };
        json!({"error": {"message": message, "type": kind, "param": self.param(), "code": self.code()}})
    }

    /// Seconds after which another attempt may succeed: one for every eight prompts that wait.
    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Engine(EngineError::Busy { waiting }) => Some((*waiting as u64).div_ceil(8).clamp(1, 60)),
            Self::Crowded | Self::Engine(EngineError::Stopped) => Some(5),
            _ => None,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status();
        if status.is_server_error() {
            tracing::error!(error = %self, "a request failed");
        }
        let mut response = (status, Json(self.body())).into_response();
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if matches!(self, Self::TooLarge { .. } | Self::Slow) {
            // The rest of the body is not read, so the connection ends here. A client that is not told
            // would send its next request on it and lose it (RFC 9112 §9.6).
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}
