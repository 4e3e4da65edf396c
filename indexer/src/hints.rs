//! Announcements of new blocks over WebSocket (`eth_subscribe`, `newHeads`). Only a hint to look now, and at what: what it says is
//! not trusted, and a connection that is lost, or that lies, costs time and nothing else.

use alloy::rpc::types::Header;
use futures::{SinkExt, StreamExt};
use serde::Deserialize;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{sync::Notify, task::JoinHandle};
use tokio_tungstenite::{connect_async, tungstenite::Message};

const SUBSCRIBE: &str = r#"{"jsonrpc":"2.0","id":0,"method":"eth_subscribe","params":["newHeads"]}"#;
/// A connection that was silent for so long is made anew: some proxies forget to close.
const SILENCE: Duration = Duration::from_secs(60);
/// Longest pause between two attempts to connect.
const MAX_PAUSE: Duration = Duration::from_secs(30);

#[derive(Default)]
struct Shared {
    notify: Notify,
    last: Mutex<Option<Header>>,
}

#[derive(Deserialize)]
struct Announcement {
    params: Params,
}

#[derive(Deserialize)]
struct Params {
    result: Header,
}

/// Hears that there may be a new block. Stops to listen when it is dropped.
pub struct Hints {
    shared: Arc<Shared>,
    task: Option<JoinHandle<()>>,
}

impl Hints {
    /// Waits for the next announcement; without an endpoint, for ever.
    pub async fn heard(&self) {
        self.shared.notify.notified().await;
    }

    /// The header that was announced last, once.
    pub fn take(&self) -> Option<Header> {
        self.shared.last.lock().ok()?.take()
    }
}

impl Drop for Hints {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

/// Listen for as long as the value lives.
pub fn listen(url: Option<&str>) -> Hints {
    let shared = Arc::new(Shared::default());
    let task = url.map(|url| tokio::spawn(follow(url.to_owned(), shared.clone())));
    Hints { shared, task }
}

async fn follow(url: String, shared: Arc<Shared>) {
    let mut pause = Duration::from_millis(250);
    loop {
        match subscription(&url, &shared).await {
            Ok(()) => pause = Duration::from_millis(250),
            Err(error) => {
                tracing::debug!(%error, "no announcements of blocks");
                pause = (pause * 2).min(MAX_PAUSE);
            }
        }
        // What was announced meanwhile was missed.
        shared.notify.notify_one();
        tokio::time::sleep(pause).await;
    }
}

/// Ends when the connection does; an error when there was none.
async fn subscription(url: &str, shared: &Shared) -> Result<(), tokio_tungstenite::tungstenite::Error> {
    let (mut socket, _) = connect_async(url).await?;
    socket.send(Message::text(SUBSCRIBE)).await?;
    while let Ok(Some(Ok(message))) = tokio::time::timeout(SILENCE, socket.next()).await {
        // Pings are answered by the library; the first text confirms the subscription.
        if let Message::Text(text) = message {
            let header = serde_json::from_str(&text).map(|said: Announcement| said.params.result).ok();
            if let Ok(mut last) = shared.last.lock() {
                *last = header;
            }
            shared.notify.notify_one();
        }
    }
    Ok(())
}
