//! `rlhf eval`: the same bytes every time, true to what PPO found itself, and nothing read that is not named.

use std::path::PathBuf;
use std::process::Command;

use alloy_primitives::{B256, keccak256};
use protocol::manifest::PpoParams;
use rlhf::run::{EvalArgs, EvalSettings, TrainError, eval};
use serde_json::{Value, json};

use crate::toy::{World, ppo_params, reward_params};

/// A world with a reward model and a policy.
fn trained() -> (World, B256, EvalArgs) {
    let world = World::new();
    let (reward, _) = world.train_reward("reward", reward_params());
    world.train_ppo("short", reward, PpoParams { steps: 2, ..ppo_params() });
    std::fs::write(world.dir("text.txt"), "the cat is in the house and the dog was good </s> we walk it")
        .unwrap();
    let args = EvalArgs {
        models: vec![world.dir("short")],
        parent: world.dir("parent"),
        reward: world.dir("reward"),
        prompts: world.dir("prompts"),
        preferences: Some(world.dir("preferences")),
        text: Some(world.dir("text.txt")),
        oracle: None,
        completions: None,
        fast: false,
        settings: EvalSettings {
            seed: 7,
            last_prompts: Some(8),
            samples: 4,
            max_new_tokens: 8,
            temperature: 1.0,
            max_length: 32,
        },
    };
    (world, reward, args)
}

fn parsed(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

#[test]
fn an_evaluation_repeats_itself_names_its_inputs_and_agrees_with_training() {
    let (world, reward, mut args) = trained();
    world.train_ppo("long", reward, ppo_params());
    args.models.push(world.dir("long"));
    let bytes = eval(&args).unwrap();
    assert_eq!(eval(&args).unwrap(), bytes);
    let report = parsed(&bytes);

    let text = keccak256(std::fs::read(world.dir("text.txt")).unwrap());
    let named = json!({"parent": world.parent, "reward": reward, "prompts": world.prompts,
                       "preferences": world.preferences, "text": text});
    assert_eq!(report["inputs"], named);
    let manifest = keccak256(std::fs::read(world.dir("long/manifest.json")).unwrap());
    assert_eq!(report["models"][1]["manifestHash"], json!(manifest));
    assert_eq!(report["profile"]["precision"], "float32");
    assert_eq!(report["settings"]["seed"], 7);

    // The run held out the same prompts and drew from the same stream.
    let own = std::fs::read(world.dir("long").join("evaluation.json")).unwrap();
    assert_eq!(report["models"][1]["evaluation"], parsed(&own));
    // More steps, further away and better liked.
    let of = |model: usize, name: &str| report["models"][model]["evaluation"][name].as_f64().unwrap();
    assert!(0.0 < of(0, "kl") && of(0, "kl") < of(1, "kl"));
    assert!(of(0, "meanScore") < of(1, "meanScore"));
    // What the reward model's own run found about it.
    let own = world.manifest("reward").metrics;
    let found = report["preferences"].as_object().unwrap();
    assert!(found.len() >= 6, "{found:?}");
    for (name, value) in found {
        assert!((value.as_f64().unwrap() - own[name]).abs() < 1e-4, "{name}: {value} and {}", own[name]);
    }
    // Fifteen tokens, of which the first is not predicted.
    assert_eq!(report["parent"]["perplexity"]["nTokens"], 14);
    let perplexity = report["parent"]["perplexity"]["perplexity"].as_f64().unwrap();
    assert!(perplexity > 1.0 && perplexity.is_finite());

    let mut other = args;
    other.settings.seed = 8;
    assert_ne!(parsed(&eval(&other).unwrap())["models"], report["models"]);
}

#[test]
fn a_model_beside_itself_wins_half_and_diverges_by_nothing_and_somebodys_scores_can_judge() {
    let (world, _, mut args) = trained();
    args.models = vec![world.dir("parent")];
    args.completions = Some(world.dir("completions.jsonl"));
    let report = parsed(&eval(&args).unwrap());
    let evaluation = &report["models"][0]["evaluation"];
    assert_eq!((&evaluation["winRateBps"], &evaluation["kl"]), (&json!(5000), &json!(0.0)));
    assert_eq!(report["models"][0]["perplexity"], report["parent"]["perplexity"]);

    // A judge who likes every word the same and so prefers long completions.
    args.models = vec![world.dir("short")];
    eval(&args).unwrap();
    let lines = std::fs::read_to_string(world.dir("completions.jsonl")).unwrap();
    let score = |line: &str| {
        let mut line = parsed(line.as_bytes());
        line["score"] = json!(line["completion"].as_str().unwrap().split_whitespace().count());
        line.to_string()
    };
    let scored: Vec<String> = lines.lines().map(score).collect();
    std::fs::write(world.dir("scores.jsonl"), scored.join("\n")).unwrap();
    args.oracle = Some(world.dir("scores.jsonl"));
    let report = parsed(&eval(&args).unwrap());
    assert_eq!(report["models"][0]["evaluation"]["oracle"]["name"], "scores");
    let hash = keccak256(std::fs::read(world.dir("scores.jsonl")).unwrap());
    assert_eq!(report["inputs"]["oracle"], json!(hash));
    assert!(report["parent"]["meanOracle"].as_f64().unwrap() > 1.0);

    std::fs::write(world.dir("scores.jsonl"), &scored[0]).unwrap();
    let error = eval(&args).unwrap_err();
    assert!(error.to_string().contains("--completions"), "{error}");
}

#[test]
fn changed_weights_are_refused_and_the_command_writes_what_the_function_returns() {
    let (world, _, args) = trained();
    let expected = eval(&args).unwrap();
    let path = |path: &PathBuf| path.to_str().unwrap().to_owned();
    let out = world.dir("eval.json");
    let command = |out: &PathBuf| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rlhf"));
        command.args(["eval", "--model", &path(&args.models[0]), "--parent", &path(&args.parent)]);
        command.args(["--reward", &path(&args.reward), "--prompts", &path(&args.prompts)]);
        command.args([
            "--preferences",
            &path(&world.dir("preferences")),
            "--text",
            &path(&world.dir("text.txt")),
        ]);
        command.args([
            "--last-prompts",
            "8",
            "--samples",
            "4",
            "--max-new-tokens",
            "8",
            "--max-length",
            "32",
        ]);
        command.args(["--seed", "7", "--out", &path(out)]).output().unwrap()
    };
    let ran = command(&out);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(std::fs::read(&out).unwrap(), expected);

    let weights = world.dir("short").join("model.safetensors");
    let mut bytes = std::fs::read(&weights).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&weights, bytes).unwrap();
    assert!(matches!(eval(&args).unwrap_err(), TrainError::Checkpoint(_)));
}
