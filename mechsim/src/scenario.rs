//! Who deviates, beside whom, and what it brings.

use crate::{
    epoch::run,
    stats::Sample,
    strategy::{Act, Company, Known, Strategy, cast},
    world::Setting,
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

/// What a strategy stands for in the claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Honest work of some accuracy.
    Honest,
    /// A single deviator that the claim of 1.5 is about.
    Single,
    /// A clique that the claim of 1.1 is about.
    Copying,
    /// Anything else that does not pay.
    Other,
    /// Something that pays, or comes too near.
    Open,
}

/// A strategy in some of the seats, honest labelers in the others.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// For people.
    pub name: String,
    /// Its part in the claims.
    pub kind: Kind,
    /// The deviators'.
    pub strategy: Strategy,
    /// How many.
    pub n_seats: usize,
}

/// What a scenario brings per seat and epoch. Amounts in POL.
#[derive(Clone, Debug)]
pub struct Measured {
    /// Of which scenario.
    pub scenario: Scenario,
    /// Of a deviating seat.
    pub pay: Sample,
    /// Of an honest seat beside it.
    pub beside: Sample,
    /// Of an honest seat where all are.
    pub honest: f64,
    /// DMI score of a deviating seat that passed the gold and was scored.
    pub score: Sample,
    /// Share of deviating seats that pass the gold.
    pub passed: f64,
    /// Looks per deviating seat.
    pub looks: f64,
    /// Share of epochs in which an honest seat earned more than a deviating one.
    pub beaten: f64,
    /// What a look may cost before the strategy is better than honesty; `None` when it saves no looks.
    pub break_even: Option<f64>,
}

impl Measured {
    /// Mean pay over that of honest work where all are honest.
    pub fn ratio(&self) -> f64 {
        self.pay.mean() / self.honest
    }

    /// Mean pay over that of the honest in the same blocks.
    pub fn ratio_beside(&self) -> f64 {
        self.pay.mean() / self.beside.mean()
    }

    /// For the results file.
    pub fn json(&self) -> Value {
        json!({
            "strategy": self.scenario.name,
            "seats": self.scenario.n_seats,
            "mean": self.pay.mean(),
            "sd": self.pay.sd(),
            "ratioToHonest": self.ratio(),
            "ratioToHonestBeside": self.ratio_beside(),
            "score": self.score.mean(),
            "passedGold": self.passed,
            "looks": self.looks,
            "beatenByHonest": self.beaten,
            "breakEvenCostOfALook": self.break_even,
        })
    }
}

