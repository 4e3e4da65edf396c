//! Every formula against numbers recorded from PyTorch, TRL and OpenAI's code.

use rlhf::algo::gae::gae;
use rlhf::algo::group::{
    GroupLoss, Normaliser, Ratio, Scale, group_advantages, group_policy_loss, leave_one_out,
    whitened_in_batch,
};
use rlhf::algo::kl::{AdaptiveKl, KlEstimator, per_token};
use rlhf::algo::loss::{Clip, explained_variance, policy_loss, value_loss};
use rlhf::algo::masked::whiten;
use rlhf::algo::preference_loss::{PreferenceLoss, preference_losses};
use rlhf::algo::reward_assembly::token_rewards;
use rlhf::algo::reward_loss::{PairLabels, bradley_terry, rao_kupper};
use rlhf::optim::schedule::{Decay, Schedule};
use rlhf::optim::{AdamW, AdamWConfig, clip_by_global_norm};
use tch::{Kind, Tensor};

use crate::golden::{assert_close, load, tensor};

const EXACT: f64 = 1e-9;

#[test]
fn advantages_and_returns_match_the_reference() {
    for case in load("gae").as_array().expect("a list") {
        let (rewards, values, mask) =
            (tensor(&case["rewards"]), tensor(&case["values"]), tensor(&case["mask"]));
        let (gamma, lam) = (case["gamma"].as_f64().unwrap(), case["lambda"].as_f64().unwrap());
        let (advantages, returns) = gae(&rewards, &values, &mask, gamma, lam).unwrap();
        assert_close("advantages", &advantages, &(tensor(&case["masked_advantages"]) * &mask), EXACT);
        assert_close("returns", &returns, &(tensor(&case["masked_returns"]) * &mask), EXACT);
        if let Some(expected) = case.get("masked_advantages_whitened") {
            assert_close("whitened", &whiten(&advantages, &mask, true), &(tensor(expected) * &mask), EXACT);
            let scaled = tensor(&case["rewards_whitened_noshift"]) * &mask;
            assert_close("rewards", &whiten(&rewards, &mask, false), &scaled, EXACT);
        }
    }
}

#[test]
fn the_score_stands_at_the_last_real_token() {
    let golden = load("reward_assembly");
    let (logprobs, reference) = (tensor(&golden["logprobs"]), tensor(&golden["ref_logprobs"]));
    let (scores, mask) = (tensor(&golden["scores"]), tensor(&golden["mask"]));
    let kl_coef = golden["kl_coef"].as_f64().unwrap();
    for case in golden["cases"].as_array().unwrap() {
        let estimator = match case["kl_estimator"].as_str().unwrap() {
            "k1" => KlEstimator::K1,
            "k2" => KlEstimator::K2,
            _ => KlEstimator::K3,
        };
        let kl = per_token(&logprobs, &reference, estimator).unwrap();
        assert_close("kl", &(&kl * &mask), &tensor(&case["kl"]), EXACT);
        let rewards = token_rewards(&kl, &scores, &mask, kl_coef).unwrap();
        assert_close("rewards", &rewards, &tensor(&case["rewards_score_at_last_token"]), EXACT);
    }
}

#[test]
fn the_clipped_policy_loss_matches_loss_gradient_and_statistics() {
    let golden = load("ppo_loss");
    for case in golden["policy"].as_array().unwrap() {
        let logprobs = tensor(&case["logprobs"]).set_requires_grad(true);
        let mask = tensor(&case["mask"]);
        let n_tokens = mask.sum(Kind::Double).double_value(&[]);
        let number = |name: &str| case[name].as_f64();
        let clip = Clip {
            low: number("clip_low").unwrap(),
            high: number("clip_high").unwrap(),
            dual: number("dual_clip"),
        };
        let (old, advantages) = (tensor(&case["old_logprobs"]), tensor(&case["advantages"]));
        let found = policy_loss(&logprobs, &old, &advantages, &mask, clip, n_tokens).unwrap();
        assert_close("loss", &found.loss, &tensor(&case["loss_token_mean"]), EXACT);
        let gradient = Tensor::run_backward(&[&found.loss], &[&logprobs], false, false);
        assert_close("gradient", &gradient[0], &tensor(&case["grad_token_mean"]), EXACT);
        assert_close("clipfrac", &(found.clipped / n_tokens), &tensor(&case["clipfrac"]), EXACT);
        assert_close("approximate KL", &(found.approx_kl / n_tokens), &tensor(&case["approx_kl_k2"]), EXACT);
        assert_close("ratio", &(found.ratio / n_tokens), &tensor(&case["ratio_mean"]), EXACT);
    }
}

