//! Proof that no event is missing: the header's hash commits to the receipts root, and the root to every log of the block.

use super::{Node, Receipts, RpcError, RpcFailure, row, wire::FoundReceipt};
use crate::metrics;
use alloy::{
    consensus::{ReceiptEnvelope, proofs::calculate_receipt_root},
    primitives::{B256, Log as RawLog},
    rpc::types::Header,
};
use serde_json::json;
use std::{collections::HashMap, time::Duration};
use storage::chain::{blocks::Verified, logs::Log};

const METHOD: &str = "eth_getBlockReceipts";
/// Blocks whose receipts are asked for in one request.
const RECEIPTS_PER_BATCH: usize = 8;
/// How often a question is repeated that the node did not answer or could not answer now.
const RETRIES: u32 = 3;

/// Hash of the transaction, and its receipt.
type Receipt = (B256, ReceiptEnvelope<RawLog>);

impl Node {
    /// [`Node::proved_logs`] of many blocks, in their order.
    pub async fn proved_logs_of(&self, headers: &[Header]) -> Result<Vec<(Vec<Log>, Verified)>, RpcError> {
        let mut proofs = Vec::with_capacity(headers.len());
        // The node works on one request while the answer to the other is checked.
        for headers in headers.chunks(2 * RECEIPTS_PER_BATCH) {
            let (first, second) = headers.split_at(headers.len().min(RECEIPTS_PER_BATCH));
            let (first, second) =
                tokio::try_join!(self.proved_logs_of_batch(first), self.proved_logs_of_batch(second))?;
            proofs.extend(first.into_iter().chain(second));
        }
        Ok(proofs)
    }

    /// In one request; what that does not prove is asked for block by block.
    async fn proved_logs_of_batch(&self, headers: &[Header]) -> Result<Vec<(Vec<Log>, Verified)>, RpcError> {
        let wanted: Vec<&Header> = headers.iter().filter(|header| self.may_hold_logs(header)).collect();
        let params = wanted.iter().map(|header| json!([header.hash]));
        let client = self.client().await?;
        let answers = client.ask_each::<Vec<FoundReceipt>>(METHOD, params).await.unwrap_or_default();
        let mut found: HashMap<u64, Vec<FoundReceipt>> = wanted
            .iter()
            .zip(answers)
            .filter_map(|(header, answer)| Some((header.number, answer.ok()??)))
            .collect();
        let mut proofs = Vec::with_capacity(headers.len());
        for header in headers {
            let proved = found.remove(&header.number).and_then(understood);
            let logs = proved.and_then(|receipts| self.logs_of(header, receipts).ok());
            proofs.push(match logs {
                Some(logs) => (logs, Verified::Receipts),
                None => self.proved_logs_patiently(header).await?,
            });
        }
        Ok(proofs)
    }

    /// One failure among many questions is no reason to ask all of them again.
    async fn proved_logs_patiently(&self, header: &Header) -> Result<(Vec<Log>, Verified), RpcError> {
        let mut pause = Duration::from_millis(50);
        for _ in 0..RETRIES {
            match self.proved_logs(header).await {
                Err(RpcError::Transport { .. } | RpcError::Silent { .. } | RpcError::Malformed { .. }) => {}
                Err(RpcError::Refused { failure: RpcFailure::TooOften { wait }, .. }) => {
                    let wait = wait.unwrap_or(pause);
                    metrics::told_to_wait(wait);
                    tokio::time::sleep(wait).await;
                    pause *= 2;
                }
                result => return result,
            }
        }
        self.proved_logs(header).await
    }

    /// All logs of our contracts in a block, and how sure that is.
    ///
    /// # Errors
    /// [`RpcError::Unproved`] when the receipts are not those of the header.
    pub async fn proved_logs(&self, header: &Header) -> Result<(Vec<Log>, Verified), RpcError> {
        if !self.may_hold_logs(header) {
            return Ok((vec![], Verified::Bloom));
        }
        let client = self.client().await?;
        let asked = client.ask::<Vec<FoundReceipt>>(METHOD, json!([header.hash])).await;
        let found = match asked {
            Ok(found) => found.ok_or(RpcError::Missing(header.number))?,
            // Receipts of another form are of types that are not Ethereum's.
            Err(RpcError::Malformed { source, .. }) if source.is_data() => {
                return self.agreed_logs(header).await;
            }
            Err(error) if error.failure() == Some(RpcFailure::NoMethod) => {
                return self.agreed_logs(header).await;
            }
            Err(error) => return Err(error),
        };
        let Some(receipts) = understood(found) else { return self.agreed_logs(header).await };
        Ok((self.logs_of(header, receipts)?, Verified::Receipts))
    }

    /// The logs of our contracts in receipts that were asked for before; `None` when they are not those of the block.
    pub fn proved_by(&self, header: &Header, receipts: &Receipts) -> Option<Vec<Log>> {
        let found = serde_json::from_str(receipts.receipts.get()).ok()?;
        let receipts = understood(found).filter(|_| receipts.block == header.hash)?;
        self.logs_of(header, receipts).ok()
    }

    fn logs_of(&self, header: &Header, receipts: Vec<Receipt>) -> Result<Vec<Log>, RpcError> {
        let (hashes, receipts): (Vec<B256>, Vec<ReceiptEnvelope<RawLog>>) = receipts.into_iter().unzip();
        if calculate_receipt_root(&receipts) != header.receipts_root {
            return Err(RpcError::Unproved(header.number));
        }
        let logs = receipts
            .into_iter()
            .zip(hashes)
            .flat_map(|(receipt, hash)| receipt.into_logs().into_iter().map(move |log| (hash, log)));
        // The position in the block is counted, not believed.
        let ours = (0..).zip(logs).filter(|(_, (_, log))| self.addresses.contains(&log.address));
        let rows = ours.map(|(index, (hash, log))| row(header, index, hash, log));
        rows.collect()
    }

    /// For receipts that cannot be recomputed: the answers to two questions, of two endpoints where there are two.
    async fn agreed_logs(&self, header: &Header) -> Result<(Vec<Log>, Verified), RpcError> {
        let first = self.logs_of_block(header).await?;
        self.rotate();
        let second = self.logs_of_block(header).await?;
        if first == second {
            Ok((first, Verified::Unprovable))
        } else {
            Err(RpcError::Unproved(header.number))
        }
    }
}

/// Transaction hash and receipt; `None` when one is of a type that is not Ethereum's.
fn understood(found: Vec<FoundReceipt>) -> Option<Vec<Receipt>> {
    found.into_iter().map(|found| Some((found.transaction_hash, found.into_envelope()?))).collect()
}
