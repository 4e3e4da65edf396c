//! Registered data: `contracts/src/data/DatasetRegistry.sol`.

alloy::sol!(
    #[sol(rpc, all_derives)]
    DatasetRegistry,
    "../../contracts/abi/DatasetRegistry.json"
);
