//! Numbers for Prometheus. Counters and histograms are kept by this process; gauges of what is in the database are read
//! when they are asked for. Labels come from lists in this code only: no address, hash, URL or path of a request.
//!
//! Names begin with `polity_`; `docs/admin.md` says what to watch, `ops/prometheus-rules.yml` when to wake somebody.
use crate::{app::AppState, jobs, standing::Standing};
use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
    routing::get,
};
use metrics::{counter, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::{sync::OnceLock, time::Instant};
use tokio::net::TcpListener;

/// Upper bounds of the classes of every `…_seconds`: from an answer out of memory to a training run.
const SECONDS: [f64; 14] =
    [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1_000.0, 10_000.0];
/// Upper bounds of the classes of a batch's size.
const EVENTS: [f64; 7] = [0.0, 1.0, 10.0, 100.0, 1_000.0, 10_000.0, 100_000.0];
/// Upper bounds of the classes of a reorganisation's depth.
const DEPTHS: [f64; 7] = [1.0, 2.0, 4.0, 8.0, 32.0, 128.0, 1_024.0];

static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

/// Begin to count, once per process.
pub fn install() -> &'static PrometheusHandle {
    RECORDER.get_or_init(|| {
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS)
            .and_then(|b| b.set_buckets_for_metric(Matcher::Suffix("_batch_events".into()), &EVENTS))
            .and_then(|b| b.set_buckets_for_metric(Matcher::Suffix("_depth".into()), &DEPTHS));
        let recorder = builder.expect("there are classes").build_recorder();
        let handle = recorder.handle();
        // Fails only when somebody else counts already, and then nothing of ours is lost but these numbers.
        metrics::set_global_recorder(recorder).ok();
        handle
    })
}

/// Middleware: how long each route takes. A path that is no route counts as `other`.
pub async fn time_requests(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let method = match request.method().as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "OPTIONS") => known.to_owned(),
        _ => "other".to_owned(),
    };
    let response = next.run(request).await;
    let status = format!("{}xx", response.status().as_u16() / 100);
    histogram!("polity_http_request_seconds", "method" => method, "route" => route, "status" => status)
        .record(begun.elapsed());
    response
}

/// A job ended: `outcome` is `done`, `again`, `failed` or `gave_up`.
pub fn job_ended(kind: &str, outcome: &'static str, begun: Instant) {
    let kind = jobs::KINDS.iter().find(|known| **known == kind).copied().unwrap_or("other");
    histogram!("polity_job_seconds", "kind" => kind, "outcome" => outcome).record(begun.elapsed());
}

/// What the indexer of this process says about itself.
#[expect(clippy::cast_precision_loss, reason = "nowhere near 2^53 differences")]
pub fn indexer(status: &indexer::Status) {
    counter!("polity_reorgs_total").absolute(status.n_reorgs);
    counter!("polity_verify_mismatch_total").absolute(status.n_corrected);
    gauge!("polity_audit_differences").set(status.n_differences as f64);
    gauge!("polity_indexer_standby").set(f64::from(status.standby));
    gauge!("polity_indexer_failing").set(f64::from(status.error.is_some()));
}

/// Everything as Prometheus reads it.
pub async fn get_metrics(State(app): State<AppState>) -> Response {
    let handle = install();
    let failed = read(&app).await.inspect_err(|error| tracing::warn!(%error, "metrics without the database"));
    gauge!("polity_database_up").set(f64::from(failed.is_ok()));
    handle.run_upkeep();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render()).into_response()
}

/// Serve `/metrics` alone, for roles without a page and for servers that keep it off their public port.
pub async fn serve(
    app: AppState,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let router = Router::new().route("/metrics", get(get_metrics)).with_state(app);
    axum::serve(listener, router).with_graceful_shutdown(shutdown).await
}

#[expect(clippy::cast_precision_loss, reason = "gauges are f64; none of these comes near 2^53")]
async fn read(app: &AppState) -> Result<(), sqlx::Error> {
    gauge!("polity_feed_subscribers").set(app.live.n_streams() as f64);
    gauge!("polity_db_pool", "state" => "idle").set(app.pool.num_idle() as f64);
    gauge!("polity_db_pool", "state" => "open").set(f64::from(app.pool.size()));
    gauge!("polity_serving").set(f64::from(app.engine.served().is_some()));
    let standing = Standing::look(app).await?;
    gauge!("polity_chain_up").set(f64::from(standing.head.is_some()));
    if let Some(head) = standing.head {
        gauge!("polity_head_block").set(head.number as f64);
        gauge!("polity_head_timestamp_seconds").set(head.timestamp as f64);
    }
    if let (Some(blocks), Some(seconds)) = (standing.lag_blocks(), standing.lag_s()) {
        gauge!("polity_lag_blocks").set(blocks as f64);
        gauge!("polity_lag_seconds").set(seconds as f64);
    }
    if let Some(cursor) = &standing.cursor {
        gauge!("polity_cursor_block").set(cursor.block_number as f64);
        gauge!("polity_safe_block").set(cursor.marks.safe as f64);
        gauge!("polity_finalized_block").set(cursor.marks.finalized as f64);
        gauge!("polity_finality_violated").set(f64::from(cursor.violated_block.is_some()));
    }
    let mut conn = app.pool.acquire().await?;
    let (unproved, quarantined, undo, seq): (i64, i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from chain.blocks where verified = 0), (select count(*) from chain.quarantine),
             (select count(*) from chain.undo), (select coalesce(max(seq), 0) from chain.feed)",
    )
    .fetch_one(&mut *conn)
    .await?;
    gauge!("polity_unproved_blocks").set(unproved as f64);
    gauge!("polity_quarantined_events").set(quarantined as f64);
    gauge!("polity_undo_rows").set(undo as f64);
    gauge!("polity_feed_seq").set(seq as f64);
    let counts: Vec<(String, String, i64, Option<f64>)> = sqlx::query_as(
        "select kind, state, count(*),
             extract(epoch from $1 - min(run_at) filter (where state = 'ready' and run_at < $1))::float8
         from app.jobs group by kind, state",
    )
    .bind(app.clock.now())
    .fetch_all(&mut *conn)
    .await?;
    for kind in jobs::KINDS {
        let of = |state: &str| counts.iter().find(|(k, s, ..)| k == kind && s == state);
        for state in ["ready", "running", "done", "failed"] {
            let count = of(state).map_or(0, |(_, _, count, _)| *count);
            gauge!("polity_jobs", "kind" => kind, "state" => state).set(count as f64);
        }
        let waits = of("ready").and_then(|(.., waits)| *waits).unwrap_or(0.0);
        gauge!("polity_job_waiting_seconds_max", "kind" => kind).set(waits);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    fn names(text: &str) -> BTreeSet<&str> {
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let ours = words.filter(|word| word.starts_with("polity_"));
        let suffixes = ["_count", "_bucket", "_sum"];
        ours.map(|word| suffixes.iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word)).collect()
    }

    #[test]
    fn alerts_and_handbook_name_metrics_that_exist() {
        let (code, _) = include_str!("metrics.rs").split_once("#[cfg(test)]").unwrap();
        let (indexed, _) = include_str!("../../indexer/src/metrics.rs").split_once("#[cfg(test)]").unwrap();
        let exist: BTreeSet<_> = names(code).union(&names(indexed)).copied().collect();
        let alerts = names(include_str!("../../ops/prometheus-rules.yml"));
        let handbook = names(include_str!("../../docs/admin.md"));
        assert!(alerts.len() > 10 && handbook.len() > 10);
        assert_eq!(alerts.union(&handbook).find(|name| !exist.contains(*name)), None);
    }
}
