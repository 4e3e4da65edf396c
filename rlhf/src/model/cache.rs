//! Keys and values of the tokens already seen, so that generation computes one token a step.

use tch::{Device, Kind, Tensor};

use super::Config;

/// Preallocated keys and values, f32, `[B, capacity, Hkv, head_dim]` per layer. Rows have their own lengths: a step writes
/// each row at its own end and attends to its own past only.
#[derive(Debug)]
pub struct KvCache {
    layers: Vec<(Tensor, Tensor)>,
    lengths: Vec<i64>,
    capacity: i64,
    device: Device,
}

/// Where one decode step writes and what it may look at.
pub(super) struct Step {
    /// Position of the new token of each row, `[B]` i64.
    pub positions: Tensor,
    /// The same as row numbers of the flattened `[B * capacity]` cache.
    slots: Tensor,
    /// Longest row including the new token.
    longest: i64,
    /// `[B, 1, 1, longest]`, true where a row may look; absent when all rows are equally long.
    mask: Option<Tensor>,
}

impl KvCache {
    pub(super) fn new(config: &Config, lengths: &[i64], capacity: i64, device: Device) -> Self {
        let shape = [lengths.len() as i64, capacity, config.num_key_value_heads, config.head_dim];
        // Zeros, not uninitialised memory: masked slots are multiplied by 0, and 0 * NaN would spread.
        let zeros = || Tensor::zeros(shape, (Kind::Float, device));
        let layers = (0..config.num_hidden_layers).map(|_| (zeros(), zeros())).collect();
        Self { layers, lengths: lengths.to_vec(), capacity, device }
    }

    /// Real length of each row.
    pub fn lengths(&self) -> &[i64] {
        &self.lengths
    }

    /// Keeps `rows` (numbers of current rows, in any order, repeats allowed): drops finished rows, or copies one prompt for
    /// several samples.
    pub fn select(&mut self, rows: &[i64]) {
        let index = Tensor::from_slice(rows).to_device(self.device);
        for (k, v) in &mut self.layers {
            *k = k.index_select(0, &index);
            *v = v.index_select(0, &index);
        }
        self.lengths = rows.iter().map(|&row| self.lengths[row as usize]).collect();
    }

    /// Stores the prompt's keys and values `[B, Hkv, T, hd]` of one layer.
    pub(super) fn fill(&mut self, layer: usize, k: &Tensor, v: &Tensor) {
        let store = |cache: &Tensor, x: &Tensor| cache.narrow(1, 0, x.size()[2]).copy_(&x.transpose(1, 2));
        store(&self.layers[layer].0, k);
        store(&self.layers[layer].1, v);
    }

    /// Makes room for one more token in every row.
    pub(super) fn begin_step(&mut self) -> Step {
        let starts = self.lengths.clone();
        self.lengths.iter_mut().for_each(|length| *length += 1);
        let longest = self.lengths.iter().copied().max().unwrap_or(0);
        assert!(longest <= self.capacity, "the cache was allocated for the prompt and all new tokens");
        let slots: Vec<i64> =
            starts.iter().enumerate().map(|(row, start)| row as i64 * self.capacity + start).collect();
        let positions = Tensor::from_slice(&starts).to_device(self.device);
        let mask = starts.iter().any(|&start| start + 1 != longest).then(|| {
            let columns = Tensor::arange(longest, (Kind::Int64, self.device));
            columns.unsqueeze(0).le_tensor(&positions.unsqueeze(1)).unsqueeze(1).unsqueeze(1)
        });
        Step { slots: Tensor::from_slice(&slots).to_device(self.device), positions, longest, mask }
    }

    /// Appends one token's `k`, `v` `[B, Hkv, 1, hd]` and attends with `q` `[B, H, 1, hd]`; returns `[B, H, 1, hd]`.
    pub(super) fn attend(&mut self, layer: usize, step: &Step, q: &Tensor, k: &Tensor, v: &Tensor) -> Tensor {
        let (b, kv_heads, _, head_dim) = k.size4().expect("keys have four dimensions");
        let (keys, values) = &self.layers[layer];
        let store = |cache: &Tensor, x: &Tensor| {
            let mut flat = cache.view([b * self.capacity, kv_heads * head_dim]);
            let _ = flat.index_copy_(0, &step.slots, &x.reshape([b, -1]));
        };
        store(keys, k);
        store(values, v);
        let past = |cache: &Tensor| cache.narrow(1, 0, step.longest).transpose(1, 2);
        // All query heads of a key head look at the same past, so they pass as rows of one query.
        let grouped = q.reshape([b, kv_heads, -1, head_dim]);
        let mixed = Tensor::scaled_dot_product_attention(
            &grouped,
            &past(keys),
            &past(values),
            step.mask.as_ref(),
            0.0,
            false,
            None,
            false,
        );
        mixed.reshape([b, -1, 1, head_dim])
    }
}
