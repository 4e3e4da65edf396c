//! `chain.cursor`: the last block whose events are in the tables. Moves by compare-and-swap, so that a second indexer, or
//! one that was thought dead, can never write from a block that is no longer the last.
use crate::columns;
use alloy_primitives::B256;
use sqlx::{AssertSqlSafe, Error, PgConnection, Row, postgres::PgRow};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub chain_id: u64,
    pub genesis_hash: B256,
    pub deployment_hash: B256,
    pub block_number: u64,
    pub block_hash: B256,
    /// What of the indexed chain is how final.
    pub marks: Marks,
    /// Changes by blocks above this one can be taken back row by row; a fork below it means folding all logs again.
    pub journal_block: u64,
    /// A block that was finalized and then replaced; only an operator can clear it.
    pub violated_block: Option<u64>,
}

/// Blocks up to which a chain will not change any more; never above the cursor's block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Would take a failure of many validators, or of the layer below, to change.
    pub safe: u64,
    /// Cannot change.
    pub finalized: u64,
}

impl Cursor {
    /// What is how final once the cursor stands on a block: what the node says, cut at the block and never taken back.
    pub fn after(&self, block_number: u64, marks: Marks) -> Marks {
        Marks {
            safe: marks.safe.min(block_number).max(self.marks.safe),
            finalized: marks.finalized.min(block_number).max(self.marks.finalized),
        }
    }

    fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            chain_id: columns::unsigned(row, "chain_id")?,
            genesis_hash: columns::hash(row, "genesis_hash")?,
            deployment_hash: columns::hash(row, "deployment_hash")?,
            block_number: columns::unsigned(row, "block_number")?,
            block_hash: columns::hash(row, "block_hash")?,
            marks: Marks {
                safe: columns::unsigned(row, "safe_block")?,
                finalized: columns::unsigned(row, "finalized_block")?,
            },
            journal_block: columns::unsigned(row, "journal_block")?,
            violated_block: row.try_get::<Option<i64>, _>("violated_block")?.map(i64::cast_unsigned),
        })
    }
}

/// The cursor; `None` before the first block.
pub async fn get(conn: &mut PgConnection) -> Result<Option<Cursor>, Error> {
    let row = sqlx::query("select * from chain.cursor").fetch_optional(conn).await?;
    row.as_ref().map(Cursor::from_row).transpose()
}

/// Write the first cursor. False when there is one already.
pub async fn insert(conn: &mut PgConnection, cursor: &Cursor) -> Result<bool, Error> {
    let done = sqlx::query(
        "insert into chain.cursor (chain_id, genesis_hash, deployment_hash, block_number, block_hash, journal_block,
                                   updated_at)
         select $1, $2, $3, $4, $5, $4, now() where not exists (select from chain.cursor)",
    )
    .bind(cursor.chain_id.cast_signed())
    .bind(cursor.genesis_hash.as_slice())
    .bind(cursor.deployment_hash.as_slice())
    .bind(cursor.block_number.cast_signed())
    .bind(cursor.block_hash.as_slice())
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Move the cursor forward from where the caller believes it is. `marks` are what the node says; they are cut at the new
/// block and never taken back. `journaled` says whether `chain.undo` holds what the new blocks change; what it holds of
/// final blocks is no longer needed. False when the cursor is elsewhere: then nothing must be committed.
pub async fn advance(
    conn: &mut PgConnection,
    from: &Cursor,
    to: (u64, B256),
    marks: Marks,
    journaled: bool,
) -> Result<bool, Error> {
    let statement = AssertSqlSafe(advance_statement(from, to, marks, journaled));
    Ok(sqlx::raw_sql(statement).execute(conn).await?.rows_affected() == 1)
}

/// The statement of [`advance`], to be sent together with others. Holds numbers and hashes only.
pub fn advance_statement(
    from: &Cursor,
    (block_number, block_hash): (u64, B256),
    marks: Marks,
    journaled: bool,
) -> String {
    let Cursor { chain_id, block_number: from_number, block_hash: from_hash, .. } = from;
    let Marks { safe, finalized } = from.after(block_number, marks);
    let journal = if journaled { finalized } else { block_number };
    format!(
        "update chain.cursor set block_number = {block_number}, block_hash = '\\x{block_hash:x}', updated_at = now(),
                safe_block = greatest(safe_block, {safe}), finalized_block = greatest(finalized_block, {finalized}),
                journal_block = greatest(journal_block, {journal})
         where chain_id = {chain_id} and block_number = {from_number} and block_hash = '\\x{from_hash:x}'"
    )
}

/// Move the cursor back to a block that both chains share. A finalized block that is lost this way is noted in
/// `violated_block`. False as in [`advance`].
pub async fn retreat(
    conn: &mut PgConnection,
    from: &Cursor,
    block_number: u64,
    block_hash: B256,
) -> Result<bool, Error> {
    let done = sqlx::query(
        "update chain.cursor set block_number = $4, block_hash = $5, updated_at = now(),
                violated_block = case when finalized_block > $4 then finalized_block else violated_block end,
                safe_block = least(safe_block, $4), finalized_block = least(finalized_block, $4)
         where chain_id = $1 and block_number = $2 and block_hash = $3",
    )
    .bind(from.chain_id.cast_signed())
    .bind(from.block_number.cast_signed())
    .bind(from.block_hash.as_slice())
    .bind(block_number.cast_signed())
    .bind(block_hash.as_slice())
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Changes by blocks up to `number` can no longer be taken back row by row.
pub async fn set_journal_block(conn: &mut PgConnection, number: u64) -> Result<(), Error> {
    sqlx::query("update chain.cursor set journal_block = $1")
        .bind(number.cast_signed())
        .execute(conn)
        .await?;
    Ok(())
}

/// Blocks that one question for logs was last found to hold.
pub async fn range_blocks(conn: &mut PgConnection) -> Result<Option<u64>, Error> {
    let blocks: Option<Option<i64>> =
        sqlx::query_scalar("select range_blocks from chain.cursor").fetch_optional(conn).await?;
    Ok(blocks.flatten().map(i64::cast_unsigned))
}

pub async fn set_range_blocks(conn: &mut PgConnection, blocks: u64) -> Result<(), Error> {
    sqlx::query("update chain.cursor set range_blocks = $1").bind(blocks.cast_signed()).execute(conn).await?;
    Ok(())
}

/// Side effects may go on after a finality violation. False when there was none.
pub async fn acknowledge_violation(conn: &mut PgConnection) -> Result<bool, Error> {
    let done = sqlx::query("update chain.cursor set violated_block = null where violated_block is not null")
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Forget the chain; blocks and projections are to be deleted in the same transaction.
pub async fn delete(conn: &mut PgConnection) -> Result<(), Error> {
    sqlx::query("delete from chain.cursor").execute(conn).await?;
    Ok(())
}
