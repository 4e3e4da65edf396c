// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {EntryPause} from "../governance/EntryPause.sol";
import {IDatasetRegistry} from "../interfaces/IDatasetRegistry.sol";

/// @title Data that versions and epochs cite
/// @dev Append-only, apart from the contributor's consent, which can be withdrawn once and for all.
contract DatasetRegistry is IDatasetRegistry, EntryPause {
    mapping(bytes32 datasetHash => Dataset) private _datasets;

    constructor(address authority_) AccessManaged(authority_) {}

    /// @inheritdoc IDatasetRegistry
    function register(
        bytes32 datasetHash,
        bytes32 sampleRoot,
        uint64 sampleCount,
        address contributor,
        string calldata licence,
        string calldata uri
    ) external whenNotPaused restricted {
        // Check:
        if (
            datasetHash == bytes32(0) || sampleRoot == bytes32(0) || sampleCount == 0 || contributor == address(0)
                || bytes(licence).length == 0
        ) revert DatasetRegistryEmpty();
        if (_exists(datasetHash)) revert DatasetRegistryExists(datasetHash);
        // Effect:
        _datasets[datasetHash] = Dataset({
            sampleRoot: sampleRoot,
            sampleCount: sampleCount,
            registeredAt: Time.timestamp(),
            contributor: contributor,
            consentWithdrawn: false,
            licence: licence,
            uri: uri
        });
        emit DatasetRegistered(datasetHash, contributor, sampleRoot, sampleCount, licence, uri);
    }

    /// @inheritdoc IDatasetRegistry
    function withdrawConsent(bytes32 datasetHash) external {
        // Check:
        if (!_exists(datasetHash)) revert DatasetRegistryUnknown(datasetHash);
        Dataset storage dataset = _datasets[datasetHash];
        if (_msgSender() != dataset.contributor) revert DatasetRegistryNotContributor(datasetHash, _msgSender());
        // Effect:
        dataset.consentWithdrawn = true;
        emit ConsentWithdrawn(datasetHash);
    }

    /// @inheritdoc IDatasetRegistry
    function isUsable(bytes32 datasetHash) external view returns (bool) {
        return _exists(datasetHash) && !_datasets[datasetHash].consentWithdrawn;
    }

    /// @inheritdoc IDatasetRegistry
    function datasetOf(bytes32 datasetHash) external view returns (Dataset memory) {
        return _datasets[datasetHash];
    }

    /// @inheritdoc EntryPause
    function isPausable(bytes4 selector) public pure override returns (bool) {
        return selector == DatasetRegistry.register.selector;
    }

    function _exists(bytes32 datasetHash) private view returns (bool) {
        return _datasets[datasetHash].registeredAt != 0;
    }
}
