//! Answers that are known before labeling starts, seat by seat.

use super::{MAX_BLOCKS, block_tree, position};
use crate::{Choice, eip712::typed, merkle::Tree};
use alloy_primitives::{B256, U256, keccak256};
use alloy_sol_types::SolStruct;
use serde::{Deserialize, Serialize};

/// The gold of one seat. Committed when the epoch is opened, for every seat that can be given out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GoldSeat {
    /// Block of the epoch.
    pub block: u32,
    /// Seat in the block.
    pub seat: u32,
    /// Ascending by slot; the slots are those of [`crate::rewards::masks::BlockSlots::gold`].
    pub answers: Vec<GoldAnswer>,
}

/// A slot with an answer known beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GoldAnswer {
    /// Slot of the seat's queue.
    pub slot: u8,
    /// The task shown there; no other seat of the epoch has it as gold.
    pub task_id: B256,
    /// A or B.
    pub choice: Choice,
}

/// What the gold tree holds of one seat. JSON: the mask as hex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GoldWord {
    /// Block of the epoch.
    pub block: u32,
    /// Seat in the block.
    pub seat: u32,
    /// 1 where the known answer is B.
    pub answers: U256,
    /// keccak256 of the concatenated task ids, ascending by slot; zero for no gold.
    pub tasks_hash: B256,
}

impl GoldSeat {
    /// What the gold tree holds of it.
    pub fn word(&self) -> GoldWord {
        let mut answers = U256::ZERO;
        for gold in &self.answers {
            answers.set_bit(gold.slot.into(), gold.choice == Choice::B);
        }
        let task_ids: Vec<_> = self.answers.iter().map(|gold| gold.task_id).collect();
        let tasks_hash = if task_ids.is_empty() { B256::ZERO } else { keccak256(task_ids.concat()) };
        GoldWord { block: self.block, seat: self.seat, answers, tasks_hash }
    }
}

impl GoldWord {
    /// Position in the gold tree.
    pub fn position(&self) -> u32 {
        position(self.block, self.seat)
    }

    /// Leaf of the gold tree; zero for a seat without gold.
    pub fn leaf(&self) -> B256 {
        if self.tasks_hash.is_zero() {
            return B256::ZERO;
        }
        typed::GoldLeaf { answers: self.answers, tasksHash: self.tasks_hash }.eip712_hash_struct()
    }
}

/// The gold tree of an epoch, zero words at seats without gold. Its root is `terms.goldRoot`.
pub fn gold_tree(gold: &[GoldWord]) -> Tree {
    block_tree(gold_blocks(gold), gold.iter().map(|word| (word.position(), word.leaf())))
}

/// Blocks of the gold tree: `terms.goldBlocks`.
pub fn gold_blocks(gold: &[GoldWord]) -> u32 {
    gold.iter().map(|word| word.block.saturating_add(1).min(MAX_BLOCKS)).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_sol_types::SolValue;

    #[test]
    fn the_leaf_holds_the_answers_and_the_hash_of_the_tasks() {
        let tasks = [B256::repeat_byte(1), B256::repeat_byte(2)];
        let gold = |slot, task_id, choice| GoldAnswer { slot, task_id, choice };
        let seat = GoldSeat {
            block: 3,
            seat: 2,
            answers: vec![gold(4, tasks[0], Choice::A), gold(255, tasks[1], Choice::B)],
        };
        let word = seat.word();
        assert_eq!(word.answers, U256::from(1) << 255);
        assert_eq!(word.position(), 98);
        let typehash = keccak256("GoldLeaf(uint256 answers,bytes32 tasksHash)");
        let encoded = (typehash, word.answers, keccak256(tasks.concat())).abi_encode();
        assert_eq!(word.leaf(), keccak256(encoded));

        let tree = gold_tree(&[word]);
        assert_eq!((tree.count(), tree.leaf(98)), (128, word.leaf()));
        assert_eq!(GoldSeat { answers: vec![], ..seat }.word().leaf(), B256::ZERO);
        assert_eq!(gold_tree(&[]).root(), B256::ZERO);
    }
}
