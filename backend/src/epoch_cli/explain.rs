//! Why an epoch pays a labeler what it pays: every term, from the answers to the proof of the claim.
use super::recompute::{Recomputed, recompute};
use crate::{chain::EpochStatus, verify::Evidence};
use alloy::primitives::{Address, B256, I256, U256, utils::format_ether};
use anyhow::{Context, bail};
use protocol::{
    CampaignTerms, Choice, LabelWord,
    labels::position,
    rewards::{
        PayoutLeaf, Reason, Statement,
        dmi::Tally,
        masks::BlockSlots,
        openings::{PayoutOpening, Payouts},
    },
};
use serde::Serialize;
use std::{collections::BTreeMap, fmt};

/// Everything about one labeler's pay in one epoch. Amounts in wei, scores in 1e-18, as decimal strings.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    pub epoch: u64,
    /// `revealed`, `proposed` or `accepted`
    pub status: &'static str,
    pub terms: CampaignTerms,
    /// `32 · block + seat`, in the labels tree
    pub position: u32,
    /// Labelers of the block that answered anything
    pub n_roster: usize,
    pub statement: Statement,
    /// Determinants of `statement.m1` and `statement.m2`
    #[serde(with = "protocol::decimal")]
    pub det1: I256,
    #[serde(with = "protocol::decimal")]
    pub det2: I256,
    /// `t1 (t1 − 1) t2 (t2 − 1)`
    #[serde(with = "protocol::decimal")]
    pub denominator: I256,
    /// Ascending by slot, as many as the queue has
    pub slots: Vec<Slot>,
    /// Sum of all raw pays of the epoch: above the budget all are scaled down
    #[serde(with = "protocol::decimal")]
    pub total_raw: U256,
    /// Earned in all epochs before
    #[serde(with = "protocol::decimal")]
    pub cumulative_before: U256,
    /// With this one
    #[serde(with = "protocol::decimal")]
    pub cumulative: U256,
    /// The leaf of the recomputed payouts tree and its path
    pub opening: PayoutOpening,
    pub leaf_hash: B256,
    pub payouts_root: B256,
    /// Null until somebody proposes
    pub proposed_root: Option<B256>,
    /// Paid so far over all epochs, and what a claim of this leaf would pay now; null until a vote accepts it
    pub claim: Option<Claim>,
}

/// One slot of the labeler's queue.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Slot {
    pub slot: usize,
    pub task_id: B256,
    pub kind: Kind,
    /// `a`, `b`, `tie` or `skip`; null when it was not answered
    pub answer: Option<&'static str>,
    /// Of the overlap: what most of the others said; null when they were even
    pub majority: Option<&'static str>,
    /// Of the gold: the answer known beforehand
    pub known: Option<&'static str>,
}

/// What a slot was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// Answered by the whole block, in the first half of the split
    OverlapFirst,
    /// In the second half
    OverlapSecond,
    Gold,
    Single,
    /// The secret was never revealed
    Unknown,
}

/// How far it is paid.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Claim {
    #[serde(with = "protocol::decimal")]
    pub claimed: U256,
    #[serde(with = "protocol::decimal")]
    pub claimable: U256,
}

