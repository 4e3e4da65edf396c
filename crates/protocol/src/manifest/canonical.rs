//! One byte sequence per JSON value, so that a hash names a meaning and not a formatting.

use alloy_primitives::{B256, keccak256};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Why canonical bytes could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// The value has no JSON form (a number that is not finite, a map with keys that are not text).
    #[error("the value cannot be written as JSON")]
    Write(#[source] serde_json::Error),
    /// The bytes are not JSON of the expected type.
    #[error("the bytes are not JSON of the expected type")]
    Read(#[source] serde_json::Error),
    /// The bytes are valid JSON in another spelling than the canonical one.
    #[error("the bytes are not in canonical form: sorted keys, no white space, one spelling per number")]
    NotCanonical,
}

/// UTF-8 JSON with object keys sorted by their bytes, no white space, numbers as serde_json prints them.
///
/// Keys are sorted here and not left to serde_json, whose maps keep insertion order when any crate of the build enables
/// its `preserve_order` feature.
///
/// # Errors
/// [`CanonicalError::Write`] when the value has no JSON form.
pub fn canonical_json<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    let value = serde_json::to_value(value).map_err(CanonicalError::Write)?;
    let mut out = Vec::new();
    write(&value, &mut out).map_err(CanonicalError::Write)?;
    Ok(out)
}

/// keccak256 of [`canonical_json`].
///
/// # Errors
/// As [`canonical_json`].
pub fn canonical_hash<T: Serialize + ?Sized>(value: &T) -> Result<B256, CanonicalError> {
    canonical_json(value).map(keccak256)
}

/// Read a value from bytes that must be its canonical form.
///
/// # Errors
/// [`CanonicalError::Read`] for other JSON than `T`, [`CanonicalError::NotCanonical`] for another spelling of it.
pub fn parse_canonical<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Result<T, CanonicalError> {
    let value = serde_json::from_slice(bytes).map_err(CanonicalError::Read)?;
    if canonical_json(&value)? == bytes { Ok(value) } else { Err(CanonicalError::NotCanonical) }
}

fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| key.as_bytes());
            out.push(b'{');
            for (i, (key, value)) in entries.into_iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                serde_json::to_writer(&mut *out, key)?;
                out.push(b':');
                write(value, out)?;
            }
            out.push(b'}');
        }
        Value::Array(values) => {
            out.push(b'[');
            for (i, value) in values.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write(value, out)?;
            }
            out.push(b']');
        }
        leaf => serde_json::to_writer(&mut *out, leaf)?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn sorts_keys_at_every_depth_and_drops_white_space() {
        let value = json!({"b": [{"z": 1, "a": 2.5}], "a": "ü\n\"", "B": null, "é": 0.5});
        let bytes = canonical_json(&value).unwrap();
        assert_eq!(
            String::from_utf8(bytes).unwrap(),
            r#"{"B":null,"a":"ü\n\"","b":[{"a":2.5,"z":1}],"é":0.5}"#
        );
    }

    #[test]
    fn the_same_value_in_another_spelling_is_refused() {
        assert_eq!(parse_canonical::<Value>(br#"{"a":1,"b":2}"#).unwrap(), json!({"a": 1, "b": 2}));
        for text in [r#"{"b":2,"a":1}"#, r#"{"a": 1}"#, r#"{"a":1.50}"#, r#"{"a":1,"a":1}"#] {
            assert!(
                matches!(parse_canonical::<Value>(text.as_bytes()), Err(CanonicalError::NotCanonical)),
                "{text}"
            );
        }
    }
}
