//! Results of pieces of work as bytes between the processes of a [group](super::process_group). Never stored.

use tch::{Kind, Tensor};

use super::TrainError;
use crate::algo::loss::PolicyLoss;
use crate::generate::{Completion, FinishReason};

/// Kinds of tensors that results hold, by their number.
const KINDS: [Kind; 5] = [Kind::Float, Kind::Double, Kind::BFloat16, Kind::Int64, Kind::Bool];

/// What can be sent. Reading gives what was written, bit for bit.
pub trait Exchange: Sized {
    /// Appends the bytes.
    fn write(&self, to: &mut Vec<u8>);
    /// Takes them off again; `None` when they are none.
    fn read(from: &mut Reader) -> Option<Self>;
}

/// The bytes that are left to read.
pub struct Reader<'a>(pub &'a [u8]);

impl Reader<'_> {
    fn take(&mut self, n: usize) -> Option<&[u8]> {
        let (taken, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(taken)
    }
}

/// Implements [`Exchange`] for a struct by its fields.
macro_rules! exchange {
    ($type:ty { $($field:ident),+ $(,)? }) => {
        impl $crate::run::exchange::Exchange for $type {
            fn write(&self, to: &mut Vec<u8>) {
                $($crate::run::exchange::Exchange::write(&self.$field, to);)+
            }
            fn read(from: &mut $crate::run::exchange::Reader) -> Option<Self> {
                Some(Self { $($field: $crate::run::exchange::Exchange::read(from)?),+ })
            }
        }
    };
}
pub(crate) use exchange;

impl Exchange for u64 {
    fn write(&self, to: &mut Vec<u8>) {
        to.extend(self.to_le_bytes());
    }
    fn read(from: &mut Reader) -> Option<Self> {
        Some(Self::from_le_bytes(from.take(8)?.try_into().ok()?))
    }
}

impl Exchange for f64 {
    fn write(&self, to: &mut Vec<u8>) {
        self.to_bits().write(to);
    }
    fn read(from: &mut Reader) -> Option<Self> {
        u64::read(from).map(Self::from_bits)
    }
}

impl Exchange for f32 {
    fn write(&self, to: &mut Vec<u8>) {
        to.extend(self.to_bits().to_le_bytes());
    }
    fn read(from: &mut Reader) -> Option<Self> {
        Some(Self::from_bits(u32::from_le_bytes(from.take(4)?.try_into().ok()?)))
    }
}

impl Exchange for i64 {
    fn write(&self, to: &mut Vec<u8>) {
        self.cast_unsigned().write(to);
    }
    fn read(from: &mut Reader) -> Option<Self> {
        u64::read(from).map(u64::cast_signed)
    }
}

impl Exchange for String {
    fn write(&self, to: &mut Vec<u8>) {
        (self.len() as u64).write(to);
        to.extend(self.as_bytes());
    }
    fn read(from: &mut Reader) -> Option<Self> {
        let length = u64::read(from)?;
        Self::from_utf8(from.take(usize::try_from(length).ok()?)?.to_vec()).ok()
    }
}

impl<A: Exchange, B: Exchange> Exchange for (A, B) {
    fn write(&self, to: &mut Vec<u8>) {
        self.0.write(to);
        self.1.write(to);
    }
    fn read(from: &mut Reader) -> Option<Self> {
        Some((A::read(from)?, B::read(from)?))
    }
}

impl<T: Exchange> Exchange for Vec<T> {
    fn write(&self, to: &mut Vec<u8>) {
        (self.len() as u64).write(to);
        self.iter().for_each(|item| item.write(to));
    }
    fn read(from: &mut Reader) -> Option<Self> {
        // Without reserving what the number promises: the bytes may not be there.
        (0..u64::read(from)?).map(|_| T::read(from)).collect()
    }
}

/// An error becomes its text, as it is one everywhere.
impl<T: Exchange> Exchange for Result<T, TrainError> {
    fn write(&self, to: &mut Vec<u8>) {
        match self {
            Ok(value) => {
                0u64.write(to);
                value.write(to);
            }
            Err(error) => {
                1u64.write(to);
                error.to_string().write(to);
            }
        }
    }
    fn read(from: &mut Reader) -> Option<Self> {
        match u64::read(from)? {
            0 => T::read(from).map(Ok),
            _ => String::read(from).map(|text| Err(TrainError::Unfit(text))),
        }
    }
}

impl Exchange for Tensor {
    fn write(&self, to: &mut Vec<u8>) {
        let kind = KINDS.iter().position(|kind| *kind == self.kind()).expect("results are numbers");
        (kind as u64).write(to);
        self.size().write(to);
        let (start, n) = (to.len(), self.numel());
        to.resize(start + n * self.kind().elt_size_in_bytes(), 0);
        self.detach().to_device(tch::Device::Cpu).contiguous().copy_data_u8(&mut to[start..], n);
    }
    fn read(from: &mut Reader) -> Option<Self> {
        let kind = *KINDS.get(usize::try_from(u64::read(from)?).ok()?)?;
        let size = Vec::<i64>::read(from)?;
        let bytes = size.iter().try_fold(kind.elt_size_in_bytes(), |bytes, &n| {
            usize::try_from(n).ok().and_then(|n| bytes.checked_mul(n))
        })?;
        Some(Self::from_data_size(from.take(bytes)?, &size, kind))
    }
}

impl Exchange for usize {
    fn write(&self, to: &mut Vec<u8>) {
        (*self as u64).write(to);
    }
    fn read(from: &mut Reader) -> Option<Self> {
        Self::try_from(u64::read(from)?).ok()
    }
}

impl Exchange for FinishReason {
    fn write(&self, to: &mut Vec<u8>) {
        u64::from(*self == Self::Stop).write(to);
    }
    fn read(from: &mut Reader) -> Option<Self> {
        // Nothing cancels a row of a run.
        Some(if u64::read(from)? == 1 { Self::Stop } else { Self::Length })
    }
}

exchange!(Completion { prompt, sample, token_ids, logprobs, finish_reason });
exchange!(PolicyLoss { loss, clipped, approx_kl, ratio });

#[cfg(test)]
mod tests {
    use tch::Device;

    use super::*;

    #[test]
    fn what_was_written_is_read_and_what_was_cut_is_nothing() {
        let tensor = Tensor::randn([2, 3], (Kind::BFloat16, Device::Cpu)).transpose(0, 1);
        let value = (vec![(0.1f64, tensor.shallow_clone())], (String::from("é"), vec![-3i64]));
        let mut bytes = Vec::new();
        value.write(&mut bytes);
        let mut reader = Reader(&bytes);
        type Value = (Vec<(f64, Tensor)>, (String, Vec<i64>));
        let read = Value::read(&mut reader).unwrap();
        assert!(reader.0.is_empty());
        assert_eq!((read.0[0].0, &read.0[0].1), (0.1, &tensor));
        assert_eq!(read.1, value.1);
        for end in 0..bytes.len() {
            assert!(Value::read(&mut Reader(&bytes[..end])).is_none(), "{end}");
        }
    }
}
