//! Task `dpo` in the toy world.

use protocol::manifest::{DpoLoss, DpoParams, RunParams};
use rlhf::generate::{Completion, GenerateOptions, Sampler, generate};
use rlhf::model::{Llama, Precision};
use rlhf::run::TrainArgs;
use rlhf::tokenizer::Tokenizer;
use tch::Device;
use vader_sentiment::SentimentIntensityAnalyzer;

use crate::resume::assert_resumes_and_replays;
use crate::toy::{Log, World};

pub fn dpo_params() -> DpoParams {
    DpoParams {
        epochs: 4,
        batch_size: 16,
        learning_rate: 5e-3,
        lora_rank: 8,
        lora_alpha: 16.0,
        lora_layers: 2,
        max_length: 32,
        adam_eps: 1e-5,
        loss: DpoLoss::Sigmoid,
        beta: 0.2,
        label_smoothing: 0.0,
    }
}

fn arguments(world: &World, out: &str, params: DpoParams) -> TrainArgs {
    let inputs = [("parent", "parent", world.parent), ("preferences", "preferences", world.preferences)];
    world.arguments(out, &inputs, RunParams::Dpo(params))
}

/// Mean VADER sentiment of eight completions of each of ten prompts.
fn mean_sentiment(world: &World, model: &str) -> f64 {
    let dir = world.dir(model);
    let tokenizer = Tokenizer::load(&dir).unwrap();
    let model = Llama::load(&dir, Precision::F32, Device::Cpu).unwrap();
    let prompts: Vec<Vec<i64>> = (0..10).map(|word| vec![word, word + 5, word + 2]).collect();
    let sampler = Sampler { seed: 9, stop_ids: tokenizer.eos_ids().to_vec(), ..Sampler::default() };
    let options = GenerateOptions { sampler, samples: 8, max_new_tokens: 8, ..GenerateOptions::default() };
    let completions = generate(&model, &prompts, &options).unwrap();
    let oracle = SentimentIntensityAnalyzer::new();
    let score = |completion: &Completion| {
        let text = tokenizer.decode(completion.text_ids()).unwrap();
        if text.is_empty() { 0.0 } else { oracle.polarity_scores(&text)["compound"] }
    };
    completions.iter().map(score).sum::<f64>() / completions.len() as f64
}

fn run(world: &World, out: &str, params: DpoParams) -> Log {
    let mut log = Log::default();
    rlhf::run::train(&arguments(world, out, params), &mut log).unwrap();
    log
}

#[test]
fn a_policy_learns_preferences_directly_from_a_start_where_it_is_its_parent() {
    let world = World::new();
    let before = mean_sentiment(&world, "parent");
    for (name, loss, beta, start) in
        [("dpo", DpoLoss::Sigmoid, 0.2, std::f64::consts::LN_2), ("ipo", DpoLoss::Ipo, 0.5, 1.0)]
    {
        let log = run(&world, name, DpoParams { loss, beta, ..dpo_params() });
        let losses = log.values("loss");
        assert!((losses[0] - start).abs() < 1e-5, "{name}: {losses:?}");
        assert!(losses.last().unwrap() < &(0.9 * start), "{name}: {losses:?}");
        let metrics = world.manifest(name).metrics;
        assert!(metrics["heldOutAccuracy"] > 0.6, "{name}: {metrics:?}");
        assert!(metrics["heldOutMargin"] > 0.0, "{name}: {metrics:?}");
        let after = mean_sentiment(&world, name);
        assert!(after > before + 0.2, "{name}: {before} became {after}");
        assert_ne!(world.manifest(name).weights_hash, world.manifest("parent").weights_hash);
    }
}

#[test]
fn one_batch_of_pairs_can_be_learned_by_heart_and_doubt_keeps_the_margins_small() {
    let world = World::new();
    let params = DpoParams { epochs: 40, batch_size: 250, ..dpo_params() };
    let sure = run(&world, "sure", params.clone());
    // Ties are in the batch and can be neither won nor lost.
    assert!(sure.values("accuracy").last().unwrap() > &0.93, "{:?}", sure.values("accuracy"));
    assert!(sure.values("loss").last().unwrap() < &0.25, "{:?}", sure.values("loss"));
    let unsure = run(&world, "unsure", DpoParams { label_smoothing: 0.2, ..params });
    let margin = |log: &Log| *log.values("margin").last().unwrap();
    assert!(margin(&unsure) < 0.7 * margin(&sure), "{} of {}", margin(&unsure), margin(&sure));
}

#[test]
fn without_learning_the_policy_is_its_parent_and_every_pair_a_coin() {
    let world = World::new();
    let log = run(&world, "still", DpoParams { epochs: 1, learning_rate: 0.0, ..dpo_params() });
    assert!(log.values("loss").iter().all(|loss| (loss - std::f64::consts::LN_2).abs() < 1e-5));
    assert!(log.values("margin").iter().all(|margin| margin.abs() < 1e-5), "{:?}", log.values("margin"));
    assert_eq!(world.manifest("still").weights_hash, world.manifest("parent").weights_hash);
}

#[test]
fn an_interrupted_run_from_preferences_goes_on_to_the_same_bytes_and_can_be_repeated() {
    let world = World::new();
    let params = DpoParams { epochs: 1, batch_size: 32, label_smoothing: 0.1, ..dpo_params() };
    let args = |out: &str| arguments(&world, out, params.clone());
    assert_resumes_and_replays(args("whole"), &args("broken"));
}
