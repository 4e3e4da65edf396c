//! `AccessManager` → `role_members`.

use super::change;
use crate::events::RolesEvent;
use sqlx::{Error, PgConnection};
use storage::chain::{
    feed::Change,
    role_members::{self, RoleMember},
};

pub async fn apply(conn: &mut PgConnection, event: &RolesEvent) -> Result<Vec<Change>, Error> {
    let account = match *event {
        RolesEvent::Granted { is_new: false, .. } => return Ok(vec![]),
        RolesEvent::Granted { role_id, account, since, .. } => {
            role_members::insert(conn, &RoleMember { role_id, account, since }).await?;
            account
        }
        RolesEvent::Revoked { role_id, account } => {
            role_members::delete(conn, role_id, account).await?;
            account
        }
    };
    Ok(vec![change("role_members", account)])
}
