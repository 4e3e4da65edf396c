//! Other ways to let gold decide about pay, applied to what the rule gives before the gold. All see the same epochs.

use crate::{
    dice::Dice,
    epoch::{pol, run},
    scenario::{Scenario, named},
    stats::Sample,
    strategy::{Act, Strategy, cast},
    world::Setting,
};
use alloy_primitives::{I256, U256};
use protocol::rewards::Statement;

/// A rule for gold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Pay × (right − wrong) / all gold of the seat, at least 0: skipped gold counts as half right. The product's.
    NetOfAll,
    /// Pay × (right − wrong) / answered, at least 0.
    NetOfAnswered,
    /// Pay × right / all gold of the seat.
    RightOfAll,
    /// All or nothing: this many basis points of the answered gold must be right.
    Share(u16),
}

impl Gate {
    /// Those that are compared.
    pub const ALL: [Self; 5] =
        [Self::NetOfAll, Self::NetOfAnswered, Self::RightOfAll, Self::Share(7_000), Self::Share(5_000)];

    /// For people.
    pub fn name(self) -> String {
        match self {
            Self::NetOfAll => "× (right − wrong) / all gold: the rule".to_owned(),
            Self::NetOfAnswered => "× (right − wrong) / answered".to_owned(),
            Self::RightOfAll => "× right / all gold".to_owned(),
            Self::Share(bps) => format!("all or nothing at {} % of answered", bps / 100),
        }
    }

    /// Pay in wei by this rule.
    pub fn pay(self, statement: &Statement) -> U256 {
        let Statement { gold_right, gold_answered, gold_slots, .. } = *statement;
        let base = I256::try_from(statement.base).expect("below 2^80");
        let before = (base + statement.alpha).max(I256::ZERO).into_raw();
        let net = (2 * gold_right).saturating_sub(gold_answered);
        let times = |part: u16, whole: u16| {
            if whole == 0 { before } else { before * U256::from(part) / U256::from(whole) }
        };
        match self {
            Self::NetOfAll => times(net, gold_slots),
            Self::NetOfAnswered => times(net, gold_answered),
            Self::RightOfAll => times(gold_right, gold_slots),
            Self::Share(bps)
                if u64::from(gold_right) * 10_000 >= u64::from(bps) * u64::from(gold_answered) =>
            {
                before
            }
            Self::Share(_) => U256::ZERO,
        }
    }
}

/// Columns of the comparison: names of scenarios.
pub const COMPARED: [&str; 9] = [
    "honest, 84 of 100",
    "honest, 75 of 100",
    "honest, 67 of 100",
    "lazy: looks at three in four, else a coin",
    "lazy: looks at half, else a coin",
    "random",
    "recognises all gold, else a coin",
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
    let mut rng = Dice::new(seed);
    let worker = Strategy::always(Act::Look(setting.accuracy));
    let mut samples = [Sample::default(); Gate::ALL.len()];
    for _ in 0..n_runs {
        let cast = cast(setting.roster, worker, scenario.strategy, scenario.n_seats, &mut rng);
        let outcomes = run(setting, &cast, &mut rng);
        for outcome in outcomes.iter().zip(&cast).filter(|(_, s)| **s == scenario.strategy).map(|(o, _)| o) {
            for (sample, gate) in samples.iter_mut().zip(Gate::ALL) {
                sample.push(pol(gate.pay(&outcome.statement)));
            }
        }
    }
    samples
}
