//! Connections that carry nothing over from whoever used them before.
use sqlx::{Error, PgConnection, Row, postgres::PgPoolOptions};

/// Options of a pool of at most `max_connections`, whose connections come back without an open transaction.
///
/// A future that is dropped while its `begin` is under way, as that of a request whose client went away, leaves the
/// transaction open: sqlx 0.9 counts it only when the server has answered. Whoever got the connection next would write into
/// a transaction that nobody ends, and lose what was written. Such a connection is closed, and the server rolls back.
pub fn pool_options(max_connections: u32) -> PgPoolOptions {
    let options = PgPoolOptions::new().max_connections(max_connections);
    options.after_release(|conn, _| Box::pin(is_between_transactions(conn)))
}

/// Whether a statement is a transaction of its own: then both begin at the same moment. Sent as one simple query, because
/// parsing and execution of a prepared one have times of their own. A failed transaction answers with an error.
async fn is_between_transactions(conn: &mut PgConnection) -> Result<bool, Error> {
    sqlx::raw_sql("select transaction_timestamp() = statement_timestamp()").fetch_one(conn).await?.try_get(0)
}
