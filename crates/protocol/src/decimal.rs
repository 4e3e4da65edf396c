//! Whole numbers as decimal strings in JSON, because JavaScript numbers are exact only up to 2^53.
//!
//! Use with `#[serde(with = "protocol::decimal")]`. Accepts digits only (and a leading `-` for signed types), so one
//! number has one spelling and hashes of files stay unique.

use alloy_primitives::{I256, U256};
use serde::{Deserialize, Deserializer, Serializer, de::Error};
use std::borrow::Cow;

/// A whole number with one decimal spelling.
pub trait Decimal: Sized {
    /// Canonical decimal digits.
    fn to_decimal(&self) -> String;
    /// Parse digits; `None` when the number does not fit the type.
    fn from_decimal(text: &str) -> Option<Self>;
}

impl Decimal for u64 {
    fn to_decimal(&self) -> String {
        self.to_string()
    }
    fn from_decimal(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Decimal for u128 {
    fn to_decimal(&self) -> String {
        self.to_string()
    }
    fn from_decimal(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Decimal for U256 {
    fn to_decimal(&self) -> String {
        self.to_string()
    }
    fn from_decimal(text: &str) -> Option<Self> {
        U256::from_str_radix(text, 10).ok()
    }
}

impl Decimal for I256 {
    fn to_decimal(&self) -> String {
        self.to_string()
    }
    fn from_decimal(text: &str) -> Option<Self> {
        I256::from_dec_str(text).ok()
    }
}

/// Parse a canonical decimal: what [`Decimal::to_decimal`] prints and nothing else (no `+`, no leading zeros, no `_`).
pub fn parse<T: Decimal>(text: &str) -> Option<T> {
    T::from_decimal(text).filter(|value| value.to_decimal() == text)
}

/// Serde serializer half.
pub fn serialize<T: Decimal, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&value.to_decimal())
}

/// Serde deserializer half.
pub fn deserialize<'de, T: Decimal, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let text = Cow::<'de, str>::deserialize(deserializer)?;
    parse(&text).ok_or_else(|| D::Error::custom(format!("`{text}` is not a whole decimal number in range")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_one_spelling_only() {
        assert_eq!(parse::<U256>("0"), Some(U256::ZERO));
        assert_eq!(parse::<U256>(&U256::MAX.to_string()), Some(U256::MAX));
        assert_eq!(parse::<I256>("-16"), I256::from_dec_str("-16").ok());
        for wrong in ["", "+1", "01", "1.0", "0x1", "1e3", " 1", "1_0"] {
            assert_eq!(parse::<U256>(wrong), None, "{wrong}");
        }
        assert_eq!(parse::<I256>("-0"), None);
        assert_eq!(parse::<u128>("-1"), None);
    }
}
