//! The smallest parameters for which honesty is best by the stated margins.

use crate::{
    scenario::{Kind, Measured, all, honest, measure, named},
    stats::Sample,
    world::Setting,
};
use serde_json::{Value, json};

/// Honest work must bring this many times what the best single deviator gets, and what a member of a clique gets that
/// finds the overlap and tosses coins elsewhere.
pub const SINGLE_MARGIN: f64 = 1.5;
/// A member of a copying clique of a quarter must get less than this many times what the honest beside it get.
pub const CLIQUE_MARGIN: f64 = 1.1;
/// Honest work must earn more than half-lazy work in this share of epochs: margins of means alone say nothing about the
/// one epoch that a labeler sees.
pub const SURE_MARGIN: f64 = 0.8;

/// A parameter that is varied, all others being the setting's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// `overlapSlots`; three quarters of them needed for a score.
    Overlap,
    /// `goldSlots`.
    Gold,
    /// Seats of the block, all of them needed for a score.
    Roster,
    /// `alphaPay` in hundredths of the base pay.
    Alpha,
}

impl Parameter {
    /// All.
    pub const ALL: [Self; 4] = [Self::Overlap, Self::Gold, Self::Roster, Self::Alpha];

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Overlap => "overlap slots",
            Self::Gold => "gold slots",
            Self::Roster => "roster",
            Self::Alpha => "alpha, % of base",
        }
    }

    /// Tried ones, ascending.
    pub fn values(self) -> &'static [u16] {
        match self {
            Self::Overlap => &[8, 16, 24, 32, 48, 64, 96],
            Self::Gold => &[0, 2, 4, 8, 12, 16, 24, 32],
            Self::Roster => &[4, 6, 8, 10, 12, 16, 24, 32],
            Self::Alpha => &[50, 100, 200, 400, 1_000],
        }
    }

    /// The setting with this value.
    pub fn set(self, setting: &Setting, value: u16) -> Setting {
        let mut setting = setting.clone();
        let terms = &mut setting.terms;
        match self {
            Self::Overlap => (terms.overlap_slots, terms.min_overlap) = (value, value / 4 * 3),
            Self::Gold => terms.gold_slots = value,
            Self::Roster => (setting.roster, terms.min_roster) = (value.into(), value),
            Self::Alpha => terms.alpha_pay = terms.base_pay * u128::from(value) / 100,
        }
        setting
    }
}

/// How honesty fares with one value.
#[derive(Clone, Debug)]
pub struct Point {
    /// Of the parameter.
    pub value: u16,
    /// Pay of the honest where all are.
    pub honest: Sample,
    /// The single deviator that earns most.
    pub best_single: Measured,
    /// A quarter of the seats, which find the overlap and toss coins elsewhere.
    pub finders: Measured,
    /// A quarter of the seats, which copy one of them.
    pub copying: Measured,
    /// Half-lazy work.
    pub lazy: Measured,
}

impl Point {
    /// Honest pay over that of the best single deviator.
    pub fn single_margin(&self) -> f64 {
        1.0 / self.best_single.ratio()
    }

    /// Honest pay over that of overlap-finders.
    pub fn finder_margin(&self) -> f64 {
        1.0 / self.finders.ratio()
    }

    /// Whether all margins hold.
    pub fn is_safe(&self) -> bool {
        self.single_margin() >= SINGLE_MARGIN
            && self.finder_margin() >= SINGLE_MARGIN
            && self.copying.ratio_beside() < CLIQUE_MARGIN
            && self.lazy.beaten >= SURE_MARGIN
    }

    /// For the results file.
    pub fn json(&self) -> Value {
        json!({
            "value": self.value,
            "honestMean": self.honest.mean(),
            "honestSd": self.honest.sd(),
            "bestSingle": self.best_single.scenario.name,
            "honestOverBestSingle": self.single_margin(),
            "honestOverOverlapFinders": self.finder_margin(),
            "copyingCliqueOverHonest": self.copying.ratio_beside(),
            "lazyBeatenByHonest": self.lazy.beaten,
            "isSafe": self.is_safe(),
        })
    }
}

/// Try one value.
pub fn point(setting: &Setting, parameter: Parameter, value: u16, seed: u64, n_runs: u32) -> Point {
    let setting = parameter.set(setting, value);
    let honest = honest(&setting, seed, n_runs);
    let of = |name| measure(&setting, &named(&setting, name), honest.mean(), seed, n_runs);
    let singles = all(&setting).into_iter().filter(|scenario| scenario.kind == Kind::Single);
    let best_single = singles
        .map(|scenario| measure(&setting, &scenario, honest.mean(), seed, n_runs))
        .max_by(|a, b| a.pay.mean().total_cmp(&b.pay.mean()))
        .expect("the table has single deviators");
    Point {
        value,
        honest,
        best_single,
        finders: of("overlap-finding clique, else a coin"),
        copying: of("copying clique, works on the rest"),
        lazy: of("lazy: looks at half, else a coin"),
    }
}

/// Try all values.
pub fn sweep(setting: &Setting, parameter: Parameter, seed: u64, n_runs: u32) -> Vec<Point> {
    parameter.values().iter().map(|&value| point(setting, parameter, value, seed, n_runs)).collect()
}

/// The smallest value that is safe together with all larger ones that were tried.
pub fn smallest_safe(points: &[Point]) -> Option<u16> {
    points.iter().rev().take_while(|point| point.is_safe()).last().map(|point| point.value)
}
