//! `rlhf eval`: models beside their parent, by everything that can be measured without people.
//!
//! The report names the hash of everything that was read and is a function of that, the settings and the execution profile, so
//! whoever has the same folders finds the same bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use alloy_primitives::{B256, keccak256};
use protocol::manifest::{Evaluation, ExecutionProfile, Profile, Split, canonical_json};
use serde::Serialize;
use tch::{Kind, no_grad};

use super::TrainError;
use super::calibration::{self, Accuracy, Judged, subtract};
use super::checkpoint::{Checkpoint, CheckpointError};
use super::evaluate::{Bench, Contest};
use super::oracle::{Oracle, Scores, Taste};
use super::parallel::map;
use super::profile::Engine;
use super::reward_model::RewardModel;
use super::rollout::ROWS_PER_PASS;
use super::seed::{Stream, derive};
use crate::data::Batch;
use crate::data::dataset::{read_preferences, read_prompts};
use crate::data::encode;
use crate::data::layout::{Layout, Sequence};
use crate::model::{Adapters, Llama};
use crate::report::{Metrics, rounded};
use crate::tokenizer::Tokenizer;

/// Longest window of text that the perplexity is measured in.
const MAX_WINDOW: usize = 512;

/// What `rlhf eval` is asked to do.
#[derive(Clone, Debug)]
pub struct EvalArgs {
    /// Checkpoint folders to judge.
    pub models: Vec<PathBuf>,
    /// Checkpoint folder to compare them with.
    pub parent: PathBuf,
    /// Checkpoint folder of the reward model.
    pub reward: PathBuf,
    /// Dataset folder of prompts.
    pub prompts: PathBuf,
    /// Dataset folder whose held-out preferences the reward model shall predict.
    pub preferences: Option<PathBuf>,
    /// UTF-8 text whose perplexity is measured.
    pub text: Option<PathBuf>,
    /// The oracle's scores, lines `{"prompt", "completion", "score"}`; VADER where absent.
    pub oracle: Option<PathBuf>,
    /// Where to write the completions, lines `{"prompt", "completion"}`, for an oracle to score.
    pub completions: Option<PathBuf>,
    /// All cores and the processor's fastest number format instead of one core in f32.
    pub fast: bool,
    /// How to sample.
    pub settings: EvalSettings,
}

/// Everything besides the inputs that the result depends on.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EvalSettings {
    /// Every random draw derives from it.
    pub seed: u64,
    /// Only the last so many prompts, as training holds them out.
    pub last_prompts: Option<usize>,
    /// Completions per prompt and model.
    pub samples: usize,
    /// New tokens per completion at most.
    pub max_new_tokens: usize,
    /// Sampling temperature.
    pub temperature: f64,
    /// Longer preferences are cut to this many tokens, as in the reward model's training.
    pub max_length: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EvalReport<'a> {
    format: &'static str,
    code_version: &'static str,
    profile: ExecutionProfile,
    settings: &'a EvalSettings,
    inputs: BTreeMap<&'static str, B256>,
    /// In the order of the arguments: KL and score of several are the KL–reward frontier.
    models: Vec<ModelReport>,
    /// Of the parent.
    parent: Measured,
    /// What the reward model makes of the held-out preferences.
    #[serde(skip_serializing_if = "Option::is_none")]
    preferences: Option<Metrics>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ModelReport {
    manifest_hash: B256,
    #[serde(flatten)]
    measured: Measured,
    evaluation: Evaluation,
}

/// What is measured of every model alone.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Measured {
    /// Mean score by the oracle.
    mean_oracle: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    perplexity: Option<Perplexity>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Perplexity {
    /// `exp` of the mean negative log-likelihood per token.
    perplexity: f64,
    /// Tokens that were predicted.
    n_tokens: u64,
    /// Tokens of a window; the first of each is not predicted.
    window: usize,
}

