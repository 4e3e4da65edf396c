//! Candidate against parent on prompts that training did not see.

use protocol::manifest::{Evaluation, EvaluationSample, OracleEvaluation};

use super::TrainError;
use super::oracle::{Oracle, Taste};
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
    let oracle = Oracle::new();
    let bench = Bench { contest, reward, oracle: &oracle, tokenizer, engine };
    let ours = bench.judge(bench.sample(candidate)?)?;
    Ok(bench.compare(&ours, &bench.judge(bench.sample(parent)?)?, candidate, parent))
}

/// Judges and what they need to judge with.
pub struct Bench<'a> {
    pub contest: &'a Contest<'a>,
    pub reward: &'a RewardModel,
    pub oracle: &'a dyn Taste,
    pub tokenizer: &'a Tokenizer,
    pub engine: &'a Engine,
}

/// Completions of one model.
pub struct Sampled {
    completions: Vec<Completion>,
    /// The completions as text.
    pub texts: Vec<String>,
}

/// What the judges said of each completion.
pub struct Verdicts {
    sampled: Sampled,
    scores: Vec<f64>,
    tastes: Vec<f64>,
}

fn oracle_verdict(name: &str, rate: WinRate) -> OracleEvaluation {
    OracleEvaluation {
        name: name.into(),
        win_rate_bps: rate.bps,
        ci_low_bps: rate.ci_low_bps,
        ci_high_bps: rate.ci_high_bps,
    }
}

impl Bench<'_> {
    /// Completions of every prompt.
    ///
    /// # Errors
    /// [`TrainError`] when a prompt cannot be sampled or a completion cannot be decoded.
    pub fn sample(&self, model: &Llama) -> Result<Sampled, TrainError> {
        let sampler = Sampler {
            temperature: self.contest.temperature,
            stop_ids: self.tokenizer.eos_ids().to_vec(),
            seed: self.contest.seed,
            ..Sampler::default()
        };
        let options = GenerateOptions {
            sampler,
            samples: self.contest.samples,
            max_new_tokens: self.contest.max_new_tokens,
            adapters: Adapters::Off,
            ..self.engine.decoding()
        };
        let completions = self.engine.generate(model, self.contest.prompt_ids, &options)?;
        let texts =
            completions.iter().map(|c| self.tokenizer.decode(c.text_ids())).collect::<Result<Vec<_>, _>>()?;
        Ok(Sampled { completions, texts })
    }

    /// Prompts and completions as text.
    pub fn pairs<'a>(&'a self, sampled: &'a Sampled) -> impl Iterator<Item = (&'a str, &'a str)> {
        let prompt = |completion: &Completion| self.contest.prompts[completion.prompt].as_str();
        sampled.completions.iter().map(prompt).zip(sampled.texts.iter().map(String::as_str))
    }

    /// # Errors
    /// [`TrainError`] when the oracle has no opinion about a completion.
    pub fn judge(&self, sampled: Sampled) -> Result<Verdicts, TrainError> {
        let row =
            |c: &Completion| scored_row(&self.contest.prompt_ids[c.prompt], c.text_ids(), self.tokenizer);
        let rows: Vec<Vec<i64>> = sampled.completions.iter().map(row).collect();
        let tastes = self.pairs(&sampled).map(|(prompt, text)| self.oracle.taste(prompt, text));
        let tastes = tastes.collect::<Result<_, _>>()?;
        Ok(Verdicts { scores: self.reward.scores(&rows, self.engine), tastes, sampled })
    }

    /// Counts wins and estimates the divergence.
    pub fn compare(
        &self,
        ours: &Verdicts,
        theirs: &Verdicts,
        candidate: &Llama,
        parent: &Llama,
    ) -> Evaluation {
        let by_reward = win_rate(&ours.scores, &theirs.scores, TIE_MARGIN);
        let by_oracle = win_rate(&ours.tastes, &theirs.tastes, TIE_MARGIN);
        let rows = sequences(self.contest.prompt_ids, &ours.sampled.completions, self.tokenizer);
        let temperature = tempered(self.contest.temperature);
        Evaluation {
            format: Default::default(),
            judge: "rewardModel".into(),
            n_comparisons: by_reward.n_comparisons,
            win_rate_bps: by_reward.bps,
            ci_low_bps: by_reward.ci_low_bps,
            ci_high_bps: by_reward.ci_high_bps,
            oracle: Some(oracle_verdict(self.oracle.name(), by_oracle)),
            mean_score: rounded(mean(&ours.scores)),
            mean_score_parent: rounded(mean(&theirs.scores)),
            kl: rounded(mean_kl(candidate, parent, &rows, temperature, self.engine)),
            samples: self.show(ours, theirs),
        }
    }

    /// The first completion of the first prompts, side by side.
    fn show(&self, ours: &Verdicts, theirs: &Verdicts) -> Vec<EvaluationSample> {
        let completions = &ours.sampled.completions;
        (0..completions.len())
            .filter(|&i| completions[i].sample == 0)
            .take(MAX_SAMPLES)
            .map(|i| EvaluationSample {
                prompt: self.contest.prompts[completions[i].prompt].clone(),
                parent: theirs.sampled.texts[i].clone(),
                candidate: ours.sampled.texts[i].clone(),
                score_parent: rounded(theirs.scores[i]),
                score: rounded(ours.scores[i]),
            })
            .collect()
    }
}

impl Verdicts {
    /// Mean of the oracle's scores.
    pub fn mean_taste(&self) -> f64 {
        mean(&self.tastes)
    }
}

/// Log-probabilities need a temperature above 0, also when the most probable token is taken.
fn tempered(temperature: f64) -> f64 {
    if temperature > 0.0 { temperature } else { 1.0 }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}
