//! Reward pool and claims: `contracts/src/rewards/RewardDistributor.sol`.

alloy::sol!(
    #[sol(rpc, all_derives)]
    RewardDistributor,
    "../../contracts/abi/RewardDistributor.json"
);
