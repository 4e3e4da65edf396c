//! What the indexer counts. Nothing is kept where no recorder is installed; the backend shows them at `/metrics`.
//!
//! Labels come from lists in this code only: an endpoint is its place in the configuration, never its URL, which may hold
//! a key.

use crate::{decode, rpc::RpcError};
use bindings::Contracts;
use metrics::{counter, gauge, histogram};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use storage::chain::{blocks::Verified, logs::Log};

/// One request was answered, well or not. A batch is one request and bears the name of its first method.
pub fn asked(endpoint: usize, method: &'static str, begun: Instant, failed: Option<&RpcError>) {
    let outcome = failed.map_or("ok", RpcError::class);
    histogram!("polity_rpc_seconds", "endpoint" => endpoint.to_string(), "method" => method, "outcome" => outcome)
        .record(begun.elapsed());
}

/// A node asked to be left alone for so long.
pub fn told_to_wait(pause: Duration) {
    histogram!("polity_rpc_wait_seconds").record(pause);
}

/// A batch is in the tables. Counted after its commit, so that one that is tried again counts once.
#[expect(clippy::cast_precision_loss, reason = "a batch is held in memory")]
pub fn written(contracts: &Contracts, logs: &[Log], hot: bool, begun: Instant) {
    let stage = if hot { "follow" } else { "backfill" };
    histogram!("polity_batch_seconds", "stage" => stage).record(begun.elapsed());
    histogram!("polity_batch_events", "stage" => stage).record(logs.len() as f64);
    let mut counts = BTreeMap::<_, u64>::new();
    for log in logs {
        *counts.entry(decode::name(contracts, log.address, &log.topics)).or_default() += 1;
    }
    for ((contract, event), n) in counts {
        counter!("polity_events_total", "contract" => contract, "event" => event).increment(n);
    }
}

/// One part of the work on a batch: `fetch`, `prove`, `store`, `project`, `commit` or `unwind`. The largest is what keeps the
/// indexer from the node's speed.
pub fn part(part: &'static str, begun: Instant) {
    histogram!("polity_batch_part_seconds", "part" => part).record(begun.elapsed());
}

/// Blocks that a question for logs holds from now on.
#[expect(clippy::cast_precision_loss, reason = "a number of blocks")]
pub fn range(blocks: u64) {
    gauge!("polity_range_blocks").set(blocks as f64);
}

/// How a block's logs were proved to be all.
pub fn verified(verified: Verified) {
    let proof = match verified {
        Verified::Not => "none",
        Verified::Bloom => "bloom",
        Verified::Receipts => "receipts",
        Verified::Unprovable => "unprovable",
    };
    counter!("polity_verified_blocks_total", "proof" => proof).increment(1);
}

/// The chain was reorganised by so many blocks.
#[expect(clippy::cast_precision_loss, reason = "a number of blocks")]
pub fn reorganised(depth: u64) {
    histogram!("polity_reorg_depth").record(depth as f64);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IndexerConfig;
    use alloy::{
        primitives::{Address, B256},
        sol_types::SolEvent,
    };
    use bindings::GovernanceToken;
    use metrics_exporter_prometheus::PrometheusBuilder;
    use storage::chain::Position;

    fn log(address: Address, topics: Vec<B256>) -> Log {
        let position = Position { block_number: 1, log_index: 0 };
        Log { position, tx_hash: B256::ZERO, address, topics, data: vec![], mined_at: Default::default() }
    }

    #[test]
    fn requests_batches_events_and_reorganisations_are_counted_by_names_that_hold_no_secret() {
        let contracts =
            IndexerConfig::erc20("http://[::1]", 1, Address::repeat_byte(1), 0).deployment.contracts;
        let token = contracts.governance_token;
        let transfer = || log(token, vec![GovernanceToken::Transfer::SIGNATURE_HASH]);
        let logs = [transfer(), transfer(), log(token, vec![B256::ZERO]), log(token, vec![])];
        let recorder = PrometheusBuilder::new().build_recorder();
        let shown = recorder.handle();
        metrics::with_local_recorder(&recorder, || {
            asked(0, "eth_getLogs", Instant::now(), None);
            asked(1, "eth_getLogs", Instant::now(), Some(&RpcError::Silent { method: "eth_getLogs" }));
            told_to_wait(Duration::from_secs(2));
            written(&contracts, &logs, false, Instant::now());
            reorganised(3);
            part("store", Instant::now());
            range(250);
            verified(Verified::Receipts);
        });
        let text = shown.render();
        for line in [
            r#"polity_rpc_seconds_count{endpoint="0",method="eth_getLogs",outcome="ok"} 1"#,
            r#"polity_rpc_seconds_count{endpoint="1",method="eth_getLogs",outcome="silent"} 1"#,
            "polity_rpc_wait_seconds_sum 2",
            r#"polity_batch_seconds_count{stage="backfill"} 1"#,
            r#"polity_batch_events_sum{stage="backfill"} 4"#,
            r#"polity_events_total{contract="GovernanceToken",event="Transfer"} 2"#,
            r#"polity_events_total{contract="GovernanceToken",event="unknown"} 2"#,
            "polity_reorg_depth_sum 3",
            r#"polity_batch_part_seconds_count{part="store"} 1"#,
            "polity_range_blocks 250",
            r#"polity_verified_blocks_total{proof="receipts"} 1"#,
        ] {
            assert!(text.lines().any(|shown| shown == line), "{line} is not in\n{text}");
        }
    }
}
