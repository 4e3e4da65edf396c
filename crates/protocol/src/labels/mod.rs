//! Tasks, answers and the words that answers are packed into.

mod bundle;
mod validate;

pub use bundle::{Bundle, BundleError, BundlePreference, GoldAnswer, Session};
pub use validate::InvalidBundle;

use crate::{Choice, Epoch, eip712::typed, merkle::Tree};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolStruct;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most labelers that answer one block together; the contract's counter of a majority has this many inputs.
pub const MAX_ROSTER: usize = 32;

/// Name of a task: `hashStruct` of `Task(string prompt,string completionA,string completionB,bytes32 versionId)`.
///
/// The order of the completions is part of the name; `version_id` is the model version that wrote them.
pub fn task_id(prompt: &str, completion_a: &str, completion_b: &str, version_id: B256) -> B256 {
    typed::Task {
        prompt: prompt.to_owned(),
        completionA: completion_a.to_owned(),
        completionB: completion_b.to_owned(),
        versionId: version_id,
    }
    .eip712_hash_struct()
}

/// Leaf of the gold tree: a task whose answer is known before labeling starts.
pub fn gold_leaf(task_id: B256, choice: Choice) -> B256 {
    typed::GoldLeaf { taskId: task_id, choice: choice.into() }.eip712_hash_struct()
}

/// The gold tree of an epoch: one leaf a task, ascending by task. Its root is `terms.goldRoot`.
pub fn gold_tree(gold: &BTreeMap<B256, Choice>) -> Tree {
    Tree::new(gold.iter().map(|(&task_id, &choice)| gold_leaf(task_id, choice)).collect())
}

/// A labeler's place in a block and the tasks of its queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Seat {
    /// Block of the epoch.
    pub block: u32,
    /// Number in the block, below [`MAX_ROSTER`].
    pub seat: u32,
    /// Who sits there.
    pub labeler: Address,
    /// Task of each slot; as many as the terms' `blockSlots`.
    pub task_ids: Vec<B256>,
}

/// All answers of one labeler in one block: bit s (value 2^s) is slot s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabelWord {
    /// Who answered.
    pub labeler: Address,
    /// Block of the epoch.
    pub block: u32,
    /// 1 where the answer was B; 0 wherever `valid` is 0.
    pub answers: U256,
    /// 1 where the answer was A or B.
    pub valid: U256,
}

impl LabelWord {
    /// An empty word.
    pub fn new(block: u32, labeler: Address) -> Self {
        Self { labeler, block, answers: U256::ZERO, valid: U256::ZERO }
    }

    /// Write the answer to a slot; tie and skip leave it invalid.
    pub fn set(&mut self, slot: u8, choice: Choice) {
        let slot = usize::from(slot);
        self.answers.set_bit(slot, choice == Choice::B);
        self.valid.set_bit(slot, choice.is_valid_for_pay());
    }

    /// The answer to a slot if it is valid for pay.
    pub fn get(&self, slot: usize) -> Option<Choice> {
        self.valid.bit(slot).then(|| if self.answers.bit(slot) { Choice::B } else { Choice::A })
    }

    /// Leaf of the labels tree.
    pub fn leaf(&self, epoch: Epoch) -> B256 {
        typed::LabelLeaf {
            epoch: epoch.0,
            labeler: self.labeler,
            block: self.block,
            answers: self.answers,
            valid: self.valid,
        }
        .eip712_hash_struct()
    }
}

/// Pack answers `(block, labeler, slot, choice)` into words, ascending by (block, labeler). Whoever answered at least
/// one slot, were it with a skip, has a word and belongs to the block's roster.
pub fn label_words(answers: impl IntoIterator<Item = (u32, Address, u8, Choice)>) -> Vec<LabelWord> {
    let mut words = BTreeMap::new();
    for (block, labeler, slot, choice) in answers {
        words.entry((block, labeler)).or_insert_with(|| LabelWord::new(block, labeler)).set(slot, choice);
    }
    words.into_values().collect()
}

/// The labels tree over words that ascend by (block, labeler). Its root is the `labelsRoot` of the epoch.
pub fn labels_tree(epoch: Epoch, words: &[LabelWord]) -> Tree {
    Tree::new(words.iter().map(|word| word.leaf(epoch)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::keccak256;
    use alloy_sol_types::SolValue;

    #[test]
    fn leaves_are_hashes_of_the_abi_encoding() {
        let mut word = LabelWord::new(2, Address::repeat_byte(9));
        word.set(0, Choice::B);
        word.set(255, Choice::A);
        word.set(3, Choice::Tie);
        assert_eq!(word.answers, U256::from(1));
        assert_eq!(word.valid, U256::from(1) | U256::from(1) << 255);
        let type_hash =
            keccak256("LabelLeaf(uint64 epoch,address labeler,uint32 block,uint256 answers,uint256 valid)");
        let encoded = (type_hash, 5u64, word.labeler, 2u32, word.answers, word.valid).abi_encode();
        assert_eq!(word.leaf(Epoch(5)), keccak256(encoded));

        let task = B256::repeat_byte(1);
        let encoded = (keccak256("GoldLeaf(bytes32 taskId,uint8 choice)"), task, U256::from(1)).abi_encode();
        assert_eq!(gold_leaf(task, Choice::B), keccak256(encoded));

        let version = B256::repeat_byte(8);
        let encoded = (
            keccak256("Task(string prompt,string completionA,string completionB,bytes32 versionId)"),
            keccak256("p"),
            keccak256("a"),
            keccak256("é"),
            version,
        )
            .abi_encode();
        assert_eq!(task_id("p", "a", "é", version), keccak256(encoded));
    }

    #[test]
    fn words_ascend_by_block_and_labeler_and_the_last_answer_wins() {
        let (x, y) = (Address::repeat_byte(1), Address::repeat_byte(2));
        let words = label_words([
            (1, x, 0, Choice::A),
            (0, y, 4, Choice::Skip),
            (0, x, 4, Choice::B),
            (0, x, 4, Choice::A),
        ]);
        assert_eq!(words.iter().map(|w| (w.block, w.labeler)).collect::<Vec<_>>(), [(0, x), (0, y), (1, x)]);
        assert_eq!(words[0].get(4), Some(Choice::A));
        assert_eq!(words[1].get(4), None);
    }
}
