//! Request bodies field by field, so that an error names the field.

use std::{fmt::Display, ops::RangeInclusive, time::Duration};

use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::ApiError;

/// Time for a body to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// The fields of a JSON object. A null field counts as absent.
#[derive(Debug, Default)]
pub struct Fields(Map<String, Value>);

impl Fields {
    /// # Errors
    /// [`ApiError::TooLarge`], [`ApiError::Slow`], or [`ApiError::Json`] when the body is no JSON object.
    pub async fn read(request: Request<Body>, limit: usize) -> Result<Self, ApiError> {
        let bytes = tokio::time::timeout(PATIENCE, to_bytes(request.into_body(), limit));
        let bytes = bytes.await.map_err(|_| ApiError::Slow)?.map_err(|_| ApiError::TooLarge { limit })?;
        let fields: Map<String, Value> =
            serde_json::from_slice(&bytes).map_err(|error| ApiError::Json(error.to_string()))?;
        Ok(Self(fields))
    }

    pub fn raw(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| !value.is_null())
    }

    /// # Errors
    /// [`ApiError::Invalid`] when the field has another type.
    pub fn take<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<Option<T>, ApiError> {
        let invalid = |error| ApiError::invalid(name, format!("{name}: {error}"));
        self.raw(name).map(|value| serde_json::from_value(value).map_err(invalid)).transpose()
    }

    /// # Errors
    /// [`ApiError::Invalid`] when the field has another type or is outside of `range`.
    pub fn within<T>(&mut self, name: &'static str, range: RangeInclusive<T>) -> Result<Option<T>, ApiError>
    where
        T: DeserializeOwned + PartialOrd + Display,
    {
        let value = self.take::<T>(name)?;
        match &value {
            Some(value) if !range.contains(value) => Err(ApiError::invalid(
                name,
                format!("{name} must be between {} and {}, not {value}", range.start(), range.end()),
            )),
            _ => Ok(value),
        }
    }

    /// Refuses parameters that would change the answer and are not computed; their neutral values are fine.
    ///
    /// # Errors
    /// [`ApiError::Invalid`] for the first of `names` that asks for something.
    pub fn refuse(&mut self, names: &[&'static str]) -> Result<(), ApiError> {
        let asked = names.iter().find(|name| self.raw(name).is_some_and(|value| !is_neutral(&value)));
        asked.map_or(Ok(()), |name| Err(ApiError::invalid(*name, format!("{name} is not supported"))))
    }
}

/// Whether a parameter with this value asks for nothing.
fn is_neutral(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty() || fields.get("type").is_some_and(|kind| kind == "text"),
    }
}
