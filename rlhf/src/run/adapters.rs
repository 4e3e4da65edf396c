//! A policy made of its parent's frozen weights and adapters that are trained.

use tch::Tensor;

use super::seed::{Stream, derive};
use super::trunk::stored_precision;
use super::{Job, TrainError};
use crate::model::{Llama, Lora, LoraConfig, Module, Params};

/// The model with fresh adapters on its top `layers` layers, drawn from the run's seed; they change nothing yet.
pub fn adapted(job: &Job, base: Llama, rank: u32, alpha: f64, layers: u32) -> Llama {
    let config =
        LoraConfig { rank: i64::from(rank), alpha, layers: layers as usize, modules: Module::ALL.to_vec() };
    let lora = Lora::new(&base.config, config, derive(job.spec.seed, Stream::Lora, 0), job.engine.device);
    base.with_lora(lora)
}

/// Writes config and weights with the adapters merged; `parent` are the unrounded weights that training started from.
pub fn save_merged(job: &Job, policy: &Llama, parent: &Params) -> Result<(), TrainError> {
    let lora = policy.lora.as_ref().expect("only policies with adapters are saved");
    lora.merge_into(parent)?.save_model(job.out, &policy.config, stored_precision(policy)?)?;
    policy.config.save(job.out)?;
    Ok(())
}

/// The tensors of a policy that are trained.
pub fn adapters(policy: &Llama) -> Vec<Tensor> {
    policy.lora.as_ref().map(Lora::trainable).unwrap_or_default()
}
