//! Who deviates, beside whom, and what it brings.

use crate::{
    dice::Dice,
    epoch::run,
    stats::Sample,
    strategy::{Act, Company, Known, Strategy, cast},
    world::Setting,
};
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

/// Honest work must bring this many times what the best single deviator gets, and what a member of a clique gets that
/// finds the overlap and tosses coins elsewhere.
pub const SINGLE_MARGIN: f64 = 1.5;
/// A member of a copying clique of a quarter must get less than this many times what the honest get.
pub const CLIQUE_MARGIN: f64 = 1.1;

/// Pay of honest work where all are honest, in POL.
#[derive(Clone, Copy, Debug)]
pub struct Honest {
    /// Of a seat.
    pub pay: Sample,
    /// Mean of a block: what is independent.
    pub by_block: Sample,
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
    /// Mean of the deviating seats, block by block: what is independent.
    pub by_block: Sample,
    /// Of an honest seat beside it.
    pub beside: Sample,
    /// By block: mean of the deviators less [`CLIQUE_MARGIN`] times that of the honest beside them.
    pub excess: Sample,
    /// Of honest work where all are honest.
    pub honest: Honest,
    /// DMI score of a deviating seat.
    pub score: Sample,
    /// What the gold leaves of the pay of a deviating seat.
    pub gold: f64,
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
        self.pay.mean() / self.honest.pay.mean()
    }

    /// Mean pay over that of the honest in the same blocks.
    pub fn ratio_beside(&self) -> f64 {
        self.pay.mean() / self.beside.mean()
    }

    /// Upper end of the confidence interval of [`Self::ratio`].
    pub fn ratio_upper(&self) -> f64 {
        self.by_block.ratio_upper(&self.honest.by_block)
    }

    /// Whether honest work brings [`SINGLE_MARGIN`] times as much, as far as the epochs played can tell.
    pub fn is_beaten_single(&self) -> bool {
        SINGLE_MARGIN * self.ratio_upper() <= 1.0
    }

    /// Whether it brings less than [`CLIQUE_MARGIN`] times honest work, that beside it and that where all are honest, as far
    /// as the epochs played can tell.
    pub fn is_harmless_clique(&self) -> bool {
        self.excess.upper() < 0.0 && self.ratio_upper() < CLIQUE_MARGIN
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
            "ratioToHonestUpper": self.ratio_upper(),
            "score": self.score.mean(),
            "leftByGold": self.gold,
            "looks": self.looks,
            "beatenByHonest": self.beaten,
            "breakEvenCostOfALook": self.break_even,
        })
    }
}

/// Everybody that the tables know, in a block of the setting's size.
pub fn all(setting: &Setting) -> Vec<Scenario> {
    use Act::{A, B, Coin, Copy, Invert, Look, LookOrTie, Skip};
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
        (
            "honest, ties where nothing is to be seen",
            Honest,
            Strategy::always(LookOrTie(setting.accuracy)),
            1,
        ),
        ("honest, leaves out one in ten", Other, alone(Guess(share(0.9)), look, Skip), 1),
        ("honest, leaves out three in ten", Other, alone(Guess(share(0.7)), look, Skip), 1),
        ("lazy: looks at nine in ten, else a coin", Other, alone(Guess(share(0.9)), look, Coin), 1),
        ("lazy: looks at three in four, else a coin", Other, alone(Guess(share(0.75)), look, Coin), 1),
        ("lazy: looks at half, else a coin", Single, alone(Guess(share(0.5)), look, Coin), 1),
        ("lazy: looks at a quarter, else a coin", Single, alone(Guess(share(0.25)), look, Coin), 1),
        ("random", Single, Strategy::always(Coin), 1),
        ("random on half, skips the rest", Single, alone(Guess(share(0.5)), Coin, Skip), 1),
        ("always A", Single, Strategy::always(A), 1),
        ("always B", Single, Strategy::always(B), 1),
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

/// Pay of honest work where all are honest.
pub fn honest(setting: &Setting, seed: u64, n_runs: u32) -> Honest {
    let mut rng = Dice::new(seed);
    let cast = vec![Strategy::always(Act::Look(setting.accuracy)); setting.roster];
    let (mut pay, mut by_block) = (Sample::default(), Sample::default());
    for _ in 0..n_runs {
        let block: Sample = run(setting, &cast, &mut rng).iter().map(|outcome| outcome.pay).collect();
        by_block.push(block.mean());
        pay = pay.with(block);
    }
    Honest { pay, by_block }
}

/// Play a scenario `n_runs` times.
pub fn measure(setting: &Setting, scenario: &Scenario, honest: Honest, seed: u64, n_runs: u32) -> Measured {
    // Other dice than the honest's, so that the two are independent.
    let mut rng = Dice::new(!seed);
    let worker = Strategy::always(Act::Look(setting.accuracy));
    let (mut pay, mut beside, mut score) = (Sample::default(), Sample::default(), Sample::default());
    let (mut gold, mut looks, mut beaten) = (Sample::default(), Sample::default(), Sample::default());
    let (mut by_block, mut excess) = (Sample::default(), Sample::default());
    for _ in 0..n_runs {
        let cast = cast(setting.roster, worker, scenario.strategy, scenario.n_seats, &mut rng);
        let outcomes = run(setting, &cast, &mut rng);
        // Where a strategy is honest work, its seats are told apart by nothing: count all.
        let is_deviant = |seat: usize| cast[seat] == scenario.strategy;
        let first = |deviant: bool| (0..cast.len()).find(|&seat| is_deviant(seat) == deviant);
        if let (Some(worker), Some(deviant)) = (first(false), first(true)) {
            beaten.push(f64::from(u8::from(outcomes[worker].pay > outcomes[deviant].pay)));
        }
        let (mut deviants, mut others) = (Sample::default(), Sample::default());
        for (seat, outcome) in outcomes.iter().enumerate() {
            if is_deviant(seat) {
                deviants.push(outcome.pay);
                gold.push(outcome.gold());
                looks.push(outcome.n_looks as f64);
                score.push(outcome.score());
            } else {
                others.push(outcome.pay);
            }
        }
        by_block.push(deviants.mean());
        excess.push(deviants.mean() - CLIQUE_MARGIN * others.mean());
        (pay, beside) = (pay.with(deviants), beside.with(others));
    }
    let saved = f64::from(setting.terms.block_slots) - looks.mean();
    let break_even = (saved > 0.5).then(|| (honest.pay.mean() - pay.mean()) / saved);
    Measured {
        scenario: scenario.clone(),
        pay,
        by_block,
        beside,
        excess,
        honest,
        score,
        gold: gold.mean(),
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
