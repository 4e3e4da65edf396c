// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DatasetRegistry} from "../src/data/DatasetRegistry.sol";
import {IModelRegistry} from "../src/interfaces/IModelRegistry.sol";
import {ModelRegistry} from "../src/models/ModelRegistry.sol";
import {PayoutLeaf} from "../src/types/PayoutLeaf.sol";
import {PositionalMerkle} from "../src/types/PositionalMerkle.sol";
import {vm} from "../../script/Vm.sol";
import {Base} from "./Base.sol";
import {MerkleTree} from "./harnesses/MerkleTree.sol";

/// @notice Solidity's half of the agreement with Rust and TypeScript: the same files, the same bytes.
abstract contract VectorsTest is Base {
    function _read(string memory name) internal view returns (string memory) {
        return vm.readFile(string.concat("contracts/test/vectors/", name, ".json"));
    }

    function _at(string memory table, uint256 index, string memory column) internal pure returns (string memory) {
        return string.concat(table, "[", vm.toString(index), "]", column);
    }

    function verify(bytes32[] calldata proof, bytes32 root, uint256 count, uint256 index, bytes32 leaf)
        external
        pure
        returns (bool)
    {
        return PositionalMerkle.verify(proof, root, count, index, leaf);
    }
}

contract Vectors_Merkle_Test is VectorsTest {
    function test_RootsAndProofsAgree() public view {
        string memory json = _read("merkle");
        vm.assertEq(vm.parseJsonBytes32(json, ".emptyRoot"), MerkleTree.root(new bytes32[](0)));
        uint256 nTrees = 0;
        while (vm.keyExistsJson(json, _at(".trees", nTrees, ".root"))) {
            bytes32 root = vm.parseJsonBytes32(json, _at(".trees", nTrees, ".root"));
            bytes32[] memory leaves = vm.parseJsonBytes32Array(json, _at(".trees", nTrees, ".leaves"));
            vm.assertEq(MerkleTree.root(leaves), root);
            for (uint256 i = 0; i < leaves.length; ++i) {
                bytes32[] memory proof = new bytes32[](0);
                // forge cannot tell the type of an empty array.
                if (leaves.length > 1) {
                    proof = vm.parseJsonBytes32Array(json, _at(_at(".trees", nTrees, ".proofs"), i, ""));
                }
                vm.assertTrue(this.verify(proof, root, leaves.length, i, leaves[i]), "proof");
            }
            ++nTrees;
        }
        vm.assertEq(nTrees, 5);
    }
}

