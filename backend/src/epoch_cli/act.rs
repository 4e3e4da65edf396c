//! The transactions that move an epoch on. Each looks at the chain first, so that repeating a command is harmless.
use super::recompute::{Recomputed, recompute};
use crate::{
    chain::{Action, Call, DemandedTree, EpochOnChain, EpochStatus},
    epoch_votes,
    verify::{Evidence, epoch as published},
};
use alloy::{
    primitives::{Address, B256, utils::format_ether},
    signers::local::PrivateKeySigner,
};
use anyhow::{Context, bail, ensure};
use protocol::{
    Epoch, ProposalId, ProposalState,
    rewards::{
        openings::{Gold, Labels, Payouts},
        secret_hash,
    },
};
use std::path::Path;

/// What a command knows and may sign with.
pub struct Sender {
    pub evidence: Evidence,
    pub key: Option<PrivateKeySigner>,
}

impl Sender {
    /// Send it, or say how.
    async fn send(&self, what: &str, call: &Call) -> anyhow::Result<String> {
        let Some(key) = &self.key else {
            return Ok(format!("{what}: send this transaction\n  to   {}\n  data {}\n", call.to, call.data));
        };
        let mined = self.evidence.chain.send_once(key, call).await.with_context(|| what.to_owned())?;
        Ok(format!("{what}: done in block {} by {}\n", mined.block_number, mined.tx_hash))
    }

    async fn epoch(&self, epoch: u64, expected: EpochStatus) -> anyhow::Result<EpochOnChain> {
        let on_chain = self.evidence.chain.epoch(epoch).await?;
        ensure!(on_chain.status != EpochStatus::None, "the chain has no epoch {epoch}");
        ensure!(
            on_chain.status == expected,
            "epoch {epoch} is {:?} and not {expected:?}; see `polity epoch status {epoch}`",
            on_chain.status
        );
        Ok(on_chain)
    }
}

pub async fn record_block_hash(sender: &Sender, epoch: u64) -> anyhow::Result<String> {
    let on_chain = sender.epoch(epoch, EpochStatus::Committed).await?;
    if !on_chain.block_hash.is_zero() {
        return Ok(format!("epoch {epoch}: the block hash is recorded already: {}\n", on_chain.block_hash));
    }
    let call = sender.evidence.chain.record_block_hash(epoch);
    sender.send(&format!("recording the block hash of epoch {epoch}"), &call).await
}

pub async fn reveal(sender: &Sender, epoch: u64, secret_file: &Path) -> anyhow::Result<String> {
    let text =
        std::fs::read_to_string(secret_file).with_context(|| format!("reading {}", secret_file.display()))?;
    let secret: B256 = text
        .trim()
        .parse()
        .ok()
        .with_context(|| format!("{} holds no 32 bytes as hex", secret_file.display()))?;
    sender.epoch(epoch, EpochStatus::Committed).await?;
    let terms = sender.evidence.chain.epoch_terms(epoch).await?;
    ensure!(secret_hash(secret) == terms.secret_hash, "this is not the secret of epoch {epoch}");
    let call = sender.evidence.chain.reveal(epoch, secret);
    sender.send(&format!("revealing the secret of epoch {epoch}"), &call).await
}

pub async fn missed_commit(sender: &Sender, epoch: u64) -> anyhow::Result<String> {
    let chain = &sender.evidence.chain;
    sender.epoch(epoch, EpochStatus::Open).await?;
    let (deadline, now) = (chain.commit_deadline(epoch).await?, chain.head().await?.timestamp);
    ensure!(
        now >= deadline,
        "the labels of epoch {epoch} may be committed until {}; the chain's clock says {}",
        super::status::time(deadline),
        super::status::time(now)
    );
    sender.send(&format!("ending epoch {epoch}, which has no labels"), &chain.miss_commit(epoch)).await
}

pub async fn reveal_missed(sender: &Sender, epoch: u64) -> anyhow::Result<String> {
    let chain = &sender.evidence.chain;
    let on_chain = sender.epoch(epoch, EpochStatus::Committed).await?;
    let deadline = on_chain.committed_at + chain.reveal_window().await?;
    let now = chain.head().await?.timestamp;
    ensure!(
        now >= deadline,
        "the secret of epoch {epoch} may be revealed until {}; the chain's clock says {}",
        super::status::time(deadline),
        super::status::time(now)
    );
    sender.send(&format!("going on with epoch {epoch} without a seed"), &chain.miss_reveal(epoch)).await
}

