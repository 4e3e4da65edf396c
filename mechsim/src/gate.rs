//! Other ways to let gold decide about pay, applied to what the rule gives before the gold.

use crate::{
    epoch::{pol, run},
    scenario::{Scenario, named},
    stats::Sample,
    strategy::{Act, Strategy, cast},
    world::Setting,
};
use alloy_primitives::{I256, U256};
use protocol::rewards::Statement;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// A rule for gold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// All or nothing: this many basis points of the answered gold must be right.
    Share(u16),
    /// Pay × (right − wrong) / answered, at least 0.
    NetOfAnswered,
    /// Pay × (right − wrong) / all gold of the seat, at least 0: skipped gold counts as half right. The product's.
    NetOfAll,
}

impl Gate {
    /// Those that are compared.
    pub const ALL: [Self; 5] =
        [Self::Share(7_000), Self::Share(6_000), Self::Share(5_000), Self::NetOfAnswered, Self::NetOfAll];

    /// For people.
    pub fn name(self) -> String {
        match self {
            Self::Share(bps) => format!("all or nothing at {} %", bps / 100),
            Self::NetOfAnswered => "× (right − wrong) / answered".to_owned(),
            Self::NetOfAll => "× (right − wrong) / all gold".to_owned(),
        }
    }

    /// Pay in wei by this rule.
    pub fn pay(self, statement: &Statement, n_gold: u16) -> U256 {
        let (right, answered) = (statement.gold_right, statement.gold_answered);
        let net = U256::from((2 * right).saturating_sub(answered));
        let base = I256::try_from(statement.base).expect("below 2^80");
        let before = (base + statement.alpha).max(I256::ZERO).into_raw();
        match self {
            Self::Share(bps) if u64::from(right) * 10_000 >= u64::from(bps) * u64::from(answered) => {
                before
            }
            Self::Share(_) => U256::ZERO,
            Self::NetOfAnswered if answered == 0 => before,
            Self::NetOfAnswered => before * net / U256::from(answered),
            Self::NetOfAll if n_gold == 0 => before,
            Self::NetOfAll => before * net / U256::from(n_gold),
        }
    }
}

/// Columns of the comparison: names of scenarios.
pub const COMPARED: [&str; 8] = [
    "honest, 84 of 100",
    "honest, 75 of 100",
    "honest, 67 of 100",
    "lazy: looks at three in four, else a coin",
    "lazy: looks at half, else a coin",
    "random",
    "overlap-finding clique, else a coin",
    "overlap-finding clique, skips the rest",
];

/// Pay of the compared scenarios by gate; all gates see the same epochs.
pub fn compare(setting: &Setting, seed: u64, n_runs: u32) -> Vec<(Gate, Vec<Sample>)> {
    let columns: Vec<[Sample; Gate::ALL.len()]> =
        COMPARED.iter().map(|name| column(setting, &named(setting, name), seed, n_runs)).collect();
    let row = |(i, gate): (usize, Gate)| (gate, columns.iter().map(|column| column[i]).collect());
    Gate::ALL.into_iter().enumerate().map(row).collect()
}

fn column(setting: &Setting, scenario: &Scenario, seed: u64, n_runs: u32) -> [Sample; Gate::ALL.len()] {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let worker = Strategy::always(Act::Look(setting.accuracy));
    let mut samples = [Sample::default(); Gate::ALL.len()];
    for _ in 0..n_runs {
        let cast = cast(setting.roster, worker, scenario.strategy, scenario.n_seats, &mut rng);
        let outcomes = run(setting, &cast, &mut rng);
        for outcome in outcomes.iter().zip(&cast).filter(|(_, s)| **s == scenario.strategy).map(|(o, _)| o) {
            for (sample, gate) in samples.iter_mut().zip(Gate::ALL) {
                sample.push(pol(gate.pay(&outcome.statement, setting.terms.gold_slots)));
            }
        }
    }
    samples
}
