//! A chain on which one epoch was paid and the next one stands before its judge. A lie is a closure over what the operator
//! or the proposer says; a watcher that knows nothing but chain and published files finds it.
use super::{
    before::Before,
    draft::{Draft, small_terms},
};
use alloy::{
    primitives::{Address, B256, Bytes, U256, hex, utils::parse_ether},
    providers::Provider,
    rpc::types::Filter,
    sol_types::SolEvent,
};
use backend::{
    chain::{ChainHandle, DemandedTree, EpochOnChain},
    challenge::{Args, DEFAULT_MAX_DEMANDS, Finding, Hand, Verdict, Watcher},
    config::Config,
    verify::Source,
};
use bindings::{GovernanceToken, LabelEpochs};
use protocol::{
    CampaignTerms, Epoch,
    labels::block_count,
    rewards::{
        PayoutLeaf, epoch_payouts,
        openings::{Gold, Labels, Payouts},
    },
};
use serde_json::Value;
use std::{collections::BTreeMap, path::PathBuf};
use tempfile::TempDir;
use testkit::{Account, TestChain, account};
use tokio::sync::OnceCell;

/// Somebody with tokens and without conscience.
pub const LIAR: Account = Account(32);
/// Somebody who recomputes.
pub const WATCHER: Account = Account(33);
/// Of those who earned in the first epoch labeler 4 is missing, and labeler 5 is new.
const LABELERS: [u32; 5] = [0, 1, 2, 3, 5];
/// The epoch before the judge.
pub const EPOCH: u64 = 2;

/// What a proposer says; a lie changes it before it is sent.
#[derive(Clone)]
pub struct Lie {
    pub leaves: Vec<PayoutLeaf>,
    pub total_cumulative: U256,
    pub total_raw: U256,
}

impl Lie {
    /// Make the sums fit the leaves again.
    pub fn add_up(&mut self) {
        let (mut running_total, mut running_raw) = (U256::ZERO, U256::ZERO);
        for leaf in &mut self.leaves {
            (leaf.running_total, leaf.raw_pay.running_raw) = (running_total, running_raw);
            (running_total, running_raw) = (running_total + leaf.cumulative, running_raw + leaf.raw_pay.raw);
        }
        (self.total_cumulative, self.total_raw) = (running_total, running_raw);
    }

    /// The leaf of an account.
    pub fn of(&mut self, account: Address) -> &mut PayoutLeaf {
        self.leaves.iter_mut().find(|leaf| leaf.account == account).expect("it has a leaf")
    }
}

pub struct Court {
    pub chain: TestChain,
    pub data: TempDir,
    pub draft: Draft,
    /// What the watcher is told besides.
    pub args: Args,
    /// Reads, and makes calls for others to send.
    pub reader: ChainHandle,
    paid: Payouts,
}

impl Court {
    /// An honest second epoch, revealed.
    pub async fn honest() -> Self {
        Self::with(small_terms(), |_| {}).await
    }

    /// A second epoch about which its operator lies.
    pub async fn with_labels(lie: impl FnOnce(&mut Draft)) -> Self {
        Self::with(small_terms(), lie).await
    }

    /// A second epoch with these terms, about which its operator lies.
    pub async fn with(campaign: CampaignTerms, lie: impl FnOnce(&mut Draft)) -> Self {
        static BEFORE: OnceCell<Before> = OnceCell::const_new();
        let before = BEFORE.get_or_init(Before::make).await;
        let chain = TestChain::resume(before.state.clone()).await;
        let data = tempfile::tempdir().unwrap();
        let deployment = serde_json::to_vec(chain.deployment()).unwrap();
        std::fs::write(data.path().join("deployment.json"), deployment).unwrap();
        let key = data.path().join("watcher.key");
        std::fs::write(&key, hex::encode_prefixed(WATCHER.signer().to_bytes())).unwrap();
        publish(&data, &before.bundle);
        let mut draft = draft(&chain, EPOCH, &LABELERS, campaign);
        lie(&mut draft);
        let reader = open(&chain, EPOCH, &draft, Some(&data)).await;
        let args = Args {
            epoch: Some(EPOCH),
            watch: false,
            dry_run: false,
            key_file: Some(key),
            leaves: vec![],
            receipts: None,
            max_demands: DEFAULT_MAX_DEMANDS,
            source: Source {
                rpc: Some(chain.rpc_url()),
                deployment: Some(data.path().join("deployment.json")),
                blobs: Some(data.path().display().to_string()),
            },
        };
        Self { chain, data, draft, args, reader, paid: Payouts::new(before.paid.clone()) }
    }

