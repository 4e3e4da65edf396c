//! What the documentation claims, with a fixed seed.

use mechsim::{
    Setting,
    scenario::{Kind, Measured, all, honest, measure, named},
};

const SEED: u64 = 7;
const N_RUNS: u32 = 400;

fn settings() -> [Setting; 2] {
    [Setting::standard(), Setting::short_queues()]
}

fn measured(setting: &Setting, kind: Kind) -> Vec<Measured> {
    let honest = honest(setting, SEED, N_RUNS).mean();
    let scenarios = all(setting).into_iter().filter(|scenario| scenario.kind == kind);
    scenarios.map(|scenario| measure(setting, &scenario, honest, SEED, N_RUNS)).collect()
}

fn by_name(setting: &Setting, name: &str) -> Measured {
    measure(setting, &named(setting, name), honest(setting, SEED, N_RUNS).mean(), SEED, N_RUNS)
}

#[test]
fn honest_work_earns_half_as_much_again_as_any_single_deviator() {
    for setting in settings() {
        let singles = measured(&setting, Kind::Single);
        assert!(singles.len() >= 8);
        for single in singles {
            assert!(1.5 * single.ratio() <= 1.0, "{}: {}", single.scenario.name, single.ratio());
        }
    }
}

#[test]
fn a_copying_clique_of_a_quarter_earns_less_than_a_tenth_more_than_the_honest() {
    for setting in settings() {
        for clique in measured(&setting, Kind::Copying) {
            let ratios = (clique.ratio(), clique.ratio_beside());
            assert!(ratios.0 < 1.1 && ratios.1 < 1.1, "{}: {ratios:?}", clique.scenario.name);
        }
    }
}

#[test]
fn shared_nonsense_earns_base_pay_or_less() {
    for setting in settings() {
        let base = setting.terms.base_pay as f64 / 1e18 * f64::from(setting.terms.block_slots);
        for rest in ["works on the rest", "else a coin"] {
            let nonsense = by_name(&setting, &format!("clique with shared nonsense, {rest}"));
            assert!(nonsense.pay.mean() <= base, "{rest}: {} of {base}", nonsense.pay.mean());
        }
    }
}

#[test]
fn a_clique_that_finds_the_overlap_fails_on_gold() {
    for setting in settings() {
        let finders = by_name(&setting, "overlap-finding clique, else a coin");
        assert!(1.5 * finders.ratio() <= 1.0, "{}", finders.ratio());
        // It does find it: its score is that of work.
        assert!(finders.score.mean() > 0.3, "{}", finders.score.mean());
    }
}

#[test]
fn better_work_earns_more() {
    for setting in settings() {
        let pays: Vec<f64> = [67, 75, 84, 95]
            .map(|accuracy| {
                format!("honest, {}{accuracy} of 100", if accuracy == 95 { "right " } else { "" })
            })
            .iter()
            .map(|name| by_name(&setting, name).pay.mean())
            .collect();
        assert!(pays.windows(2).all(|pair| 1.2 * pair[0] < pair[1]), "{pays:?}");
    }
}

#[test]
fn the_same_seed_measures_the_same() {
    let setting = Setting::short_queues();
    let scenario = named(&setting, "random");
    let of = |seed| measure(&setting, &scenario, 1.0, seed, 20).json();
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
}
