//! `app.statements`: why an epoch pays a labeler what it pays.
use crate::columns;
use alloy_primitives::Address;
use sqlx::{Error, PgConnection, types::Json};

/// [`protocol::rewards::Statement`] as JSON.
pub type Statement = serde_json::Value;

/// Replace the statements of an epoch.
pub async fn replace(
    conn: &mut PgConnection,
    epoch: u64,
    statements: &[(Address, Statement)],
) -> Result<(), Error> {
    sqlx::query("delete from app.statements where epoch = $1")
        .bind(epoch.cast_signed())
        .execute(&mut *conn)
        .await?;
    let labelers: Vec<&[u8]> = statements.iter().map(|(labeler, _)| labeler.as_slice()).collect();
    let bodies: Vec<Json<&Statement>> = statements.iter().map(|(_, body)| Json(body)).collect();
    sqlx::query(
        "insert into app.statements (epoch, labeler, statement)
         select $1, labeler, statement from unnest($2::bytea[], $3::jsonb[]) as given (labeler, statement)",
    )
    .bind(epoch.cast_signed())
    .bind(labelers)
    .bind(bodies)
    .execute(conn)
    .await?;
    Ok(())
}

/// All statements of an epoch, ascending by labeler.
pub async fn list(conn: &mut PgConnection, epoch: u64) -> Result<Vec<Statement>, Error> {
    let rows = sqlx::query("select statement from app.statements where epoch = $1 order by labeler")
        .bind(epoch.cast_signed())
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| columns::json(row, "statement")).collect()
}

pub async fn find(conn: &mut PgConnection, epoch: u64, labeler: Address) -> Result<Option<Statement>, Error> {
    let row = sqlx::query("select statement from app.statements where epoch = $1 and labeler = $2")
        .bind(epoch.cast_signed())
        .bind(labeler.as_slice())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(|row| columns::json(row, "statement")).transpose()
}
