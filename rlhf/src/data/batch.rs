//! Right-padded rows of token ids.

use tch::{Device, Kind, Tensor};

/// Padded widths are multiples of this: kernels then take the same path for every thread count, which keeps bits equal.
const WIDTH_MULTIPLE: usize = 8;

/// Rows of token ids, padded on the right with id 0. What is real is known by `lengths`, never by looking at ids.
#[derive(Debug)]
pub struct Batch {
    /// `[B, T]` int64, `T` a multiple of 8.
    pub token_ids: Tensor,
    /// Real tokens of each row, `B` of them.
    pub lengths: Vec<i64>,
}

impl Batch {
    /// Pads rows to a common width. At least one row, none empty.
    pub fn pad(rows: &[impl AsRef<[i64]>], device: Device) -> Self {
        let longest = rows.iter().map(|row| row.as_ref().len()).max().unwrap_or(0);
        Self::pad_to(rows, padded_width(longest), device)
    }

    /// Pads rows to the given width, which must be that of the longest row at least.
    pub fn pad_to(rows: &[impl AsRef<[i64]>], width: usize, device: Device) -> Self {
        let lengths: Vec<i64> = rows.iter().map(|row| row.as_ref().len() as i64).collect();
        let mut flat = vec![0i64; rows.len() * width];
        for (row, slot) in rows.iter().zip(flat.chunks_mut(width)) {
            slot[..row.as_ref().len()].copy_from_slice(row.as_ref());
        }
        let token_ids = Tensor::from_slice(&flat).view([rows.len() as i64, width as i64]).to_device(device);
        Self { token_ids, lengths }
    }

    /// Number of columns.
    pub fn width(&self) -> i64 {
        self.token_ids.size()[1]
    }

    /// Index of every row's last real token in the flattened `[B · T]` positions, `[B]` int64.
    pub fn last_positions(&self) -> Tensor {
        let width = self.width();
        let indices: Vec<i64> =
            self.lengths.iter().enumerate().map(|(row, n)| row as i64 * width + n - 1).collect();
        Tensor::from_slice(&indices).to_device(self.token_ids.device())
    }
}

/// Smallest multiple of 8 that is at least `length`, and at least 8.
pub fn padded_width(length: usize) -> usize {
    length.max(1).next_multiple_of(WIDTH_MULTIPLE)
}

/// Puts sequences `[T_i, d]` into one `[B, T, d]` tensor, zeros behind the shorter ones; `T` as in [`Batch::pad`].
pub fn pad_states(states: &[&Tensor]) -> Tensor {
    let width = padded_width(states.iter().map(|s| s.size()[0] as usize).max().unwrap_or(0)) as i64;
    let padded: Vec<Tensor> =
        states.iter().map(|state| state.constant_pad_nd([0, 0, 0, width - state.size()[0]])).collect();
    Tensor::stack(&padded, 0)
}

/// 1 for the first `lengths[i]` columns of row `i`, else 0: `[B, width]` of `kind`.
pub fn prefix_mask(lengths: &[i64], width: i64, kind: Kind, device: Device) -> Tensor {
    let lengths = Tensor::from_slice(lengths).to_device(device).unsqueeze(1);
    Tensor::arange(width, (Kind::Int64, device)).lt_tensor(&lengths).to_kind(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pads_to_a_multiple_of_eight_and_finds_the_last_tokens() {
        let batch = Batch::pad(&[vec![5, 6, 7], vec![9]], Device::Cpu);
        assert_eq!(batch.token_ids.size(), [2, 8]);
        assert_eq!(Vec::<i64>::try_from(batch.last_positions()).unwrap(), [2, 8]);
        assert_eq!((padded_width(8), padded_width(9)), (8, 16));
    }

    #[test]
    fn a_token_with_the_padding_id_is_a_token() {
        let batch = Batch::pad(&[vec![0, 0, 0, 4], vec![1]], Device::Cpu);
        let mask = prefix_mask(&batch.lengths, batch.width(), Kind::Float, Device::Cpu);
        assert_eq!(mask.sum(Kind::Float).double_value(&[]), 5.0);
    }

    #[test]
    fn states_are_padded_with_zeros() {
        let (long, short) =
            (Tensor::ones([3, 2], tch::kind::FLOAT_CPU), Tensor::ones([1, 2], tch::kind::FLOAT_CPU));
        let states = pad_states(&[&long, &short]);
        assert_eq!((states.size(), states.sum(Kind::Float).double_value(&[])), (vec![2, 8, 2], 8.0));
    }
}