#[test]
fn the_clipped_value_loss_matches_loss_gradient_and_statistics() {
    for case in load("ppo_loss")["value"].as_array().unwrap() {
        let values = tensor(&case["values"]).set_requires_grad(true);
        let (old, returns, mask) =
            (tensor(&case["old_values"]), tensor(&case["returns"]), tensor(&case["mask"]));
        let n_tokens = mask.sum(Kind::Double).double_value(&[]);
        let found = value_loss(&values, &old, &returns, &mask, case["clip"].as_f64(), n_tokens).unwrap();
        assert_close("loss", &found.loss, &tensor(&case["loss"]), EXACT);
        let gradient = Tensor::run_backward(&[&found.loss], &[&values], false, false);
        assert_close("gradient", &gradient[0], &tensor(&case["grad"]), EXACT);
        assert_close("clipfrac", &(found.clipped / n_tokens), &tensor(&case["clipfrac"]), EXACT);
        let explained = explained_variance(&values.detach(), &returns, &mask);
        // The golden uses biased variances; Bessel's factor cancels in the quotient.
        assert!((explained - case["explained_variance"].as_f64().unwrap()).abs() < EXACT);
    }
}

#[test]
fn reward_model_losses_match_loss_and_gradients() {
    let golden = load("rm_loss");
    let (margin, weights) = (tensor(&golden["margin"]), tensor(&golden["weights"]));
    let soft = tensor(&golden["soft_label"]);
    let smooth = soft.full_like(0.9);
    let labels = |probability, weights, margin| PairLabels { probability, weights, margin };
    for (name, labels, centring) in [
        ("bradley_terry", labels(None, None, None), 0.0),
        ("margin_loss", labels(None, None, Some(&margin)), 0.0),
        ("centered_0.01", labels(None, None, None), 0.01),
        ("label_smoothing_0.1", labels(Some(&smooth), None, None), 0.0),
        ("weighted", labels(None, Some(&weights), None), 0.0),
        ("soft", labels(Some(&soft), None, None), 0.0),
    ] {
        let chosen = tensor(&golden["chosen"]).set_requires_grad(true);
        let rejected = tensor(&golden["rejected"]).set_requires_grad(true);
        let loss = bradley_terry(&chosen, &rejected, &labels, centring).unwrap();
        assert_close(name, &loss, &tensor(&golden[name]["loss"]), EXACT);
        let gradients = Tensor::run_backward(&[loss], &[&chosen, &rejected], false, false);
        assert_close(name, &gradients[0], &tensor(&golden[name]["grad_chosen"]), EXACT);
        assert_close(name, &gradients[1], &tensor(&golden[name]["grad_rejected"]), EXACT);
    }
}

#[test]
fn rao_kupper_ties_match_loss_and_gradients() {
    let golden = load("rm_loss");
    let expected = &golden["rao_kupper_theta1.5"];
    let chosen = tensor(&golden["chosen"]).set_requires_grad(true);
    let rejected = tensor(&golden["rejected"]).set_requires_grad(true);
    let probability: Tensor = 1.0 - tensor(&golden["tie"]) * 0.5;
    let labels = PairLabels { probability: Some(&probability), ..PairLabels::default() };
    let loss = rao_kupper(&chosen, &rejected, &labels, 1.5, 0.0).unwrap();
    assert_close("loss", &loss, &tensor(&expected["loss"]), EXACT);
    let gradients = Tensor::run_backward(&[loss], &[&chosen, &rejected], false, false);
    assert_close("chosen", &gradients[0], &tensor(&expected["grad_chosen"]), EXACT);
    assert_close("rejected", &gradients[1], &tensor(&expected["grad_rejected"]), EXACT);
}

