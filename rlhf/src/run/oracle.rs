//! Judges that training never sees: VADER, a lexicon of human ratings of sentiment (Hutto & Gilbert, ICWSM 2014), or the scores
//! that somebody gave to completions.

use std::collections::HashMap;

use serde::Deserialize;
use vader_sentiment::SentimentIntensityAnalyzer;

use super::TrainError;

/// Somebody who scores completions.
pub trait Taste {
    /// Name of the judge in an evaluation.
    fn name(&self) -> &str;

    /// How good the completion is; only differences count.
    ///
    /// # Errors
    /// [`TrainError::Unfit`] when the judge has no opinion about it.
    fn taste(&self, prompt: &str, completion: &str) -> Result<f64, TrainError>;
}

impl Taste for Oracle {
    fn name(&self) -> &str {
        "vader"
    }

    fn taste(&self, _: &str, completion: &str) -> Result<f64, TrainError> {
        Ok(self.score(completion))
    }
}

/// Scores by prompt and completion.
#[derive(Debug)]
pub struct Scores(HashMap<(String, String), f64>);

#[derive(Deserialize)]
struct Scored {
    prompt: String,
    completion: String,
    score: f64,
}

impl Scores {
    /// Reads lines `{"prompt", "completion", "score"}`, other fields are ignored.
    ///
    /// # Errors
    /// [`TrainError::Unfit`] names the first line that is none, or that contradicts one before it.
    pub fn parse(text: &str) -> Result<Self, TrainError> {
        let mut scores = HashMap::new();
        for (i, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
            let unfit = |why: String| TrainError::Unfit(format!("line {i} of the oracle's scores: {why}"));
            let found: Scored = serde_json::from_str(line).map_err(|error| unfit(error.to_string()))?;
            let before = scores.insert((found.prompt, found.completion), found.score);
            if before.is_some_and(|before| before != found.score) {
                return Err(unfit("the same completion had another score before".into()));
            }
        }
        Ok(Self(scores))
    }
}

impl Taste for Scores {
    fn name(&self) -> &str {
        "scores"
    }

    fn taste(&self, prompt: &str, completion: &str) -> Result<f64, TrainError> {
        let key = (prompt.to_owned(), completion.to_owned());
        let missing = || {
            TrainError::Unfit(format!(
                "the oracle has no score for {completion:?} after {prompt:?}; `--completions FILE` writes what it should score"
            ))
        };
        self.0.get(&key).copied().ok_or_else(missing)
    }
}

/// Scores the sentiment of texts.
pub struct Oracle(SentimentIntensityAnalyzer<'static>);

impl Oracle {
    /// The oracle with its built-in lexicon.
    pub fn new() -> Self {
        Self(SentimentIntensityAnalyzer::new())
    }

    /// Compound sentiment of a text in `[−1, 1]`; 0 for a text without words.
    pub fn score(&self, text: &str) -> f64 {
        if !text.contains(char::is_alphanumeric) {
            return 0.0;
        }
        self.0.polarity_scores(text).get("compound").copied().filter(|score| score.is_finite()).unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_praise_from_blame_and_survives_texts_without_words() {
        let oracle = Oracle::new();
        assert!(oracle.score("What a wonderful, happy day!") > 0.5);
        assert!(oracle.score("This is a terrible, sad mess.") < -0.5);
        for text in ["", " ", "\n", "...", "🙂", "\u{fffd}", "a"] {
            assert!(oracle.score(text).abs() <= 1.0);
        }
    }

    #[test]
    fn scores_are_looked_up_and_neither_missing_nor_contradictory() {
        let line = |score: f64| format!(r#"{{"prompt":"p","completion":"c","score":{score},"by":"me"}}"#);
        let scores = Scores::parse(&format!("{}\n\n{}\n", line(0.5), line(0.5))).unwrap();
        assert_eq!(scores.taste("p", "c").unwrap(), 0.5);
        assert!(scores.taste("p", "other").unwrap_err().to_string().contains("--completions"));
        for text in [format!("{}\n{}", line(0.5), line(0.6)), "{}".into()] {
            assert!(matches!(Scores::parse(&text), Err(TrainError::Unfit(_))));
        }
    }
}
