//! What an epoch pays to whom: a pure, exact function of its terms, labels and seed.
//!
//! pay = (base × n + alpha × n × score) × gold, where the score is the determinant-based mutual information (Kong 2020, "Dominantly
//! Truthful Multi-task Peer Prediction with a Constant Number of Tasks", arXiv 1911.00272) of the labeler's answers with
//! the majority of all other members of the block, on slots that the whole block answered and nobody could tell apart.
//! Truth is an equilibrium there; answering blindly, always alike or at random scores 0 on average. Gold is the share of
//! right less wrong answers among the seat's slots with an answer known beforehand: it is what tells work from agreement
//! with friends, and 0 on average for blind answers, so that base pay is not for nothing either.
//!
//! Files follow the computation: [`masks`] (which slots are what) → [`dmi`] (majority and score) → [`statement`] (one
//! labeler's pay with every term) → [`payouts`] (all of them, and the tree that is claimed from) → [`openings`] (what shows
//! the contracts one part of it) and [`disproof`] (which parts show that a proposal is wrong), with [`search`] where the
//! proposal was not published.

pub mod disproof;
pub mod dmi;
pub mod gold_bound;
pub mod masks;
pub mod openings;
mod payouts;
pub mod search;
mod statement;
mod terms;

pub use payouts::{EpochPayouts, PayoutLeaf, RawPay, RewardError, epoch_payouts, payouts_tree};
pub use statement::{Reason, Statement};
pub use terms::{CampaignTerms, EpochTerms, Floors, TermsError};

use alloy_primitives::{B256, keccak256};

/// What the operator commits to when it opens an epoch: keccak256(abi.encode(secret)).
pub fn secret_hash(secret: B256) -> B256 {
    keccak256(secret)
}

/// Seed of the half-splits: keccak256(abi.encode(secret, blockHash)), with the hash of the first block after the labels
/// were committed, so that neither the operator nor the sequencer chooses it alone.
pub fn seed(secret: B256, block_hash: B256) -> B256 {
    keccak256([secret.0, block_hash.0].concat())
}
