//! An explanation as people read it.
use super::explain::{Explanation, Kind, Slot};
use alloy::primitives::{I256, U256, utils::format_ether};
use protocol::rewards::{PayoutLeaf, Reason, openings::PayoutOpening};
use std::fmt;

fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::NoSeed => "the secret was never revealed: base pay only",
        Reason::SmallRoster => "too few labelers in the block: base pay only",
        Reason::ShortOverlap => "too few common valid slots: base pay only",
        Reason::Scored => "base pay and score",
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (s, terms) = (&self.statement, &self.terms);
        writeln!(f, "epoch {} ({}) pays {} {} POL", self.epoch, self.status, s.labeler, format_ether(s.pay))?;
        writeln!(
            f,
            "\nseat {} of block {} (position {}), {} labelers in the block",
            s.seat, s.block, self.position, self.n_roster
        )?;
        self.fmt_slots(f)?;
        writeln!(f, "\nscore: {}", reason(s.reason))?;
        for (half, counts, det) in [("first", s.m1, self.det1), ("second", s.m2, self.det2)] {
            let [[aa, ab], [ba, bb]] = counts.0;
            writeln!(f, "  {half} half        others A  others B")?;
            writeln!(f, "    you A        {aa:>8}  {ab:>8}")?;
            writeln!(f, "    you B        {ba:>8}  {bb:>8}    determinant {det}")?;
        }
        writeln!(f, "  16e18 · {} · {} / {} = {}", self.det1, self.det2, self.denominator, wad(s.score))?;
        if !matches!(s.reason, Reason::Scored) {
            writeln!(f, "  which does not count here")?;
        }
        writeln!(
            f,
            "\nbase   {} POL · {} valid answers = {} POL",
            format_ether(U256::from(terms.base_pay)),
            s.n_valid,
            format_ether(s.base)
        )?;
        writeln!(
            f,
            "score  {} POL · {} · {} = {} POL",
            format_ether(U256::from(terms.alpha_pay)),
            s.n_valid,
            wad(s.score),
            wad(s.alpha)
        )?;
        if s.gold_slots == 0 {
            writeln!(f, "gold   none for this seat")?;
        } else {
            let wrong = s.gold_answered - s.gold_right;
            let net = s.gold_right.saturating_sub(wrong);
            writeln!(
                f,
                "gold   {} right less {wrong} wrong of {}: times {net}/{}",
                s.gold_right, s.gold_slots, s.gold_slots
            )?;
        }
        writeln!(f, "raw    {} POL", format_ether(s.raw))?;
        if self.total_raw > terms.budget {
            let (budget, sum) = (format_ether(terms.budget), format_ether(self.total_raw));
            writeln!(f, "scaled by {budget} / {sum}: all raw pays together exceed the budget")?;
        }
        writeln!(f, "pay    {} POL", format_ether(s.pay))?;
        writeln!(
            f,
            "\nearned before {} POL, with this epoch {} POL",
            format_ether(self.cumulative_before),
            format_ether(self.cumulative)
        )?;
        self.fmt_leaf(f)
    }
}

impl Explanation {
    fn fmt_slots(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups = [
            (Kind::OverlapFirst, "overlap, first half"),
            (Kind::OverlapSecond, "overlap, second half"),
            (Kind::Gold, "gold"),
            (Kind::Single, "single"),
            (Kind::Unknown, "unknown, for want of a seed"),
        ];
        for (kind, title) in groups {
            let slots: Vec<&Slot> = self.slots.iter().filter(|slot| slot.kind == kind).collect();
            if slots.is_empty() {
                continue;
            }
            writeln!(f, "  {title}: {} slots", slots.len())?;
            for slot in slots {
                let answer = slot.answer.unwrap_or("none");
                write!(f, "    slot {:>3}  task {}  you {answer:<4}", slot.slot, slot.task_id)?;
                match (kind, slot.majority, slot.known) {
                    (_, _, Some(known)) => writeln!(f, "  known {known}")?,
                    (Kind::OverlapFirst | Kind::OverlapSecond, majority, _) => {
                        writeln!(f, "  others {}", majority.unwrap_or("even"))?;
                    }
                    _ => writeln!(f)?,
                }
            }
        }
        Ok(())
    }

    fn fmt_leaf(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PayoutOpening { index, leaf, proof } = &self.opening;
        let PayoutLeaf { running_total, raw_pay, .. } = leaf;
        writeln!(f, "leaf {index} of the payouts tree: {}", self.leaf_hash)?;
        writeln!(f, "  running total {running_total}, raw pay hash {}", raw_pay.hash())?;
        proof.iter().try_for_each(|sibling| writeln!(f, "  proof {sibling}"))?;
        match self.proposed_root {
            None => writeln!(f, "  root {}, not proposed yet", self.payouts_root)?,
            Some(root) if root == self.payouts_root => writeln!(f, "  root {root}, as on chain")?,
            Some(root) => writeln!(
                f,
                "  root {}, but {root} is on chain: that is not what the labels give",
                self.payouts_root
            )?,
        }
        match &self.claim {
            None => writeln!(f, "claim  not before a vote accepts it"),
            Some(claim) if claim.claimable.is_zero() => {
                writeln!(f, "claim  all paid: {} POL over all epochs", format_ether(claim.claimed))
            }
            Some(claim) => writeln!(
                f,
                "claim  {} POL paid, {} POL open: polity epoch claim --account {}",
                format_ether(claim.claimed),
                format_ether(claim.claimable),
                self.statement.labeler
            ),
        }
    }
}

/// A signed amount of 1e-18 as a decimal fraction.
fn wad(value: I256) -> String {
    let sign = if value.is_negative() { "-" } else { "" };
    format!("{sign}{}", format_ether(value.unsigned_abs()))
}
