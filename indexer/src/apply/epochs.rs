//! `LabelEpochs` → `epochs`, `payouts_roots`, `demands`, `disproofs`, `bonds`.

use super::{Changes, Context, change};
use crate::events::EpochsEvent;
use alloy::primitives::{Address, B256};
use protocol::Epoch;
use sqlx::{Error, PgConnection};
use std::collections::BTreeMap;
use storage::chain::{
    bonds::{self, BondChange},
    demands,
    disproofs::{self, Disproof},
    epochs::{self, Status},
    feed::Change,
    payouts_roots::{self, PayoutsRoot},
};

/// What a run of events does to bonds: every step of an epoch moves some.
#[derive(Default)]
pub struct Bonds(BTreeMap<Address, BondChange>);

impl Bonds {
    /// False when the event is not about a bond.
    pub fn add(&mut self, context: &Context, event: &EpochsEvent, changes: &mut Changes) -> bool {
        let account = match *event {
            EpochsEvent::BondChanged { account, free, reserved } => {
                self.0.entry(account).or_default().held = Some((free, reserved));
                account
            }
            EpochsEvent::BondSlashed { account, amount } => {
                let bond = self.0.entry(account).or_default();
                bond.slashed = bond.slashed.saturating_add(amount);
                account
            }
            _ => return false,
        };
        changes.add(context, "bonds", account);
        true
    }

    pub async fn write(self, conn: &mut PgConnection) -> Result<(), Error> {
        bonds::change_many(conn, &self.0).await
    }
}

pub async fn apply(
    conn: &mut PgConnection,
    context: &Context,
    event: &EpochsEvent,
) -> Result<Vec<Change>, Error> {
    let now = context.mined_at;
    let epoch = match event {
        EpochsEvent::Opened { epoch, operator, terms } => {
            epochs::insert(conn, *epoch, *operator, terms, now).await?;
            epoch
        }
        EpochsEvent::LabelsCommitted { epoch, commitment } => {
            epochs::set_committed(conn, *epoch, commitment, context.position.block_number, now).await?;
            epoch
        }
        EpochsEvent::BlockHashRecorded { epoch, block_hash } => {
            epochs::set_block_hash(conn, *epoch, *block_hash).await?;
            epoch
        }
        EpochsEvent::Revealed { epoch, secret, seed } => {
            epochs::set_revealed(conn, *epoch, *secret, *seed, now).await?;
            epoch
        }
        EpochsEvent::PayoutsProposed {
            epoch,
            proposer,
            payouts_root,
            account_count,
            total_cumulative,
            total_raw,
            bond,
            challenge_ends_at,
        } => {
            let root = PayoutsRoot {
                epoch: *epoch,
                payouts_root: *payouts_root,
                proposer: *proposer,
                account_count: *account_count,
                total_cumulative: *total_cumulative,
                total_raw: *total_raw,
                bond: *bond,
                status: payouts_roots::Status::Proposed,
                challenge_ends_at: *challenge_ends_at,
                position: context.position,
            };
            payouts_roots::insert(conn, &root).await?;
            epochs::set_status(conn, *epoch, Status::Proposed).await?;
            epoch
        }
        EpochsEvent::Frozen { epoch, challenger } => {
            epochs::set_challenger(conn, *epoch, Some(*challenger)).await?;
            epoch
        }
        EpochsEvent::Unfrozen { epoch, responder, challenge_ends_at } => {
            demands::set_answered(conn, *epoch, *responder).await?;
            epochs::set_challenger(conn, *epoch, None).await?;
            payouts_roots::set_challenge_ends_at(conn, *epoch, *challenge_ends_at).await?;
            epoch
        }
        EpochsEvent::PayoutsDisproved { epoch, challenger, fraud, payouts_root } => {
            disprove(conn, context, *epoch, *challenger, fraud, Some(*payouts_root)).await?;
            reopen(conn, *epoch, *payouts_root, payouts_roots::Status::Disproved).await?;
            epoch
        }
        EpochsEvent::LabelsDisproved { epoch, challenger, fraud } => {
            disprove(conn, context, *epoch, *challenger, fraud, None).await?;
            epoch
        }
        EpochsEvent::PayoutsRejected { epoch, payouts_root } => {
            reopen(conn, *epoch, *payouts_root, payouts_roots::Status::Rejected).await?;
            epoch
        }
        EpochsEvent::PayoutsApproved { epoch, payouts_root } => {
            payouts_roots::decide(conn, *epoch, *payouts_root, payouts_roots::Status::Approved).await?;
            epochs::set_status(conn, *epoch, Status::Accepted).await?;
            epoch
        }
        EpochsEvent::Voided { epoch } => {
            // A root that was proposed for it can no longer be accepted.
            payouts_roots::reject_proposed(conn, *epoch).await?;
            end_freeze(conn, *epoch).await?;
            epochs::set_status(conn, *epoch, Status::Voided).await?;
            epoch
        }
        // Folded by `Bonds`.
        EpochsEvent::BondChanged { .. } | EpochsEvent::BondSlashed { .. } => return Ok(vec![]),
    };
    Ok(vec![change("epochs", epoch)])
}

async fn disprove(
    conn: &mut PgConnection,
    context: &Context,
    epoch: Epoch,
    challenger: Address,
    fraud: &str,
    payouts_root: Option<B256>,
) -> Result<(), Error> {
    let disproof = Disproof { challenger, fraud: fraud.into(), payouts_root, disproved_at: context.mined_at };
    disproofs::insert(conn, epoch, &disproof, context.position).await
}

/// The proposed root is gone, and another may be proposed.
async fn reopen(
    conn: &mut PgConnection,
    epoch: Epoch,
    payouts_root: B256,
    fate: payouts_roots::Status,
) -> Result<(), Error> {
    payouts_roots::decide(conn, epoch, payouts_root, fate).await?;
    end_freeze(conn, epoch).await?;
    epochs::set_status(conn, epoch, Status::Revealed).await
}

/// What was demanded is no longer there: nobody has to answer.
async fn end_freeze(conn: &mut PgConnection, epoch: Epoch) -> Result<(), Error> {
    demands::close(conn, epoch).await?;
    epochs::set_challenger(conn, epoch, None).await
}
