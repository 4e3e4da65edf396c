//! Proposals and votes: `contracts/src/governance/ProtocolGovernor.sol`.

alloy::sol!(
    #[sol(rpc, all_derives)]
    ProtocolGovernor,
    "../../contracts/abi/ProtocolGovernor.json"
);
