//! The kit itself.

use testkit::{TestDb, account};

#[tokio::test]
async fn every_database_is_migrated_and_apart_from_the_others() {
    let (one, other) = (TestDb::new().await, TestDb::new().await);
    let insert = "insert into app.nonces (nonce, expires_at) values ('n', now())";
    sqlx::query(insert).execute(&one.pool).await.unwrap();
    let count = "select count(*) from app.nonces";
    assert_eq!(sqlx::query_scalar::<_, i64>(count).fetch_one(&one.pool).await.unwrap(), 1);
    assert_eq!(sqlx::query_scalar::<_, i64>(count).fetch_one(&other.pool).await.unwrap(), 0);
}

#[test]
fn labelers_come_after_the_voters() {
    assert_eq!(account::labeler(0).0, 10);
    assert_eq!(account::labeler(21).0, 31);
}
