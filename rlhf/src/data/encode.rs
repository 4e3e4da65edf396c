//! Samples as rows of token ids.

use protocol::manifest::{PreferenceSample, Split};

use super::layout::Sequence;
use crate::tokenizer::{Tokenizer, TokenizerError};

const BPS: f64 = 10_000.0;

/// A preference as the reward model reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// What the user said; pairs of one prompt often share completions.
    pub prompt: String,
    /// Prompt, preferred completion and end token.
    pub chosen: Vec<i64>,
    /// Prompt, other completion and end token.
    pub rejected: Vec<i64>,
    /// That `chosen` is better, in `[0, 1]`: its soft label, else its share of the votes; 0.5 is a tie.
    pub probability: f64,
    /// Weight in the loss, > 0: of its soft label, else the number of votes, a win and a tie one each.
    pub weight: f64,
    /// Log-odds by which the scores must at least differ; 0 where nobody said by how much, and for ties.
    pub margin: f64,
}

/// Encodes the samples of one split that weigh something; rows longer than `max_length` tokens lose their end.
///
/// # Errors
/// [`TokenizerError`] when the chat template or the tokenizer fails.
pub fn pairs(
    tokenizer: &Tokenizer,
    samples: &[PreferenceSample],
    split: Split,
    max_length: usize,
) -> Result<Vec<Pair>, TokenizerError> {
    samples
        .iter()
        .filter(|sample| sample.split == split)
        .map(|sample| (sample, label(sample)))
        .filter(|(_, (_, weight))| *weight > 0.0)
        .map(|(sample, (probability, weight))| {
            let prompt = tokenizer.encode_prompt(&sample.prompt)?;
            let row = |text: &str| {
                let mut row = scored_row(&prompt, &completion(tokenizer, text)?, tokenizer);
                row.truncate(max_length);
                Ok::<_, TokenizerError>(row)
            };
            Ok(Pair {
                prompt: sample.prompt.clone(),
                chosen: row(&sample.chosen)?,
                rejected: row(&sample.rejected)?,
                probability,
                weight,
                margin: margin(sample, probability),
            })
        })
        .collect()
}

/// Probability that `chosen` is better, and the sample's weight.
fn label(sample: &PreferenceSample) -> (f64, f64) {
    if let Some(soft) = sample.soft {
        return (f64::from(soft.probability_bps) / BPS, f64::from(soft.weight_bps) / BPS);
    }
    let votes = f64::from(sample.chosen_votes + sample.rejected_votes);
    (f64::from(sample.chosen_votes) / votes, votes / 2.0)
}

fn margin(sample: &PreferenceSample, probability: f64) -> f64 {
    let margin = if probability > 0.5 { sample.margin_bps.unwrap_or(0) } else { 0 };
    f64::from(margin) / BPS
}

/// The preferred completions of one split, each ending with an end token, for imitation; samples without a prompt that
/// leaves room for at least one token of the completion within `max_length` are left out.
///
/// # Errors
/// As [`pairs`].
pub fn chosen(
    tokenizer: &Tokenizer,
    samples: &[PreferenceSample],
    split: Split,
    max_length: usize,
) -> Result<Vec<Sequence>, TokenizerError> {
    let mut sequences = Vec::new();
    for sample in samples.iter().filter(|sample| sample.split == split) {
        let prompt = tokenizer.encode_prompt(&sample.prompt)?;
        let mut row = scored_row(&prompt, &completion(tokenizer, &sample.chosen)?, tokenizer);
        row.truncate(max_length);
        if row.len() > prompt.len() {
            let response = row[prompt.len()..].to_vec();
            sequences.push(Sequence { row, prompt_length: prompt.len(), response });
        }
    }
    Ok(sequences)
}

/// The row that a reward model scores at its last token: prompt, completion and always an end token.
///
/// The end token marks "this is all there is to judge", also when sampling was cut off: the score then stands on the same
/// token in training (where a text does not say how it ended) and in PPO.
pub fn scored_row(prompt: &[i64], completion: &[i64], tokenizer: &Tokenizer) -> Vec<i64> {
    prompt.iter().chain(completion).copied().chain(tokenizer.eos_id()).collect()
}

/// Token ids of a completion that follows a prompt: without what the tokenizer puts before a text of its own.
fn completion(tokenizer: &Tokenizer, text: &str) -> Result<Vec<i64>, TokenizerError> {
    let before = tokenizer.encode("")?;
    let ids = tokenizer.encode(text)?;
    Ok(ids.strip_prefix(before.as_slice()).map_or_else(|| ids.clone(), <[i64]>::to_vec))
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::manifest::SoftLabel;

    #[test]
    fn a_soft_label_decides_and_votes_do_where_there_is_none() {
        let sample = |soft| PreferenceSample {
            task_id: Default::default(),
            prompt: String::new(),
            chosen: String::new(),
            rejected: String::new(),
            chosen_votes: 3,
            rejected_votes: 1,
            soft,
            margin_bps: Some(5_000),
            split: Split::Train,
        };
        assert_eq!(label(&sample(None)), (0.75, 2.0));
        let soft = SoftLabel { probability_bps: 9_000, weight_bps: 8_000 };
        assert_eq!(label(&sample(Some(soft))), (0.9, 0.8));
        assert_eq!((margin(&sample(None), 0.75), margin(&sample(None), 0.5)), (0.5, 0.0));
    }
}