/// Everybody that the tables know, in a block of the setting's size.
pub fn all(setting: &Setting) -> Vec<Scenario> {
    use Act::{A, Coin, Copy, Invert, Look, Skip};
    use Company::{Agrees, Compares};
    use Kind::{Copying, Honest, Open, Other, Single};
    use Known::{Everything, Gold, Guess, InEveryQueue, OverlapAndGold};

    let (roster, look) = (setting.roster, Look(setting.accuracy));
    let share = |share: f64| (f64::from(setting.terms.block_slots) * share) as usize;
    let (n_gold, n_overlap) = (setting.terms.gold_slots.into(), setting.terms.overlap_slots.into());
    let quarter = roster / 4;
    let alone = Strategy::split;
    let clique = |known, on_known, otherwise| alone(known, on_known, otherwise).with(Agrees);
    let finders = |otherwise| alone(InEveryQueue, look, otherwise).with(Compares);
    let bot = clique(Everything, look, look);
    let rows = [
        ("honest, right 95 of 100", Honest, Strategy::always(Look(0.95)), 1),
        ("honest, 84 of 100", Honest, Strategy::always(Look(0.84)), 1),
        ("honest, 75 of 100", Honest, Strategy::always(Look(0.75)), 1),
        ("honest, 67 of 100", Honest, Strategy::always(Look(0.67)), 1),
        ("lazy: looks at three in four, else a coin", Other, alone(Guess(share(0.75)), look, Coin), 1),
        ("lazy: looks at half, else a coin", Single, alone(Guess(share(0.5)), look, Coin), 1),
        ("lazy: looks at a quarter, else a coin", Single, alone(Guess(share(0.25)), look, Coin), 1),
        ("random", Single, Strategy::always(Coin), 1),
        ("random on half, skips the rest", Single, alone(Guess(share(0.5)), Coin, Skip), 1),
        ("always A", Single, Strategy::always(A), 1),
        ("inverted: looks, says the opposite", Single, Strategy::always(Invert(setting.accuracy)), 1),
        ("gold-guesser: looks at what it takes for gold", Single, alone(Guess(n_gold), look, Coin), 1),
        (
            "overlap-finder alone: looks at what it takes for overlap",
            Single,
            alone(Guess(n_overlap), look, Coin),
            1,
        ),
        ("the same, skips the rest", Single, alone(Guess(n_overlap), look, Skip), 1),
        ("copycat: one member's answers, else a coin", Other, Strategy::always(Copy(0)), 1),
        ("copying clique, works on the rest", Copying, clique(InEveryQueue, look, look), quarter),
        ("copying clique, else a coin", Copying, clique(InEveryQueue, look, Coin), quarter),
        ("overlap-finding clique, else a coin", Other, finders(Coin), quarter),
        ("overlap-finding clique, skips the rest", Other, finders(Skip), quarter),
        ("clique with shared nonsense, works on the rest", Other, clique(InEveryQueue, Coin, look), quarter),
        ("clique with shared nonsense, else a coin", Other, clique(InEveryQueue, Coin, Coin), quarter),
        ("clique that inverts, works on the rest", Other, clique(InEveryQueue, Invert(0.84), look), quarter),
        ("the same model asked by a quarter", Copying, bot, quarter),
        ("the same model asked by half", Open, bot, roster / 2),
        ("the same model asked by all", Open, bot, roster),
        ("copying clique of half, works on the rest", Open, clique(InEveryQueue, look, look), roster / 2),
        ("one person in two seats, works on the rest", Copying, clique(InEveryQueue, look, look), 2),
        ("one person's work spread over four seats", Other, alone(Guess(share(0.25)), look, Skip), quarter),
        ("recognises all gold, else a coin", Open, alone(Gold(1.0), look, Coin), 1),
        ("recognises half the gold, else a coin", Open, alone(Gold(0.5), look, Coin), 1),
        ("told overlap and gold by the operator, else a coin", Open, alone(OverlapAndGold, look, Coin), 1),
    ];
    rows.into_iter()
        .map(|(name, kind, strategy, n_seats)| Scenario { name: name.to_owned(), kind, strategy, n_seats })
        .collect()
}

/// Mean pay of an honest seat where all are, in POL.
pub fn honest(setting: &Setting, seed: u64, n_runs: u32) -> Sample {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let cast = vec![Strategy::always(Act::Look(setting.accuracy)); setting.roster];
    (0..n_runs).flat_map(|_| run(setting, &cast, &mut rng)).map(|outcome| outcome.pay).collect()
}

/// Play a scenario `n_runs` times.
pub fn measure(setting: &Setting, scenario: &Scenario, honest: f64, seed: u64, n_runs: u32) -> Measured {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let worker = Strategy::always(Act::Look(setting.accuracy));
    let (mut pay, mut beside, mut score) = (Sample::default(), Sample::default(), Sample::default());
    let (mut passed, mut looks, mut beaten) = (Sample::default(), Sample::default(), Sample::default());
    for _ in 0..n_runs {
        let cast = cast(setting.roster, worker, scenario.strategy, scenario.n_seats, &mut rng);
        let outcomes = run(setting, &cast, &mut rng);
        // Where a strategy is honest work, its seats are told apart by nothing: count all.
        let is_deviant = |seat: usize| cast[seat] == scenario.strategy;
        let first = |deviant: bool| (0..cast.len()).find(|&seat| is_deviant(seat) == deviant);
        if let (Some(worker), Some(deviant)) = (first(false), first(true)) {
            beaten.push(f64::from(u8::from(outcomes[worker].pay > outcomes[deviant].pay)));
        }
        for (seat, outcome) in outcomes.iter().enumerate() {
            if is_deviant(seat) {
                pay.push(outcome.pay);
                passed.push(f64::from(u8::from(outcome.has_passed)));
                looks.push(outcome.n_looks as f64);
                if outcome.has_passed {
                    score.push(outcome.score());
                }
            } else {
                beside.push(outcome.pay);
            }
        }
    }
    let saved = f64::from(setting.terms.block_slots) - looks.mean();
    let break_even = (saved > 0.5).then(|| (honest - pay.mean()) / saved);
    Measured {
        scenario: scenario.clone(),
        pay,
        beside,
        honest,
        score,
        passed: passed.mean(),
        looks: looks.mean(),
        beaten: beaten.mean(),
        break_even,
    }
}

/// The scenario of this name in [`all`].
///
/// # Panics
/// There is none.
pub fn named(setting: &Setting, name: &str) -> Scenario {
    all(setting).into_iter().find(|scenario| scenario.name == name).expect("a name of the table")
}