#[test]
fn direct_preference_losses_match_loss_and_gradients() {
    let golden = load("dpo_loss");
    let beta = golden["beta"].as_f64().unwrap();
    for (name, loss, per_token) in [
        ("sigmoid", PreferenceLoss::Sigmoid { smoothing: 0.0 }, false),
        ("sigmoid_smooth_0.1(cdpo)", PreferenceLoss::Sigmoid { smoothing: 0.1 }, false),
        ("robust_0.1", PreferenceLoss::Robust { flip: 0.1 }, false),
        ("hinge", PreferenceLoss::Hinge, false),
        ("ipo_sum", PreferenceLoss::Ipo, false),
        ("ipo_token_mean", PreferenceLoss::Ipo, true),
    ] {
        let policy = |side: &str| tensor(&golden[format!("policy_{side}")]).set_requires_grad(true);
        let ratio = |policy: &Tensor, side: &str| {
            let ratio = policy - tensor(&golden[format!("ref_{side}")]);
            if per_token { ratio / tensor(&golden[format!("len_{side}")]) } else { ratio }
        };
        let (chosen, rejected) = (policy("chosen"), policy("rejected"));
        let losses =
            preference_losses(&ratio(&chosen, "chosen"), &ratio(&rejected, "rejected"), loss, beta).unwrap();
        let expected = &golden["cases"][name];
        assert_close(name, &losses, &tensor(&expected["losses"]), EXACT);
        let gradients =
            Tensor::run_backward(&[losses.mean(Kind::Double)], &[&chosen, &rejected], false, false);
        assert_close(name, &gradients[0], &tensor(&expected["grad_chosen"]), EXACT);
        assert_close(name, &gradients[1], &tensor(&expected["grad_rejected"]), EXACT);
    }
}

#[test]
fn group_advantages_match_the_reference() {
    let golden = load("group_advantages");
    let rewards = tensor(&golden["rewards"]);
    for (name, found) in [
        ("grpo_group_std_eps1e-4", group_advantages(&rewards, Scale::Group)),
        ("grpo_no_std(dr_grpo)", group_advantages(&rewards, Scale::None)),
        ("grpo_batch_std", group_advantages(&rewards, Scale::Batch)),
        ("rloo", leave_one_out(&rewards)),
        ("reinforce_pp_baseline", whitened_in_batch(&rewards)),
    ] {
        assert_close(name, &found, &tensor(&golden[name]), EXACT);
    }
}

#[test]
fn the_group_policy_loss_matches_loss_and_gradient_and_its_parts_add_up() {
    let golden = load("grpo_loss");
    let number = |name: &str| golden[name].as_f64().unwrap();
    let get = |name: &str| tensor(&golden[name]);
    let (old, reference, advantages, mask) =
        (get("old_logprobs"), get("ref_logprobs"), get("advantages"), get("mask"));
    let (rows, columns) = mask.size2().unwrap();
    let n_tokens = mask.sum(Kind::Double).double_value(&[]);
    let clip = Clip { low: number("clip_low"), high: number("clip_high"), dual: None };
    for (level, ratio) in [("token", Ratio::Token), ("sequence", Ratio::Sequence)] {
        for (name, normaliser) in [
            ("grpo", Normaliser::Completions(rows as f64)),
            ("dapo/bnpo", Normaliser::Tokens(n_tokens)),
            ("dr_grpo", Normaliser::Tokens((rows * columns) as f64)),
        ] {
            let constants = GroupLoss { clip, beta: number("beta"), ratio, normaliser };
            let name = format!("{level}:{name}");
            let loss = |logprobs: &Tensor, from: i64, n: i64| {
                let part = |x: &Tensor| x.narrow(0, from, n);
                let (old, reference) = (part(&old), part(&reference));
                let (advantages, mask) = (part(&advantages), part(&mask));
                group_policy_loss(&part(logprobs), &old, &reference, &advantages, &mask, &constants).unwrap()
            };
            let logprobs = get("logprobs").set_requires_grad(true);
            let whole = loss(&logprobs, 0, rows);
            let expected = &golden["cases"][&name];
            assert_close(&name, &whole, &tensor(&expected["loss"]), EXACT);
            let gradient = Tensor::run_backward(&[&whole], &[&logprobs], false, false);
            assert_close(&name, &gradient[0], &tensor(&expected["grad"]), EXACT);
            let parts = loss(&logprobs, 0, 1) + loss(&logprobs, 1, rows - 1);
            assert_close(&name, &parts, &whole, 1e-12);
        }
    }
}

