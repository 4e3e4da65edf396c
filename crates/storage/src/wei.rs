//! Amounts and other whole numbers up to 256 bits as Postgres `numeric`, without a detour through text.
use alloy_primitives::U256;
use sqlx::{
    Decode, Encode, Postgres, Row, Type,
    encode::IsNull,
    error::BoxDynError,
    postgres::{PgArgumentBuffer, PgHasArrayType, PgRow, PgTypeInfo, PgValueRef},
    types::BigDecimal,
};

/// A `numeric` of whole numbers from 0 to 2^256 - 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wei(pub U256);

impl Wei {
    /// Read a `numeric` column.
    pub fn get(row: &PgRow, column: &str) -> Result<U256, sqlx::Error> {
        Ok(row.try_get::<Self, _>(column)?.0)
    }
}

impl Type<Postgres> for Wei {
    fn type_info() -> PgTypeInfo {
        <BigDecimal as Type<Postgres>>::type_info()
    }
}

impl PgHasArrayType for Wei {
    fn array_type_info() -> PgTypeInfo {
        <BigDecimal as PgHasArrayType>::array_type_info()
    }
}

impl Encode<'_, Postgres> for Wei {
    /// Postgres's own form: number of digits, weight of the first, sign, scale, and digits to the base 10,000.
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let base = U256::from(10_000);
        // 20 digits to the base 10,000 hold 78 decimal ones.
        let (mut digits, mut first, mut rest) = ([0_u16; 20], 20, self.0);
        while !rest.is_zero() {
            let (quotient, digit) = rest.div_rem(base);
            first -= 1;
            (digits[first], rest) = (digit.to(), quotient);
        }
        let n_digits = u16::try_from(20 - first)?;
        for half in [n_digits, n_digits.saturating_sub(1), 0, 0].iter().chain(&digits[first..]) {
            buffer.extend(half.to_be_bytes());
        }
        Ok(IsNull::No)
    }
}

impl Decode<'_, Postgres> for Wei {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        let number = <BigDecimal as Decode<Postgres>>::decode(value)?;
        if !number.is_integer() {
            return Err(format!("{number} is no whole number").into());
        }
        let (digits, _) = number.with_scale(0).into_bigint_and_exponent();
        Ok(Self(U256::from_str_radix(&digits.to_string(), 10)?))
    }
}