pub async fn propose(sender: &Sender, epoch: u64) -> anyhow::Result<String> {
    let chain = &sender.evidence.chain;
    sender.epoch(epoch, EpochStatus::Revealed).await?;
    let next = chain.last_settled_epoch().await? + 1;
    ensure!(next == epoch, "epochs are settled in order: epoch {next} is before epoch {epoch}");
    let Recomputed { payouts, .. } = recompute(&sender.evidence, epoch, None).await?;
    let accounts = u32::try_from(payouts.leaves.len())?;
    let bond = chain.proposer_bond(epoch_votes::spend(&payouts)).await?;
    let mut said = String::new();
    if let Some(key) = &sender.key {
        let (free, _) = chain.bond_of(key.address()).await?;
        let missing = bond.saturating_sub(free);
        if !missing.is_zero() {
            let has = chain.unlocked_balance_of(key.address()).await?;
            ensure!(
                has >= missing,
                "proposing reserves a bond of {} POL; {} has {} POL free and {} unlocked",
                format_ether(bond),
                key.address(),
                format_ether(free),
                format_ether(has)
            );
            let what = format!("locking {} POL as a bond", format_ether(missing));
            said += &sender.send(&what, &chain.lock_bond(missing)).await?;
        }
    } else {
        said += &format!(
            "proposing reserves a bond of {} POL; who has less free locks it first, with\n  to   {}\n  data {}\n",
            format_ether(bond),
            chain.lock_bond(bond).to,
            chain.lock_bond(bond).data
        );
    }
    let what = format!("proposing payouts root {} for epoch {epoch}", payouts.tree.root());
    said += &sender.send(&what, &chain.propose_payouts(epoch, accounts, &payouts)).await?;
    Ok(said)
}

pub async fn answer_demand(sender: &Sender, epoch: u64) -> anyhow::Result<String> {
    let (evidence, chain) = (&sender.evidence, &sender.evidence.chain);
    let on_chain = chain.epoch(epoch).await?;
    ensure!(on_chain.challenger.is_some(), "nothing of epoch {epoch} is demanded");
    let demand = chain.demand(epoch).await?;
    let none = || format!("{:?} of epoch {epoch} has no position {}", demand.tree, demand.index);
    let call = if demand.tree == DemandedTree::Payouts {
        let payouts = recompute(evidence, epoch, None).await?.payouts;
        let recomputed = payouts.tree.root();
        let proposed = on_chain.payouts_root;
        ensure!(
            recomputed == proposed,
            "the labels give payouts root {recomputed}; only who made {proposed} can open it"
        );
        chain.answer_payout(epoch, &Payouts::new(payouts.leaves).open(demand.index).with_context(none)?)
    } else {
        let terms = chain.epoch_terms(epoch).await?;
        let audited = published::audit(evidence, epoch, &terms, &on_chain, None, |_| ()).await?;
        if demand.tree == DemandedTree::Gold {
            chain.answer_gold(epoch, &Gold::new(&audited.gold).open(demand.index).with_context(none)?)
        } else {
            let labels = Labels::new(Epoch(epoch), &audited.words);
            chain.answer_label(epoch, &labels.open(demand.index).with_context(none)?)
        }
    };
    sender.send(&format!("showing position {} of {:?}", demand.index, demand.tree), &call).await
}

pub async fn accept(sender: &Sender, epoch: u64) -> anyhow::Result<String> {
    let chain = &sender.evidence.chain;
    let on_chain = after_window(sender, epoch).await?;
    let payouts = recompute(&sender.evidence, epoch, None).await?.payouts;
    let (proposed, recomputed) = (on_chain.payouts_root, payouts.tree.root());
    ensure!(
        proposed == recomputed,
        "epoch {epoch} has payouts root {proposed}, the labels give {recomputed}: run `polity epoch reject-proposal \
         {epoch}`, or prove it with `polity challenge`"
    );
    put_to_vote(sender, |vote| epoch_votes::accept(chain, epoch, &on_chain, &payouts, vote)).await
}

pub async fn reject(sender: &Sender, epoch: u64) -> anyhow::Result<String> {
    let chain = &sender.evidence.chain;
    let on_chain = sender.epoch(epoch, EpochStatus::Proposed).await?;
    let recomputed = recompute(&sender.evidence, epoch, None).await?.payouts.tree.root();
    ensure!(on_chain.payouts_root != recomputed, "epoch {epoch} has the payouts root that the labels give");
    put_to_vote(sender, |vote| epoch_votes::reject(chain, epoch, &on_chain, recomputed, vote)).await
}

