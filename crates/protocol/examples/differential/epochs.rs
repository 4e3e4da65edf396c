//! Whole epochs, from terms and labels to every leaf: as JSON for the page's WebAssembly module, and block by block and as a
//! tree for Solidity.

use crate::{
    block_case,
    random::{RandomEpoch, Rng, earlier},
    tree_case,
};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolValue;
use protocol::{
    Epoch,
    rewards::{EpochPayouts, Statement, epoch_payouts},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub struct EpochCase {
    random: RandomEpoch,
    previous: BTreeMap<Address, U256>,
    payouts: EpochPayouts,
}

impl EpochCase {
    /// Case number `i`: of fifty, one has 300 labelers, four none, ten one and twenty five.
    pub fn new(rng: &mut Rng, i: u64) -> Self {
        let n_labelers = match i % 50 {
            0 => 300,
            1..=4 => 0,
            5..=14 => 1,
            15..=34 => 5,
            _ => 2 + rng.below(62),
        };
        let mut random = RandomEpoch::of_size(rng, n_labelers);
        let n_others = rng.below(4);
        let previous = earlier(rng, &random.words, n_others);
        let pay = |random: &RandomEpoch| {
            let RandomEpoch { terms, secret, seed, words, gold } = random;
            epoch_payouts(terms, *secret, *seed, words, gold, &previous).expect("well-formed")
        };
        let mut payouts = pay(&random);
        if rng.in_percent(30) {
            // A budget that does not last, or lasts exactly.
            let share = U256::from(rng.pick(&[1, 500, 999, 1_000]));
            random.terms.campaign.budget =
                (payouts.total_raw() * share / U256::from(1_000)).max(U256::from(1));
            payouts = pay(&random);
        }
        Self { random, previous, payouts }
    }

    /// Each block as an `abi::RewardCase`.
    pub fn blocks(&self) -> impl Iterator<Item = Bytes> {
        let blocks = self.random.words.chunk_by(|a, b| a.block == b.block);
        blocks.map(|words| {
            let of_block = |statement: &&Statement| statement.block == words[0].block;
            let statements: Vec<_> = self.payouts.statements.iter().filter(of_block).cloned().collect();
            block_case(Epoch(1), &self.random, words, &statements).abi_encode().into()
        })
    }

    /// The payouts as an `abi::PayoutCase`.
    pub fn tree(&self) -> Bytes {
        let opened = self.payouts.leaves.last().map(|leaf| leaf.account);
        let budget = self.random.terms.campaign.budget;
        tree_case(budget, &self.previous, &self.random.words, &self.payouts, opened).abi_encode().into()
    }

    /// A `payouts` request of `crates/protocol-wasm`, and its answer.
    pub fn to_json(&self) -> Value {
        let RandomEpoch { terms, secret, seed, words, gold } = &self.random;
        let EpochPayouts { statements, leaves, tree } = &self.payouts;
        let earner = |(account, cumulative): (&Address, &U256)| json!({ "account": account, "cumulative": cumulative.to_string() });
        json!({
            "request": {
                "method": "payouts",
                "terms": terms,
                "secret": secret,
                "seed": seed,
                "previous": self.previous.iter().map(earner).collect::<Vec<_>>(),
                "labels": { "words": words, "gold": gold },
            },
            "answer": {
                "statements": statements,
                "leaves": leaves,
                "root": tree.root(),
                "totalCumulative": self.payouts.total_cumulative().to_string(),
                "totalRaw": self.payouts.total_raw().to_string(),
            },
        })
    }
}
