//! Names of things as types, so that an epoch cannot be passed where a block number is meant.

use alloy_primitives::U256;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A payout period; the first is 1. JSON: a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub u64);

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// OpenZeppelin Governor's `proposalId`. JSON: a decimal string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProposalId(#[serde(with = "crate::decimal")] pub U256);

impl fmt::Display for ProposalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ProposalId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        crate::decimal::parse(text).map(Self).ok_or_else(|| InvalidId(text.to_owned()))
    }
}

/// Text that should have been an id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a decimal id")]
pub struct InvalidId(pub String);

/// A labeler's answer to a task. JSON and EIP-712: its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
#[repr(u8)]
pub enum Choice {
    /// The first completion is better.
    A = 0,
    /// The second completion is better.
    B = 1,
    /// Equally good. Not valid for pay, half a vote for each in training.
    Tie = 2,
    /// No opinion. Not valid for pay, no vote in training.
    Skip = 3,
}

impl Choice {
    /// Whether the answer counts for pay: A or B.
    pub fn is_valid_for_pay(self) -> bool {
        matches!(self, Self::A | Self::B)
    }
}

impl From<Choice> for u8 {
    fn from(choice: Choice) -> u8 {
        choice as u8
    }
}

impl TryFrom<u8> for Choice {
    type Error = InvalidChoice;

    fn try_from(value: u8) -> Result<Self, Self::Error> {
        match value {
            0 => Ok(Self::A),
            1 => Ok(Self::B),
            2 => Ok(Self::Tie),
            3 => Ok(Self::Skip),
            other => Err(InvalidChoice(other)),
        }
    }
}

/// A number that names no [`Choice`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no choice: 0 A, 1 B, 2 tie, 3 skip")]
pub struct InvalidChoice(pub u8);

/// How a vote counts. Numbers of OpenZeppelin's `GovernorCountingFractional`. JSON: its lower-case name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[repr(u8)]
pub enum Support {
    /// The whole remaining weight against.
    Against = 0,
    /// The whole remaining weight for.
    For = 1,
    /// The whole remaining weight abstains.
    Abstain = 2,
    /// The weight is split by the vote's parameters.
    Fractional = 255,
}

impl From<Support> for u8 {
    fn from(support: Support) -> u8 {
        support as u8
    }
}

impl TryFrom<u8> for Support {
    type Error = InvalidSupport;

    fn try_from(value: u8) -> Result<Self, Self::Error> {
        match value {
            0 => Ok(Self::Against),
            1 => Ok(Self::For),
            2 => Ok(Self::Abstain),
            255 => Ok(Self::Fractional),
            other => Err(InvalidSupport(other)),
        }
    }
}

/// A number that names no [`Support`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no support: 0 against, 1 for, 2 abstain, 255 fractional")]
pub struct InvalidSupport(pub u8);

/// OpenZeppelin Governor's `ProposalState`, in its order. JSON: lower camel case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[repr(u8)]
pub enum ProposalState {
    /// Voting has not started.
    Pending = 0,
    /// Votes are being cast.
    Active = 1,
    /// Withdrawn by the proposer or the guardian.
    Canceled = 2,
    /// No quorum, or not more for than against.
    Defeated = 3,
    /// Passed, to be queued.
    Succeeded = 4,
    /// In the timelock.
    Queued = 5,
    /// Passed, but not queued or executed in time.
    Expired = 6,
    /// Done.
    Executed = 7,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_json_of_the_api() {
        assert_eq!(serde_json::to_string(&Epoch(7)).unwrap(), "7");
        let id = ProposalId(U256::MAX);
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{}\"", U256::MAX));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(serde_json::to_string(&Choice::Skip).unwrap(), "3");
        assert!(serde_json::from_str::<Choice>("4").is_err());
        assert_eq!(serde_json::to_string(&ProposalState::Succeeded).unwrap(), "\"succeeded\"");
        assert_eq!(serde_json::to_string(&Support::For).unwrap(), "\"for\"");
    }

    #[test]
    fn numbers_outside_the_enums_are_refused() {
        assert_eq!(Support::try_from(3), Err(InvalidSupport(3)));
        assert_eq!(Support::try_from(255), Ok(Support::Fractional));
        assert_eq!(Choice::try_from(200), Err(InvalidChoice(200)));
    }
}
