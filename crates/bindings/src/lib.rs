//! The contracts as Rust types, from the published ABIs in `contracts/abi`. No logic.
//!
//! To add a contract: one file here that names its ABI, one re-export, one field in [`Contracts`].

#![expect(clippy::too_many_arguments, reason = "generated code has as many arguments as the ABI")]

mod access_manager;
mod dataset_registry;
mod deployment;
mod epoch_referee;
mod governance_token;
mod label_epochs;
mod model_registry;
mod optimistic_governor;
mod protocol_governor;
mod reward_distributor;
mod staking_pool;
mod timelock_controller;

pub use access_manager::AccessManager;
pub use dataset_registry::{DatasetRegistry, IDatasetRegistry};
pub use deployment::{Contracts, Deployment, Family};
pub use epoch_referee::{EpochReferee, IEpochReferee};
pub use governance_token::GovernanceToken;
pub use label_epochs::{ILabelEpochs, LabelEpochs};
pub use model_registry::{IModelRegistry, ModelRegistry};
pub use optimistic_governor::OptimisticGovernor;
pub use protocol_governor::ProtocolGovernor;
pub use reward_distributor::{IRewardDistributor, RewardDistributor};
pub use staking_pool::StakingPool;
pub use timelock_controller::TimelockController;
