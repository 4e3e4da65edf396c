//! Are the tables what the contracts say? Rows as they were at a final block, beside `eth_call` at that block.
//!
//! A proof by receipts shows that no event is missing; this shows that they were folded as the contracts fold them. To
//! cover another table: its questions in [`questions`].

mod questions;

use crate::{Indexer, IndexerError, RpcError, store::Tx};
use alloy::primitives::B256;
use questions::Question;
use serde::Serialize;
use storage::chain::{
    blocks::{self, Block},
    cursor, logs, undo,
};

/// How often the rows are read anew when a batch was written while they were read.
const ATTEMPTS: u32 = 5;

/// What an audit found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Audit {
    /// The block at which tables and contracts were compared.
    pub block: u64,
    /// Its hash.
    pub hash: B256,
    /// Whether the node calls it final. It is not while nothing is, or just after the tables were folded anew.
    pub is_final: bool,
    /// Values compared.
    pub n_values: usize,
    /// Where they differ.
    pub differences: Vec<Difference>,
}

/// A value of a table that is not the contract's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Table of schema `chain`.
    pub table: &'static str,
    /// Id of the row; `*` for the table as a whole.
    pub key: String,
    /// What of it: usually a column.
    pub field: &'static str,
    /// What the table says.
    pub stored: String,
    /// What the contract says.
    pub chain: String,
}

impl Indexer {
    /// Compare the tables with the contracts at the last final block that the journal reaches back to: all rows, or
    /// about `sample` of each table, others at every block. `None` before anything is indexed, and
    /// while that block is older than the contracts: until each of them has an event there is nothing to ask.
    ///
    /// # Errors
    /// [`IndexerError::Rpc`], for example when the node no longer has the state of that block.
    pub async fn audit(&self, sample: Option<usize>) -> Result<Option<Audit>, IndexerError> {
        let Some((block, is_final, questions)) = self.questions(sample).await? else { return Ok(None) };
        let calls: Vec<_> =
            questions.iter().map(|question| (question.contract, question.data.clone())).collect();
        let answers = self.node.calls(block.hash, &calls).await?;
        let mut audit =
            Audit { block: block.number, hash: block.hash, is_final, n_values: 0, differences: vec![] };
        for (question, answer) in questions.iter().zip(answers) {
            audit.n_values += question.stored.len();
            let told = answer.and_then(|bytes| (question.read)(&bytes));
            for (at, (field, stored)) in question.stored.iter().enumerate() {
                let chain = told.as_ref().map_or("reverts", |told| told[at].as_str());
                if chain != stored {
                    let (key, stored) = (question.key.clone(), stored.clone());
                    let (table, field, chain) = (question.table, *field, chain.to_owned());
                    audit.differences.push(Difference { table, key, field, stored, chain });
                }
            }
        }
        for difference in &audit.differences {
            tracing::error!(
                block = audit.block,
                table = difference.table,
                key = difference.key,
                field = difference.field,
                stored = difference.stored,
                chain = difference.chain,
                "a table differs from its contract"
            );
        }
        self.status.send_modify(|status| {
            (status.audited, status.n_differences) = (audit.block, audit.differences.len() as u64);
        });
        Ok(Some(audit))
    }

    /// What to ask, with the rows as they were at the block.
    async fn questions(
        &self,
        sample: Option<usize>,
    ) -> Result<Option<(Block, bool, Vec<Question>)>, IndexerError> {
        for _ in 1..ATTEMPTS {
            match self.try_questions(sample).await {
                Err(IndexerError::Database(error)) if is_of_the_time(&error) => {}
                result => return result,
            }
        }
        self.try_questions(sample).await
    }

    /// One snapshot of everything, in which what later blocks changed is taken back; and that is rolled back, also when a
    /// new block ends the audit.
    async fn try_questions(
        &self,
        sample: Option<usize>,
    ) -> Result<Option<(Block, bool, Vec<Question>)>, IndexerError> {
        let isolation = "set transaction isolation level repeatable read";
        let (mut tx, _) = Tx::begin_with(&self.writer.pool, isolation.into()).await?;
        let Some(cursor) = cursor::get(&mut tx).await? else { return Ok(None) };
        let number = cursor.marks.finalized.max(cursor.journal_block);
        let block = blocks::find(&mut tx, number).await?.ok_or(RpcError::Missing(number))?;
        undo::unwind(&mut tx, number).await?;
        let questions = questions::all(&mut tx, &self.config.deployment, &block, sample).await?;
        let mut contracts: Vec<_> = questions.iter().map(|question| question.contract).collect();
        contracts.sort_unstable();
        contracts.dedup();
        if !logs::each_has_some(&mut tx, &contracts, number).await? {
            return Ok(None);
        }
        Ok(Some((block, number <= cursor.marks.finalized, questions)))
    }
}

/// Whether a row was changed while the snapshot was taken back.
fn is_of_the_time(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == "40001")
}