pub async fn void(sender: &Sender, epoch: u64) -> anyhow::Result<String> {
    let chain = &sender.evidence.chain;
    match chain.epoch(epoch).await?.status {
        EpochStatus::None => bail!("the chain has no epoch {epoch}"),
        status @ (EpochStatus::Accepted | EpochStatus::Voided) => {
            bail!("epoch {epoch} is {status:?}: it is settled")
        }
        _ => put_to_vote(sender, |vote| epoch_votes::void(chain, epoch, vote)).await,
    }
}

/// The epoch, when its payouts can be put to the vote.
async fn after_window(sender: &Sender, epoch: u64) -> anyhow::Result<EpochOnChain> {
    let on_chain = sender.epoch(epoch, EpochStatus::Proposed).await?;
    if let Some(challenger) = on_chain.challenger {
        bail!("epoch {epoch} is frozen by a demand of {challenger}; see `polity epoch status {epoch}`");
    }
    let now = sender.evidence.chain.head().await?.timestamp;
    let ends_at = on_chain.challenge_ends_at;
    ensure!(
        now >= ends_at,
        "the payouts of epoch {epoch} can be challenged until {}; the chain's clock says {}",
        super::status::time(ends_at),
        super::status::time(now)
    );
    Ok(on_chain)
}

/// Make the proposal, unless it is on its way: everybody makes the same one.
async fn put_to_vote(sender: &Sender, make: impl Fn(u32) -> Action) -> anyhow::Result<String> {
    let chain = &sender.evidence.chain;
    for vote in 1.. {
        let action = make(vote);
        let id = action.proposal_id();
        match chain.find_proposal(id).await?.map(|proposal| proposal.state) {
            Some(ProposalState::Canceled | ProposalState::Defeated | ProposalState::Expired) => {}
            Some(state) => {
                return Ok(format!(
                    "proposal {id} is {state:?} already; `polity epoch advance-proposal {id}`\n"
                ));
            }
            None => {
                if let Some(key) = &sender.key {
                    let (needed, has) = chain.proposal_threshold(key.address()).await?;
                    ensure!(
                        has >= needed,
                        "a proposal needs {} votes and {} has {}",
                        format_ether(needed),
                        key.address(),
                        format_ether(has)
                    );
                }
                return sender.send(&format!("making proposal {id}"), &chain.propose(&action)).await;
            }
        }
    }
    unreachable!("the loop ends with the first proposal that nobody made")
}

pub async fn advance(sender: &Sender, id: ProposalId) -> anyhow::Result<String> {
    let chain = &sender.evidence.chain;
    let proposal = chain.find_proposal(id).await?.with_context(|| format!("there is no proposal {id}"))?;
    let now = chain.head().await?.timestamp;
    let until = |what: &str, at| format!("proposal {id} {what} {}", super::status::time(at));
    match proposal.state {
        ProposalState::Pending => bail!(until("is voted on from", proposal.vote_start)),
        ProposalState::Active => bail!(until("is voted on until", proposal.vote_end)),
        ProposalState::Queued if now < proposal.eta => bail!(until("can be executed from", proposal.eta)),
        ProposalState::Executed => return Ok(format!("proposal {id} is executed already\n")),
        state @ (ProposalState::Canceled | ProposalState::Defeated | ProposalState::Expired) => {
            bail!("proposal {id} is {state:?}: nothing can be done with it")
        }
        ProposalState::Succeeded | ProposalState::Queued => {}
    }
    let action = chain.find_action(id).await?.context("the node has no event of the proposal's creation")?;
    match proposal.state {
        ProposalState::Succeeded => {
            sender.send(&format!("queuing proposal {id}"), &chain.queue(&action)).await
        }
        _ => sender.send(&format!("executing proposal {id}"), &chain.execute(&action)).await,
    }
}

pub async fn claim(sender: &Sender, account: Address) -> anyhow::Result<String> {
    let (evidence, chain) = (&sender.evidence, &sender.evidence.chain);
    let leaves = published::settled(evidence, chain.last_settled_epoch().await?).await?;
    let payouts = Payouts::new(leaves);
    let (approved, recomputed) = (chain.approved_root().await?, payouts.tree().root());
    ensure!(
        approved == recomputed,
        "claims are made from payouts root {approved}, the labels give {recomputed}"
    );
    let opening = payouts.of(account);
    let opening =
        opening.with_context(|| format!("{account} has not earned anything in an accepted epoch"))?;
    let claimed = chain.claimed(account).await?;
    if claimed >= opening.leaf.cumulative {
        return Ok(format!("{account} has claimed all it earned: {} POL\n", format_ether(claimed)));
    }
    let owed = format_ether(opening.leaf.cumulative - claimed);
    sender.send(&format!("claiming {owed} POL for {account}"), &chain.claim(&opening)).await
}
