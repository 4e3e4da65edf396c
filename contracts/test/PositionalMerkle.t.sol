// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PositionalMerkle} from "../src/types/PositionalMerkle.sol";
import {vm} from "../../script/Vm.sol";
import {Base} from "./Base.sol";
import {MerkleTree} from "./harnesses/MerkleTree.sol";

contract PositionalMerkle_Verify_Test is Base {
    function verify(bytes32[] calldata proof, bytes32 root, uint256 index, bytes32 leaf) external pure returns (bool) {
        return PositionalMerkle.verify(proof, root, index, leaf);
    }

    function testFuzz_AcceptsEveryLeafAtItsPlaceOnly(uint256 seed, uint256 count, uint256 index, uint256 elsewhere)
        public
        view
    {
        count = _bound(count, 2, 40);
        index = _bound(index, 0, count - 1);
        elsewhere = _bound(elsewhere, 0, type(uint256).max);
        bytes32[] memory leaves = _leaves(seed, count);
        bytes32[] memory proof = MerkleTree.proof(leaves, index);
        bytes32 root = MerkleTree.root(leaves);
        vm.assertTrue(this.verify(proof, root, index, leaves[index]));
        if (elsewhere != index) vm.assertFalse(this.verify(proof, root, elsewhere, leaves[index]));
    }

    function testFuzz_RejectsAnotherLeaf(uint256 seed, uint256 count, uint256 index, bytes32 leaf) public view {
        count = _bound(count, 1, 40);
        index = _bound(index, 0, count - 1);
        bytes32[] memory leaves = _leaves(seed, count);
        vm.assume(leaf != leaves[index]);
        vm.assertFalse(this.verify(MerkleTree.proof(leaves, index), MerkleTree.root(leaves), index, leaf));
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
        vm.assertFalse(this.verify(proof, MerkleTree.root(leaves), index, leaves[index]));
    }

    function test_TheRootOfOneLeafIsTheLeaf() public view {
        vm.assertTrue(this.verify(new bytes32[](0), "leaf", 0, "leaf"));
        vm.assertFalse(this.verify(new bytes32[](0), "leaf", 1, "leaf"));
    }

    function test_RejectsProofsOf32LevelsAndMore() public view {
        bytes32[] memory proof = new bytes32[](32);
        bytes32 root = "leaf";
        for (uint256 i = 0; i < proof.length; ++i) {
            root = PositionalMerkle.hashPair(root, proof[i]);
        }
        vm.assertFalse(this.verify(proof, root, 0, "leaf"));
    }

    function _leaves(uint256 seed, uint256 count) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            leaves[i] = keccak256(abi.encode(seed, i));
        }
    }
}
