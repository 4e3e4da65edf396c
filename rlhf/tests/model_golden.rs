//! The model against vectors made with Hugging Face transformers and PEFT (`tests/golden/README.md`).

use std::path::PathBuf;

use rlhf::{
    generate::{DrawKey, GenerateOptions, Sampler, Seen, generate},
    model::{
        Adapters, Config, KvCache, Llama, Lora, LoraConfig, Module, Params, Precision, Prefix, ScalarHead,
        config::Family, gpt2,
    },
};
use tch::{Device, Kind, Tensor};

fn golden_dir() -> PathBuf {
    let default = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    std::env::var_os("RLHF_GOLDEN_DIR").map_or_else(default, PathBuf::from)
}

fn model_dir(name: &str) -> PathBuf {
    golden_dir().join("models").join(name)
}

fn vectors(name: &str) -> Params {
    Params::read(&model_dir(name).join("golden.safetensors")).unwrap()
}

fn load(name: &str, precision: Precision) -> Llama {
    Llama::load(&model_dir(name), precision, Device::Cpu).unwrap()
}

fn max_abs(a: &Tensor, b: &Tensor) -> f64 {
    (a.to_kind(Kind::Double) - b.to_kind(Kind::Double)).abs().max().double_value(&[])
}

/// The vectors are padded on either side; the model takes rows that start at column 0. Returns the rolled ids, the
/// column where each row starts, and its length.
fn right_padded(input_ids: &Tensor, mask: &Tensor) -> (Tensor, Vec<(i64, i64)>) {
    let spans: Vec<(i64, i64)> = (0..mask.size()[0])
        .map(|row| {
            (mask.get(row).argmax(0, false).int64_value(&[]), mask.get(row).sum(Kind::Int64).int64_value(&[]))
        })
        .collect();
    let rows: Vec<Tensor> =
        spans.iter().zip(0..).map(|(&(start, _), row)| input_ids.get(row).roll(-start, 0)).collect();
    (Tensor::stack(&rows, 0), spans)
}

/// Largest difference over the real positions of every row, `ours` starting at column 0 and `theirs` at its span.
fn max_over_spans(ours: &Tensor, theirs: &Tensor, spans: &[(i64, i64)], shorter: i64) -> f64 {
    let row = |(row, &(start, length)): (i64, &(i64, i64))| {
        let n = length - shorter;
        max_abs(&ours.get(row).narrow(0, 0, n), &theirs.get(row).narrow(0, start, n))
    };
    (0..).zip(spans).map(row).fold(0.0, f64::max)
}

/// Language models among the vectors, whatever the folder holds.
fn language_models() -> Vec<String> {
    let folders = std::fs::read_dir(golden_dir().join("models")).unwrap();
    let mut names: Vec<String> = folders
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| model_dir(name).join("model.safetensors").exists())
        .filter(|name| Config::load(&model_dir(name)).unwrap().has_lm_head())
        .collect();
    names.sort();
    assert!(names.len() >= 3, "{names:?}");
    names
}

#[test]
fn forward_equals_hugging_face() {
    for name in language_models() {
        let golden = vectors(&name);
        let get = |name: &str| golden.get(name).unwrap();
        let model = load(&name, Precision::F32);
        let (input_ids, spans) = right_padded(&get("input_ids"), &get("attention_mask"));
        let hidden = model.forward(&input_ids, Adapters::On);
        let logits = model.logits(&hidden);
        let differences = [
            ("hidden", max_over_spans(&hidden, &get("last_hidden"), &spans, 0)),
            ("logits", max_over_spans(&logits, &get("logits"), &spans, 0)),
            ("logits against f64", max_over_spans(&logits, &get("logits_f64"), &spans, 0)),
        ];
        for (what, difference) in differences {
            println!("{name} {what}: {difference:e}");
            assert!(difference < 2e-5, "{name}: {what} differ by {difference}");
        }
        let n = input_ids.size()[1] - 1;
        let targets = input_ids.narrow(1, 1, n).unsqueeze(-1);
        let logprobs =
            logits.narrow(1, 0, n).log_softmax(-1, Kind::Float).gather(2, &targets, false).squeeze_dim(-1);
        let difference = max_over_spans(&logprobs, &get("token_logprobs"), &spans, 1);
        println!("{name} logprobs: {difference:e}");
        assert!(difference < 2e-5, "{name}: log-probabilities differ by {difference}");
    }
}

