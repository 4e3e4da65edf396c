//! Decides what is wrong with an epoch and what can be done about it now.
use super::{Act, Finding, Party, Watcher, record::Record, slashes};
use crate::{
    chain::{Call, DemandedTree, EpochOnChain, EpochStatus},
    verify::{epoch as published, fraud},
};
use anyhow::bail;
use protocol::rewards::{
    disproof::{EpochRecord, LabelFraud, Proposal, disprove, malformed},
    openings::Payouts,
    search::{Claim, Verdict, search},
};

impl Watcher {
    /// What is wrong with an epoch, most important first. Everything is read from the chain and the published files, so
    /// it does not matter who looked or acted before.
    ///
    /// # Errors
    /// The chain cannot be read, or an earlier epoch that this one builds on cannot be recomputed.
    pub async fn look(&mut self, epoch: u64) -> anyhow::Result<Vec<Finding>> {
        let on_chain = self.evidence.chain.epoch(epoch).await?;
        let status = on_chain.status;
        if status == EpochStatus::Open {
            return Ok(self.silence(epoch).await?.into_iter().collect());
        }
        if status == EpochStatus::None {
            return Ok(Vec::new());
        }
        // Of an epoch that was voided before its labels were committed there is nothing to see.
        if on_chain.labels_root.is_zero() {
            return Ok(Vec::new());
        }
        let mut record = self.record(epoch, on_chain).await?;
        // What nobody has read is not to be called right.
        if let (EpochStatus::Accepted, Some(why)) = (status, &record.no_bundle) {
            bail!("it is settled, and whether anybody can be slashed in it cannot be told: {why}");
        }
        let mut findings = Vec::new();
        if status < EpochStatus::Accepted {
            findings = self.labels(epoch, &record).await?;
            let is_proposed = status == EpochStatus::Proposed;
            if is_proposed && record.is_whole() && malformed(&record.terms, &record.labels).is_none() {
                findings.extend(self.payouts(epoch, &mut record).await?);
            }
            self.settle_demand(epoch, &mut record, &mut findings).await?;
        }
        findings.extend(slashes::find(self, epoch, &record).await?);
        Ok(findings)
    }

    /// An operator that never commits would keep every later epoch from being paid.
    async fn silence(&self, epoch: u64) -> anyhow::Result<Option<Finding>> {
        let chain = &self.evidence.chain;
        let is_over = self.now().await? >= chain.commit_deadline(epoch).await?;
        let what = "the operator did not commit the labels in time";
        Ok(is_over.then(|| Finding::prove(Party::Operator, what, chain.miss_commit(epoch))))
    }

    /// Frauds of the operator's.
    async fn labels(&mut self, epoch: u64, record: &Record) -> anyhow::Result<Vec<Finding>> {
        let chain = &self.evidence.chain;
        let mut findings = Vec::new();
        // Openings need the whole tree.
        if record.labels_gap.is_none() {
            findings.extend(malformed(&record.terms, &record.labels).map(|fraud| match fraud {
                LabelFraud::DuplicateLabeler { a, b } => {
                    let labeler = a.word.map(|word| word.labeler).unwrap_or_default();
                    let call = chain.disprove_duplicate_labeler(epoch, &a, &b);
                    Finding::prove(Party::Operator, format!("{labeler} has two seats in the labels"), call)
                }
                LabelFraud::StrayBits { label } => {
                    let call = chain.disprove_stray_bits(epoch, &label);
                    Finding::prove(
                        Party::Operator,
                        format!("the labels at position {} have stray bits", label.position),
                        call,
                    )
                }
            }));
            findings.extend(self.broken_receipts(epoch, record));
        }
        for (gap, tree, name) in [
            (record.labels_gap, DemandedTree::Labels, "labels"),
            (record.gold_gap, DemandedTree::Gold, "gold answers"),
        ] {
            let Some(gap) = gap else { continue };
            let why = record.no_bundle.as_deref().unwrap_or("the bundle has others");
            let what = format!("the {name} that the operator committed to are not published ({why})");
            // A server that is down for a while is no fraud: give it half of the time.
            let patient_until = self.half_time(record).await?;
            let is_patient = record.no_bundle.is_some() && self.now().await? < patient_until;
            let act = match gap.ask {
                Some(_) if is_patient => Act::Wait { until: patient_until },
                Some(index) => self.demand(record, tree, index).await?,
                None => Act::Vote,
            };
            findings.push(Finding { against: Party::Operator, what, act });
            // Gold without labels tells nothing.
            break;
        }
        let hash = record.on_chain.bundle_hash;
        if let Some(bundle) =
            record.bundle.as_ref().filter(|_| findings.is_empty() && !self.checked.contains(&hash))
        {
            match published::check(&self.evidence, epoch, &record.terms, &record.on_chain, bundle).await {
                Ok(()) => drop(self.checked.insert(hash)),
                Err(error) => findings
                    .push(Finding::vote(Party::Operator, format!("the bundle is not in order: {error:#}"))),
            }
        }
        Ok(findings)
    }

