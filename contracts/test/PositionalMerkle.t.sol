// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PositionalMerkle} from "../src/types/PositionalMerkle.sol";
import {vm} from "../../script/Vm.sol";
import {Base} from "./Base.sol";
import {MerkleTree} from "./harnesses/MerkleTree.sol";

abstract contract PositionalMerkleTest is Base {
    /// @dev External, because proofs are calldata.
    function verify(bytes32[] calldata proof, bytes32 root, uint256 count, uint256 index, bytes32 leaf)
        external
        pure
        returns (bool)
    {
        return PositionalMerkle.verify(proof, root, count, index, leaf);
    }

    function processProof(bytes32[] calldata proof, uint256 index, bytes32 leaf) external pure returns (bytes32) {
        return PositionalMerkle.processProof(proof, index, leaf);
    }

    function _leaves(uint256 seed, uint256 count) internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            leaves[i] = keccak256(abi.encode(seed, i));
        }
    }

    function _resized(bytes32[] memory proof, uint256 length) internal pure returns (bytes32[] memory resized) {
        resized = new bytes32[](length);
        for (uint256 i = 0; i < length && i < proof.length; ++i) {
            resized[i] = proof[i];
        }
    }
}

contract PositionalMerkle_Verify_Test is PositionalMerkleTest {
    function testFuzz_AcceptsEveryLeafAtItsPlaceOnly(uint256 seed, uint256 count, uint256 index, uint256 elsewhere)
        public
        view
    {
        count = _bound(count, 1, 40);
        index = _bound(index, 0, count - 1);
        elsewhere = elsewhere % 2 == 0 ? elsewhere : elsewhere % 64;
        bytes32[] memory leaves = _leaves(seed, count);
        bytes32[] memory proof = MerkleTree.proof(leaves, index);
        bytes32 root = MerkleTree.root(leaves);
        vm.assertTrue(this.verify(proof, root, count, index, leaves[index]));
        if (elsewhere != index) vm.assertFalse(this.verify(proof, root, count, elsewhere, leaves[index]));
    }

    function testFuzz_RejectsAnotherLeaf(uint256 seed, uint256 count, uint256 index, bytes32 leaf) public view {
        count = _bound(count, 1, 40);
        index = _bound(index, 0, count - 1);
        bytes32[] memory leaves = _leaves(seed, count);
        vm.assume(leaf != leaves[index]);
        vm.assertFalse(this.verify(MerkleTree.proof(leaves, index), MerkleTree.root(leaves), count, index, leaf));
    }

    function testFuzz_RejectsAChangedProof(uint256 seed, uint256 count, uint256 index, uint256 level, bytes32 sibling)
        public
        view
    {
        count = _bound(count, 2, 40);
        index = _bound(index, 0, count - 1);
        bytes32[] memory leaves = _leaves(seed, count);
        bytes32[] memory proof = MerkleTree.proof(leaves, index);
        level = _bound(level, 0, proof.length - 1);
        vm.assume(proof[level] != sibling);
        proof[level] = sibling;
        vm.assertFalse(this.verify(proof, MerkleTree.root(leaves), count, index, leaves[index]));
    }

    function testFuzz_OpensAnEmptyPositionAsZero(uint256 seed, uint256 count, uint256 index) public view {
        count = _bound(count, 2, 64);
        index = _bound(index, 0, count - 1);
        bytes32[] memory leaves = _leaves(seed, count);
        leaves[index] = 0;
        bytes32[] memory proof = MerkleTree.proof(leaves, index);
        vm.assertTrue(this.verify(proof, MerkleTree.root(leaves), count, index, 0));
        vm.assertFalse(this.verify(proof, MerkleTree.root(leaves), count, index, "leaf"));
    }

    /// @dev The padding is zero words, but no leaf: whoever could open it could prove that a seat beyond the end is empty.
    function testFuzz_RejectsThePaddingBehindTheLastLeaf(uint256 seed, uint256 count) public view {
        count = _bound(count, 2, 40);
        bytes32[] memory leaves = _leaves(seed, count);
        uint256 width = 1 << MerkleTree.depthOf(count);
        for (uint256 index = count; index < width; ++index) {
            bytes32[] memory proof = MerkleTree.proof(leaves, index);
            vm.assertFalse(this.verify(proof, MerkleTree.root(leaves), count, index, 0));
        }
    }

    function testFuzz_RejectsEveryIndexFromTheCountOn(uint256 seed, uint256 count, uint256 index) public view {
        count = _bound(count, 1, 40);
        index = _bound(index, count, type(uint256).max);
        bytes32[] memory leaves = _leaves(seed, count);
        bytes32[] memory proof = MerkleTree.proof(leaves, index % (1 << MerkleTree.depthOf(count)));
        vm.assertFalse(this.verify(proof, MerkleTree.root(leaves), count, index, 0));
    }

    function test_TheRootOfOneLeafIsTheLeaf() public view {
        vm.assertTrue(this.verify(new bytes32[](0), "leaf", 1, 0, "leaf"));
        vm.assertFalse(this.verify(new bytes32[](0), "leaf", 1, 1, "leaf"));
        vm.assertFalse(this.verify(new bytes32[](1), PositionalMerkle.hashPair("leaf", 0), 1, 0, "leaf"));
    }

    function test_AnEmptyTreeHasNoLeaf() public view {
        vm.assertFalse(this.verify(new bytes32[](0), 0, 0, 0, 0));
        vm.assertFalse(this.verify(new bytes32[](1), PositionalMerkle.hashPair(0, 0), 0, 0, 0));
    }

    /// @dev Whatever the tree is made of, no other depth than its own opens anything.
    function testFuzz_AProofOfAnotherDepthFails(uint256 count, uint256 depth, uint256 index, bytes32 leaf) public view {
        depth = _bound(depth, 0, 40);
        count = _bound(count, 1, type(uint32).max);
        index = _bound(index, 0, count - 1);
        vm.assume(depth != MerkleTree.depthOf(count));
        bytes32[] memory proof = new bytes32[](depth);
        vm.assertFalse(this.verify(proof, this.processProof(proof, index, leaf), count, index, leaf));
    }

    /// @dev A builder hangs a leaf of its own in the place of an inner node on the way of index 0: with one sibling less,
    /// the same root and the same index would show another leaf.
    function test_Attack_ALeafHiddenAtAShallowerDepth() public view {
        bytes32[] memory row = new bytes32[](2);
        (bytes32 hidden, bytes32 right) = (keccak256("hidden leaf"), PositionalMerkle.hashPair("third", "fourth"));
        (row[0], row[1]) = (hidden, right);
        bytes32 root = MerkleTree.root(row);
        bytes32[] memory shallow = new bytes32[](1);
        shallow[0] = right;
        vm.assertEq(this.processProof(shallow, 0, hidden), root);
        for (uint256 count = 3; count <= 4; ++count) {
            vm.assertFalse(this.verify(shallow, root, count, 0, hidden));
        }
        // What stands there in a tree of four is the preimage of `hidden`, if anybody knows one.
        vm.assertTrue(this.verify(shallow, root, 2, 0, hidden));
    }

    /// @dev The other way round: a longer proof into the preimage of an honest leaf.
    function testFuzz_Attack_ALeafHiddenBelowAnother(uint256 seed, uint256 count, uint256 index, bytes32 sibling)
        public
        view
    {
        count = _bound(count, 1, 40);
        index = _bound(index, 0, count - 1);
        bytes32[] memory leaves = _leaves(seed, count);
        bytes32 hidden = keccak256(abi.encode("hidden", seed));
        leaves[index] = PositionalMerkle.hashPair(hidden, sibling);
        bytes32[] memory honest = MerkleTree.proof(leaves, index);
        bytes32[] memory longer = new bytes32[](honest.length + 1);
        longer[0] = sibling;
        for (uint256 i = 0; i < honest.length; ++i) {
            longer[i + 1] = honest[i];
        }
        vm.assertEq(this.processProof(longer, 2 * index, hidden), MerkleTree.root(leaves));
        vm.assertFalse(this.verify(longer, MerkleTree.root(leaves), count, 2 * index, hidden));
        vm.assertFalse(this.verify(longer, MerkleTree.root(leaves), count, index, hidden));
    }
}

