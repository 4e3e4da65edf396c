//! What changes a distribution before a token is drawn from it.

use std::collections::{HashMap, HashSet};

use super::Sampler;

/// Candidates looked at first when only the most probable are wanted; more are only sorted when these do not suffice.
const FIRST_CANDIDATES: usize = 256;

/// The tokens that penalties look back on.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    prompt: HashSet<i64>,
    /// How often each token was drawn.
    drawn: HashMap<i64, u32>,
}

impl Seen {
    pub fn new(prompt: &[i64]) -> Self {
        Self { prompt: prompt.iter().copied().collect(), drawn: HashMap::new() }
    }

    pub fn push(&mut self, token_id: i64) {
        *self.drawn.entry(token_id).or_default() += 1;
    }
}

impl Sampler {
    /// Whether [`Sampler::adjust`] looks at the tokens before.
    pub fn looks_back(&self) -> bool {
        self.repetition_penalty != 1.0 || self.frequency_penalty != 0.0 || self.presence_penalty != 0.0
    }

    /// Bias, penalties and the minimum length, in this order.
    ///
    /// The repetition penalty is Hugging Face's (Keskar et al., arXiv 1909.05858, §4.1), over prompt and completion;
    /// frequency and presence penalty are OpenAI's, over the completion.
    pub(super) fn adjust(&self, logits: &mut [f64], seen: &Seen, position: u64) {
        let mut change = |id: i64, f: &dyn Fn(f64) -> f64| {
            if let Some(logit) = usize::try_from(id).ok().and_then(|id| logits.get_mut(id)) {
                *logit = f(*logit);
            }
        };
        for &(id, bias) in &self.logit_bias {
            change(id, &|logit| logit + bias);
        }
        if self.repetition_penalty != 1.0 {
            let penalty = self.repetition_penalty;
            let new = seen.drawn.keys().filter(|&id| !seen.prompt.contains(id));
            for &id in seen.prompt.iter().chain(new) {
                change(id, &|logit| if logit < 0.0 { logit * penalty } else { logit / penalty });
            }
        }
        if self.frequency_penalty != 0.0 || self.presence_penalty != 0.0 {
            for (&id, &count) in &seen.drawn {
                let penalty = f64::from(count) * self.frequency_penalty + self.presence_penalty;
                change(id, &|logit| logit - penalty);
            }
        }
        if position < self.min_new_tokens {
            for &id in &self.stop_ids {
                change(id, &|_| f64::NEG_INFINITY);
            }
        }
    }

    /// Top-k, top-p and min-p, in this order, as in Hugging Face.
    pub(super) fn truncate(&self, weights: &mut [f64]) {
        keep_top_k(weights, self.top_k);
        keep_top_p(weights, self.top_p);
        keep_min_p(weights, self.min_p);
    }
}

fn keep_top_k(weights: &mut [f64], k: usize) {
    if k == 0 || k >= weights.len() {
        return;
    }
    let mut sorted = weights.to_vec();
    let (_, threshold, _) = sorted.select_nth_unstable_by(k - 1, |a, b| b.total_cmp(a));
    let threshold = *threshold;
    weights.iter_mut().filter(|weight| **weight < threshold).for_each(|weight| *weight = 0.0);
}

/// A token stays when the more probable ones do not reach the mass `p` without it, so the best one always stays.
fn keep_top_p(weights: &mut [f64], p: f64) {
    if p >= 1.0 {
        return;
    }
    let mass = p * weights.iter().sum::<f64>();
    let mut n = FIRST_CANDIDATES;
    loop {
        let best = most_probable(weights, n);
        let mut before = 0.0;
        let kept = best.iter().enumerate().take_while(|&(rank, &index)| {
            let stays = rank == 0 || before < mass;
            before += weights[index];
            stays
        });
        let kept: Vec<(usize, f64)> = kept.map(|(_, &index)| (index, weights[index])).collect();
        if kept.len() < best.len() || best.len() == weights.len() {
            weights.fill(0.0);
            kept.into_iter().for_each(|(index, weight)| weights[index] = weight);
            return;
        }
        n *= 8;
    }
}

/// A token stays when it has at least the share `p` of the best one's probability.
fn keep_min_p(weights: &mut [f64], p: f64) {
    if p > 0.0 {
        let threshold = p * weights.iter().copied().fold(0.0, f64::max);
        weights.iter_mut().filter(|weight| **weight < threshold).for_each(|weight| *weight = 0.0);
    }
}

/// The indices of the `n` largest, in descending order, equals in the order of their indices.
pub(super) fn most_probable(weights: &[f64], n: usize) -> Vec<usize> {
    let descending = |a: &usize, b: &usize| weights[*b].total_cmp(&weights[*a]).then(a.cmp(b));
    let mut order: Vec<usize> = (0..weights.len()).collect();
    if n == 0 {
        return vec![];
    }
    if n < order.len() {
        order.select_nth_unstable_by(n - 1, descending);
        order.truncate(n);
    }
    order.sort_unstable_by(descending);
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truncation_keeps_the_best_and_never_nothing() {
        let kept = |sampler: Sampler| {
            let mut weights = [0.1, 0.4, 0.3, 0.2];
            sampler.truncate(&mut weights);
            weights
        };
        let free = Sampler::default;
        assert_eq!(kept(Sampler { top_p: 0.5, ..free() }), [0.0, 0.4, 0.3, 0.0]);
        assert_eq!(kept(Sampler { top_p: 0.0, ..free() }), [0.0, 0.4, 0.0, 0.0]);
        assert_eq!(kept(Sampler { top_k: 1, ..free() }), [0.0, 0.4, 0.0, 0.0]);
        assert_eq!(kept(Sampler { min_p: 0.6, ..free() }), [0.0, 0.4, 0.3, 0.0]);
        assert_eq!(kept(free()), [0.1, 0.4, 0.3, 0.2]);
    }

    #[test]
    fn a_flat_distribution_is_cut_where_sorting_all_of_it_would_cut_it() {
        let mut weights = vec![1.0; 10_000];
        weights[7_000] = 2.0;
        Sampler { top_p: 0.5, ..Sampler::default() }.truncate(&mut weights);
        // 2 for the best one, then the first of the equals until half of 10 001 is reached.
        assert_eq!(weights.iter().filter(|&&weight| weight > 0.0).count(), 5_000);
        assert!(weights[4_998] > 0.0 && weights[4_999] == 0.0 && weights[7_000] > 0.0);
    }

    #[test]
    fn penalties_are_those_of_their_definitions() {
        let mut seen = Seen::new(&[0, 3]);
        [1, 1, 0].into_iter().for_each(|id| seen.push(id));
        let adjusted = |sampler: Sampler| {
            let mut logits = [1.0, 2.0, -1.0, -2.0];
            sampler.adjust(&mut logits, &seen, 3);
            logits
        };
        let free = Sampler::default;
        assert_eq!(adjusted(Sampler { repetition_penalty: 2.0, ..free() }), [0.5, 1.0, -1.0, -4.0]);
        assert_eq!(adjusted(Sampler { frequency_penalty: 0.5, ..free() }), [0.5, 1.0, -1.0, -2.0]);
        assert_eq!(adjusted(Sampler { presence_penalty: 0.5, ..free() }), [0.5, 1.5, -1.0, -2.0]);
        let bias = vec![(2, 5.0), (99, 5.0), (-1, 5.0)];
        assert_eq!(adjusted(Sampler { logit_bias: bias, ..free() }), [1.0, 2.0, 4.0, -2.0]);
        assert!(!free().looks_back());
    }
}
