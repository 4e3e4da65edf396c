//! A toy world for whole training runs: a Llama with random weights over 40 words, some kind, some unkind.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use alloy_primitives::{B256, keccak256};
use protocol::manifest::{
    CheckpointManifest, DatasetKind, DatasetManifest, FileEntry, KlEstimator, PpoParams, PreferenceSample,
    Profile, PromptSample, RewardParams, RunParams, RunSpec, Split, TrainingPrecision, canonical_json,
    sample_root,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rlhf::generate::{GenerateOptions, Sampler, generate};
use rlhf::model::{Adapters, Config, Llama, Params, Precision};
use rlhf::report::{Event, Metrics, Report};
use rlhf::run::{Engine, SaveStates, TrainArgs, TrainError, checkpoint, train};
use rlhf::tokenizer::Tokenizer;
use serde_json::json;
use tch::{Device, Kind, Tensor};
use vader_sentiment::SentimentIntensityAnalyzer;

const KIND: [&str; 10] =
    ["good", "great", "happy", "love", "wonderful", "nice", "best", "joy", "kind", "fun"];
const UNKIND: [&str; 10] =
    ["bad", "sad", "awful", "terrible", "hate", "worst", "ugly", "fear", "cruel", "dull"];
const PLAIN: [&str; 18] = [
    "the", "a", "day", "cat", "dog", "house", "tree", "walk", "is", "was", "and", "to", "in", "road", "sky",
    "we", "they", "it",
];
const EMBEDDING: &str = "model.embed_tokens.weight";
pub const END: &str = "</s>";

/// A folder with a parent checkpoint, prompts and preferences.
pub struct World {
    root: tempfile::TempDir,
    pub parent: B256,
    pub prompts: B256,
    pub preferences: B256,
    /// Of the runs; none: that of the profile.
    pub precision: Option<TrainingPrecision>,
}

/// What a run told.
#[derive(Debug, Default)]
pub struct Log(pub Vec<(String, Metrics)>);

impl Report for Log {
    fn event(&mut self, event: &Event) {
        if let Event::Progress { phase, metrics, .. } = event {
            self.0.push((format!("{phase:?}"), (*metrics).clone()));
        }
    }
}

impl Log {
    /// Values of a metric in the order of steps.
    pub fn values(&self, name: &str) -> Vec<f64> {
        self.0.iter().filter_map(|(_, metrics)| metrics.get(name).copied()).collect()
    }
}

impl World {
    /// The same world every time.
    pub fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let engine = Engine::start(Profile::CpuDeterministic);
        let parent_dir = root.path().join("parent");
        write_model(&parent_dir);
        let parent = checkpoint::import(&parent_dir, engine.describe()).unwrap();
        let prompts = write_prompts(&root.path().join("prompts"));
        let preferences = write_preferences(&root.path().join("preferences"), &parent_dir, None);
        Self { root, parent, prompts, preferences, precision: None }
    }

    /// The same preferences where somebody said by how much, always the same.
    pub fn set_margins(&mut self, margin_bps: u32) {
        self.preferences = write_preferences(&self.dir("preferences"), &self.dir("parent"), Some(margin_bps));
    }

    /// A world of somebody else's making.
    pub fn of(root: tempfile::TempDir, parent: B256, prompts: B256, preferences: B256) -> Self {
        Self { root, parent, prompts, preferences, precision: None }
    }

    pub fn dir(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Runs a spec with the folders named by `inputs`; the checkpoint appears under `out`.
    pub fn train(
        &self,
        out: &str,
        inputs: &[(&str, &str, B256)],
        params: RunParams,
    ) -> Result<(B256, Log), TrainError> {
        let args = self.arguments(out, inputs, params);
        let mut log = Log::default();
        Ok((train(&args, &mut log)?, log))
    }

    /// Writes the spec of a run beside its output, and says how to start it.
    pub fn arguments(&self, out: &str, inputs: &[(&str, &str, B256)], params: RunParams) -> TrainArgs {
        let spec = RunSpec {
            inputs: inputs.iter().map(|(name, _, hash)| ((*name).to_owned(), *hash)).collect(),
            seed: 7,
            profile: Profile::CpuDeterministic,
            precision: self.precision,
            params,
        };
        let path = self.dir(&format!("{out}.json"));
        std::fs::write(&path, canonical_json(&spec).unwrap()).unwrap();
        let inputs: BTreeMap<String, PathBuf> =
            inputs.iter().map(|(name, dir, _)| ((*name).to_owned(), self.dir(dir))).collect();
        TrainArgs {
            spec: path,
            inputs,
            out: self.dir(out),
            save: SaveStates::default(),
            gradient_checkpointing: false,
        }
    }

    pub fn train_reward(&self, out: &str, params: RewardParams) -> (B256, Log) {
        let inputs = [("parent", "parent", self.parent), ("preferences", "preferences", self.preferences)];
        self.train(out, &inputs, RunParams::Reward(params)).unwrap()
    }

    pub fn train_ppo(&self, out: &str, reward: B256, params: PpoParams) -> (B256, Log) {
        let inputs = [
            ("parent", "parent", self.parent),
            ("prompts", "prompts", self.prompts),
            ("reward", "reward", reward),
        ];
        self.train(out, &inputs, RunParams::Ppo(params)).unwrap()
    }

    pub fn manifest(&self, out: &str) -> CheckpointManifest {
        serde_json::from_slice(&std::fs::read(self.dir(out).join("manifest.json")).unwrap()).unwrap()
    }
}

pub fn reward_params() -> RewardParams {
    RewardParams {
        epochs: 5,
        batch_size: 16,
        learning_rate: 2e-3,
        lora_rank: 8,
        lora_alpha: 16.0,
        lora_layers: 2,
        max_length: 32,
        adam_eps: 1e-5,
        centering: 0.01,
        heads: None,
        tie_theta: None,
    }
}

pub fn ppo_params() -> PpoParams {
    PpoParams {
        steps: 12,
        batch_size: 32,
        mini_batch_size: 16,
        ppo_epochs: 2,
        learning_rate: 1e-2,
        value_learning_rate: 1e-2,
        lora_rank: 8,
        lora_alpha: 16.0,
        lora_layers: 2,
        max_prompt_length: 16,
        max_new_tokens: 8,
        temperature: 1.0,
        kl_coef: 0.02,
        kl_estimator: KlEstimator::K1,
        gamma: 1.0,
        lam: 0.95,
        cliprange: 0.2,
        clip_range_value: 0.2,
        vf_coef: 0.1,
        missing_eos_penalty: 0.0,
        whiten_rewards: false,
        adam_eps: 1e-5,
        max_grad_norm: 1.0,
        eval_prompts: 8,
        eval_samples: 4,
        eval_temperature: 1.0,
    }
}

fn words() -> Vec<&'static str> {
    // The padding id 0 is an ordinary word on purpose.
    PLAIN.into_iter().chain(KIND).chain(UNKIND).chain([END, "<unk>"]).collect()
}