/// Recompute the epoch and take one labeler's part out of it.
pub async fn explain(evidence: &Evidence, epoch: u64, labeler: Address) -> anyhow::Result<Explanation> {
    let recomputed = recompute(evidence, epoch).await?;
    let Recomputed { on_chain, terms, bundle, previous, payouts } = &recomputed;
    let seat = bundle.seats.iter().find(|seat| seat.labeler == labeler);
    let seat = seat.with_context(|| {
        format!("{labeler} has no seat in epoch {epoch}; {} labelers have one", bundle.seats.len())
    })?;
    let Some(statement) = payouts.statements.iter().find(|statement| statement.labeler == labeler) else {
        let (block, seat) = (seat.block, seat.seat);
        bail!(
            "{labeler} took seat {seat} of block {block} in epoch {epoch} and answered nothing: there is no pay"
        );
    };
    let words = bundle.label_words();
    let roster: Vec<LabelWord> = words.into_iter().filter(|word| word.block == seat.block).collect();
    let opening = Payouts::new(payouts.leaves.clone()).of(labeler).context("the labeler has no leaf")?;
    let claim = if on_chain.status == EpochStatus::Accepted {
        let claimed = evidence.chain.claimed(labeler).await?;
        Some(Claim { claimed, claimable: opening.leaf.cumulative.saturating_sub(claimed) })
    } else {
        None
    };
    let signed = |value: i128| I256::try_from(value).expect("128 bits fit in 256");
    let pairs = |t: u16| i128::from(t) * (i128::from(t) - 1);
    Ok(Explanation {
        epoch,
        status: match on_chain.status {
            EpochStatus::Accepted => "accepted",
            EpochStatus::Proposed => "proposed",
            _ => "revealed",
        },
        terms: terms.campaign.clone(),
        position: position(seat.block, seat.seat),
        n_roster: roster.len(),
        det1: signed(statement.m1.det()),
        det2: signed(statement.m2.det()),
        denominator: signed(pairs(statement.t1) * pairs(statement.t2)),
        slots: slots(&recomputed, &roster, labeler, &seat.task_ids),
        total_raw: payouts.total_raw(),
        cumulative_before: previous.get(&labeler).copied().unwrap_or_default(),
        cumulative: opening.leaf.cumulative,
        leaf_hash: opening.leaf.hash(),
        payouts_root: payouts.tree.root(),
        proposed_root: (!on_chain.payouts_root.is_zero()).then_some(on_chain.payouts_root),
        claim,
        statement: statement.clone(),
        opening,
    })
}

fn slots(recomputed: &Recomputed, roster: &[LabelWord], labeler: Address, task_ids: &[B256]) -> Vec<Slot> {
    let Recomputed { on_chain, terms, bundle, .. } = recomputed;
    let own = roster.iter().find(|word| word.labeler == labeler);
    let answers: BTreeMap<usize, Choice> = bundle
        .preferences
        .iter()
        .filter(|preference| preference.labeler == labeler)
        .map(|preference| (preference.slot.into(), preference.choice))
        .collect();
    let drawn = own.filter(|_| !on_chain.seed.is_zero()).map(|word| {
        let drawn = BlockSlots::new(&terms.campaign, on_chain.secret, word.block);
        let majority = Tally::new(roster, drawn.overlap()).without(word);
        let gold = bundle.gold.iter().find(|gold| (gold.block, gold.seat) == (word.block, word.seat));
        (drawn.halves(on_chain.seed), majority, gold)
    });
    let describe = |(slot, &task_id): (usize, &B256)| {
        let answer = answers.get(&slot).copied().map(name);
        let slot_of = |kind, majority, known| Slot { slot, task_id, kind, answer, majority, known };
        let Some(([first, second], majority, gold)) = &drawn else {
            return slot_of(Kind::Unknown, None, None);
        };
        if first.bit(slot) || second.bit(slot) {
            let said = if majority.ones.bit(slot) { Choice::B } else { Choice::A };
            let kind = if first.bit(slot) { Kind::OverlapFirst } else { Kind::OverlapSecond };
            return slot_of(kind, majority.defined.bit(slot).then(|| name(said)), None);
        }
        let known = gold.and_then(|gold| gold.answers.iter().find(|gold| usize::from(gold.slot) == slot));
        match known {
            Some(gold) => slot_of(Kind::Gold, None, Some(name(gold.choice))),
            None => slot_of(Kind::Single, None, None),
        }
    };
    task_ids.iter().enumerate().map(describe).collect()
}

fn name(choice: Choice) -> &'static str {
    match choice {
        Choice::A => "a",
        Choice::B => "b",
        Choice::Tie => "tie",
        Choice::Skip => "skip",
    }
}

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
