//! Model families and versions: `contracts/src/models/ModelRegistry.sol`.

alloy::sol!(
    #[sol(rpc, all_derives)]
    ModelRegistry,
    "../../contracts/abi/ModelRegistry.json"
);
