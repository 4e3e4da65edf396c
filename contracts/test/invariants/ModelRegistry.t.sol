// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DatasetRegistry} from "../../src/data/DatasetRegistry.sol";
import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {ModelRegistry} from "../../src/models/ModelRegistry.sol";
import {vm} from "../../../script/Vm.sol";
import {Base, InvariantBase} from "../Base.sol";

/// @dev Actions: register, activate, revoke, over two families.
contract ModelRegistryHandler is Base {
    ModelRegistry public immutable registry;
    bytes32[2] public families;
    bytes32[] private _versions;
    mapping(bytes32 versionId => bool) public wasRevoked;

    constructor(ModelRegistry registry_, bytes32[2] memory families_) {
        (registry, families) = (registry_, families_);
    }

    function register(uint256 family, uint256 name) external {
        IModelRegistry.VersionDigest memory digest;
        digest.manifestHash = keccak256(abi.encode(name % 20));
        digest.weightsHash = "weights";
        _versions.push(registry.register(families[family % 2], digest, new bytes32[](0), ""));
    }

    function activate(uint256 index) external {
        registry.activate(_versions[index % _versions.length]);
    }

    function revoke(uint256 index) external {
        bytes32 versionId = _versions[index % _versions.length];
        registry.revoke(versionId, "");
        wasRevoked[versionId] = true;
    }

    function versions() external view returns (bytes32[] memory) {
        return _versions;
    }
}

contract ModelRegistry_Invariants is InvariantBase {
    ModelRegistry private registry;
    ModelRegistryHandler private handler;

    function setUp() public {
        registry = new ModelRegistry(address(manager), new DatasetRegistry(address(manager)));
        handler = new ModelRegistryHandler(registry, [registry.createFamily("a"), registry.createFamily("b")]);
        manager.grantRole(0, address(handler), 0);
    }

    function _handler() internal view override returns (address) {
        return address(handler);
    }

    function invariant_at_most_one_active_per_family_and_revoked_for_good() public view {
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
        for (uint256 i = 0; i < versions.length; ++i) {
            bool revoked = registry.statusOf(versions[i]) == IModelRegistry.Status.Revoked;
            vm.assertTrue(revoked == handler.wasRevoked(versions[i]));
        }
    }
}
