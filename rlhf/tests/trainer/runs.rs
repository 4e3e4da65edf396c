//! Whole runs in the toy world: they learn, repeat themselves bit by bit, and refuse what is not what it says.

use std::slice::from_ref;

use alloy_primitives::B256;
use protocol::manifest::{Evaluation, PpoParams, Profile, RewardParams, RunParams, SftParams};
use rlhf::run::{Checkpoint, Engine, RewardModel, TrainError};

use crate::toy::{World, ppo_params, reward_params};

#[test]
fn a_reward_model_learns_the_taste_behind_the_labels_and_ppo_follows_it() {
    let world = World::new();
    let (reward, log) = world.train_reward("reward", reward_params());
    let losses = log.values("loss");
    assert!(losses.last() < losses.first(), "{losses:?}");
    let metrics = world.manifest("reward").metrics;
    assert!(metrics["heldOutAccuracy"] > 0.75, "{metrics:?}");

    let (policy, log) = world.train_ppo("policy", reward, ppo_params());
    let scores = log.values("objective/scores");
    let sentiment = log.values("oracle/vader");
    assert!(scores[11] > scores[0] + 0.5, "{scores:?}");
    assert!(sentiment[11] > sentiment[0] + 0.2, "{sentiment:?}");

    let checkpoint = Checkpoint::open_expected(&world.dir("policy"), policy).unwrap();
    assert_eq!(checkpoint.manifest.parent, Some(world.parent));
    let bytes = std::fs::read(world.dir("policy").join("evaluation.json")).unwrap();
    let evaluation: Evaluation = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(Some(evaluation.hash().unwrap()), checkpoint.manifest.evaluation_hash);
    assert_eq!(evaluation.n_comparisons, 32);
    assert!(evaluation.ci_low_bps > 5000, "{evaluation:?}");
    assert!(evaluation.oracle.unwrap().win_rate_bps > 6000);
    assert!(evaluation.kl > 0.0);
}

#[test]
fn the_same_spec_writes_the_same_bytes_and_another_seed_others() {
    let world = World::new();
    let quick = RewardParams { epochs: 1, ..reward_params() };
    let (reward, _) = world.train_reward("reward", quick.clone());
    assert_eq!(world.train_reward("reward-again", quick).0, reward);
    let params = PpoParams { steps: 2, ..ppo_params() };
    let (policy, _) = world.train_ppo("policy", reward, params.clone());
    assert_eq!(world.train_ppo("policy-again", reward, params.clone()).0, policy);
    let hotter = PpoParams { temperature: 1.1, ..params };
    world.train_ppo("policy-other", reward, hotter);
    assert_ne!(world.manifest("policy").weights_hash, world.manifest("policy-other").weights_hash);
    assert_ne!(world.manifest("policy").weights_hash, world.manifest("parent").weights_hash);
}

#[test]
fn without_learning_the_ratio_is_one_and_the_policy_is_its_parent() {
    let world = World::new();
    let (reward, _) = world.train_reward("reward", RewardParams { epochs: 1, ..reward_params() });
    let still = PpoParams { steps: 2, learning_rate: 0.0, value_learning_rate: 0.0, ..ppo_params() };
    let (_, log) = world.train_ppo("policy", reward, still);
    for name in
        ["policy/clipfrac", "policy/approxkl", "objective/kl", "objective/non_score_reward", "val/clipfrac"]
    {
        assert!(log.values(name).iter().all(|value| value.abs() < 1e-6), "{name}: {:?}", log.values(name));
    }
    assert!(log.values("policy/ratio").iter().all(|ratio| (ratio - 1.0).abs() < 1e-5));
    assert_eq!(world.manifest("policy").weights_hash, world.manifest("parent").weights_hash);
    let bytes = std::fs::read(world.dir("policy").join("evaluation.json")).unwrap();
    let evaluation: Evaluation = serde_json::from_slice(&bytes).unwrap();
    assert_eq!((evaluation.win_rate_bps, evaluation.oracle.unwrap().win_rate_bps), (5000, 5000));
    assert!(evaluation.kl.abs() < 1e-6);
}

