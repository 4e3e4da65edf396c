//! What the simulated people like: the stand-in for human taste in the demo.
//!
//! Of two completions the better one has the higher VADER sentiment (Hutto & Gilbert 2014: a lexicon rated by ten
//! people a word); where both are equally cheerful, the one that says more; where they are equally long too, neither.
use std::cmp::Ordering;

use vader_sentiment::SentimentIntensityAnalyzer;

/// Compound sentiments closer than this count as equal.
const INDIFFERENCE: f64 = 0.05;

pub struct Oracle(SentimentIntensityAnalyzer<'static>);

impl Oracle {
    pub fn new() -> Self {
        Self(SentimentIntensityAnalyzer::new())
    }

    /// VADER's compound score in `[-1, 1]`.
    pub fn sentiment(&self, text: &str) -> f64 {
        self.0.polarity_scores(text).get("compound").copied().unwrap_or(0.0)
    }

    /// `Greater` when `a` is the better completion.
    pub fn compare(&self, a: &str, b: &str) -> Ordering {
        let difference = self.sentiment(a) - self.sentiment(b);
        if difference.abs() > INDIFFERENCE {
            return difference.total_cmp(&0.0);
        }
        a.chars().count().cmp(&b.chars().count())
    }

    /// How clear the case is: the distance of the two sentiments, in `[0, 2]`.
    pub fn margin(&self, a: &str, b: &str) -> f64 {
        (self.sentiment(a) - self.sentiment(b)).abs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefers_the_more_cheerful_then_the_longer() {
        let oracle = Oracle::new();
        assert_eq!(oracle.compare("What a wonderful, happy day!", "This is terrible."), Ordering::Greater);
        assert_eq!(oracle.compare("A table.", "A table in the room."), Ordering::Less);
        assert_eq!(oracle.compare("A table.", "A chairs"), Ordering::Equal);
    }
}
