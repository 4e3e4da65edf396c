//! The transactions: everything that one step changes, or nothing of it.

mod project;
mod tx;

use crate::{config::FailPoint, metrics};
use bindings::Contracts;
use project::{Care, is_of_the_data};
use sqlx::{Error, PgPool};
use std::time::Instant;
use storage::chain::{
    blocks::{self, Block, Verified},
    clear_projections,
    cursor::{self, Cursor, Marks},
    feed,
    logs::{self, Log},
    undo,
};
pub(crate) use tx::Tx;

/// Announcements that stay for pages that were away for a while.
const KEPT_ANNOUNCEMENTS: i64 = 100_000;

/// Blocks and logs that follow the cursor's block.
pub struct Batch {
    pub blocks: Vec<Block>,
    pub logs: Vec<Log>,
    /// What the node calls safe and finalized.
    pub marks: Marks,
    /// Whether the blocks may still be replaced: then what they change is kept in `chain.undo`.
    pub hot: bool,
}

/// What a block's events turned out to be.
pub struct Checked {
    pub block: Block,
    pub verified: Verified,
    /// The proved logs, where the stored ones differ.
    pub correct: Option<Vec<Log>>,
}

/// Writes for one deployment.
pub struct Writer {
    pub pool: PgPool,
    pub contracts: Contracts,
    /// Whether events are folded into tables, or only stored.
    pub projects: bool,
    pub fail_point: Option<FailPoint>,
}

impl Writer {
    /// End the process, if this is where a test wants it to end.
    fn pass(&self, point: FailPoint) {
        if self.fail_point == Some(point) {
            std::process::abort();
        }
    }

