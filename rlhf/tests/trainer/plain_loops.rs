//! Formulas against the plainest loop that could compute them, and gradients against finite differences.

use rlhf::algo::gae::gae;
use rlhf::algo::group::{
    GroupLoss, Normaliser, Ratio, Scale, group_advantages, group_policy_loss, leave_one_out,
};
use rlhf::algo::loss::{Clip, entropy, policy_loss, token_logprobs, value_loss};
use rlhf::algo::preference_loss::{PreferenceLoss, preference_losses, soft_preference_losses};
use rlhf::algo::reward_loss::{PairLabels, bradley_terry};
use tch::{Kind, Tensor};

use crate::golden::assert_close;

fn random(shape: &[i64], seed: i64) -> Tensor {
    tch::manual_seed(seed);
    Tensor::randn(shape, (Kind::Double, tch::Device::Cpu))
}

/// Central differences of a scalar function, element by element.
fn numeric_gradient(x: &Tensor, f: impl Fn(&Tensor) -> Tensor) -> Tensor {
    const STEP: f64 = 1e-6;
    let flat = x.detach().flatten(0, -1);
    let slopes: Vec<f64> = (0..flat.numel() as i64)
        .map(|i| {
            let at = |offset: f64| {
                let moved = flat.copy();
                let _ = moved.get(i).g_add_scalar_(offset);
                f(&moved.view_as(x)).double_value(&[])
            };
            (at(STEP) - at(-STEP)) / (2.0 * STEP)
        })
        .collect();
    Tensor::from_slice(&slopes).view_as(x)
}

fn assert_gradient(what: &str, x: &Tensor, f: impl Fn(&Tensor) -> Tensor) {
    let leaf = x.copy().set_requires_grad(true);
    let gradient = Tensor::run_backward(&[f(&leaf)], &[&leaf], false, false);
    assert_close(what, &gradient[0], &numeric_gradient(x, f), 1e-7);
}

const PREFERENCE_LOSSES: [PreferenceLoss; 5] = [
    PreferenceLoss::Sigmoid { smoothing: 0.0 },
    PreferenceLoss::Sigmoid { smoothing: 0.1 },
    PreferenceLoss::Robust { flip: 0.3 },
    PreferenceLoss::Hinge,
    PreferenceLoss::Ipo,
];

fn group_losses() -> impl Iterator<Item = GroupLoss> {
    let each = [Ratio::Token, Ratio::Sequence, Ratio::Completion].map(|ratio| {
        [Normaliser::Completions(2.0), Normaliser::Tokens(4.0)].map(|normaliser| GroupLoss {
            clip: Clip { low: 0.2, high: 0.28, dual: Some(3.0) },
            beta: 0.04,
            ratio,
            normaliser,
        })
    });
    each.into_iter().flatten()
}

#[test]
fn advantages_equal_the_double_sum_of_their_definition() {
    let (gamma, lam) = (0.97, 0.9);
    let lengths = [5usize, 3, 1];
    let (rewards, values) = (random(&[3, 5], 1), random(&[3, 5], 2));
    let mask = Tensor::from_slice2(&[[1.0, 1., 1., 1., 1.], [1., 1., 1., 0., 0.], [1., 0., 0., 0., 0.]]);
    let (advantages, _) = gae(&rewards, &values, &mask, gamma, lam).unwrap();
    for (row, &length) in lengths.iter().enumerate() {
        let at =
            |x: &Tensor, t: usize| if t < length { x.double_value(&[row as i64, t as i64]) } else { 0.0 };
        for t in 0..length {
            let expected: f64 = (t..length)
                .map(|k| {
                    let delta = at(&rewards, k) + gamma * at(&values, k + 1) - at(&values, k);
                    (gamma * lam).powi((k - t) as i32) * delta
                })
                .sum();
            assert!((advantages.double_value(&[row as i64, t as i64]) - expected).abs() < 1e-12);
        }
    }
}

