//! What the product pays for a played block.

use crate::{
    strategy::{Played, Strategy, play},
    world::{Setting, World},
};
use alloy_primitives::{B256, U256};
use protocol::{
    EpochTerms, GoldWord, LabelWord,
    labels::{gold_blocks, gold_tree},
    rewards::{self, EpochPayouts, Statement, epoch_payouts},
};
use rand::Rng;
use std::collections::BTreeMap;

/// What became of a seat. Amounts in POL.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What it earned.
    pub pay: f64,
    /// Whether the gold left anything of it.
    pub has_passed: bool,
    /// Tasks that somebody looked at for it.
    pub n_looks: usize,
    /// The whole account of it.
    pub statement: Statement,
}

impl Outcome {
    /// DMI score that was paid.
    pub fn score(&self) -> f64 {
        i128::try_from(self.statement.score).expect("a score is below 2^63") as f64 / 1e18
    }
}

/// Wei as POL.
pub fn pol(wei: U256) -> f64 {
    f64::from(wei) / 1e18
}

/// The terms that an epoch of this block alone is opened with.
pub fn terms(setting: &Setting, world: &World, gold: &[GoldWord]) -> EpochTerms {
    let has_gold = setting.terms.gold_slots > 0;
    EpochTerms {
        campaign: setting.terms.clone(),
        gold_blocks: if has_gold { gold_blocks(gold) } else { 0 },
        gold_root: if has_gold { gold_tree(gold).root() } else { B256::ZERO },
        secret_hash: rewards::secret_hash(world.secret),
        campaign_hash: B256::repeat_byte(1),
    }
}

/// Pay a block.
///
/// # Panics
/// The setting is none that could be opened on chain.
pub fn settle(setting: &Setting, world: &World, words: &[LabelWord]) -> EpochPayouts {
    let gold = world.gold_words();
    let terms = terms(setting, world, &gold);
    terms.check().expect("a setting that can be opened");
    epoch_payouts(&terms, world.secret, world.seed, words, &gold, &BTreeMap::new())
        .expect("words of distinct labelers within the slots")
}

/// Fill a block, let everybody answer, pay. One outcome a seat.
pub fn run(setting: &Setting, cast: &[Strategy], rng: &mut impl Rng) -> Vec<Outcome> {
    let world = World::new(setting, rng);
    let played = play(&world, cast, rng);
    let words: Vec<LabelWord> = played.iter().map(|seat| seat.word).collect();
    let outcome = |(statement, played): (Statement, &Played)| Outcome {
        pay: pol(statement.pay),
        has_passed: statement.gold_slots == 0 || 2 * statement.gold_right > statement.gold_answered,
        n_looks: played.n_looks,
        statement,
    };
    settle(setting, &world, &words).statements.into_iter().zip(&played).map(outcome).collect()
}
