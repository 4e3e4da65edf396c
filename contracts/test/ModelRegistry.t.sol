// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DatasetRegistry} from "../src/data/DatasetRegistry.sol";
import {IModelRegistry} from "../src/interfaces/IModelRegistry.sol";
import {ModelRegistry} from "../src/models/ModelRegistry.sol";
import {vm} from "../../script/Vm.sol";
import {Base} from "./Base.sol";

abstract contract ModelRegistryTest is Base {
    bytes32 internal constant DATA_A = keccak256("a");
    bytes32 internal constant DATA_B = keccak256("b");

    DatasetRegistry internal datasets = new DatasetRegistry(address(manager));
    ModelRegistry internal registry = new ModelRegistry(address(manager), datasets);
    bytes32 internal familyId;
    bytes32[] internal none;

    function setUp() public virtual {
        familyId = registry.createFamily("polity-chat");
    }

    /// @dev A base model: no parent, no run, no data.
    function _digest(string memory name) internal pure returns (IModelRegistry.VersionDigest memory digest) {
        digest.manifestHash = keccak256(bytes(name));
        digest.weightsHash = keccak256(bytes.concat("weights of ", bytes(name)));
    }

    function _register(string memory name) internal returns (bytes32) {
        return registry.register(familyId, _digest(name), none, "");
    }

    function _assertStatus(bytes32 versionId, IModelRegistry.Status status) internal view {
        vm.assertEq(uint256(registry.statusOf(versionId)), uint256(status));
    }
}

contract ModelRegistry_CreateFamily_Test is ModelRegistryTest {
    function testFuzz_TheIdIsTheHashOfTheName(string calldata name) public {
        vm.assume(bytes(name).length > 0 && keccak256(bytes(name)) != familyId);
        vm.expectEmit(address(registry));
        emit IModelRegistry.FamilyCreated(keccak256(bytes(name)), name);
        vm.assertEq(registry.createFamily(name), keccak256(bytes(name)));
        vm.assertEq(registry.familyName(keccak256(bytes(name))), name);
    }

    function test_RevertIf_TheFamilyExists() public {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryFamilyExists.selector, familyId));
        registry.createFamily("polity-chat");
    }

    function test_RevertIf_TheNameIsEmpty() public {
        vm.expectPartialRevert(IModelRegistry.ModelRegistryUnknownFamily.selector);
        registry.createFamily("");
    }

    function testFuzz_RevertIf_CallerIsNotGovernance(address caller) public {
        vm.assume(caller != address(this));
        _expectUnauthorized(caller);
        vm.prank(caller);
        registry.createFamily("other");
    }
}

contract ModelRegistry_Register_Test is ModelRegistryTest {
    function testFuzz_TheIdIsTheHashOfFamilyAndDigest(IModelRegistry.VersionDigest memory digest) public {
        vm.assume(digest.manifestHash != 0 && digest.weightsHash != 0);
        digest.parent = _register("parent");
        digest.datasetRoot = bytes32(0);
        bytes32 versionId = keccak256(abi.encode(familyId, digest));
        vm.expectEmit(address(registry));
        emit IModelRegistry.VersionRegistered(versionId, familyId, 2, digest, "uri");
        vm.assertEq(registry.register(familyId, digest, none, "uri"), versionId);
        vm.assertEq(registry.versionIdOf(familyId, digest), versionId);
        vm.assertEq(registry.familyOf(versionId), familyId);
        vm.assertEq(keccak256(abi.encode(registry.digestOf(versionId))), keccak256(abi.encode(digest)));
        vm.assertEq(registry.versionCount(familyId), 2);
        _assertStatus(versionId, IModelRegistry.Status.Registered);
    }

    function test_CitesRegisteredDatasets() public {
        (IModelRegistry.VersionDigest memory digest, bytes32[] memory cited) = _trainedOnTwo();
        datasets.register(DATA_B, DATA_B, 1, address(this), "MIT", "");
        _assertStatus(registry.register(familyId, digest, cited, ""), IModelRegistry.Status.Registered);
    }

    function test_RevertIf_ADatasetIsUnknown() public {
        (IModelRegistry.VersionDigest memory digest, bytes32[] memory cited) = _trainedOnTwo();
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryUnknownDataset.selector, DATA_B));
        registry.register(familyId, digest, cited, "");
    }

    function test_RevertIf_ConsentToADatasetWasWithdrawn() public {
        (IModelRegistry.VersionDigest memory digest, bytes32[] memory cited) = _trainedOnTwo();
        datasets.register(DATA_B, DATA_B, 1, address(this), "MIT", "");
        datasets.withdrawConsent(DATA_A);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryUnknownDataset.selector, DATA_A));
        registry.register(familyId, digest, cited, "");
    }

    function testFuzz_RevertIf_TheDatasetRootIsNotThatOfTheDatasets(bytes32 datasetRoot) public {
        (IModelRegistry.VersionDigest memory digest, bytes32[] memory cited) = _trainedOnTwo();
        vm.assume(datasetRoot != digest.datasetRoot);
        bytes32 expected = digest.datasetRoot;
        digest.datasetRoot = datasetRoot;
        vm.expectRevert(
            abi.encodeWithSelector(IModelRegistry.ModelRegistryDatasetRootMismatch.selector, expected, datasetRoot)
        );
        registry.register(familyId, digest, cited, "");
    }

    function testFuzz_RevertIf_TheFamilyIsUnknown(bytes32 unknown) public {
        vm.assume(unknown != familyId);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryUnknownFamily.selector, unknown));
        registry.register(unknown, _digest("x"), none, "");
    }

    function testFuzz_RevertIf_TheParentIsUnknown(bytes32 parent) public {
        vm.assume(parent != 0);
        IModelRegistry.VersionDigest memory digest = _digest("x");
        digest.parent = parent;
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryUnknownParent.selector, parent));
        registry.register(familyId, digest, none, "");
    }

    function test_RevertIf_ManifestOrWeightsAreMissing() public {
        IModelRegistry.VersionDigest memory digest = _digest("x");
        digest.weightsHash = 0;
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryEmptyDigest.selector));
        registry.register(familyId, digest, none, "");
        digest = _digest("x");
        digest.manifestHash = 0;
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryEmptyDigest.selector));
        registry.register(familyId, digest, none, "");
    }

    function test_RevertIf_RegisteredAlready() public {
        bytes32 versionId = _register("x");
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryVersionExists.selector, versionId));
        _register("x");
    }

    function testFuzz_RevertIf_CallerHasNoRole(address caller) public {
        vm.assume(caller != address(this));
        _expectUnauthorized(caller);
        vm.prank(caller);
        _register("x");
    }

    /// @dev DATA_A is registered, DATA_B is not.
    function _trainedOnTwo() private returns (IModelRegistry.VersionDigest memory digest, bytes32[] memory cited) {
        datasets.register(DATA_A, DATA_A, 1, address(this), "MIT", "");
        cited = new bytes32[](2);
        (cited[0], cited[1]) = (DATA_A, DATA_B);
        digest = _digest("trained");
        digest.datasetRoot = keccak256(bytes.concat(DATA_A, DATA_B));
    }
}

