//! What holds for any labels and comparisons.

use crate::support::{Draws, close};
use label_quality::{
    LabelError, Labels,
    agreement::{Metric, krippendorff_alpha},
    bradley_terry::{self, CompareError, Comparisons, Outcome},
    davidson,
    dawid_skene::{DawidSkene, Errors, Prior, Smoothing},
    mace::Mace,
    noisy::Noisy,
    vote,
};

type Row = (usize, usize, usize);

/// 60 tasks of 3 classes, 8 workers of accuracies .2 to .9, two in three answered; and the truths.
fn random_rows(seed: u64) -> (Vec<Row>, Vec<usize>) {
    let mut draws = Draws(seed);
    let truths: Vec<usize> = (0..60).map(|_| draws.below(3)).collect();
    let mut rows = Vec::new();
    for (task, truth) in truths.iter().enumerate() {
        for worker in 0..8 {
            let wrong = (truth + 1 + draws.below(2)) % 3;
            let label = if draws.next() < 0.2 + 0.1 * worker as f64 { *truth } else { wrong };
            if draws.next() < 2.0 / 3.0 {
                rows.push((task, worker, label));
            }
        }
    }
    (rows, truths)
}

fn variants() -> [DawidSkene; 5] {
    let plain = DawidSkene::default();
    let smoothing = Smoothing { right: 2.0, wrong: 0.5 };
    [
        plain,
        DawidSkene { smoothing, ..plain },
        DawidSkene { errors: Errors::OneCoin, ..plain },
        DawidSkene { errors: Errors::OneCoin, smoothing, prior: Prior::Uniform, ..plain },
        DawidSkene { smoothing, halves: true, ..plain },
    ]
}

#[test]
fn the_order_of_rows_changes_no_bit() {
    let (mut rows, _) = random_rows(1);
    let labels = Labels::new(&rows).unwrap();
    Draws(9).shuffle(&mut rows);
    let shuffled = Labels::new(&rows).unwrap();
    for method in variants() {
        assert_eq!(method.fit(&labels).posterior, method.fit(&shuffled).posterior);
    }
    assert_eq!(Mace::default().fit(&labels).posterior, Mace::default().fit(&shuffled).posterior);
    assert_eq!(vote::wawa(&labels).posterior, vote::wawa(&shuffled).posterior);
}

#[test]
fn other_names_for_tasks_and_workers_change_nothing_but_the_names() {
    let (rows, _) = random_rows(2);
    // 60 and 8 are prime to 7 and 3: both maps are permutations.
    let (task_of, worker_of) = (|task: usize| task * 7 % 60, |worker: usize| worker * 3 % 8);
    let renamed: Vec<Row> = rows.iter().map(|&(t, w, l)| (task_of(t), worker_of(w), l)).collect();
    let (labels, renamed) = (Labels::new(&rows).unwrap(), Labels::new(&renamed).unwrap());
    let mut posteriors: Vec<_> = variants()
        .iter()
        .map(|method| (method.fit(&labels).posterior, method.fit(&renamed).posterior))
        .collect();
    let mace = Mace { iterations: 1_000, ..Mace::default() };
    posteriors.push((mace.fit(&labels).posterior, mace.fit(&renamed).posterior));
    for (ours, theirs) in posteriors {
        for task in 0..60 {
            for class in 0..3 {
                close(ours.row(task)[class], theirs.row(task_of(task))[class], 1e-6);
            }
        }
    }
    let alpha = |labels| krippendorff_alpha(labels, Metric::Nominal).unwrap();
    close(alpha(&labels), alpha(&renamed), 1e-12);
}

#[test]
fn no_update_lowers_the_likelihood() {
    for seed in 0..5 {
        let labels = Labels::new(&random_rows(seed).0).unwrap();
        for method in variants() {
            let after = |max_iterations| {
                DawidSkene { max_iterations, tolerance: None, ..method }.fit(&labels).objective
            };
            let heights: Vec<f64> = (1..60).map(after).collect();
            assert!(heights.is_sorted_by(|a, b| *b >= a - 1e-7), "{method:?}: {heights:?}");
        }
    }
}

#[test]
fn what_is_known_of_the_workers_beats_counting() {
    let mut right = [0; 3];
    for seed in 0..20 {
        let (rows, truths) = random_rows(seed);
        let labels = Labels::new(&rows).unwrap();
        let posteriors = [
            vote::majority(&labels),
            DawidSkene { smoothing: Smoothing { right: 2.0, wrong: 0.5 }, ..DawidSkene::default() }
                .fit(&labels)
                .posterior,
            Mace::default().fit(&labels).posterior,
        ];
        for (right, posterior) in right.iter_mut().zip(&posteriors) {
            *right += labels
                .tasks
                .iter()
                .enumerate()
                .filter(|(i, task)| posterior.best(*i) == truths[**task])
                .count();
        }
    }
    assert!(right[1] > right[0] && right[2] > right[0], "{right:?}");
}

