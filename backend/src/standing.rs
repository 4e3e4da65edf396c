//! How far the tables are behind the chain and what is wrong, for readiness, status and metrics.
use crate::{app::AppState, chain::Head};
use chrono::{DateTime, Utc};
use std::time::Duration;
use storage::chain::{
    blocks,
    cursor::{self, Cursor},
};

const PATIENCE: Duration = Duration::from_secs(2);

/// One look at the chain and at the tables.
#[derive(Debug, Clone)]
pub struct Standing {
    /// `None` when the node does not answer.
    pub head: Option<Head>,
    /// `None` before the first block.
    pub cursor: Option<Cursor>,
    /// Time of the cursor's block.
    pub mined_at: Option<DateTime<Utc>>,
}

impl Standing {
    /// Ask the node and the database.
    ///
    /// # Errors
    /// The database failed.
    pub async fn look(app: &AppState) -> Result<Self, sqlx::Error> {
        let head = tokio::time::timeout(PATIENCE, app.chain.head()).await;
        let mut conn = app.pool.acquire().await?;
        let cursor = cursor::get(&mut conn).await?;
        let block = match &cursor {
            Some(cursor) => blocks::find(&mut conn, cursor.block_number).await?,
            None => None,
        };
        Ok(Self { head: head.ok().and_then(Result::ok), cursor, mined_at: block.map(|block| block.mined_at) })
    }

    /// Blocks that the node has and the tables have not; `None` when either is not known.
    pub fn lag_blocks(&self) -> Option<u64> {
        Some(self.head?.number.saturating_sub(self.cursor.as_ref()?.block_number))
    }

    /// Seconds of the chain that are missing. The last block may be on its way, so one block is no lag, also when the
    /// clock of a development chain was moved by days.
    pub fn lag_s(&self) -> Option<u64> {
        if self.lag_blocks()? <= 1 {
            return Some(0);
        }
        let indexed = u64::try_from(self.mined_at?.timestamp()).unwrap_or(0);
        Some(self.head?.timestamp.saturating_sub(indexed))
    }

    /// Why nothing should rely on this server now; empty when all is well.
    pub fn troubles(&self, max_lag_s: u64) -> Vec<String> {
        let mut troubles = vec![];
        if self.head.is_none() {
            troubles.push("The chain does not answer (chain.rpc_url).".to_owned());
        }
        match (&self.cursor, self.lag_s()) {
            (None, _) => troubles.push("No block is indexed yet.".to_owned()),
            (_, Some(lag_s)) if lag_s > max_lag_s => troubles.push(format!(
                "The tables are {lag_s} s behind the chain, more than chain.max_lag_s ({max_lag_s}); is an indexer running?"
            )),
            _ => {}
        }
        if let Some(block) = self.cursor.as_ref().and_then(|cursor| cursor.violated_block) {
            troubles.push(violation(block));
        }
        troubles
    }
}

/// What a finality violation means, in a sentence or two.
pub fn violation(block: u64) -> String {
    format!(
        "Block {block} was finalized and then replaced. Nothing irreversible is done until the operator has looked at it \
         and run `polity acknowledge`."
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::B256;
    use storage::chain::cursor::Marks;

    fn standing(head: (u64, u64), at: (u64, i64), violated_block: Option<u64>) -> Standing {
        let cursor = Cursor {
            chain_id: 1,
            genesis_hash: B256::ZERO,
            deployment_hash: B256::ZERO,
            block_number: at.0,
            block_hash: B256::ZERO,
            marks: Marks::default(),
            journal_block: 0,
            violated_block,
        };
        Standing {
            head: Some(Head { number: head.0, timestamp: head.1 }),
            cursor: Some(cursor),
            mined_at: DateTime::from_timestamp(at.1, 0),
        }
    }

    #[test]
    fn one_block_is_no_lag_and_two_are_as_old_as_they_are() {
        assert!(standing((10, 99_999), (9, 100), None).troubles(60).is_empty());
        assert!(standing((10, 160), (8, 100), None).troubles(60).is_empty());
        assert!(standing((10, 161), (8, 100), None).troubles(60)[0].contains("61 s behind"));
        assert_eq!(standing((8, 100), (10, 160), None).lag_s(), Some(0), "a node that lags");
    }

    #[test]
    fn a_replaced_final_block_a_silent_node_and_empty_tables_are_named() {
        assert!(standing((9, 1), (9, 1), Some(7)).troubles(60)[0].contains("Block 7 was finalized"));
        let nothing = Standing { head: None, cursor: None, mined_at: None };
        assert_eq!(nothing.troubles(60).len(), 2);
    }
}
