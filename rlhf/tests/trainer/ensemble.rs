//! Margins, ties and ensembles of heads in the reward task.

use protocol::manifest::{PpoParams, Profile, RewardParams, RunParams};
use rlhf::model::Params;
use rlhf::run::{Checkpoint, Engine, RewardModel, TrainError};
use tch::Kind;

use crate::toy::{World, ppo_params, reward_params};

#[test]
fn an_ensemble_learns_scores_as_its_mean_and_tells_how_far_its_heads_are_apart() {
    let world = World::new();
    let (hash, _) = world.train_reward("reward", RewardParams { heads: Some(4), ..reward_params() });
    let dir = world.dir("reward");
    let heads = Params::read(&dir.join("heads.safetensors")).unwrap().get("heads.weight").unwrap();
    assert_eq!(heads.size(), [4, 32]);
    let score = Params::load(&dir).unwrap().get("score.weight").unwrap();
    let mean = heads.mean_dim(0, true, Kind::Float);
    assert!((score - mean).abs().max().double_value(&[]) < 1e-6);
    for (one, other) in [(0, 1), (1, 2), (2, 3)] {
        assert!(
            (heads.get(one) - heads.get(other)).abs().max().double_value(&[]) > 0.01,
            "seeds of their own"
        );
    }

    let metrics = world.manifest("reward").metrics;
    assert!(metrics["heldOutAccuracy"] > 0.75, "{metrics:?}");
    assert!(metrics["heldOutSpread"] > 0.0, "{metrics:?}");

    let checkpoint = Checkpoint::open_expected(&dir, hash).unwrap();
    let engine = Engine::start(Profile::CpuDeterministic);
    let model = RewardModel::load(&checkpoint, &engine).unwrap().unscaled();
    let rows = [vec![2, 3, 18, 38], vec![2, 3, 30, 31, 38]];
    let (scores, opinions) = (model.scores(&rows, &engine), model.opinions(&rows, &engine));
    for (score, opinions) in scores.iter().zip(&opinions) {
        assert!((score - opinions.iter().sum::<f64>() / 4.0).abs() < 1e-4, "{score} {opinions:?}");
    }

    // PPO reads it like any other reward model.
    let quick = PpoParams { steps: 2, eval_prompts: 4, ..ppo_params() };
    let (_, log) = world.train_ppo("policy", hash, quick);
    assert!(log.values("objective/scores").iter().all(|score| score.is_finite()));
}

#[test]
fn a_single_head_has_no_spread_and_one_named_is_one_unnamed() {
    let world = World::new();
    let quick = RewardParams { epochs: 1, ..reward_params() };
    world.train_reward("plain", quick.clone());
    world.train_reward("named", RewardParams { heads: Some(1), ..quick });
    let (plain, named) = (world.manifest("plain"), world.manifest("named"));
    assert_eq!(plain.weights_hash, named.weights_hash);
    assert_eq!(plain.metrics, named.metrics);
    assert!(!plain.metrics.contains_key("heldOutSpread"));
    let metrics = plain.metrics;
    let share = metrics["heldOutAccuracy"];
    assert!(metrics["heldOutAccuracyLow"] < share && share < metrics["heldOutAccuracyHigh"]);
    assert!(metrics["heldOutBrier"] < 0.25 && metrics["heldOutCalibrationError"] < 0.5, "{metrics:?}");
}

#[test]
fn a_pair_with_a_margin_is_right_only_beyond_it() {
    let mut world = World::new();
    let quick = RewardParams { epochs: 1, centering: 0.0, ..reward_params() };
    let first_loss = |world: &World, out: &str| world.train_reward(out, quick.clone()).1.values("loss")[0];
    // All scores are 0 at first, so a pair costs ln 2, and ln(1 + e³) with a margin of 3.
    assert!((first_loss(&world, "without") - 2f64.ln()).abs() < 1e-6);
    world.set_margins(30_000);
    assert!((first_loss(&world, "with") - 3f64.exp().ln_1p()).abs() < 1e-6);
}

#[test]
fn a_tie_with_odds_of_its_own_is_another_loss_and_odds_below_one_are_refused() {
    let world = World::new();
    let quick = RewardParams { epochs: 1, ..reward_params() };
    world.train_reward("halves", quick.clone());
    world.train_reward("ties", RewardParams { tie_theta: Some(2.0), ..quick.clone() });
    assert_ne!(world.manifest("halves").weights_hash, world.manifest("ties").weights_hash);
    assert!(world.manifest("ties").metrics["heldOutAccuracy"] > 0.6);
    let inputs = [("parent", "parent", world.parent), ("preferences", "preferences", world.preferences)];
    for params in [
        RewardParams { tie_theta: Some(1.0), ..quick.clone() },
        RewardParams { heads: Some(0), ..quick.clone() },
        RewardParams { heads: Some(1000), ..quick },
    ] {
        let error = world.train("refused", &inputs, RunParams::Reward(params)).unwrap_err();
        assert!(matches!(error, TrainError::Unfit(_)), "{error}");
    }
}