contract PositionalMerkle_IsDepth_Test is PositionalMerkleTest {
    function testFuzz_IsTheRoundedUpLogarithm(uint256 count, uint256 depth) public pure {
        count = _bound(count, 1, type(uint32).max);
        depth = _bound(depth, 0, 300);
        vm.assertTrue(PositionalMerkle.isDepth(MerkleTree.depthOf(count), count));
        vm.assertTrue(PositionalMerkle.isDepth(depth, count) == (depth == MerkleTree.depthOf(count)));
    }

    function test_OnBothSidesOfEveryPowerOfTwo() public pure {
        for (uint256 depth = 1; depth < 32; ++depth) {
            uint256 full = 1 << depth;
            vm.assertTrue(PositionalMerkle.isDepth(depth, full));
            vm.assertTrue(PositionalMerkle.isDepth(depth + 1, full + 1));
            vm.assertFalse(PositionalMerkle.isDepth(depth, full + 1));
            vm.assertFalse(PositionalMerkle.isDepth(depth + 1, full));
        }
    }
}

contract PositionalMerkle_ProcessProof_Test is PositionalMerkleTest {
    /// @dev The loop in assembly against the same in Solidity.
    function testFuzz_FoldsLikeAPlainLoop(bytes32[] calldata proof, uint256 index, bytes32 leaf) public view {
        bytes32 node = leaf;
        for (uint256 level = 0; level < proof.length; ++level) {
            bool isLeft = level > 255 || (index >> level) & 1 == 0;
            node = keccak256(isLeft ? abi.encode(node, proof[level]) : abi.encode(proof[level], node));
        }
        vm.assertEq(this.processProof(proof, index, leaf), node);
    }
}