#[test]
fn token_logprobs_and_entropy_equal_a_softmax_by_hand() {
    let (logits, temperature) = (random(&[4, 7], 3), 0.7);
    let token_ids = Tensor::from_slice(&[0i64, 6, 3, 3]);
    let logprobs = token_logprobs(&logits, &token_ids, temperature);
    let entropies = entropy(&logits, temperature);
    for (row, token) in [0i64, 6, 3, 3].into_iter().enumerate() {
        let weights: Vec<f64> =
            (0..7).map(|v| (logits.double_value(&[row as i64, v]) / temperature).exp()).collect();
        let total: f64 = weights.iter().sum();
        let expected = (weights[token as usize] / total).ln();
        assert!((logprobs.double_value(&[row as i64]) - expected).abs() < 1e-12);
        let by_hand: f64 = weights.iter().map(|w| -(w / total) * (w / total).ln()).sum();
        assert!((entropies.double_value(&[row as i64]) - by_hand).abs() < 1e-12);
    }
}

#[test]
fn gradients_equal_finite_differences() {
    let mask = Tensor::from_slice2(&[[1.0, 1.0, 1.0], [1.0, 0.0, 0.0]]);
    let old = random(&[2, 3], 4);
    let near = &old + random(&[2, 3], 5) * 0.3;
    let advantages = random(&[2, 3], 6);
    assert_gradient("policy", &near, |x| {
        policy_loss(x, &old, &advantages, &mask, Clip::symmetric(0.2), 4.0).unwrap().loss
    });
    assert_gradient("value", &near, |x| {
        value_loss(x, &old, &advantages, &mask, Some(0.2), 4.0).unwrap().loss
    });
    let (rejected, soft) = (random(&[5], 7), random(&[5], 8).sigmoid());
    assert_gradient("reward", &random(&[5], 9), |x| {
        let labels = PairLabels { probability: Some(&soft), ..PairLabels::default() };
        bradley_terry(x, &rejected, &labels, 0.01).unwrap()
    });
    let token_ids = Tensor::from_slice(&[1i64, 0]);
    assert_gradient("log-probabilities", &random(&[2, 4], 10), |x| {
        token_logprobs(x, &token_ids, 0.7).sum(Kind::Double)
    });
}

#[test]
fn gradients_without_a_critic_or_a_reward_model_equal_finite_differences() {
    let rejected = random(&[5], 18);
    for loss in PREFERENCE_LOSSES {
        assert_gradient(&format!("{loss:?}"), &random(&[5], 19), |x| {
            preference_losses(x, &rejected, loss, 0.4).unwrap().mean(Kind::Double)
        });
    }
    let mask = Tensor::from_slice2(&[[1.0, 1.0, 1.0], [1.0, 0.0, 0.0]]);
    let (old, advantages) = (random(&[2, 3], 20), random(&[2], 21));
    let (near, reference) = (&old + random(&[2, 3], 22) * 0.3, &old + random(&[2, 3], 23) * 0.3);
    for constants in group_losses() {
        assert_gradient(&format!("{constants:?}"), &near, |x| {
            group_policy_loss(x, &old, &reference, &advantages, &mask, &constants).unwrap()
        });
    }
}

#[test]
fn micro_batches_add_up_to_the_gradient_of_the_minibatch() {
    let (old, advantages) = (random(&[8, 6], 11), random(&[8, 6], 12));
    let logprobs = (&old + random(&[8, 6], 13) * 0.3).set_requires_grad(true);
    let lengths = Tensor::from_slice(&[6i64, 1, 2, 5, 3, 6, 1, 4]).unsqueeze(1);
    let mask = Tensor::arange(6, (Kind::Int64, tch::Device::Cpu)).lt_tensor(&lengths).to_kind(Kind::Double);
    let n_tokens = mask.sum(Kind::Double).double_value(&[]);
    let gradient_of_split = |size: i64| {
        let losses: Vec<Tensor> = (0..8 / size)
            .map(|i| {
                let part = |x: &Tensor| x.narrow(0, i * size, size);
                let clip = Clip::symmetric(0.2);
                policy_loss(&part(&logprobs), &part(&old), &part(&advantages), &part(&mask), clip, n_tokens)
                    .unwrap()
                    .loss
            })
            .collect();
        let total = Tensor::stack(&losses, 0).sum(Kind::Double);
        Tensor::run_backward(&[total], &[&logprobs], false, false).remove(0)
    };
    let whole = gradient_of_split(8);
    for size in [1, 2, 4] {
        assert_close("gradient", &gradient_of_split(size), &whole, 1e-12);
    }
}

