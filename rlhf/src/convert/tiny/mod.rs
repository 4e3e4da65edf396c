//! A chat model of about a million parameters, made on the spot: no download, the same bytes from the same seed on the
//! same kind of processor. It answers simple requests in simple sentences, some cheerful, some plain, some gloomy, so that
//! people's preferences have something to act on.

mod corpus;
mod pretrain;
mod vocabulary;

use std::path::Path;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::json;

use super::{ConvertError, write_json};
use crate::{
    model::{Config, Params, Precision, config::Family},
    tokenizer::Tokenizer,
};

/// Makes the model from `seed` in the existing folder `out`, on one thread, in well under a minute.
///
/// # Errors
/// [`ConvertError`] when a file cannot be written or the tokenizer cannot be built.
pub fn make(seed: u64, out: &Path) -> Result<(), ConvertError> {
    make_with(seed, pretrain::STEPS, out)
}

fn make_with(seed: u64, steps: u64, out: &Path) -> Result<(), ConvertError> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    vocabulary::write(&corpus::texts(&mut rng), out)?;
    let tokenizer = Tokenizer::load(out)?;
    let config = config(&tokenizer)?;
    config.save(out)?;
    write_json(&out.join("generation_config.json"), &json!({"eos_token_id": config.eos_token_id}))?;
    let params = Params::random(&config, 0.02, &mut rng);
    pretrain::run(&config, &params, &tokenizer, steps, &mut rng)?;
    Ok(params.save(out, Precision::F32)?)
}

fn config(tokenizer: &Tokenizer) -> Result<Config, ConvertError> {
    Ok(Config::from_json(json!({
        "architectures": [Family::Llama.causal_lm()],
        "model_type": "llama",
        "vocab_size": tokenizer.vocab_size(),
        "hidden_size": 128,
        "intermediate_size": 384,
        "num_hidden_layers": 4,
        "num_attention_heads": 4,
        "num_key_value_heads": 4,
        "max_position_embeddings": 512,
        "rms_norm_eps": 1e-5,
        "tie_word_embeddings": true,
        "eos_token_id": tokenizer.eos_id(),
        "torch_dtype": Precision::F32.name(),
    }))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        generate::{GenerateOptions, Sampler, generate},
        model::Llama,
    };

    #[test]
    fn the_same_seed_makes_the_same_files_and_another_seed_other_weights() {
        let make = |seed| {
            let dir = tempfile::tempdir().unwrap();
            make_with(seed, 2, dir.path()).unwrap();
            let read = |name: &str| std::fs::read(dir.path().join(name)).unwrap();
            (read("tokenizer.json"), read("model.safetensors"))
        };
        let first = make(1);
        assert_eq!(first, make(1));
        assert_ne!(first.1, make(2).1);
    }

    #[test]
    fn a_few_steps_already_teach_it_to_answer_in_words_of_the_corpus_and_to_stop() {
        let dir = tempfile::tempdir().unwrap();
        make_with(1, 40, dir.path()).unwrap();
        let tokenizer = Tokenizer::load(dir.path()).unwrap();
        let model = Llama::load(dir.path(), Precision::F32, tch::Device::Cpu).unwrap();
        let sampler = Sampler { stop_ids: tokenizer.eos_ids().to_vec(), seed: 3, ..Sampler::default() };
        let options =
            GenerateOptions { sampler, samples: 8, max_new_tokens: 64, ..GenerateOptions::default() };
        let prompt = tokenizer.encode_prompt("Tell me about the weather today.").unwrap();
        let answers = generate(&model, &[prompt], &options).unwrap();
        let ended = answers.iter().filter(|answer| answer.text_ids().len() < answer.token_ids.len()).count();
        assert!(ended >= 6, "{ended} of 8 answers end");
        let texts: Vec<String> =
            answers.iter().map(|answer| tokenizer.decode(answer.text_ids()).unwrap()).collect();
        assert!(texts.iter().any(|text| text.contains(" the ")), "{texts:?}");
    }
}
