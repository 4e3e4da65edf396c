//! What the node says: heads, headers and logs. Every answer is checked against the hashes of the headers, because a node
//! behind a load balancer may answer two questions from two different chains.

mod client;
mod errors;
mod verify;
mod wire;

pub use errors::{RpcError, RpcFailure};

use crate::{IndexerConfig, chain::Link};
use alloy::{
    primitives::{Address, B256, BloomInput, Bytes, U64},
    rpc::types::{Filter, Header},
};
use chrono::DateTime;
use client::Client;
use serde_json::{Value, json, value::RawValue};
use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};
use storage::chain::{
    Position,
    blocks::{self, Verified},
    logs::Log,
};
use wire::FoundLog;

/// Headers in one JSON-RPC batch.
const HEADERS_PER_BATCH: usize = 100;
/// Calls of contracts in one JSON-RPC batch.
const CALLS_PER_BATCH: usize = 100;

/// Receipts as a node told them, not checked yet.
pub struct Receipts {
    block: B256,
    receipts: Box<RawValue>,
}

/// The node, behind one or several endpoints, and the contracts whose logs are wanted.
pub struct Node {
    clients: Vec<Client>,
    /// Which of the endpoints is asked now.
    current: AtomicUsize,
    chain_id: u64,
    addresses: Vec<Address>,
}

impl Node {
    /// For what `config` says.
    pub fn new(config: &IndexerConfig) -> Result<Self, RpcError> {
        let (urls, timeout) = (config.rpc_urls(), config.rpc_timeout);
        let clients = urls.iter().enumerate().map(|(place, url)| Client::new(place, url, timeout));
        let clients = clients.collect::<Result<Vec<_>, _>>()?;
        let chain_id = config.deployment.chain_id;
        Ok(Self { clients, current: AtomicUsize::new(0), chain_id, addresses: config.addresses() })
    }

    /// The endpoint to ask: the first from the current one that serves our chain.
    async fn client(&self) -> Result<&Client, RpcError> {
        let mut wrong = RpcError::Incomplete { method: "eth_chainId" };
        for _ in &self.clients {
            let client = &self.clients[self.current.load(Relaxed) % self.clients.len()];
            if client.checked.load(Relaxed) {
                return Ok(client);
            }
            let id = client.ask::<U64>("eth_chainId", json!([])).await?;
            let actual = id.ok_or(RpcError::Incomplete { method: "eth_chainId" })?.to();
            if actual == self.chain_id {
                client.checked.store(true, Relaxed);
                return Ok(client);
            }
            wrong = RpcError::WrongChain { expected: self.chain_id, actual };
            self.rotate();
        }
        Err(wrong)
    }

    /// Ask the next endpoint from here on: this one failed or lags.
    pub fn rotate(&self) {
        self.current.fetch_add(1, Relaxed);
    }

    /// The latest block's header.
    pub async fn head(&self) -> Result<Header, RpcError> {
        self.find_header(json!("latest")).await?.ok_or(RpcError::Missing(0))
    }

    /// The latest block's header and, in the same request, the receipts of a block that was announced, if that may hold
    /// events of ours.
    pub async fn head_and_receipts(
        &self,
        announced: Option<&Header>,
    ) -> Result<(Header, Option<Receipts>), RpcError> {
        let Some(announced) = announced.filter(|header| self.may_hold_logs(header)) else {
            return Ok((self.head().await?, None));
        };
        let questions = vec![
            ("eth_getBlockByNumber", json!(["latest", false])),
            ("eth_getBlockReceipts", json!([announced.hash])),
        ];
        let answers = self.client().await?.ask_all::<Box<RawValue>>(questions).await?;
        let [head, receipts] =
            answers.try_into().map_err(|_| RpcError::Incomplete { method: "eth_getBlockByNumber" })?;
        let head = head?.ok_or(RpcError::Missing(0))?;
        let head = serde_json::from_str(head.get())
            .map_err(|source| RpcError::Malformed { method: "eth_getBlockByNumber", source })?;
        let receipts = receipts.ok().flatten().map(|receipts| Receipts { block: announced.hash, receipts });
        Ok((checked_header(head)?, receipts))
    }

    /// The header at a height on the node's chain.
    pub async fn header(&self, number: u64) -> Result<Option<Header>, RpcError> {
        let header = self.find_header(quantity(number)).await?;
        Ok(header.filter(|header| header.number == number))
    }

