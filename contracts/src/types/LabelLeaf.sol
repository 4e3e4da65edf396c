// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice All answers of one labeler in one block. Bit s (value 2^s) is slot s.
struct LabelWord {
    address labeler; // 0 for an empty seat
    uint256 answers; // 1 where the answer was B; 0 wherever `valid` is 0
    uint256 valid; // 1 where the answer was A or B; tie and skip are not valid for pay
}

/// @title Leaves of the labels tree and of the gold tree
/// @notice Both trees are positional: seat s of block b stands at `b · MAX_ROSTER + s`, so that a block is one subtree, a
/// seat cannot be taken twice, and an empty seat is a zero word.
library LabelLeaf {
    uint256 internal constant MAX_ROSTER = 32;
    bytes32 internal constant TYPEHASH =
        keccak256("LabelLeaf(uint64 epoch,uint32 block,uint32 seat,address labeler,uint256 answers,uint256 valid)");
    bytes32 internal constant GOLD_TYPEHASH = keccak256("GoldLeaf(uint256 answers,bytes32 tasksHash)");

    /// @return the leaf; zero for an empty seat
    function hash(uint64 epoch, uint256 position, LabelWord memory word) internal pure returns (bytes32) {
        if (word.labeler == address(0)) return bytes32(0);
        return keccak256(
            abi.encode(
                TYPEHASH, epoch, position / MAX_ROSTER, position % MAX_ROSTER, word.labeler, word.answers, word.valid
            )
        );
    }

    /// @param answers 1 where the known answer of a gold slot is B
    /// @param tasksHash keccak256 of the gold slots' task ids, ascending by slot; 0 for a seat without gold
    /// @return the leaf; zero for a seat without gold
    function hashGold(uint256 answers, bytes32 tasksHash) internal pure returns (bytes32) {
        if (tasksHash == bytes32(0)) return bytes32(0);
        return keccak256(abi.encode(GOLD_TYPEHASH, answers, tasksHash));
    }
}