contract Vectors_Leaves_Test is VectorsTest {
    bytes32 private constant LABEL_TYPEHASH =
        keccak256("LabelLeaf(uint64 epoch,address labeler,uint32 block,uint256 answers,uint256 valid)");
    bytes32 private constant GOLD_TYPEHASH = keccak256("GoldLeaf(bytes32 taskId,uint8 choice)");
    bytes32 private constant TASK_TYPEHASH =
        keccak256("Task(string prompt,string completionA,string completionB,bytes32 versionId)");

    function test_PayoutLeavesAgree() public view {
        string memory json = _read("leaves");
        vm.assertEq(vm.parseJsonBytes32(json, ".payoutTypehash"), PayoutLeaf.TYPEHASH);
        _checkPayoutLeaves(json, ".payout");
    }

    function test_LabelLeavesAgree() public view {
        string memory json = _read("leaves");
        vm.assertEq(vm.parseJsonBytes32(json, ".labelTypehash"), LABEL_TYPEHASH);
        bytes32[] memory leaves = vm.parseJsonBytes32Array(json, ".label.leaves");
        vm.assertTrue(leaves.length > 0);
        for (uint256 i = 0; i < leaves.length; ++i) {
            bytes32 leaf = keccak256(
                abi.encode(
                    LABEL_TYPEHASH,
                    uint64(vm.parseJsonUint(json, _at(".label.epochs", i, ""))),
                    vm.parseJsonAddress(json, _at(".label.labelers", i, "")),
                    uint32(vm.parseJsonUint(json, _at(".label.blocks", i, ""))),
                    vm.parseJsonUint(json, _at(".label.answers", i, "")),
                    vm.parseJsonUint(json, _at(".label.valid", i, ""))
                )
            );
            vm.assertEq(leaf, leaves[i]);
        }
    }

    function test_GoldLeavesAgree() public view {
        string memory json = _read("leaves");
        vm.assertEq(vm.parseJsonBytes32(json, ".goldTypehash"), GOLD_TYPEHASH);
        bytes32[] memory leaves = vm.parseJsonBytes32Array(json, ".gold.leaves");
        vm.assertTrue(leaves.length > 0);
        for (uint256 i = 0; i < leaves.length; ++i) {
            bytes32 taskId = vm.parseJsonBytes32(json, _at(".gold.taskIds", i, ""));
            uint8 choice = uint8(vm.parseJsonUint(json, _at(".gold.choices", i, "")));
            vm.assertEq(keccak256(abi.encode(GOLD_TYPEHASH, taskId, choice)), leaves[i]);
        }
    }

    function test_TaskIdsAgree() public view {
        string memory json = _read("leaves");
        vm.assertEq(vm.parseJsonBytes32(json, ".taskTypehash"), TASK_TYPEHASH);
        bytes32[] memory taskIds = vm.parseJsonBytes32Array(json, ".task.taskIds");
        bytes32 versionId = vm.parseJsonBytes32(json, ".task.versionId");
        vm.assertTrue(taskIds.length > 0);
        for (uint256 i = 0; i < taskIds.length; ++i) {
            bytes32 taskId = keccak256(
                abi.encode(
                    TASK_TYPEHASH,
                    keccak256(bytes(vm.parseJsonString(json, _at(".task.prompts", i, "")))),
                    keccak256(bytes(vm.parseJsonString(json, _at(".task.completionsA", i, "")))),
                    keccak256(bytes(vm.parseJsonString(json, _at(".task.completionsB", i, "")))),
                    versionId
                )
            );
            vm.assertEq(taskId, taskIds[i]);
        }
    }

    /// @dev The payouts of a whole epoch as the reward rule makes them.
    function test_AnEpochsPayoutsAgree() public view {
        string memory json = _read("rewards");
        _checkPayoutLeaves(json, ".payouts");
        bytes32 root = vm.parseJsonBytes32(json, ".payouts.root");
        bytes32[] memory leaves = vm.parseJsonBytes32Array(json, ".payouts.leaves");
        vm.assertEq(MerkleTree.root(leaves), root);
        uint256 sum = 0;
        address last = address(0);
        for (uint256 i = 0; i < leaves.length; ++i) {
            vm.assertEq(vm.parseJsonUint(json, _at(".payouts.runningTotals", i, "")), sum);
            sum += vm.parseJsonUint(json, _at(".payouts.cumulatives", i, ""));
            address account = vm.parseJsonAddress(json, _at(".payouts.accounts", i, ""));
            vm.assertTrue(account > last, "accounts ascend");
            last = account;
            bytes32[] memory proof = vm.parseJsonBytes32Array(json, _at(".payouts.proofs", i, ""));
            vm.assertTrue(this.verify(proof, root, leaves.length, i, leaves[i]), "proof");
        }
        vm.assertEq(vm.parseJsonUint(json, ".payouts.totalCumulative"), sum);
    }

    function test_TheSeedAgrees() public view {
        string memory json = _read("rewards");
        bytes32 secret = vm.parseJsonBytes32(json, ".secret");
        bytes32 blockHash = vm.parseJsonBytes32(json, ".blockHash");
        vm.assertEq(keccak256(abi.encode(secret)), vm.parseJsonBytes32(json, ".terms.secretHash"));
        vm.assertEq(keccak256(abi.encode(secret, blockHash)), vm.parseJsonBytes32(json, ".seed"));
        bytes32[] memory leaves = vm.parseJsonBytes32Array(json, ".labelLeaves");
        vm.assertEq(MerkleTree.root(leaves), vm.parseJsonBytes32(json, ".labelsRoot"));
    }

    function _checkPayoutLeaves(string memory json, string memory table) private pure {
        bytes32[] memory leaves = vm.parseJsonBytes32Array(json, string.concat(table, ".leaves"));
        vm.assertTrue(leaves.length > 0);
        for (uint256 i = 0; i < leaves.length; ++i) {
            bytes32 leaf = PayoutLeaf.hash(
                vm.parseJsonAddress(json, _at(string.concat(table, ".accounts"), i, "")),
                vm.parseJsonUint(json, _at(string.concat(table, ".cumulatives"), i, "")),
                vm.parseJsonUint(json, _at(string.concat(table, ".runningTotals"), i, "")),
                vm.parseJsonBytes32(json, _at(string.concat(table, ".rawPayHashes"), i, ""))
            );
            vm.assertEq(leaf, leaves[i]);
        }
    }
}

