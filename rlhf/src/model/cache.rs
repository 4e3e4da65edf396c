//! Keys and values of the tokens already seen, so that generation computes one token a step.
//!
//! What one row computes does not depend on the rows beside it: a prompt is run alone, and a step sums each row in one order
//! ([`super::llama`]). Where libtorch makes the step, it attends to a number of tokens that is rounded up, and short steps
//! are filled up with idle rows. Its products round each row alike from four rows on, in f32 as in bf16 (measured with its
//! MKL and oneDNN on AVX-512: every height from 4 to 128; with fewer rows f32 takes other kernels), and its attention kernel
//! sums alike for every width that is a multiple of 16.

use tch::{Device, Kind, Tensor};

use super::Config;
use crate::memory::{floats, floats_mut};
use crate::simd;

/// Attended widths are multiples of this.
const WIDTH: i64 = 16;
/// Fewest rows of a step of libtorch's whose rounding does not depend on their number.
const STEADY_ROWS: usize = 4;

/// Whether decode steps on `device` are made without libtorch.
pub(super) fn decodes_itself(device: Device) -> bool {
    device == Device::Cpu && simd::is_fast()
}

fn rounded(tokens: i64) -> i64 {
    (tokens + WIDTH - 1) / WIDTH * WIDTH
}

/// Keys and values of the beginning of a row, f32, `[1, capacity, Hkv, head_dim]` per layer. Written once, then copied.
#[derive(Debug)]
pub struct Prefix {
    layers: Vec<(Tensor, Tensor)>,
    length: i64,
}

/// Where a stretch of a prompt is written and what it may look at.
pub(super) struct Stretch {
    start: i64,
    width: i64,
    /// `[1, 1, groups * T, width]`, 0 where a query may look and minus infinity elsewhere.
    mask: Tensor,
}

impl Prefix {
    /// Room for `capacity` tokens.
    pub fn new(config: &Config, capacity: usize, device: Device) -> Self {
        Self { layers: zeros(config, 1, rounded(capacity as i64), device), length: 0 }
    }

    /// A copy of the first `n` tokens with room for `capacity`.
    pub fn fork(&self, n: usize, capacity: usize) -> Self {
        let (n, capacity) = (n as i64, rounded(capacity as i64));
        let copy = |x: &Tensor| grown(x, [1, capacity], [1, n]);
        Self { layers: self.layers.iter().map(|(k, v)| (copy(k), copy(v))).collect(), length: n }
    }

    /// The same keys and values; neither is written to any more.
    pub fn share(&self) -> Self {
        let layers = self.layers.iter().map(|(k, v)| (k.shallow_clone(), v.shallow_clone())).collect();
        Self { layers, length: self.length }
    }

    /// Tokens it holds.
    #[expect(clippy::len_without_is_empty, reason = "an empty one is only a beginning")]
    pub fn len(&self) -> usize {
        self.length as usize
    }

    /// Memory of keys and values.
    pub fn size_bytes(&self) -> usize {
        self.layers.iter().map(|(k, v)| 4 * (k.numel() + v.numel())).sum()
    }

    /// Makes room for `n` more tokens, which see what is before them.
    pub(super) fn begin_stretch(&mut self, n: usize, groups: i64) -> Stretch {
        let (start, n) = (self.length, n as i64);
        self.length += n;
        let width = rounded(self.length);
        let device = self.layers.first().map_or(Device::Cpu, |(k, _)| k.device());
        let hidden = Tensor::full([n, width], f64::NEG_INFINITY, (Kind::Float, device)).triu(start + 1);
        Stretch { start, width, mask: hidden.repeat([groups, 1]).unsqueeze(0).unsqueeze(0) }
    }

    /// Appends `k`, `v` `[1, Hkv, T, hd]` and attends with `q` `[1, H, T, hd]`; returns the same shape.
    pub(super) fn attend(
        &self,
        layer: usize,
        stretch: &Stretch,
        q: &Tensor,
        k: &Tensor,
        v: &Tensor,
    ) -> Tensor {
        let (keys, values) = &self.layers[layer];
        let store = |cache: &Tensor, x: &Tensor| {
            cache.narrow(1, stretch.start, x.size()[2]).copy_(&x.transpose(1, 2));
        };
        store(keys, k);
        store(values, v);
        let past = |cache: &Tensor| cache.narrow(1, 0, stretch.width);
        mix(q, &past(keys), &past(values), &stretch.mask)
    }
}