#[test]
fn an_unchanged_policy_has_ratio_one_and_nothing_clipped() {
    let logprobs = random(&[3, 4], 14);
    let mask = logprobs.ones_like();
    let found =
        policy_loss(&logprobs, &logprobs, &random(&[3, 4], 15), &mask, Clip::symmetric(0.2), 12.0).unwrap();
    assert_eq!(found.ratio.double_value(&[]), 12.0);
    assert_eq!(found.clipped.double_value(&[]), 0.0);
    assert_eq!(found.approx_kl.double_value(&[]), 0.0);
}

#[test]
fn direct_losses_of_a_policy_that_is_its_reference_are_the_ones_of_a_coin() {
    let beta: f64 = 0.4;
    for loss in PREFERENCE_LOSSES {
        let expected = match loss {
            PreferenceLoss::Sigmoid { .. } | PreferenceLoss::Robust { .. } => std::f64::consts::LN_2,
            PreferenceLoss::Hinge => 1.0,
            PreferenceLoss::Ipo => (0.5 / beta).powi(2),
        };
        let unmoved = Tensor::zeros([3], (Kind::Double, tch::Device::Cpu));
        let losses = preference_losses(&unmoved, &unmoved, loss, beta).unwrap();
        assert_close(&format!("{loss:?}"), &losses, &losses.full_like(expected), 1e-12);
    }
}

#[test]
fn a_soft_label_counts_each_order_as_much_as_it_is_believed_in() {
    let (chosen, rejected) = (random(&[4], 30), random(&[4], 31));
    let soft = |probability: f64, loss| {
        let probability = chosen.full_like(probability);
        soft_preference_losses(&chosen, &rejected, &probability, loss, 0.4).unwrap()
    };
    let plain = PreferenceLoss::Sigmoid { smoothing: 0.0 };
    let conservative = PreferenceLoss::Sigmoid { smoothing: 0.1 };
    for (loss, probability, expected) in [
        (plain, 1.0, preference_losses(&chosen, &rejected, plain, 0.4)),
        (plain, 0.9, preference_losses(&chosen, &rejected, conservative, 0.4)),
        (PreferenceLoss::Ipo, 0.0, preference_losses(&rejected, &chosen, PreferenceLoss::Ipo, 0.4)),
    ] {
        assert_close(&format!("{loss:?}"), &soft(probability, loss), &expected.unwrap(), 1e-12);
    }
    let turned = soft_preference_losses(&rejected, &chosen, &chosen.full_like(0.5), plain, 0.4).unwrap();
    assert_close("a tie", &soft(0.5, plain), &turned, 1e-12);
}

#[test]
fn a_group_of_equal_rewards_moves_no_weight() {
    let rewards = Tensor::from_slice2(&[[0.7, 0.7]]);
    let mask = Tensor::from_slice2(&[[1.0, 1.0, 1.0], [1.0, 0.0, 0.0]]);
    let old = random(&[2, 3], 24);
    for advantages in [
        group_advantages(&rewards, Scale::Group),
        group_advantages(&rewards, Scale::Batch),
        group_advantages(&rewards, Scale::None),
        leave_one_out(&rewards),
    ] {
        for constants in group_losses() {
            let logprobs = old.copy().set_requires_grad(true);
            let advantages = advantages.flatten(0, -1);
            let loss = group_policy_loss(&logprobs, &old, &old, &advantages, &mask, &constants).unwrap();
            let gradient = Tensor::run_backward(&[loss], &[&logprobs], false, false);
            assert_eq!(gradient[0].abs().max().double_value(&[]), 0.0, "{constants:?}");
        }
    }
}

#[test]
fn shapes_that_do_not_fit_are_refused_by_name() {
    let (wide, narrow) = (random(&[2, 3], 16), random(&[2, 2], 17));
    let error = gae(&wide, &narrow, &wide, 1.0, 1.0).unwrap_err();
    assert_eq!(error.to_string(), "values has shape [2, 2], expected [2, 3]");
}
