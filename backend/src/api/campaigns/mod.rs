//! What is asked, of whom and for how much.
pub mod agreement;
pub mod create;
pub mod get;
pub mod list;
pub mod list_tasks;
pub mod open_epoch;
pub mod sample;
pub mod set_gold;

use super::{
    problem::Problem,
    types::{Hash, Wei},
};
use protocol::CampaignTerms;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use storage::app::{campaigns, epochs, prompts, tasks};
use utoipa::ToSchema;

/// How an epoch pays and what a labeler's queue looks like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Terms {
    /// Most that the epoch pays in all
    pub budget: Wei,
    /// Per answer A or B; below 2^72
    pub base_pay: Wei,
    /// Per answer A or B, times the score; below 2^72
    pub alpha_pay: Wei,
    /// Tasks in a queue, 1 to 256
    pub block_slots: u16,
    /// Of them given to everybody in the block
    pub overlap_slots: u16,
    /// Of the others, with an answer known beforehand
    pub gold_slots: u16,
    /// With fewer common answers: base pay only
    pub min_overlap: u16,
    /// With fewer labelers in the block: base pay only
    pub min_roster: u16,
}

impl From<CampaignTerms> for Terms {
    fn from(terms: CampaignTerms) -> Self {
        Self {
            budget: Wei(terms.budget),
            base_pay: Wei(alloy::primitives::U256::from(terms.base_pay)),
            alpha_pay: Wei(alloy::primitives::U256::from(terms.alpha_pay)),
            block_slots: terms.block_slots,
            overlap_slots: terms.overlap_slots,
            gold_slots: terms.gold_slots,
            min_overlap: terms.min_overlap,
            min_roster: terms.min_roster,
        }
    }
}

impl Terms {
    /// `None` when a pay per answer is 2^128 wei or more.
    fn to_protocol(&self) -> Option<CampaignTerms> {
        Some(CampaignTerms {
            budget: self.budget.0,
            base_pay: self.base_pay.0.try_into().ok()?,
            alpha_pay: self.alpha_pay.0.try_into().ok()?,
            block_slots: self.block_slots,
            overlap_slots: self.overlap_slots,
            gold_slots: self.gold_slots,
            min_overlap: self.min_overlap,
            min_roster: self.min_roster,
        })
    }
}

/// How completions are drawn from the served version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Sampling {
    /// 2 to 8
    pub completions_per_prompt: u32,
    /// Per completion, 1 to 2048
    pub max_tokens: u32,
    /// 0 to 2
    pub temperature: f64,
    pub seed: u64,
}

/// A campaign.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Campaign {
    pub campaign_id: i64,
    pub name: String,
    /// The model family that the labels are for
    pub family_id: Hash,
    /// What makes a completion better, in Markdown
    pub guidelines: String,
    /// Active stake that a labeler needs
    pub minimum_stake: Wei,
    pub terms: Terms,
    pub sampling: Sampling,
    /// Labelers in one block
    pub max_seats: u32,
    /// `active` or `paused`
    pub status: String,
    /// The epoch that takes answers now
    pub open_epoch: Option<u64>,
    pub n_tasks: u64,
    pub n_prompts: u64,
    /// Prompts that have their tasks
    pub n_sampled: u64,
}

/// A stored campaign with its counts.
async fn describe(conn: &mut PgConnection, campaign: campaigns::Campaign) -> Result<Campaign, sqlx::Error> {
    let id = campaign.campaign_id;
    let (n_sampled, n_prompts) = prompts::count(conn, id).await?;
    Ok(Campaign {
        campaign_id: id,
        name: campaign.name,
        family_id: Hash(campaign.family_id),
        guidelines: campaign.guidelines,
        minimum_stake: Wei(campaign.minimum_stake),
        terms: campaign.terms.into(),
        sampling: Sampling {
            completions_per_prompt: campaign.sampling.completions_per_prompt,
            max_tokens: campaign.sampling.max_tokens,
            temperature: campaign.sampling.temperature,
            seed: campaign.sampling.seed,
        },
        max_seats: campaign.max_seats,
        status: campaign.status,
        open_epoch: epochs::find_open_by_campaign(conn, id).await?,
        n_tasks: tasks::count(conn, id).await?,
        n_prompts,
        n_sampled,
    })
}

/// The campaign, or the problem that there is none.
async fn find(conn: &mut PgConnection, campaign_id: i64) -> Result<campaigns::Campaign, Problem> {
    let found = campaigns::find(conn, campaign_id).await?;
    found.ok_or_else(|| Problem::not_found(format!("campaign {campaign_id}")))
}