    /// Write the first cursor and its block. False when another indexer did so before.
    pub async fn begin_at(&self, cursor: &Cursor, block: &Block) -> Result<bool, Error> {
        let mut tx = Tx::begin(&self.pool).await?;
        if !cursor::insert(&mut tx, cursor).await? {
            return Ok(false);
        }
        logs::insert_with_blocks(&mut tx, std::slice::from_ref(block), &[]).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Append a batch. False when the cursor is no longer where the caller read it: nothing was written.
    pub async fn extend(&self, from: &Cursor, batch: &Batch) -> Result<bool, Error> {
        match self.try_extend(from, batch, Care::Fast).await {
            Err(error) if is_of_the_data(&error) => self.try_extend(from, batch, Care::Careful).await,
            result => result,
        }
    }

    async fn try_extend(&self, from: &Cursor, batch: &Batch, care: Care) -> Result<bool, Error> {
        let Some(last) = batch.blocks.last() else { return Ok(true) };
        let begun = Instant::now();
        let advance = cursor::advance_statement(from, (last.number, last.hash), batch.marks, batch.hot);
        // What is lost of old blocks when the machine stops is read again: the cursor is lost with it.
        let setting = if batch.hot {
            undo::begin_block_statement(last.number)
        } else {
            "set local synchronous_commit = off".into()
        };
        let (mut tx, n_moved) = Tx::begin_with(&self.pool, format!("{setting}; {advance}")).await?;
        if n_moved != 1 {
            return Ok(false);
        }
        self.pass(FailPoint::BeforeCopy);
        let storing = Instant::now();
        logs::insert_with_blocks(&mut tx, &batch.blocks, &batch.logs).await?;
        metrics::part("store", storing);
        self.pass(FailPoint::AfterCopy);
        if self.projects {
            let projecting = Instant::now();
            let changes = if batch.hot {
                self.project_hot(&mut tx, &batch.logs, last.number, care).await?
            } else {
                self.project(&mut tx, &batch.logs, care, false).await?
            };
            feed::insert_many(&mut tx, &changes).await?;
            metrics::part("project", projecting);
        }
        forget_final(&mut tx, from, batch.marks.finalized.min(last.number)).await?;
        self.pass(FailPoint::BeforeCommit);
        let committing = Instant::now();
        tx.commit().await?;
        metrics::part("commit", committing);
        metrics::written(&self.contracts, &batch.logs, batch.hot, begun);
        batch
            .blocks
            .iter()
            .filter(|b| b.verified != Verified::Not)
            .for_each(|b| metrics::verified(b.verified));
        self.pass(FailPoint::AfterCommit);
        Ok(true)
    }

    /// Blocks that a question for logs was last found to hold, if that is known.
    pub async fn range(&self) -> Result<Option<u64>, Error> {
        cursor::range_blocks(&mut *self.pool.acquire().await?).await
    }

    /// Remember it, unless it is about the same.
    pub async fn learn_range(&self, before: Option<u64>, now: u64) -> Result<(), Error> {
        if before.is_some_and(|before| (before / 2..=before * 2).contains(&now)) {
            return Ok(());
        }
        cursor::set_range_blocks(&mut *self.pool.acquire().await?, now).await
    }

    /// Go back to a block that is stored, with the tables as they were there. False as in [`Writer::extend`].
    pub async fn unwind(&self, from: &Cursor, to: &Block) -> Result<bool, Error> {
        match self.try_unwind(from, to, Care::Fast).await {
            Err(error) if is_of_the_data(&error) => self.try_unwind(from, to, Care::Careful).await,
            result => result,
        }
    }

    async fn try_unwind(&self, from: &Cursor, to: &Block, care: Care) -> Result<bool, Error> {
        let begun = Instant::now();
        let mut tx = Tx::begin(&self.pool).await?;
        if !cursor::retreat(&mut tx, from, to.number, to.hash).await? {
            return Ok(false);
        }
        let n_logs = logs::delete_above(&mut tx, to.number).await?;
        blocks::delete_above(&mut tx, to.number).await?;
        feed::retract_above(&mut tx, to.number).await?;
        self.pass(FailPoint::MidUnwind);
        if to.number >= from.journal_block {
            undo::unwind(&mut tx, to.number).await?;
        } else if n_logs > 0 {
            self.replay(&mut tx, care).await?;
            cursor::set_journal_block(&mut tx, to.number).await?;
        }
        tx.commit().await?;
        metrics::part("unwind", begun);
        Ok(true)
    }

    /// Note what has become final since the last batch; forget how to take it back. False as in [`Writer::extend`].
    pub async fn finalize(&self, from: &Cursor, marks: Marks) -> Result<bool, Error> {
        let mut tx = Tx::begin(&self.pool).await?;
        let at = (from.block_number, from.block_hash);
        if !cursor::advance(&mut tx, from, at, marks, true).await? {
            return Ok(false);
        }
        forget_final(&mut tx, from, marks.finalized.min(from.block_number)).await?;
        feed::delete_up_to(&mut tx, marks.finalized.min(from.block_number), KEPT_ANNOUNCEMENTS).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Compare what is proved of some blocks with what is stored.
    pub async fn compare(
        &self,
        blocks: Vec<Block>,
        proofs: Vec<(Vec<Log>, Verified)>,
    ) -> Result<Vec<Checked>, Error> {
        let numbers: Vec<u64> = blocks.iter().map(|block| block.number).collect();
        let mut tx = Tx::begin(&self.pool).await?;
        let proved = proofs.iter().flat_map(|(logs, _)| logs);
        let stored = if logs::are_exactly(&mut tx, &numbers, proved).await? {
            vec![None; numbers.len()]
        } else {
            logs::list_of_blocks(&mut tx, &numbers).await?.into_iter().map(Some).collect()
        };
        tx.commit().await?;
        let checked =
            blocks.into_iter().zip(proofs).zip(stored).map(|((block, (proved, verified)), stored)| {
                let differs = stored.is_some_and(|stored| stored != proved);
                Checked { block, verified, correct: differs.then_some(proved) }
            });
        Ok(checked.collect())
    }

    /// Note how well blocks are proved. Logs that differ are replaced, and then all tables are built anew.
    ///
    /// Returns how many blocks had to be corrected.
    pub async fn record(&self, from: &Cursor, checked: &[Checked]) -> Result<usize, Error> {
        let mut tx = Tx::begin(&self.pool).await?;
        let at = (from.block_number, from.block_hash);
        if !cursor::advance(&mut tx, from, at, from.marks, true).await? {
            return Ok(0);
        }
        let mut n_corrected = 0;
        for Checked { block, correct, .. } in checked {
            let Some(correct) = correct else { continue };
            logs::delete_of_block(&mut tx, block.number).await?;
            logs::insert_with_blocks(&mut tx, &[], correct).await?;
            n_corrected += 1;
        }
        if n_corrected > 0 {
            self.replay(&mut tx, Care::Careful).await?;
            cursor::set_journal_block(&mut tx, from.block_number).await?;
        }
        let verified: Vec<_> = checked.iter().map(|c| (c.block.hash, c.block.number, c.verified)).collect();
        blocks::set_verified(&mut tx, &verified).await?;
        tx.commit().await?;
        checked.iter().for_each(|checked| metrics::verified(checked.verified));
        Ok(n_corrected)
    }

    /// Forget everything about the chain.
    pub async fn reset(&self) -> Result<(), Error> {
        let mut tx = Tx::begin(&self.pool).await?;
        cursor::delete(&mut tx).await?;
        logs::delete_above(&mut tx, 0).await?;
        blocks::delete_all(&mut tx).await?;
        clear_projections(&mut tx).await?;
        feed::retract_above(&mut tx, 0).await?;
        tx.commit().await
    }

    /// Fold all stored logs again, as after a change of the projections.
    pub async fn rebuild(&self) -> Result<(), Error> {
        let mut tx = Tx::begin(&self.pool).await?;
        if let Some(cursor) = cursor::get(&mut tx).await? {
            self.replay(&mut tx, Care::Careful).await?;
            cursor::set_journal_block(&mut tx, cursor.block_number).await?;
        }
        tx.commit().await
    }
}

/// How rows were before blocks that are final now is of no use any more.
async fn forget_final(tx: &mut Tx, from: &Cursor, finalized: u64) -> Result<(), Error> {
    if finalized > from.marks.finalized { undo::delete_up_to(tx, finalized).await } else { Ok(()) }
}

#[cfg(test)]
mod tests;
