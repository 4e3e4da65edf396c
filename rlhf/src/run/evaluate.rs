//! Candidate against parent on prompts that training did not see.

use protocol::manifest::{Evaluation, EvaluationSample, OracleEvaluation};

use super::TrainError;
use super::oracle::{self, Oracle};
use super::profile::Engine;
use super::reward_model::RewardModel;
use super::rollout::{mean_kl, sequences};
use crate::algo::win_rate::{WinRate, win_rate};
use crate::data::encode::scored_row;
use crate::generate::{Completion, GenerateOptions, Sampler};
use crate::model::{Adapters, Llama};
use crate::report::rounded;
use crate::tokenizer::Tokenizer;

/// Scores closer than this are a tie: the same text in another batch differs by rounding.
const TIE_MARGIN: f64 = 1e-3;
/// Pairs shown in the evaluation.
const MAX_SAMPLES: usize = 12;

/// How to sample for a comparison.
pub struct Contest<'a> {
    /// Held-out prompts as people wrote them.
    pub prompts: &'a [String],
    /// The same prompts as token ids.
    pub prompt_ids: &'a [Vec<i64>],
    /// Completions per prompt and model.
    pub samples: usize,
    /// New tokens per completion at most.
    pub max_new_tokens: usize,
    /// Sampling temperature.
    pub temperature: f64,
    /// Seed of the tokens, the same for both models.
    pub seed: u64,
}

/// Samples with both models, lets the reward model and the oracle judge every pair, and estimates the divergence.
///
/// `parent` runs with its adapters off, if it has any.
///
/// # Errors
/// [`TrainError`] when a prompt cannot be sampled or a completion cannot be decoded.
pub fn compare(
    contest: &Contest,
    parent: &Llama,
    candidate: &Llama,
    reward: &RewardModel,
    tokenizer: &Tokenizer,
    engine: &Engine,
) -> Result<Evaluation, TrainError> {
    let judge = Judge { reward, oracle: Oracle::new(), tokenizer, contest, engine };
    let completions = sample(contest, candidate, tokenizer, engine)?;
    let (ours, theirs) =
        (judge.verdicts(&completions)?, judge.verdicts(&sample(contest, parent, tokenizer, engine)?)?);
    let by_reward = win_rate(&ours.scores, &theirs.scores, TIE_MARGIN);
    let by_oracle = win_rate(&ours.sentiments, &theirs.sentiments, TIE_MARGIN);
    let rows = sequences(contest.prompt_ids, &completions, tokenizer);
    Ok(Evaluation {
        format: Default::default(),
        judge: "rewardModel".into(),
        n_comparisons: by_reward.n_comparisons,
        win_rate_bps: by_reward.bps,
        ci_low_bps: by_reward.ci_low_bps,
        ci_high_bps: by_reward.ci_high_bps,
        oracle: Some(oracle_verdict(by_oracle)),
        mean_score: rounded(mean(&ours.scores)),
        mean_score_parent: rounded(mean(&theirs.scores)),
        kl: rounded(mean_kl(candidate, parent, &rows, tempered(contest.temperature), engine)),
        samples: show(contest, &completions, &ours, &theirs),
    })
}

fn oracle_verdict(rate: WinRate) -> OracleEvaluation {
    OracleEvaluation {
        name: oracle::NAME.into(),
        win_rate_bps: rate.bps,
        ci_low_bps: rate.ci_low_bps,
        ci_high_bps: rate.ci_high_bps,
    }
}

fn sample(
    contest: &Contest,
    model: &Llama,
    tokenizer: &Tokenizer,
    engine: &Engine,
) -> Result<Vec<Completion>, TrainError> {
    let sampler = Sampler {
        temperature: contest.temperature,
        stop_ids: tokenizer.eos_ids().to_vec(),
        seed: contest.seed,
        ..Sampler::default()
    };
    let options = GenerateOptions {
        sampler,
        samples: contest.samples,
        max_new_tokens: contest.max_new_tokens,
        adapters: Adapters::Off,
        ..engine.decoding()
    };
    Ok(engine.generate(model, contest.prompt_ids, &options)?)
}

struct Judge<'a> {
    reward: &'a RewardModel,
    oracle: Oracle,
    tokenizer: &'a Tokenizer,
    contest: &'a Contest<'a>,
    engine: &'a Engine,
}

/// What the judges said of each completion.
struct Verdicts {
    texts: Vec<String>,
    scores: Vec<f64>,
    sentiments: Vec<f64>,
}

impl Judge<'_> {
    fn verdicts(&self, completions: &[Completion]) -> Result<Verdicts, TrainError> {
        let texts =
            completions.iter().map(|c| self.tokenizer.decode(c.text_ids())).collect::<Result<Vec<_>, _>>()?;
        let row =
            |c: &Completion| scored_row(&self.contest.prompt_ids[c.prompt], c.text_ids(), self.tokenizer);
        let rows: Vec<Vec<i64>> = completions.iter().map(row).collect();
        let sentiments = texts.iter().map(|text| self.oracle.score(text)).collect();
        Ok(Verdicts { scores: self.reward.scores(&rows, self.engine), sentiments, texts })
    }
}

/// The first completion of the first prompts, side by side.
fn show(
    contest: &Contest,
    completions: &[Completion],
    ours: &Verdicts,
    theirs: &Verdicts,
) -> Vec<EvaluationSample> {
    (0..completions.len())
        .filter(|&i| completions[i].sample == 0)
        .take(MAX_SAMPLES)
        .map(|i| EvaluationSample {
            prompt: contest.prompts[completions[i].prompt].clone(),
            parent: theirs.texts[i].clone(),
            candidate: ours.texts[i].clone(),
            score_parent: rounded(theirs.scores[i]),
            score: rounded(ours.scores[i]),
        })
        .collect()
}

/// Log-probabilities need a temperature above 0, also when the most probable token is taken.
fn tempered(temperature: f64) -> f64 {
    if temperature > 0.0 { temperature } else { 1.0 }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}
