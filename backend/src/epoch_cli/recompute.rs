//! What the chain and the bundle give for one epoch, whatever was proposed.
use crate::{
    chain::{EpochOnChain, EpochStatus},
    verify::{Evidence, epoch as published},
};
use alloy::primitives::{Address, U256};
use anyhow::bail;
use protocol::{
    EpochTerms,
    labels::{AnsweredSeat, Audited, GoldSeat, Record},
    rewards::{EpochPayouts, epoch_payouts},
};
use std::collections::BTreeMap;

/// An epoch whose secret was revealed, or whose reveal was missed.
pub struct Recomputed {
    pub on_chain: EpochOnChain,
    pub terms: EpochTerms,
    pub audited: Audited,
    /// Seats that were given out.
    pub n_seats: u64,
    /// The seat of the labeler that was asked for, and its gold.
    pub seat: Option<(AnsweredSeat, Option<GoldSeat>)>,
    /// Cumulative amounts of the last accepted epoch before it.
    pub previous: BTreeMap<Address, U256>,
    pub payouts: EpochPayouts,
}

/// Check the bundle and compute all pays; keep what is published of one labeler.
pub async fn recompute(
    evidence: &Evidence,
    epoch: u64,
    labeler: Option<Address>,
) -> anyhow::Result<Recomputed> {
    let on_chain = evidence.chain.epoch(epoch).await?;
    match on_chain.status {
        EpochStatus::None => bail!("the chain has no epoch {epoch}"),
        EpochStatus::Open => {
            bail!("epoch {epoch} is open: nothing is committed yet, so nothing can be computed")
        }
        EpochStatus::Committed => bail!(
            "epoch {epoch} is not revealed yet: which slots count is secret until then, at the latest until {}",
            super::status::time(on_chain.committed_at + evidence.chain.reveal_window().await?)
        ),
        EpochStatus::Voided => bail!("epoch {epoch} was voided and pays nothing"),
        EpochStatus::Revealed | EpochStatus::Proposed | EpochStatus::Accepted => {}
    }
    let leaves = published::settled(evidence, epoch - 1).await?;
    let previous = leaves.into_iter().map(|leaf| (leaf.account, leaf.cumulative)).collect();
    let terms = evidence.chain.epoch_terms(epoch).await?;
    let (mut n_seats, mut own, mut gold) = (0, None, Vec::new());
    let look = |record| match record {
        Record::Session(_) => {}
        Record::Gold(seat) if labeler.is_some() => gold.push(seat),
        Record::Gold(_) => {}
        Record::Seat(seat) => {
            n_seats += 1;
            if Some(seat.labeler) == labeler {
                own = Some(seat);
            }
        }
    };
    published::check_seed(evidence, epoch, &terms, &on_chain).await?;
    let audited =
        published::audit(evidence, epoch, &terms, &on_chain, published::revealed(&on_chain), look).await?;
    let (secret, seed) = (on_chain.secret, on_chain.seed);
    let payouts = epoch_payouts(&terms, secret, seed, &audited.words, &audited.gold, &previous)?;
    let seat = own.map(|seat| {
        let gold = gold.into_iter().find(|gold| (gold.block, gold.seat) == (seat.block, seat.seat));
        (seat, gold)
    });
    Ok(Recomputed { on_chain, terms, audited, n_seats, seat, previous, payouts })
}
