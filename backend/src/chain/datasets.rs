//! `DatasetRegistry`.
use super::{Call, ChainHandle, ReadError};
use alloy::primitives::{Address, B256};
use bindings::DatasetRegistry;

/// A dataset's entry in the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetOnChain {
    pub sample_root: B256,
    pub sample_count: u64,
    pub contributor: Address,
    pub consent_withdrawn: bool,
    pub licence: String,
}

impl ChainHandle {
    /// Register a dataset in the operator's name.
    pub fn register_dataset(
        &self,
        dataset_hash: B256,
        sample_root: B256,
        sample_count: u64,
        licence: String,
        uri: String,
    ) -> Call {
        let call = DatasetRegistry::registerCall {
            datasetHash: dataset_hash,
            sampleRoot: sample_root,
            sampleCount: sample_count,
            contributor: self.operator.address(),
            licence,
            uri,
        };
        Call::new(self.deployment.contracts.dataset_registry, &call)
    }

    /// The registry's entry of a dataset; `None` when it was never registered.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn dataset(&self, dataset_hash: B256) -> Result<Option<DatasetOnChain>, ReadError> {
        let call = DatasetRegistry::datasetOfCall { datasetHash: dataset_hash };
        let entry = self.view(self.deployment.contracts.dataset_registry, &call).await?;
        Ok((!entry.registeredAt.is_zero()).then_some(DatasetOnChain {
            sample_root: entry.sampleRoot,
            sample_count: entry.sampleCount,
            contributor: entry.contributor,
            consent_withdrawn: entry.consentWithdrawn,
            licence: entry.licence,
        }))
    }
}
