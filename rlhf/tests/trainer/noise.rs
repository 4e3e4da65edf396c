//! What labelers who answer at random cost a reward model, and how much of it soft labels with weights win back.
//!
//! Deterministic, so the bounds leave room for other processors only. `--nocapture` prints the numbers of docs/training.md.

use label_quality::preferences::{Answer, soft_labels};
use protocol::manifest::{PreferenceSample, RewardParams, SoftLabel, Split};
use rand::{Rng, SeedableRng, seq::index};
use rand_chacha::ChaCha8Rng;

use crate::grammar::{self, Sentence, sample, taste};
use crate::learning::{pairs, reward_model, teach};
use crate::toy::reward_params;

const LABELERS: usize = 20;
/// Answers to each pair.
const ANSWERS: u32 = 3;
const CAMPAIGNS: u32 = 3;

/// Pairs, the better sentence first, and what labelers said of them.
struct Campaign {
    pairs: Vec<[Sentence; 2]>,
    /// Which is shown as A is drawn, so that a lean to one side helps nobody.
    a_is_better: Vec<bool>,
    /// Pair, labeler, answer.
    answers: Vec<(usize, usize, Answer)>,
}

impl Campaign {
    /// Three of ten labelers answer at random, the others are right nine times of ten.
    fn draw(pairs: Vec<[Sentence; 2]>, rng: &mut impl Rng) -> Self {
        let mut campaign = Self { pairs, a_is_better: Vec::new(), answers: Vec::new() };
        for pair in 0..campaign.pairs.len() {
            let a_is_better = rng.random();
            for labeler in index::sample(rng, LABELERS, ANSWERS as usize) {
                let accuracy = if labeler % 10 < 3 { 0.5 } else { 0.9 };
                let says_a = rng.random_bool(accuracy) == a_is_better;
                campaign.answers.push((pair, labeler, if says_a { Answer::A } else { Answer::B }));
            }
            campaign.a_is_better.push(a_is_better);
        }
        campaign
    }

    /// Answers for the better sentence of a pair.
    fn right(&self, pair: usize) -> u32 {
        let says_a = |answer: &&(usize, usize, Answer)| answer.0 == pair && answer.2 == Answer::A;
        let for_a = self.answers.iter().filter(says_a).count() as u32;
        if self.a_is_better[pair] { for_a } else { ANSWERS - for_a }
    }

    /// A sample of each pair with the votes that `votes` makes of (answers for the better, for the worse).
    fn by_votes(&self, votes: impl Fn(u32, u32) -> (u32, u32)) -> Vec<PreferenceSample> {
        let one = |pair| {
            let right = self.right(pair);
            let (better, worse) = votes(right, ANSWERS - right);
            self.sample(pair, better < worse, (better.max(worse), better.min(worse)), None)
        };
        (0..self.pairs.len()).map(one).collect()
    }

    /// A sample of each pair with the probability and weight that Dawid and Skene's model gives it.
    fn by_soft_labels(&self) -> Vec<PreferenceSample> {
        let soft_labels = soft_labels(&self.answers);
        let one = |pair: usize| {
            let soft = &soft_labels[pair];
            let for_better = if self.a_is_better[pair] { soft.a_bps } else { 10_000 - soft.a_bps };
            let probability_bps = for_better.max(10_000 - for_better);
            let label = SoftLabel { probability_bps, weight_bps: soft.weight_bps };
            let right = self.right(pair);
            let is_turned = for_better < 5_000;
            let votes = if is_turned { (ANSWERS - right, right) } else { (right, ANSWERS - right) };
            self.sample(pair, is_turned, votes, Some(label))
        };
        (0..self.pairs.len()).map(one).collect()
    }

    /// What the labels prefer comes first: the worse sentence, if they are turned around.
    fn sample(
        &self,
        pair: usize,
        is_turned: bool,
        votes: (u32, u32),
        soft: Option<SoftLabel>,
    ) -> PreferenceSample {
        let [better, worse] = &self.pairs[pair];
        let (first, second) = if is_turned { (worse, better) } else { (better, worse) };
        sample(pair, first.clone(), second.1.clone(), (2 * votes.0, 2 * votes.1), soft, Split::Train)
    }
}

#[test]
fn soft_labels_and_weights_lose_less_to_labelers_who_answer_at_random() {
    let world = grammar::world();
    let parent = teach(&world);
    let of = |n, seed| -> Vec<[Sentence; 2]> {
        let differ = |pair: &[Sentence; 2]| taste(&pair[0]) > taste(&pair[1]);
        pairs(&world.dir("sft"), n, seed).into_iter().filter(differ).collect()
    };
    let held_out: Vec<_> = (1_000_000..)
        .zip(of(50, 4))
        .map(|(i, [better, worse])| sample(i, better, worse.1, (2, 0), None, Split::Test))
        .collect();
    // Long enough that single trainings do not differ by more than what the labels are worth.
    let params = RewardParams { epochs: 8, lora_layers: 5, learning_rate: 8e-3, ..reward_params() };
    let mut means = [0.0; 3];
    for number in 0..CAMPAIGNS {
        let mut rng = ChaCha8Rng::seed_from_u64(number.into());
        let campaign = Campaign::draw(of(80, 100 + u64::from(number)), &mut rng);
        let majority = |better, worse| if better > worse { (1, 0) } else { (0, 1) };
        let ways = [
            campaign.by_votes(majority),
            campaign.by_votes(|better, worse| (better, worse)),
            campaign.by_soft_labels(),
        ];
        for (way, samples) in ways.into_iter().enumerate() {
            let samples: Vec<_> = samples.into_iter().chain(held_out.iter().cloned()).collect();
            let name = format!("reward-{number}-{way}");
            reward_model(&world, parent, &name, &samples, params.clone());
            let accuracy = world.manifest(&name).metrics["heldOutAccuracy"];
            println!("campaign {number} of {} pairs, way {way}: {accuracy:.3}", campaign.pairs.len());
            means[way] += accuracy / f64::from(CAMPAIGNS);
        }
    }
    let [majority, shares, soft] = means;
    println!(
        "{} held-out pairs: majority {majority:.3}, vote shares {shares:.3}, soft labels with weights {soft:.3}",
        held_out.len()
    );
    assert!(soft > majority + 0.01 && soft > shares + 0.01);
}
