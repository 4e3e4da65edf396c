// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDatasetRegistry} from "../../src/interfaces/IDatasetRegistry.sol";
import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {ModelRegistry} from "../../src/models/ModelRegistry.sol";
import {ProofAuthority, ProofBase, svm, vm} from "./ProofBase.sol";

/// @notice Two versions of a family, each in any state that it can reach; then one call of anybody.
contract ModelRegistryProof is ProofBase {
    ModelRegistry private registry;
    bytes32 private family;
    bytes32[2] private versions;

    function setUp() public {
        vm.warp(NOW);
        registry = new ModelRegistry(address(new ProofAuthority(ADMIN)), IDatasetRegistry(address(0)));
        vm.startPrank(ADMIN);
        family = registry.createFamily("family");
        for (uint256 i = 0; i < 2; ++i) {
            versions[i] = registry.register(family, _digest(i), new bytes32[](0), "");
        }
        vm.stopPrank();
    }

    function _digest(uint256 i) private pure returns (IModelRegistry.VersionDigest memory digest) {
        (digest.manifestHash, digest.weightsHash) = (bytes32(i + 1), "weights");
    }

    /// @dev Activates, retires, suspends and revokes at will.
    function _reachAnything() private {
        vm.startPrank(ADMIN);
        if (svm.createBool("activate first")) registry.activate(versions[0]);
        if (svm.createBool("activate second")) registry.activate(versions[1]);
        if (svm.createBool("revoke first")) registry.revoke(versions[0], "");
        if (svm.createBool("suspend second")) try registry.suspend(versions[1], "") {} catch {}
        vm.stopPrank();
    }

    function check_at_most_one_active_per_family__history_append_only() public {
        _reachAnything();
        IModelRegistry.Status before = registry.statusOf(versions[0]);
        uint32 count = registry.versionCount(family);
        address caller = _anything(address(registry));
        bool isFirst = registry.statusOf(versions[0]) == IModelRegistry.Status.Active;
        bool isSecond = registry.statusOf(versions[1]) == IModelRegistry.Status.Active;
        bytes32 active = registry.activeVersion(family);
        assert(!isFirst || !isSecond);
        assert(isFirst == (active == versions[0]) && isSecond == (active == versions[1]));
        assert(registry.versionCount(family) >= count);
        for (uint256 i = 0; i < 2; ++i) {
            assert(registry.familyOf(versions[i]) == family);
            assert(keccak256(abi.encode(registry.digestOf(versions[i]))) == keccak256(abi.encode(_digest(i))));
            assert(registry.statusOf(versions[i]) != IModelRegistry.Status.None);
        }
        if (before == IModelRegistry.Status.Revoked) {
            assert(registry.statusOf(versions[0]) == IModelRegistry.Status.Revoked);
        }
        if (isFirst && before != IModelRegistry.Status.Active) assert(caller == ADMIN);
    }
}
