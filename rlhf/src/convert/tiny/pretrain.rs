//! Teaches the tiny model its language: next-token prediction on answers, one thread, f32.

use rand::Rng;
use tch::{Device, Reduction, Tensor};

use super::{super::ConvertError, corpus};
use crate::{
    generate::pad,
    model::{Adapters, Config, Llama, Params, Precision},
    optim::{AdamW, AdamWConfig, Schedule, clip_by_global_norm, schedule::Decay},
    tokenizer::{Tokenizer, TokenizerError},
};

/// Optimiser steps; about 20 seconds on one core.
pub const STEPS: u64 = 400;
const BATCH: usize = 16;
const PEAK_LEARNING_RATE: f64 = 3e-3;
/// `cross_entropy_loss` skips targets with this id.
const IGNORED: i64 = -100;

/// Trains `params` in place.
///
/// # Errors
/// [`ConvertError::Text`] when a text cannot be encoded.
pub fn run(
    config: &Config,
    params: &Params,
    tokenizer: &Tokenizer,
    steps: u64,
    rng: &mut impl Rng,
) -> Result<(), ConvertError> {
    // The order of a sum depends on the number of threads; one thread makes the weights a function of the seed.
    tch::set_num_threads(1);
    let leaves: Vec<Tensor> = params.iter().map(|(_, tensor)| tensor.set_requires_grad(true)).collect();
    let model = Llama::new(config.clone(), params, Precision::F32, Device::Cpu)?;
    let mut optimizer =
        AdamW::new(&leaves, AdamWConfig { beta2: 0.99, weight_decay: 0.01, ..AdamWConfig::default() });
    let schedule =
        Schedule { base: PEAK_LEARNING_RATE, warmup_steps: 20, total_steps: steps, decay: Decay::Cosine };
    for step in 0..steps {
        let loss = loss(&model, tokenizer, rng)?;
        let mut gradients = Tensor::run_backward(&[&loss], &leaves, false, false);
        clip_by_global_norm(&mut gradients, 1.0);
        optimizer.step(&gradients, schedule.at(step));
        if (step + 1) % 50 == 0 {
            tracing::info!(
                step = step + 1,
                steps,
                loss = loss.double_value(&[]),
                "pre-training the tiny model"
            );
        }
    }
    Ok(())
}

/// Mean cross-entropy over the answer tokens of a fresh batch.
fn loss(model: &Llama, tokenizer: &Tokenizer, rng: &mut impl Rng) -> Result<Tensor, TokenizerError> {
    let (mut rows, mut targets) = (Vec::new(), Vec::new());
    for _ in 0..BATCH {
        let (row, prompt_length) = row(tokenizer, &corpus::chat(rng))?;
        // Position t predicts token t + 1, so the last prompt position predicts the answer's first token.
        let mut target = vec![IGNORED; prompt_length - 1];
        target.extend(&row[prompt_length..]);
        targets.push(target);
        rows.push(row);
    }
    let (input_ids, _) = pad(rows.iter().map(Vec::as_slice), Device::Cpu);
    let width = input_ids.size()[1] as usize;
    targets.iter_mut().for_each(|target| target.resize(width, IGNORED));
    let targets = Tensor::from_slice(&targets.concat());
    let logits = model.logits(&model.forward(&input_ids, Adapters::Off)).flatten(0, 1);
    Ok(logits.cross_entropy_loss(&targets, None::<&Tensor>, Reduction::Mean, IGNORED, 0.0))
}

/// Prompt, answer and end token, and the length of the prompt.
fn row(tokenizer: &Tokenizer, chat: &corpus::Chat) -> Result<(Vec<i64>, usize), TokenizerError> {
    let prompt = tokenizer.encode_prompt(&chat.prompt)?;
    let length = prompt.len();
    Ok((
        prompt.into_iter().chain(tokenizer.encode(&chat.answer)?).chain(tokenizer.eos_id()).collect(),
        length,
    ))
}
