//! Lifecycle of a payout period: `contracts/src/rewards/LabelEpochs.sol`.

alloy::sol!(
    #[sol(rpc, all_derives)]
    LabelEpochs,
    "../../contracts/abi/LabelEpochs.json"
);
