//! Why an epoch pays a labeler what it pays: every term, from the answers to the proof of the claim.
use super::recompute::{Recomputed, recompute};
use crate::{chain::EpochStatus, verify::Evidence};
use alloy::primitives::{Address, B256, I256, U256};
use anyhow::{Context, bail};
use protocol::{
    CampaignTerms, Choice, LabelWord,
    labels::{AnsweredSeat, GoldSeat, position},
    rewards::{
        Statement,
        dmi::Tally,
        masks::BlockSlots,
        openings::{PayoutOpening, Payouts},
    },
};
use serde::Serialize;
use std::collections::BTreeMap;

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
    let recomputed = recompute(evidence, epoch, Some(labeler)).await?;
    let Recomputed { on_chain, terms, audited, n_seats, seat, previous, payouts } = &recomputed;
    let (seat, gold) = seat
        .as_ref()
        .with_context(|| format!("{labeler} has no seat in epoch {epoch}; {n_seats} labelers have one"))?;
    let Some(statement) = payouts.statements.iter().find(|statement| statement.labeler == labeler) else {
        let (block, seat) = (seat.block, seat.seat);
        bail!(
            "{labeler} took seat {seat} of block {block} in epoch {epoch} and answered nothing: there is no pay"
        );
    };
    let roster: Vec<LabelWord> =
        audited.words.iter().filter(|word| word.block == seat.block).copied().collect();
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
        slots: slots(&recomputed, &roster, seat, gold.as_ref()),
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

fn slots(
    recomputed: &Recomputed,
    roster: &[LabelWord],
    seat: &AnsweredSeat,
    gold: Option<&GoldSeat>,
) -> Vec<Slot> {
    let Recomputed { on_chain, terms, .. } = recomputed;
    let own = roster.iter().find(|word| word.labeler == seat.labeler);
    let answers: BTreeMap<usize, Choice> =
        seat.answers.iter().map(|answer| (answer.slot.into(), answer.choice)).collect();
    let drawn = own.filter(|_| !on_chain.seed.is_zero()).map(|word| {
        let drawn = BlockSlots::new(&terms.campaign, on_chain.secret, word.block);
        let majority = Tally::new(roster, drawn.overlap()).without(word);
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
    seat.task_ids.iter().enumerate().map(describe).collect()
}

fn name(choice: Choice) -> &'static str {
    match choice {
        Choice::A => "a",
        Choice::B => "b",
        Choice::Tie => "tie",
        Choice::Skip => "skip",
    }
}
