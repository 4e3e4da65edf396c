//! `ModelRegistry` → `families`, `model_versions`.

use super::{Context, change};
use crate::events::ModelsEvent;
use alloy::primitives::B256;
use sqlx::{Error, PgConnection};
use storage::chain::{families, feed::Change, model_versions};

pub async fn apply(
    conn: &mut PgConnection,
    context: &Context,
    event: &ModelsEvent,
) -> Result<Vec<Change>, Error> {
    Ok(match event {
        ModelsEvent::FamilyCreated { family_id, name } => {
            families::insert(conn, *family_id, name).await?;
            vec![change("families", family_id)]
        }
        ModelsEvent::VersionRegistered(version) => {
            model_versions::insert(conn, version, context.mined_at).await?;
            vec![change("model_versions", version.version_id)]
        }
        ModelsEvent::VersionActivated { version_id, family_id, previous } => {
            let mut changes = vec![change("families", family_id), change("model_versions", version_id)];
            if let Some(previous) = previous {
                model_versions::set_retired(conn, *previous).await?;
                changes.push(change("model_versions", previous));
            }
            model_versions::set_active(conn, *version_id, context.mined_at).await?;
            families::set_active(conn, *family_id, Some(*version_id)).await?;
            changes
        }
        ModelsEvent::VersionRevoked { version_id, family_id, reason } => {
            model_versions::set_revoked(conn, *version_id, reason).await?;
            stop_serving(conn, *family_id, *version_id).await?
        }
        ModelsEvent::VersionSuspended { version_id, family_id, reason } => {
            model_versions::set_suspended(conn, *version_id, reason).await?;
            stop_serving(conn, *family_id, *version_id).await?
        }
    })
}

async fn stop_serving(
    conn: &mut PgConnection,
    family_id: B256,
    version_id: B256,
) -> Result<Vec<Change>, Error> {
    let active = families::find(conn, family_id).await?.and_then(|family| family.active_version);
    if active == Some(version_id) {
        families::set_active(conn, family_id, None).await?;
    }
    Ok(vec![change("families", family_id), change("model_versions", version_id)])
}
