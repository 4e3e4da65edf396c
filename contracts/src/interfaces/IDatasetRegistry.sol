// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Data that versions and epochs cite
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

    event DatasetRegistered(
        bytes32 indexed datasetHash,
        address indexed contributor,
        bytes32 sampleRoot,
        uint64 sampleCount,
        string licence,
        string uri
    );
    event ConsentWithdrawn(bytes32 indexed datasetHash);

    error DatasetRegistryExists(bytes32 datasetHash);
    error DatasetRegistryUnknown(bytes32 datasetHash);
    error DatasetRegistryEmpty();
    error DatasetRegistryNotContributor(bytes32 datasetHash, address caller);

    /// @notice Restricted (OPERATOR).
    /// @param datasetHash keccak256 of the dataset's manifest.json
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

    function isUsable(bytes32 datasetHash) external view returns (bool);
    function datasetOf(bytes32 datasetHash) external view returns (Dataset memory);
}
