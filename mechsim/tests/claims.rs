//! What the documentation claims, with a fixed seed: each claim with the uncertainty of so many epochs on its side.

use mechsim::{
    Setting,
    epoch::base,
    scenario::{CLIQUE_MARGIN, Kind, Measured, all, honest, measure, named},
};

const SEED: u64 = 7;
const N_RUNS: u32 = 400;

fn settings() -> [Setting; 4] {
    [Setting::standard(), Setting::short_queues(), Setting::floors(256), Setting::floors(96)]
}

fn measured(setting: &Setting, kind: Kind, n_runs: u32) -> Vec<Measured> {
    let honest = honest(setting, SEED, n_runs);
    let scenarios = all(setting).into_iter().filter(|scenario| scenario.kind == kind);
    scenarios.map(|scenario| measure(setting, &scenario, honest, SEED, n_runs)).collect()
}

fn by_name(setting: &Setting, name: &str) -> Measured {
    measure(setting, &named(setting, name), honest(setting, SEED, N_RUNS), SEED, N_RUNS)
}

#[test]
fn honest_work_earns_half_as_much_again_as_any_single_deviator() {
    for setting in settings() {
        let singles = measured(&setting, Kind::Single, N_RUNS);
        for named in ["lazy: looks at half", "random", "always A", "gold-guesser", "overlap-finder alone"] {
            let is_named = |single: &Measured| single.scenario.name.starts_with(named);
            assert!(singles.iter().any(is_named), "{named} is not held against honest work");
        }
        for single in singles {
            assert!(single.is_beaten_single(), "{}: {}", single.scenario.name, single.ratio_upper());
        }
    }
}

#[test]
fn a_copying_clique_of_a_quarter_earns_less_than_a_tenth_more_than_the_honest() {
    for setting in settings() {
        for clique in measured(&setting, Kind::Copying, 4 * N_RUNS) {
            let ratios = (clique.ratio_upper(), clique.ratio_beside());
            assert!(clique.is_harmless_clique(), "{}: {ratios:?}, {CLIQUE_MARGIN}", clique.scenario.name);
        }
    }
}

#[test]
fn shared_nonsense_earns_base_pay_or_less() {
    for setting in settings() {
        for rest in ["works on the rest", "else a coin"] {
            let nonsense = by_name(&setting, &format!("clique with shared nonsense, {rest}"));
            assert!(nonsense.by_block.upper() <= base(&setting), "{rest}: {}", nonsense.by_block.upper());
        }
    }
}

#[test]
fn a_clique_that_finds_the_overlap_is_paid_nothing_for_leaving_the_rest_out_and_little_for_guessing_it() {
    for setting in settings() {
        let finders = by_name(&setting, "overlap-finding clique, else a coin");
        assert!(finders.is_beaten_single(), "{}", finders.ratio_upper());
        // It does find it: its score is that of work.
        assert!(finders.score.mean() > 0.3, "{}", finders.score.mean());
        assert_eq!(by_name(&setting, "overlap-finding clique, skips the rest").pay.mean(), 0.0);
    }
}

#[test]
fn better_work_earns_more_and_middling_work_is_paid_in_most_epochs() {
    for setting in settings() {
        let of = [67, 75, 84, 95].map(|accuracy| {
            by_name(
                &setting,
                &format!("honest, {}{accuracy} of 100", if accuracy == 95 { "right " } else { "" }),
            )
        });
        let pays = of.each_ref().map(|measured| measured.pay.mean());
        assert!(pays.windows(2).all(|pair| 1.2 * pair[0] < pair[1]), "{pays:?}");
        assert!(of[1].ratio() > 0.35, "75 of 100: {}", of[1].ratio());
    }
}

#[test]
fn the_same_seed_measures_the_same() {
    let setting = Setting::short_queues();
    let scenario = named(&setting, "random");
    let of = |seed| measure(&setting, &scenario, honest(&setting, seed, 4), seed, 20).json();
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
}
