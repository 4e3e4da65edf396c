//! One connection that listens to the feed, for all open pages of this process: a connection per page would use up the
//! pool.
use sqlx::{PgPool, postgres::PgListener};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::watch;

/// Channel that the indexer notifies after it wrote to `chain.feed`.
const CHANNEL: &str = "chain_feed";
/// Between two attempts to listen when the database is away.
const RETRY: Duration = Duration::from_secs(1);

/// Beats whenever the feed may have grown. Listens while somebody is subscribed.
#[derive(Clone)]
pub struct Pulse {
    beats: watch::Sender<u64>,
    listening: Arc<Mutex<bool>>,
}

impl Default for Pulse {
    fn default() -> Self {
        Self { beats: watch::Sender::new(0), listening: Arc::default() }
    }
}

impl Pulse {
    /// A receiver that changes with each beat.
    pub fn subscribe(&self, pool: &PgPool) -> watch::Receiver<u64> {
        let mut listening = self.listening.lock().expect("no holder of this lock panics");
        let receiver = self.beats.subscribe();
        if !*listening {
            *listening = true;
            tokio::spawn(self.clone().listen(pool.clone()));
        }
        receiver
    }

    async fn listen(self, pool: PgPool) {
        loop {
            tokio::select! {
                () = self.beats.closed() => {
                    let mut listening = self.listening.lock().expect("no holder of this lock panics");
                    // Somebody may have subscribed since.
                    if self.beats.receiver_count() == 0 {
                        *listening = false;
                        return;
                    }
                }
                Err(error) = self.beat(&pool) => {
                    tracing::warn!(%error, "lost the connection that listens to the feed");
                    tokio::time::sleep(RETRY).await;
                }
            }
        }
    }

    async fn beat(&self, pool: &PgPool) -> Result<std::convert::Infallible, sqlx::Error> {
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        loop {
            // Also right after connecting: something may have been missed before.
            self.beats.send_modify(|n| *n += 1);
            listener.recv().await?;
        }
    }
}
