//! What to follow, and how.

use alloy::primitives::{Address, B256, keccak256};
use bindings::{Contracts, Deployment};
use std::time::Duration;

use crate::decode;

/// What to follow.
#[derive(Clone, Debug)]
pub struct IndexerConfig {
    /// JSON-RPC endpoint over HTTP.
    pub rpc_url: String,
    /// Endpoints to turn to when the first one fails or lags, in the order of preference.
    pub more_rpc_urls: Vec<String>,
    /// Endpoint over WebSocket that announces new blocks, so that they are asked for at once instead of at the next poll.
    pub ws_url: Option<String>,
    /// The contracts and the block that they begin at.
    pub deployment: Deployment,
    /// Pause between two looks at the head.
    pub poll: Duration,
    /// Pause between two looks at what is final.
    pub finality_poll: Duration,
    /// Pause between two audits of a sample of the rows while there is nothing else to do.
    pub audit_poll: Duration,
    /// How a block becomes final.
    pub finality: Finality,
    /// The longest that a node may think about one question.
    pub rpc_timeout: Duration,
    /// Start over when the chain has another genesis or the contracts other addresses, as on a development chain that
    /// was restarted; otherwise that is an error.
    pub reset_on_new_genesis: bool,
    /// Most blocks in one transaction near the head, and in one question for logs.
    pub max_blocks: u64,
    /// Logs that one answer should hold: the number of blocks asked for follows it.
    pub logs_per_answer: u64,
    /// Most questions at a time while old blocks are read.
    pub max_fetches: usize,
    /// How much is proved to be complete.
    pub verify: Verify,
    /// Whether events are folded into tables, or only stored.
    pub projects: bool,
    /// Where to end the process, for tests of crashes.
    pub fail_point: Option<FailPoint>,
}

/// How a block becomes final. On a rollup, `safe` means that its data is on the layer below and `finalized` that the layer
/// below has finalized it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finality {
    /// By the node's tags `safe` and `finalized`. A node without them makes nothing final.
    Tags,
    /// So many seconds later than the block was mined, by the chain's clock; for nodes without tags.
    Seconds(u32),
}

/// Which blocks with a bloom filter that names a contract of ours are checked against their receipts root. Blocks without
/// are always known to be empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verify {
    /// None.
    Bloom,
    /// New ones before they are written, old ones after they were read, as soon as there is nothing else to do.
    Receipts,
}

/// A moment in a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailPoint {
    /// Blocks and logs are not written yet.
    BeforeCopy,
    /// They are, but nothing else is.
    AfterCopy,
    /// Everything is written.
    BeforeCommit,
    /// The transaction has ended, and nobody knows yet.
    AfterCommit,
    /// In the middle of going back.
    MidUnwind,
}

impl FailPoint {
    /// All of them, with their names on the command line.
    pub const ALL: [(&str, Self); 5] = [
        ("before-copy", Self::BeforeCopy),
        ("after-copy", Self::AfterCopy),
        ("before-commit", Self::BeforeCommit),
        ("after-commit", Self::AfterCommit),
        ("mid-unwind", Self::MidUnwind),
    ];
}

impl IndexerConfig {
    /// The usual settings for a deployment.
    pub fn new(rpc_url: impl Into<String>, deployment: Deployment) -> Self {
        Self {
            rpc_url: rpc_url.into(),
            more_rpc_urls: vec![],
            ws_url: None,
            deployment,
            poll: Duration::from_secs(1),
            finality_poll: Duration::from_secs(5),
            audit_poll: Duration::from_secs(60),
            finality: Finality::Tags,
            rpc_timeout: Duration::from_secs(30),
            reset_on_new_genesis: false,
            max_blocks: 500,
            logs_per_answer: 5000,
            max_fetches: 4,
            verify: Verify::Receipts,
            projects: true,
            fail_point: None,
        }
    }

    /// Follow one token that keeps to ERC-20, of anybody: `chain.accounts` and `chain.total_supplies` are filled.
    pub fn erc20(rpc_url: impl Into<String>, chain_id: u64, token: Address, from_block: u64) -> Self {
        let none = Address::ZERO;
        let contracts = Contracts {
            governance_token: token,
            timelock: none,
            access_manager: none,
            governor: none,
            optimistic_governor: none,
            staking_pool: none,
            label_epochs: none,
            epoch_referee: none,
            reward_distributor: none,
            model_registry: none,
            dataset_registry: none,
        };
        let family = bindings::Family { family_id: B256::ZERO, name: String::new() };
        Self::new(rpc_url, Deployment { chain_id, deployed_at_block: from_block, contracts, family })
    }

    /// All endpoints, in the order of preference.
    pub(crate) fn rpc_urls(&self) -> Vec<String> {
        [&self.rpc_url].into_iter().chain(&self.more_rpc_urls).cloned().collect()
    }

    /// The addresses whose logs are followed.
    pub(crate) fn addresses(&self) -> Vec<Address> {
        let mut addresses = decode::addresses(&self.deployment.contracts);
        addresses.retain(|address| !address.is_zero());
        addresses
    }

    /// Names the set of contracts, so that tables of one are not filled on from another.
    pub(crate) fn deployment_hash(&self) -> B256 {
        let mut bytes = self.deployment.deployed_at_block.to_be_bytes().to_vec();
        for address in decode::addresses(&self.deployment.contracts) {
            bytes.extend_from_slice(address.as_slice());
        }
        keccak256(bytes)
    }
}
