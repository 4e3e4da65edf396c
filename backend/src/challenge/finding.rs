//! What was found, and what can be done about it.
use crate::chain::{Call, DemandedTree};
use std::fmt;

/// Something that is wrong, or that somebody waits for, and what can be done about it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub against: Party,
    pub what: String,
    pub act: Act,
}

/// Whose wrong it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    Operator,
    Proposer,
    Labeler,
}

/// What can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Send it: the contract sees it too.
    Prove(Call),
    /// Ask, against a bond, for a position of a tree.
    Demand { tree: DemandedTree, index: u32 },
    /// Nothing before this time of the chain (unix seconds).
    Wait { until: u64 },
    /// The contract cannot see it, or it is too late: a vote can throw it away.
    Vote,
}

impl Finding {
    /// What one transaction proves.
    pub fn prove(against: Party, what: impl Into<String>, call: Call) -> Self {
        Self { against, what: what.into(), act: Act::Prove(call) }
    }

    /// When something can be done, if not now: unix seconds of the chain.
    pub(super) fn not_before(&self) -> Option<u64> {
        match self.act {
            Act::Wait { until } => Some(until),
            Act::Prove(_) | Act::Demand { .. } | Act::Vote => None,
        }
    }

    pub(super) fn vote(against: Party, what: impl Into<String>) -> Self {
        Self { against, what: what.into(), act: Act::Vote }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = &self.what;
        match &self.act {
            Act::Prove(_) => write!(f, "{what}; one transaction proves it"),
            Act::Demand { tree, index } => write!(f, "{what}; leaf {index} of the {tree:?} must be shown"),
            Act::Wait { until } => write!(f, "{what}; nothing can be done before {until}"),
            Act::Vote => write!(f, "{what}; only a vote can throw it away"),
        }
    }
}
