//! ERC-20 with votes and stake in place: `contracts/src/governance/GovernanceToken.sol`.

alloy::sol!(
    #[sol(rpc, all_derives)]
    GovernanceToken,
    "../../contracts/abi/GovernanceToken.json"
);
