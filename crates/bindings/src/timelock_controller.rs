//! Delay between a vote and its execution: OpenZeppelin's `TimelockController`.

alloy::sol!(
    #[sol(rpc, all_derives)]
    TimelockController,
    "../../contracts/abi/TimelockController.json"
);
