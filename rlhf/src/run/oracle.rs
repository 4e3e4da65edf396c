//! A judge that training never sees: VADER, a lexicon of human ratings of sentiment (Hutto & Gilbert, ICWSM 2014).

use vader_sentiment::SentimentIntensityAnalyzer;

/// Name of the judge in an evaluation.
pub const NAME: &str = "vader";

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
}