fn write_model(dir: &Path) {
    std::fs::create_dir_all(dir).unwrap();
    let vocabulary = words();
    let end = vocabulary.len() - 2;
    let config = json!({
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": vocabulary.len(),
        "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4,
        "num_key_value_heads": 2, "head_dim": 8, "max_position_embeddings": 64, "rms_norm_eps": 1e-5,
        "eos_token_id": end, "torch_dtype": "float32", "tie_word_embeddings": false,
    });
    std::fs::write(dir.join("config.json"), config.to_string()).unwrap();
    write_tokenizer(dir, &vocabulary);
    random_weights(&Config::load(dir).unwrap()).save(dir, Precision::F32).unwrap();
}

/// A token for each word, of which the last but one ends a text; a prompt is just its text.
pub fn write_tokenizer(dir: &Path, vocabulary: &[&str]) {
    let end = vocabulary.len() - 2;
    let ids: BTreeMap<&str, usize> = vocabulary.iter().enumerate().map(|(id, word)| (*word, id)).collect();
    let special = json!({"id": end, "content": END, "special": true, "single_word": false, "lstrip": false,
                         "rstrip": false, "normalized": false});
    let tokenizer = json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [special], "normalizer": null,
        "pre_tokenizer": {"type": "WhitespaceSplit"}, "post_processor": null, "decoder": null,
        "model": {"type": "WordLevel", "vocab": ids, "unk_token": "<unk>"},
    });
    std::fs::write(dir.join("tokenizer.json"), tokenizer.to_string()).unwrap();
    let template = "{% for message in messages %}{{ message.content }}{% endfor %}";
    let settings = json!({"chat_template": template, "eos_token": END});
    std::fs::write(dir.join("tokenizer_config.json"), settings.to_string()).unwrap();
}

fn random_weights(config: &Config) -> Params {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let mut tensor = |shape: &[i64]| {
        if shape.len() == 1 {
            return Tensor::ones(shape, (Kind::Float, Device::Cpu));
        }
        let bound = (3.0 / shape[1] as f32).sqrt();
        let draws: Vec<f32> =
            (0..shape.iter().product::<i64>()).map(|_| rng.random_range(-bound..bound)).collect();
        Tensor::from_slice(&draws).view(shape)
    };
    let mut params = Params::new();
    for (name, shape) in config.tensors() {
        params.insert(name, tensor(&shape));
    }
    let embedding = params.get(EMBEDDING).unwrap() + sentiment_direction(config);
    params.insert(EMBEDDING, embedding);
    params
}

