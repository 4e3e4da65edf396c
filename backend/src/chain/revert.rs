//! Why a call failed, in words that an operator understands.
use super::Call;
use alloy::{
    primitives::{Address, Bytes},
    providers::{DynProvider, Provider},
    sol_types::{SolInterface, decode_revert_reason},
    transports::{RpcError, TransportErrorKind},
};
use bindings::{
    AccessManager, DatasetRegistry, EpochReferee, GovernanceToken, LabelEpochs, ModelRegistry,
    OptimisticGovernor, ProtocolGovernor, RewardDistributor, StakingPool, TimelockController,
};

/// The reason in an RPC error; `None` when the node did not execute the call at all.
pub fn reason(error: &RpcError<TransportErrorKind>) -> Option<String> {
    let response = error.as_error_resp()?;
    if let Some(data) = response.as_revert_data() {
        return Some(describe(&data));
    }
    let message = response.message.as_ref();
    message.contains("revert").then(|| message.to_owned())
}

/// Why a transaction that was mined in `block_number` failed. A receipt does not say; the same call on the block before
/// usually does.
pub(super) async fn replay(
    provider: &DynProvider,
    sender: Address,
    call: &Call,
    block_number: u64,
) -> String {
    let again = provider.call(call.from(sender)).block(block_number.saturating_sub(1).into()).await;
    let reason = again.err().and_then(|error| reason(&error));
    reason.unwrap_or_else(|| "it failed for a reason that a replay does not show".to_owned())
}

/// Revert data as the error's name and arguments.
pub fn describe(data: &Bytes) -> String {
    macro_rules! first_of {
        ($($contract:ident :: $errors:ident),* $(,)?) => {
            $(if let Ok(error) = $contract::$errors::abi_decode(data) {
                return format!("{error:?}");
            })*
        };
    }
    first_of!(
        LabelEpochs::LabelEpochsErrors,
        EpochReferee::EpochRefereeErrors,
        RewardDistributor::RewardDistributorErrors,
        ModelRegistry::ModelRegistryErrors,
        DatasetRegistry::DatasetRegistryErrors,
        StakingPool::StakingPoolErrors,
        ProtocolGovernor::ProtocolGovernorErrors,
        OptimisticGovernor::OptimisticGovernorErrors,
        TimelockController::TimelockControllerErrors,
        GovernanceToken::GovernanceTokenErrors,
        AccessManager::AccessManagerErrors,
    );
    decode_revert_reason(data).unwrap_or_else(|| format!("reverted with {data}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::sol_types::SolError;

    #[test]
    fn names_a_custom_error_and_its_arguments() {
        let error = LabelEpochs::LabelEpochsTooEarly {
            epoch: 3,
            notBefore: alloy::primitives::aliases::U48::from(99),
        };
        let text = describe(&error.abi_encode().into());
        assert!(text.contains("LabelEpochsTooEarly") && text.contains('3') && text.contains("99"), "{text}");
    }

    #[test]
    fn shows_data_that_nobody_declared() {
        assert_eq!(describe(&Bytes::from_static(&[0xff, 0xfe, 3, 4])), "reverted with 0xfffe0304");
    }
}
