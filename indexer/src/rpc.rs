//! What the node says: heads, headers and logs. Every answer is checked against the hashes of the headers, because a node
//! behind a load balancer may answer two questions from two different chains.

use alloy::{
    eips::BlockNumberOrTag,
    primitives::{Address, B256, BloomInput},
    providers::{DynProvider, Provider, ProviderBuilder},
    rpc::{
        client::BatchRequest,
        types::{Block, Filter, Header, Log as RpcLog},
    },
    transports::{TransportError, TransportErrorKind},
};
use chrono::DateTime;
use std::{collections::BTreeSet, future::Future, time::Duration};
use storage::chain::{Position, blocks, logs::Log};

/// Headers in one JSON-RPC batch.
const HEADERS_PER_BATCH: u64 = 100;
/// The longest that a node may think about one question.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Why the node gave no usable answer. All of these pass: ask again.
#[derive(Debug, thiserror::Error)]
pub enum RpcError {
    /// The configured URL is none.
    #[error("`{0}` is no URL of a JSON-RPC endpoint")]
    Url(String),
    /// No answer, or an error as the answer.
    #[error("the node did not answer {method}")]
    Transport {
        /// JSON-RPC method.
        method: &'static str,
        /// What went wrong.
        #[source]
        source: TransportError,
    },
    /// A block below the head that the node does not have.
    #[error("the node has no block {0}")]
    Missing(u64),
    /// Headers or logs of different chains: the chain changed between two questions.
    #[error("the chain changed at block {0} while it was read")]
    Moved(u64),
    /// A timestamp or index that no table can hold.
    #[error("block {0} has an impossible timestamp or log index")]
    Impossible(u64),
}

/// A node and the contracts whose logs are wanted.
pub struct Node {
    provider: DynProvider,
    addresses: Vec<Address>,
}

impl Node {
    pub fn new(rpc_url: &str, addresses: Vec<Address>) -> Result<Self, RpcError> {
        let url = rpc_url.parse().map_err(|_| RpcError::Url(rpc_url.to_owned()))?;
        let provider = ProviderBuilder::new().disable_recommended_fillers().connect_http(url).erased();
        Ok(Self { provider, addresses })
    }

    pub async fn chain_id(&self) -> Result<u64, RpcError> {
        ask("eth_chainId", self.provider.get_chain_id()).await
    }

    /// The latest block's header.
    pub async fn head(&self) -> Result<Header, RpcError> {
        self.find_header(BlockNumberOrTag::Latest).await?.ok_or(RpcError::Missing(0))
    }

    /// The header at a height on the node's chain.
    pub async fn header(&self, number: u64) -> Result<Option<Header>, RpcError> {
        self.find_header(number.into()).await
    }

    async fn find_header(&self, id: BlockNumberOrTag) -> Result<Option<Header>, RpcError> {
        let block = ask("eth_getBlockByNumber", self.provider.get_block_by_number(id).into_future()).await?;
        Ok(block.map(|block| block.header))
    }

    /// The headers of `from..=to`, each the parent of the next.
    pub async fn headers(&self, from: u64, to: u64) -> Result<Vec<Header>, RpcError> {
        let mut headers: Vec<Header> = Vec::new();
        for start in (from..=to).step_by(HEADERS_PER_BATCH as usize) {
            let end = to.min(start + HEADERS_PER_BATCH - 1);
            headers.extend(ask("eth_getBlockByNumber", self.header_batch(start, end)).await?);
        }
        for (header, number) in headers.iter().zip(from..) {
            if header.number != number {
                return Err(RpcError::Missing(number));
            }
        }
        match headers.windows(2).find(|pair| pair[1].parent_hash != pair[0].hash) {
            Some(pair) => Err(RpcError::Moved(pair[1].number)),
            None if headers.len() as u64 == to - from + 1 => Ok(headers),
            None => Err(RpcError::Missing(from + headers.len() as u64)),
        }
    }

