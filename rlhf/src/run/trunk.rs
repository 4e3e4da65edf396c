//! Frozen bottom layers: their output for a row never changes, so it is computed once.

use std::collections::BTreeMap;

use tch::{Device, Tensor, no_grad};

use super::TrainError;
use crate::data::Batch;
use crate::data::batch::pad_states;
use crate::model::{Adapters, Llama, Params, Precision};

/// Cached states larger than this are recomputed in every pass instead, in bytes.
const CACHE_LIMIT_BYTES: usize = 2 << 30;
/// Rows that run through the frozen layers together.
const ROWS_PER_PASS: usize = 16;

/// Output of the bottom layers `0..frozen` for a padded batch: `[B, T, d]`, no gradient.
pub fn bottom_states(model: &Llama, batch: &Batch, frozen: usize) -> Tensor {
    no_grad(|| model.forward_range(&model.embed(&batch.token_ids), 0, frozen, Adapters::Off))
}

/// Rows of token ids and, if they fit into memory, their states after the frozen layers.
pub struct FrozenRows {
    rows: Vec<Vec<i64>>,
    frozen: usize,
    states: Option<Vec<Tensor>>,
}

impl FrozenRows {
    /// Runs every row through the frozen layers; `progress` is called with the rows done.
    pub fn compute(
        model: &Llama,
        rows: Vec<Vec<i64>>,
        frozen: usize,
        mut progress: impl FnMut(usize),
    ) -> Self {
        let n_tokens: usize = rows.iter().map(Vec::len).sum();
        if frozen == 0 || n_tokens * model.config.hidden_size as usize * 4 > CACHE_LIMIT_BYTES {
            return Self { rows, frozen, states: None };
        }
        // Rows of like length run together, so that little is spent on padding.
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|&row| rows[row].len());
        let mut states = BTreeMap::new();
        for chunk in order.chunks(ROWS_PER_PASS) {
            let batch = Batch::pad(&chunk.iter().map(|&row| &rows[row]).collect::<Vec<_>>(), model.device());
            let output = bottom_states(model, &batch, frozen);
            for (i, &row) in chunk.iter().enumerate() {
                // A copy, or the narrow view would keep the padded batch alive.
                states.insert(row, output.get(i as i64).narrow(0, 0, batch.lengths[i]).copy());
            }
            progress(states.len());
        }
        Self { rows, frozen, states: Some(states.into_values().collect()) }
    }

    /// Number of layers that the states have passed: the layer to go on with.
    pub fn frozen(&self) -> usize {
        self.frozen
    }

    /// The given rows as a padded batch and its states after the frozen layers, `[B, T, d]`.
    pub fn batch(&self, model: &Llama, indices: &[usize]) -> (Batch, Tensor) {
        let batch = Batch::pad(&indices.iter().map(|&row| &self.rows[row]).collect::<Vec<_>>(), model.device());
        let states = match &self.states {
            Some(states) => pad_states(&indices.iter().map(|&row| &states[row]).collect::<Vec<_>>()),
            None => bottom_states(model, &batch, self.frozen),
        };
        (batch, states)
    }
}

/// Number of bottom layers (embedding included) in which two models of one shape have the same weights.
pub fn shared_layers(a: &Llama, b: &Llama) -> usize {
    let same = |name: &str| match (a.params.get(name), b.params.get(name)) {
        (Ok(a), Ok(b)) => a.size() == b.size() && a.kind() == b.kind() && a.equal(&b),
        _ => false,
    };
    if !same("model.embed_tokens.weight") {
        return 0;
    }
    let in_layer = |name: &str, layer: usize| name.starts_with(&format!("model.layers.{layer}."));
    (0..a.config.num_hidden_layers)
        .take_while(|&layer| a.params.iter().filter(|(name, _)| in_layer(name, layer)).all(|(name, _)| same(name)))
        .count()
}

/// Adds gradients of several passes; starts empty.
#[derive(Default)]
pub struct Gradients(Vec<Tensor>);

impl Gradients {
    /// Adds the gradient of `loss` with respect to `params`; the loss must depend on each of them.
    pub fn add(&mut self, loss: &Tensor, params: &[Tensor]) {
        let new = Tensor::run_backward(&[loss], params, false, false);
        if self.0.is_empty() {
            self.0 = new;
        } else {
            for (sum, new) in self.0.iter_mut().zip(new) {
                *sum += new;
            }
        }
    }

    /// The sums, in the order of the parameters.
    pub fn into_inner(self) -> Vec<Tensor> {
        self.0
    }
}

/// The number format in which a checkpoint's weights are stored.
pub fn stored_precision(model: &Llama) -> Result<Precision, TrainError> {
    model.config.torch_dtype.parse().map_err(TrainError::Unfit)
}

/// The parent's weights as stored and a model that computes with them.
pub fn load_parent(
    dir: &std::path::Path,
    precision: Precision,
    device: Device,
) -> Result<(Params, Llama), TrainError> {
    let params = Params::load(dir)?;
    let model = Llama::new(crate::model::Config::load(dir)?, &params, precision, device)?;
    Ok((params, model))
}