    /// The headers that the node calls safe and finalized, where it does.
    pub async fn tags(&self) -> Result<[Option<Header>; 2], RpcError> {
        let params = ["safe", "finalized"].map(|tag| json!([tag, false]));
        let answers = self.client().await?.ask_each::<Header>("eth_getBlockByNumber", params).await?;
        let mut found = [None, None];
        for (slot, answer) in found.iter_mut().zip(answers) {
            *slot = match answer {
                // Nodes that do not know the tag say so in their own words.
                Err(RpcError::Refused { .. }) => None,
                answer => answer?.map(checked_header).transpose()?,
            };
        }
        Ok(found)
    }

    async fn find_header(&self, block: Value) -> Result<Option<Header>, RpcError> {
        let header =
            self.client().await?.ask::<Header>("eth_getBlockByNumber", json!([block, false])).await?;
        header.map(checked_header).transpose()
    }

    /// The headers at some heights, in their order.
    pub async fn headers_at(&self, numbers: &[u64]) -> Result<Vec<Header>, RpcError> {
        let params = numbers.iter().map(|number| json!([quantity(*number), false]));
        let answers = self.client().await?.ask_many::<Header>("eth_getBlockByNumber", params).await?;
        let checked = answers.into_iter().zip(numbers).map(|(header, number)| {
            let header = header.filter(|header| header.number == *number);
            checked_header(header.ok_or(RpcError::Missing(*number))?)
        });
        checked.collect()
    }

    /// What calls answer at a block, in their order; `None` for one that reverts.
    pub async fn calls(
        &self,
        block: B256,
        calls: &[(Address, Bytes)],
    ) -> Result<Vec<Option<Bytes>>, RpcError> {
        const METHOD: &str = "eth_call";
        let client = self.client().await?;
        let mut all = Vec::with_capacity(calls.len());
        for calls in calls.chunks(CALLS_PER_BATCH) {
            let params =
                calls.iter().map(|(to, data)| json!([{ "to": to, "data": data }, { "blockHash": block }]));
            for answer in client.ask_each::<Bytes>(METHOD, params).await? {
                all.push(match answer {
                    Err(error) if error.is_revert() => None,
                    answer => Some(answer?.ok_or(RpcError::Incomplete { method: METHOD })?),
                });
            }
        }
        Ok(all)
    }

    /// The headers of `from..=to`, each the parent of the next, with hashes that are their contents'.
    pub async fn headers(&self, from: u64, to: u64) -> Result<Vec<Header>, RpcError> {
        let mut headers: Vec<Header> = Vec::new();
        let numbers: Vec<u64> = (from..=to).collect();
        for numbers in numbers.chunks(HEADERS_PER_BATCH) {
            headers.extend(self.headers_at(numbers).await?);
        }
        match headers.windows(2).find(|pair| pair[1].parent_hash != pair[0].hash) {
            Some(pair) => Err(RpcError::Moved(pair[1].number)),
            None => Ok(headers),
        }
    }

    /// The headers of `from..=to` and the logs of our contracts in them, asked for at the same time.
    pub async fn range(&self, from: u64, to: u64) -> Result<(Vec<Header>, Vec<Log>), RpcError> {
        let filter = self.filter().from_block(from).to_block(to);
        let (headers, found) = tokio::try_join!(self.headers(from, to), self.ask_logs(&filter))?;
        let logs = self.checked_logs(found, &headers).await?;
        Ok((headers, logs))
    }

    /// The logs of our contracts in consecutive blocks whose headers are known.
    pub async fn logs(&self, headers: &[Header]) -> Result<Vec<Log>, RpcError> {
        let (Some(first), Some(last)) = (headers.first(), headers.last()) else { return Ok(vec![]) };
        if !headers.iter().any(|header| self.may_hold_logs(header)) {
            return Ok(vec![]);
        }
        let filter = self.filter().from_block(first.number).to_block(last.number);
        self.checked_logs(self.ask_logs(&filter).await?, headers).await
    }

    /// A block whose bloom filter names one of our contracts but that came without a log of it is asked for again by its
    /// hash, which a node that lags behind cannot answer with an empty list.
    async fn checked_logs(&self, found: Vec<FoundLog>, headers: &[Header]) -> Result<Vec<Log>, RpcError> {
        let mut logs = rows(found, headers)?;
        for header in self.suspicious(headers, &logs) {
            logs.retain(|log| log.position.block_number != header.number);
            logs.extend(self.logs_of_block(header).await?);
        }
        logs.sort_by_key(|log| log.position);
        match logs.windows(2).find(|pair| pair[0].position == pair[1].position) {
            Some(pair) => Err(RpcError::Unproved(pair[0].position.block_number)),
            None => Ok(logs),
        }
    }

