//! Task `pretrain`: every weight learns to predict each token of a text from those before it.

use std::convert::Infallible;

use protocol::manifest::{CheckpointTask, PretrainParams, Start};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tch::{Kind, Tensor, no_grad};

use super::parallel::{map, share};
use super::seed::{Stream, derive, permutation};
use super::steps::Steps;
use super::trunk::stored_precision;
use super::update::apply;
use super::{Job, Outcome, TrainError};
use crate::data::dataset::read_texts;
use crate::data::pack::{Packed, Piece, n_targets, pack};
use crate::model::{Config, Llama, Params, Precision};
use crate::optim::schedule::Decay;
use crate::optim::{AdamW, AdamWConfig, Schedule};
use crate::report::{Metrics, Phase, Report};

/// Rows that run through the model together; bounds the memory of a pass.
const ROWS_PER_PASS: usize = 8;
/// Standard deviation of random weights, that of GPT-2 and Llama.
const RANDOM_STD: f64 = 0.02;

/// Trains on all documents but the last ones, writes the model, and measures it on those.
pub(super) fn train(
    job: &Job,
    params: &PretrainParams,
    steps: &mut Steps,
    report: &mut dyn Report,
) -> Result<Outcome, TrainError> {
    let (dir, _) = job.input("texts")?;
    let dataset = read_texts(dir)?;
    job.expect_input("texts", dataset.hash)?;
    let mut documents = Vec::new();
    for sample in &dataset.samples {
        let mut tokens = job.tokenizer.encode(&sample.text)?;
        tokens.extend(job.tokenizer.eos_id());
        documents.push(tokens);
    }
    let model = start(job, params)?;
    if i64::from(params.row_length) > model.max_positions() {
        let limit = model.max_positions();
        return Err(TrainError::Unfit(format!("rowLength is more than the model's {limit} positions")));
    }
    report.progress(Phase::Load, 1, 1, &Metrics::new());
    let trainer = Trainer { job, params, model: &model, documents: &documents };
    let n_train = documents.len().saturating_sub(params.eval_documents as usize);
    let mut metrics = trainer.run(n_train, steps, report)?;
    report.progress(Phase::Save, 0, 1, &Metrics::new());
    let weights: Params = model.params.iter().map(|(name, leaf)| (name.to_owned(), leaf.detach())).collect();
    weights.save_model(job.out, &model.config, stored_precision(&model)?)?;
    model.config.save(job.out)?;
    let held_out = trainer.measure(&(n_train..documents.len()).collect::<Vec<_>>());
    report.progress(Phase::Eval, 1, 1, &held_out);
    metrics.extend(held_out);
    Ok(Outcome { task: CheckpointTask::Pretrain, dataset_hashes: vec![dataset.hash], metrics })
}

/// A model whose every weight is an f32 leaf.
fn start(job: &Job, params: &PretrainParams) -> Result<Llama, TrainError> {
    let config = Config::load(&job.parent.dir)?;
    let weights = match params.start {
        Start::Parent => Params::load_model(&job.parent.dir, &config)?,
        Start::Random => {
            let seed = derive(job.spec.seed, Stream::Weights, 0);
            Params::random(&config, RANDOM_STD, &mut ChaCha8Rng::seed_from_u64(seed))
        }
    };
    let device = job.engine.device;
    let leaf = |tensor: &Tensor| {
        tensor.to_device(device).to_kind(Kind::Float).detach().copy().set_requires_grad(true)
    };
    // A checkpoint may hold more than the model computes with.
    let names = config.tensors().into_iter().map(|(name, _)| name);
    let leaves: Params = names
        .map(|name| Ok((name.clone(), leaf(&weights.get(&name)?))))
        .collect::<Result<_, TrainError>>()?;
    Ok(Llama::new(config, &leaves, Precision::F32, device)?
        .training_in(job.engine.passes)
        .with_gradient_checkpointing(job.engine.gradient_checkpointing))
}

struct Trainer<'a> {
    job: &'a Job<'a>,
    params: &'a PretrainParams,
    model: &'a Llama,
    /// Token ids, each with an end token.
    documents: &'a [Vec<i64>],
}

