//! Where the completion tokens of a padded batch are.
//!
//! Losses and heads work on **packed** vectors `[N]` of the completions' real tokens only; the recursions over time work
//! on `[B, R]` with `R` the longest completion. A layout translates between the two and the `[B, T]` rows of the model.

use tch::{Device, Kind, Tensor};

use crate::data::batch::prefix_mask;

/// A prompt with its completion.
#[derive(Clone, Debug)]
pub struct Sequence {
    /// What the models read: prompt, completion text and end token.
    pub row: Vec<i64>,
    /// Tokens of the prompt.
    pub prompt_length: usize,
    /// The sampled tokens, a stop token included when there is one.
    pub response: Vec<i64>,
}

/// Index tensors for one batch of sequences.
#[derive(Debug)]
pub struct Layout {
    /// `[N]`: flat positions in `[B · T]` of the states that predict each completion token.
    pub predictors: Tensor,
    /// `[N]`: the completion tokens.
    pub targets: Tensor,
    /// `[B, R]` f32: 1 = real completion token.
    pub mask: Tensor,
    slots: Tensor,
}

impl Layout {
    /// The layout of `sequences` in a batch of `width` columns.
    pub fn new(sequences: &[&Sequence], width: i64, device: Device) -> Self {
        let lengths: Vec<i64> = sequences.iter().map(|sequence| sequence.response.len() as i64).collect();
        let response_width = lengths.iter().copied().max().unwrap_or(0);
        let (mut predictors, mut targets, mut slots) = (Vec::new(), Vec::new(), Vec::new());
        for (i, sequence) in (0i64..).zip(sequences) {
            for (j, &token_id) in (0i64..).zip(&sequence.response) {
                predictors.push(i * width + sequence.prompt_length as i64 - 1 + j);
                targets.push(token_id);
                slots.push(i * response_width + j);
            }
        }
        let to_device = |ids: &[i64]| Tensor::from_slice(ids).to_device(device);
        Self {
            predictors: to_device(&predictors),
            targets: to_device(&targets),
            mask: prefix_mask(&lengths, response_width, Kind::Float, device),
            slots: to_device(&slots),
        }
    }

    /// Number of real completion tokens.
    pub fn n_tokens(&self) -> i64 {
        self.slots.size()[0]
    }

    /// `[B, R]` to `[N]`.
    pub fn pack(&self, x: &Tensor) -> Tensor {
        x.flatten(0, -1).index_select(0, &self.slots)
    }

    /// `[N]` to `[B, R]`, zeros on padding.
    pub fn unpack(&self, packed: &Tensor) -> Tensor {
        let size = self.mask.size();
        let empty = Tensor::zeros([size[0] * size[1]], (packed.kind(), packed.device()));
        empty.index_copy(0, &self.slots, packed).view([size[0], size[1]])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_before_a_token_predicts_it_whatever_its_id() {
        let stopped = Sequence { row: vec![7, 8, 0, 5, 2], prompt_length: 2, response: vec![0, 5, 2] };
        let cut = Sequence { row: vec![7, 9, 2], prompt_length: 1, response: vec![9] };
        let layout = Layout::new(&[&stopped, &cut], 8, Device::Cpu);
        assert_eq!(Vec::<i64>::try_from(&layout.predictors).unwrap(), [1, 2, 3, 8]);
        assert_eq!(Vec::<i64>::try_from(&layout.targets).unwrap(), [0, 5, 2, 9]);
        assert_eq!((layout.n_tokens(), layout.mask.sum(Kind::Float).double_value(&[])), (4, 4.0));
        let packed = Tensor::from_slice(&[1.0f32, 2.0, 3.0, 4.0]);
        let grid = layout.unpack(&packed);
        assert_eq!(grid, Tensor::from_slice2(&[[1.0f32, 2.0, 3.0], [4.0, 0.0, 0.0]]));
        assert_eq!(layout.pack(&grid), packed);
    }
}