/// Keys and values of the rows that are decoded together, `[slots, capacity, Hkv, head_dim]` per layer. Rows come and go
/// between steps; the live ones are always the first, so that a step needs no copies.
#[derive(Debug)]
pub struct KvCache {
    layers: Vec<(Tensor, Tensor)>,
    /// Real length of each live row.
    lengths: Vec<i64>,
    slots: usize,
    capacity: i64,
    /// Rows of the smallest step.
    at_least: usize,
    config: Config,
    device: Device,
}

/// Where one decode step writes and what it may look at.
pub(super) struct Step {
    /// Position of the new token of each row, `[B]` i64.
    pub positions: Tensor,
    /// The same as row numbers of the flattened `[slots * capacity]` cache.
    places: Tensor,
    width: i64,
    /// `[B, 1, 1, width]`, 0 where a row may look and minus infinity elsewhere.
    mask: Tensor,
}

impl KvCache {
    /// An empty cache for up to `max_rows` rows; one that never holds [`STEADY_ROWS`] is not filled up to them.
    pub fn new(config: &Config, max_rows: usize, device: Device) -> Self {
        let at_least = if max_rows < STEADY_ROWS || decodes_itself(device) { 1 } else { STEADY_ROWS };
        Self {
            layers: vec![],
            lengths: vec![],
            slots: 0,
            capacity: 0,
            at_least,
            config: config.clone(),
            device,
        }
    }

    pub fn rows(&self) -> usize {
        self.lengths.len()
    }

    /// Copies `prefix` into a new last row.
    pub fn join(&mut self, prefix: &Prefix) {
        self.reserve(self.rows() + 1, prefix.length + 1);
        let row = self.rows() as i64;
        for ((keys, values), (k, v)) in self.layers.iter().zip(&prefix.layers) {
            for (cache, x) in [(keys, k), (values, v)] {
                cache.get(row).narrow(0, 0, prefix.length).copy_(&x.get(0).narrow(0, 0, prefix.length));
            }
        }
        self.lengths.push(prefix.length);
    }

    /// Removes a row; the last one takes its number.
    pub fn leave(&mut self, row: usize) {
        let last = self.rows() - 1;
        if row != last {
            let length = self.lengths[last];
            for (k, v) in &self.layers {
                for cache in [k, v] {
                    let moved = cache.get(last as i64).narrow(0, 0, length);
                    cache.get(row as i64).narrow(0, 0, length).copy_(&moved);
                }
            }
        }
        self.lengths.swap_remove(row);
        if self.lengths.is_empty() {
            // One long row must not hold its memory for ever.
            (self.layers, self.slots, self.capacity) = (vec![], 0, 0);
        }
    }

    /// Makes room for one more token in every row; their positions.
    pub(super) fn append(&mut self) -> Vec<usize> {
        let positions: Vec<usize> = self.lengths.iter().map(|&length| length as usize).collect();
        let longest = self.lengths.iter().copied().max().unwrap_or(0) + 1;
        self.reserve(self.rows(), longest);
        self.lengths.iter_mut().for_each(|length| *length += 1);
        positions
    }

    /// Writes one token's `k`, `v` `[B, Hkv, hd]` at `positions`, one for each row.
    pub(super) fn write(&mut self, layer: usize, positions: &[usize], k: &[f32], v: &[f32]) {
        let width = self.width();
        let stride = self.capacity as usize * width;
        let (keys, values) = &mut self.layers[layer];
        for (cache, x) in [(keys, k), (values, v)] {
            let cache = floats_mut(cache);
            for (row, (x, position)) in x.chunks_exact(width).zip(positions).enumerate() {
                cache[row * stride + position * width..][..width].copy_from_slice(x);
            }
        }
    }

    /// Keys and values of a layer, row by row, token by token, head by head; how many numbers a row and a token have.
    pub(super) fn read(&self, layer: usize) -> (&[f32], &[f32], (usize, usize)) {
        let (keys, values) = &self.layers[layer];
        (floats(keys), floats(values), (self.capacity as usize * self.width(), self.width()))
    }

    /// Numbers of a token's keys.
    fn width(&self) -> usize {
        (self.config.num_key_value_heads * self.config.head_dim) as usize
    }

