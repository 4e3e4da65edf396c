//! `EpochReferee` → `demands`, `slashes`. What it proves, `LabelEpochs` says.

use super::{Context, change};
use crate::events::RefereeEvent;
use sqlx::{Error, PgConnection};
use storage::chain::{demands, feed::Change, slashes};

pub async fn apply(
    conn: &mut PgConnection,
    context: &Context,
    event: &RefereeEvent,
) -> Result<Vec<Change>, Error> {
    Ok(match event {
        RefereeEvent::Demanded { epoch, demand } => {
            demands::insert(conn, *epoch, demand, context.position, context.mined_at).await?;
            vec![change("epochs", epoch)]
        }
        RefereeEvent::LabelerSlashed { epoch, labeler, case_id } => {
            slashes::set_epoch(conn, *labeler, *case_id, *epoch).await?;
            vec![change("stakes", labeler)]
        }
    })
}
