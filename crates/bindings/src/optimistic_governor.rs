//! Routine actions that pass unless vetoed: `contracts/src/governance/OptimisticGovernor.sol`.

alloy::sol!(
    #[sol(rpc, all_derives)]
    OptimisticGovernor,
    "../../contracts/abi/OptimisticGovernor.json"
);
