//! The transactions: everything that one step changes, or nothing of it.

use crate::{
    apply::{Context, apply},
    decode::decode,
};
use bindings::Contracts;
use sqlx::{Acquire, Error, PgConnection, PgPool};
use storage::chain::{
    blocks::{self, Block},
    clear_projections,
    cursor::{self, Cursor},
    feed::{self, Change},
    logs::{self, Log},
    quarantine,
};

/// Logs read at a time when the tables are rebuilt.
const LOGS_PER_PAGE: u32 = 1000;

/// How to treat an event that the database refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Care {
    /// Give the whole transaction up: it is repeated with care.
    Fast,
    /// Put each event behind a savepoint and the refused one into quarantine.
    Careful,
}

/// Blocks and logs that follow the cursor's block.
pub struct Batch {
    pub blocks: Vec<Block>,
    pub logs: Vec<Log>,
}

/// Writes for one deployment.
pub struct Writer {
    pub pool: PgPool,
    pub contracts: Contracts,
}

impl Writer {
    /// Write the first cursor and its block. False when another indexer did so before.
    pub async fn begin_at(&self, cursor: &Cursor, block: &Block) -> Result<bool, Error> {
        let mut tx = self.pool.begin().await?;
        if !cursor::insert(&mut tx, cursor).await? {
            return Ok(false);
        }
        blocks::insert_many(&mut tx, std::slice::from_ref(block)).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Append a batch. False when the cursor is no longer where the caller read it: nothing was written.
    pub async fn extend(&self, from: &Cursor, batch: &Batch) -> Result<bool, Error> {
        match self.try_extend(from, batch, Care::Fast).await {
            Err(Error::Database(_)) => self.try_extend(from, batch, Care::Careful).await,
            result => result,
        }
    }

    async fn try_extend(&self, from: &Cursor, batch: &Batch, care: Care) -> Result<bool, Error> {
        let Some(last) = batch.blocks.last() else { return Ok(true) };
        let mut tx = self.pool.begin().await?;
        if !cursor::advance(&mut tx, from, last.number, last.hash).await? {
            return Ok(false);
        }
        blocks::insert_many(&mut tx, &batch.blocks).await?;
        logs::insert_many(&mut tx, &batch.logs).await?;
        let mut changes = Vec::new();
        for log in &batch.logs {
            changes.extend(self.project(&mut tx, log, care).await?);
        }
        feed::insert_many(&mut tx, &changes).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Go back to a block that is stored, and rebuild the tables as they were there. False as in [`Writer::extend`].
    pub async fn unwind(&self, from: &Cursor, to: &Block) -> Result<bool, Error> {
        match self.try_unwind(from, to, Care::Fast).await {
            Err(Error::Database(_)) => self.try_unwind(from, to, Care::Careful).await,
            result => result,
        }
    }

    async fn try_unwind(&self, from: &Cursor, to: &Block, care: Care) -> Result<bool, Error> {
        let mut tx = self.pool.begin().await?;
        if !cursor::advance(&mut tx, from, to.number, to.hash).await? {
            return Ok(false);
        }
        let n_logs = blocks::delete_above(&mut tx, to.number).await?;
        feed::retract_above(&mut tx, to.number).await?;
        if n_logs > 0 {
            self.replay(&mut tx, care).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Forget everything about the chain.
    pub async fn reset(&self) -> Result<(), Error> {
        let mut tx = self.pool.begin().await?;
        cursor::delete(&mut tx).await?;
        blocks::delete_all(&mut tx).await?;
        clear_projections(&mut tx).await?;
        feed::retract_above(&mut tx, 0).await?;
        tx.commit().await
    }

    /// Fold all stored logs again, as after a change of the projections.
    pub async fn rebuild(&self) -> Result<(), Error> {
        let mut tx = self.pool.begin().await?;
        self.replay(&mut tx, Care::Careful).await?;
        tx.commit().await
    }

    async fn replay(&self, conn: &mut PgConnection, care: Care) -> Result<(), Error> {
        clear_projections(conn).await?;
        let mut after = None;
        loop {
            let page = logs::list_after(conn, after, LOGS_PER_PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.position);
            for log in &page {
                self.project(conn, log, care).await?;
            }
        }
    }

    /// Write what one log changed. An event that cannot be understood or applied goes into quarantine.
    async fn project(
        &self,
        conn: &mut PgConnection,
        log: &Log,
        care: Care,
    ) -> Result<Vec<(u64, Change)>, Error> {
        let event = match decode(&self.contracts, log.address, &log.topics, &log.data) {
            Ok(Some(event)) => event,
            Ok(None) => return Ok(vec![]),
            Err(error) => {
                tracing::warn!(block = log.position.block_number, log.index = log.position.log_index, %error,
                               "an event could not be decoded");
                quarantine::insert(conn, log.position, &error.to_string()).await?;
                return Ok(vec![]);
            }
        };
        let context = Context { position: log.position, tx_hash: log.tx_hash, mined_at: log.mined_at };
        let number = log.position.block_number;
        let numbered = |changes: Vec<Change>| changes.into_iter().map(|change| (number, change)).collect();
        if care == Care::Fast {
            return apply(conn, &context, event).await.map(numbered);
        }
        let mut savepoint = conn.begin().await?;
        match apply(&mut savepoint, &context, event).await {
            Ok(changes) => {
                savepoint.commit().await?;
                Ok(numbered(changes))
            }
            Err(Error::Database(error)) => {
                savepoint.rollback().await?;
                tracing::warn!(block = number, log.index = log.position.log_index, %error,
                               "an event could not be applied");
                quarantine::insert(conn, log.position, &error.to_string()).await?;
                Ok(vec![])
            }
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::{
        primitives::{Address, B256, U256},
        sol_types::SolEvent,
    };
    use chrono::DateTime;
    use storage::chain::{Position, accounts};

    fn block(number: u64) -> Block {
        let hash = B256::with_last_byte(u8::try_from(number).unwrap());
        let parent_hash = B256::with_last_byte(u8::try_from(number.saturating_sub(1)).unwrap());
        Block { number, hash, parent_hash, mined_at: DateTime::UNIX_EPOCH }
    }

    fn log(log_index: u32, address: Address, event: &impl SolEvent) -> Log {
        let data = event.encode_log_data();
        Log {
            position: Position { block_number: 1, log_index },
            tx_hash: B256::ZERO,
            address,
            topics: data.topics().to_vec(),
            data: data.data.to_vec(),
            mined_at: DateTime::UNIX_EPOCH,
        }
    }

    fn contracts() -> Contracts {
        let address = Address::with_last_byte;
        Contracts {
            governance_token: address(1),
            timelock: address(2),
            access_manager: address(3),
            governor: address(4),
            staking_pool: address(5),
            label_epochs: address(6),
            reward_distributor: address(7),
            model_registry: address(8),
            dataset_registry: address(9),
            epoch_referee: address(10),
            optimistic_governor: address(11),
        }
    }

    #[tokio::test]
    async fn events_that_cannot_be_decoded_or_applied_are_set_aside_and_the_others_count() {
        let db = testkit::TestDb::new().await;
        let writer = Writer { pool: db.pool.clone(), contracts: contracts() };
        let start = Cursor {
            chain_id: 31337,
            genesis_hash: B256::ZERO,
            deployment_hash: B256::ZERO,
            block_number: 0,
            block_hash: block(0).hash,
        };
        assert!(writer.begin_at(&start, &block(0)).await.unwrap());
        assert!(!writer.begin_at(&start, &block(0)).await.unwrap());

        let holder = Address::repeat_byte(0xaa);
        let mint =
            bindings::GovernanceToken::Transfer { from: Address::ZERO, to: holder, value: U256::from(7) };
        let vote = bindings::ProtocolGovernor::VoteCast {
            voter: holder,
            proposalId: U256::from(1),
            support: 1,
            weight: U256::from(7),
            reason: "of a proposal that nobody made".into(),
        };
        let logs = vec![
            log(0, contracts().governor, &mint),
            log(1, contracts().governor, &vote),
            log(2, contracts().governance_token, &mint),
        ];
        let batch = Batch { blocks: vec![block(1)], logs };
        assert!(writer.extend(&start, &batch).await.unwrap());

        let mut conn = db.pool.acquire().await.unwrap();
        let set_aside = quarantine::list(&mut conn).await.unwrap();
        assert_eq!(set_aside.iter().map(|q| q.position.log_index).collect::<Vec<_>>(), [0, 1]);
        let account = accounts::find(&mut conn, holder).await.unwrap().unwrap();
        assert_eq!(account.balance, U256::from(7));

        // The cursor has moved, so a writer that still believes in the old one changes nothing.
        let late = Batch { blocks: vec![block(1)], logs: vec![] };
        assert!(!writer.extend(&start, &late).await.unwrap());
        assert!(!writer.unwind(&start, &block(0)).await.unwrap());
        assert_eq!(cursor::get(&mut conn).await.unwrap().unwrap().block_number, 1);
    }
}
