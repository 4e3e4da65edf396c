//! Values as they are written in JSON: addresses with EIP-55 capitals, hashes and bytes as 0x-hex, amounts of wei as
//! decimal strings (JavaScript numbers are exact only up to 2^53).
use alloy::primitives::{Address, B256, Bytes as RawBytes, U256};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::borrow::Cow;
use storage::chain::finality;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

/// An account or contract. Written with EIP-55 capitals, read in any capitals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account(pub Address);

/// 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hash(pub B256);

/// An amount of the token in wei, or another whole number that may be large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Wei(#[serde(with = "protocol::decimal")] pub U256);

/// What would have to happen for this to change back: a reorganisation of the last blocks (`head`), a failure of the
/// chain's validators (`safe`), or nothing any more (`finalized`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Finality {
    Head,
    Safe,
    Finalized,
}

impl From<finality::Finality> for Finality {
    fn from(finality: finality::Finality) -> Self {
        match finality {
            finality::Finality::Head => Self::Head,
            finality::Finality::Safe => Self::Safe,
            finality::Finality::Finalized => Self::Finalized,
        }
    }
}

/// Bytes of any length.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HexBytes(pub RawBytes);

impl std::fmt::Display for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.to_checksum(None))
    }
}

impl std::fmt::Display for Wei {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Account {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_checksum(None))
    }
}

impl<'de> Deserialize<'de> for Account {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map(Self).map_err(|_| D::Error::custom(format!("`{text}` is not an address")))
    }
}

/// A string schema with a pattern that says what is in the string.
macro_rules! string_schema {
    ($type:ty, $name:literal, $pattern:literal, $description:literal, $example:literal) => {
        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .pattern(Some($pattern))
                    .description(Some($description))
                    .examples([$example])
                    .into()
            }
        }
        impl ToSchema for $type {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($name)
            }
        }
    };
}

string_schema!(
    Account,
    "Account",
    "^0x[0-9a-fA-F]{40}$",
    "Address with EIP-55 capitals",
    "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
);
string_schema!(
    Hash,
    "Hash",
    "^0x[0-9a-f]{64}$",
    "32 bytes",
    "0x0101010101010101010101010101010101010101010101010101010101010101"
);
string_schema!(Wei, "Wei", "^(0|[1-9][0-9]*)$", "Wei (1e-18 POL) as a decimal string", "1000000000000000000");
string_schema!(HexBytes, "HexBytes", "^0x([0-9a-f]{2})*$", "Bytes", "0x00ff");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_with_eip55_capitals_and_read_in_any() {
        let text = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
        let account: Account = serde_json::from_str(&format!("\"{}\"", text.to_lowercase())).unwrap();
        assert_eq!(serde_json::to_string(&account).unwrap(), format!("\"{text}\""));
        assert!(serde_json::from_str::<Account>("\"0x12\"").is_err());
    }

    #[test]
    fn amounts_are_decimal_strings() {
        assert_eq!(serde_json::to_string(&Wei(U256::MAX)).unwrap(), format!("\"{}\"", U256::MAX));
        assert!(serde_json::from_str::<Wei>("\"0x1\"").is_err());
        assert!(serde_json::from_str::<Wei>("1").is_err());
    }
}
