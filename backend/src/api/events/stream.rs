use super::live::{BATCH, Tick, look};
use crate::{
    api::{Closing, extract::Query, problem::Problem, types::Finality},
    app::AppState,
};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::{Stream, StreamExt, stream};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use std::{collections::VecDeque, convert::Infallible, sync::Arc, time::Duration};
use storage::chain::{
    PROJECTIONS,
    cursor::{Cursor, Marks},
    feed,
};
use tokio::sync::{
    broadcast::{self, error::RecvError},
    watch,
};
use utoipa::{IntoParams, ToSchema};

const HEARTBEAT: Duration = Duration::from_secs(15);
/// Open streams of one process: each is a socket, and the operating system has so many.
const MAX_STREAMS: usize = 2_000;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StreamEvents {
    /// Changes of these tables alone, separated by commas
    #[param(example = "proposals,votes")]
    topics: Option<String>,
}

impl StreamEvents {
    /// The tables; `None` for all.
    fn topics(&self) -> Result<Option<Vec<&'static str>>, Problem> {
        let Some(topics) = &self.topics else { return Ok(None) };
        let known =
            |topic: &str| PROJECTIONS.into_iter().find(|known| *known == topic).ok_or_else(|| unknown(topic));
        topics.split(',').map(str::trim).map(known).collect::<Result<_, _>>().map(Some)
    }
}

fn unknown(topic: &str) -> Problem {
    let detail = format!("There is no topic {topic:?}. There are: {}.", PROJECTIONS.join(", "));
    Problem::new(StatusCode::BAD_REQUEST, "unknown-topic", detail)
}

/// `data` of an `apply`, or of a `retract` when a reorganisation undid it; `id` counts up.
#[derive(Debug, Serialize, ToSchema)]
pub struct Change {
    /// Table that changed, without its schema
    pub topic: String,
    /// Id of the row; `*` for any number of rows
    pub key: String,
    pub block: u64,
    /// Of an `apply`: how final its block is now
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finality: Option<Finality>,
}

/// `data` of a `status`, which comes first and when the chain went back, and of a `finalized`, when more of it is final.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Position {
    /// Block that the tables are at; null before the first
    pub block: Option<u64>,
    /// Changes of blocks up to this one are `safe`
    pub safe_block: u64,
    /// Changes of blocks up to this one are `finalized`
    pub finalized_block: u64,
    /// A block that was finalized and then replaced; nothing irreversible is done until the operator looked at it
    pub violated_block: Option<u64>,
    /// The events after `Last-Event-ID` are not known any more: read everything again
    pub reread: bool,
}

/// Changes on chain as server-sent events
///
/// Begins with a `status`, then the next change, or those after `Last-Event-ID`, which a browser sends when it
/// reconnects. A comment every 15 seconds keeps the connection open. Events of one moment come in the order of the
/// database, and `finalized` after all changes of the blocks that it speaks of.
#[utoipa::path(get, path = "/events", tag = "status", operation_id = "streamEvents",
    params(StreamEvents, ("Last-Event-ID" = Option<i64>, Header, description = "Continue after this event")),
    responses((status = 200, content_type = "text/event-stream", body = Change),
        (status = "default", body = Problem)))]
pub async fn stream_events(
    State(state): State<AppState>,
    Extension(closing): Extension<Closing>,
    Query(wish): Query<StreamEvents>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let topics = wish.topics()?;
    if state.live.n_streams() >= MAX_STREAMS {
        let detail = "This server has as many open streams as it can hold; ask again, or another server.";
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too-many-streams", detail).retry_after(30));
    }
    let (ticks, now) = state.live.ticks(&state.pool);
    let asked: Option<i64> = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let mut reread = false;
    if let Some(asked) = asked {
        reread = feed::is_unknown(&mut *state.pool.acquire().await?, asked).await?;
    }
    let first = look(&state.pool, None).await?;
    let mut feed = Feed {
        pool: state.pool.clone(),
        topics,
        ticks,
        _now: now,
        after: asked.filter(|_| !reread).unwrap_or(first.after),
        behind: true,
        age: first.age,
        seen: first.cursor,
        events: VecDeque::new(),
    };
    feed.events.extend(event("status", None, &position(feed.seen.as_ref(), reread)));
    // A server that stops must not wait for people to close their pages.
    let events = feed.stream().take_until(closing.wait());
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response())
}

