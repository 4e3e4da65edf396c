//! Errors as OpenAI's clients expect them: `{"error": {message, type, param, code}}`.

use axum::{
    Json,
    extract::rejection::JsonRejection,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::engine::EngineError;
use crate::tokenizer::TokenizerError;

/// Why a request gets no completion.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    #[error("{message}")]
    Invalid { param: Option<&'static str>, message: String },
    #[error(transparent)]
    Body(#[from] JsonRejection),
    #[error("the model {0:?} is not served here")]
    UnknownModel(String),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
}

impl ApiError {
    pub fn invalid(param: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid { param: Some(param), message: message.into() }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Invalid { .. } | Self::Engine(EngineError::Generate(_)) => StatusCode::BAD_REQUEST,
            Self::Tokenizer(TokenizerError::NoTemplate | TokenizerError::Template(_)) => {
                StatusCode::BAD_REQUEST
            }
            Self::Body(rejection) => rejection.status(),
            Self::UnknownModel(_) => StatusCode::NOT_FOUND,
            Self::Engine(EngineError::Busy) => StatusCode::TOO_MANY_REQUESTS,
            Self::Engine(EngineError::Stopped) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Engine(EngineError::Tokenizer(_)) | Self::Tokenizer(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn code(&self) -> Option<&'static str> {
        match self {
            Self::UnknownModel(_) => Some("model_not_found"),
            Self::Engine(EngineError::Busy) => Some("engine_busy"),
            Self::Engine(EngineError::Generate(_)) => Some("context_length_exceeded"),
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
        let param = if let Self::Invalid { param, .. } = self { *param } else { None };
        json!({"error": {"message": self.to_string(), "type": kind, "param": param, "code": self.code()}})
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status();
        if status.is_server_error() {
            tracing::error!(error = %self, "a request failed");
        }
        let mut response = (status, Json(self.body())).into_response();
        if status == StatusCode::TOO_MANY_REQUESTS {
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
        }
        response
    }
}
