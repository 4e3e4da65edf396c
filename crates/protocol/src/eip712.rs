//! Typed messages that people, session keys and the operator sign (EIP-712), and who signed them (EIP-2, EIP-155 `v`).
//!
//! A leaf of a Merkle tree is the EIP-712 `hashStruct` of its type too, so a leaf can never be taken for a message of
//! another type.

pub use crate::recovery::recover;

use crate::Choice;
use alloy_primitives::{Address, B256, FixedBytes, keccak256};
use alloy_sol_types::{Eip712Domain, SolStruct, eip712_domain};
use serde::{Deserialize, Serialize};

/// The structures as EIP-712 spells them; field order and names are part of each type hash.
pub(crate) mod typed {
    alloy_sol_types::sol! {
        struct SessionKeyAuthorization { address labeler; address sessionKey; string scope; uint64 expiresAt; }
        struct Preference {
            uint64 epoch; uint32 block; uint32 seat; uint16 slot; bytes32 taskId; uint8 choice; address labeler;
        }
        struct Receipt { bytes32 preferenceHash; uint64 receivedAt; }
        struct Task { string prompt; string completionA; string completionB; bytes32 versionId; }
        struct LabelLeaf {
            uint64 epoch; uint32 block; uint32 seat; address labeler; uint256 answers; uint256 valid;
        }
        struct GoldLeaf { uint256 answers; bytes32 tasksHash; }
        struct PayoutLeaf { address account; uint256 cumulative; uint256 runningTotal; bytes32 rawPayHash; }
        struct RawPay { uint32 position; uint256 raw; uint256 runningRaw; }
    }
}

/// `r ‖ s ‖ v`, v 27 or 28, as wallets return it.
pub type SignatureBytes = FixedBytes<65>;

/// Scope of a session key that may sign preferences, and nothing else.
pub const LABEL_SCOPE: &str = "label";

/// The domain of every message: `Polity`, version 1, on one chain and for one `LabelEpochs` contract.
pub fn domain(chain_id: u64, label_epochs: Address) -> Eip712Domain {
    eip712_domain! { name: "Polity", version: "1", chain_id: chain_id, verifying_contract: label_epochs, }
}

/// What is signed: a message's `hashStruct` under the separator of a domain ([`Eip712Domain::separator`], worth keeping
/// where there are many messages).
pub fn digest(separator: B256, hash_struct: B256) -> B256 {
    keccak256([&[0x19, 0x01], separator.as_slice(), hash_struct.as_slice()].concat())
}

/// A wallet allows a key that the page holds to sign in its name. Signed by `labeler`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SessionKeyAuthorization {
    /// The wallet.
    pub labeler: Address,
    /// The key that it authorises.
    pub session_key: Address,
    /// What the key may sign; [`LABEL_SCOPE`].
    pub scope: String,
    /// Unix seconds after which the server takes no more signatures of the key.
    pub expires_at: u64,
}

impl SessionKeyAuthorization {
    fn typed(&self) -> typed::SessionKeyAuthorization {
        typed::SessionKeyAuthorization {
            labeler: self.labeler,
            sessionKey: self.session_key,
            scope: self.scope.clone(),
            expiresAt: self.expires_at,
        }
    }

    /// EIP-712 `hashStruct`.
    pub fn hash_struct(&self) -> B256 {
        self.typed().eip712_hash_struct()
    }

    /// The digest that the wallet signs.
    pub fn signing_hash(&self, domain: &Eip712Domain) -> B256 {
        self.typed().eip712_signing_hash(domain)
    }
}

/// One answer of a labeler. Signed by the session key. Answers are final: a second one to the same slot that differs
/// costs stake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Preference {
    /// Payout period.
    pub epoch: u64,
    /// Block of the epoch.
    pub block: u32,
    /// The labeler's seat in the block.
    pub seat: u32,
    /// Slot of the labeler's queue, 0 to 255.
    pub slot: u16,
    /// Task shown in the slot.
    pub task_id: B256,
    /// The answer.
    pub choice: Choice,
    /// The wallet in whose name the key signs.
    pub labeler: Address,
}

impl Preference {
    fn typed(&self) -> typed::Preference {
        typed::Preference {
            epoch: self.epoch,
            block: self.block,
            seat: self.seat,
            slot: self.slot,
            taskId: self.task_id,
            choice: self.choice.into(),
            labeler: self.labeler,
        }
    }

    /// EIP-712 `hashStruct`: the `preferenceHash` of receipts.
    pub fn hash_struct(&self) -> B256 {
        self.typed().eip712_hash_struct()
    }

    /// The digest that the session key signs.
    pub fn signing_hash(&self, domain: &Eip712Domain) -> B256 {
        self.typed().eip712_signing_hash(domain)
    }
}

/// The operator confirms that it holds a preference. Signed by the operator key; proves a label left out or changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Receipt {
    /// [`Preference::hash_struct`].
    pub preference_hash: B256,
    /// Unix seconds.
    pub received_at: u64,
}

impl Receipt {
    fn typed(&self) -> typed::Receipt {
        typed::Receipt { preferenceHash: self.preference_hash, receivedAt: self.received_at }
    }

    /// EIP-712 `hashStruct`.
    pub fn hash_struct(&self) -> B256 {
        self.typed().eip712_hash_struct()
    }

    /// The digest that the operator signs.
    pub fn signing_hash(&self, domain: &Eip712Domain) -> B256 {
        self.typed().eip712_signing_hash(domain)
    }
}

/// Why a signature names nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The last byte must be 27 or 28.
    #[error("the last byte of the signature is {0}, not 27 or 28")]
    RecoveryByte(u8),
    /// `s` is in the upper half of the order; a second spelling of another signature (EIP-2).
    #[error("the signature has a high s value")]
    Malleable,
    /// No public key fits.
    #[error("the signature fits no public key")]
    Invalid,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_hashes_are_those_of_the_written_types() {
        let hash = |text: &str| keccak256(text);
        let preference = Preference {
            epoch: 1,
            block: 0,
            seat: 1,
            slot: 2,
            task_id: B256::repeat_byte(3),
            choice: Choice::B,
            labeler: Address::repeat_byte(4),
        };
        assert_eq!(
            preference.typed().eip712_type_hash(),
            hash(
                "Preference(uint64 epoch,uint32 block,uint32 seat,uint16 slot,bytes32 taskId,uint8 choice,address labeler)"
            )
        );
        let receipt = Receipt { preference_hash: preference.hash_struct(), received_at: 9 };
        assert_eq!(
            receipt.typed().eip712_type_hash(),
            hash("Receipt(bytes32 preferenceHash,uint64 receivedAt)")
        );
        assert_eq!(
            typed::LabelLeaf::eip712_encode_type(),
            "LabelLeaf(uint64 epoch,uint32 block,uint32 seat,address labeler,uint256 answers,uint256 valid)"
        );
        assert_eq!(typed::GoldLeaf::eip712_encode_type(), "GoldLeaf(uint256 answers,bytes32 tasksHash)");
        assert_eq!(
            typed::PayoutLeaf::eip712_encode_type(),
            "PayoutLeaf(address account,uint256 cumulative,uint256 runningTotal,bytes32 rawPayHash)"
        );
        assert_eq!(
            typed::RawPay::eip712_encode_type(),
            "RawPay(uint32 position,uint256 raw,uint256 runningRaw)"
        );
        assert_eq!(
            typed::SessionKeyAuthorization::eip712_encode_type(),
            "SessionKeyAuthorization(address labeler,address sessionKey,string scope,uint64 expiresAt)"
        );
    }
}