#[test]
fn one_batch_can_be_learned_by_heart() {
    let world = World::new();
    let params =
        RewardParams { epochs: 60, batch_size: 250, learning_rate: 6e-3, centering: 0.0, ..reward_params() };
    let (_, log) = world.train_reward("reward", params);
    let accuracies = log.values("accuracy");
    // Ties are in the batch and can be neither won nor lost.
    assert!(accuracies.last().unwrap() > &0.93, "{accuracies:?}");
    assert!(log.values("loss").last().unwrap() < &0.25);
}

#[test]
fn a_missing_end_costs_its_penalty_and_ppo_learns_to_end() {
    let world = World::new();
    let (reward, _) = world.train_reward("reward", RewardParams { epochs: 1, ..reward_params() });
    let params = PpoParams { missing_eos_penalty: 5.0, kl_coef: 0.0, eval_prompts: 0, ..ppo_params() };
    let (_, log) = world.train_ppo("policy", reward, params);
    let missing = log.values("objective/missing_eos");
    assert!(missing[11] < missing[0] - 0.3, "{missing:?}");
    assert!(!world.dir("policy").join("evaluation.json").exists());
}

#[test]
fn a_score_does_not_depend_on_padding_and_the_padding_id_is_a_word() {
    let world = World::new();
    let (hash, _) = world.train_reward("reward", RewardParams { epochs: 1, ..reward_params() });
    let checkpoint = Checkpoint::open_expected(&world.dir("reward"), hash).unwrap();
    let engine = Engine::start(Profile::CpuDeterministic);
    let model = RewardModel::load(&checkpoint, &engine).unwrap();
    let short = vec![2, 3, 18, 38];
    let with_padding_ids = vec![2, 3, 0, 0, 0, 18, 0, 0, 0, 0, 0, 38];
    let alone =
        [model.scores(from_ref(&short), &engine)[0], model.scores(from_ref(&with_padding_ids), &engine)[0]];
    let together = model.scores(&[short, with_padding_ids], &engine);
    assert!((alone[0] - together[0]).abs() < 1e-5 && (alone[1] - together[1]).abs() < 1e-5);
    let changed = model.scores(&[vec![2, 3, 0, 0, 0, 18, 0, 0, 1, 0, 0, 38]], &engine)[0];
    assert!((changed - alone[1]).abs() > 1e-5, "a token behind the padding id counts");
}

#[test]
fn supervised_fine_tuning_lowers_the_loss_on_the_chosen_completions() {
    let world = World::new();
    let params = SftParams {
        epochs: 4,
        batch_size: 16,
        learning_rate: 1e-2,
        lora_rank: 8,
        lora_alpha: 16.0,
        lora_layers: 2,
        max_length: 32,
        adam_eps: 1e-5,
    };
    let inputs = [("parent", "parent", world.parent), ("preferences", "preferences", world.preferences)];
    let (_, log) = world.train("sft", &inputs, RunParams::Sft(params)).unwrap();
    let losses = log.values("loss");
    assert!(losses.last().unwrap() < &(losses[0] - 0.2), "{losses:?}");
}

#[test]
fn inputs_that_are_not_what_the_spec_names_are_refused_and_nothing_is_left() {
    let world = World::new();
    let run = |out: &str, preferences: B256, dir: &str| {
        let inputs = [("parent", "parent", world.parent), ("preferences", dir, preferences)];
        world.train(out, &inputs, RunParams::Reward(reward_params())).map(|_| ())
    };
    let wrong = run("a", B256::ZERO, "preferences").unwrap_err();
    assert!(matches!(wrong, TrainError::WrongInput { .. }), "{wrong}");
    assert!(matches!(run("b", world.preferences, "prompts").unwrap_err(), TrainError::Dataset(_)));
    let weights = world.dir("parent").join("model.safetensors");
    let mut bytes = std::fs::read(&weights).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&weights, bytes).unwrap();
    assert!(matches!(run("c", world.preferences, "preferences").unwrap_err(), TrainError::Checkpoint(_)));
    for out in ["a", "b", "c", ".a.partial", ".b.partial", ".c.partial"] {
        assert!(!world.dir(out).exists());
    }
}
