//! Where the contracts of one chain are, as `script/Deploy.s.sol` writes it to `contracts/deployments/<chainId>.json`.

use alloy::primitives::{Address, B256};
use serde::{Deserialize, Serialize};

/// One deployment of all contracts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deployment {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// First block that can hold an event of ours.
    pub deployed_at_block: u64,
    /// The addresses.
    pub contracts: Contracts,
    /// The model family that the deployment created.
    pub family: Family,
}

/// One address per contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contracts {
    pub governance_token: Address,
    pub timelock: Address,
    pub access_manager: Address,
    pub governor: Address,
    pub staking_pool: Address,
    pub label_epochs: Address,
    pub reward_distributor: Address,
    pub model_registry: Address,
    pub dataset_registry: Address,
    pub epoch_referee: Address,
    pub optimistic_governor: Address,
}

/// A model family.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Family {
    /// Its name.
    pub name: String,
    /// keccak256 of the name.
    pub family_id: B256,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_script_writes() {
        let word = |n: u8| format!("{}", Address::repeat_byte(n));
        let text = format!(
            r#"{{"chainId":31337,"deployedAtBlock":1,"contracts":{{"governanceToken":"{}","timelock":"{}",
            "accessManager":"{}","governor":"{}","stakingPool":"{}","labelEpochs":"{}","rewardDistributor":"{}",
            "modelRegistry":"{}","datasetRegistry":"{}","epochReferee":"{}","optimisticGovernor":"{}"}},"family":{{"name":"polity-chat","familyId":"{}"}}}}"#,
            word(1),
            word(2),
            word(3),
            word(4),
            word(5),
            word(6),
            word(7),
            word(8),
            word(9),
            word(10),
            word(11),
            B256::repeat_byte(12)
        );
        let deployment: Deployment = serde_json::from_str(&text).unwrap();
        assert_eq!(deployment.contracts.label_epochs, Address::repeat_byte(6));
        let again = serde_json::from_str(&serde_json::to_string(&deployment).unwrap()).unwrap();
        assert_eq!(deployment, again);
    }
}
