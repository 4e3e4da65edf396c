//! Frozen bottom layers: their output for a row never changes, so it is computed once.

use std::collections::BTreeMap;

use tch::{Device, Tensor, no_grad};

use super::TrainError;
use super::parallel::{map, share};
use super::profile::Engine;
use crate::data::Batch;
use crate::data::batch::pad_states;
use crate::model::{Adapters, Llama, Params, Precision};

/// Cached states larger than this are recomputed in every pass instead, in bytes.
const CACHE_LIMIT_BYTES: usize = 2 << 30;
/// Rows that run through the frozen layers together.
const ROWS_PER_PASS: usize = 16;
/// Passes of each worker between two reports of progress.
const PASSES_PER_REPORT: usize = 16;

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
        engine: &Engine,
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
        let chunks: Vec<&[usize]> = order.chunks(ROWS_PER_PASS).collect();
        for round in chunks.chunks(PASSES_PER_REPORT) {
            let outputs = map(engine.each_worker(|| share(model)), round.to_vec(), |model, chunk| {
                let batch =
                    Batch::pad(&chunk.iter().map(|&row| &rows[row]).collect::<Vec<_>>(), model.device());
                let output = bottom_states(model, &batch, frozen);
                // Copies, or the narrow views would keep the padded batch alive.
                let one = |i: usize| output.get(i as i64).narrow(0, 0, batch.lengths[i]).copy();
                (0..chunk.len()).map(one).collect::<Vec<_>>()
            });
            states.extend(
                round.iter().flat_map(|chunk| chunk.iter().copied()).zip(outputs.into_iter().flatten()),
            );
            progress(states.len());
        }
        Self { rows, frozen, states: Some(states.into_values().collect()) }
    }

    /// The given rows as a padded batch, with their states if they are cached.
    pub fn batch(&self, indices: &[usize], device: Device) -> FrozenBatch {
        let batch = Batch::pad(&indices.iter().map(|&row| &self.rows[row]).collect::<Vec<_>>(), device);
        let gather =
            |states: &Vec<Tensor>| pad_states(&indices.iter().map(|&row| &states[row]).collect::<Vec<_>>());
        FrozenBatch { cached: self.states.as_ref().map(gather), batch, frozen: self.frozen }
    }
}

/// Some rows on their way through the model; can be sent to another thread.
pub struct FrozenBatch {
    /// Token ids and lengths.
    pub batch: Batch,
    frozen: usize,
    cached: Option<Tensor>,
}

impl FrozenBatch {
    /// Output of the frozen layers, `[B, T, d]`.
    pub fn states(&self, model: &Llama) -> Tensor {
        match &self.cached {
            Some(states) => states.shallow_clone(),
            None => bottom_states(model, &self.batch, self.frozen),
        }
    }

    /// Output of the whole trunk after the final norm, `[B, T, d]`, with gradient when the adapters are on.
    pub fn hidden(&self, model: &Llama, adapters: Adapters) -> Tensor {
        let top = model.config.num_hidden_layers;
        model.final_norm(&model.forward_range(&self.states(model), self.frozen, top, adapters))
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
        .take_while(|&layer| {
            a.params.iter().filter(|(name, _)| in_layer(name, layer)).all(|(name, _)| same(name))
        })
        .count()
}

/// The number format in which a checkpoint's weights are stored.
pub fn stored_precision(model: &Llama) -> Result<Precision, TrainError> {
    model.config.torch_dtype.parse().map_err(TrainError::Unfit)
}

/// The parent's weights as stored and a model that computes with them.
pub fn load_parent(dir: &std::path::Path, engine: &Engine) -> Result<(Params, Llama), TrainError> {
    let config = crate::model::Config::load(dir)?;
    let params = Params::load_model(dir, &config)?;
    let model = Llama::new(config, &params, engine.precision, engine.device)?
        .training_in(engine.passes)
        .with_gradient_checkpointing(engine.gradient_checkpointing);
    Ok((params, model))
}
