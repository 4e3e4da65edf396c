//! A transaction whose connection is closed when it does not come to its end.
//!
//! A COPY that is dropped half-way leaves answers on the connection that nobody waits for, and whoever used it next would
//! take them for his own. The server rolls back what a closed connection had begun.

use sqlx::{AssertSqlSafe, Error, PgConnection, PgPool, Postgres, pool::PoolConnection};
use std::ops::{Deref, DerefMut};

pub struct Tx {
    conn: PoolConnection<Postgres>,
    committed: bool,
}

impl Tx {
    pub async fn begin(pool: &PgPool) -> Result<Self, Error> {
        Ok(Self::begin_with(pool, String::new()).await?.0)
    }

    /// Begin with a statement, in one turn. Also returns how many rows it changed.
    pub async fn begin_with(pool: &PgPool, statement: String) -> Result<(Self, u64), Error> {
        let mut tx = Self { conn: pool.acquire().await?, committed: false };
        let begin = AssertSqlSafe(format!("begin; {statement}"));
        let done = sqlx::raw_sql(begin).execute(&mut *tx).await?;
        Ok((tx, done.rows_affected()))
    }

    pub async fn commit(mut self) -> Result<(), Error> {
        sqlx::raw_sql("commit").execute(&mut *self).await?;
        self.committed = true;
        Ok(())
    }
}

impl Deref for Tx {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.conn
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.conn
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        if !self.committed {
            self.conn.close_on_drop();
        }
    }
}
