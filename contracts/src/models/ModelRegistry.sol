// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EntryPause} from "../governance/EntryPause.sol";
import {IDatasetRegistry} from "../interfaces/IDatasetRegistry.sol";
import {IModelRegistry} from "../interfaces/IModelRegistry.sol";

/// @title Model families and their versions
/// @dev Append-only: a version's digest never changes, and `Revoked` is final. `activeVersion[f] == v` exactly when `v` is
/// of family `f` and `Active`.
contract ModelRegistry is IModelRegistry, EntryPause {
    struct Version {
        Status status;
        bytes32 familyId;
        VersionDigest digest;
    }

    IDatasetRegistry public immutable datasets;

    mapping(bytes32 familyId => string) private _familyNames;
    /// @inheritdoc IModelRegistry
    mapping(bytes32 familyId => uint32) public versionCount;
    /// @inheritdoc IModelRegistry
    mapping(bytes32 familyId => bytes32) public activeVersion;
    mapping(bytes32 versionId => Version) private _versions;

    constructor(address authority_, IDatasetRegistry datasets_) AccessManaged(authority_) {
        datasets = datasets_;
    }

    /// @inheritdoc IModelRegistry
    function createFamily(string calldata name) external restricted returns (bytes32 familyId) {
        // Check:
        familyId = keccak256(bytes(name));
        if (bytes(name).length == 0) revert ModelRegistryUnknownFamily(familyId);
        if (_familyExists(familyId)) revert ModelRegistryFamilyExists(familyId);
        // Effect:
        _familyNames[familyId] = name;
        emit FamilyCreated(familyId, name);
    }

    /// @inheritdoc IModelRegistry
    function register(
        bytes32 familyId,
        VersionDigest calldata digest,
        bytes32[] calldata datasetHashes,
        string calldata uri
    ) external whenNotPaused restricted returns (bytes32 versionId) {
        // Check:
        if (!_familyExists(familyId)) revert ModelRegistryUnknownFamily(familyId);
        if (digest.manifestHash == bytes32(0) || digest.weightsHash == bytes32(0)) revert ModelRegistryEmptyDigest();
        if (digest.parent != bytes32(0) && statusOf(digest.parent) == Status.None) {
            revert ModelRegistryUnknownParent(digest.parent);
        }
        _checkDatasets(digest.datasetRoot, datasetHashes);
        versionId = versionIdOf(familyId, digest);
        if (statusOf(versionId) != Status.None) revert ModelRegistryVersionExists(versionId);
        // Effect:
        _versions[versionId] = Version({status: Status.Registered, familyId: familyId, digest: digest});
        uint32 number = ++versionCount[familyId];
        emit VersionRegistered(versionId, familyId, number, digest, uri);
    }

    /// @inheritdoc IModelRegistry
    function activate(bytes32 versionId) external whenNotPaused restricted {
        // Check:
        Version storage version = _known(versionId);
        Status status = version.status;
        if (status != Status.Registered && status != Status.Retired && status != Status.Suspended) {
            revert ModelRegistryNotActivatable(versionId, status);
        }
        // Effect:
        bytes32 familyId = version.familyId;
        bytes32 previous = activeVersion[familyId];
        if (previous != bytes32(0)) _versions[previous].status = Status.Retired;
        version.status = Status.Active;
        activeVersion[familyId] = versionId;
        emit VersionActivated(versionId, familyId, previous);
    }

    /// @inheritdoc IModelRegistry
    function suspend(bytes32 versionId, string calldata reason) external restricted {
        // Check:
        Version storage version = _known(versionId);
        if (version.status != Status.Active) revert ModelRegistryNotActive(versionId, version.status);
        // Effect:
        version.status = Status.Suspended;
        delete activeVersion[version.familyId];
        emit VersionSuspended(versionId, version.familyId, reason);
    }

    /// @inheritdoc IModelRegistry
    function revoke(bytes32 versionId, string calldata reason) external restricted {
        // Check:
        Version storage version = _known(versionId);
        if (version.status == Status.Revoked) revert ModelRegistryAlreadyRevoked(versionId);
        // Effect:
        if (version.status == Status.Active) delete activeVersion[version.familyId];
        version.status = Status.Revoked;
        emit VersionRevoked(versionId, version.familyId, reason);
    }

    /// @inheritdoc IModelRegistry
    function familyOf(bytes32 versionId) external view returns (bytes32) {
        return _versions[versionId].familyId;
    }

    /// @inheritdoc IModelRegistry
    function digestOf(bytes32 versionId) external view returns (VersionDigest memory) {
        return _versions[versionId].digest;
    }

    /// @inheritdoc IModelRegistry
    function familyName(bytes32 familyId) external view returns (string memory) {
        return _familyNames[familyId];
    }

    /// @inheritdoc IModelRegistry
    function statusOf(bytes32 versionId) public view returns (Status) {
        return _versions[versionId].status;
    }

    /// @inheritdoc IModelRegistry
    function versionIdOf(bytes32 familyId, VersionDigest calldata digest) public pure returns (bytes32) {
        return keccak256(abi.encode(familyId, digest));
    }

    /// @inheritdoc EntryPause
    function isPausable(bytes4 selector) public pure override returns (bool) {
        return selector == ModelRegistry.register.selector || selector == ModelRegistry.activate.selector;
    }

    function _checkDatasets(bytes32 datasetRoot, bytes32[] calldata datasetHashes) private view {
        bytes32 expected = datasetHashes.length == 0 ? bytes32(0) : keccak256(abi.encodePacked(datasetHashes));
        if (expected != datasetRoot) revert ModelRegistryDatasetRootMismatch(expected, datasetRoot);
        for (uint256 i = 0; i < datasetHashes.length; ++i) {
            // A view of a contract that was fixed at deployment, on hashes that the caller pays for.
            // slither-disable-next-line calls-loop
            if (!datasets.isUsable(datasetHashes[i])) revert ModelRegistryUnknownDataset(datasetHashes[i]);
        }
    }

    function _known(bytes32 versionId) private view returns (Version storage version) {
        version = _versions[versionId];
        if (version.status == Status.None) revert ModelRegistryUnknownVersion(versionId);
    }

    function _familyExists(bytes32 familyId) private view returns (bool) {
        return bytes(_familyNames[familyId]).length != 0;
    }
}