    async fn header_batch(&self, from: u64, to: u64) -> Result<Vec<Header>, TransportError> {
        let mut batch = BatchRequest::new(self.provider.client());
        let mut answers = Vec::new();
        for number in from..=to {
            let params = (BlockNumberOrTag::Number(number), false);
            answers.push(batch.add_call::<_, Option<Block>>("eth_getBlockByNumber", &params)?);
        }
        batch.send().await?;
        let mut headers = Vec::new();
        for answer in answers {
            headers.extend(answer.await?.map(|block| block.header));
        }
        Ok(headers)
    }

    /// The logs of our contracts in blocks whose headers are known.
    ///
    /// A block whose bloom filter names one of our contracts but that came without a log of it is asked for again by its
    /// hash, which a node that lags behind cannot answer with an empty list.
    pub async fn logs(&self, headers: &[Header]) -> Result<Vec<Log>, RpcError> {
        let [first, .., last] = headers else {
            return match headers {
                [only] => self.logs_of_block(only).await,
                _ => Ok(vec![]),
            };
        };
        let filter = self.filter().from_block(first.number).to_block(last.number);
        let found = ask("eth_getLogs", self.provider.get_logs(&filter)).await?;
        let mut logs = found.iter().map(|log| checked(log, headers)).collect::<Result<Vec<_>, _>>()?;
        for header in self.suspicious(headers, &logs) {
            logs.retain(|log| log.position.block_number != header.number);
            logs.extend(self.logs_of_block(header).await?);
        }
        logs.sort_by_key(|log| log.position);
        Ok(logs)
    }

    async fn logs_of_block(&self, header: &Header) -> Result<Vec<Log>, RpcError> {
        let filter = self.filter().at_block_hash(header.hash);
        let found = ask("eth_getLogs", self.provider.get_logs(&filter)).await?;
        found.iter().map(|log| checked(log, std::slice::from_ref(header))).collect()
    }

    fn filter(&self) -> Filter {
        Filter::new().address(self.addresses.clone())
    }

    /// Headers whose bloom filter names a contract of which no log came.
    fn suspicious<'a>(&'a self, headers: &'a [Header], logs: &[Log]) -> Vec<&'a Header> {
        let seen: BTreeSet<_> = logs.iter().map(|log| (log.position.block_number, log.address)).collect();
        let misses = |header: &&Header| {
            self.addresses.iter().any(|address| {
                header.logs_bloom.contains_input(BloomInput::Raw(address.as_slice()))
                    && !seen.contains(&(header.number, *address))
            })
        };
        headers.iter().filter(misses).collect()
    }
}

/// A header as a row.
pub fn block(header: &Header) -> Result<blocks::Block, RpcError> {
    let seconds = i64::try_from(header.timestamp).ok();
    let mined_at = seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    Ok(blocks::Block {
        number: header.number,
        hash: header.hash,
        parent_hash: header.parent_hash,
        mined_at: mined_at.ok_or(RpcError::Impossible(header.number))?,
    })
}

/// A log as a row, if it is of one of the blocks. Time and order come from the header; `removed` is not looked at.
fn checked(log: &RpcLog, headers: &[Header]) -> Result<Log, RpcError> {
    let number = log.block_number.unwrap_or_default();
    let first = headers.first().map_or(0, |header| header.number);
    let header = number.checked_sub(first).and_then(|at| headers.get(usize::try_from(at).ok()?));
    let header =
        header.filter(|header| log.block_hash == Some(header.hash)).ok_or(RpcError::Moved(number))?;
    let log_index =
        log.log_index.and_then(|index| u32::try_from(index).ok()).filter(|&i| i <= i32::MAX as u32);
    Ok(Log {
        position: Position {
            block_number: number,
            log_index: log_index.ok_or(RpcError::Impossible(number))?,
        },
        tx_hash: log.transaction_hash.unwrap_or(B256::ZERO),
        address: log.address(),
        topics: log.topics().to_vec(),
        data: log.data().data.to_vec(),
        mined_at: block(header)?.mined_at,
    })
}

async fn ask<T>(
    method: &'static str,
    answer: impl Future<Output = Result<T, TransportError>>,
) -> Result<T, RpcError> {
    let answer = tokio::time::timeout(TIMEOUT, answer).await.unwrap_or_else(|_| {
        Err(TransportErrorKind::custom_str(&format!("no answer within {} s", TIMEOUT.as_secs())))
    });
    answer.map_err(|source| RpcError::Transport { method, source })
}
