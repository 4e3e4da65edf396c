//! What the product pays for a played block.

use crate::{
    strategy::{Played, Strategy, play},
    world::{Setting, World},
};
use alloy_primitives::{B256, U256};
use protocol::{
    EpochTerms, LabelWord,
    rewards::{self, EpochPayouts, Statement, epoch_payouts},
};
use rand::Rng;
use std::collections::BTreeMap;

/// What became of a seat. Amounts in POL.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What it earned.
    pub pay: f64,
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

    /// What its gold left of its pay: right less wrong of all.
    pub fn gold(&self) -> f64 {
        let Statement { gold_right, gold_answered, gold_slots, .. } = self.statement;
        match gold_slots {
            0 => 1.0,
            _ => f64::from((2 * gold_right).saturating_sub(gold_answered)) / f64::from(gold_slots),
        }
    }
}

/// Wei as POL.
pub fn pol(wei: U256) -> f64 {
    f64::from(wei) / 1e18
}

/// Base pay of a whole queue, before the gold, in POL.
pub fn base(setting: &Setting) -> f64 {
    setting.terms.base_pay as f64 / 1e18 * f64::from(setting.terms.block_slots)
}

/// The terms that an epoch of this block alone is opened with. Its gold tree is opened by nobody here.
pub fn terms(setting: &Setting, world: &World) -> EpochTerms {
    let has_gold = setting.terms.gold_slots > 0;
    EpochTerms {
        campaign: setting.terms.clone(),
        gold_blocks: has_gold.into(),
        gold_root: if has_gold { B256::repeat_byte(1) } else { B256::ZERO },
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
    let terms = terms(setting, world);
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
        n_looks: played.n_looks,
        statement,
    };
    settle(setting, &world, &words).statements.into_iter().zip(&played).map(outcome).collect()
}