#[test]
fn nothing_at_all_one_worker_and_agreement_are_answered_plainly() {
    assert_eq!(Labels::<u8, u8, u8>::new(&[]).unwrap_err(), LabelError::Empty);
    let unknown = Labels::with_classes(&[(1, 1, 3)], vec![1, 2]).unwrap_err();
    assert_eq!(unknown, LabelError::UnknownClass { row: 0 });

    let one_worker = Labels::new(&[(1, 1, 'a'), (2, 1, 'b'), (3, 1, 'a')]).unwrap();
    assert_eq!(krippendorff_alpha(&one_worker, Metric::Nominal), None);
    let agreed = Labels::new(&[(1, 1, 'a'), (1, 2, 'a'), (2, 1, 'a'), (2, 2, 'a')]).unwrap();
    assert_eq!(krippendorff_alpha(&agreed, Metric::Nominal), Some(1.0));
    // The last worker has a single label.
    let single = Labels::new(&[(1, 1, 'a'), (1, 2, 'a'), (2, 1, 'b'), (2, 2, 'b'), (2, 3, 'a')]).unwrap();
    for labels in [&one_worker, &agreed, &single] {
        for method in variants() {
            let fit = method.fit(labels);
            assert!(fit.posterior.rows().all(|row| (row.iter().sum::<f64>() - 1.0).abs() < 1e-9));
            assert!((0..labels.workers.len()).all(|w| (0.0..=1.0).contains(&fit.accuracy(w))));
            // Half an answer says less than the frequency of the classes here.
            for (task, winner) in vote::winners(labels).into_iter().enumerate().filter(|_| !method.halves) {
                assert_eq!(fit.posterior.best(task), winner, "{method:?}");
            }
        }
        assert!(Mace::default().fit(labels).log_likelihood.is_finite());
    }
}

#[test]
fn a_thousand_answers_to_one_task_neither_underflow_nor_overflow() {
    let rows: Vec<_> = (0..3_000).map(|worker| (worker % 2, worker, usize::from(worker % 7 < 3))).collect();
    let fit = DawidSkene::default().fit(&Labels::new(&rows).unwrap());
    assert!(fit.log_likelihood.is_finite());
    assert!(fit.posterior.rows().flatten().all(|p| (0.0..=1.0).contains(p)));
}

fn rounds(wins: usize, losses: usize, ties: usize) -> Vec<(char, char, Outcome)> {
    let rows = |n, outcome| std::iter::repeat_n(('a', 'b', outcome), n);
    rows(wins, Outcome::First).chain(rows(losses, Outcome::Second)).chain(rows(ties, Outcome::Tie)).collect()
}

#[test]
fn two_items_have_the_closed_form_of_their_odds() {
    let data = Comparisons::new(&rounds(30, 10, 0)).unwrap();
    let fit = bradley_terry::fit(&data, 0.0).unwrap();
    close(fit.log_scores[0] - fit.log_scores[1], 3f64.ln(), 1e-9);
    // Variance of a log-odds: 1 / (n·p·(1 − p)).
    let half = 1.96 * (1.0 / (40.0 * 0.75 * 0.25f64)).sqrt();
    let (low, high) = fit.difference(0, 1, 1.96);
    close(low, 3f64.ln() - half, 1e-9);
    close(high, 3f64.ln() + half, 1e-9);
    // With mean zero, each score is half the difference.
    let (low, high) = fit.interval(0, 1.96);
    close((high - low) / 2.0, half / 2.0, 1e-9);

    let data = Comparisons::new(&rounds(30, 10, 20)).unwrap();
    let fit = davidson::fit(&data).unwrap();
    close(fit.strengths.log_scores[0] - fit.strengths.log_scores[1], 3f64.ln(), 1e-9);
    close(fit.nu, 20.0 / 300f64.sqrt(), 1e-9);
}

#[test]
fn an_interval_holds_the_true_difference_as_often_as_it_says() {
    let mut inside = 0;
    for seed in 0..400 {
        let mut draws = Draws(seed);
        let strengths = [1.0f64, 0.3, -0.2, -1.1];
        let rows: Vec<_> = (0..300)
            .map(|_| {
                let a = draws.below(4);
                let b = (a + 1 + draws.below(3)) % 4;
                let p = 1.0 / (1.0 + (strengths[b] - strengths[a]).exp());
                (a, b, if draws.next() < p { Outcome::First } else { Outcome::Second })
            })
            .collect();
        let (low, high) =
            bradley_terry::fit(&Comparisons::new(&rows).unwrap(), 0.0).unwrap().difference(0, 2, 1.96);
        inside += u32::from((low..high).contains(&1.2));
    }
    assert!((368..=392).contains(&inside), "{inside} of 400 instead of about 380");
}

#[test]
fn an_unbeaten_item_is_named_and_a_ridge_makes_it_finite() {
    let mut rows = rounds(3, 2, 1);
    rows.push(('c', 'a', Outcome::First));
    let data = Comparisons::new(&rows).unwrap();
    let apart = CompareError::Apart { items: vec![2] };
    assert_eq!(bradley_terry::fit(&data, 0.0).unwrap_err(), apart);
    assert_eq!(davidson::fit(&data).unwrap_err(), apart);
    let scores = bradley_terry::fit(&data, 0.01).unwrap().log_scores;
    assert!(scores[2] > scores[0] && scores[2].is_finite());
    let itself = Comparisons::new(&[('a', 'a', Outcome::First)]).unwrap_err();
    assert_eq!(itself, CompareError::Itself { row: 0 });
    assert_eq!(Comparisons::<u8>::new(&[]).unwrap_err(), CompareError::Empty);
}

#[test]
fn the_gradient_with_unreliable_workers_is_that_of_the_objective() {
    let mut draws = Draws(4);
    let rows: Vec<_> = (0..60)
        .map(|_| {
            let a = draws.below(5);
            let b = (a + 1 + draws.below(4)) % 5;
            (draws.below(4), a, b, if draws.next() < 0.6 { Outcome::First } else { Outcome::Second })
        })
        .collect();
    let problem = Noisy::new(&rows, 0.1).unwrap();
    let at: Vec<f64> = (0..problem.n_parameters()).map(|_| draws.normal()).collect();
    let (_, gradient) = problem.objective(&at);
    for i in 0..at.len() {
        let moved = |step: f64| {
            let mut moved = at.clone();
            moved[i] += step;
            problem.objective(&moved).0
        };
        close(gradient[i], (moved(1e-5) - moved(-1e-5)) / 2e-5, 1e-7);
    }
}
