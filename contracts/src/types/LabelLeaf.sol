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

    /// @notice Root of a whole block's subtree, from the words of its taken seats.
    /// @param seats strictly ascending
    /// @return root of the 32 positions
    /// @return wellFormed whether every word stands on a seat of its own and has a labeler; an empty seat must not pass
    /// for a member
    function hashBlock(uint64 epoch, uint32 blockIndex, uint8[] calldata seats, LabelWord[] calldata words)
        internal
        pure
        returns (bytes32 root, bool wellFormed)
    {
        if (seats.length != words.length) return (0, false);
        bytes32[MAX_ROSTER + 1] memory row; // one place more: for the padding behind a full row
        bytes32 typehash = TYPEHASH;
        // Assembly: a word's three fields are copied as they lie, where Solidity would check, copy and encode each; and
        // checked accesses would cost more than the hashes.
        assembly ("memory-safe") {
            let leaf := mload(0x40) // an encoding that is overwritten for each word
            mstore(leaf, typehash)
            mstore(add(leaf, 0x20), epoch)
            mstore(add(leaf, 0x40), blockIndex)
            let taken := 0 // places of the row up to the last word
            wellFormed := 1
            for { let i := 0 } lt(i, seats.length) { i := add(i, 1) } {
                let seat := calldataload(add(seats.offset, shl(5, i)))
                mstore(add(leaf, 0x60), seat)
                calldatacopy(add(leaf, 0x80), add(words.offset, mul(i, 0x60)), 0x60)
                let labeler := mload(add(leaf, 0x80))
                if or(or(lt(seat, taken), gt(seat, 31)), or(iszero(labeler), shr(160, labeler))) {
                    wellFormed := 0
                    break
                }
                mstore(add(row, shl(5, seat)), keccak256(leaf, 0xe0))
                taken := add(seat, 1)
            }
            // Five rows up to the root; only the taken part of each, with the empty subtree of its height behind it.
            let end := add(row, shl(5, or(taken, iszero(taken))))
            let empty := 0
            for { let height := 0 } lt(height, 5) { height := add(height, 1) } {
                mstore(end, empty)
                let to := row
                for { let from := row } lt(from, end) { from := add(from, 0x40) } {
                    mstore(to, keccak256(from, 0x40))
                    to := add(to, 0x20)
                }
                end := to
                mstore(0x00, empty)
                mstore(0x20, empty)
                empty := keccak256(0x00, 0x40)
            }
            root := mload(row)
        }
    }
}
