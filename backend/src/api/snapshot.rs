//! Reading the chain's tables: all rows of one answer are as of one block, the answer's headers say which, and
//! `?min_block=` waits until that block is there, so that whoever sent a transaction sees what it did.
use super::{problem::Problem, types::Finality};
use crate::app::AppState;
use axum::{
    extract::{FromRequestParts, Query, Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use std::{
    ops::{Deref, DerefMut},
    sync::{Arc, OnceLock},
    time::Duration,
};
use storage::chain::cursor::{self, Cursor};
use utoipa::openapi::{
    HeaderBuilder, ObjectBuilder, OpenApi, RefOr, Required, Type,
    path::{ParameterBuilder, ParameterIn},
};

/// Longest wait for `min_block`.
const PATIENCE: Duration = Duration::from_secs(2);

/// Headers of an answer that came from the chain's tables, in the order of [`values`].
pub const HEADERS: [(&str, &str); 4] = [
    ("x-block-number", "The answer is as of this block"),
    ("x-block-hash", "Hash of that block"),
    ("x-safe-block", "Blocks up to this one would take a failure of the chain's validators to change"),
    ("x-finalized-block", "Blocks up to this one cannot change"),
];

#[derive(Deserialize)]
struct Wish {
    min_block: Option<u64>,
}

/// What a request asked for and what its answer was read from.
#[derive(Clone)]
struct Asked {
    min_block: u64,
    read: Arc<OnceLock<Cursor>>,
}

/// Opens snapshots for one answer.
pub struct Reader {
    pool: PgPool,
    asked: Asked,
}

/// The database as of one moment: rows and cursor belong together.
pub struct Snapshot {
    tx: Transaction<'static, Postgres>,
    /// The block that the tables are at; `None` before the first.
    pub cursor: Option<Cursor>,
}

impl Reader {
    /// Begin to read; the answer gets this snapshot's headers.
    pub async fn snapshot(&self) -> Result<Snapshot, Problem> {
        let mut tx = self.pool.begin_with("begin isolation level repeatable read, read only").await?;
        let cursor = cursor::get(&mut tx).await?;
        if cursor.as_ref().map_or(0, |cursor| cursor.block_number) < self.asked.min_block {
            // A reorganisation since the wait took the block back.
            return Err(not_indexed(self.asked.min_block, cursor.as_ref()));
        }
        if let Some(cursor) = &cursor {
            self.asked.read.set(cursor.clone()).ok();
        }
        Ok(Snapshot { tx, cursor })
    }
}

impl Snapshot {
    /// How final what an event of this block made is; it has not changed since.
    pub fn finality_of(&self, block: u64) -> Finality {
        self.cursor.as_ref().map_or(Finality::Head, |cursor| cursor.finality_of(block).into())
    }
}

impl Deref for Snapshot {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.tx
    }
}

impl DerefMut for Snapshot {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.tx
    }
}

impl FromRequestParts<AppState> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let asked = parts.extensions.get().cloned();
        let asked = asked.unwrap_or_else(|| Asked { min_block: 0, read: Arc::default() });
        Ok(Self { pool: state.pool.clone(), asked })
    }
}

/// Middleware: wait for `min_block`, and say in headers which block the answer is as of.
pub async fn blocks(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads || !request.uri().path().starts_with("/api/v1/") {
        return next.run(request).await;
    }
    let min_block = match Query::<Wish>::try_from_uri(request.uri()) {
        Ok(Query(wish)) => wish.min_block.unwrap_or(0),
        Err(rejection) => return Problem::from(rejection).into_response(),
    };
    if min_block > 0
        && let Err(problem) = reach(&state, min_block).await
    {
        return problem.into_response();
    }
    let read = Arc::<OnceLock<Cursor>>::default();
    request.extensions_mut().insert(Asked { min_block, read: read.clone() });
    let mut response = next.run(request).await;
    if let Some(cursor) = read.get() {
        for ((name, _), value) in HEADERS.iter().zip(values(cursor)) {
            let value = HeaderValue::from_str(&value).expect("numbers and hex are ASCII");
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}

fn values(cursor: &Cursor) -> [String; 4] {
    let marks = cursor.marks;
    [
        cursor.block_number.to_string(),
        cursor.block_hash.to_string(),
        marks.safe.to_string(),
        marks.finalized.to_string(),
    ]
}

/// Add to the document what holds for every GET below `/api/v1`.
pub fn document(document: &mut OpenApi) {
    let min_block = ParameterBuilder::new()
        .name("min_block")
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(
            "Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not",
        ))
        .schema(Some(ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0))))
        .build();
    let paths = document.paths.paths.iter_mut().filter(|(path, _)| path.starts_with("/api/v1/"));
    for operation in paths.filter_map(|(_, item)| item.get.as_mut()) {
        operation.parameters.get_or_insert_default().push(RefOr::T(min_block.clone()));
        if let Some(RefOr::T(answer)) = operation.responses.responses.get_mut("200") {
            for (name, description) in HEADERS {
                let header = HeaderBuilder::new().description(Some(description)).build();
                answer.headers.insert(name.into(), RefOr::T(header));
            }
        }
    }
}

/// Wait until the tables are at the block.
async fn reach(state: &AppState, block: u64) -> Result<(), Problem> {
    let there = |cursor: &Option<Cursor>| cursor.as_ref().is_some_and(|c| c.block_number >= block);
    if there(&cursor::get(&mut *state.pool.acquire().await?).await?) {
        return Ok(());
    }
    let mut now = state.live.now(&state.pool);
    let reached = tokio::time::timeout(PATIENCE, async { now.wait_for(there).await.is_ok() }).await;
    if reached == Ok(true) {
        return Ok(());
    }
    let cursor = now.borrow().clone();
    Err(not_indexed(block, cursor.as_ref()))
}

fn not_indexed(block: u64, cursor: Option<&Cursor>) -> Problem {
    let at =
        cursor.map_or("not at any block yet".into(), |cursor| format!("at block {}", cursor.block_number));
    let detail = format!(
        "Block {block} is not indexed yet; the tables are {at}. Ask again, or without min_block for what is known now."
    );
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-indexed-yet", detail).retry_after(1)
}