fn position(cursor: Option<&Cursor>, reread: bool) -> Position {
    let marks = cursor.map_or(Marks::default(), |cursor| cursor.marks);
    Position {
        block: cursor.map(|cursor| cursor.block_number),
        safe_block: marks.safe,
        finalized_block: marks.finalized,
        violated_block: cursor.and_then(|cursor| cursor.violated_block),
        reread,
    }
}

fn event(kind: &str, id: Option<i64>, data: &impl Serialize) -> Option<Event> {
    let event = Event::default().event(kind).json_data(data).ok()?;
    Some(match id {
        Some(id) => event.id(id.to_string()),
        None => event,
    })
}

/// One reader. Holds one batch of events at most: the rest waits in the database until the socket takes more.
struct Feed {
    pool: PgPool,
    /// `None` for all.
    topics: Option<Vec<&'static str>>,
    ticks: broadcast::Receiver<Arc<Tick>>,
    _now: watch::Receiver<Option<Cursor>>,
    after: i64,
    /// Whether rows have to be read from the database before the ticks go on where they end.
    behind: bool,
    /// Of the last look that was taken.
    age: i64,
    seen: Option<Cursor>,
    events: VecDeque<Event>,
}

impl Feed {
    /// Events for ever. Ends when the database fails; the browser then reconnects.
    fn stream(self) -> impl Stream<Item = Result<Event, Infallible>> + Send + 'static {
        stream::unfold(self, |mut feed| async move {
            loop {
                if let Some(event) = feed.events.pop_front() {
                    return Some((Ok(event), feed));
                }
                feed.fill().await?;
            }
        })
    }

    async fn fill(&mut self) -> Option<()> {
        if self.behind {
            let tick = look(&self.pool, Some(self.after)).await.ok()?;
            self.behind = tick.rows.len() == BATCH as usize;
            self.take(&tick);
            return Some(());
        }
        match self.ticks.recv().await {
            // It began after rows that this reader has not seen.
            Ok(tick) if tick.after > self.after => self.behind = true,
            Ok(tick) => self.take(&tick),
            // Too slow for the others: what was missed is in the database.
            Err(RecvError::Lagged(_)) => self.behind = true,
            Err(RecvError::Closed) => return None,
        }
        Some(())
    }

    fn take(&mut self, tick: &Tick) {
        if tick.age < self.age {
            return;
        }
        self.age = tick.age;
        let wanted = |topic: &str| self.topics.as_ref().is_none_or(|topics| topics.contains(&topic));
        for row in tick.rows.iter().filter(|row| row.seq > self.after && wanted(&row.topic)) {
            let applied = row.kind == feed::Kind::Apply;
            let finality = tick.cursor.as_ref().filter(|_| applied);
            let change = Change {
                topic: row.topic.clone(),
                key: row.key.clone(),
                block: row.block_number,
                finality: finality.map(|cursor| cursor.finality_of(row.block_number).into()),
            };
            self.events.extend(event(row.kind.as_str(), Some(row.seq), &change));
        }
        self.after = self.after.max(tick.last());
        let at = |cursor: &Option<Cursor>| cursor.as_ref().map(|c| (c.block_number, c.violated_block));
        let ((old, new), data) = ((at(&self.seen), at(&tick.cursor)), position(tick.cursor.as_ref(), false));
        let marks = |cursor: &Option<Cursor>| cursor.as_ref().map(|cursor| cursor.marks);
        if new.map(|(block, _)| block) < old.map(|(block, _)| block)
            || new.map(|(_, violated)| violated) != old.map(|(_, violated)| violated)
        {
            self.events.extend(event("status", None, &data));
        } else if marks(&tick.cursor) != marks(&self.seen) {
            self.events.extend(event("finalized", None, &data));
        }
        self.seen.clone_from(&tick.cursor);
    }
}
