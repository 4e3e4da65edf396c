//! What proposers, challengers, operators and slashed labelers gain and lose. Plain arithmetic on bonds, and on measured pay.

use crate::world::Setting;
use protocol::rewards::gold_bound::is_slashable;

/// Bonds of a deployment, in POL.
#[derive(Clone, Copy, Debug)]
pub struct Bonds {
    /// For people.
    pub name: &'static str,
    /// Least that is reserved of the operator from open to settlement.
    pub min_operator: f64,
    /// Least that is reserved of a proposer.
    pub min_proposer: f64,
    /// Where it is more: this share of the operator's budget, and of what a proposer's payouts would pay.
    pub share: f64,
    /// Reserved of who demands an opening.
    pub challenger: f64,
    /// By which an answered demand holds an epoch up at most, in seconds.
    pub response_window_s: f64,
}

impl Bonds {
    /// `script/config/anvil.toml`.
    pub const LOCAL: Self = Self {
        name: "local chain",
        min_operator: 1_000.0,
        min_proposer: 1_000.0,
        share: 0.1,
        challenger: 100.0,
        response_window_s: 20.0,
    };
    /// `script/config/op-mainnet.toml`.
    pub const PUBLIC: Self =
        Self { name: "public chains", min_operator: 10_000.0, response_window_s: 86_400.0, ..Self::LOCAL };

    /// Bond of a proposal that pays `spend`.
    pub fn proposer(&self, spend: f64) -> f64 {
        self.min_proposer.max(self.share * spend)
    }

    /// Bond of an operator whose epoch may pay `budget`.
    pub fn operator(&self, budget: f64) -> f64 {
        self.min_operator.max(self.share * budget)
    }

    /// The chance of being found out from which a proposer loses that diverts `gain` of a `spend`. Whoever sees the own
    /// lie found out can be the first to prove it under another name, and gets half of the bond back.
    pub fn deterring_chance(&self, spend: f64, gain: f64) -> f64 {
        let loss = self.proposer(spend) / 2.0;
        gain / (gain + loss)
    }

    /// Seats of accomplices who answer blindly from which an operator gains by keeping its secret, so that all get base pay
    /// and no gold is looked at.
    pub fn withholding_seats(&self, budget: f64, base_only: f64, random: f64) -> f64 {
        self.operator(budget) / (base_only - random)
    }
}

/// Measured pays per seat, in POL, that the table needs.
#[derive(Clone, Copy, Debug)]
pub struct Pays {
    /// Honest work.
    pub honest: f64,
    /// Anybody who answers everything, when the secret stays hidden.
    pub base_only: f64,
    /// Blind answers.
    pub random: f64,
}

/// One line of the economics.
#[derive(Clone, Debug)]
pub struct Line {
    /// Who.
    pub who: &'static str,
    /// Does what.
    pub does: &'static str,
    /// What it gains, with numbers.
    pub gains: String,
    /// What it loses.
    pub loses: String,
    /// What others get or lose.
    pub others: String,
}

/// The table for one deployment.
pub fn lines(setting: &Setting, bonds: &Bonds, pays: &Pays) -> Vec<Line> {
    let budget = crate::epoch::pol(setting.terms.budget);
    let bond = bonds.proposer(budget);
    let chance = bonds.deterring_chance(budget, budget);
    let seats = bonds.withholding_seats(budget, pays.base_only, pays.random);
    let (operator, challenger) = (bonds.operator(budget), bonds.challenger);
    let days = bonds.response_window_s / 86_400.0;
    let delay = if days < 0.5 { format!("{} s", bonds.response_window_s) } else { format!("{days} d") };
    let line =
        |who, does, gains: String, loses: String, others: String| Line { who, does, gains, loses, others };
    let none = || "0".to_owned();
    vec![
        line(
            "challenger",
            "demands leaves that anyone can open",
            format!("up to {delay} of delay a demand"),
            format!("{challenger}; {} if it answers itself", challenger / 2.0),
            format!("responder +{}, reserve +{}", challenger / 2.0, challenger / 2.0),
        ),
        line(
            "challenger",
            "sends a proof of nothing",
            none(),
            "gas".to_owned(),
            "none: it reverts".to_owned(),
        ),
        line(
            "challenger",
            "proves a fraud in payouts of the whole budget",
            format!("{}", bond / 2.0),
            "gas".to_owned(),
            format!("reserve +{}", bond / 2.0),
        ),
        line(
            "proposer",
            "diverts the whole budget",
            format!("{budget} if nobody looks and the vote passes"),
            format!("{bond}; {} if it proves its own lie first", bond / 2.0),
            format!("deterred if found out more often than {:.0} % of the time", 100.0 * chance),
        ),
        line(
            "proposer",
            "publishes no leaves",
            none(),
            format!("{bond}"),
            format!("who demands one: +{}, for {challenger} reserved meanwhile", bond / 2.0),
        ),
        line("proposer", "stays silent", none(), none(), "anybody bonded proposes instead".to_owned()),
        line(
            "proposer",
            "proposes what the rule gives",
            "0: nobody pays it".to_owned(),
            format!("{bond} locked until the vote"),
            "all are paid".to_owned(),
        ),
        line(
            "operator",
            "keeps the secret",
            format!("{:.1} for each seat of an accomplice who answers blindly", pays.base_only - pays.random),
            format!("{operator}"),
            format!(
                "honest seat −{:.1}; pays off from {seats:.0} such seats on, where {:.0} use the budget up",
                pays.honest - pays.base_only,
                budget / pays.base_only
            ),
        ),
        line(
            "operator",
            "alters or leaves out a receipted label, two seats for one",
            none(),
            format!("{operator}; {} if it proves it itself", operator / 2.0),
            format!("prover +{}; the epoch is void, nobody is paid", operator / 2.0),
        ),
        line(
            "operator",
            "tells accomplices which slots are overlap and gold",
            "their pay for a third of the work".to_owned(),
            "0: nothing shows it".to_owned(),
            "unlabeled singles".to_owned(),
        ),
    ]
}

