//! Reading of columns whose types Postgres does not have: addresses, hashes, wei, small unsigned numbers.
use alloy_primitives::{Address, B256, U256};
use sqlx::{Error, Row, postgres::PgRow};

fn wrong(column: &str, found: impl std::fmt::Display) -> Error {
    Error::ColumnDecode { index: column.to_owned(), source: format!("unexpected value {found}").into() }
}

/// A `bytea` of 20 bytes.
pub fn address(row: &PgRow, column: &str) -> Result<Address, Error> {
    let bytes: &[u8] = row.try_get(column)?;
    Address::try_from(bytes).map_err(|e| wrong(column, e))
}

/// A `bytea` of 32 bytes.
pub fn hash(row: &PgRow, column: &str) -> Result<B256, Error> {
    let bytes: &[u8] = row.try_get(column)?;
    B256::try_from(bytes).map_err(|e| wrong(column, e))
}

/// A `numeric` that the query casts to text.
pub fn wei(row: &PgRow, column: &str) -> Result<U256, Error> {
    let text: &str = row.try_get(column)?;
    text.parse().map_err(|_| wrong(column, text))
}

/// A column that never holds negative numbers, in the type the code uses.
pub fn unsigned<T: TryFrom<i64>>(row: &PgRow, column: &str) -> Result<T, Error> {
    let value: i64 = row.try_get(column)?;
    T::try_from(value).map_err(|_| wrong(column, value))
}

/// As [`unsigned`], for `integer` columns.
pub fn unsigned4<T: TryFrom<i32>>(row: &PgRow, column: &str) -> Result<T, Error> {
    let value: i32 = row.try_get(column)?;
    T::try_from(value).map_err(|_| wrong(column, value))
}

/// As [`unsigned`], for `smallint` columns.
pub fn unsigned2<T: TryFrom<i16>>(row: &PgRow, column: &str) -> Result<T, Error> {
    let value: i16 = row.try_get(column)?;
    T::try_from(value).map_err(|_| wrong(column, value))
}

/// A `jsonb` column as a type of its own.
pub fn json<T: serde::de::DeserializeOwned>(row: &PgRow, column: &str) -> Result<T, Error> {
    Ok(row.try_get::<sqlx::types::Json<T>, _>(column)?.0)
}

/// A `bytea[]` of hashes.
pub fn hashes(row: &PgRow, column: &str) -> Result<Vec<B256>, Error> {
    let list: Vec<Vec<u8>> = row.try_get(column)?;
    list.iter().map(|bytes| B256::try_from(bytes.as_slice()).map_err(|e| wrong(column, e))).collect()
}

/// As [`hash`], nullable.
pub fn opt_hash(row: &PgRow, column: &str) -> Result<Option<B256>, Error> {
    let bytes: Option<&[u8]> = row.try_get(column)?;
    bytes.map(|bytes| B256::try_from(bytes).map_err(|e| wrong(column, e))).transpose()
}

/// As [`address`], nullable.
pub fn opt_address(row: &PgRow, column: &str) -> Result<Option<Address>, Error> {
    let bytes: Option<&[u8]> = row.try_get(column)?;
    bytes.map(|bytes| Address::try_from(bytes).map_err(|e| wrong(column, e))).transpose()
}

/// As [`wei`], nullable.
pub fn opt_wei(row: &PgRow, column: &str) -> Result<Option<U256>, Error> {
    let text: Option<&str> = row.try_get(column)?;
    text.map(|text| text.parse().map_err(|_| wrong(column, text))).transpose()
}
