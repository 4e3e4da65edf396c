//! Names of model families and versions, as `ModelRegistry` computes them.

use alloy_primitives::{B256, keccak256};
use serde::{Deserialize, Serialize};

/// What a version is made of. Field order is that of `IModelRegistry.VersionDigest`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VersionDigest {
    /// keccak256 of the checkpoint's `manifest.json`.
    pub manifest_hash: B256,
    /// keccak256 of `model.safetensors`.
    pub weights_hash: B256,
    /// `RunSpec::hash`; zero for an import.
    pub run_spec_hash: B256,
    /// [`dataset_root`] of everything that the version was trained on.
    pub dataset_root: B256,
    /// keccak256 of `evaluation.json`; zero for none.
    pub evaluation_hash: B256,
    /// Version that it was trained from; zero for none.
    pub parent: B256,
}

impl VersionDigest {
    /// `versionId`: keccak256(abi.encode(familyId, digest)).
    pub fn version_id(&self, family_id: B256) -> B256 {
        let words = [
            family_id,
            self.manifest_hash,
            self.weights_hash,
            self.run_spec_hash,
            self.dataset_root,
            self.evaluation_hash,
            self.parent,
        ];
        keccak256(words.concat())
    }
}

/// `familyId`: keccak256 of the family's name.
pub fn family_id(name: &str) -> B256 {
    keccak256(name)
}

/// `datasetRoot`: keccak256 of the concatenated dataset hashes in their order; zero for none.
pub fn dataset_root(dataset_hashes: &[B256]) -> B256 {
    if dataset_hashes.is_empty() { B256::ZERO } else { keccak256(dataset_hashes.concat()) }
}

/// Everything that a version learned from: the datasets of its runs in the order of training, each once.
pub fn learned_from<'a>(runs: impl IntoIterator<Item = &'a [B256]>) -> Vec<B256> {
    let mut datasets = Vec::new();
    for hash in runs.into_iter().flatten() {
        if !datasets.contains(hash) {
            datasets.push(*hash);
        }
    }
    datasets
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_sol_types::{SolValue, sol};

    sol! {
        struct Digest {
            bytes32 manifestHash; bytes32 weightsHash; bytes32 runSpecHash; bytes32 datasetRoot;
            bytes32 evaluationHash; bytes32 parent;
        }
    }

    #[test]
    fn version_ids_hash_the_abi_encoding() {
        let word = B256::repeat_byte;
        let digest = VersionDigest {
            manifest_hash: word(1),
            weights_hash: word(2),
            run_spec_hash: word(3),
            dataset_root: word(4),
            evaluation_hash: word(5),
            parent: word(6),
        };
        let sol = Digest {
            manifestHash: word(1),
            weightsHash: word(2),
            runSpecHash: word(3),
            datasetRoot: word(4),
            evaluationHash: word(5),
            parent: word(6),
        };
        let family = family_id("polity-chat");
        assert_eq!(digest.version_id(family), keccak256((family, sol).abi_encode()));
        assert_eq!(dataset_root(&[]), B256::ZERO);
        assert_eq!(dataset_root(&[word(1), word(2)]), keccak256([[1u8; 32], [2; 32]].concat()));
    }
}
