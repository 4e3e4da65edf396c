//! `EpochReferee` → `demands`. What it proves, `LabelEpochs` says; whom it slashed, `staking` folds.

use super::{Context, change};
use crate::events::RefereeEvent;
use sqlx::{Error, PgConnection};
use storage::chain::{demands, feed::Change};

pub async fn apply(
    conn: &mut PgConnection,
    context: &Context,
    event: &RefereeEvent,
) -> Result<Vec<Change>, Error> {
    let RefereeEvent::Demanded { epoch, demand } = event else { return Ok(vec![]) };
    demands::insert(conn, *epoch, demand, context.position, context.mined_at).await?;
    Ok(vec![change("epochs", epoch)])
}
