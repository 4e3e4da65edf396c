//! Answers and receipts that labelers kept: what an operator cannot show differently afterwards.
use crate::chain::SignedPreference;
use alloy::primitives::{Address, B256, Bytes};
use anyhow::Context;
use protocol::{
    Choice, LabelWord,
    eip712::{Preference, Receipt, SignatureBytes, recover},
};
use serde::Deserialize;
use std::path::Path;

/// A kept answer, as the page stores it; other fields are ignored.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    chain_id: u64,
    contract: Address,
    epoch: u64,
    block: u32,
    seat: u32,
    slot: u16,
    task_id: B256,
    choice: Choice,
    labeler: Address,
    /// Key that signed the answer; without it and the signature the answer shows no equivocation.
    session_key: Option<Address>,
    signature: Option<Bytes>,
    /// The operator's; without it the answer shows nothing about the labels.
    receipt: Option<KeptReceipt>,
}

/// The operator's signature over an answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptReceipt {
    /// Unix seconds.
    pub received_at: u64,
    pub signature: Bytes,
}

impl Kept {
    /// Every `.json` file of a folder, or one file: an object or an array of them.
    ///
    /// # Errors
    /// Something cannot be read.
    pub fn read(place: &Path) -> anyhow::Result<Vec<Self>> {
        let mut files = vec![place.to_owned()];
        if place.is_dir() {
            let entries: Result<Vec<_>, _> = std::fs::read_dir(place)?.collect();
            files = entries?.into_iter().map(|entry| entry.path()).collect();
            files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
            files.sort();
        }
        let mut kept = Vec::new();
        for file in files {
            kept.extend(read_file(&file).with_context(|| format!("reading {}", file.display()))?);
        }
        Ok(kept)
    }

    /// Whether it belongs to an epoch of this deployment.
    pub fn is_of(&self, chain_id: u64, label_epochs: Address, epoch: u64) -> bool {
        (self.chain_id, self.contract, self.epoch) == (chain_id, label_epochs, epoch)
    }

    /// The message that was signed.
    pub fn preference(&self) -> Preference {
        Preference {
            epoch: self.epoch,
            block: self.block,
            seat: self.seat,
            slot: self.slot,
            task_id: self.task_id,
            choice: self.choice,
            labeler: self.labeler,
        }
    }

    /// The answer and its key, where both were kept.
    pub fn signed(&self) -> Option<(Address, SignedPreference)> {
        let signature = self.signature.clone()?;
        Some((self.session_key?, SignedPreference { preference: self.preference(), signature }))
    }

    /// The receipt, if the operator's key signed it.
    pub fn receipt_of(&self, operator: Address) -> Option<&KeptReceipt> {
        let receipt = self.receipt.as_ref()?;
        let message =
            Receipt { preference_hash: self.preference().hash_struct(), received_at: receipt.received_at };
        let digest = message.signing_hash(&protocol::eip712::domain(self.chain_id, self.contract));
        let signature = SignatureBytes::try_from(receipt.signature.as_ref()).ok()?;
        (recover(&digest, &signature).ok()? == operator).then_some(receipt)
    }

    /// Whether a seat's word says what was answered.
    pub fn is_in(&self, word: Option<&LabelWord>) -> bool {
        let Some(word) = word.filter(|word| word.labeler == self.labeler) else { return false };
        let said = word.get(self.slot.into());
        if self.choice.is_valid_for_pay() { said == Some(self.choice) } else { said.is_none() }
    }
}

fn read_file(file: &Path) -> anyhow::Result<Vec<Kept>> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        Many(Vec<Kept>),
        One(Box<Kept>),
    }
    Ok(match serde_json::from_slice(&std::fs::read(file)?)? {
        OneOrMany::Many(kept) => kept,
        OneOrMany::One(kept) => vec![*kept],
    })
}
