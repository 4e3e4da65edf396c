// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDatasetRegistry} from "../../src/interfaces/IDatasetRegistry.sol";
import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {ModelRegistry} from "../../src/models/ModelRegistry.sol";
import {ProofAuthority, ProofBase, svm, vm} from "./ProofBase.sol";

/// @notice Three versions of a family: active, registered, revoked; then one call of anybody.
contract ModelRegistryProof is ProofBase {
    ModelRegistry private registry;
    bytes32 private family;
    bytes32[3] private versions;

    function setUp() public {
        vm.warp(NOW);
        registry = new ModelRegistry(address(new ProofAuthority(ADMIN)), IDatasetRegistry(address(0)));
        vm.startPrank(ADMIN);
        family = registry.createFamily("family");
        for (uint256 i = 0; i < 3; ++i) {
            IModelRegistry.VersionDigest memory digest;
            (digest.manifestHash, digest.weightsHash) = (bytes32(i + 1), "weights");
            versions[i] = registry.register(family, digest, new bytes32[](0), "");
        }
        registry.activate(versions[0]);
        registry.revoke(versions[2], "");
        vm.stopPrank();
    }

    function check_at_most_one_active_per_family__history_append_only() public {
        address caller = svm.createAddress("caller");
        bytes32 versionId = svm.createBytes32("version");
        IModelRegistry.VersionDigest memory digest;
        (digest.manifestHash, digest.weightsHash) = (svm.createBytes32("manifest"), svm.createBytes32("weights"));
        uint256 what = svm.createUint(8, "what");
        vm.prank(caller);
        if (what == 0) registry.register(family, digest, new bytes32[](0), "");
        else if (what == 1) registry.activate(versionId);
        else if (what == 2) registry.suspend(versionId, "");
        else registry.revoke(versionId, "");
        bool isFirst = registry.statusOf(versions[0]) == IModelRegistry.Status.Active;
        bool isSecond = registry.statusOf(versions[1]) == IModelRegistry.Status.Active;
        bytes32 active = registry.activeVersion(family);
        assert(!isFirst || !isSecond);
        assert(isFirst == (active == versions[0]) && isSecond == (active == versions[1]));
        assert((isFirst && !isSecond) || caller == ADMIN);
        assert(registry.versionCount(family) >= 3);
        assert(registry.statusOf(versions[2]) == IModelRegistry.Status.Revoked);
        for (uint256 i = 0; i < 3; ++i) {
            assert(registry.familyOf(versions[i]) == family);
            assert(registry.digestOf(versions[i]).manifestHash == bytes32(i + 1));
            assert(registry.statusOf(versions[i]) != IModelRegistry.Status.None);
        }
    }
}
