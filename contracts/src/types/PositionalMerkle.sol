// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Merkle proofs in which the leaf's index decides left or right at each level
/// @notice Leaves are padded with zero words to the next power of two, a node is `keccak256(left ‖ right)`, and every proof
/// of a tree has exactly `ceil(log2(count))` siblings. Index and depth together fix one path, so that one proof opens
/// exactly one position: two neighbouring proofs show what stands side by side. With proofs of any depth, a builder could
/// hang a leaf above another and let one index name both.
/// Leaves must not be 64 bytes long before hashing, or an inner node could pass for one.
library PositionalMerkle {
    /// @param proof siblings of the path, bottom up
    /// @param count leaves of the tree, without the padding
    /// @return whether `leaf` stands at `index` in the tree of `count` leaves with this `root`
    function verify(bytes32[] calldata proof, bytes32 root, uint256 count, uint256 index, bytes32 leaf)
        internal
        pure
        returns (bool)
    {
        return index < count && isDepth(proof.length, count) && processProof(proof, index, leaf) == root;
    }

    /// @return whether a tree of `count > 0` leaves has `depth` levels above them: whether `depth` is ceil(log2(count))
    function isDepth(uint256 depth, uint256 count) internal pure returns (bool) {
        uint256 last = count - 1;
        return last >> depth == 0 && (depth == 0 || last >> (depth - 1) != 0);
    }

    /// @return node the root that the proof leads to; the caller has checked the depth and the index
    function processProof(bytes32[] calldata proof, uint256 index, bytes32 leaf) internal pure returns (bytes32 node) {
        node = leaf;
        // Assembly because a claim walks up to 31 levels: a third of the gas of the same loop in Solidity.
        assembly ("memory-safe") {
            let end := add(proof.offset, shl(5, proof.length))
            for { let sibling := proof.offset } lt(sibling, end) { sibling := add(sibling, 0x20) } {
                // An even index is a left child: it goes to the first word of the scratch space, its sibling to the second.
                let place := shl(5, and(index, 1))
                mstore(place, node)
                mstore(xor(place, 0x20), calldataload(sibling))
                node := keccak256(0x00, 0x40)
                index := shr(1, index)
            }
        }
    }

    function hashPair(bytes32 left, bytes32 right) internal pure returns (bytes32 node) {
        assembly ("memory-safe") {
            mstore(0x00, left)
            mstore(0x20, right)
            node := keccak256(0x00, 0x40)
        }
    }
}