    fn broken_receipts(&self, epoch: u64, record: &Record) -> Vec<Finding> {
        let mut findings = Vec::new();
        for kept in self.kept_of(epoch) {
            let Some(receipt) = kept.receipt_of(record.on_chain.operator) else { continue };
            let answer = kept.preference();
            let position = protocol::labels::position(answer.block, answer.seat);
            let is_inside = answer.block < record.on_chain.block_count
                && (answer.seat as usize) < protocol::labels::MAX_ROSTER;
            let seat = is_inside.then(|| record.labels.open(position)).flatten();
            if kept.is_in(seat.as_ref().and_then(|seat| seat.word.as_ref())) {
                continue;
            }
            let (at, by) = (receipt.received_at, &receipt.signature);
            let call = self.evidence.chain.disprove_receipt(&answer, at, by, seat.as_ref());
            let what = format!(
                "the operator signed a receipt for an answer of {} to slot {}, and the labels do not have it",
                answer.labeler, answer.slot
            );
            // One is enough: it voids the epoch.
            findings.push(Finding::prove(Party::Operator, what, call));
            break;
        }
        findings
    }

    /// What is wrong with the proposed payouts.
    async fn payouts(&mut self, epoch: u64, record: &mut Record) -> anyhow::Result<Option<Finding>> {
        let approved = self.approved().await?;
        let on_chain = &record.on_chain;
        let evidence = EpochRecord {
            terms: record.terms.clone(),
            secret: on_chain.secret,
            seed: on_chain.seed,
            labels: record.labels.clone(),
            gold: record.gold.clone(),
            approved,
        };
        let claim = Claim {
            payouts_root: on_chain.payouts_root,
            account_count: on_chain.account_count,
            total_cumulative: on_chain.total_cumulative,
            total_raw: on_chain.total_raw,
        };
        let verdict = search(&evidence, &claim, &[])?;
        if verdict == Verdict::Right {
            return Ok(None);
        }
        let proposer = on_chain.proposer;
        if let Some(payouts) = self.published_with(&claim) {
            let proposal =
                Proposal { payouts, total_cumulative: claim.total_cumulative, total_raw: claim.total_raw };
            if let Some(disproof) = disprove(&evidence, &proposal)? {
                let call = self.evidence.chain.disprove(epoch, &disproof);
                let what = format!("{proposer} proposed wrong payouts: {}", fraud::name(&disproof));
                return Ok(Some(Finding::prove(Party::Proposer, what, call)));
            }
        }
        let shown = match record.answers.take() {
            Some(answers) => answers,
            None => self.evidence.chain.answers(epoch, on_chain.commit_block).await?,
        };
        let verdict = search(&evidence, &claim, &shown.payouts)?;
        let n_lost = shown.n_lost;
        record.answers = Some(shown);
        Ok(match verdict {
            Verdict::Right => None,
            Verdict::Wrong(disproof) => {
                let call = self.evidence.chain.disprove(epoch, &disproof);
                let what = format!("{proposer} proposed wrong payouts: {}", fraud::name(&disproof));
                Some(Finding::prove(Party::Proposer, what, call))
            }
            Verdict::Ask(_) if n_lost > 0 => Some(Finding::vote(
                Party::Proposer,
                format!(
                    "{proposer} proposed wrong payouts, and {n_lost} answers to demands cannot be read from this node; ask one that \
                 serves debug_traceTransaction"
                ),
            )),
            Verdict::Ask(index) => {
                let what = format!("{proposer} proposed wrong payouts and did not publish them");
                let act = self.demand(record, DemandedTree::Payouts, index).await?;
                Some(Finding { against: Party::Proposer, what, act })
            }
            Verdict::Padding => Some(Finding::vote(
                Party::Proposer,
                format!("{proposer} proposed the right payouts in a tree with something behind them"),
            )),
        })
    }

