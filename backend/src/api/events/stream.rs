use crate::{
    api::{Closing, problem::Problem},
    app::AppState,
};
use axum::{
    Extension,
    extract::State,
    http::HeaderMap,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::{Stream, StreamExt, stream};
use serde::Serialize;
use sqlx::PgPool;
use std::{collections::VecDeque, convert::Infallible, time::Duration};
use tokio::sync::watch;
use utoipa::ToSchema;

const HEARTBEAT: Duration = Duration::from_secs(15);
const BATCH: i64 = 500;

/// `data` of one event. `event` is `apply`, or `retract` when a reorganisation undid it; `id` counts up.
#[derive(Debug, Serialize, ToSchema)]
pub struct Change {
    /// Table that changed, without its schema
    pub topic: String,
    /// Id of the row
    pub key: String,
    pub block: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    seq: i64,
    block_number: i64,
    topic: String,
    key: String,
    kind: String,
}

/// Changes on chain as server-sent events
///
/// Begins with the next change, or after `Last-Event-ID`, which a browser sends when it reconnects.
#[utoipa::path(get, path = "/events", tag = "status", operation_id = "streamEvents",
    params(("Last-Event-ID" = Option<i64>, Header, description = "Continue after this event")),
    responses((status = 200, content_type = "text/event-stream", body = Change),
        (status = "default", body = Problem)))]
pub async fn stream_events(
    State(state): State<AppState>,
    Extension(closing): Extension<Closing>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let beats = state.feed.subscribe(&state.pool);
    let asked = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let after = match asked {
        Some(after) => after,
        None => {
            sqlx::query_scalar("select coalesce(max(seq), 0) from chain.feed").fetch_one(&state.pool).await?
        }
    };
    let feed = Feed { pool: state.pool.clone(), beats, after, read: VecDeque::new() };
    // A server that stops must not wait for people to close their pages.
    let events = changes(feed).take_until(closing.wait());
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response())
}

struct Feed {
    pool: PgPool,
    beats: watch::Receiver<u64>,
    after: i64,
    read: VecDeque<Row>,
}

/// The rows of the feed after `after`, for ever. Ends when the database fails; the browser then reconnects.
fn changes(feed: Feed) -> impl Stream<Item = Result<Event, Infallible>> + Send + 'static {
    stream::unfold(feed, |mut feed| async move {
        let row = feed.next().await?;
        let change = Change { topic: row.topic, key: row.key, block: row.block_number };
        let event = Event::default().id(row.seq.to_string()).event(row.kind).json_data(change).ok()?;
        Some((Ok(event), feed))
    })
}

impl Feed {
    async fn next(&mut self) -> Option<Row> {
        loop {
            if let Some(row) = self.read.pop_front() {
                self.after = row.seq;
                return Some(row);
            }
            // Seen before reading: a beat during the query is a reason to read again.
            self.beats.mark_unchanged();
            let rows: Result<Vec<Row>, _> = sqlx::query_as(
                "select seq, block_number, topic, key, kind from chain.feed where seq > $1 order by seq limit $2",
            )
            .bind(self.after)
            .bind(BATCH)
            .fetch_all(&self.pool)
            .await;
            self.read = rows.ok()?.into();
            if self.read.is_empty() {
                self.beats.changed().await.ok()?;
            }
        }
    }
}
