//! Models and data.

use super::{DecodeError, paused};
use crate::events::{ChainEvent, DatasetsEvent, ModelsEvent};
use bindings::{
    Contracts, DatasetRegistry::DatasetRegistryEvents as DatasetRegistry,
    ModelRegistry::ModelRegistryEvents as ModelRegistry,
};
use protocol::version::VersionDigest;
use storage::chain::model_versions::NewVersion;

pub(super) fn models(contracts: &Contracts, event: ModelRegistry) -> Result<Option<ChainEvent>, DecodeError> {
    Ok(Some(ChainEvent::Models(match event {
        ModelRegistry::FamilyCreated(e) => ModelsEvent::FamilyCreated { family_id: e.familyId, name: e.name },
        ModelRegistry::VersionRegistered(e) => ModelsEvent::VersionRegistered(Box::new(NewVersion {
            version_id: e.versionId,
            family_id: e.familyId,
            number: e.number,
            digest: VersionDigest {
                manifest_hash: e.digest.manifestHash,
                weights_hash: e.digest.weightsHash,
                run_spec_hash: e.digest.runSpecHash,
                dataset_root: e.digest.datasetRoot,
                evaluation_hash: e.digest.evaluationHash,
                parent: e.digest.parent,
            },
            uri: e.uri,
        })),
        ModelRegistry::VersionActivated(e) => ModelsEvent::VersionActivated {
            version_id: e.versionId,
            family_id: e.familyId,
            previous: (!e.previous.is_zero()).then_some(e.previous),
        },
        ModelRegistry::VersionRevoked(e) => {
            ModelsEvent::VersionRevoked { version_id: e.versionId, family_id: e.familyId, reason: e.reason }
        }
        ModelRegistry::VersionSuspended(e) => {
            ModelsEvent::VersionSuspended { version_id: e.versionId, family_id: e.familyId, reason: e.reason }
        }
        ModelRegistry::EntryPaused(e) => {
            return paused(contracts.model_registry, e.selector, e.until, e.rearmAt).map(Some);
        }
        _ => return Ok(None),
    })))
}

pub(super) fn datasets(
    contracts: &Contracts,
    event: DatasetRegistry,
) -> Result<Option<ChainEvent>, DecodeError> {
    Ok(Some(ChainEvent::Datasets(match event {
        DatasetRegistry::DatasetRegistered(e) => DatasetsEvent::Registered {
            dataset_hash: e.datasetHash,
            contributor: e.contributor,
            sample_root: e.sampleRoot,
            sample_count: e.sampleCount,
            licence: e.licence,
            uri: e.uri,
        },
        DatasetRegistry::ConsentWithdrawn(e) => {
            DatasetsEvent::ConsentWithdrawn { dataset_hash: e.datasetHash }
        }
        DatasetRegistry::EntryPaused(e) => {
            return paused(contracts.dataset_registry, e.selector, e.until, e.rearmAt).map(Some);
        }
        _ => return Ok(None),
    })))
}
