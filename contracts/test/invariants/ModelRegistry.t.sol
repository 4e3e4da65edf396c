// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DatasetRegistry} from "../../src/data/DatasetRegistry.sol";
import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {ModelRegistry} from "../../src/models/ModelRegistry.sol";
import {vm} from "../../../script/Vm.sol";
import {Base, InvariantBase} from "../Base.sol";

/// @dev Actions: register, activate, suspend, revoke, registerData, withdrawConsent, over two families, at most sixteen
/// versions and four datasets.
contract ModelRegistryHandler is Base {
    ModelRegistry public immutable registry;
    DatasetRegistry public immutable datasets;
    bytes32[2] public families;
    bytes32[] private _versions;
    mapping(bytes32 versionId => bool) public wasRevoked;
    mapping(bytes32 versionId => bytes32) public digestThen;
    mapping(bytes32 datasetHash => bool) public usable;
    bool public registeredTwice;
    bool public citedUnusable;
    bool public activatedRevoked;

    constructor(ModelRegistry registry_, DatasetRegistry datasets_, bytes32[2] memory families_) {
        (registry, datasets, families) = (registry_, datasets_, families_);
    }

    function register(uint256 family, uint256 name, uint256 data) external {
        IModelRegistry.VersionDigest memory digest;
        digest.manifestHash = bytes32(1 + name % 4);
        digest.weightsHash = "weights";
        bytes32[] memory cited = new bytes32[](name % 2);
        if (cited.length > 0) {
            cited[0] = _dataset(data);
            digest.datasetRoot = keccak256(abi.encodePacked(cited));
        }
        bytes32 familyId = families[family % 2];
        bytes32 versionId = registry.versionIdOf(familyId, digest);
        try registry.register(familyId, digest, cited, "") {
            if (digestThen[versionId] != 0) registeredTwice = true;
            if (cited.length > 0 && !usable[cited[0]]) citedUnusable = true;
            digestThen[versionId] = keccak256(abi.encode(familyId, digest));
            _versions.push(versionId);
        } catch {} // known already, or the dataset is not usable
    }

    function activate(uint256 index) external {
        bytes32 versionId = _pick(index);
        try registry.activate(versionId) {
            if (wasRevoked[versionId]) activatedRevoked = true;
        } catch {} // unknown, active, or revoked
    }

    function suspend(uint256 index) external {
        try registry.suspend(_pick(index), "") {} catch {} // not active
    }

    function revoke(uint256 index) external {
        if (index % 3 != 0) return; // revoking everything ends the story
        bytes32 versionId = _pick(index / 3);
        try registry.revoke(versionId, "") {
            wasRevoked[versionId] = true;
        } catch {} // unknown, or revoked already
    }

    function registerData(uint256 data) external {
        try datasets.register(_dataset(data), "root", 1, address(this), "MIT", "") {
            usable[_dataset(data)] = true;
        } catch {} // registered already
    }

    function withdrawConsent(uint256 data) external {
        if (data % 3 != 0) return;
        try datasets.withdrawConsent(_dataset(data / 3)) {
            usable[_dataset(data / 3)] = false;
        } catch {} // unknown
    }

    function versions() external view returns (bytes32[] memory) {
        return _versions;
    }

    function _dataset(uint256 data) private pure returns (bytes32) {
        return keccak256(abi.encode(data % 4));
    }

    function _pick(uint256 index) private view returns (bytes32) {
        return _versions.length == 0 ? bytes32(0) : _versions[index % _versions.length];
    }
}

contract ModelRegistry_Invariants is InvariantBase {
    ModelRegistry private registry;
    ModelRegistryHandler private handler;

    function setUp() public {
        DatasetRegistry datasets = new DatasetRegistry(address(manager));
        registry = new ModelRegistry(address(manager), datasets);
        handler = new ModelRegistryHandler(registry, datasets, [registry.createFamily("a"), registry.createFamily("b")]);
        manager.grantRole(0, address(handler), 0);
    }

    function _handler() internal view override returns (address) {
        return address(handler);
    }

    function invariant_at_most_one_active_per_family() public view {
        bytes32[] memory versions = handler.versions();
        for (uint256 family = 0; family < 2; ++family) {
            bytes32 familyId = handler.families(family);
            uint256 active = 0;
            for (uint256 i = 0; i < versions.length; ++i) {
                if (registry.familyOf(versions[i]) != familyId) continue;
                if (registry.statusOf(versions[i]) != IModelRegistry.Status.Active) continue;
                vm.assertEq(registry.activeVersion(familyId), versions[i]);
                ++active;
            }
            vm.assertEq(active, registry.activeVersion(familyId) == bytes32(0) ? 0 : 1);
        }
    }

    function invariant_history_append_only_and_digest_unique() public view {
        bytes32[] memory versions = handler.versions();
        for (uint256 i = 0; i < versions.length; ++i) {
            bytes32 versionId = versions[i];
            bytes32 now_ = keccak256(abi.encode(registry.familyOf(versionId), registry.digestOf(versionId)));
            vm.assertEq(now_, handler.digestThen(versionId));
            bool revoked = registry.statusOf(versionId) == IModelRegistry.Status.Revoked;
            vm.assertTrue(revoked == handler.wasRevoked(versionId));
        }
        vm.assertEq(
            registry.versionCount(handler.families(0)) + registry.versionCount(handler.families(1)), versions.length
        );
        vm.assertFalse(handler.registeredTwice());
    }

    function invariant_active_was_registered_and_vetted_and_version_cites_known_dataset() public view {
        vm.assertFalse(handler.activatedRevoked());
        vm.assertFalse(handler.citedUnusable());
    }
}
