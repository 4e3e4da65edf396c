//! The stage of an epoch, and who can move it on.
use crate::chain::{ChainHandle, EpochStatus};
use anyhow::bail;
use chrono::{DateTime, SecondsFormat};
use serde::Serialize;
use std::fmt;

/// What an epoch waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    pub epoch: u64,
    /// `open`, `committed`, `revealed`, `proposed`, `frozen`, `accepted` or `voided`
    pub stage: &'static str,
    /// Unix seconds by the chain's clock
    pub now: u64,
    /// Unix seconds; null where the contract sets none
    pub deadline: Option<u64>,
    /// Who should do the next step
    pub who: String,
    /// What happens when it is not done in time
    pub when_missed: &'static str,
    /// Commands that anybody can run now
    pub commands: Vec<String>,
}

/// Read it from the chain.
pub async fn of(chain: &ChainHandle, epoch: u64) -> anyhow::Result<Status> {
    let (on_chain, head) = (chain.epoch(epoch).await?, chain.head().await?);
    let now = head.timestamp;
    let command = |name: &str| format!("polity epoch {name} {epoch}");
    let status = |stage, deadline, who: String, when_missed, commands| Status {
        epoch,
        stage,
        now,
        deadline,
        who,
        when_missed,
        commands,
    };
    Ok(match on_chain.status {
        EpochStatus::None => bail!("the chain has no epoch {epoch}"),
        _ if on_chain.challenger.is_some() => status(
            "frozen",
            Some(chain.demand(epoch).await?.answer_by),
            "anybody who has the leaf that is demanded shows it".to_owned(),
            "whoever answers for the tree loses its bond; the challenger or anybody says so to the referee",
            vec![command("answer-demand"), format!("polity challenge {epoch}")],
        ),
        EpochStatus::Open => {
            let deadline = chain.commit_deadline(epoch).await?;
            let missed = (now >= deadline).then(|| command("missed-commit"));
            status(
                "open",
                Some(deadline),
                format!("the operator {} closes it by committing the labels", on_chain.operator),
                "anybody ends it without pay, so that the next can be settled, and the operator's bond is slashed",
                missed.into_iter().chain([command("void-proposal")]).collect(),
            )
        }
        EpochStatus::Committed => {
            let deadline = on_chain.committed_at + chain.reveal_window().await?;
            let served =
                head.number > on_chain.commit_block + 1 && head.number <= on_chain.commit_block + 256;
            let mut commands = Vec::new();
            if now >= deadline {
                commands.push(command("reveal-missed"));
            } else if on_chain.block_hash.is_zero() && served {
                commands.push(command("record-block-hash"));
            }
            status(
                "committed",
                Some(deadline),
                format!("the operator {} reveals its secret", on_chain.operator),
                "anybody goes on without a seed: base pay for all, and the operator's bond is slashed",
                commands,
            )
        }
        EpochStatus::Revealed => {
            let next = chain.last_settled_epoch().await? + 1;
            let (who, commands) = if next == epoch {
                ("anybody with a bond proposes the payouts".to_owned(), vec![command("propose")])
            } else {
                (format!("epoch {next} must be settled first"), vec![format!("polity epoch status {next}")])
            };
            status("revealed", None, who, "nobody is paid until somebody does", commands)
        }
        EpochStatus::Proposed if now < on_chain.challenge_ends_at => status(
            "proposed",
            Some(on_chain.challenge_ends_at),
            "anybody recomputes, and proves what is wrong".to_owned(),
            "the payouts can be put to the vote",
            vec![format!("polity verify epoch {epoch}"), format!("polity challenge {epoch}")],
        ),
        EpochStatus::Proposed => status(
            "proposed",
            None,
            "a holder of enough votes puts the payouts to the vote; then they are queued and executed"
                .to_owned(),
            "nobody is paid until a vote accepts, rejects or voids",
            vec![
                command("accept-proposal"),
                command("reject-proposal"),
                command("void-proposal"),
                "polity epoch advance-proposal <id>".to_owned(),
            ],
        ),
        EpochStatus::Accepted => status(
            "accepted",
            None,
            "labelers claim, or anybody for them".to_owned(),
            "amounts are cumulative: nothing is lost",
            vec!["polity epoch claim --account <address>".to_owned()],
        ),
        EpochStatus::Voided => {
            status("voided", None, "nobody: it pays nothing".to_owned(), "nothing", Vec::new())
        }
    })
}

/// RFC 3339 of unix seconds.
pub fn time(unix_s: u64) -> String {
    let at = i64::try_from(unix_s).ok().and_then(|s| DateTime::from_timestamp(s, 0));
    at.map_or_else(|| unix_s.to_string(), |at| at.to_rfc3339_opts(SecondsFormat::Secs, true))
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "epoch {}: {}", self.epoch, self.stage)?;
        writeln!(f, "  next      {}", self.who)?;
        if let Some(deadline) = self.deadline {
            let over = if self.now >= deadline { ", which is over" } else { "" };
            writeln!(f, "  until     {}{over} (the chain's clock says {})", time(deadline), time(self.now))?;
        }
        writeln!(f, "  if missed {}", self.when_missed)?;
        for command in &self.commands {
            writeln!(f, "  you can   {command}")?;
        }
        Ok(())
    }
}
