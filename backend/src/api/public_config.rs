//! What the page needs to know before it can do anything: one build of the page fits every deployment.
use super::types::{Account, Hash};
use crate::{app::AppState, auth::siwe};
use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

/// The chain that Anvil makes, with its well-known funded keys.
const DEV_CHAIN_ID: u64 = 31337;

/// Everything that differs between deployments.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublicConfig {
    pub chain_id: u64,
    /// JSON-RPC of the chain, on this server
    pub rpc_path: String,
    pub contracts: PublicContracts,
    pub family: PublicFamily,
    /// Whether the page may offer the well-known funded keys of a development chain
    pub dev_wallets: bool,
    pub siwe: SiweConfig,
}

/// One address per contract.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublicContracts {
    pub governance_token: Account,
    pub timelock: Account,
    pub access_manager: Account,
    pub governor: Account,
    pub staking_pool: Account,
    pub label_epochs: Account,
    pub reward_distributor: Account,
    pub model_registry: Account,
    pub dataset_registry: Account,
    pub epoch_referee: Account,
    pub optimistic_governor: Account,
}

/// The model family of the deployment.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublicFamily {
    pub name: String,
    pub family_id: Hash,
}

/// What a sign-in message must say.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SiweConfig {
    pub domain: String,
    pub uri: String,
}

/// Everything that differs between deployments
#[utoipa::path(get, path = "/config.json", tag = "status", operation_id = "getConfig",
    responses((status = 200, body = PublicConfig)))]
pub async fn get_config(State(state): State<AppState>) -> Json<PublicConfig> {
    let deployment = &state.chain.deployment;
    let contracts = &deployment.contracts;
    Json(PublicConfig {
        chain_id: state.chain.chain_id,
        rpc_path: "/rpc".into(),
        contracts: PublicContracts {
            governance_token: Account(contracts.governance_token),
            timelock: Account(contracts.timelock),
            access_manager: Account(contracts.access_manager),
            governor: Account(contracts.governor),
            staking_pool: Account(contracts.staking_pool),
            label_epochs: Account(contracts.label_epochs),
            reward_distributor: Account(contracts.reward_distributor),
            model_registry: Account(contracts.model_registry),
            dataset_registry: Account(contracts.dataset_registry),
            epoch_referee: Account(contracts.epoch_referee),
            optimistic_governor: Account(contracts.optimistic_governor),
        },
        family: PublicFamily {
            name: deployment.family.name.clone(),
            family_id: Hash(deployment.family.family_id),
        },
        dev_wallets: state.chain.chain_id == DEV_CHAIN_ID,
        siwe: SiweConfig {
            domain: siwe::domain_of(&state.public_url).to_owned(),
            uri: state.public_url.to_string(),
        },
    })
}
