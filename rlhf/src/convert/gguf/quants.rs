//! Block formats of tensor data, little-endian (ggml's `ggml-common.h`).

use super::super::ConvertError;

/// How the values of a tensor are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuantKind {
    F32,
    F16,
    /// 32 values: scale and minimum as f16, then 16 bytes of nibbles; `value = scale * nibble + minimum`. Low nibbles are
    /// the first half of the block.
    Q4_1,
    /// 32 values: scale as f16, then 32 signed bytes; `value = scale * byte`.
    Q8_0,
}

/// Values in a block of the quantised formats.
const BLOCK: usize = 32;

impl QuantKind {
    /// # Errors
    /// [`ConvertError::Unsupported`] for the other ggml types.
    pub fn from_id(id: u32) -> Result<Self, ConvertError> {
        match id {
            0 => Ok(Self::F32),
            1 => Ok(Self::F16),
            3 => Ok(Self::Q4_1),
            8 => Ok(Self::Q8_0),
            other => Err(ConvertError::Unsupported(format!("ggml tensor type {other}"))),
        }
    }

    /// Bytes of `n` values.
    ///
    /// # Errors
    /// [`ConvertError::Malformed`] when `n` does not fill whole blocks.
    pub fn size_bytes(self, n: usize) -> Result<usize, ConvertError> {
        let (block, bytes) = match self {
            Self::F32 => (1, 4),
            Self::F16 => (1, 2),
            Self::Q4_1 => (BLOCK, 20),
            Self::Q8_0 => (BLOCK, 34),
        };
        if !n.is_multiple_of(block) {
            return Err(ConvertError::Malformed(format!("{n} values do not fill blocks of {block}")));
        }
        (n / block)
            .checked_mul(bytes)
            .ok_or_else(|| ConvertError::Malformed(format!("{n} values are too many")))
    }
}

/// The `n` values stored in `bytes`.
///
/// # Errors
/// [`ConvertError::Truncated`] when `bytes` is not exactly as long as `n` values are.
pub fn dequantise(kind: QuantKind, bytes: &[u8], n: usize) -> Result<Vec<f32>, ConvertError> {
    if bytes.len() != kind.size_bytes(n)? {
        return Err(ConvertError::Truncated("a tensor"));
    }
    let mut values = Vec::with_capacity(n);
    match kind {
        QuantKind::F32 => {
            values.extend(bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])));
        }
        QuantKind::F16 => values.extend(bytes.chunks_exact(2).map(f16_to_f32)),
        QuantKind::Q4_1 => {
            for block in bytes.chunks_exact(20) {
                let (scale, minimum) = (f16_to_f32(&block[0..2]), f16_to_f32(&block[2..4]));
                let value = |nibble: u8| f32::from(nibble) * scale + minimum;
                values.extend(block[4..].iter().map(|byte| value(byte & 0x0f)));
                values.extend(block[4..].iter().map(|byte| value(byte >> 4)));
            }
        }
        QuantKind::Q8_0 => {
            for block in bytes.chunks_exact(34) {
                let scale = f16_to_f32(&block[0..2]);
                values.extend(block[2..].iter().map(|&byte| f32::from(byte as i8) * scale));
            }
        }
    }
    Ok(values)
}

/// IEEE 754 half precision, exactly.
fn f16_to_f32(bytes: &[u8]) -> f32 {
    let bits = u16::from_le_bytes([bytes[0], bytes[1]]);
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f32::from(bits & 0x3ff));
    let magnitude = match exponent {
        0 => fraction * 2f32.powi(-24),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        _ => (1.0 + fraction / 1024.0) * 2f32.powi(exponent - 15),
    };
    if bits >> 15 == 1 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// f16 bits of a value that f16 can hold exactly.
    fn half(value: f32) -> [u8; 2] {
        let bits = (0..=u16::MAX).find(|bits| f16_to_f32(&bits.to_le_bytes()) == value);
        bits.expect("the value is exact in f16").to_le_bytes()
    }

    #[test]
    fn halves_convert_exactly() {
        for (bits, value) in [
            (0x3c00u16, 1.0f32),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0001, 2f32.powi(-24)),
            (0x0400, 2f32.powi(-14)),
        ] {
            assert_eq!(f16_to_f32(&bits.to_le_bytes()), value);
        }
        assert!(f16_to_f32(&0x7e00u16.to_le_bytes()).is_nan());
        assert_eq!(f16_to_f32(&0xfc00u16.to_le_bytes()), f32::NEG_INFINITY);
    }

    #[test]
    fn q8_0_returns_what_was_quantised() {
        let values: Vec<f32> = (0..64).map(|i| (i as f32 - 31.0) * 0.25).collect();
        let mut bytes = Vec::new();
        for block in values.chunks(32) {
            bytes.extend(half(0.25));
            bytes.extend(block.iter().map(|value| (value / 0.25) as i8 as u8));
        }
        assert_eq!(dequantise(QuantKind::Q8_0, &bytes, 64).unwrap(), values);
    }

    #[test]
    fn q4_1_returns_what_was_quantised_low_nibbles_first() {
        let values: Vec<f32> = (0..32).map(|i| -1.5 + 0.5 * (i % 16) as f32).collect();
        let nibble = |value: f32| ((value + 1.5) / 0.5) as u8;
        let mut bytes = [half(0.5), half(-1.5)].concat();
        bytes.extend((0..16).map(|i| nibble(values[i]) | nibble(values[i + 16]) << 4));
        assert_eq!(dequantise(QuantKind::Q4_1, &bytes, 32).unwrap(), values);
    }

    #[test]
    fn plain_floats_pass_through() {
        let bytes: Vec<u8> = [1.5f32, -0.125].iter().flat_map(|value| value.to_le_bytes()).collect();
        assert_eq!(dequantise(QuantKind::F32, &bytes, 2).unwrap(), [1.5, -0.125]);
        assert_eq!(
            dequantise(QuantKind::F16, &[half(1.5), half(-0.125)].concat(), 2).unwrap(),
            [1.5, -0.125]
        );
    }

    #[test]
    fn wrong_sizes_and_other_formats_are_errors() {
        assert!(matches!(dequantise(QuantKind::Q8_0, &[0; 33], 32), Err(ConvertError::Truncated(_))));
        assert!(matches!(QuantKind::Q4_1.size_bytes(31), Err(ConvertError::Malformed(_))));
        assert!(matches!(QuantKind::from_id(12), Err(ConvertError::Unsupported(_))));
    }
}
