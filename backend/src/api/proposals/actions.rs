//! Calls of a proposal, decoded with the published ABIs.
use super::{Action, Argument};
use crate::{
    api::types::{Account, HexBytes, Wei},
    chain::Contracts,
};
use alloy::{
    dyn_abi::{DynSolValue, JsonAbiExt},
    json_abi::{Function, JsonAbi},
    primitives::{Address, FixedBytes, U256},
};
use serde_json::{Value, json};
use std::sync::LazyLock;

macro_rules! abis {
    ($($name:literal),* $(,)?) => {
        /// Name and ABI of every contract of a deployment.
        static ABIS: LazyLock<Vec<(&'static str, JsonAbi)>> = LazyLock::new(|| {
            vec![$((
                $name,
                serde_json::from_str(include_str!(concat!("../../../../contracts/abi/", $name, ".json")))
                    .expect("the published ABIs are valid; a test reads them all"),
            )),*]
        });
    };
}

abis!(
    "GovernanceToken",
    "ProtocolGovernor",
    "TimelockController",
    "AccessManager",
    "StakingPool",
    "LabelEpochs",
    "EpochReferee",
    "RewardDistributor",
    "ModelRegistry",
    "DatasetRegistry",
    "OptimisticGovernor",
);

/// Decode one call. What cannot be decoded is shown as it is.
pub fn decode(contracts: &Contracts, target: Address, value: U256, calldata: &[u8]) -> Action {
    let contract = name_of(contracts, target);
    let function = contract.and_then(|name| {
        let (_, abi) = ABIS.iter().find(|(other, _)| *other == name)?;
        abi.functions().find(|function| calldata.starts_with(function.selector().as_slice()))
    });
    let args = function.and_then(|function| decode_args(function, &calldata[4..]));
    Action {
        target: Account(target),
        contract: contract.map(Into::into),
        function: args.as_ref().and(function).map(|function| function.name.clone()),
        args: args.unwrap_or_default(),
        summary: String::new(),
        calldata: HexBytes(calldata.to_vec().into()),
        value: Wei(value),
    }
}

/// Our name of a contract; `None` for an address that is not one of the deployment's.
pub fn name_of(contracts: &Contracts, target: Address) -> Option<&'static str> {
    let names = [
        (contracts.governance_token, "GovernanceToken"),
        (contracts.governor, "ProtocolGovernor"),
        (contracts.timelock, "TimelockController"),
        (contracts.access_manager, "AccessManager"),
        (contracts.staking_pool, "StakingPool"),
        (contracts.label_epochs, "LabelEpochs"),
        (contracts.reward_distributor, "RewardDistributor"),
        (contracts.model_registry, "ModelRegistry"),
        (contracts.dataset_registry, "DatasetRegistry"),
        (contracts.epoch_referee, "EpochReferee"),
        (contracts.optimistic_governor, "OptimisticGovernor"),
    ];
    names.iter().find(|(address, _)| *address == target).map(|(_, name)| *name)
}

/// Name of the function with this selector (0x-hex) in the contract of this name.
pub fn function_of(contract: &str, selector: &str) -> Option<&'static str> {
    let selector: FixedBytes<4> = selector.parse().ok()?;
    let (_, abi) = ABIS.iter().find(|(name, _)| *name == contract)?;
    abi.functions().find(|function| function.selector() == selector).map(|function| function.name.as_str())
}

fn decode_args(function: &Function, data: &[u8]) -> Option<Vec<Argument>> {
    let values = function.abi_decode_input(data).ok()?;
    let args = function.inputs.iter().zip(values).map(|(input, value)| Argument {
        name: input.name.clone(),
        kind: input.selector_type().into_owned(),
        value: to_json(&value),
    });
    Some(args.collect())
}

fn to_json(value: &DynSolValue) -> Value {
    match value {
        DynSolValue::Bool(flag) => json!(flag),
        DynSolValue::Int(number, _) => json!(number.to_string()),
        DynSolValue::Uint(number, _) => json!(number.to_string()),
        DynSolValue::FixedBytes(word, size) => json!(alloy::hex::encode_prefixed(&word[..*size])),
        DynSolValue::Address(address) => json!(address.to_checksum(None)),
        DynSolValue::Function(function) => json!(alloy::hex::encode_prefixed(function.as_slice())),
        DynSolValue::Bytes(bytes) => json!(alloy::hex::encode_prefixed(bytes)),
        DynSolValue::String(text) => json!(text),
        DynSolValue::Array(items) | DynSolValue::FixedArray(items) | DynSolValue::Tuple(items) => {
            Value::Array(items.iter().map(to_json).collect())
        }
        DynSolValue::CustomStruct { tuple, .. } => Value::Array(tuple.iter().map(to_json).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::{primitives::B256, sol_types::SolCall};

    alloy::sol! {
        function acceptPayouts(uint64 epoch, bytes32 payoutsRoot) external;
        function unheardOf(uint256 x) external;
    }

    fn contracts() -> Contracts {
        let address = Address::repeat_byte;
        Contracts {
            governance_token: address(1),
            timelock: address(2),
            access_manager: address(3),
            governor: address(4),
            staking_pool: address(5),
            label_epochs: address(6),
            reward_distributor: address(7),
            model_registry: address(8),
            dataset_registry: address(9),
            epoch_referee: address(10),
            optimistic_governor: address(11),
        }
    }

    #[test]
    fn a_call_of_our_contracts_gets_its_names_and_values() {
        let root = B256::repeat_byte(0xab);
        let call = acceptPayoutsCall { epoch: 3, payoutsRoot: root }.abi_encode();
        let action = decode(&contracts(), Address::repeat_byte(6), U256::ZERO, &call);
        assert_eq!(action.contract.as_deref(), Some("LabelEpochs"));
        assert_eq!(action.function.as_deref(), Some("acceptPayouts"));
        assert_eq!(action.args[0].value, "3");
        assert_eq!((action.args[1].name.as_str(), action.args[1].kind.as_str()), ("payoutsRoot", "bytes32"));
        assert_eq!(action.args[1].value, root.to_string());
    }

    #[test]
    fn what_cannot_be_decoded_is_shown_as_it_is() {
        let call = unheardOfCall { x: U256::from(1) }.abi_encode();
        let unknown = decode(&contracts(), Address::repeat_byte(6), U256::from(5), &call);
        assert_eq!((unknown.function, unknown.args.len()), (None, 0));
        assert_eq!(unknown.value, Wei(U256::from(5)));
        let foreign = decode(&contracts(), Address::repeat_byte(0x77), U256::ZERO, &call);
        assert_eq!(foreign.contract, None);
        let accept = acceptPayoutsCall { epoch: 3, payoutsRoot: B256::ZERO }.abi_encode();
        let cut = decode(&contracts(), Address::repeat_byte(6), U256::ZERO, &accept[..20]);
        assert_eq!(cut.function, None, "too short for its arguments");
        assert_eq!(decode(&contracts(), Address::repeat_byte(6), U256::ZERO, &[]).function, None);
        let selector = acceptPayoutsCall::SELECTOR.to_vec();
        let named = |contract| function_of(contract, &alloy::hex::encode_prefixed(&selector));
        assert_eq!((named("LabelEpochs"), named("StakingPool")), (Some("acceptPayouts"), None));
    }
}
