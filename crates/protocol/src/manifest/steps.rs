//! What every step of a training run made.

use super::format::format_tag;
use crate::merkle::Tree;
use alloy_primitives::{B256, keccak256};
use serde::{Deserialize, Serialize};

format_tag!(StepLogFormat, "polity.steps.v1");

/// State hashes of a run: whoever repeats a step from the state before it must get the state after it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StepLog {
    /// Always `polity.steps.v1`.
    pub format: StepLogFormat,
    /// Hash of the trainable weights and the optimisers' moments before the first step, and after each.
    pub states: Vec<B256>,
}

impl StepLog {
    /// Number of steps.
    pub fn n_steps(&self) -> u64 {
        (self.states.len() as u64).saturating_sub(1)
    }

    /// Positional tree with one leaf a step: keccak256(step as 8 bytes big-endian ‖ state before ‖ state after), steps
    /// counted from 1. So that one wrong step can be named, and shown to be in the run, without the others.
    pub fn tree(&self) -> Tree {
        let leaf = |(step, pair): (u64, &[B256])| {
            keccak256([step.to_be_bytes().as_slice(), pair[0].as_slice(), pair[1].as_slice()].concat())
        };
        Tree::new((1..).zip(self.states.windows(2)).map(leaf))
    }

    /// Root of [`StepLog::tree`]; zero for a run without steps.
    pub fn root(&self) -> B256 {
        self.tree().root()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_commits_to_every_state_and_its_place() {
        let log = StepLog { states: (0..5).map(B256::repeat_byte).collect(), ..StepLog::default() };
        assert_eq!((log.n_steps(), StepLog::default().n_steps()), (4, 0));
        assert_eq!(StepLog::default().root(), B256::ZERO);
        for place in 0..5 {
            let mut other = log.clone();
            other.states[place] = B256::repeat_byte(9);
            assert_ne!(other.root(), log.root());
        }
        let mut swapped = log.clone();
        swapped.states.swap(1, 2);
        assert_ne!(swapped.root(), log.root());
    }
}
