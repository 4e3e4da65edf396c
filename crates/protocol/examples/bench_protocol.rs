//! `make bench-protocol`: one core scores an epoch and builds its payouts tree. Writes `bench/results/protocol.json`.
//!
//! The limit is the hashing that any implementation must do: every word of the seat masks and every node of the tree, by the
//! same keccak in the same run. No other project publishes this rule, so there is no peer.
use std::{collections::BTreeMap, hint::black_box, time::Instant};

use alloy_primitives::{Address, B256, U256, keccak256};
use protocol::{
    labels::{GoldWord, LabelWord},
    rewards::{self, CampaignTerms, EpochTerms},
};
use serde_json::json;

const ROSTER: u32 = 16;
const SLOTS: u16 = 256;
const GOLD: u16 = 16;

fn main() {
    let curve: Vec<_> =
        [100, 300, 1_000, 3_000, 10_000].into_iter().map(|n| (n, seconds(|| score(n)))).collect();
    let (n, ours) = curve[curve.len() - 1];
    let limit = seconds(|| hash_alone(n));
    let result = json!({
        "name": "protocol",
        "work": format!("{n} labelers in blocks of {ROSTER}, {SLOTS} slots each: scores, pays and payouts tree on one core"),
        "ours": {"seconds": ours, "curve": curve.iter().map(|(n, s)| json!({"labelers": n, "seconds": s})).collect::<Vec<_>>()},
        "peer": null,
        "ratio": null,
        "limit": {"seconds": limit, "what": "keccak of the masks' draws and of the tree's nodes"},
        "limitRatio": ours / limit,
        "machine": format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        "commit": commit(),
    });
    let text = serde_json::to_string_pretty(&result).expect("a JSON value serialises") + "\n";
    print!("{text}");
    std::fs::write("bench/results/protocol.json", text).expect("run it from the repository's root");
}

/// Median of five runs.
fn seconds(mut work: impl FnMut()) -> f64 {
    let mut runs: Vec<f64> = (0..5)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .collect();
    runs.sort_by(f64::total_cmp);
    runs[2]
}

fn account(i: u32) -> Address {
    Address::from_word(keccak256(i.to_be_bytes()))
}

fn word(bytes: &[u8]) -> U256 {
    keccak256(bytes).into()
}

fn score(n: u32) {
    let campaign = CampaignTerms {
        budget: U256::from(10).pow(U256::from(30)),
        base_pay: 100_000_000_000_000_000,
        alpha_pay: 1_000_000_000_000_000_000,
        block_slots: SLOTS,
        overlap_slots: 64,
        gold_slots: GOLD,
        min_overlap: 48,
        min_roster: 12,
    };
    let (secret, seed) = (B256::repeat_byte(1), B256::repeat_byte(2));
    let terms = EpochTerms {
        campaign,
        gold_blocks: n.div_ceil(ROSTER),
        gold_root: B256::repeat_byte(3),
        secret_hash: rewards::secret_hash(secret),
        campaign_hash: B256::repeat_byte(4),
    };
    let words: Vec<LabelWord> = (0..n)
        .map(|i| {
            let (block, labeler) = (i / ROSTER, account(i));
            // Three in four answers follow the block's truth.
            let noise =
                (0..2u8).fold(U256::MAX, |noise, k| noise & word(&[labeler.as_slice(), &[k]].concat()));
            let answers = word(&block.to_be_bytes()) ^ noise;
            LabelWord { block, seat: i % ROSTER, labeler, answers, valid: U256::MAX }
        })
        .collect();
    let gold: Vec<GoldWord> = words
        .iter()
        .map(|label| GoldWord {
            block: label.block,
            seat: label.seat,
            answers: word(&label.block.to_be_bytes()),
            tasks_hash: B256::repeat_byte(5),
        })
        .collect();
    let payouts = rewards::epoch_payouts(&terms, secret, seed, &words, &gold, &BTreeMap::new());
    black_box(payouts.expect("the epoch is well-formed").tree.root());
}

/// Keys and words drawn per block (overlap, half) and seat (gold), then two hashes a leaf and the nodes of the tree.
fn hash_alone(n: u32) {
    let blocks = n.div_ceil(ROSTER);
    let words = blocks * (2 + (64 + 32) / 8) + n * (1 + u32::from(GOLD) / 8);
    let nodes = 2 * n + n.next_power_of_two();
    let mut hash = B256::ZERO;
    for _ in 0..words + nodes {
        let mut pair = [0; 64];
        pair[..32].copy_from_slice(hash.as_slice());
        hash = keccak256(pair);
    }
    black_box(hash);
}

fn commit() -> String {
    let output = std::process::Command::new("git").args(["rev-parse", "HEAD"]).output();
    output.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned()).unwrap_or_default()
}