    /// A demand, as long as the contract takes one.
    async fn demand(&self, record: &Record, tree: DemandedTree, index: u32) -> anyhow::Result<Act> {
        let EpochOnChain { status, challenger, challenge_ends_at, .. } = record.on_chain;
        let is_over = status == EpochStatus::Proposed && self.now().await? >= challenge_ends_at;
        Ok(if is_over && challenger.is_none() { Act::Vote } else { Act::Demand { tree, index } })
    }

    /// An epoch that is frozen takes no other demand: what was demanded is shown, or waited for, or its absence proved.
    async fn settle_demand(
        &mut self,
        epoch: u64,
        record: &mut Record,
        findings: &mut Vec<Finding>,
    ) -> anyhow::Result<()> {
        let Some(challenger) = record.on_chain.challenger else { return Ok(()) };
        if findings.iter().any(|finding| matches!(finding.act, Act::Prove(_))) {
            return Ok(());
        }
        let demand = self.evidence.chain.demand(epoch).await?;
        if demand.challenger != challenger {
            return Ok(());
        }
        let what = format!("{challenger} demands leaf {} of the {:?}", demand.index, demand.tree);
        let is_wanted = findings.iter().any(|finding| matches!(finding.act, Act::Demand { .. }));
        let answer = match is_wanted {
            true => None,
            false => self.answer(epoch, record, demand.tree, demand.index).await?,
        };
        let act = match answer {
            Some(call) => Act::Prove(call),
            None if self.now().await? >= demand.answer_by => {
                Act::Prove(self.evidence.chain.disprove_unopened(epoch))
            }
            None => Act::Wait { until: demand.answer_by },
        };
        let is_expired = matches!(act, Act::Prove(_)) && is_wanted;
        let what = if is_expired { format!("{what}, and nobody has shown it") } else { what };
        findings.retain(|finding| !matches!(finding.act, Act::Demand { .. }));
        let against = match demand.tree {
            DemandedTree::Payouts => Party::Proposer,
            DemandedTree::Labels | DemandedTree::Gold => Party::Operator,
        };
        findings.insert(0, Finding { against, what, act });
        Ok(())
    }

    /// The demanded leaf, where it is known: whoever shows it gets half of the asker's bond.
    async fn answer(
        &mut self,
        epoch: u64,
        record: &Record,
        tree: DemandedTree,
        index: u32,
    ) -> anyhow::Result<Option<Call>> {
        let chain = self.evidence.chain.clone();
        Ok(match tree {
            DemandedTree::Labels if record.labels_gap.is_none() => {
                record.labels.open(index).map(|opening| chain.answer_label(epoch, &opening))
            }
            DemandedTree::Gold if record.gold_gap.is_none() => {
                record.gold.open(index).map(|opening| chain.answer_gold(epoch, &opening))
            }
            DemandedTree::Payouts if record.is_whole() && record.on_chain.status == EpochStatus::Proposed => {
                let payouts = Payouts::new(record.payouts(&self.approved().await?)?.leaves);
                let is_it = payouts.tree().root() == record.on_chain.payouts_root;
                let opening = is_it.then(|| payouts.open(index)).flatten();
                opening.map(|opening| chain.answer_payout(epoch, &opening))
            }
            _ => None,
        })
    }

    /// The given leaves of a proposal, if they are its leaves.
    fn published_with(&self, claim: &Claim) -> Option<Payouts> {
        let is_it = |payouts: &&Payouts| {
            payouts.tree().root() == claim.payouts_root
                && payouts.leaves().len() == claim.account_count as usize
        };
        self.published.iter().find(is_it).cloned()
    }

    /// Until then a bundle that cannot be had is looked for again: half of the challenge window before its end, and as long
    /// after the commitment when nothing is proposed.
    async fn half_time(&self, record: &Record) -> anyhow::Result<u64> {
        let half = self.evidence.chain.challenge_window().await? / 2;
        Ok(match record.on_chain.status {
            EpochStatus::Proposed => record.on_chain.challenge_ends_at.saturating_sub(half),
            _ => record.on_chain.committed_at + half,
        })
    }

    async fn now(&self) -> anyhow::Result<u64> {
        Ok(self.evidence.chain.head().await?.timestamp)
    }
}
