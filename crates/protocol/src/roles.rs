//! Role ids of the one `AccessManager`.

/// May do everything that is restricted; held by the Timelock alone.
pub const ADMIN: u64 = 0;
/// Opens epochs, commits labels, registers datasets.
pub const OPERATOR: u64 = 1;
/// Registers model versions.
pub const TRAINER: u64 = 2;
/// Stops what is going wrong until a vote: suspends model versions, pauses entries, cancels proposals.
pub const GUARDIAN: u64 = 3;
/// The `LabelEpochs` contract: installs approved payouts roots in the `RewardDistributor`.
pub const LABEL_EPOCHS: u64 = 4;
/// The `EpochReferee` contract: settles proved frauds in `LabelEpochs`.
pub const REFEREE: u64 = 5;
/// Slashes stakes: the `EpochReferee`, and the Timelock for what only a vote can judge.
pub const SLASHER: u64 = 6;
/// The `OptimisticGovernor`, once a vote turned it on: routine actions that pass unless vetoed.
pub const ROUTINE: u64 = 7;

/// Name of a role in the API, lower camel case.
pub fn name(role_id: u64) -> Option<&'static str> {
    match role_id {
        ADMIN => Some("admin"),
        OPERATOR => Some("operator"),
        TRAINER => Some("trainer"),
        GUARDIAN => Some("guardian"),
        LABEL_EPOCHS => Some("labelEpochs"),
        REFEREE => Some("referee"),
        SLASHER => Some("slasher"),
        ROUTINE => Some("routine"),
        _ => None,
    }
}
