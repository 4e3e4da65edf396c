//! Tasks `grpo` and `rloo` in the toy world.

use alloy_primitives::B256;
use protocol::manifest::{
    AdvantageScale, Evaluation, GroupParams, LossNormaliser, RatioLevel, RewardParams, RunParams,
};
use rlhf::run::TrainArgs;

use crate::resume::assert_resumes_and_replays;
use crate::toy::{Log, World, reward_params};

type Task = fn(GroupParams) -> RunParams;

fn grpo_params() -> GroupParams {
    GroupParams {
        steps: 12,
        batch_size: 32,
        group_size: 4,
        mini_batch_size: 16,
        update_epochs: 2,
        learning_rate: 1e-2,
        lora_rank: 8,
        lora_alpha: 16.0,
        lora_layers: 2,
        max_prompt_length: 16,
        max_new_tokens: 8,
        temperature: 1.0,
        kl_coef: 0.02,
        cliprange: 0.2,
        cliprange_high: 0.28,
        scale: AdvantageScale::Group,
        ratio: RatioLevel::Token,
        normaliser: LossNormaliser::Completions,
        missing_eos_penalty: 0.0,
        adam_eps: 1e-5,
        max_grad_norm: 1.0,
        eval_prompts: 8,
        eval_samples: 4,
        eval_temperature: 1.0,
    }
}

fn rloo_params() -> GroupParams {
    GroupParams {
        cliprange_high: 0.2,
        scale: AdvantageScale::None,
        ratio: RatioLevel::Completion,
        ..grpo_params()
    }
}

fn tasks() -> [(&'static str, Task, GroupParams); 2] {
    [("grpo", RunParams::Grpo, grpo_params()), ("rloo", RunParams::Rloo, rloo_params())]
}

fn arguments(world: &World, reward: B256, out: &str, params: RunParams) -> TrainArgs {
    let inputs = [
        ("parent", "parent", world.parent),
        ("prompts", "prompts", world.prompts),
        ("reward", "reward", reward),
    ];
    world.arguments(out, &inputs, params)
}

fn run(world: &World, reward: B256, out: &str, params: RunParams) -> Log {
    let mut log = Log::default();
    rlhf::run::train(&arguments(world, reward, out, params), &mut log).unwrap();
    log
}

fn evaluation(world: &World, out: &str) -> Evaluation {
    serde_json::from_slice(&std::fs::read(world.dir(out).join("evaluation.json")).unwrap()).unwrap()
}

#[test]
fn completions_of_a_prompt_compared_with_each_other_teach_what_the_reward_model_likes() {
    let world = World::new();
    let (reward, _) = world.train_reward("reward", reward_params());
    for (name, task, params) in tasks() {
        let log = run(&world, reward, name, task(params));
        let (scores, sentiment) = (log.values("objective/scores"), log.values("oracle/vader"));
        assert!(scores[11] > scores[0] + 0.5, "{name}: {scores:?}");
        assert!(sentiment[11] > sentiment[0] + 0.2, "{name}: {sentiment:?}");
        // The first pass over a rollout begins where it was sampled, the second does not.
        assert!(log.values("policy/approxkl").iter().all(|kl| *kl > 0.0 && *kl < 1.0), "{name}");
        let evaluation = evaluation(&world, name);
        assert!(evaluation.ci_low_bps > 5000, "{name}: {evaluation:?}");
        assert!(evaluation.oracle.unwrap().win_rate_bps > 6000, "{name}");
        let manifest = world.manifest(name);
        assert_eq!(manifest.evaluation_hash.is_some(), manifest.steps_root.is_some());
        assert_eq!(serde_json::to_value(manifest.task).unwrap(), name);
    }
}

#[test]
fn without_learning_the_ratio_is_one_and_nothing_is_clipped() {
    let world = World::new();
    let (reward, _) = world.train_reward("reward", RewardParams { epochs: 1, ..reward_params() });
    for (name, task, params) in tasks() {
        let still = GroupParams { steps: 2, learning_rate: 0.0, eval_prompts: 0, ..params };
        let log = run(&world, reward, name, task(still));
        for name in ["policy/clipfrac", "policy/approxkl", "objective/kl", "objective/non_score_reward"] {
            assert!(log.values(name).iter().all(|x| x.abs() < 1e-6), "{name}: {:?}", log.values(name));
        }
        assert!(log.values("policy/ratio").iter().all(|ratio| (ratio - 1.0).abs() < 1e-5));
        assert_eq!(world.manifest(name).weights_hash, world.manifest("parent").weights_hash);
        assert!(!world.dir(name).join("evaluation.json").exists());
    }
}

#[test]
fn an_interrupted_group_run_goes_on_to_the_same_bytes_and_can_be_repeated() {
    let world = World::new();
    let (reward, _) = world.train_reward("reward", RewardParams { epochs: 1, ..reward_params() });
    for (name, task, params) in tasks() {
        let short = GroupParams { steps: 4, batch_size: 16, mini_batch_size: 8, eval_prompts: 2, ..params };
        let args = |out: &str| arguments(&world, reward, &format!("{name}-{out}"), task(short.clone()));
        assert_resumes_and_replays(args("whole"), &args("broken"));
    }
}

#[test]
fn a_strong_tie_keeps_the_policy_near_its_parent() {
    let world = World::new();
    let (reward, _) = world.train_reward("reward", RewardParams { epochs: 1, ..reward_params() });
    for (name, task, params) in tasks() {
        let kl = |kl_coef: f64| {
            let params = GroupParams { steps: 8, kl_coef, eval_prompts: 0, ..params.clone() };
            let log = run(&world, reward, &format!("{name}-{kl_coef}"), task(params));
            *log.values("objective/kl").last().unwrap()
        };
        let (free, tied) = (kl(0.0), kl(1.0));
        assert!(tied < 0.5 * free, "{name}: {tied} with the tie, {free} without");
    }
}