#[test]
fn bf16_matrices_stay_as_close_as_the_reference_in_bf16() {
    for name in language_models() {
        let golden = vectors(&name);
        let get = |name: &str| golden.get(name).unwrap();
        let (input_ids, spans) = right_padded(&get("input_ids"), &get("attention_mask"));
        let model = load(&name, Precision::Bf16);
        let logits = model.logits(&model.forward(&input_ids, Adapters::On));
        let ours = max_over_spans(&logits, &get("logits"), &spans, 0);
        let theirs = max_abs(&get("logits_bf16"), &get("logits"));
        println!("{name} bf16 against f32: ours {ours:e}, reference {theirs:e}");
        // Which of two roundings is closer at the worst position is chance; half as far again would be a fault.
        assert!(ours <= 1.5 * theirs, "{name}: {ours} is further from f32 than the reference's {theirs}");
    }
}

#[test]
fn gradients_of_every_parameter_equal_hugging_face() {
    for name in language_models() {
        let golden = vectors(&name);
        let get = |name: &str| golden.get(name).unwrap();
        let config = Config::load(&model_dir(&name)).unwrap();
        let file = Params::load(&model_dir(&name)).unwrap();
        let leaves: Vec<(String, Tensor)> =
            file.iter().map(|(name, tensor)| (name.to_owned(), tensor.set_requires_grad(true))).collect();
        let params = match config.family() {
            Family::Gpt2 => gpt2::from_file(&config, &file).unwrap(),
            _ => file.share(),
        };
        let model = Llama::new(config, &params, Precision::F32, Device::Cpu).unwrap();
        let (input_ids, spans) = right_padded(&get("input_ids"), &get("attention_mask"));
        let logprobs = model.logits(&model.forward(&input_ids, Adapters::On)).log_softmax(-1, Kind::Float);
        let n = input_ids.size()[1] - 1;
        let targets = input_ids.narrow(1, 1, n).unsqueeze(-1);
        let picked = logprobs.narrow(1, 0, n).gather(2, &targets, false).squeeze_dim(-1);
        let rows: Vec<Tensor> =
            (0..).zip(&spans).map(|(row, &(_, n))| picked.get(row).narrow(0, 0, n - 1)).collect();
        let nll = -Tensor::cat(&rows, 0).mean(Kind::Float);
        assert!(max_abs(&nll, &get("nll").squeeze()) < 2e-5, "{name}");
        let tensors: Vec<&Tensor> = leaves.iter().map(|(_, tensor)| tensor).collect();
        let gradients = Tensor::run_backward(&[&nll], &tensors, false, false);
        let mut worst = 0f64;
        for ((tensor, _), gradient) in leaves.iter().zip(&gradients) {
            let difference = max_abs(gradient, &get(&format!("grad.{tensor}")));
            // The larger of a number and NaN is the number.
            assert!(difference.is_finite(), "{name}: the gradient of {tensor} is no number");
            worst = worst.max(difference);
        }
        println!("{name}, worst gradient: {worst:e}");
        assert!(worst < 1e-6, "{name}: a gradient differs by {worst}");
    }
}

#[test]
fn what_is_written_is_read_again_with_the_same_logits() {
    for name in language_models() {
        let golden = vectors(&name);
        let model = load(&name, Precision::F32);
        let dir = tempfile::tempdir().unwrap();
        model.config.save(dir.path()).unwrap();
        model.params.save_model(dir.path(), &model.config, Precision::F32).unwrap();
        let again = Llama::load(dir.path(), Precision::F32, Device::Cpu).unwrap();
        let (input_ids, _) =
            right_padded(&golden.get("input_ids").unwrap(), &golden.get("attention_mask").unwrap());
        let logits = |model: &Llama| model.logits(&model.forward(&input_ids, Adapters::On));
        assert_eq!(logits(&again), logits(&model), "{name}");
        let (before, after) = (Params::load(&model_dir(&name)).unwrap(), Params::load(dir.path()).unwrap());
        for (tensor, value) in after.iter() {
            assert_eq!(
                *value,
                before.get(tensor).unwrap(),
                "{name}: {tensor} has the file's name and layout"
            );
        }
    }
}

