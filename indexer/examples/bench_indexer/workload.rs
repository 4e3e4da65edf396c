//! A token that does nothing but say `Transfer`, in a few bytes of code.

use super::node::Node;
use alloy::{
    consensus::{ReceiptEnvelope, proofs::calculate_receipt_root},
    primitives::{hex, keccak256},
    rpc::types::TransactionReceipt,
};
use serde_json::json;
use std::time::Instant;

pub const TOKEN: &str = "0x00000000000000000000000000000000000070ce";
/// The mint and 40 transfers in each of 2,500 blocks.
pub const EVENTS: u64 = 100_001;
const TRANSFERS_PER_BLOCK: u64 = 40;
/// Everything is minted to it and transferred from it.
const HOLDER: &str = "0aaa";

/// Mint, then transfer. Returns the last block.
pub async fn mine(node: &Node) -> anyhow::Result<u64> {
    node.call("evm_setAutomine", json!([false])).await?;
    node.call("anvil_setCode", json!([TOKEN, mint_code()])).await?;
    transfer(node, 0, 0).await?;
    node.call("evm_mine", json!([])).await?;
    node.call("anvil_setCode", json!([TOKEN, transfer_code()])).await?;
    for n in 0..(EVENTS - 1) / TRANSFERS_PER_BLOCK {
        transfer(node, TRANSFERS_PER_BLOCK, n).await?;
        node.call("evm_mine", json!([])).await?;
    }
    node.block_number().await
}

/// Have `n` transfers to receivers that depend on `seed` in the next block.
pub async fn transfer(node: &Node, n: u64, seed: u64) -> anyhow::Result<()> {
    let data = format!("0x{n:064x}{:064x}", seed * 7919);
    let from = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    node.call("eth_sendTransaction", json!([{ "from": from, "to": TOKEN, "gas": "0x100000", "data": data }]))
        .await?;
    Ok(())
}

fn topic() -> String {
    hex::encode(keccak256("Transfer(address,address,uint256)"))
}

/// `Transfer(0, HOLDER, 2^128)`.
fn mint_code() -> String {
    // mstore(0, 1 << 128); log3(0, 32, topic, 0, HOLDER); stop
    format!("0x600160801b600052 61{HOLDER} 6000 7f{} 6020 6000 a3 00", topic()).replace(' ', "")
}

/// For i from the first word of the calldata down to 1: `Transfer(HOLDER, 0x1001 + (second word + i) % 1000, i)`.
fn transfer_code() -> String {
    let start = "6000 35";
    // loop (at 3): if i = 0 goto end; mstore(0, i)
    let head = "5b 80 15 6048 57 80 6000 52";
    let receiver = "80 6020 35 01 6103e8 90 06 611001 01";
    let log = format!("61{HOLDER} 7f{} 6020 6000 a3", topic());
    let next = "6001 90 03 6003 56";
    let code = format!("{start}{head}{receiver}{log}{next}5b00").replace(' ', "");
    let end = code.len() / 2 - 2;
    format!("0x{}", code.replacen("6048", &format!("60{end:02x}"), 1))
}

/// Microseconds of recomputing the receipts root of one block of transfers.
pub async fn root_us(node: &Node) -> anyhow::Result<f64> {
    let mut spent = 0.0;
    let blocks = 100;
    for number in 100..100 + blocks {
        let receipts = node.call("eth_getBlockReceipts", json!([format!("{number:#x}")])).await?;
        let receipts: Vec<TransactionReceipt> = serde_json::from_value(receipts)?;
        let receipts: Vec<ReceiptEnvelope<_>> =
            receipts.into_iter().map(|receipt| receipt.into_primitives_receipt().inner).collect();
        let start = Instant::now();
        std::hint::black_box(calculate_receipt_root(&receipts));
        spent += start.elapsed().as_secs_f64() * 1e6;
    }
    Ok((spent / f64::from(blocks) * 10.0).round() / 10.0)
}