contract Vectors_Eip712_Test is VectorsTest {
    bytes32 private constant PREFERENCE_TYPEHASH =
        keccak256("Preference(uint64 epoch,uint32 block,uint16 slot,bytes32 taskId,uint8 choice,address labeler)");
    bytes32 private constant SESSION_TYPEHASH =
        keccak256("SessionKeyAuthorization(address labeler,address sessionKey,string scope,uint64 expiresAt)");
    bytes32 private constant RECEIPT_TYPEHASH = keccak256("Receipt(bytes32 preferenceHash,uint64 receivedAt)");

    function test_TheDomainSeparatorAgrees() public view {
        string memory json = _read("eip712");
        bytes32 separator = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Polity"),
                keccak256("1"),
                vm.parseJsonUint(json, ".domain.chainId"),
                vm.parseJsonAddress(json, ".domain.verifyingContract")
            )
        );
        vm.assertEq(vm.parseJsonBytes32(json, ".domainSeparator"), separator);
    }

    function test_PreferencesAgree() public view {
        string memory json = _read("eip712");
        uint256 n = 0;
        for (; vm.keyExistsJson(json, _at(".preferences", n, ".message")); ++n) {
            string memory message = _at(".preferences", n, ".message");
            bytes32 structHash = keccak256(
                abi.encode(
                    PREFERENCE_TYPEHASH,
                    uint64(vm.parseJsonUint(json, string.concat(message, ".epoch"))),
                    uint32(vm.parseJsonUint(json, string.concat(message, ".block"))),
                    uint16(vm.parseJsonUint(json, string.concat(message, ".slot"))),
                    vm.parseJsonBytes32(json, string.concat(message, ".taskId")),
                    uint8(vm.parseJsonUint(json, string.concat(message, ".choice"))),
                    vm.parseJsonAddress(json, string.concat(message, ".labeler"))
                )
            );
            _checkSigned(json, _at(".preferences", n, ".signed"), structHash);
        }
        vm.assertEq(n, 4);
    }

    function test_TheSessionKeyAuthorizationAgrees() public view {
        string memory json = _read("eip712");
        bytes32 structHash = keccak256(
            abi.encode(
                SESSION_TYPEHASH,
                vm.parseJsonAddress(json, ".sessionKeyAuthorization.message.labeler"),
                vm.parseJsonAddress(json, ".sessionKeyAuthorization.message.sessionKey"),
                keccak256(bytes(vm.parseJsonString(json, ".sessionKeyAuthorization.message.scope"))),
                uint64(vm.parseJsonUint(json, ".sessionKeyAuthorization.message.expiresAt"))
            )
        );
        _checkSigned(json, ".sessionKeyAuthorization.signed", structHash);
    }

    function test_TheReceiptAgrees() public view {
        string memory json = _read("eip712");
        bytes32 preferenceHash = vm.parseJsonBytes32(json, ".receipt.message.preferenceHash");
        vm.assertEq(preferenceHash, vm.parseJsonBytes32(json, ".preferences[0].signed.structHash"));
        uint64 receivedAt = uint64(vm.parseJsonUint(json, ".receipt.message.receivedAt"));
        _checkSigned(json, ".receipt.signed", keccak256(abi.encode(RECEIPT_TYPEHASH, preferenceHash, receivedAt)));
    }

    /// @dev Struct hash, digest, and that the signature is the signer's.
    function _checkSigned(string memory json, string memory signed, bytes32 structHash) private pure {
        vm.assertEq(vm.parseJsonBytes32(json, string.concat(signed, ".structHash")), structHash, "struct hash");
        bytes32 separator = vm.parseJsonBytes32(json, ".domainSeparator");
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", separator, structHash));
        vm.assertEq(vm.parseJsonBytes32(json, string.concat(signed, ".digest")), digest, "digest");
        bytes memory signature = vm.parseJsonBytes(json, string.concat(signed, ".signature"));
        vm.assertEq(signature.length, 65);
        (bytes32 r, bytes32 s, uint8 v) = _split(signature);
        vm.assertEq(ecrecover(digest, v, r, s), vm.parseJsonAddress(json, string.concat(signed, ".signer")), "signer");
    }

    function _split(bytes memory signature) private pure returns (bytes32 r, bytes32 s, uint8 v) {
        assembly ("memory-safe") {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
            v := byte(0, mload(add(signature, 0x60)))
        }
    }
}

