//! Who may call what: OpenZeppelin's `AccessManager`.

alloy::sol!(
    #[sol(rpc, all_derives)]
    AccessManager,
    "../../contracts/abi/AccessManager.json"
);
