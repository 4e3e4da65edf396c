//! What the aggregation is for: a reward model that learned from noisy labelers, judged by truths that it never saw.

use crate::support::Draws;
use label_quality::preferences::{Answer, soft_labels};

const FEATURES: usize = 12;
const PAIRS: usize = 240;
const LABELERS: usize = 30;
const ANSWERS: usize = 3;

/// Pairs as differences of features, their truths, and answers.
struct Campaign {
    pairs: Vec<Vec<f64>>,
    answers: Vec<(usize, usize, Answer)>,
    held_out: Vec<(Vec<f64>, bool)>,
}

fn campaign(seed: u64, accuracy: impl Fn(usize) -> f64) -> Campaign {
    let mut draws = Draws(seed);
    let taste: Vec<f64> = (0..FEATURES).map(|_| draws.normal()).collect();
    let pair = |draws: &mut Draws| {
        let pair: Vec<f64> = (0..FEATURES).map(|_| draws.normal()).collect();
        let a_is_better = dot(&pair, &taste) > 0.0;
        (pair, a_is_better)
    };
    let mut campaign = Campaign { pairs: Vec::new(), answers: Vec::new(), held_out: Vec::new() };
    let mut labelers: Vec<usize> = (0..LABELERS).collect();
    for task in 0..PAIRS {
        let (features, truth) = pair(&mut draws);
        draws.shuffle(&mut labelers);
        for &labeler in &labelers[..ANSWERS] {
            let says_a = (draws.next() < accuracy(labeler)) == truth;
            let answer = match draws.next() {
                u if u < 0.1 => Answer::Tie,
                _ if says_a => Answer::A,
                _ => Answer::B,
            };
            campaign.answers.push((task, labeler, answer));
        }
        campaign.pairs.push(features);
    }
    campaign.held_out = (0..1_000).map(|_| pair(&mut draws)).collect();
    campaign
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

impl Campaign {
    /// Share of the votes for A and number of votes, a tie half a vote for each, by task.
    fn votes(&self) -> Vec<(f64, f64)> {
        let mut votes = vec![(0.0, 0.0); PAIRS];
        for (task, _, answer) in &self.answers {
            let (a, n) = &mut votes[*task];
            *n += 1.0;
            *a += match answer {
                Answer::A => 1.0,
                Answer::B => 0.0,
                Answer::Tie => 0.5,
            };
        }
        votes.into_iter().map(|(a, n)| (a / n, n)).collect()
    }

    /// Fit the Bradley–Terry loss with targets (probability of A, weight); how often it then agrees with the held-out truths.
    fn agreement(&self, targets: impl Iterator<Item = (f64, f64)>) -> f64 {
        let targets: Vec<(f64, f64)> = targets.collect();
        let total: f64 = targets.iter().map(|target| target.1).sum();
        let mut model = vec![0.0; FEATURES];
        for _ in 0..300 {
            let mut step: Vec<f64> = model.iter().map(|x| -0.003 * x).collect();
            for (pair, (probability, weight)) in self.pairs.iter().zip(&targets) {
                let error = probability - 1.0 / (1.0 + (-dot(pair, &model)).exp());
                step.iter_mut().zip(pair).for_each(|(step, x)| *step += weight / total * error * x);
            }
            model.iter_mut().zip(&step).for_each(|(x, step)| *x += step);
        }
        let right = self.held_out.iter().filter(|(pair, truth)| (dot(pair, &model) > 0.0) == *truth);
        right.count() as f64 / self.held_out.len() as f64
    }
}

/// Mean held-out agreement over 40 campaigns after training on majorities, on vote shares, on soft labels with weights.
fn agreements(accuracy: impl Fn(usize) -> f64) -> [f64; 3] {
    let mut means = [0.0; 3];
    for seed in 0..40 {
        let campaign = campaign(seed, &accuracy);
        let votes = campaign.votes();
        let majority = votes
            .iter()
            .map(|(share, _)| if *share == 0.5 { (0.5, 0.0) } else { (f64::from(*share > 0.5), 1.0) });
        let soft = soft_labels(&campaign.answers);
        let soft = soft.iter().map(|soft| (f64::from(soft.a_bps) / 1e4, f64::from(soft.weight_bps) / 1e4));
        let found = [
            campaign.agreement(majority),
            campaign.agreement(votes.iter().copied()),
            campaign.agreement(soft),
        ];
        means.iter_mut().zip(found).for_each(|(mean, found)| *mean += found / 40.0);
    }
    println!(
        "majority {:.4}, vote shares {:.4}, soft labels and weights {:.4}",
        means[0], means[1], means[2]
    );
    means
}

#[test]
fn three_in_ten_labelers_who_toss_a_coin_do_less_harm_through_soft_labels() {
    let [majority, shares, soft] = agreements(|labeler| if labeler % 10 < 3 { 0.5 } else { 0.85 });
    assert!(soft > majority + 0.015 && soft > shares + 0.015);
}

#[test]
fn one_in_ten_who_answers_upside_down_is_turned_round() {
    let accuracy = |labeler| match labeler % 10 {
        0 => 0.1,
        1..4 => 0.5,
        _ => 0.85,
    };
    let [majority, shares, soft] = agreements(accuracy);
    assert!(soft > majority + 0.04 && soft > shares + 0.04);
}

#[test]
fn labelers_who_all_err_three_times_in_ten_are_no_worse_off() {
    let [majority, shares, soft] = agreements(|_| 0.7);
    assert!(soft > majority && soft > shares - 0.005);
}