contract Vectors_Version_Test is VectorsTest {
    ModelRegistry private registry = new ModelRegistry(address(manager), new DatasetRegistry(address(manager)));

    function test_FamilyIdsAgree() public view {
        string memory json = _read("version");
        uint256 n = 0;
        for (; vm.keyExistsJson(json, _at(".families", n, "")); ++n) {
            bytes32 familyId = vm.parseJsonBytes32(json, _at(".families", n, ".familyId"));
            vm.assertEq(keccak256(bytes(vm.parseJsonString(json, _at(".families", n, ".name")))), familyId);
        }
        vm.assertTrue(n > 0);
    }

    function test_DatasetRootsAgree() public view {
        string memory json = _read("version");
        uint256 n = 1; // the first has no datasets: its root is zero
        vm.assertEq(vm.parseJsonBytes32(json, ".datasetRoots[0].datasetRoot"), bytes32(0));
        for (; vm.keyExistsJson(json, _at(".datasetRoots", n, "")); ++n) {
            bytes32[] memory hashes = vm.parseJsonBytes32Array(json, _at(".datasetRoots", n, ".datasetHashes"));
            bytes32 datasetRoot = vm.parseJsonBytes32(json, _at(".datasetRoots", n, ".datasetRoot"));
            vm.assertEq(keccak256(abi.encodePacked(hashes)), datasetRoot);
        }
        vm.assertTrue(n > 1);
    }

    function test_VersionIdsAgree() public view {
        string memory json = _read("version");
        uint256 n = 0;
        for (; vm.keyExistsJson(json, _at(".versions", n, "")); ++n) {
            string memory digest = _at(".versions", n, ".digest");
            bytes32 versionId = registry.versionIdOf(
                vm.parseJsonBytes32(json, _at(".versions", n, ".familyId")),
                IModelRegistry.VersionDigest({
                    manifestHash: vm.parseJsonBytes32(json, string.concat(digest, ".manifestHash")),
                    weightsHash: vm.parseJsonBytes32(json, string.concat(digest, ".weightsHash")),
                    runSpecHash: vm.parseJsonBytes32(json, string.concat(digest, ".runSpecHash")),
                    datasetRoot: vm.parseJsonBytes32(json, string.concat(digest, ".datasetRoot")),
                    evaluationHash: vm.parseJsonBytes32(json, string.concat(digest, ".evaluationHash")),
                    parent: vm.parseJsonBytes32(json, string.concat(digest, ".parent"))
                })
            );
            vm.assertEq(versionId, vm.parseJsonBytes32(json, _at(".versions", n, ".versionId")));
        }
        vm.assertTrue(n > 0);
    }
}
