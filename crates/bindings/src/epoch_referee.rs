//! Judge of label epochs: `contracts/src/rewards/EpochReferee.sol`.

// Structs of the interface have it as a member; the ABI does not say that it belongs to no contract.
use EpochReferee::LabelWord;

alloy::sol!(
    #[sol(rpc, all_derives)]
    EpochReferee,
    "../../contracts/abi/EpochReferee.json"
);