    /// The same for a step that libtorch makes.
    pub(super) fn begin_step(&mut self) -> Step {
        let mut starts: Vec<i64> = self.append().into_iter().map(|position| position as i64).collect();
        let longest = self.lengths.iter().copied().max().unwrap_or(1);
        starts.resize(starts.len().max(self.at_least), 0);
        let width = rounded(longest);
        let places: Vec<i64> =
            starts.iter().enumerate().map(|(row, start)| row as i64 * self.capacity + start).collect();
        let positions = Tensor::from_slice(&starts).to_device(self.device);
        let columns = Tensor::arange(width, (Kind::Int64, self.device));
        let unseen = columns.unsqueeze(0).gt_tensor(&positions.unsqueeze(1));
        let mask = Tensor::zeros(unseen.size(), (Kind::Float, self.device))
            .masked_fill(&unseen, f64::NEG_INFINITY)
            .unsqueeze(1)
            .unsqueeze(1);
        Step { places: Tensor::from_slice(&places).to_device(self.device), positions, width, mask }
    }

    /// Appends one token's `k`, `v` `[B, Hkv, 1, hd]` and attends with `q` `[B, H, 1, hd]`; returns `[B, H, 1, hd]`.
    pub(super) fn attend(&self, layer: usize, step: &Step, q: &Tensor, k: &Tensor, v: &Tensor) -> Tensor {
        let b = k.size()[0];
        let (keys, values) = &self.layers[layer];
        let store = |cache: &Tensor, x: &Tensor| {
            let mut flat = cache.view([self.slots as i64 * self.capacity, -1]);
            let _ = flat.index_copy_(0, &step.places, &x.reshape([b, -1]));
        };
        store(keys, k);
        store(values, v);
        let past = |cache: &Tensor| cache.narrow(0, 0, b).narrow(1, 0, step.width);
        mix(q, &past(keys), &past(values), &step.mask)
    }

    /// Grows to hold `rows` rows of `tokens` tokens, by doubling, so that growing costs little on average.
    fn reserve(&mut self, rows: usize, tokens: i64) {
        let rows = rows.max(self.at_least);
        if rows <= self.slots && tokens <= self.capacity {
            return;
        }
        let slots = if rows <= self.slots { self.slots } else { rows.next_power_of_two() };
        let capacity = if tokens <= self.capacity {
            self.capacity
        } else {
            rounded(tokens.max((2 * self.capacity).min(self.config.max_position_embeddings)))
        };
        if self.layers.is_empty() {
            self.layers = zeros(&self.config, slots as i64, capacity, self.device);
        } else {
            let kept = [self.rows() as i64, self.capacity];
            for (k, v) in &mut self.layers {
                *k = grown(k, [slots as i64, capacity], kept);
                *v = grown(v, [slots as i64, capacity], kept);
            }
        }
        (self.slots, self.capacity) = (slots, capacity);
    }
}

/// Zeros, not uninitialised memory: masked places are multiplied by 0, and 0 * NaN would spread.
fn zeros(config: &Config, rows: i64, capacity: i64, device: Device) -> Vec<(Tensor, Tensor)> {
    let shape = [rows, capacity, config.num_key_value_heads, config.head_dim];
    let zeros = || Tensor::zeros(shape, (Kind::Float, device));
    (0..config.num_hidden_layers).map(|_| (zeros(), zeros())).collect()
}

/// A larger copy of the first `kept` rows and tokens of `x`.
fn grown(x: &Tensor, to: [i64; 2], kept: [i64; 2]) -> Tensor {
    let size = x.size();
    let new = Tensor::zeros([to[0], to[1], size[2], size[3]], (Kind::Float, x.device()));
    let part = |x: &Tensor| x.narrow(0, 0, kept[0]).narrow(1, 0, kept[1]);
    part(&new).copy_(&part(x));
    new
}

/// `q` `[B, H, T, hd]` over keys and values `[B, width, Hkv, hd]`. All query heads of a key head look at the same past, so
/// they pass as rows of one query.
fn mix(q: &Tensor, keys: &Tensor, values: &Tensor, mask: &Tensor) -> Tensor {
    let (size, kv_heads) = (q.size(), keys.size()[2]);
    let grouped = q.reshape([size[0], kv_heads, -1, size[3]]);
    let (keys, values) = (keys.transpose(1, 2), values.transpose(1, 2));
    Tensor::scaled_dot_product_attention(&grouped, &keys, &values, Some(mask), 0.0, false, None, false)
        .reshape(size)
}
