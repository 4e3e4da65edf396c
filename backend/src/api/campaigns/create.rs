use super::{Campaign, Sampling, Terms, describe, find};
use crate::{
    api::{
        extract::{Admin, Body},
        problem::{Problem, RouteError},
        types::{Hash, Wei},
    },
    app::AppState,
};
use axum::{Json, extract::State, http::StatusCode};
use protocol::{CampaignTerms, rewards::TermsError};
use serde::Deserialize;
use storage::app::{campaigns, prompts};
use utoipa::ToSchema;

const MAX_PROMPTS: usize = 20_000;
const MAX_PROMPT_BYTES: usize = 16_384;

/// A new campaign with its prompts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateCampaign {
    /// Unique
    pub name: String,
    pub family_id: Hash,
    pub guidelines: String,
    pub minimum_stake: Wei,
    pub terms: Terms,
    pub sampling: Sampling,
    pub max_seats: u32,
    /// What the model is asked, in this order
    pub prompts: Vec<String>,
}

/// Why a campaign was refused.
#[derive(Debug, thiserror::Error)]
pub enum CreateCampaignError {
    #[error("Give the campaign a name of at most 100 characters.")]
    Name,
    #[error("There is a campaign of this name; choose another.")]
    NameTaken,
    #[error("terms: {0}")]
    Terms(#[from] TermsError),
    #[error("terms: {0}: the chain opens no epoch below its floors")]
    Floors(#[source] TermsError),
    #[error("terms: a pay per answer must be below 2^128 wei.")]
    Pay,
    #[error("`{0}` is out of bounds; the schema says which values are possible.")]
    OutOfBounds(&'static str),
    #[error("Give 1 to 20,000 prompts of 1 to 16,384 bytes each; prompt {0} is not.")]
    Prompt(usize),
}

impl RouteError for CreateCampaignError {
    fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::NameTaken => (StatusCode::CONFLICT, "name-taken"),
            _ => (StatusCode::UNPROCESSABLE_ENTITY, "invalid-campaign"),
        }
    }
}

/// Create a campaign
#[utoipa::path(post, path = "/campaigns", tag = "campaigns", operation_id = "createCampaign",
    security(("accessToken" = [])), request_body = CreateCampaign,
    responses((status = 201, body = Campaign), (status = "default", body = Problem)))]
pub async fn create_campaign(
    State(state): State<AppState>,
    _: Admin,
    Body(request): Body<CreateCampaign>,
) -> Result<(StatusCode, Json<Campaign>), Problem> {
    let terms = check(&request)?;
    let floors = state.chain.floors().await.map_err(Problem::internal)?;
    terms.check_floors(&floors).map_err(CreateCampaignError::Floors)?;
    let campaign = campaigns::NewCampaign {
        name: request.name,
        family_id: request.family_id.0,
        guidelines: request.guidelines,
        minimum_stake: request.minimum_stake.0,
        terms,
        sampling: campaigns::Sampling {
            completions_per_prompt: request.sampling.completions_per_prompt,
            max_tokens: request.sampling.max_tokens,
            temperature: request.sampling.temperature,
            seed: request.sampling.seed,
        },
        max_seats: request.max_seats,
    };
    let mut tx = state.pool.begin().await?;
    let id = campaigns::insert(&mut tx, &campaign, state.clock.now()).await?;
    let id = id.ok_or(CreateCampaignError::NameTaken)?;
    prompts::insert_all(&mut tx, id, &request.prompts).await?;
    let campaign = find(&mut tx, id).await?;
    let campaign = describe(&mut tx, campaign).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(campaign)))
}

fn check(request: &CreateCampaign) -> Result<CampaignTerms, CreateCampaignError> {
    let sampling = &request.sampling;
    let bounds = [
        ("maxSeats", (1..=32).contains(&request.max_seats)),
        ("sampling.completionsPerPrompt", (2..=8).contains(&sampling.completions_per_prompt)),
        ("sampling.maxTokens", (1..=2048).contains(&sampling.max_tokens)),
        ("sampling.temperature", (0.0..=2.0).contains(&sampling.temperature)),
        ("sampling.seed", i64::try_from(sampling.seed).is_ok()),
    ];
    if let Some((name, _)) = bounds.iter().find(|(_, fits)| !fits) {
        return Err(CreateCampaignError::OutOfBounds(name));
    }
    if request.name.trim().is_empty() || request.name.chars().count() > 100 {
        return Err(CreateCampaignError::Name);
    }
    if request.prompts.is_empty() || request.prompts.len() > MAX_PROMPTS {
        return Err(CreateCampaignError::Prompt(request.prompts.len()));
    }
    // Postgres text cannot hold NUL.
    let bad = |p: &String| p.trim().is_empty() || p.len() > MAX_PROMPT_BYTES || p.contains('\0');
    if let Some(position) = request.prompts.iter().position(bad) {
        return Err(CreateCampaignError::Prompt(position + 1));
    }
    let terms = request.terms.to_protocol().ok_or(CreateCampaignError::Pay)?;
    terms.check()?;
    Ok(terms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::{B256, U256};

    fn request() -> CreateCampaign {
        let wei = |n: u64| Wei(U256::from(n));
        CreateCampaign {
            name: "Kind answers".into(),
            family_id: Hash(B256::ZERO),
            guidelines: "Prefer the kinder answer.".into(),
            minimum_stake: wei(1),
            terms: Terms {
                budget: wei(1_000),
                base_pay: wei(1),
                alpha_pay: wei(4),
                block_slots: 16,
                overlap_slots: 8,
                gold_slots: 2,
                min_overlap: 6,
                min_roster: 3,
            },
            sampling: Sampling { completions_per_prompt: 2, max_tokens: 32, temperature: 1.0, seed: 1 },
            max_seats: 16,
            prompts: vec!["hello".into()],
        }
    }

    #[test]
    fn names_the_field_that_is_wrong() {
        assert!(check(&request()).is_ok());
        let message = |change: fn(&mut CreateCampaign)| {
            let mut request = request();
            change(&mut request);
            check(&request).unwrap_err().to_string()
        };
        assert!(message(|r| r.max_seats = 33).contains("maxSeats"));
        assert!(message(|r| r.terms.overlap_slots = 7).contains("overlapSlots"));
        assert!(message(|r| r.terms.base_pay = Wei(U256::MAX)).contains("2^128"));
        assert!(message(|r| r.sampling.temperature = f64::NAN).contains("temperature"));
        assert!(message(|r| r.prompts.push("\0".into())).contains("prompt 2"));
        assert!(message(|r| r.name = " ".into()).contains("name"));
    }
}
