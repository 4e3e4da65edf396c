//! `chain.undo`: rows as they were before blocks that are not final yet. Triggers write it, see the migration.
use sqlx::{AssertSqlSafe, Error, PgConnection};

/// From here to the end of the transaction, keep every row of a projection as it was before this block changes it.
pub async fn begin_block(conn: &mut PgConnection, number: u64) -> Result<(), Error> {
    sqlx::raw_sql(AssertSqlSafe(begin_block_statement(number))).execute(conn).await?;
    Ok(())
}

/// The statement of [`begin_block`], to be sent together with others.
pub fn begin_block_statement(number: u64) -> String {
    format!("set local chain.block = '{number}'")
}

/// Put every projection back to what it was after the block `fork`.
pub async fn unwind(conn: &mut PgConnection, fork: u64) -> Result<(), Error> {
    sqlx::query("select chain.unwind($1)").bind(fork.cast_signed()).execute(conn).await?;
    Ok(())
}

/// Forget how rows were before blocks that can no longer be replaced.
pub async fn delete_up_to(conn: &mut PgConnection, number: u64) -> Result<(), Error> {
    sqlx::query("delete from chain.undo where block_number <= $1")
        .bind(number.cast_signed())
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn delete_all(conn: &mut PgConnection) -> Result<(), Error> {
    sqlx::query("delete from chain.undo").execute(conn).await?;
    Ok(())
}
