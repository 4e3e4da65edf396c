//! `tests/golden`: figures of plain numpy and scipy programs on published data.

use crate::support::{Named, close, comparisons, first_answers, golden, labels, text};
use label_quality::{
    Labels, Posterior,
    agreement::{Metric, krippendorff_alpha},
    bradley_terry::{self, Comparisons, Outcome},
    davidson,
    dawid_skene::DawidSkene,
    mace::Mace,
    noisy::Noisy,
    vote,
};
use serde_json::Value;

const CATEGORICAL: [&str; 2] = ["categorical-tiny", "categorical-anesthesia"];

fn same_posterior(labels: &Named, found: &Posterior, expected: &Value, tolerance: f64) {
    for (task, name) in labels.tasks.iter().enumerate() {
        for (class, label) in labels.classes.iter().enumerate() {
            close(found.row(task)[class], expected[name][label].as_f64().unwrap(), tolerance);
        }
    }
}

#[test]
fn counting_gives_the_shares_skills_and_entropy_of_the_reference() {
    for name in CATEGORICAL {
        let golden = golden(name);
        let labels = labels(&golden);
        same_posterior(&labels, &vote::majority(&labels), &golden["majority"], 1e-9);
        if golden["wawa"].is_null() {
            continue;
        }
        let wawa = vote::wawa(&labels);
        same_posterior(&labels, &wawa.posterior, &golden["wawa"]["proba"], 1e-9);
        for (skill, worker) in wawa.skills.iter().zip(&labels.workers) {
            close(*skill, golden["wawa"]["skills"][worker].as_f64().unwrap(), 1e-9);
        }
        close(vote::uncertainty(&labels), golden["uncertainty"].as_f64().unwrap(), 1e-9);
    }
}

#[test]
fn dawid_skene_finds_the_posterior_prior_and_confusions_of_the_reference() {
    for name in CATEGORICAL {
        let golden = golden(name);
        let (labels, expected) = (labels(&golden), &golden["reference"]["dawid_skene"]);
        let fit = DawidSkene::default().fit(&labels);
        same_posterior(&labels, &fit.posterior, &expected["proba"], 1e-6);
        close(fit.log_likelihood, expected["log_likelihood"].as_f64().unwrap(), 1e-6);
        assert_eq!(u64::from(fit.iterations), expected["iterations"].as_u64().unwrap());
        for (class, label) in labels.classes.iter().enumerate() {
            close(fit.prior[class], expected["prior"][label].as_f64().unwrap(), 1e-6);
            for (worker, name) in labels.workers.iter().enumerate() {
                for (said, answer) in labels.classes.iter().enumerate() {
                    let expected = expected["confusion"][name][label][answer].as_f64().unwrap();
                    close(fit.confusion(worker, class, said), expected, 1e-6);
                }
            }
        }
    }
}

#[test]
fn mace_finds_the_posterior_and_competences_of_the_reference() {
    for name in CATEGORICAL {
        let golden = golden(name);
        let (labels, expected) = (labels(&golden), &golden["reference"]["mace_vb"]);
        for seed in [0, 7] {
            let fit = Mace { iterations: 500, seed, ..Mace::default() }.fit(&labels);
            same_posterior(&labels, &fit.posterior, &expected["proba"], 1e-6);
            close(fit.log_likelihood, expected["log_likelihood"].as_f64().unwrap(), 1e-6);
            for (worker, name) in labels.workers.iter().enumerate() {
                close(fit.competence[worker], expected["competence"][name].as_f64().unwrap(), 1e-6);
            }
        }
    }
}

