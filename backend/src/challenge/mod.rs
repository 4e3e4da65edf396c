//! `polity challenge`: looks for anything wrong in an epoch and sends what proves it. Needs an RPC endpoint, the published
//! files and a key; no database. `docs/watching.md` says what it costs and earns.
//!
//! | file | does |
//! |---|---|
//! | `record` | what is known of an epoch: chain, published files, leaves shown on demand |
//! | `look`, `finding` | what is wrong with it, and what can be done about that now |
//! | `slashes`, `kept` | what labelers can be slashed for; answers and receipts that they kept |
//! | `act` | sends it |
//!
//! Nothing is remembered that the chain does not say: each look starts from the chain as it is, so it does not matter who
//! acted before, whether this process was killed, or which blocks were lost.
mod act;
mod finding;
mod kept;
mod look;
mod record;
mod slashes;

pub use act::{Done, Hand};
pub use finding::{Act, Finding, Party};

use crate::{
    app::AppState,
    chain::{EpochOnChain, EpochStatus, read_key},
    config::Config,
    verify::{self, Evidence, Source},
};
use alloy::primitives::B256;
use kept::Kept;
use protocol::{labels::Bundle, rewards::openings::Payouts};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

/// Longest wait between two looks while the endpoint does not answer.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(60);

/// What to watch, and with what.
#[derive(Debug, Clone, clap::Args)]
#[command(
    after_help = "Exit status: 0 nothing is wrong; 1 something could not be read; 3 something was wrong and is proved; \
    4 something is wrong and nothing can be done yet (run it again, or --watch); 5 something is wrong and was not sent \
    (--dry-run, no key, no bond, too many demands, refused); 6 something is wrong that only a vote can throw away."
)]
pub struct Args {
    /// The epoch; without it, every epoch that is not settled
    pub epoch: Option<u64>,
    /// Look again and again, for ever
    #[arg(long)]
    pub watch: bool,
    /// Say what would be sent, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// File with the private key that pays for transactions and bonds (0x-hex); without it nothing is sent
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// JSON array of a payouts tree's leaves, as a proposer published them; may be given several times
    #[arg(long, value_name = "FILE")]
    pub leaves: Vec<PathBuf>,
    /// Answers and receipts that labelers kept: a JSON file, or a folder of them
    #[arg(long, value_name = "DIR")]
    pub receipts: Option<PathBuf>,
    /// Most demands an epoch. Each one that is answered costs a challenger's bond
    #[arg(long, default_value_t = DEFAULT_MAX_DEMANDS)]
    pub max_demands: u32,
    #[command(flatten)]
    pub source: Source,
}

/// Enough for the deepest payouts tree there can be.
pub const DEFAULT_MAX_DEMANDS: u32 = 34;

/// How an epoch stands after all that could be done was done. In order of what matters most to whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Right,
    Proved,
    Waiting,
    Vote,
    Unsent,
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        Self::from(match verdict {
            Verdict::Right => 0,
            Verdict::Proved => 3,
            Verdict::Waiting => 4,
            Verdict::Vote => 6,
            Verdict::Unsent => 5,
        })
    }
}

/// An epoch that need not be recomputed.
struct Rested {
    on_chain: EpochOnChain,
    /// Or until this time of the chain (unix seconds).
    until: Option<u64>,
    verdict: Verdict,
}

/// Looks at epochs. Keeps only what the chain has fixed by hash.
pub struct Watcher {
    evidence: Evidence,
    kept: Vec<Kept>,
    /// Trees whose leaves were given.
    published: Vec<Payouts>,
    max_demands: u32,
    bundles: BTreeMap<B256, Arc<Bundle>>,
    /// Bundles whose signatures are all right.
    checked: BTreeSet<B256>,
    /// The last settled epoch that was computed, and the tree that is paid from since.
    approved: Option<(u64, Payouts)>,
    /// How epochs stood that nothing has to be done about until the chain says something else.
    rested: BTreeMap<u64, Rested>,
    /// What was said last about each epoch.
    said: BTreeMap<u64, Vec<String>>,
}

/// Look, act, and in watch mode never end.
///
/// # Errors
/// Something cannot be read; in watch mode only what is wrong with the arguments.
pub async fn run(config: Config, args: Args) -> anyhow::Result<ExitCode> {
    let mut watcher = Watcher::open(&config, &args).await?;
    let hand = if args.dry_run || args.key_file.is_none() { Hand::DryRun } else { Hand::Key };
    if !args.watch {
        return Ok(watcher.round(args.epoch, &hand).await?.into());
    }
    let poll = Duration::from_millis(config.chain.poll_ms);
    let mut pause = poll;
    loop {
        pause = match watcher.round(args.epoch, &hand).await {
            Ok(_) => poll,
            Err(error) => {
                println!("could not look, trying again: {error:#}");
                (pause * 2).min(LONGEST_BACK_OFF)
            }
        };
        tokio::time::sleep(pause).await;
    }
}

impl Watcher {
    /// A watcher with what the arguments name.
    ///
    /// # Errors
    /// The endpoint, the key or a file cannot be used.
    pub async fn open(config: &Config, args: &Args) -> anyhow::Result<Self> {
        let mut evidence = verify::gather(config, &args.source).await?.quiet();
        if let Some(file) = &args.key_file {
            evidence.chain.operator = read_key(file)?;
        }
        let mut published = Vec::new();
        for file in &args.leaves {
            published.push(Payouts::new(verify::read_leaves(file)?));
        }
        let kept = args.receipts.as_deref().map(Kept::read).transpose()?.unwrap_or_default();
        Ok(Self { kept, published, max_demands: args.max_demands, ..Self::of(evidence) })
    }

