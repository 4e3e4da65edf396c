//! Samples as rows of token ids.

use protocol::manifest::{PreferenceSample, Split};

use super::layout::Sequence;
use crate::tokenizer::{Tokenizer, TokenizerError};

/// A preference as the reward model reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// What the user said; pairs of one prompt often share completions.
    pub prompt: String,
    /// Prompt, preferred completion and end token.
    pub chosen: Vec<i64>,
    /// Prompt, other completion and end token.
    pub rejected: Vec<i64>,
    /// Share of the votes for `chosen`, in `[0, 1]`; 0.5 is a tie.
    pub probability: f64,
    /// Number of votes, > 0; a win and a tie count one each.
    pub weight: f64,
}

/// Encodes the samples of one split that have votes; rows longer than `max_length` tokens lose their end.
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
        .filter(|sample| sample.split == split && sample.chosen_votes + sample.rejected_votes > 0)
        .map(|sample| {
            let prompt = tokenizer.encode_prompt(&sample.prompt)?;
            let row = |text: &str| {
                let mut row = scored_row(&prompt, &completion(tokenizer, text)?, tokenizer);
                row.truncate(max_length);
                Ok::<_, TokenizerError>(row)
            };
            let votes = f64::from(sample.chosen_votes + sample.rejected_votes);
            Ok(Pair {
                prompt: sample.prompt.clone(),
                chosen: row(&sample.chosen)?,
                rejected: row(&sample.rejected)?,
                probability: f64::from(sample.chosen_votes) / votes,
                weight: votes / 2.0,
            })
        })
        .collect()
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
