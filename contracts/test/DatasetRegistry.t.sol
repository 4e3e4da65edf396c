// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DatasetRegistry} from "../src/data/DatasetRegistry.sol";
import {IDatasetRegistry} from "../src/interfaces/IDatasetRegistry.sol";
import {vm} from "../../script/Vm.sol";
import {Base} from "./Base.sol";

abstract contract DatasetRegistryTest is Base {
    bytes32 internal constant HASH = keccak256("manifest");
    bytes32 internal constant ROOT = keccak256("samples");

    address internal contributor = _account("contributor");
    DatasetRegistry internal registry = new DatasetRegistry(address(manager));

    function _register(bytes32 datasetHash) internal {
        registry.register(datasetHash, ROOT, 10, contributor, "CC-BY-4.0", "ipfs://x");
    }
}

contract DatasetRegistry_Register_Test is DatasetRegistryTest {
    function testFuzz_RecordsTheDataset(bytes32 datasetHash, bytes32 sampleRoot, uint64 sampleCount) public {
        vm.assume(datasetHash != 0 && sampleRoot != 0 && sampleCount != 0);
        vm.expectEmit(address(registry));
        emit IDatasetRegistry.DatasetRegistered(datasetHash, contributor, sampleRoot, sampleCount, "MIT", "u");
        registry.register(datasetHash, sampleRoot, sampleCount, contributor, "MIT", "u");
        IDatasetRegistry.Dataset memory dataset = registry.datasetOf(datasetHash);
        vm.assertEq(dataset.sampleRoot, sampleRoot);
        vm.assertEq(dataset.sampleCount, sampleCount);
        vm.assertEq(dataset.registeredAt, _now());
        vm.assertEq(dataset.contributor, contributor);
        vm.assertEq(dataset.licence, "MIT");
        vm.assertTrue(registry.isUsable(datasetHash));
    }

    function test_RevertIf_RegisteredAlready() public {
        _register(HASH);
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryExists.selector, HASH));
        _register(HASH);
    }

    function test_RevertIf_AnythingNeededIsEmpty() public {
        bytes memory empty = abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryEmpty.selector);
        vm.expectRevert(empty);
        registry.register(bytes32(0), ROOT, 1, contributor, "MIT", "");
        vm.expectRevert(empty);
        registry.register(HASH, bytes32(0), 1, contributor, "MIT", "");
        vm.expectRevert(empty);
        registry.register(HASH, ROOT, 0, contributor, "MIT", "");
        vm.expectRevert(empty);
        registry.register(HASH, ROOT, 1, address(0), "MIT", "");
        vm.expectRevert(empty);
        registry.register(HASH, ROOT, 1, contributor, "", "");
    }

    function testFuzz_RevertIf_CallerHasNoRole(address caller) public {
        vm.assume(caller != address(this));
        _expectUnauthorized(caller);
        vm.prank(caller);
        _register(HASH);
    }
}

contract DatasetRegistry_WithdrawConsent_Test is DatasetRegistryTest {
    function test_FlagsTheDatasetForGood() public {
        _register(HASH);
        vm.expectEmit(address(registry));
        emit IDatasetRegistry.ConsentWithdrawn(HASH);
        vm.prank(contributor);
        registry.withdrawConsent(HASH);
        vm.assertFalse(registry.isUsable(HASH));
        vm.assertTrue(registry.datasetOf(HASH).consentWithdrawn);
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryExists.selector, HASH));
        _register(HASH);
    }

    function testFuzz_RevertIf_CallerIsNotTheContributor(address caller) public {
        vm.assume(caller != contributor);
        _register(HASH);
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryNotContributor.selector, HASH, caller));
        vm.prank(caller);
        registry.withdrawConsent(HASH);
    }

    function testFuzz_RevertIf_Unknown(bytes32 datasetHash) public {
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryUnknown.selector, datasetHash));
        registry.withdrawConsent(datasetHash);
    }
}

contract DatasetRegistry_Properties_Test is DatasetRegistryTest {
    function testFuzz_history_append_only(bytes32 sampleRoot, uint64 sampleCount, address another) public {
        _register(HASH);
        bytes32 before = keccak256(abi.encode(registry.datasetOf(HASH)));
        vm.expectRevert();
        registry.register(HASH, sampleRoot, sampleCount, another, "MIT", "");
        vm.assertEq(keccak256(abi.encode(registry.datasetOf(HASH))), before);
        vm.prank(contributor);
        registry.withdrawConsent(HASH);
        vm.expectRevert();
        registry.register(HASH, sampleRoot, sampleCount, another, "MIT", "");
        IDatasetRegistry.Dataset memory dataset = registry.datasetOf(HASH);
        dataset.consentWithdrawn = false;
        vm.assertEq(keccak256(abi.encode(dataset)), before);
    }

    function testFuzz_NothingIsKnownOfAnUnregisteredDataset(bytes32 datasetHash) public view {
        vm.assertFalse(registry.isUsable(datasetHash));
        vm.assertEq(registry.datasetOf(datasetHash).registeredAt, 0);
    }

    function test_ConsentCanBeWithdrawnAgainToNoEffect() public {
        _register(HASH);
        vm.startPrank(contributor);
        registry.withdrawConsent(HASH);
        registry.withdrawConsent(HASH);
        vm.stopPrank();
        vm.assertFalse(registry.isUsable(HASH));
    }
}