    /// A watcher on a server's own chain and blob store.
    pub fn of_server(app: &AppState) -> Self {
        Self { max_demands: app.config.challenge.max_demands, ..Self::of(Evidence::of_server(app)) }
    }

    fn of(evidence: Evidence) -> Self {
        Self {
            evidence,
            kept: Vec::new(),
            published: Vec::new(),
            max_demands: DEFAULT_MAX_DEMANDS,
            bundles: BTreeMap::new(),
            checked: BTreeSet::new(),
            approved: None,
            rested: BTreeMap::new(),
            said: BTreeMap::new(),
        }
    }

    /// Look at one epoch or at all that are not settled, and do what can be done.
    ///
    /// # Errors
    /// The first epoch that could not be looked at, after all others were.
    pub async fn round(&mut self, epoch: Option<u64>, hand: &Hand<'_>) -> anyhow::Result<Verdict> {
        let epochs = match epoch {
            Some(epoch) => {
                let status = self.evidence.chain.epoch(epoch).await?.status;
                anyhow::ensure!(status != EpochStatus::None, "the chain has no epoch {epoch}");
                epoch..=epoch
            }
            None => {
                self.evidence.chain.last_settled_epoch().await? + 1..=self.evidence.chain.last_epoch().await?
            }
        };
        let (mut verdict, mut failure) = (Verdict::Right, None);
        for epoch in epochs {
            match self.pursue(epoch, hand).await {
                Ok(stands) => verdict = verdict.max(stands),
                Err(error) => failure = failure.or(Some(error.context(format!("epoch {epoch}")))),
            }
        }
        failure.map_or(Ok(verdict), Err)
    }

    /// Look at an epoch and act until nothing more can be done now.
    async fn pursue(&mut self, epoch: u64, hand: &Hand<'_>) -> anyhow::Result<Verdict> {
        let mut has_proved = false;
        // What the contract refused once is looked at again: somebody was first. What it refuses twice stays.
        let mut refused = BTreeSet::new();
        loop {
            let on_chain = self.evidence.chain.epoch(epoch).await?;
            if let Some(verdict) = self.rests(epoch, &on_chain).await? {
                return Ok(verdict);
            }
            let findings = self.look(epoch).await?;
            let mut lines: Vec<_> = findings.iter().map(ToString::to_string).collect();
            let mut stands = if has_proved { Verdict::Proved } else { Verdict::Right };
            let mut has_moved = false;
            for finding in &findings {
                match self.act(epoch, finding, hand).await? {
                    Done::Sent(tx_hash) => {
                        println!("epoch {epoch}: {finding}\nepoch {epoch}: sent {tx_hash}");
                        (has_proved, has_moved) = (true, true);
                        break;
                    }
                    Done::Refused(reason) if refused.insert(reason.clone()) => {
                        println!("epoch {epoch}: {finding}\nepoch {epoch}: refused: {reason}");
                        (has_proved, has_moved) = (true, true);
                        break;
                    }
                    Done::Refused(reason) => {
                        lines.push(format!("refused again: {reason}"));
                        stands = stands.max(Verdict::Unsent);
                    }
                    Done::Unsent(why) => {
                        lines.push(format!("not sent: {why}"));
                        stands = stands.max(Verdict::Unsent);
                    }
                    Done::Waiting => stands = stands.max(Verdict::Waiting),
                    Done::Vote => stands = stands.max(Verdict::Vote),
                }
            }
            if !has_moved {
                if matches!(stands, Verdict::Right | Verdict::Proved | Verdict::Waiting) {
                    let mut until = findings.iter().filter_map(Finding::not_before).min();
                    if on_chain.status == EpochStatus::Open {
                        // Nothing is wrong before its labels are late.
                        until = Some(self.evidence.chain.commit_deadline(epoch).await?);
                    }
                    self.rested.insert(epoch, Rested { on_chain, until, verdict: stands });
                }
                self.say(epoch, lines);
                return Ok(stands);
            }
        }
    }

    /// How an epoch stands that has not changed since nothing was left to do about it.
    async fn rests(&self, epoch: u64, on_chain: &EpochOnChain) -> anyhow::Result<Option<Verdict>> {
        let Some(rested) = self.rested.get(&epoch).filter(|rested| rested.on_chain == *on_chain) else {
            return Ok(None);
        };
        let is_over = match rested.until {
            Some(until) => self.evidence.chain.head().await?.timestamp >= until,
            None => false,
        };
        Ok((!is_over).then_some(rested.verdict))
    }

    /// Say how an epoch stands, when that has changed.
    fn say(&mut self, epoch: u64, mut lines: Vec<String>) {
        if lines.is_empty() {
            lines.push("nothing is wrong".into());
        }
        if self.said.get(&epoch) != Some(&lines) {
            lines.iter().for_each(|line| println!("epoch {epoch}: {line}"));
            self.said.insert(epoch, lines);
        }
    }

    /// What labelers kept of an epoch of this deployment.
    fn kept_of(&self, epoch: u64) -> impl Iterator<Item = &Kept> {
        let chain = &self.evidence.chain;
        let label_epochs = chain.deployment.contracts.label_epochs;
        self.kept.iter().filter(move |kept| kept.is_of(chain.chain_id, label_epochs, epoch))
    }
}
