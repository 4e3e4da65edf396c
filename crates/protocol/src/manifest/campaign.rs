//! What labelers are asked to do: the campaign that an epoch's terms commit to.

use super::{
    canonical::{CanonicalError, canonical_hash},
    format::format_tag,
};
use alloy_primitives::{B256, U256};
use serde::{Deserialize, Serialize};

format_tag!(CampaignFormat, "polity.campaign.v1");

/// A campaign as of the opening of an epoch; `campaignHash` is keccak256 of its canonical JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CampaignManifest {
    /// Always `polity.campaign.v1`.
    pub format: CampaignFormat,
    /// Title.
    pub name: String,
    /// Model family that the labels are for.
    pub family_id: B256,
    /// What makes a completion better, in words.
    pub guidelines: String,
    /// Active stake that a labeler needs, in wei.
    #[serde(with = "crate::decimal")]
    pub minimum_stake: U256,
    /// Versions that wrote the completions, ascending.
    pub version_ids: Vec<B256>,
    /// Every task of the campaign, by prompt.
    pub prompts: Vec<CampaignPrompt>,
}

impl CampaignManifest {
    /// `campaignHash`.
    ///
    /// # Errors
    /// As [`canonical_hash`].
    pub fn hash(&self) -> Result<B256, CanonicalError> {
        canonical_hash(self)
    }
}

/// A prompt and the tasks made of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CampaignPrompt {
    /// What the user said.
    pub prompt: String,
    /// Its tasks, ascending.
    pub task_ids: Vec<B256>,
}
