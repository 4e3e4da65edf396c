//! `LabelEpochs` → `epochs`, `payouts_roots`.

use super::{Context, change};
use crate::events::EpochsEvent;
use sqlx::{Error, PgConnection};
use storage::chain::{
    epochs::{self, Status},
    feed::Change,
    payouts_roots::{self, PayoutsRoot},
};

pub async fn apply(
    conn: &mut PgConnection,
    context: &Context,
    event: &EpochsEvent,
) -> Result<Vec<Change>, Error> {
    let now = context.mined_at;
    let epoch = match event {
        EpochsEvent::Opened { epoch, terms } => {
            epochs::insert(conn, *epoch, terms, now).await?;
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
            challenge_ends_at,
        } => {
            let root = PayoutsRoot {
                epoch: *epoch,
                payouts_root: *payouts_root,
                proposer: *proposer,
                account_count: *account_count,
                total_cumulative: *total_cumulative,
                status: payouts_roots::Status::Proposed,
                challenge_ends_at: *challenge_ends_at,
                position: context.position,
            };
            payouts_roots::insert(conn, &root).await?;
            epochs::set_status(conn, *epoch, Status::Proposed).await?;
            epoch
        }
        EpochsEvent::PayoutsRejected { epoch, payouts_root } => {
            payouts_roots::decide(conn, *epoch, *payouts_root, payouts_roots::Status::Rejected).await?;
            epochs::set_status(conn, *epoch, Status::Revealed).await?;
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
            epochs::set_status(conn, *epoch, Status::Voided).await?;
            epoch
        }
    };
    Ok(vec![change("epochs", epoch)])
}