    /// Somebody proposes what the labels give, but for a lie.
    pub async fn propose(&self, lie: impl FnOnce(&mut Lie)) -> Lie {
        let on_chain = self.epoch().await;
        let mut said = honest(&on_chain, &self.draft, &self.paid);
        lie(&mut said);
        propose(&self.chain, EPOCH, &said).await;
        said
    }

    /// As [`Court::propose`]; the proposer publishes its leaves.
    pub async fn propose_openly(&mut self, lie: impl FnOnce(&mut Lie)) -> Lie {
        let said = self.propose(lie).await;
        let file = self.data.path().join("leaves.json");
        std::fs::write(&file, serde_json::to_vec(&said.leaves).unwrap()).unwrap();
        self.args.leaves.push(file);
        said
    }

    /// A labeler gives the watcher what it kept.
    pub fn keep(&mut self, kept: &[Value]) {
        let folder: PathBuf = self.data.path().join("receipts");
        std::fs::create_dir_all(&folder).unwrap();
        for (n, one) in kept.iter().enumerate() {
            std::fs::write(folder.join(format!("{n}.json")), one.to_string()).unwrap();
        }
        self.args.receipts = Some(folder);
    }

    /// A watcher that has just started does what it can.
    pub async fn watch(&self) -> Verdict {
        self.watcher().await.round(self.args.epoch, &Hand::Key).await.unwrap()
    }

    pub async fn watcher(&self) -> Watcher {
        Watcher::open(&Config::merge(None, []).unwrap(), &self.args).await.unwrap()
    }

    pub async fn look(&self) -> Vec<Finding> {
        self.watcher().await.look(EPOCH).await.unwrap()
    }

    /// The watcher is started again and again, and whoever lied shows all that it is asked for. Returns how it stands in the
    /// end, and how often something was shown.
    pub async fn watch_and_answer(&self, said: Option<&Lie>) -> (Verdict, usize) {
        for n_answers in 0.. {
            let verdict = self.watch().await;
            if verdict != Verdict::Waiting || !self.answer(said).await {
                return (verdict, n_answers);
            }
        }
        unreachable!("the numbers do not end")
    }

    /// The demanded leaf is shown. False when nothing is demanded.
    pub async fn answer(&self, said: Option<&Lie>) -> bool {
        if self.epoch().await.challenger.is_none() {
            return false;
        }
        let demand = self.reader.demand(EPOCH).await.unwrap();
        let call = match demand.tree {
            DemandedTree::Payouts => {
                let payouts = Payouts::new(said.expect("somebody proposed").leaves.clone());
                self.reader.answer_payout(EPOCH, &payouts.open(demand.index).unwrap())
            }
            DemandedTree::Labels => {
                let labels = Labels::new(Epoch(EPOCH), &self.draft.words);
                self.reader.answer_label(EPOCH, &labels.open(demand.index).unwrap())
            }
            DemandedTree::Gold => {
                let gold = Gold::new(&self.draft.gold);
                self.reader.answer_gold(EPOCH, &gold.open(demand.index).unwrap())
            }
        };
        self.chain.send_raw(LIAR, call.to, call.data).await.unwrap();
        true
    }

    pub async fn epoch(&self) -> EpochOnChain {
        self.reader.epoch(EPOCH).await.unwrap()
    }

