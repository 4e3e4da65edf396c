//! A language with rules, a model of a million random weights that does not know it, and a taste in its sentences.
//!
//! A prompt names who; the completion says in eight words what they do and how they are:
//! `the dogs` → `gladly see the gentle fox and are brave`. Verb and "is" agree with who; three words can be warm or cold.

use std::path::Path;

use alloy_primitives::{B256, keccak256};
use protocol::manifest::{
    DatasetKind, PreferenceSample, Profile, PromptSample, SoftLabel, Split, canonical_json,
};
use rand::{Rng, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use rlhf::generate::{GenerateOptions, Sampler, generate};
use rlhf::model::{Adapters, Config, Llama, Params, Precision};
use rlhf::run::{Engine, checkpoint};
use rlhf::tokenizer::Tokenizer;
use serde_json::json;
use tch::Device;

use crate::toy::{END, World, write_dataset, write_tokenizer};

const ONE: [&str; 8] = ["dog", "fox", "hare", "crow", "mole", "wolf", "toad", "hen"];
const MANY: [&str; 8] = ["dogs", "foxes", "hares", "crows", "moles", "wolves", "toads", "hens"];
const DOES: [&str; 6] = ["sees", "hears", "greets", "follows", "meets", "leaves"];
const DO: [&str; 6] = ["see", "hear", "greet", "follow", "meet", "leave"];
const HOW: [[&str; 4]; 2] =
    [["gladly", "kindly", "warmly", "softly"], ["grimly", "rudely", "coldly", "harshly"]];
const LIKE: [[&str; 5]; 2] =
    [["gentle", "brave", "merry", "loyal", "tender"], ["cruel", "sly", "bitter", "vile", "greedy"]];
const OTHERS: [&str; 4] = ["the", "and", "is", "are"];

/// Tokens of a completion, its end included.
pub const LENGTH: u32 = 9;

/// A prompt, a completion.
pub type Sentence = (String, String);

fn vocabulary() -> Vec<&'static str> {
    let classes: [&[&str]; 9] = [&OTHERS, &ONE, &MANY, &DOES, &DO, &HOW[0], &HOW[1], &LIKE[0], &LIKE[1]];
    classes.into_iter().flatten().copied().chain([END, "<unk>"]).collect()
}