#[test]
fn adapters_on_every_family_start_as_the_frozen_model_and_merge_to_what_they_compute() {
    for name in language_models() {
        let golden = vectors(&name);
        let base = load(&name, Precision::F32);
        let config = LoraConfig { rank: 2, alpha: 4.0, layers: 1, modules: Module::ALL.to_vec() };
        let lora = Lora::new(&base.config, config, 3, Device::Cpu);
        let reference = base.share();
        let adapted = base.with_lora(lora);
        let (input_ids, _) =
            right_padded(&golden.get("input_ids").unwrap(), &golden.get("attention_mask").unwrap());
        let logits = |model: &Llama| model.logits(&model.forward(&input_ids, Adapters::On));
        assert_eq!(logits(&adapted), logits(&reference), "{name}");
        let lora = adapted.lora.as_ref().unwrap();
        tch::no_grad(|| {
            for mut tensor in lora.trainable() {
                let _ = tensor.g_add_scalar_(0.02);
            }
        });
        let merged = lora.merge_into(&adapted.params).unwrap();
        let merged = Llama::new(adapted.config.clone(), &merged, Precision::F32, Device::Cpu).unwrap();
        assert!(max_abs(&logits(&adapted), &logits(&reference)) > 1e-3, "{name}");
        assert!(max_abs(&logits(&adapted), &logits(&merged)) < 1e-4, "{name}");
    }
}

fn prompts(golden: &Params) -> Vec<Vec<i64>> {
    let (ids, spans) = right_padded(&golden.get("gen_prompt").unwrap(), &golden.get("gen_mask").unwrap());
    let row =
        |(row, &(_, n)): (i64, &(i64, i64))| Vec::<i64>::try_from(ids.get(row).narrow(0, 0, n)).unwrap();
    (0..).zip(&spans).map(row).collect()
}

fn greedy(stop_ids: Vec<i64>) -> GenerateOptions {
    let sampler = Sampler { temperature: 0.0, stop_ids, ..Sampler::default() };
    GenerateOptions { sampler, max_new_tokens: 16, ..GenerateOptions::default() }
}

#[test]
fn greedy_tokens_of_unequal_prompts_in_one_batch_equal_hugging_face() {
    for name in language_models() {
        let golden = vectors(&name);
        let model = load(&name, Precision::F32);
        let expected = golden.get("gen_greedy").unwrap();
        for (row, completion) in (0..).zip(generate(&model, &prompts(&golden), &greedy(vec![])).unwrap()) {
            let expected = Vec::<i64>::try_from(expected.get(row)).unwrap();
            assert_eq!(completion.token_ids, expected, "{name}, row {row}");
        }
        let stop = golden.get("gen_stop_token").unwrap().int64_value(&[0]);
        let expected = golden.get("gen_greedy_stopped").unwrap();
        for (row, completion) in (0..).zip(generate(&model, &prompts(&golden), &greedy(vec![stop])).unwrap())
        {
            let mut padded = completion.token_ids;
            padded.resize(16, 0);
            let expected = Vec::<i64>::try_from(expected.get(row)).unwrap();
            assert_eq!(padded, expected, "{name}, row {row} with a stop token");
        }
    }
}

#[test]
fn cached_steps_equal_hugging_face_and_a_full_pass() {
    for name in language_models() {
        let golden = vectors(&name);
        let model = load(&name, Precision::F32);
        let expected = golden.get("gen_step_logits_row0").unwrap();
        let prompt = &prompts(&golden)[0];
        let tokens = Vec::<i64>::try_from(golden.get("gen_greedy").unwrap().get(0)).unwrap();
        let mut prefix = Prefix::new(&model.config, prompt.len(), Device::Cpu);
        let mut cache = KvCache::new(&model.config, 4, Device::Cpu);
        let mut logits = model.prefill(prompt, &mut prefix, Adapters::On);
        cache.join(&prefix);
        let mut worst = 0f64;
        for (step, &token) in (0..8).zip(&tokens) {
            worst = worst.max(max_abs(&logits.get(0), &expected.get(step)));
            logits = Tensor::from_slice(&model.decode(&[token], &mut cache, Adapters::On)).unsqueeze(0);
        }
        println!("{name}, cached steps: {worst:e}");
        assert!(worst < 2e-5, "{name}: cached logits differ by {worst}");
    }
}