    /// What was proved in the second epoch, and by whom, oldest first. Numbers of `Fraud`.
    pub async fn proved(&self) -> Vec<(u8, Address)> {
        let contract = self.chain.deployment().contracts.label_epochs;
        let filter = Filter::new().address(contract).from_block(0);
        let logs = self.chain.provider().get_logs(&filter).await.unwrap();
        let payouts = logs.iter().filter_map(|log| {
            let event = LabelEpochs::PayoutsDisproved::decode_log(&log.inner).ok()?;
            Some((event.fraud, event.challenger))
        });
        let labels = logs.iter().filter_map(|log| {
            let event = LabelEpochs::LabelsDisproved::decode_log(&log.inner).ok()?;
            Some((event.fraud, event.challenger))
        });
        payouts.chain(labels).collect()
    }

    /// POL of an account, in wei.
    pub async fn balance(&self, account: Account) -> U256 {
        let token = self.chain.deployment().contracts.governance_token;
        self.chain.call(token, &GovernanceToken::balanceOfCall { account: account.address() }).await
    }
}

/// Lock tokens as stake or as a bond.
pub async fn lock(chain: &TestChain, who: Account, locker: Address, amount: &str) {
    let amount = parse_ether(amount).unwrap();
    let lock = GovernanceToken::lockAndCallCall { locker, amount, data: Bytes::new() };
    chain.send(who, chain.deployment().contracts.governance_token, &lock).await;
}

pub(super) fn draft(chain: &TestChain, epoch: u64, labelers: &[u32], campaign: CampaignTerms) -> Draft {
    let deployment = chain.deployment();
    Draft::new(deployment.chain_id, deployment.contracts.label_epochs, epoch, labelers, campaign)
}

/// Open, commit, publish and reveal.
pub(super) async fn open(
    chain: &TestChain,
    epoch: u64,
    draft: &Draft,
    data: Option<&TempDir>,
) -> ChainHandle {
    let config = Config::merge(None, []).unwrap();
    let deployment = chain.deployment().clone();
    let reader = ChainHandle::read_only(&config, &chain.rpc_url(), deployment).await.unwrap();
    let (bytes, hash) =
        draft.bundle.as_ref().map_or((vec![], B256::repeat_byte(9)), |bundle| bundle.to_bytes());
    if let Some(data) = data.filter(|_| draft.bundle.is_some()) {
        publish(data, &bytes);
    }
    let labels = Labels::new(Epoch(epoch), &draft.words);
    let commit = reader.commit_labels(epoch, labels.tree().root(), block_count(&draft.words), hash);
    for call in [reader.open_epoch(&draft.terms()), commit] {
        chain.send_raw(account::OPERATOR, call.to, call.data).await.unwrap();
    }
    chain.mine(2).await;
    let reveal = reader.reveal(epoch, draft.secret);
    chain.send_raw(account::OPERATOR, reveal.to, reveal.data).await.unwrap();
    reader
}

fn publish(data: &TempDir, bytes: &[u8]) {
    let name = hex::encode(alloy::primitives::keccak256(bytes));
    let folder = data.path().join("blobs").join(&name[..2]);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), bytes).unwrap();
}

/// What the committed words give.
pub(super) fn honest(on_chain: &EpochOnChain, draft: &Draft, paid: &Payouts) -> Lie {
    let previous: BTreeMap<_, _> = paid.leaves().iter().map(|leaf| (leaf.account, leaf.cumulative)).collect();
    let (secret, seed) = (on_chain.secret, on_chain.seed);
    let payouts = epoch_payouts(&draft.terms(), secret, seed, &draft.words, &draft.gold, &previous).unwrap();
    Lie {
        total_cumulative: payouts.total_cumulative(),
        total_raw: payouts.total_raw(),
        leaves: payouts.leaves,
    }
}

pub(super) async fn propose(chain: &TestChain, epoch: u64, said: &Lie) {
    let propose = LabelEpochs::proposePayoutsCall {
        epoch,
        payoutsRoot: Payouts::new(said.leaves.clone()).tree().root(),
        accountCount: said.leaves.len().try_into().unwrap(),
        totalCumulative: said.total_cumulative.to(),
        totalRaw: said.total_raw.to(),
    };
    chain.send(LIAR, chain.deployment().contracts.label_epochs, &propose).await;
}
