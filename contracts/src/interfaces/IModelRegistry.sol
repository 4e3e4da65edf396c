// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Model families and their versions
/// @notice A version is a digest of what it is made of; anybody who holds the files can recompute it. Only governance
/// activates a version, and at most one per family is active: the one to be served. Nothing is ever deleted.
interface IModelRegistry {
    /// @notice Registered → Active ⇄ Retired, Suspended; from anywhere to Revoked, which is final.
    enum Status {
        None,
        Registered, // known, never approved
        Active, // approved, to be served
        Retired, // another version of the family was approved after it
        Revoked, // by a vote, for good
        Suspended // by the guardian, until a vote
    }

    struct VersionDigest {
        bytes32 manifestHash; // keccak256 of the checkpoint's manifest.json
        bytes32 weightsHash; // keccak256 of model.safetensors
        bytes32 runSpecHash; // keccak256 of the canonical run spec; 0 for an imported base model
        bytes32 datasetRoot; // keccak256(abi.encodePacked(datasetHashes)); 0 for none
        bytes32 evaluationHash; // keccak256 of evaluation.json; 0 for none
        bytes32 parent; // versionId of the parent; 0 for none
    }

    /// @notice `familyId` is the hash of `name`.
    event FamilyCreated(bytes32 indexed familyId, string name);
    /// @notice A version is known from now on.
    /// @param number the family's versions so far, this one included
    /// @param uri where the files are; not part of the digest
    event VersionRegistered(
        bytes32 indexed versionId, bytes32 indexed familyId, uint32 number, VersionDigest digest, string uri
    );
    /// @notice The version is the one to serve.
    /// @param previous the version that was active before, now retired; 0 for none
    event VersionActivated(bytes32 indexed versionId, bytes32 indexed familyId, bytes32 previous);
    /// @notice The version is not to be served until a vote brings it back; the family has no active version.
    event VersionSuspended(bytes32 indexed versionId, bytes32 indexed familyId, string reason);
    /// @notice The version is never to be served again.
    event VersionRevoked(bytes32 indexed versionId, bytes32 indexed familyId, string reason);

    error ModelRegistryFamilyExists(bytes32 familyId);
    error ModelRegistryUnknownFamily(bytes32 familyId);
    error ModelRegistryVersionExists(bytes32 versionId);
    error ModelRegistryUnknownVersion(bytes32 versionId);
    error ModelRegistryUnknownParent(bytes32 parent);
    /// @notice The dataset is not registered, or the contributor withdrew consent.
    error ModelRegistryUnknownDataset(bytes32 datasetHash);
    error ModelRegistryDatasetRootMismatch(bytes32 expected, bytes32 given);
    error ModelRegistryAlreadyRevoked(bytes32 versionId);
    error ModelRegistryNotActivatable(bytes32 versionId, Status status);
    error ModelRegistryNotActive(bytes32 versionId, Status status);
    /// @notice Manifest and weights are what a version is.
    error ModelRegistryEmptyDigest();

    /// @notice Restricted (governance). `familyId = keccak256(bytes(name))`.
    function createFamily(string calldata name) external returns (bytes32 familyId);

    /// @notice Restricted (TRAINER); can be paused.
    /// @param digest a digest can be registered once per family
    /// @param datasetHashes every dataset the version was trained on; each must be registered, and their packed hash must
    /// be `digest.datasetRoot`
    /// @param uri where the files are, for the event only
    /// @return versionId keccak256(abi.encode(familyId, digest))
    function register(
        bytes32 familyId,
        VersionDigest calldata digest,
        bytes32[] calldata datasetHashes,
        string calldata uri
    ) external returns (bytes32 versionId);

    /// @notice Restricted (governance); can be paused. Brings a registered, retired or suspended version in and retires
    /// the family's active version, if any.
    function activate(bytes32 versionId) external;

    /// @notice Restricted (GUARDIAN). Stops an active version from being served, until a vote activates it again or
    /// another one.
    function suspend(bytes32 versionId, string calldata reason) external;

    /// @notice Restricted (governance). A revoked version can never be activated again.
    function revoke(bytes32 versionId, string calldata reason) external;

    /// @notice What {register} would call the version.
    function versionIdOf(bytes32 familyId, VersionDigest calldata digest) external pure returns (bytes32);

    /// @notice The version of the family to serve; 0 for none.
    function activeVersion(bytes32 familyId) external view returns (bytes32);

    function statusOf(bytes32 versionId) external view returns (Status);

    /// @notice The family of a version; 0 when there is no such version.
    function familyOf(bytes32 versionId) external view returns (bytes32);

    /// @notice What a version was registered with; zeros when there is no such version.
    function digestOf(bytes32 versionId) external view returns (VersionDigest memory);

    /// @notice The name of a family; empty when there is no such family.
    function familyName(bytes32 familyId) external view returns (string memory);

    /// @notice How many versions the family has.
    function versionCount(bytes32 familyId) external view returns (uint32);
}