    async fn logs_of_block(&self, header: &Header) -> Result<Vec<Log>, RpcError> {
        let filter = self.filter().at_block_hash(header.hash);
        let mut logs = rows(self.ask_logs(&filter).await?, std::slice::from_ref(header))?;
        logs.sort_by_key(|log| log.position);
        Ok(logs)
    }

    async fn ask_logs(&self, filter: &Filter) -> Result<Vec<FoundLog>, RpcError> {
        let found = self.client().await?.ask::<Vec<FoundLog>>("eth_getLogs", json!([filter])).await?;
        found.ok_or(RpcError::Incomplete { method: "eth_getLogs" })
    }

    fn filter(&self) -> Filter {
        Filter::new().address(self.addresses.clone())
    }

    /// Whether a block's bloom filter names one of our contracts. If not, no log of ours is in it.
    pub fn may_hold_logs(&self, header: &Header) -> bool {
        self.addresses.iter().any(|address| may_hold_logs_of(header, address))
    }

    /// Headers whose bloom filter names a contract of which no log came.
    fn suspicious<'a>(&'a self, headers: &'a [Header], logs: &[Log]) -> Vec<&'a Header> {
        let seen: BTreeSet<_> = logs.iter().map(|log| (log.position.block_number, log.address)).collect();
        let misses = |header: &&Header| {
            let missed = |address: &&Address| !seen.contains(&(header.number, **address));
            self.addresses.iter().filter(missed).any(|address| may_hold_logs_of(header, address))
        };
        headers.iter().filter(misses).collect()
    }
}

fn may_hold_logs_of(header: &Header, address: &Address) -> bool {
    header.logs_bloom.contains_input(BloomInput::Raw(address.as_slice()))
}

fn quantity(number: u64) -> Value {
    json!(format!("{number:#x}"))
}

/// A header's place in the chain.
pub fn link(header: &Header) -> Link {
    Link { number: header.number, hash: header.hash, parent_hash: header.parent_hash }
}

/// A header as a row.
pub fn block(header: &Header, verified: Verified) -> Result<blocks::Block, RpcError> {
    let seconds = i64::try_from(header.timestamp).ok();
    let mined_at = seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    Ok(blocks::Block {
        number: header.number,
        hash: header.hash,
        parent_hash: header.parent_hash,
        mined_at: mined_at.ok_or(RpcError::Impossible(header.number))?,
        verified,
    })
}

/// A header whose hash is that of its contents: what it says about logs is what the chain says.
fn checked_header(header: Header) -> Result<Header, RpcError> {
    if header.inner.hash_slow() == header.hash { Ok(header) } else { Err(RpcError::Unproved(header.number)) }
}

fn rows(found: Vec<FoundLog>, headers: &[Header]) -> Result<Vec<Log>, RpcError> {
    found.into_iter().map(|log| checked_log(log, headers)).collect()
}

/// A log as a row, if it is of one of the blocks. Time and order come from the header; `removed` is not looked at.
fn checked_log(log: FoundLog, headers: &[Header]) -> Result<Log, RpcError> {
    let number: u64 = log.block_number.unwrap_or_default().to();
    let first = headers.first().map_or(0, |header| header.number);
    let header = number.checked_sub(first).and_then(|at| headers.get(usize::try_from(at).ok()?));
    let header =
        header.filter(|header| log.block_hash == Some(header.hash)).ok_or(RpcError::Moved(number))?;
    let tx_hash = log.transaction_hash.unwrap_or(B256::ZERO);
    row(header, log.log_index.map_or(u64::MAX, |index| index.to()), tx_hash, log.into_log())
}

fn row(header: &Header, log_index: u64, tx_hash: B256, log: alloy::primitives::Log) -> Result<Log, RpcError> {
    let log_index = u32::try_from(log_index).ok().filter(|&index| index <= i32::MAX as u32);
    let log_index = log_index.ok_or(RpcError::Impossible(header.number))?;
    let (topics, data) = log.data.split();
    Ok(Log {
        position: Position { block_number: header.number, log_index },
        tx_hash,
        address: log.address,
        topics,
        data: data.to_vec(),
        mined_at: block(header, Verified::Not)?.mined_at,
    })
}
