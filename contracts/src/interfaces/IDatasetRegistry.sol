// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Data that versions and epochs cite
/// @notice Every dataset is named by the hash of its manifest and bound to its samples by a root. A record never changes,
/// apart from the contributor's consent, which can be withdrawn once and for all.
interface IDatasetRegistry {
    struct Dataset {
        bytes32 sampleRoot; // positional tree over keccak256 of each sample line
        uint64 sampleCount;
        uint48 registeredAt;
        address contributor;
        bool consentWithdrawn;
        string licence; // SPDX expression
        string uri;
    }

    /// @notice The dataset can be cited from now on.
    event DatasetRegistered(
        bytes32 indexed datasetHash,
        address indexed contributor,
        bytes32 sampleRoot,
        uint64 sampleCount,
        string licence,
        string uri
    );
    /// @notice The dataset must not be cited by new versions.
    event ConsentWithdrawn(bytes32 indexed datasetHash);

    error DatasetRegistryExists(bytes32 datasetHash);
    error DatasetRegistryUnknown(bytes32 datasetHash);
    /// @notice Hash, sample root, sample count, contributor or licence is missing.
    error DatasetRegistryEmpty();
    error DatasetRegistryNotContributor(bytes32 datasetHash, address caller);

    /// @notice Restricted (OPERATOR); can be paused. Once per hash, for good.
    /// @param datasetHash keccak256 of the dataset's manifest.json
    /// @param sampleRoot positional tree over keccak256 of each sample line
    /// @param contributor whose data it is; may withdraw consent
    /// @param licence SPDX expression
    /// @param uri where the files are
    function register(
        bytes32 datasetHash,
        bytes32 sampleRoot,
        uint64 sampleCount,
        address contributor,
        string calldata licence,
        string calldata uri
    ) external;

    /// @notice The contributor only. Flags the dataset: new versions must not cite it; past ones stay on record.
    function withdrawConsent(bytes32 datasetHash) external;

    /// @notice Whether new versions may cite the dataset: registered, and consent not withdrawn.
    function isUsable(bytes32 datasetHash) external view returns (bool);
    /// @notice The record; zeros when there is none.
    function datasetOf(bytes32 datasetHash) external view returns (Dataset memory);
}
