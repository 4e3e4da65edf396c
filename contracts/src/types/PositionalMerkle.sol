// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Merkle proofs in which the leaf's index decides left or right at each level
/// @notice Leaves are padded with zero words to the next power of two, a node is `keccak256(left ‖ right)`. Because the
/// index fixes every side, one proof opens exactly one position: two neighbouring proofs show what stands side by side.
/// Leaves must not be 64 bytes long before hashing, or an inner node could pass for one.
library PositionalMerkle {
    /// @dev A tree of 2^32 leaves or more is beyond every leaf count in this protocol (uint32).
    uint256 internal constant MAX_DEPTH = 31;

    /// @param proof siblings of the path, bottom up
    /// @return whether `leaf` stands at `index` in the tree with this `root`
    function verify(bytes32[] calldata proof, bytes32 root, uint256 index, bytes32 leaf) internal pure returns (bool) {
        if (proof.length > MAX_DEPTH || index >> proof.length != 0) return false;
        return processProof(proof, index, leaf) == root;
    }

    /// @return node the root that the proof leads to; the caller has checked the depth and the index
    function processProof(bytes32[] calldata proof, uint256 index, bytes32 leaf) internal pure returns (bytes32 node) {
        node = leaf;
        for (uint256 level = 0; level < proof.length; ++level) {
            node = (index >> level) & 1 == 0 ? hashPair(node, proof[level]) : hashPair(proof[level], node);
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
