//! Logs and receipts as they arrive: only the fields that are used, read in one pass.
//!
//! alloy's own types are flattened for serde, which copies every field into a tree of values first. With 40 logs a block
//! that was a seventh of the CPU time of a proof.

use alloy::{
    consensus::{Eip658Value, Receipt, ReceiptEnvelope, ReceiptWithBloom, TxType},
    primitives::{Address, B256, Bloom, Bytes, Log, LogData, U64},
};
use serde::Deserialize;

/// An entry of the answer to `eth_getLogs`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FoundLog {
    pub block_hash: Option<B256>,
    pub block_number: Option<U64>,
    pub transaction_hash: Option<B256>,
    pub log_index: Option<U64>,
    address: Address,
    topics: Vec<B256>,
    data: Bytes,
}

/// An entry of the answer to `eth_getBlockReceipts`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FoundReceipt {
    pub transaction_hash: B256,
    /// The first receipts had none.
    #[serde(rename = "type")]
    kind: Option<U64>,
    status: Option<U64>,
    /// What the receipts of before Byzantium had instead of a status.
    root: Option<B256>,
    cumulative_gas_used: U64,
    logs_bloom: Bloom,
    logs: Vec<ReceiptLog>,
}

#[derive(Deserialize)]
struct ReceiptLog {
    address: Address,
    topics: Vec<B256>,
    data: Bytes,
}

impl FoundLog {
    pub fn into_log(self) -> Log {
        let Self { address, topics, data, .. } = self;
        ReceiptLog { address, topics, data }.into_log()
    }
}

impl ReceiptLog {
    /// More than four topics are kept: the proof or the decoder refuses them.
    fn into_log(self) -> Log {
        Log { address: self.address, data: LogData::new_unchecked(self.topics, self.data) }
    }
}

impl FoundReceipt {
    /// What the trie of receipts holds; `None` for a type that is not Ethereum's.
    pub fn into_envelope(self) -> Option<ReceiptEnvelope<Log>> {
        let kind = self.kind.map_or(0, |kind| kind.to::<u64>());
        let kind = TxType::try_from(u8::try_from(kind).ok()?).ok()?;
        let status = match (self.status, self.root) {
            (Some(status), _) => Eip658Value::Eip658(!status.is_zero()),
            (None, root) => Eip658Value::PostState(root?),
        };
        let logs = self.logs.into_iter().map(ReceiptLog::into_log).collect();
        let receipt = Receipt { status, cumulative_gas_used: self.cumulative_gas_used.to(), logs };
        Some(ReceiptEnvelope::from_typed(kind, ReceiptWithBloom { receipt, logs_bloom: self.logs_bloom }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::rpc::types::{Log as RpcLog, TransactionReceipt};
    use serde_json::{Value, json};

    fn log() -> Value {
        json!({
            "address": Address::repeat_byte(7), "topics": [B256::repeat_byte(1), B256::repeat_byte(2)],
            "data": "0x00ff", "blockHash": B256::repeat_byte(3), "blockNumber": "0x1f",
            "transactionHash": B256::repeat_byte(4), "transactionIndex": "0x0", "logIndex": "0x2a", "removed": false,
        })
    }

    fn receipt(kind: &str) -> Value {
        json!({
            "type": kind, "status": "0x1", "cumulativeGasUsed": "0xfffff", "logsBloom": Bloom::repeat_byte(9),
            "logs": [log(), log()], "transactionHash": B256::repeat_byte(4), "transactionIndex": "0x0",
            "blockHash": B256::repeat_byte(3), "blockNumber": "0x1f", "gasUsed": "0x5", "effectiveGasPrice": "0x1",
            "from": Address::ZERO, "to": null, "contractAddress": null,
        })
    }

    #[test]
    fn receipts_of_every_type_and_age_are_read_as_by_alloy() {
        let mut failed = receipt("0x2");
        failed["status"] = json!("0x0");
        let mut old = receipt("0x0");
        old.as_object_mut().unwrap().remove("status");
        old["root"] = json!(B256::repeat_byte(8));
        let mut untyped = receipt("0x0");
        untyped.as_object_mut().unwrap().remove("type");
        let typed = ["0x0", "0x1", "0x2", "0x3", "0x4"].map(receipt);
        for value in typed.into_iter().chain([failed, old]) {
            let alloys: TransactionReceipt = serde_json::from_value(value.clone()).unwrap();
            let ours: FoundReceipt = serde_json::from_str(&value.to_string()).unwrap();
            assert_eq!(ours.transaction_hash, alloys.transaction_hash);
            assert_eq!(ours.into_envelope(), Some(alloys.into_primitives_receipt().inner), "{value}");
        }
        let read =
            |value: Value| serde_json::from_str::<FoundReceipt>(&value.to_string()).unwrap().into_envelope();
        assert_eq!(read(untyped), read(receipt("0x0")));
        assert_eq!(read(receipt("0x7e")), None, "a deposit of an OP chain");
        assert_eq!(read(receipt("0x102")), None, "and no type 2");
    }

    #[test]
    fn logs_are_read_as_by_alloy() {
        let alloys: RpcLog = serde_json::from_value(log()).unwrap();
        let ours: FoundLog = serde_json::from_str(&log().to_string()).unwrap();
        let place = (ours.block_number, ours.log_index, ours.block_hash, ours.transaction_hash);
        let number = |number: Option<u64>| number.map(U64::from);
        let (block, index) = (number(alloys.block_number), number(alloys.log_index));
        assert_eq!(place, (block, index, alloys.block_hash, alloys.transaction_hash));
        assert_eq!(ours.into_log(), alloys.inner);
    }
}
