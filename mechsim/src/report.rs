//! All measurements in one value; as Markdown for `docs/mechanism.md` and as JSON for `bench/results`.

use crate::{
    bonds::{Bonds, Line, Pays, Slash, lines, slash},
    gate::{self, Gate},
    scenario::{Honest, Kind, Measured, Scenario, all, honest, measure},
    stats::Sample,
    sweep::{Parameter, Point, smallest_safe, sweep, worlds},
    world::Setting,
};
use serde_json::{Value, json};
use std::fmt::Write;

const BEGIN: &str = "<!-- measured by `make bench-mechsim`; do not edit from here -->\n";
const END: &str = "<!-- to here -->\n";

/// A world in which only the honest are shown: what to do where one cannot tell.
const UNCLEAR: &str = "the default, with nothing to be seen in two tasks of ten";

/// Gold slots that the effect of stake is computed for.
const SLASH_GOLD: [u16; 6] = [8, 16, 24, 32, 64, 96];

/// Everything that is measured.
pub struct Report {
    seed: u64,
    n_runs: u32,
    /// Strategies by setting.
    tables: Vec<(&'static str, Honest, Vec<Measured>)>,
    worlds: Vec<Point>,
    sweeps: Vec<(Parameter, Vec<Point>)>,
    gates: Vec<(Gate, Vec<Sample>)>,
    pays: Pays,
    bonds: Vec<(Bonds, Vec<Line>)>,
    slashes: Vec<Slash>,
}

impl Report {
    /// Measure: `n_runs` epochs a strategy and point of the sweeps, twice as many where the margin is narrow.
    pub fn new(seed: u64, n_runs: u32) -> Self {
        let standard = Setting::standard();
        let settings = [
            ("the default: 256 slots, 64 overlap, 16 gold", standard.clone()),
            ("short queues: 96 slots, 64 overlap, 8 gold", Setting::short_queues()),
            (UNCLEAR, Setting { unclear: 0.2, ..standard.clone() }),
        ];
        let tables: Vec<_> = settings
            .iter()
            .map(|(name, setting)| {
                let honest = honest(setting, seed, n_runs);
                let is_shown = |scenario: &&Scenario| *name != UNCLEAR || scenario.kind == Kind::Honest;
                let of = |scenario| measure(setting, scenario, honest, seed, n_runs);
                (*name, honest, all(setting).iter().filter(is_shown).map(of).collect::<Vec<_>>())
            })
            .collect();
        let sweeps = Parameter::ALL
            .into_iter()
            .map(|parameter| (parameter, sweep(&standard, parameter, seed, n_runs)))
            .collect();
        let hidden = Setting { is_revealed: false, ..standard.clone() };
        let random = tables[0].2.iter().find(|measured: &&Measured| measured.scenario.name == "random");
        let pays = Pays {
            honest: tables[0].1.pay.mean(),
            base_only: honest(&hidden, seed, 1).pay.mean(),
            random: random.expect("the table has random answers").pay.mean(),
        };
        let bonds = [Bonds::LOCAL, Bonds::PUBLIC].map(|bonds| (bonds, lines(&standard, &bonds, &pays)));
        Self {
            seed,
            n_runs,
            tables,
            worlds: worlds()
                .into_iter()
                .map(|(name, setting)| Point::new(name.to_owned(), &setting, seed, n_runs))
                .collect(),
            sweeps,
            gates: gate::compare(&standard, seed, n_runs),
            pays,
            bonds: bonds.into(),
            slashes: SLASH_GOLD.map(|n_gold| slash(&standard, n_gold)).into(),
        }
    }