/// Measures and returns canonical JSON.
///
/// # Errors
/// [`TrainError`] when an input is missing, not what its manifest says, or does not fit the others.
pub fn eval(args: &EvalArgs) -> Result<Vec<u8>, TrainError> {
    let engine = Engine::start(if args.fast { Profile::Cpu } else { Profile::CpuDeterministic });
    let mut inputs = BTreeMap::new();
    let parent = Checkpoint::open(&args.parent)?;
    inputs.insert("parent", parent.hash);
    let reward = open_beside(&args.reward, &parent)?;
    inputs.insert("reward", reward.hash);
    let reward = RewardModel::load(&reward, &engine)?;
    let tokenizer = Tokenizer::load(&args.parent)?;
    let prompts = read_prompts(&args.prompts)?;
    inputs.insert("prompts", prompts.hash);
    let skipped = args.settings.last_prompts.map_or(0, |n| prompts.samples.len().saturating_sub(n));
    let prompts: Vec<String> = prompts.samples.into_iter().skip(skipped).map(|line| line.prompt).collect();
    let prompt_ids =
        prompts.iter().map(|prompt| tokenizer.encode_prompt(prompt)).collect::<Result<Vec<_>, _>>()?;
    let oracle: Box<dyn Taste> = match &args.oracle {
        None => Box::new(Oracle::new()),
        Some(path) => {
            let (text, hash) = read_text(path)?;
            inputs.insert("oracle", hash);
            Box::new(Scores::parse(&text)?)
        }
    };
    let text = args.text.as_deref().map(read_text).transpose()?;
    inputs.extend(text.iter().map(|(_, hash)| ("text", *hash)));
    let token_ids = text.map(|(text, _)| tokenizer.encode(&text)).transpose()?;
    let contest = Contest {
        prompts: &prompts,
        prompt_ids: &prompt_ids,
        samples: args.settings.samples,
        max_new_tokens: args.settings.max_new_tokens,
        temperature: args.settings.temperature,
        seed: derive(args.settings.seed, Stream::Evaluation, 0),
    };
    let bench = Bench {
        contest: &contest,
        reward: &reward,
        oracle: oracle.as_ref(),
        tokenizer: &tokenizer,
        engine: &engine,
    };
    let load = |dir: &Path| -> Result<Llama, TrainError> {
        Ok(Llama::load(dir, engine.precision, engine.device)?.training_in(engine.passes))
    };
    let perplexity =
        |model: &Llama| token_ids.as_deref().map(|ids| perplexity(model, ids, &engine)).transpose();

    let parent_model = load(&args.parent)?;
    let models: Vec<Checkpoint> =
        args.models.iter().map(|dir| open_beside(dir, &parent)).collect::<Result<_, _>>()?;
    let their_sample = bench.sample(&parent_model)?;
    let mut samples = Vec::new();
    for checkpoint in &models {
        samples.push(bench.sample(&load(&checkpoint.dir)?)?);
    }
    // Before anything is judged: an oracle that lacks scores is told here what to score.
    if let Some(path) = &args.completions {
        let all = samples.iter().chain([&their_sample]);
        write_completions(path, &all.flat_map(|sampled| bench.pairs(sampled)).collect())?;
    }
    let theirs = bench.judge(their_sample)?;
    let mut reports = Vec::new();
    for (checkpoint, sampled) in models.iter().zip(samples) {
        let model = load(&checkpoint.dir)?;
        let ours = bench.judge(sampled)?;
        let measured = Measured { mean_oracle: rounded(ours.mean_taste()), perplexity: perplexity(&model)? };
        let evaluation = bench.compare(&ours, &theirs, &model, &parent_model);
        reports.push(ModelReport { manifest_hash: checkpoint.hash, measured, evaluation });
    }
    let preferences = match &args.preferences {
        None => None,
        Some(dir) => {
            let dataset = read_preferences(dir)?;
            inputs.insert("preferences", dataset.hash);
            let pairs = encode::pairs(&tokenizer, &dataset.samples, Split::Test, args.settings.max_length)?;
            Some(held_out(&reward, &pairs, &engine))
        }
    };
    let measured =
        Measured { mean_oracle: rounded(theirs.mean_taste()), perplexity: perplexity(&parent_model)? };
    Ok(canonical_json(&EvalReport {
        format: "polity.eval.v1",
        code_version: env!("CARGO_PKG_VERSION"),
        profile: engine.describe(),
        settings: &args.settings,
        inputs,
        models: reports,
        parent: measured,
        preferences,
    })?)
}