impl Trainer<'_> {
    /// Returns the metrics of the last step.
    fn run(&self, n_train: usize, steps: &mut Steps, report: &mut dyn Report) -> Result<Metrics, TrainError> {
        let params = self.params;
        let config = AdamWConfig {
            beta2: params.beta2,
            eps: params.adam_eps,
            weight_decay: params.weight_decay,
            ..AdamWConfig::default()
        };
        let batches: Vec<Vec<Vec<Piece>>> = (0..u64::from(params.epochs))
            .flat_map(|epoch| {
                let rows = self.pack(&permutation(n_train, self.job.spec.seed, Stream::Order, epoch));
                rows.chunks(params.batch_size as usize).map(<[_]>::to_vec).collect::<Vec<_>>()
            })
            .collect();
        if batches.is_empty() {
            return Err(TrainError::Unfit("the texts have no document of two tokens to train on".into()));
        }
        let schedule = Schedule {
            base: params.learning_rate,
            warmup_steps: u64::from(params.warmup_steps),
            total_steps: batches.len() as u64,
            decay: Decay::Cosine,
        };
        let mut optimiser = AdamW::new(&leaves(self.model), config);
        let (first, mut metrics) = steps.resume(&mut [("model", &mut optimiser)])?;
        for (step, rows) in (0..).zip(&batches).skip(first as usize) {
            let loss = self.batch_gradient(rows, &mut optimiser);
            let norm = apply(&mut optimiser, params.max_grad_norm, schedule.at(step), step)?;
            metrics = Metrics::from([
                ("loss".into(), loss),
                ("gradNorm".into(), norm),
                ("lr".into(), schedule.at(step)),
                ("tokens".into(), n_targets(rows) as f64),
            ]);
            report.progress(Phase::Train, step + 1, batches.len() as u64, &metrics);
            steps.complete(&mut [("model", &mut optimiser)], &metrics)?;
        }
        Ok(metrics)
    }

    fn pack(&self, order: &[usize]) -> Vec<Vec<Piece>> {
        let lengths: Vec<usize> = self.documents.iter().map(Vec::len).collect();
        pack(&lengths, order, self.params.row_length as usize)
    }

    fn parts(&self, rows: &[Vec<Piece>]) -> Vec<Packed> {
        let width = self.params.row_length as usize;
        let part = |rows| Packed::new(self.documents, rows, width, self.job.engine.device);
        rows.chunks(ROWS_PER_PASS).map(part).collect()
    }

    /// Mean cross-entropy over the predicted tokens of some rows; its gradient goes to the optimiser.
    fn batch_gradient(&self, rows: &[Vec<Piece>], optimiser: &mut AdamW) -> f64 {
        let n = n_targets(rows) as f64;
        let workers = self.job.engine.each_worker(|| share(self.model));
        let found = map(workers, self.parts(rows), |model, part| {
            let found = model.token_gradients(
                &states(model, &part),
                &part.targets,
                1.0,
                &leaves(model),
                |logprobs| {
                    let loss: Tensor = -logprobs.sum(Kind::Float) / n;
                    Ok::<_, Infallible>((loss.shallow_clone(), loss.double_value(&[])))
                },
            );
            let Ok(found) = found;
            found
        });
        found.into_iter().fold(0.0, |loss, (part, gradients)| {
            optimiser.accumulate(&gradients);
            loss + part
        })
    }

    /// Mean cross-entropy in nats and its exponential over documents that were not learned from.
    fn measure(&self, documents: &[usize]) -> Metrics {
        let rows = self.pack(documents);
        let workers = self.job.engine.each_worker(|| share(self.model));
        let sums = map(workers, self.parts(&rows), |model, part| {
            let logprobs = no_grad(|| model.token_logprobs(&states(model, &part), &part.targets, 1.0));
            logprobs.sum(Kind::Double).double_value(&[])
        });
        let n = n_targets(&rows);
        let mut metrics = Metrics::from([("heldOutTokens".into(), n as f64)]);
        if n > 0 {
            let loss = -sums.iter().sum::<f64>() / n as f64;
            metrics.extend([("heldOutLoss".into(), loss), ("heldOutPerplexity".into(), loss.exp())]);
        }
        metrics
    }
}

/// States after the final norm that predict the tokens of packed rows, `[N, d]`.
fn states(model: &Llama, rows: &Packed) -> Tensor {
    let hidden = model.forward_packed(&rows.token_ids, &rows.positions, &rows.visible());
    hidden.flatten(0, 1).index_select(0, &rows.predictors)
}

/// Every weight, in the order of names.
fn leaves(model: &Llama) -> Vec<Tensor> {
    model.params.iter().map(|(_, leaf)| leaf.shallow_clone()).collect()
}