#[test]
fn scores_of_a_reward_model_equal_hugging_face() {
    let golden = vectors("llama-rm");
    let get = |name: &str| golden.get(name).unwrap();
    let model = load("llama-rm", Precision::F32);
    let params = Params::load(&model_dir("llama-rm")).unwrap();
    let head = ScalarHead::from_params(&model.config, &params, Device::Cpu).unwrap();
    let (input_ids, spans) = right_padded(&get("input_ids"), &get("attention_mask"));
    let scores = head.forward(&model.forward(&input_ids, Adapters::On));
    let difference = max_over_spans(&scores, &get("token_scores"), &spans, 0);
    println!("scores: {difference:e}");
    assert!(difference < 2e-5, "scores differ by {difference}");
    for ((row, (_, length)), expected) in (0..).zip(spans).zip(Vec::<f32>::try_from(get("score")).unwrap()) {
        assert!((scores.double_value(&[row, length - 1]) - f64::from(expected)).abs() < 2e-5);
    }
}

#[test]
fn adapters_from_peft_give_its_logits_live_switched_off_and_merged() {
    let golden = vectors("llama-gqa-lora");
    let get = |name: &str| golden.get(name).unwrap();
    let base = load("llama-gqa", Precision::F32);
    let lora = Lora::load(&base.config, &model_dir("llama-gqa-lora"), Device::Cpu).unwrap();
    let merged_params = lora.merge_into(&base.params).unwrap();
    let merged = Llama::new(base.config.clone(), &merged_params, Precision::F32, Device::Cpu).unwrap();
    let reference = base.share();
    let adapted = base.with_lora(lora);
    let (input_ids, spans) = right_padded(&get("input_ids"), &get("attention_mask"));
    let logits = |model: &Llama, adapters| model.logits(&model.forward(&input_ids, adapters));
    let live = max_over_spans(&logits(&adapted, Adapters::On), &get("logits"), &spans, 0);
    let folded = max_over_spans(&logits(&merged, Adapters::On), &get("logits_merged"), &spans, 0);
    println!("adapters: live {live:e}, merged {folded:e}");
    assert!(live < 2e-5 && folded < 2e-5);
    assert_eq!(logits(&adapted, Adapters::Off), logits(&reference, Adapters::On));
}

#[test]
fn adapters_survive_a_round_trip_through_their_files() {
    let config = Config::load(&model_dir("llama-gqa")).unwrap();
    let lora = Lora::load(&config, &model_dir("llama-gqa-lora"), Device::Cpu).unwrap();
    let dir = tempfile::tempdir().unwrap();
    lora.save(&config, dir.path()).unwrap();
    let again = Lora::load(&config, dir.path(), Device::Cpu).unwrap();
    assert_eq!(again.config, lora.config);
    for ((name, before), (_, after)) in lora.named().into_iter().zip(again.named()) {
        assert_eq!(before, after, "{name}");
    }
}

#[test]
fn the_sampler_equals_the_reference_processors_and_inverse_cdf() {
    let text = std::fs::read(golden_dir().join("sampling.json")).unwrap();
    let golden: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let rows = |name: &str| serde_json::from_value::<Vec<Vec<f32>>>(golden[name].clone()).unwrap();
    let logits = rows("logits");
    // A key whose draw is known lets the reference's own uniforms be replaced by ours: both are inverted the same way.
    let key = DrawKey { prompt: 0, sample: 0, position: 0 };
    let before = serde_json::from_value::<Vec<Vec<i64>>>(golden["prev_ids"].clone()).unwrap();
    let free = Sampler::default;
    let processors = [
        ("top_k_5", Sampler { top_k: 5, ..free() }),
        ("top_p_0.8", Sampler { top_p: 0.8, ..free() }),
        ("min_p_0.1", Sampler { min_p: 0.1, ..free() }),
        ("repetition_1.3", Sampler { repetition_penalty: 1.3, ..free() }),
    ];
    for (row, (name, sampler)) in (0..logits.len()).flat_map(|row| processors.iter().map(move |p| (row, p))) {
        let kept = &rows(name)[row];
        let seen = Seen::new(&before[row]);
        for seed in 0..200 {
            let sampler = Sampler { seed, ..sampler.clone() };
            let picked = sampler.pick_after(&logits[row], &seen, key).token_id as usize;
            let weights: Vec<f64> =
                kept.iter().map(|&logit| if logit < -1e29 { 0.0 } else { f64::from(logit).exp() }).collect();
            let target = key.uniform(seed) * weights.iter().sum::<f64>();
            let mut below = 0.0;
            let expected = weights.iter().position(|weight| {
                below += weight;
                *weight > 0.0 && below >= target
            });
            assert_eq!(Some(picked), expected, "row {row}, {name}, seed {seed}");
        }
    }
}
