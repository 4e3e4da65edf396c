//! Proof that no event is missing: the header's hash commits to the receipts root, and the root to every log of the block.

use super::{Node, Receipts, RpcError, RpcFailure, row, wire::FoundReceipt};
use crate::metrics;
use alloy::{
    consensus::{ReceiptEnvelope, proofs::calculate_receipt_root},
    primitives::{B256, Log as RawLog},
    rpc::types::Header,
};
use futures::future::try_join_all;
use serde_json::{json, value::RawValue};
use std::time::Duration;
use storage::chain::{blocks::Verified, logs::Log};

/// Blocks whose receipts are asked for at a time.
const RECEIPTS_AT_A_TIME: usize = 4;
/// How often a question is repeated that the node did not answer or could not answer now.
const RETRIES: u32 = 3;

/// Hash of the transaction, and its receipt.
type Receipt = (B256, ReceiptEnvelope<RawLog>);

impl Node {
    /// [`Node::proved_logs`] of many blocks, in their order.
    pub async fn proved_logs_of(&self, headers: &[Header]) -> Result<Vec<(Vec<Log>, Verified)>, RpcError> {
        let mut proofs = Vec::with_capacity(headers.len());
        for headers in headers.chunks(RECEIPTS_AT_A_TIME) {
            let asked: Vec<_> = headers.iter().map(|header| self.proved_logs_patiently(header)).collect();
            proofs.extend(try_join_all(asked).await?);
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
        let asked = client.ask::<Vec<Box<RawValue>>>("eth_getBlockReceipts", json!([header.hash])).await;
        let raw = match asked {
            Ok(raw) => raw.ok_or(RpcError::Missing(header.number))?,
            Err(error) if error.failure() == Some(RpcFailure::NoMethod) => {
                return self.agreed_logs(header).await;
            }
            Err(error) => return Err(error),
        };
        let Some(receipts) = understood(&raw) else { return self.agreed_logs(header).await };
        Ok((self.logs_of(header, receipts)?, Verified::Receipts))
    }

    /// The logs of our contracts in receipts that were asked for before; `None` when they are not those of the block.
    pub fn proved_by(&self, header: &Header, receipts: &Receipts) -> Option<Vec<Log>> {
        let raw: Vec<Box<RawValue>> = serde_json::from_str(receipts.receipts.get()).ok()?;
        let receipts = understood(&raw).filter(|_| receipts.block == header.hash)?;
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
fn understood(raw: &[Box<RawValue>]) -> Option<Vec<Receipt>> {
    let understand = |raw: &RawValue| {
        let receipt: FoundReceipt = serde_json::from_str(raw.get()).ok()?;
        Some((receipt.transaction_hash, receipt.into_envelope()?))
    };
    raw.iter().map(|raw| understand(raw)).collect()
}
