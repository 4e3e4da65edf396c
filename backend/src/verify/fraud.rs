//! What is wrong with payouts that somebody proposed.
use super::{Evidence, agree, epoch};
use crate::chain::EpochStatus;
use anyhow::{bail, ensure};
use protocol::{
    Epoch,
    rewards::{
        PayoutLeaf,
        disproof::{self, Disproof, EpochRecord, Proposal},
        openings::{Gold, Labels, Payouts},
    },
};

/// Print the first error and the transaction that proves it.
pub async fn verify(evidence: &Evidence, number: u64, leaves: Vec<PayoutLeaf>) -> anyhow::Result<()> {
    let Some(disproof) = find(evidence, number, leaves).await? else {
        println!("epoch {number}: the proposed payouts are what the labels give");
        return Ok(());
    };
    let call = evidence.chain.disprove(number, &disproof);
    println!("to   {}\ndata {}", call.to, call.data);
    bail!(
        "the payouts proposed for epoch {number} are wrong ({}); whoever sends this transaction first gets half of the \
         proposer's bond",
        name(&disproof)
    )
}

/// The first error in the payouts proposed for an epoch, whose leaves its proposer published.
pub async fn find(
    evidence: &Evidence,
    number: u64,
    leaves: Vec<PayoutLeaf>,
) -> anyhow::Result<Option<Disproof>> {
    let on_chain = evidence.chain.epoch(number).await?;
    ensure!(on_chain.status == EpochStatus::Proposed, "no payouts of epoch {number} are open to challenge");
    let payouts = Payouts::new(leaves);
    let n_leaves = payouts.leaves().len();
    agree(format!("epoch {number}: number of accounts"), &(on_chain.account_count as usize), &n_leaves)?;
    agree(format!("epoch {number}: root of the leaves"), &on_chain.payouts_root, &payouts.tree().root())?;
    let approved = Payouts::new(epoch::settled(evidence, number - 1).await?);
    let terms = evidence.chain.epoch_terms(number).await?;
    let audited = epoch::audit(evidence, number, &terms, &on_chain, None, |_| ()).await?;
    epoch::check_seed(evidence, number, &terms, &on_chain).await?;
    let record = EpochRecord {
        terms,
        secret: on_chain.secret,
        seed: on_chain.seed,
        labels: Labels::new(Epoch(number), &audited.words),
        gold: Gold::new(&audited.gold),
        approved,
    };
    let proposal =
        Proposal { payouts, total_cumulative: on_chain.total_cumulative, total_raw: on_chain.total_raw };
    Ok(disproof::disprove(&record, &proposal)?)
}

/// What is wrong, in words.
pub fn name(disproof: &Disproof) -> String {
    match disproof {
        Disproof::Order { b, .. } => format!("{} is out of order", b.leaf.account),
        Disproof::RunningTotal { b, .. } => format!("a running sum before {} is wrong", b.leaf.account),
        Disproof::Total { .. } => "the sums are not those that were proposed".into(),
        Disproof::LabelPosition { leaf, .. } => format!("{} has another seat", leaf.leaf.account),
        Disproof::CarryOver { leaf, .. } => format!("{} has another amount", leaf.leaf.account),
        Disproof::Score { leaf, .. } => format!("{} earned another pay", leaf.leaf.account),
        Disproof::MissingEarner { previous, .. } => format!("{} is left out", previous.leaf.account),
        Disproof::MissingLabeler { label, .. } => {
            format!("the labeler at position {} is left out", label.position)
        }
    }
}
