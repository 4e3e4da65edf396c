//! Task `pretrain` in the toy world.

use alloy_primitives::B256;
use protocol::manifest::{PretrainParams, RunParams, Start};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rlhf::convert::{ConvertError, text};
use rlhf::data::pack::{Packed, pack};
use rlhf::model::{Adapters, Llama, Precision};
use rlhf::run::TrainArgs;
use serde_json::json;
use tch::{Device, Tensor, no_grad};

use crate::resume::assert_resumes_and_replays;
use crate::toy::{Log, World};

const WORDS: [&str; 8] = ["the", "a", "day", "cat", "dog", "house", "tree", "walk"];

fn pretrain_params() -> PretrainParams {
    PretrainParams {
        start: Start::Random,
        epochs: 4,
        batch_size: 4,
        row_length: 32,
        learning_rate: 1e-2,
        warmup_steps: 5,
        weight_decay: 0.01,
        beta2: 0.99,
        adam_eps: 1e-8,
        max_grad_norm: 1.0,
        eval_documents: 20,
    }
}

/// Texts of a language in which nine words of ten are followed by a certain one: about 0.5 nats a word, where all words of the
/// tokenizer at random are 3.7 and these eight 2.1.
fn write_texts(world: &World, n: usize) -> B256 {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let document = |_| {
        let mut word = rng.random_range(0..WORDS.len());
        let mut text = vec![];
        for _ in 0..rng.random_range(5..30) {
            text.push(WORDS[word]);
            word = if rng.random_bool(0.9) { (word * 3 + 1) % 8 } else { rng.random_range(0..WORDS.len()) };
        }
        format!("{}\n", json!({"text": text.join(" "), "source": "toy"}))
    };
    let lines: String = (0..n - 1).map(document).collect();
    let (file, plain) = (world.dir("texts.jsonl"), world.dir("texts.txt"));
    std::fs::write(&file, lines).unwrap();
    std::fs::write(&plain, "the cat the cat\nthe dog").unwrap();
    text::convert(&[plain, file], "CC0-1.0", &world.dir("texts")).unwrap()
}

fn arguments(world: &World, texts: B256, out: &str, params: PretrainParams) -> TrainArgs {
    let inputs = [("parent", "parent", world.parent), ("texts", "texts", texts)];
    world.arguments(out, &inputs, RunParams::Pretrain(params))
}

fn run(world: &World, texts: B256, out: &str, params: PretrainParams) -> Log {
    let mut log = Log::default();
    rlhf::run::train(&arguments(world, texts, out, params), &mut log).unwrap();
    log
}

#[test]
fn a_model_learns_a_language_from_random_weights() {
    let world = World::new();
    let texts = write_texts(&world, 140);
    let log = run(&world, texts, "model", pretrain_params());
    let losses = log.values("loss");
    assert!((losses[0] - 40f64.ln()).abs() < 0.2, "nothing is known yet: {losses:?}");
    let manifest = world.manifest("model");
    assert!(manifest.metrics["heldOutLoss"] < 1.2, "{:?}", manifest.metrics);
    assert!((manifest.metrics["heldOutPerplexity"].ln() - manifest.metrics["heldOutLoss"]).abs() < 1e-6);
    assert_eq!(manifest.dataset_hashes, [texts]);
    Llama::load(&world.dir("model"), Precision::F32, Device::Cpu).unwrap();
}

#[test]
fn one_row_can_be_learned_by_heart() {
    let world = World::new();
    let texts = write_texts(&world, 4);
    let params = PretrainParams {
        epochs: 80,
        batch_size: 64,
        eval_documents: 0,
        start: Start::Parent,
        ..pretrain_params()
    };
    let losses = run(&world, texts, "model", params).values("loss");
    // The first token after each first word is a guess among few.
    assert!(losses.last().unwrap() < &0.3, "{losses:?}");
}

#[test]
fn without_learning_the_model_is_its_parent() {
    let world = World::new();
    let texts = write_texts(&world, 30);
    let still = PretrainParams { epochs: 1, learning_rate: 0.0, start: Start::Parent, ..pretrain_params() };
    run(&world, texts, "model", still);
    assert_eq!(world.manifest("model").weights_hash, world.manifest("parent").weights_hash);
}

#[test]
fn an_interrupted_pre_training_goes_on_to_the_same_bytes_and_can_be_repeated() {
    let world = World::new();
    let texts = write_texts(&world, 60);
    let params = PretrainParams { epochs: 1, ..pretrain_params() };
    let args = |out: &str| arguments(&world, texts, out, params.clone());
    assert_resumes_and_replays(args("whole"), &args("broken"));
}

#[test]
fn a_row_longer_than_the_model_and_a_line_without_text_are_refused() {
    let world = World::new();
    let texts = write_texts(&world, 30);
    let long = PretrainParams { row_length: 72, ..pretrain_params() };
    let error = rlhf::run::train(&arguments(&world, texts, "model", long), &mut Log::default()).unwrap_err();
    assert!(error.to_string().contains("rowLength"), "{error}");
    let file = world.dir("bad.jsonl");
    std::fs::write(&file, "{\"text\": \"a\"}\n{\"words\": \"b\"}\n").unwrap();
    let error = text::convert(&[file], "CC0-1.0", &world.dir("bad")).unwrap_err();
    assert!(matches!(error, ConvertError::Line { line: 2, .. }), "{error}");
    assert!(!world.dir("bad").exists());
}

#[test]
fn a_packed_document_is_read_as_if_it_were_alone() {
    let world = World::new();
    let model = Llama::load(&world.dir("parent"), Precision::F32, Device::Cpu).unwrap();
    let documents: Vec<Vec<i64>> = vec![(3..12).collect(), vec![7, 7, 0, 1], (20..39).collect()];
    let lengths: Vec<usize> = documents.iter().map(Vec::len).collect();
    let rows = pack(&lengths, &[1, 0, 2], 40);
    let packed = Packed::new(&documents, &rows, 40, Device::Cpu);
    let together = no_grad(|| {
        model.forward_packed(&packed.token_ids, &packed.positions, &packed.visible()).squeeze_dim(0)
    });
    let mut start = 0;
    for &document in &[1usize, 0, 2] {
        let (ids, n) = (Tensor::from_slice(&documents[document]).unsqueeze(0), lengths[document] as i64);
        let alone = no_grad(|| model.forward(&ids, Adapters::Off).squeeze_dim(0));
        let difference = (together.narrow(0, start, n) - alone).abs().max().double_value(&[]);
        assert!(difference < 1e-5, "document {document}: {difference}");
        start += n;
    }
}
