//! Learning is real: a model of a million weights is taught a grammar, a taste in its sentences is learned from preferences, and PPO
//! follows the taste without forgetting the grammar.
//!
//! Every run is deterministic, so the bounds leave room for other processors only. `--nocapture` prints the numbers of docs/training.md.

use alloy_primitives::B256;
use protocol::manifest::{
    Evaluation, PpoParams, PreferenceSample, RewardParams, RunParams, SftParams, Split,
};

use crate::grammar::{self, LENGTH, Sentence, completions, is_grammatical, sample, taste, write_preferences};
use crate::toy::{World, ppo_params, reward_params};

/// Teaches the grammar; the result is the parent of everything else.
pub fn teach(world: &World) -> B256 {
    let params = SftParams {
        epochs: 2,
        batch_size: 32,
        learning_rate: 1e-2,
        lora_rank: 8,
        lora_alpha: 16.0,
        lora_layers: 5,
        max_length: 16,
        adam_eps: 1e-5,
    };
    let inputs = [("parent", "parent", world.parent), ("preferences", "preferences", world.preferences)];
    world.train("sft", &inputs, RunParams::Sft(params)).unwrap().0
}

/// Mean over sentences.
fn mean(sentences: &[Sentence], of: impl Fn(&Sentence) -> f64) -> f64 {
    sentences.iter().map(of).sum::<f64>() / sentences.len() as f64
}

fn grammaticality(sentences: &[Sentence]) -> f64 {
    mean(sentences, |sentence| f64::from(u8::from(is_grammatical(sentence))))
}

/// Two completions of one prompt, the better one first.
pub fn pairs(dir: &std::path::Path, n: usize, seed: u64) -> Vec<[Sentence; 2]> {
    let order = |pair: &[Sentence]| {
        let better = usize::from(taste(&pair[1]) > taste(&pair[0]));
        [pair[better].clone(), pair[1 - better].clone()]
    };
    completions(dir, n, seed).chunks(2).map(order).collect()
}

pub fn reward_model(
    world: &World,
    parent: B256,
    name: &str,
    samples: &[PreferenceSample],
    params: RewardParams,
) -> B256 {
    let data = format!("{name}-data");
    let preferences = write_preferences(&world.dir(&data), samples);
    let inputs = [("parent", "sft", parent), ("preferences", data.as_str(), preferences)];
    world.train(name, &inputs, RunParams::Reward(params)).unwrap().0
}

#[test]
fn a_grammar_is_taught_a_taste_is_learned_from_preferences_and_ppo_follows_it() {
    let world = grammar::world();
    let random = completions(&world.dir("parent"), 8, 1);
    let parent = teach(&world);
    let taught = completions(&world.dir("sft"), 32, 1);
    println!("grammatical: random {:.3}, taught {:.3}", grammaticality(&random), grammaticality(&taught));
    assert_eq!(grammaticality(&random), 0.0);
    assert!(grammaticality(&taught) > 0.9);

    let samples: Vec<_> = (0..)
        .zip(pairs(&world.dir("sft"), 60, 2))
        .map(|(i, [better, worse])| {
            let votes = if taste(&better) == taste(&worse) { (1, 1) } else { (2, 0) };
            sample(i, better, worse.1, votes, None, if i % 5 == 4 { Split::Test } else { Split::Train })
        })
        .collect();
    let reward = reward_model(
        &world,
        parent,
        "reward",
        &samples,
        RewardParams { epochs: 8, lora_layers: 5, learning_rate: 8e-3, ..reward_params() },
    );
    let metrics = world.manifest("reward").metrics;
    println!("reward model: {metrics:?}");
    assert!(metrics["heldOutAccuracyLow"] > 0.6);

    let params = PpoParams {
        steps: 24,
        batch_size: 64,
        mini_batch_size: 32,
        learning_rate: 3e-3,
        max_new_tokens: LENGTH,
        missing_eos_penalty: 1.0,
        kl_coef: 0.05,
        eval_prompts: 16,
        eval_samples: 16,
        ..ppo_params()
    };
    let inputs =
        [("parent", "sft", parent), ("prompts", "prompts", world.prompts), ("reward", "reward", reward)];
    world.train("ppo", &inputs, RunParams::Ppo(params)).unwrap();
    let (before, after) = (taught, completions(&world.dir("ppo"), 32, 3));
    let evaluation: Evaluation =
        serde_json::from_slice(&std::fs::read(world.dir("ppo").join("evaluation.json")).unwrap()).unwrap();
    println!(
        "oracle: {:.3} before, {:.3} after; KL {:.2}; grammatical {:.3}; win rate {} [{}, {}]",
        mean(&before, taste),
        mean(&after, taste),
        evaluation.kl,
        grammaticality(&after),
        evaluation.win_rate_bps,
        evaluation.ci_low_bps,
        evaluation.ci_high_bps,
    );
    assert!(mean(&before, taste).abs() < 0.15);
    assert!(mean(&after, taste) > 0.5);
    assert!(evaluation.kl < 10.0);
    assert!(evaluation.ci_low_bps > 5_000);
    assert!(grammaticality(&after) > 0.8);
}
