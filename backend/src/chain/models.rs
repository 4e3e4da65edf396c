//! `ModelRegistry`.
use super::{Call, ChainHandle, Mined, ReadError};
use alloy::{primitives::B256, sol_types::SolEvent};
use bindings::{IModelRegistry, ModelRegistry};
use protocol::version::VersionDigest;

/// Where a version is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionStatus {
    None,
    Registered,
    Active,
    Retired,
    Revoked,
    /// Not served until a vote brings it back.
    Suspended,
}

/// What a registration made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Registered {
    pub version_id: B256,
    /// Counts the family's versions from 1.
    pub number: u32,
}

impl ChainHandle {
    /// Register a version of a family.
    pub fn register_version(
        &self,
        family_id: B256,
        digest: &VersionDigest,
        dataset_hashes: Vec<B256>,
        uri: String,
    ) -> Call {
        self.models(&ModelRegistry::registerCall {
            familyId: family_id,
            digest: to_abi(digest),
            datasetHashes: dataset_hashes,
            uri,
        })
    }

    /// What a mined [`ChainHandle::register_version`] made.
    pub fn registered_version(&self, mined: &Mined) -> Option<Registered> {
        let ours = mined.logs.iter().filter(|log| log.address() == self.deployment.contracts.model_registry);
        let mut events = ours.filter_map(|log| ModelRegistry::VersionRegistered::decode_log(&log.inner).ok());
        events.next().map(|event| Registered { version_id: event.versionId, number: event.number })
    }

    /// For a vote: serve this version.
    pub fn activate_version(&self, version_id: B256) -> Call {
        self.models(&ModelRegistry::activateCall { versionId: version_id })
    }

    /// Where a version is in its life.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn version_status(&self, version_id: B256) -> Result<VersionStatus, ReadError> {
        Ok(match self.read_models(&ModelRegistry::statusOfCall { versionId: version_id }).await? {
            1 => VersionStatus::Registered,
            2 => VersionStatus::Active,
            3 => VersionStatus::Retired,
            4 => VersionStatus::Revoked,
            5 => VersionStatus::Suspended,
            _ => VersionStatus::None,
        })
    }

    /// What a version is made of; all zero for an unknown one.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn version_digest(&self, version_id: B256) -> Result<VersionDigest, ReadError> {
        Ok(from_abi(&self.read_models(&ModelRegistry::digestOfCall { versionId: version_id }).await?))
    }

    /// The family of a version; zero for an unknown one.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn version_family(&self, version_id: B256) -> Result<B256, ReadError> {
        self.read_models(&ModelRegistry::familyOfCall { versionId: version_id }).await
    }

    fn models(&self, call: &impl alloy::sol_types::SolCall) -> Call {
        Call::new(self.deployment.contracts.model_registry, call)
    }

    async fn read_models<C: alloy::sol_types::SolCall>(&self, call: &C) -> Result<C::Return, ReadError> {
        self.view(self.deployment.contracts.model_registry, call).await
    }
}

fn to_abi(digest: &VersionDigest) -> IModelRegistry::VersionDigest {
    IModelRegistry::VersionDigest {
        manifestHash: digest.manifest_hash,
        weightsHash: digest.weights_hash,
        runSpecHash: digest.run_spec_hash,
        datasetRoot: digest.dataset_root,
        evaluationHash: digest.evaluation_hash,
        parent: digest.parent,
    }
}

fn from_abi(digest: &IModelRegistry::VersionDigest) -> VersionDigest {
    VersionDigest {
        manifest_hash: digest.manifestHash,
        weights_hash: digest.weightsHash,
        run_spec_hash: digest.runSpecHash,
        dataset_root: digest.datasetRoot,
        evaluation_hash: digest.evaluationHash,
        parent: digest.parent,
    }
}