/// A sentence by the rules, every choice equally likely.
fn sentence(rng: &mut impl Rng) -> Sentence {
    let mut draw = |words: &[&'static str]| *words.choose(rng).expect("no class of words is empty");
    let (who, verb, is) = match draw(&["one", "many"]) {
        "one" => (draw(&ONE), draw(&DOES), "is"),
        _ => (draw(&MANY), draw(&DO), "are"),
    };
    let (how, like, felt) = (draw(&HOW.concat()), draw(&LIKE.concat()), draw(&LIKE.concat()));
    (format!("the {who}"), format!("{how} {verb} the {like} {} and {is} {felt}", draw(&ONE)))
}

/// Whether a completion follows the rules.
pub fn is_grammatical((prompt, completion): &Sentence) -> bool {
    let who = prompt.strip_prefix("the ").unwrap_or_default();
    let (verbs, to_be) = if ONE.contains(&who) { (DOES, "is") } else { (DO, "are") };
    let words: Vec<&str> = completion.split_whitespace().collect();
    let [how, verb, the, like, whom, and, is, felt] = words[..] else { return false };
    HOW.concat().contains(&how)
        && verbs.contains(&verb)
        && (the, and, is) == ("the", "and", to_be)
        && LIKE.concat().contains(&like)
        && ONE.contains(&whom)
        && LIKE.concat().contains(&felt)
}

/// The oracle: a third for each warm word and against each cold one, and −1 for what is no sentence.
pub fn taste(sentence: &Sentence) -> f64 {
    if !is_grammatical(sentence) {
        return -1.0;
    }
    let value = |word: &str| {
        let of = |side: usize| f64::from(u8::from(HOW[side].contains(&word) || LIKE[side].contains(&word)));
        of(0) - of(1)
    };
    sentence.1.split_whitespace().map(value).sum::<f64>() / 3.0
}

/// A random model as `parent`, sentences to learn from as `preferences`, and prompts.
pub fn world() -> World {
    let root = tempfile::tempdir().unwrap();
    let dir = |name: &str| root.path().join(name);
    write_model(&dir("parent"));
    let engine = Engine::start(Profile::CpuDeterministic);
    let parent = checkpoint::import(&dir("parent"), engine.describe()).unwrap();
    let who = ONE.into_iter().chain(MANY).map(|who| PromptSample { prompt: format!("the {who}") });
    // Each four times: one quarter is held out by PPO.
    let lines = (0..4).flat_map(|_| who.clone()).map(|line| canonical_json(&line).unwrap()).collect();
    let prompts = write_dataset(&dir("prompts"), DatasetKind::Prompts, lines);
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let samples: Vec<_> = (0..3_200)
        .map(|i| sample(i, sentence(&mut rng), String::new(), (2, 0), None, Split::Train))
        .collect();
    let preferences = write_preferences(&dir("preferences"), &samples);
    World::of(root, parent, prompts, preferences)
}

/// A line of a dataset of preferences.
pub fn sample(
    number: usize,
    (prompt, chosen): Sentence,
    rejected: String,
    (chosen_votes, rejected_votes): (u32, u32),
    soft: Option<SoftLabel>,
    split: Split,
) -> PreferenceSample {
    let task_id = keccak256(number.to_be_bytes());
    PreferenceSample {
        task_id,
        prompt,
        chosen,
        rejected,
        chosen_votes,
        rejected_votes,
        soft,
        margin_bps: None,
        split,
    }
}

pub fn write_preferences(dir: &Path, samples: &[PreferenceSample]) -> B256 {
    let lines = samples.iter().map(|sample| canonical_json(sample).unwrap()).collect();
    write_dataset(dir, DatasetKind::Preferences, lines)
}

/// `n` completions of a model for each prompt, in pairs of one prompt.
pub fn completions(dir: &Path, n: usize, seed: u64) -> Vec<Sentence> {
    let tokenizer = Tokenizer::load(dir).unwrap();
    let model = Llama::load(dir, Precision::F32, Device::Cpu).unwrap();
    let prompts: Vec<String> = ONE.into_iter().chain(MANY).map(|who| format!("the {who}")).collect();
    let ids: Vec<_> = prompts.iter().map(|prompt| tokenizer.encode_prompt(prompt).unwrap()).collect();
    let sampler = Sampler { seed, stop_ids: tokenizer.eos_ids().to_vec(), ..Sampler::default() };
    let options = GenerateOptions {
        sampler,
        samples: n,
        max_new_tokens: LENGTH as usize,
        adapters: Adapters::Off,
        ..GenerateOptions::default()
    };
    let found = generate(&model, &ids, &options).unwrap();
    let text = |c: &rlhf::generate::Completion| tokenizer.decode(c.text_ids()).unwrap();
    found.iter().map(|c| (prompts[c.prompt].clone(), text(c))).collect()
}

fn write_model(dir: &Path) {
    std::fs::create_dir_all(dir).unwrap();
    let vocabulary = vocabulary();
    let config = json!({
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": vocabulary.len(),
        "hidden_size": 128, "intermediate_size": 384, "num_hidden_layers": 5, "num_attention_heads": 4,
        "num_key_value_heads": 4, "max_position_embeddings": 64, "rms_norm_eps": 1e-5,
        "eos_token_id": vocabulary.len() - 2, "torch_dtype": "float32", "tie_word_embeddings": false,
    });
    std::fs::write(dir.join("config.json"), config.to_string()).unwrap();
    write_tokenizer(dir, &vocabulary);
    let config = Config::load(dir).unwrap();
    let mut params = Params::random(&config, 0.09, &mut ChaCha8Rng::seed_from_u64(5));
    // The head is random and stays so; only large logits can be nearly equal for ten words and small for all others.
    params.insert("model.norm.weight", params.get("model.norm.weight").unwrap() * 3.0);
    assert!((1_000_000..1_200_000).contains(&params.n_elements()), "{}", params.n_elements());
    params.save(dir, Precision::F32).unwrap();
}
