//! The smallest parameters for which honesty is best by the stated margins, and what is left of the margins in other worlds.

use crate::{
    epoch::base,
    scenario::{Honest, Kind, Measured, all, honest, measure, named},
    world::Setting,
};
use serde_json::{Value, json};

/// Honest work must earn more than work that looks at half of its tasks in this share of epochs: margins of means alone say
/// nothing about the one epoch that a labeler sees.
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

    /// Tried ones, ascending. A quarter of the smallest roster is two people: one alone is no clique.
    pub fn values(self) -> &'static [u16] {
        match self {
            Self::Overlap => &[8, 16, 24, 32, 48, 64, 96],
            Self::Gold => &[0, 2, 4, 6, 8, 12, 16, 24, 32],
            Self::Roster => &[8, 12, 16, 20, 24, 32],
            Self::Alpha => &[0, 50, 100, 125, 150, 200, 400, 1_000],
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

/// Settings in which everything is at the floors of `script/Config.sol` together, and others in which people or tasks are not
/// as the default has them.
pub fn worlds() -> Vec<(&'static str, Setting)> {
    let standard = Setting::standard;
    let with = |change: fn(&mut Setting)| {
        let mut setting = standard();
        change(&mut setting);
        setting
    };
    vec![
        ("the default", standard()),
        ("all floors at once, 256 slots", Setting::floors(256)),
        ("all floors at once, 96 slots", Setting::floors(96)),
        ("B right on 70 of 100 tasks", with(|s| s.share_b = 0.7)),
        ("B right on 85 of 100 tasks", with(|s| s.share_b = 0.85)),
        ("one task in ten misleads all", with(|s| s.misleading = 0.1)),
        ("two tasks in ten mislead all", with(|s| s.misleading = 0.2)),
        ("nothing to be seen in two tasks of ten", with(|s| s.unclear = 0.2)),
        ("nothing to be seen in four tasks of ten", with(|s| s.unclear = 0.4)),
        ("everybody right 80 times of 100", with(|s| s.accuracy = 0.8)),
        ("everybody right 75 times of 100", with(|s| s.accuracy = 0.75)),
        ("everybody right 67 times of 100", with(|s| s.accuracy = 0.67)),
    ]
}

/// How honesty fares in one setting.
#[derive(Clone, Debug)]
pub struct Point {
    /// Value of the parameter, or name of the setting.
    pub name: String,
    /// What honest work brings.
    pub honest: Honest,
    /// The single deviator that comes nearest.
    pub best_single: Measured,
    /// A quarter of the seats, which find the overlap and toss coins elsewhere.
    pub finders: Measured,
    /// The clique of a quarter, at work elsewhere, that comes nearest: copies, or the same model.
    pub copying: Measured,
    /// A quarter that shares nonsense, at work elsewhere.
    pub nonsense: Measured,
    /// Base pay of a queue before the gold, in POL.
    pub base: f64,
    /// Somebody that recognises all gold and tosses coins elsewhere.
    pub gold_finder: Measured,
    /// Half-lazy work.
    pub lazy: Measured,
}

impl Point {
    /// Measure.
    pub fn new(name: String, setting: &Setting, seed: u64, n_runs: u32) -> Self {
        let honest = honest(setting, seed, n_runs);
        let of = |name| measure(setting, &named(setting, name), honest, seed, n_runs);
        let singles = all(setting).into_iter().filter(|scenario| scenario.kind == Kind::Single);
        let best_single = singles
            .map(|scenario| measure(setting, &scenario, honest, seed, n_runs))
            .max_by(|a, b| a.ratio_upper().total_cmp(&b.ratio_upper()))
            .expect("the table has single deviators");
        let cliques = ["copying clique, works on the rest", "the same model asked by a quarter"];
        // The margin is a narrow one.
        let n_careful = 2 * n_runs;
        let careful = crate::scenario::honest(setting, seed, n_careful);
        let copying = cliques
            .map(|name| measure(setting, &named(setting, name), careful, seed, n_careful))
            .into_iter()
            .max_by(|a, b| a.ratio_upper().total_cmp(&b.ratio_upper()))
            .expect("there are two");
        Self {
            name,
            honest,
            best_single,
            finders: of("overlap-finding clique, else a coin"),
            copying,
            nonsense: of("clique with shared nonsense, works on the rest"),
            base: base(setting),
            gold_finder: of("recognises all gold, else a coin"),
            lazy: of("lazy: looks at half, else a coin"),
        }
    }

    /// The margins that do not hold, as far as the epochs played can tell: for each, its confidence interval is beyond it.
    pub fn broken(&self) -> Vec<&'static str> {
        [
            ("single", self.best_single.is_beaten_single()),
            ("finders", self.finders.is_beaten_single()),
            ("clique", self.copying.is_harmless_clique()),
            ("nonsense", self.nonsense.by_block.upper() <= self.base),
            ("known gold", self.gold_finder.is_beaten_single()),
            ("one epoch", self.lazy.beaten >= SURE_MARGIN),
        ]
        .into_iter()
        .filter_map(|(name, holds)| (!holds).then_some(name))
        .collect()
    }

    /// Whether all margins hold.
    pub fn is_safe(&self) -> bool {
        self.broken().is_empty()
    }

    /// For the results file.
    pub fn json(&self) -> Value {
        json!({
            "value": self.name,
            "honestMean": self.honest.pay.mean(),
            "honestSd": self.honest.pay.sd(),
            "bestSingle": self.best_single.scenario.name,
            "bestSingleOverHonest": self.best_single.ratio(),
            "bestSingleOverHonestUpper": self.best_single.ratio_upper(),
            "overlapFindersOverHonestUpper": self.finders.ratio_upper(),
            "clique": self.copying.scenario.name,
            "cliqueOverHonest": self.copying.ratio(),
            "cliqueOverHonestUpper": self.copying.ratio_upper(),
            "cliqueOverHonestBeside": self.copying.ratio_beside(),
            "knownGoldOverHonestUpper": self.gold_finder.ratio_upper(),
            "nonsenseOverBase": self.nonsense.pay.mean() / self.base,
            "lazyBeatenByHonest": self.lazy.beaten,
            "broken": self.broken(),
        })
    }
}

/// Try all values.
pub fn sweep(setting: &Setting, parameter: Parameter, seed: u64, n_runs: u32) -> Vec<Point> {
    let values = parameter.values().iter();
    values.map(|&value| Point::new(value.to_string(), &parameter.set(setting, value), seed, n_runs)).collect()
}

/// The smallest value that is safe together with all larger ones that were tried.
pub fn smallest_safe(points: &[Point]) -> Option<&str> {
    points.iter().rev().take_while(|point| point.is_safe()).last().map(|point| point.name.as_str())
}
