//! Stake of labelers: `contracts/src/staking/StakingPool.sol`.

alloy::sol!(
    #[sol(rpc, all_derives)]
    StakingPool,
    "../../contracts/abi/StakingPool.json"
);
