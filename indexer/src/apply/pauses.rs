//! Entries that a guardian stopped, of any contract → `pauses`.

use super::change;
use sqlx::{Error, PgConnection};
use storage::chain::{
    feed::Change,
    pauses::{self, Pause},
};

pub async fn apply(conn: &mut PgConnection, pause: &Pause) -> Result<Vec<Change>, Error> {
    pauses::set(conn, pause).await?;
    Ok(vec![change("pauses", pause.contract)])
}
