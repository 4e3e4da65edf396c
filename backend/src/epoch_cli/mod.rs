//! `polity epoch`: what an epoch waits for, why it pays what it pays, and every step that anybody may take when those who
//! should take it are silent. From an RPC endpoint and the published bundle alone; our database is never asked.
//!
//! | file | holds |
//! |---|---|
//! | [`status`] | the stage of an epoch, its deadline, and which command moves it on |
//! | [`explain`], [`explain_text`] | every term of one labeler's pay, as values and in words |
//! | [`recompute`] | an epoch's pays from the bundle |
//! | [`act`] | the transactions |
mod act;
mod explain;
mod explain_text;
mod recompute;
mod status;

use crate::{
    chain::read_key,
    config::Config,
    verify::{Source, gather},
};
use act::Sender;
use alloy::primitives::Address;
use protocol::ProposalId;
use std::path::PathBuf;

/// What to do about an epoch.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum Command {
    /// Say what an epoch waits for, until when, and who can go on
    Status {
        /// The epoch
        epoch: u64,
        /// As JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        source: Source,
    },
    /// Say why an epoch pays a labeler what it pays, term by term
    Explain {
        /// The epoch
        epoch: u64,
        /// Whose pay
        #[arg(long, value_name = "ADDRESS")]
        labeler: Address,
        /// As JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        source: Source,
    },
    /// Keep the hash that the seed needs while the chain still serves it: 256 blocks from the commitment on
    RecordBlockHash(Step),
    /// Reveal the operator's secret for it
    Reveal {
        #[command(flatten)]
        step: Step,
        /// File with the secret, 32 bytes as hex
        #[arg(long, value_name = "FILE")]
        secret_file: PathBuf,
    },
    /// End an epoch without pay when its labels were not committed in time: the operator loses its bond
    #[command(alias = "commit-missed")]
    MissedCommit(Step),
    /// Go on without a seed when the secret was not revealed in time: base pay, and the operator loses its bond
    RevealMissed(Step),
    /// Recompute the pays and propose them, with a bond
    Propose(Step),
    /// Show the leaf that somebody demands to see: half of the challenger's bond is the reward
    AnswerDemand(Step),
    /// Make the proposal to pay what was proposed, if it is what the labels give
    AcceptProposal(Step),
    /// Make the proposal to throw away what was proposed, if it is not what the labels give
    RejectProposal(Step),
    /// Make the proposal to end an epoch without pay, when nothing else moves it
    VoidProposal(Step),
    /// Queue or execute a proposal that passed
    AdvanceProposal {
        /// Its id
        proposal_id: ProposalId,
        #[command(flatten)]
        by: By,
    },
    /// Have an account paid what the last accepted epoch owes it, whoever sends the transaction
    Claim {
        /// Whose pay
        #[arg(long, value_name = "ADDRESS")]
        account: Address,
        #[command(flatten)]
        by: By,
    },
}

/// A step of one epoch.
#[derive(Debug, Clone, clap::Args)]
pub struct Step {
    /// The epoch
    pub epoch: u64,
    #[command(flatten)]
    pub by: By,
}

/// Who sends, and whom to ask.
#[derive(Debug, Clone, clap::Args)]
pub struct By {
    /// File with the private key that sends the transaction; without it the transaction is printed
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    #[command(flatten)]
    pub source: Source,
}

/// Do it; the text is for standard output.
///
/// # Errors
/// What is wrong, in words: there is no such epoch or seat, it is too early, the bundle is another one, …
pub async fn run(config: &Config, command: Command) -> anyhow::Result<String> {
    match command {
        Command::Status { epoch, json, source } => {
            let evidence = gather(config, &source).await?.quiet();
            let status = status::of(&evidence.chain, epoch).await?;
            if json { Ok(serde_json::to_string_pretty(&status)?) } else { Ok(status.to_string()) }
        }
        Command::Explain { epoch, labeler, json, source } => {
            let evidence = gather(config, &source).await?.quiet();
            let explanation = explain::explain(&evidence, epoch, labeler).await?;
            if json { Ok(serde_json::to_string_pretty(&explanation)?) } else { Ok(explanation.to_string()) }
        }
        Command::RecordBlockHash(step) => {
            act::record_block_hash(&sender(config, &step.by).await?, step.epoch).await
        }
        Command::Reveal { step, secret_file } => {
            act::reveal(&sender(config, &step.by).await?, step.epoch, &secret_file).await
        }
        Command::MissedCommit(step) => act::missed_commit(&sender(config, &step.by).await?, step.epoch).await,
        Command::RevealMissed(step) => act::reveal_missed(&sender(config, &step.by).await?, step.epoch).await,
        Command::Propose(step) => act::propose(&sender(config, &step.by).await?, step.epoch).await,
        Command::AnswerDemand(step) => act::answer_demand(&sender(config, &step.by).await?, step.epoch).await,
        Command::AcceptProposal(step) => act::accept(&sender(config, &step.by).await?, step.epoch).await,
        Command::RejectProposal(step) => act::reject(&sender(config, &step.by).await?, step.epoch).await,
        Command::VoidProposal(step) => act::void(&sender(config, &step.by).await?, step.epoch).await,
        Command::AdvanceProposal { proposal_id, by } => {
            act::advance(&sender(config, &by).await?, proposal_id).await
        }
        Command::Claim { account, by } => act::claim(&sender(config, &by).await?, account).await,
    }
}

async fn sender(config: &Config, by: &By) -> anyhow::Result<Sender> {
    let key = by.key_file.as_deref().map(read_key).transpose()?;
    Ok(Sender { evidence: gather(config, &by.source).await?.quiet(), key })
}