/// What stake does against blind answers, by the number of gold slots.
#[derive(Clone, Copy, Debug)]
pub struct Slash {
    /// Gold slots, all answered.
    pub n_gold: u16,
    /// Most right answers that are slashed; `None` if even none right is not.
    pub worst_right: Option<u16>,
    /// Chance that blind answers are slashed.
    pub random: f64,
    /// Chance that work turned upside down is.
    pub inverted: f64,
    /// Chance that honest work is.
    pub honest: f64,
    /// Mean pay of blind answers on a whole queue, in POL.
    pub random_pay: f64,
    /// The slash for which that mean is nothing, in POL.
    pub deterring_slash: f64,
}

/// The exact chances.
pub fn slash(setting: &Setting, n_gold: u16) -> Slash {
    let worst_right = (0..=n_gold).take_while(|&right| is_slashable(right, n_gold)).last();
    let chance = |accuracy| worst_right.map_or(0.0, |worst| at_most(worst, n_gold, accuracy));
    let base = setting.terms.base_pay as f64 / 1e18 * f64::from(setting.terms.block_slots);
    // Right less wrong of blind answers, where it is more than 0; the score is 0 on average.
    let chance_of = |right: u16| {
        at_most(right, n_gold, 0.5) - if right == 0 { 0.0 } else { at_most(right - 1, n_gold, 0.5) }
    };
    let net = |right: u16| f64::from((2 * right).saturating_sub(n_gold)) / f64::from(n_gold);
    let random_pay = base * (0..=n_gold).map(|right| chance_of(right) * net(right)).sum::<f64>();
    let random = chance(0.5);
    Slash {
        n_gold,
        worst_right,
        random,
        inverted: chance(1.0 - setting.accuracy),
        honest: chance(setting.accuracy),
        random_pay,
        deterring_slash: random_pay / random,
    }
}

/// Probability of at most `right` of `n`.
fn at_most(right: u16, n: u16, p: f64) -> f64 {
    let mut term = (1.0 - p).powi(n.into());
    let mut sum = term;
    for k in 0..right {
        term *= f64::from(n - k) / f64::from(k + 1) * p / (1.0 - p);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_are_those_of_the_binomial() {
        assert!((at_most(1, 3, 0.5) - 0.5).abs() < 1e-12);
        assert!((at_most(16, 16, 0.84) - 1.0).abs() < 1e-9);
        let slash = slash(&Setting::standard(), 16);
        assert_eq!(slash.worst_right, Some(0));
        assert!((slash.random - 0.5f64.powi(16)).abs() < 1e-12);
    }

    #[test]
    fn a_lie_pays_off_only_below_the_deterring_chance() {
        let bonds = Bonds::LOCAL;
        let chance = bonds.deterring_chance(1_000.0, 500.0);
        let expected = |caught: f64| (1.0 - caught) * 500.0 - caught * bonds.proposer(1_000.0) / 2.0;
        assert!(expected(chance - 0.01) > 0.0 && expected(chance + 0.01) < 0.0);
    }
}