#[test]
fn the_adaptive_coefficient_follows_the_reference() {
    let golden = load("kl_controller");
    let number = |name: &str| golden[name].as_f64().unwrap();
    let controller = AdaptiveKl { target: number("target"), horizon: number("horizon") };
    let mut coefficient = number("init");
    for pair in golden["kl_then_coef"].as_array().unwrap() {
        let (kl, expected) = (pair[0].as_f64().unwrap(), pair[1].as_f64().unwrap());
        coefficient = controller.next(coefficient, kl, golden["n_steps"].as_u64().unwrap());
        assert!((coefficient - expected).abs() < 1e-15, "{coefficient} for {expected}");
    }
}

#[test]
fn extreme_score_differences_stay_finite() {
    let extreme = &load("rm_loss")["extreme"];
    let (chosen, rejected) = (tensor(&extreme["chosen"]), tensor(&extreme["rejected"]));
    for (i, expected) in extreme["loss"].as_array().unwrap().iter().enumerate() {
        let pair = |scores: &Tensor| scores.narrow(0, i as i64, 1);
        let loss = bradley_terry(&pair(&chosen), &pair(&rejected), &PairLabels::default(), 0.0).unwrap();
        assert_close("loss", &loss, &tensor(expected), EXACT);
    }
}

#[test]
fn adamw_matches_pytorch_step_by_step() {
    let golden = load("optim");
    for (name, eps, weight_decay, beta2, max_norm) in [
        ("adam_lr1e-2_eps1e-8", 1e-8, 0.0, 0.999, f64::INFINITY),
        ("adam_lr1e-2_eps1e-5", 1e-5, 0.0, 0.999, f64::INFINITY),
        ("adamw_lr1e-2_wd0.01", 1e-8, 0.01, 0.999, f64::INFINITY),
        ("adamw_clip0.5", 1e-8, 0.01, 0.95, 0.5),
    ] {
        let w = tensor(&golden["init_w"]).set_requires_grad(true);
        let b = tensor(&golden["init_b"]).set_requires_grad(true);
        let config = AdamWConfig { beta1: 0.9, beta2, eps, weight_decay };
        let mut optimiser = AdamW::new(&[w.shallow_clone(), b.shallow_clone()], config);
        for (x, expected) in golden["x"].as_array().unwrap().iter().zip(golden[name].as_array().unwrap()) {
            let loss = (tensor(x).matmul(&w) + &b).tanh().square().sum(Kind::Double);
            let mut gradients = Tensor::run_backward(&[loss], &[&w, &b], false, false);
            let norm = clip_by_global_norm(&mut gradients, max_norm);
            assert!(
                (norm - expected["grad_norm_before_clip"].as_f64().unwrap()).abs() < EXACT,
                "{name}: norm"
            );
            assert_close(name, &gradients[0], &tensor(&expected["grad_w"]), EXACT);
            optimiser.step(&gradients, 1e-2);
            assert_close(name, &w, &tensor(&expected["w"]), EXACT);
            assert_close(name, &b, &tensor(&expected["b"]), EXACT);
        }
    }
}

#[test]
fn schedules_match_the_reference() {
    let golden = load("schedules");
    let (base, total_steps) = (golden["base_lr"].as_f64().unwrap(), golden["total"].as_u64().unwrap());
    let warm = golden["warmup"].as_u64().unwrap();
    for (name, decay, warmup_steps) in [
        ("linear", Decay::Linear, warm),
        ("cosine", Decay::Cosine, warm),
        ("constant_with_warmup", Decay::Constant, warm),
        ("constant", Decay::Constant, 0),
    ] {
        let schedule = Schedule { base, warmup_steps, total_steps, decay };
        for (step, expected) in golden["lr_used_at_step"][name].as_array().unwrap().iter().enumerate() {
            assert!(
                (schedule.at(step as u64) - expected.as_f64().unwrap()).abs() < 1e-15,
                "{name} at {step}"
            );
        }
    }
}