/// Opens a checkpoint whose token ids mean what the parent's do.
fn open_beside(dir: &Path, parent: &Checkpoint) -> Result<Checkpoint, TrainError> {
    let checkpoint = Checkpoint::open(dir)?;
    if checkpoint.tokenizer_hash() != parent.tokenizer_hash() {
        return Err(TrainError::Unfit(format!("{} has another tokenizer than the parent", dir.display())));
    }
    Ok(checkpoint)
}

fn read_text(path: &Path) -> Result<(String, B256), TrainError> {
    let read = |source| CheckpointError::Read { path: path.into(), source };
    let text = std::fs::read_to_string(path).map_err(read)?;
    let hash = keccak256(&text);
    Ok((text, hash))
}

/// Each line once, in the order of their bytes.
fn write_completions(path: &Path, lines: &BTreeSet<(&str, &str)>) -> Result<(), TrainError> {
    let mut bytes = Vec::new();
    for (prompt, completion) in lines {
        bytes.extend(canonical_json(&serde_json::json!({"prompt": prompt, "completion": completion}))?);
        bytes.push(b'\n');
    }
    std::fs::write(path, bytes).map_err(|source| TrainError::Write { path: path.into(), source })
}

fn held_out(reward: &RewardModel, pairs: &[encode::Pair], engine: &Engine) -> Metrics {
    let reward = reward.unscaled();
    let rows: Vec<Vec<i64>> =
        pairs.iter().flat_map(|pair| [pair.chosen.clone(), pair.rejected.clone()]).collect();
    let (scores, opinions) = (reward.scores(&rows, engine), reward.opinions(&rows, engine));
    let judged: Vec<Judged> = pairs
        .iter()
        .enumerate()
        .map(|(i, pair)| Judged {
            difference: scores[2 * i] - scores[2 * i + 1],
            probability: pair.probability,
            opinions: subtract(&opinions[2 * i], &opinions[2 * i + 1]),
        })
        .collect();
    let accuracy = Accuracy::of(&judged);
    let mut metrics = calibration::metrics("heldOut", &accuracy, &judged);
    metrics.insert("heldOutPairs".into(), pairs.len() as f64);
    metrics.insert("heldOutAccuracy".into(), accuracy.share);
    // Numbers over no pairs say so by their absence.
    metrics.into_iter().filter(|(_, value)| value.is_finite()).map(|(name, v)| (name, rounded(v))).collect()
}

/// Perplexity of a text, cut into windows that do not overlap, so that every token counts once.
fn perplexity(model: &Llama, token_ids: &[i64], engine: &Engine) -> Result<Perplexity, TrainError> {
    let window = MAX_WINDOW.min(model.max_positions() as usize);
    let sequences: Vec<Sequence> = token_ids
        .chunks(window)
        .filter(|row| row.len() > 1)
        .map(|row| Sequence { row: row.to_vec(), prompt_length: 1, response: row[1..].to_vec() })
        .collect();
    let n_tokens: usize = sequences.iter().map(|sequence| sequence.response.len()).sum();
    if n_tokens == 0 {
        return Err(TrainError::Unfit("the text has less than two tokens".into()));
    }
    let parts = sequences.chunks(ROWS_PER_PASS).collect();
    let sums = map(engine.each_worker(|| model.share()), parts, |model, part: &[Sequence]| {
        let batch =
            Batch::pad(&part.iter().map(|sequence| &sequence.row).collect::<Vec<_>>(), model.device());
        let layout = Layout::new(&part.iter().collect::<Vec<_>>(), batch.width(), model.device());
        no_grad(|| {
            let hidden = model.forward(&batch.token_ids, Adapters::Off).flatten(0, 1);
            let hidden = hidden.index_select(0, &layout.predictors);
            model.token_logprobs(&hidden, &layout.targets, 1.0).sum(Kind::Double).double_value(&[])
        })
    });
    let mean = -sums.iter().sum::<f64>() / n_tokens as f64;
    if !mean.exp().is_finite() {
        return Err(TrainError::Unfit(format!("the mean log-likelihood of the text is {}", -mean)));
    }
    Ok(Perplexity { perplexity: rounded(mean.exp()), n_tokens: n_tokens as u64, window })
}