contract ModelRegistry_Activate_Test is ModelRegistryTest {
    function test_RetiresTheVersionBefore() public {
        bytes32 first = _register("first");
        bytes32 second = _register("second");
        registry.activate(first);
        vm.expectEmit(address(registry));
        emit IModelRegistry.VersionActivated(second, familyId, first);
        registry.activate(second);
        vm.assertEq(registry.activeVersion(familyId), second);
        _assertStatus(first, IModelRegistry.Status.Retired);
        _assertStatus(second, IModelRegistry.Status.Active);
    }

    function test_ARetiredVersionCanComeBack() public {
        bytes32 first = _register("first");
        bytes32 second = _register("second");
        registry.activate(first);
        registry.activate(second);
        registry.activate(first);
        vm.assertEq(registry.activeVersion(familyId), first);
        _assertStatus(second, IModelRegistry.Status.Retired);
    }

    function test_RevertIf_Active() public {
        bytes32 versionId = _register("x");
        registry.activate(versionId);
        _expectNotActivatable(versionId, IModelRegistry.Status.Active);
        registry.activate(versionId);
    }

    function test_RevertIf_Revoked() public {
        bytes32 versionId = _register("x");
        registry.revoke(versionId, "poisoned");
        _expectNotActivatable(versionId, IModelRegistry.Status.Revoked);
        registry.activate(versionId);
    }

    function testFuzz_RevertIf_Unknown(bytes32 versionId) public {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryUnknownVersion.selector, versionId));
        registry.activate(versionId);
    }

    function testFuzz_RevertIf_CallerIsNotGovernance(address caller) public {
        vm.assume(caller != address(this));
        bytes32 versionId = _register("x");
        _expectUnauthorized(caller);
        vm.prank(caller);
        registry.activate(versionId);
    }

    function _expectNotActivatable(bytes32 versionId, IModelRegistry.Status status) private {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryNotActivatable.selector, versionId, status));
    }
}

contract ModelRegistry_Revoke_Test is ModelRegistryTest {
    function test_LeavesTheFamilyWithoutAnActiveVersion() public {
        bytes32 versionId = _register("x");
        registry.activate(versionId);
        vm.expectEmit(address(registry));
        emit IModelRegistry.VersionRevoked(versionId, familyId, "poisoned");
        registry.revoke(versionId, "poisoned");
        vm.assertEq(registry.activeVersion(familyId), bytes32(0));
        _assertStatus(versionId, IModelRegistry.Status.Revoked);
    }

    function test_LeavesTheActiveVersionAloneWhenAnotherIsRevoked() public {
        bytes32 first = _register("first");
        bytes32 second = _register("second");
        registry.activate(first);
        registry.revoke(second, "");
        vm.assertEq(registry.activeVersion(familyId), first);
    }

    function test_RevertIf_RevokedAlready() public {
        bytes32 versionId = _register("x");
        registry.revoke(versionId, "");
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryAlreadyRevoked.selector, versionId));
        registry.revoke(versionId, "");
    }

    function testFuzz_RevertIf_Unknown(bytes32 versionId) public {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryUnknownVersion.selector, versionId));
        registry.revoke(versionId, "");
    }

    function testFuzz_RevertIf_CallerHasNoRole(address caller) public {
        vm.assume(caller != address(this));
        bytes32 versionId = _register("x");
        _expectUnauthorized(caller);
        vm.prank(caller);
        registry.revoke(versionId, "");
    }
}
