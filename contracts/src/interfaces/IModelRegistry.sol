// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Model families and their versions
/// @notice A version is a digest of what it is made of; anybody who holds the files can recompute it. Only governance
/// activates a version, and at most one per family is active.
interface IModelRegistry {
    enum Status {
        None,
        Registered,
        Active,
        Retired,
        Revoked
    }

    struct VersionDigest {
        bytes32 manifestHash; // keccak256 of the checkpoint's manifest.json
        bytes32 weightsHash; // keccak256 of model.safetensors
        bytes32 runSpecHash; // keccak256 of the canonical run spec; 0 for an imported base model
        bytes32 datasetRoot; // keccak256(abi.encodePacked(datasetHashes)); 0 for none
        bytes32 evaluationHash; // keccak256 of evaluation.json; 0 for none
        bytes32 parent; // versionId of the parent; 0 for none
    }

    event FamilyCreated(bytes32 indexed familyId, string name);
    event VersionRegistered(
        bytes32 indexed versionId, bytes32 indexed familyId, uint32 number, VersionDigest digest, string uri
    );
    /// @param previous the version that was active before, now retired; 0 for none
    event VersionActivated(bytes32 indexed versionId, bytes32 indexed familyId, bytes32 previous);
    event VersionRevoked(bytes32 indexed versionId, bytes32 indexed familyId, string reason);

    error ModelRegistryFamilyExists(bytes32 familyId);
    error ModelRegistryUnknownFamily(bytes32 familyId);
    error ModelRegistryVersionExists(bytes32 versionId);
    error ModelRegistryUnknownVersion(bytes32 versionId);
    error ModelRegistryUnknownParent(bytes32 parent);
    error ModelRegistryUnknownDataset(bytes32 datasetHash);
    error ModelRegistryDatasetRootMismatch(bytes32 expected, bytes32 given);
    error ModelRegistryAlreadyRevoked(bytes32 versionId);
    error ModelRegistryNotActivatable(bytes32 versionId, Status status);
    error ModelRegistryEmptyDigest();

    /// @notice Restricted (governance). `familyId = keccak256(bytes(name))`.
    function createFamily(string calldata name) external returns (bytes32 familyId);

    /// @notice Restricted (TRAINER).
    /// @param datasetHashes every dataset the version was trained on; each must be registered, and their packed hash must
    /// be `digest.datasetRoot`
    /// @return versionId keccak256(abi.encode(familyId, digest))
    function register(
        bytes32 familyId,
        VersionDigest calldata digest,
        bytes32[] calldata datasetHashes,
        string calldata uri
    ) external returns (bytes32 versionId);

    /// @notice Restricted (governance). Retires the family's active version, if any.
    function activate(bytes32 versionId) external;

    /// @notice Restricted (governance or guardian). A revoked version can never be activated again.
    function revoke(bytes32 versionId, string calldata reason) external;

    function versionIdOf(bytes32 familyId, VersionDigest calldata digest) external pure returns (bytes32);
    function activeVersion(bytes32 familyId) external view returns (bytes32);
    function statusOf(bytes32 versionId) external view returns (Status);
    function familyOf(bytes32 versionId) external view returns (bytes32);
    function digestOf(bytes32 versionId) external view returns (VersionDigest memory);
}