    /// `bench/results/mechsim.json`.
    pub fn json(&self, commit: &str) -> Value {
        let table = |(name, honest, rows): &(&str, Honest, Vec<Measured>)| {
            json!({
                "setting": name,
                "honestMean": honest.pay.mean(),
                "honestSd": honest.pay.sd(),
                "strategies": rows.iter().map(Measured::json).collect::<Vec<_>>(),
            })
        };
        let sweep = |(parameter, points): &(Parameter, Vec<Point>)| {
            json!({
                "parameter": parameter.name(),
                "smallestSafe": smallest_safe(points),
                "points": points.iter().map(Point::json).collect::<Vec<_>>(),
            })
        };
        let gate = |(gate, samples): &(Gate, Vec<Sample>)| {
            let means = gate::COMPARED.iter().zip(samples);
            json!({
                "gate": gate.name(),
                "pays": means.map(|(name, s)| json!({"strategy": name, "mean": s.mean(), "sd": s.sd()}))
                    .collect::<Vec<_>>(),
            })
        };
        let line = |line: &Line| json!({"who": line.who, "does": line.does, "gains": line.gains, "loses": line.loses, "others": line.others});
        let bonds = |(bonds, lines): &(Bonds, Vec<Line>)| json!({"deployment": bonds.name, "lines": lines.iter().map(line).collect::<Vec<_>>()});
        let slash = |slash: &Slash| {
            json!({
                "goldSlots": slash.n_gold,
                "slashedUpToRight": slash.worst_right,
                "random": slash.random,
                "inverted": slash.inverted,
                "honest": slash.honest,
                "randomPay": slash.random_pay,
                "deterringSlash": if slash.random > 0.0 { json!(slash.deterring_slash) } else { Value::Null },
            })
        };
        json!({
            "name": "mechsim",
            "work": "simulated labelers, paid by protocol::rewards::epoch_payouts; amounts in POL per seat and epoch",
            "seed": self.seed,
            "runs": self.n_runs,
            "machine": format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            "commit": commit,
            "tables": self.tables.iter().map(table).collect::<Vec<_>>(),
            "worlds": self.worlds.iter().map(Point::json).collect::<Vec<_>>(),
            "sweeps": self.sweeps.iter().map(sweep).collect::<Vec<_>>(),
            "gates": self.gates.iter().map(gate).collect::<Vec<_>>(),
            "bonds": self.bonds.iter().map(bonds).collect::<Vec<_>>(),
            "slashes": self.slashes.iter().map(slash).collect::<Vec<_>>(),
        })
    }

    /// The measured part of the docs.
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        let mut put = |part: String| text.push_str(&part);
        put(format!("Seed {}, {} epochs a row.\n", self.seed, self.n_runs));
        for (name, honest, rows) in &self.tables {
            put(format!(
                "\n### Strategies, {name}\n\nHonest work where all are honest: {:.2} ± {:.2} POL.\n\n{}",
                honest.pay.mean(),
                honest.pay.sd(),
                strategies(rows)
            ));
        }
        put(format!("\n### Other worlds\n\n{}", points("setting", &self.worlds)));
        put("\n### Smallest safe parameters\n".to_owned());
        for (parameter, points) in &self.sweeps {
            put(format!("\n{}", swept(*parameter, points)));
        }
        put(format!("\n### Other gold rules\n\n{}", gates(&self.gates)));
        put(format!(
            "\n### Bonds\n\nMeasured pays behind it: honest {:.2}, base only {:.2}, blind {:.2} POL a seat.\n",
            self.pays.honest, self.pays.base_only, self.pays.random
        ));
        for (bonds, lines) in &self.bonds {
            put(format!("\n{}", economics(bonds, lines)));
        }
        put(format!("\n### Stake\n\n{}", stake(&self.slashes)));
        text
    }
}

/// `docs` with its measured part replaced.
///
/// # Errors
/// The marks around it are not there.
pub fn replace_measured(docs: &str, measured: &str) -> Result<String, &'static str> {
    let (before, rest) =
        docs.split_once(BEGIN).ok_or("the docs have no mark where the measured part begins")?;
    let (_, after) = rest.split_once(END).ok_or("the docs have no mark where the measured part ends")?;
    Ok(format!("{before}{BEGIN}\n{measured}\n{END}{after}"))
}

/// Two decimals; a dash for what does not exist.
fn number(x: f64) -> String {
    if x.is_finite() { format!("{x:.2}") } else { "–".to_owned() }
}

fn percent(x: f64) -> String {
    if x.is_finite() { format!("{:.0} %", 100.0 * x) } else { "–".to_owned() }
}

fn table(head: &str, rows: impl Iterator<Item = String>) -> String {
    let mut text = format!("| {head} |\n|{}\n", "---|".repeat(head.split('|').count()));
    for row in rows {
        writeln!(text, "| {row} |").expect("writing to a string");
    }
    text
}