/// As in a trained model, words of like sentiment have like embeddings: kind ones are moved along a direction of length
/// one, unkind ones against it. `[V, d]`.
fn sentiment_direction(config: &Config) -> Tensor {
    let sign = |word: &&str| f32::from(i8::from(KIND.contains(word)) - i8::from(UNKIND.contains(word)));
    let signs: Vec<f32> = words().iter().map(sign).collect();
    let direction = Tensor::ones([1, config.hidden_size], (Kind::Float, Device::Cpu))
        / (config.hidden_size as f64).sqrt();
    Tensor::from_slice(&signs).unsqueeze(1).matmul(&direction)
}

/// Forty different prompts of two or three plain words.
fn prompt_texts() -> Vec<String> {
    (0..40)
        .map(|i| format!("{} {} {}", PLAIN[i % 18], PLAIN[(i * 7 + 3) % 18], PLAIN[(i / 18 + 9) % 18]))
        .collect()
}

fn write_prompts(dir: &Path) -> B256 {
    let lines =
        prompt_texts().into_iter().map(|prompt| canonical_json(&PromptSample { prompt }).unwrap()).collect();
    write_dataset(dir, DatasetKind::Prompts, lines)
}

/// Samples twelve completions for each prompt and lets VADER choose within the six pairs.
fn write_preferences(dir: &Path, parent: &Path, margin_bps: Option<u32>) -> B256 {
    let tokenizer = Tokenizer::load(parent).unwrap();
    let model = Llama::load(parent, Precision::F32, Device::Cpu).unwrap();
    let texts = prompt_texts();
    let ids: Vec<Vec<i64>> = texts.iter().map(|text| tokenizer.encode_prompt(text).unwrap()).collect();
    let sampler = Sampler { seed: 1, stop_ids: tokenizer.eos_ids().to_vec(), ..Sampler::default() };
    let options = GenerateOptions {
        sampler,
        samples: 12,
        max_new_tokens: 8,
        adapters: Adapters::Off,
        ..GenerateOptions::default()
    };
    let completions = generate(&model, &ids, &options).unwrap();
    let oracle = SentimentIntensityAnalyzer::new();
    let lines = completions
        .chunks(2)
        .enumerate()
        .map(|(i, pair)| {
            let text = |j: usize| tokenizer.decode(pair[j].text_ids()).unwrap();
            let score = |j: usize| oracle_score(&oracle, &text(j));
            let (better, worse) = if score(0) >= score(1) { (0, 1) } else { (1, 0) };
            let tie = score(0) == score(1);
            canonical_json(&PreferenceSample {
                task_id: keccak256(i.to_be_bytes()),
                prompt: texts[pair[0].prompt].clone(),
                chosen: text(better),
                rejected: text(worse),
                chosen_votes: if tie { 1 } else { 2 },
                rejected_votes: u32::from(tie),
                soft: None,
                margin_bps,
                split: if i % 5 == 4 { Split::Test } else { Split::Train },
            })
            .unwrap()
        })
        .collect();
    write_dataset(dir, DatasetKind::Preferences, lines)
}

fn oracle_score(oracle: &SentimentIntensityAnalyzer, text: &str) -> f64 {
    if text.is_empty() { 0.0 } else { oracle.polarity_scores(text)["compound"] }
}

pub fn write_dataset(dir: &Path, kind: DatasetKind, lines: Vec<Vec<u8>>) -> B256 {
    std::fs::create_dir_all(dir).unwrap();
    let root = sample_root(lines.iter().map(Vec::as_slice));
    let sample_count = lines.len() as u64;
    let data: Vec<u8> = lines
        .into_iter()
        .flat_map(|mut line| {
            line.push(b'\n');
            line
        })
        .collect();
    std::fs::write(dir.join("data.jsonl"), &data).unwrap();
    let manifest = DatasetManifest {
        format: Default::default(),
        kind,
        files: vec![FileEntry::of("data.jsonl", &data)],
        sample_count,
        sample_root: root,
        licence: "CC0-1.0".into(),
        family_id: B256::ZERO,
        epochs: vec![],
        version_ids: vec![],
        aggregation: None,
    };
    std::fs::write(dir.join("manifest.json"), canonical_json(&manifest).unwrap()).unwrap();
    manifest.hash().unwrap()
}
