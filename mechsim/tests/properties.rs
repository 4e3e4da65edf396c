//! Properties of the rule as the simulator sees it.

use alloy_primitives::{Address, U256};
use mechsim::{
    Sample, Setting,
    dice::Dice,
    epoch::{Outcome, base, pol, run, settle},
    strategy::{Act, Known, Strategy, play},
    world::World,
};
use protocol::LabelWord;
use rand::{Rng, seq::SliceRandom};

const WORK: Strategy = Strategy::always(Act::Look(0.84));
const RANDOM: Strategy = Strategy::always(Act::Coin);

fn rng() -> Dice {
    Dice::new(11)
}

/// Workers, guessers and somebody who skips half.
fn mixed(setting: &Setting, rng: &mut impl Rng) -> Vec<Strategy> {
    let kinds = [WORK, WORK, RANDOM, Strategy::split(Known::Guess(128), Act::Look(0.9), Act::Skip)];
    (0..setting.roster).map(|_| kinds[rng.random_range(0..kinds.len())]).collect()
}

#[test]
fn the_sum_of_pays_is_at_most_the_budget() {
    let mut rng = rng();
    let (mut setting, mut n_scaled) = (Setting::standard(), 0);
    for _ in 0..60 {
        setting.terms.budget = U256::from(rng.random_range(1..1_500_000_000_000_000_000_000u128));
        let cast = mixed(&setting, &mut rng);
        let outcomes = run(&setting, &cast, &mut rng);
        let paid: U256 = outcomes.iter().map(|outcome| outcome.statement.pay).sum();
        let raw: U256 = outcomes.iter().map(|outcome| outcome.statement.raw).sum();
        assert!(paid <= setting.terms.budget);
        if raw > setting.terms.budget {
            n_scaled += 1;
            // Less than a wei is lost per seat.
            assert!(setting.terms.budget - paid < U256::from(setting.roster));
        } else {
            assert_eq!(paid, raw);
        }
    }
    assert!((10..50).contains(&n_scaled), "{n_scaled}");
}

#[test]
fn permuting_labelers_changes_nothing() {
    let (mut rng, setting) = (rng(), Setting::standard());
    for _ in 0..40 {
        let world = World::new(&setting, &mut rng);
        let cast = mixed(&setting, &mut rng);
        let words: Vec<LabelWord> = play(&world, &cast, &mut rng).iter().map(|seat| seat.word).collect();
        let payouts = settle(&setting, &world, &words);

        let mut shuffled = words.clone();
        shuffled.shuffle(&mut rng);
        assert_eq!(settle(&setting, &world, &shuffled), payouts, "the order of words");

        // Other names in the same seats: the pay belongs to the seat's answers.
        let mut names: Vec<Address> = words.iter().map(|word| word.labeler).collect();
        names.shuffle(&mut rng);
        let renamed: Vec<_> =
            words.iter().zip(&names).map(|(&word, &labeler)| LabelWord { labeler, ..word }).collect();
        let pays = |words: &[LabelWord]| -> Vec<U256> {
            settle(&setting, &world, words).statements.iter().map(|statement| statement.pay).collect()
        };
        assert_eq!(pays(&renamed), pays(&words), "names");
    }
}

/// Mean pay of a seat with `strategy` among honest ones.
fn pay(setting: &Setting, strategy: Strategy, n_runs: u32) -> Sample {
    let mut rng = rng();
    let mut cast = vec![WORK; setting.roster];
    cast[3] = strategy;
    (0..n_runs).map(|_| run(setting, &cast, &mut rng)[3].pay).collect()
}

#[test]
fn pay_does_not_depend_on_where_a_labeler_thinks_gold_or_overlap_is() {
    let setting = Setting::standard();
    let first = U256::MAX >> 64;
    let strided = U256::from_limbs([0x7777_7777_7777_7777; 4]);
    let care = |known| pay(&setting, Strategy::split(known, Act::Look(0.84), Act::Coin), 1_200);
    // Three quarters of the slots each.
    let guesses = [Known::Slots(first), Known::Slots(first << 64), Known::Slots(strided), Known::Guess(192)];
    let pays = guesses.map(care);
    for a in &pays {
        for b in &pays {
            let error = a.standard_error().hypot(b.standard_error());
            assert!((a.mean() - b.mean()).abs() < 4.0 * error, "{} {} ± {error}", a.mean(), b.mean());
        }
    }
    // Knowing it would matter.
    let told = care(Known::OverlapAndGold);
    assert!(told.mean() > pays[0].mean() + 10.0 * told.standard_error());
}

#[test]
fn adding_a_random_labeler_never_lowers_the_others_below_base_pay() {
    let mut setting = Setting::standard();
    let mut rng = rng();
    for n_random in 0..=12 {
        setting.roster = 12 + n_random;
        let mut cast = vec![WORK; 12];
        cast.resize(setting.roster, RANDOM);
        let honest = |outcomes: Vec<Outcome>| outcomes.into_iter().take(12).map(|outcome| outcome.pay);
        let pays: Sample = (0..100).flat_map(|_| honest(run(&setting, &cast, &mut rng))).collect();
        assert!(pays.mean() > base(&setting), "{n_random} random: {}", pays.mean());
    }
}

#[test]
fn without_the_secret_everybody_gets_base_pay() {
    let mut setting = Setting::standard();
    setting.is_revealed = false;
    let mut rng = rng();
    let mut cast = vec![WORK; setting.roster];
    cast[5] = RANDOM;
    let full = U256::from(setting.terms.base_pay) * U256::from(setting.terms.block_slots);
    for outcome in run(&setting, &cast, &mut rng) {
        assert_eq!(outcome.statement.pay, full);
        assert_eq!(outcome.pay, pol(full));
    }
}
