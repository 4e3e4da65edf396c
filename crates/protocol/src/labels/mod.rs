//! Tasks, answers and the words that answers are packed into.

mod audit;
mod bundle;
mod checks;
mod gold;
mod reader;
mod validate;

pub use audit::{Audit, AuditError, Audited};
pub use bundle::{Bundle, BundleError, BundleFormat, BundlePreference, Header, Session};
pub use checks::InvalidBundle;
pub use gold::{GoldAnswer, GoldSeat, GoldWord, gold_blocks, gold_tree};
pub use reader::{AnsweredSeat, BundleReader, MAX_LINE_BYTES, Record, SignedAnswer};

use crate::{Choice, Epoch, eip712::typed, merkle::Tree};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolStruct;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Seats of a block: most labelers that answer one block together.
pub const MAX_ROSTER: usize = 32;

/// Most blocks of an epoch.
pub const MAX_BLOCKS: u32 = 1 << 21;

/// Where a seat stands in the labels tree and in the gold tree. Means nothing past [`MAX_ROSTER`] and [`MAX_BLOCKS`].
pub fn position(block: u32, seat: u32) -> u32 {
    block.saturating_mul(MAX_ROSTER as u32).saturating_add(seat)
}

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

/// All answers of one labeler: bit s (value 2^s) is slot s. JSON: the masks as hex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LabelWord {
    /// Block of the epoch.
    pub block: u32,
    /// Seat in the block.
    pub seat: u32,
    /// Who answered; not zero.
    pub labeler: Address,
    /// 1 where the answer was B; 0 wherever `valid` is 0.
    pub answers: U256,
    /// 1 where the answer was A or B.
    pub valid: U256,
}

impl LabelWord {
    /// An empty word.
    pub fn new(block: u32, seat: u32, labeler: Address) -> Self {
        Self { block, seat, labeler, answers: U256::ZERO, valid: U256::ZERO }
    }

    /// Position in the labels tree.
    pub fn position(&self) -> u32 {
        position(self.block, self.seat)
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

    /// Whether it agrees with an answer, as far as a word can tell: a tie and a skip look alike in it.
    pub fn agrees(&self, slot: u8, choice: Choice) -> bool {
        self.get(slot.into()) == Some(choice).filter(|choice| choice.is_valid_for_pay())
    }

    /// Leaf of the labels tree.
    pub fn leaf(&self, epoch: Epoch) -> B256 {
        typed::LabelLeaf {
            epoch: epoch.0,
            block: self.block,
            seat: self.seat,
            labeler: self.labeler,
            answers: self.answers,
            valid: self.valid,
        }
        .eip712_hash_struct()
    }
}

/// Pack answers `(block, seat, labeler, slot, choice)` into words, ascending by (block, seat). Whoever answered at least
/// one slot, were it with a skip, has a word and belongs to the block's roster.
pub fn label_words(answers: impl IntoIterator<Item = (u32, u32, Address, u8, Choice)>) -> Vec<LabelWord> {
    let mut words = BTreeMap::new();
    for (block, seat, labeler, slot, choice) in answers {
        let word = words.entry((block, seat, labeler));
        word.or_insert_with(|| LabelWord::new(block, seat, labeler)).set(slot, choice);
    }
    words.into_values().collect()
}

/// The labels tree, zero words at empty seats. Its root is the `labelsRoot` of the epoch.
pub fn labels_tree(epoch: Epoch, words: &[LabelWord]) -> Tree {
    block_tree(block_count(words), words.iter().map(|word| (word.position(), word.leaf(epoch))))
}

/// Blocks of the labels tree: `blockCount` of the epoch.
pub fn block_count(words: &[LabelWord]) -> u32 {
    words.iter().map(|word| word.block.saturating_add(1).min(MAX_BLOCKS)).max().unwrap_or(0)
}

fn block_tree(n_blocks: u32, leaves: impl Iterator<Item = (u32, B256)>) -> Tree {
    let count = u64::from(n_blocks) * MAX_ROSTER as u64;
    Tree::sparse(count, leaves.map(|(position, leaf)| (position.into(), leaf)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::keccak256;
    use alloy_sol_types::SolValue;

    #[test]
    fn leaves_are_hashes_of_the_abi_encoding() {
        let mut word = LabelWord::new(2, 7, Address::repeat_byte(9));
        word.set(0, Choice::B);
        word.set(255, Choice::A);
        word.set(3, Choice::Tie);
        assert_eq!(word.answers, U256::from(1));
        assert_eq!(word.valid, U256::from(1) | U256::from(1) << 255);
        let type_hash = keccak256(
            "LabelLeaf(uint64 epoch,uint32 block,uint32 seat,address labeler,uint256 answers,uint256 valid)",
        );
        let encoded = (type_hash, 5u64, 2u32, 7u32, word.labeler, word.answers, word.valid).abi_encode();
        assert_eq!(word.leaf(Epoch(5)), keccak256(encoded));

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
    fn words_ascend_by_block_and_seat() {
        let (x, y, z) = (Address::repeat_byte(1), Address::repeat_byte(2), Address::repeat_byte(3));
        let words = label_words([
            (1, 0, x, 0, Choice::A),
            (0, 3, y, 4, Choice::Skip),
            (0, 9, z, 4, Choice::B),
            (0, 3, y, 5, Choice::B),
        ]);
        assert_eq!(words.iter().map(|w| (w.block, w.seat)).collect::<Vec<_>>(), [(0, 3), (0, 9), (1, 0)]);
        assert_eq!(words[0].get(4), None);
        assert_eq!(words[0].get(5), Some(Choice::B));
        let agreed =
            |slot| [Choice::A, Choice::B, Choice::Tie, Choice::Skip].map(|c| words[0].agrees(slot, c));
        assert_eq!(agreed(4), [false, false, true, true]);
        assert_eq!(agreed(5), [false, true, false, false]);
    }

    #[test]
    fn an_empty_seat_is_a_zero_word() {
        let words = [LabelWord::new(1, 2, Address::repeat_byte(1))];
        let tree = labels_tree(Epoch(1), &words);
        assert_eq!((block_count(&words), tree.count(), tree.depth()), (2, 64, 6));
        for position in 0..64 {
            let expected = if position == 34 { words[0].leaf(Epoch(1)) } else { B256::ZERO };
            assert_eq!(tree.leaf(position), expected);
        }
        assert_eq!(labels_tree(Epoch(1), &[]).root(), B256::ZERO);
    }
}