#[test]
fn krippendorffs_alpha_is_that_of_the_reference_in_every_metric() {
    for name in CATEGORICAL {
        let golden = golden(name);
        let expected = golden["reference"]["krippendorff_alpha_nominal"].as_f64().unwrap();
        close(krippendorff_alpha(&first_answers(&golden), Metric::Nominal).unwrap(), expected, 1e-9);
    }
    let golden = golden("krippendorff");
    let rows = golden["input"].as_array().unwrap().iter();
    let rows: Vec<_> = rows.map(|row| (text(&row[0]), text(&row[1]), row[2].as_u64().unwrap())).collect();
    let labels = Labels::new(&rows).unwrap();
    let values: Vec<f64> = labels.classes.iter().map(|&value| value as f64).collect();
    for (name, metric) in [
        ("nominal", Metric::Nominal),
        ("ordinal", Metric::Ordinal),
        ("interval", Metric::Interval(&values)),
        ("ratio", Metric::Ratio(&values)),
    ] {
        let expected = golden["reference"][name].as_f64().unwrap();
        close(krippendorff_alpha(&labels, metric).unwrap(), expected, 1e-9);
    }
}

fn same_scores(items: &[String], found: &[f64], expected: &Value) {
    for (item, score) in items.iter().zip(found) {
        close(*score, expected[item].as_f64().unwrap(), 1e-6);
    }
}

#[test]
fn bradley_terry_finds_stiglers_journals() {
    let golden = golden("pairs-citations");
    let journals: Vec<&String> = golden["wins"].as_object().unwrap().keys().collect();
    let mut rows = Vec::new();
    for (a, cited) in journals.iter().enumerate() {
        for (b, citing) in journals.iter().enumerate().filter(|(b, _)| a != *b) {
            let wins = golden["wins"][cited.as_str()][b].as_u64().unwrap();
            rows.extend((0..wins).map(|_| (cited.to_string(), citing.to_string(), Outcome::First)));
        }
    }
    let data = Comparisons::new(&rows).unwrap();
    let fit = bradley_terry::fit(&data, 0.0).unwrap();
    same_scores(&data.items, &fit.scores(), &golden["reference"]["scores"]);
    let against: Vec<f64> = fit.log_scores.iter().map(|s| s - fit.log_scores[0]).collect();
    same_scores(&data.items, &against, &golden["reference"]["log_scores_vs_Biometrika"]);
}

#[test]
fn bradley_terry_with_half_wins_and_davidson_find_the_scores_of_the_reference() {
    for name in ["pairs-noisy", "pairs-ties"] {
        let golden = golden(name);
        let rows: Vec<_> = comparisons(&golden).into_iter().map(|(_, a, b, o)| (a, b, o)).collect();
        let data = Comparisons::new(&rows).unwrap();
        let fit = bradley_terry::fit(&data, 0.0).unwrap();
        let expected = &golden["reference"]["bradley_terry"];
        same_scores(&data.items, &fit.log_scores, &expected["log_scores"]);
        close(fit.log_likelihood, expected["log_likelihood"].as_f64().unwrap(), 1e-6);
        let expected = &golden["reference"]["davidson"];
        if expected.is_null() {
            assert_eq!(davidson::fit(&data).unwrap_err(), bradley_terry::CompareError::NoTies);
            continue;
        }
        let fit = davidson::fit(&data).unwrap();
        same_scores(&data.items, &fit.strengths.log_scores, &expected["log_scores"]);
        close(fit.nu, expected["nu"].as_f64().unwrap(), 1e-6);
        close(fit.strengths.log_likelihood, expected["log_likelihood"].as_f64().unwrap(), 1e-6);
    }
}

#[test]
fn noisy_bradley_terry_finds_the_upside_down_and_the_left_biased_worker() {
    let golden = golden("pairs-noisy");
    let expected = &golden["reference"]["noisy_bt"];
    let problem = Noisy::new(&comparisons(&golden), 1e-5).unwrap();
    let fit = problem.fit(8, 0);
    let best = expected["objective"].as_f64().unwrap();
    assert!(fit.objective <= best + 1e-6, "{} is above {best}", fit.objective);
    for (worker, name) in problem.workers.iter().enumerate() {
        close(fit.skills[worker], expected["skills"][name].as_f64().unwrap(), 1e-3);
    }
    close(fit.skills[3], 0.0, 1e-3);
    close(fit.biases[4], 1.0, 1e-3);
}
