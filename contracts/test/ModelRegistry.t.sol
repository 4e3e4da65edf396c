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

contract ModelRegistry_Suspend_Test is ModelRegistryTest {
    function test_StopsServingUntilAVote() public {
        bytes32 versionId = _register("x");
        registry.activate(versionId);
        vm.expectEmit(address(registry));
        emit IModelRegistry.VersionSuspended(versionId, familyId, "answers with insults");
        registry.suspend(versionId, "answers with insults");
        vm.assertEq(registry.activeVersion(familyId), bytes32(0));
        _assertStatus(versionId, IModelRegistry.Status.Suspended);
        vm.expectEmit(address(registry));
        emit IModelRegistry.VersionActivated(versionId, familyId, bytes32(0));
        registry.activate(versionId);
        vm.assertEq(registry.activeVersion(familyId), versionId);
        _assertStatus(versionId, IModelRegistry.Status.Active);
    }

    function test_AnotherVersionCanBeActivatedInstead() public {
        bytes32 first = _register("first");
        bytes32 second = _register("second");
        registry.activate(first);
        registry.suspend(first, "");
        registry.activate(second);
        _assertStatus(first, IModelRegistry.Status.Suspended);
        vm.assertEq(registry.activeVersion(familyId), second);
    }

    function test_ASuspendedVersionCanBeRevokedForGood() public {
        bytes32 first = _register("first");
        bytes32 second = _register("second");
        registry.activate(first);
        registry.suspend(first, "");
        registry.activate(second);
        registry.revoke(first, "");
        vm.assertEq(registry.activeVersion(familyId), second);
        _assertStatus(first, IModelRegistry.Status.Revoked);
    }

    function test_RevertIf_NotActive() public {
        bytes32 versionId = _register("x");
        _expectNotActive(versionId, IModelRegistry.Status.Registered);
        registry.suspend(versionId, "");
        registry.activate(versionId);
        registry.suspend(versionId, "");
        _expectNotActive(versionId, IModelRegistry.Status.Suspended);
        registry.suspend(versionId, "");
        registry.revoke(versionId, "");
        _expectNotActive(versionId, IModelRegistry.Status.Revoked);
        registry.suspend(versionId, "");
    }

    function testFuzz_RevertIf_Unknown(bytes32 versionId) public {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryUnknownVersion.selector, versionId));
        registry.suspend(versionId, "");
    }

    /// @dev A guardian may suspend; bringing in, revoking and registering stay out of its reach.
    function testFuzz_TheGuardianCanDoNothingElse(string calldata reason) public {
        address guardian = _account("guardian");
        manager.grantRole(3, guardian, 0);
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = registry.suspend.selector;
        manager.setTargetFunctionRole(address(registry), selectors, 3);
        bytes32 versionId = _register("x");
        registry.activate(versionId);
        vm.startPrank(guardian);
        registry.suspend(versionId, reason);
        _expectUnauthorized(guardian);
        registry.activate(versionId);
        _expectUnauthorized(guardian);
        registry.revoke(versionId, reason);
        _expectUnauthorized(guardian);
        _register("y");
        vm.stopPrank();
    }

    function testFuzz_RevertIf_CallerHasNoRole(address caller) public {
        vm.assume(caller != address(this));
        bytes32 versionId = _register("x");
        registry.activate(versionId);
        _expectUnauthorized(caller);
        vm.prank(caller);
        registry.suspend(versionId, "");
    }

    function _expectNotActive(bytes32 versionId, IModelRegistry.Status status) private {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryNotActive.selector, versionId, status));
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

/// @notice The properties that need no random sequence; the others are invariants.
contract ModelRegistry_Properties_Test is ModelRegistryTest {
    function testFuzz_digest_unique(
        bytes32 otherFamily,
        IModelRegistry.VersionDigest calldata a,
        IModelRegistry.VersionDigest calldata b
    ) public view {
        bool same = keccak256(abi.encode(a)) == keccak256(abi.encode(b));
        vm.assertTrue(same == (registry.versionIdOf(familyId, a) == registry.versionIdOf(familyId, b)));
        vm.assertTrue(
            (otherFamily == familyId) == (registry.versionIdOf(familyId, a) == registry.versionIdOf(otherFamily, a))
        );
    }

    function testFuzz_active_was_registered_and_vetted(bytes32 unknown, address caller) public {
        vm.assume(caller != address(this));
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryUnknownVersion.selector, unknown));
        registry.activate(unknown);
        bytes32 versionId = _register("x");
        vm.assertEq(registry.activeVersion(familyId), bytes32(0));
        _expectUnauthorized(caller);
        vm.prank(caller);
        registry.activate(versionId);
    }

    function testFuzz_version_cites_known_dataset(bytes32[4] calldata hashes, uint8 known, uint8 withdrawn) public {
        bytes32[] memory cited = new bytes32[](4);
        bool usable = true;
        for (uint256 i = 0; i < 4; ++i) {
            cited[i] = keccak256(abi.encode(hashes[i], i));
            bool registered = known >> i & 1 == 1;
            bool consents = withdrawn >> i & 1 == 0;
            usable = usable && registered && consents;
            if (!registered) continue;
            datasets.register(cited[i], "root", 1, address(this), "MIT", "");
            if (!consents) datasets.withdrawConsent(cited[i]);
        }
        IModelRegistry.VersionDigest memory digest = _digest("x");
        digest.datasetRoot = keccak256(abi.encodePacked(cited));
        if (!usable) vm.expectPartialRevert(IModelRegistry.ModelRegistryUnknownDataset.selector);
        registry.register(familyId, digest, cited, "");
    }

    /// @dev A trainer that leaves out what it trained on is caught by the root; naming another root is of no use.
    function test_Attack_VersionHidesADataset() public {
        datasets.register(DATA_A, DATA_A, 1, address(this), "MIT", "");
        bytes32[] memory cited = new bytes32[](1);
        cited[0] = DATA_A;
        IModelRegistry.VersionDigest memory digest = _digest("x");
        digest.datasetRoot = keccak256(bytes.concat(DATA_A, DATA_B));
        vm.expectPartialRevert(IModelRegistry.ModelRegistryDatasetRootMismatch.selector);
        registry.register(familyId, digest, cited, "");
        vm.expectPartialRevert(IModelRegistry.ModelRegistryDatasetRootMismatch.selector);
        registry.register(familyId, digest, none, "");
    }

    /// @dev What was registered cannot be written over, not even with another uri or by revoking it first.
    function test_Attack_HistoryIsRewritten() public {
        bytes32 versionId = _register("x");
        registry.revoke(versionId, "");
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryVersionExists.selector, versionId));
        registry.register(familyId, _digest("x"), none, "elsewhere");
        _assertStatus(versionId, IModelRegistry.Status.Revoked);
    }
}