fn strategies(rows: &[Measured]) -> String {
    let head = "strategy | seats | mean POL | sd | of honest | at most | of the honest beside it | score | left by gold \
                | looks | beaten by honest | worse unless a look costs (POL)";
    table(
        head,
        rows.iter().map(|row| {
            let cost = row
                .break_even
                .map_or("–".to_owned(), |cost| if cost > 0.0 { number(cost) } else { "0".to_owned() });
            format!(
                "{} | {} | {} | {} | **{}** | {} | {} | {} | {} | {:.0} | {} | {cost}",
                row.scenario.name,
                row.scenario.n_seats,
                number(row.pay.mean()),
                number(row.pay.sd()),
                number(row.ratio()),
                number(row.ratio_upper()),
                number(row.ratio_beside()),
                number(row.score.mean()),
                percent(row.gold),
                row.looks,
                percent(row.beaten),
            )
        }),
    )
}

fn points(name: &str, points: &[Point]) -> String {
    let head = format!(
        "{name} | honest POL | sd | best single ÷ honest, at most | which | overlap-finders ÷ honest, at most \
         | clique of a quarter ÷ honest, at most | nonsense ÷ base | knows all gold ÷ honest, at most | half-lazy beaten | broken margins"
    );
    let rows = points.iter().map(|point| {
        let broken = point.broken();
        format!(
            "{} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {}",
            point.name,
            number(point.honest.pay.mean()),
            number(point.honest.pay.sd()),
            number(point.best_single.ratio_upper()),
            point.best_single.scenario.name,
            number(point.finders.ratio_upper()),
            number(point.copying.ratio_upper()),
            number(point.nonsense.pay.mean() / point.base),
            number(point.gold_finder.ratio_upper()),
            percent(point.lazy.beaten),
            if broken.is_empty() { "none".to_owned() } else { broken.join(", ") },
        )
    });
    table(&head, rows)
}

fn swept(parameter: Parameter, swept: &[Point]) -> String {
    let smallest = match smallest_safe(swept) {
        Some(value) => format!("Smallest safe {}: **{value}**.", parameter.name()),
        None => format!("No safe {} among these.", parameter.name()),
    };
    format!("{smallest}\n\n{}", points(parameter.name(), swept))
}

fn gates(rows: &[(Gate, Vec<Sample>)]) -> String {
    let head = format!("% of honest, 84 of 100; in brackets sd ÷ mean | {}", gate::COMPARED.join(" | "));
    table(
        &head,
        rows.iter().map(|(gate, samples)| {
            let honest = samples[0].mean();
            let cells = samples
                .iter()
                .map(|s| format!("{} ({})", percent(s.mean() / honest), number(s.sd() / s.mean())));
            format!("{} | {}", gate.name(), cells.collect::<Vec<_>>().join(" | "))
        }),
    )
}

fn economics(bonds: &Bonds, lines: &[Line]) -> String {
    let rows = lines.iter().map(|line| {
        format!("{} | {} | {} | {} | {}", line.who, line.does, line.gains, line.loses, line.others)
    });
    format!("{}:\n\n{}", bonds.name, table("who | does | gains (POL) | loses (POL) | others", rows))
}

fn stake(rows: &[Slash]) -> String {
    let head = "gold slots | slashed up to | blind is slashed | inverted is slashed | honest is slashed \
                | blind earns (POL) | slash that takes all of it (POL)";
    table(
        head,
        rows.iter().map(|row| {
            format!(
                "{} | {} | {:.1e} | {:.1e} | {:.1e} | {} | {}",
                row.n_gold,
                row.worst_right.map_or("never".to_owned(), |right| format!("{right} right")),
                row.random,
                row.inverted,
                row.honest,
                number(row.random_pay),
                if row.random > 0.0 { format!("{:.0}", row.deterring_slash) } else { "–".to_owned() },
            )
        }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_measured_part_of_the_docs_changes() {
        let docs = format!("before\n{BEGIN}old\n{END}after\n");
        let replaced = replace_measured(&docs, "new").unwrap();
        assert_eq!(replaced, format!("before\n{BEGIN}\nnew\n{END}after\n"));
        assert_eq!(replace_measured(&replaced, "new").unwrap(), replaced);
        assert!(replace_measured("before", "new").is_err());
    }

    #[test]
    fn a_table_has_as_many_columns_as_its_head() {
        assert_eq!(table("a | b", ["1 | 2".to_owned()].into_iter()), "| a | b |\n|---|---|\n| 1 | 2 |\n");
    }
}
