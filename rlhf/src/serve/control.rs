//! The parent process's word on what to serve, as JSON lines on standard input; the answers go to standard output.

use std::{io::BufRead, path::PathBuf, sync::Arc};

use alloy_primitives::B256;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::{ModelFolder, Service};

/// `{"model": DIR, "expect": HASH, "modelId": NAME}`: serve this from now on.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Swap {
    model: PathBuf,
    expect: B256,
    model_id: String,
}

#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Outcome<'a> {
    Serving {
        model_id: &'a str,
        manifest_hash: B256,
    },
    /// What was served before is still served.
    Refused {
        error: String,
    },
}

/// Obeys lines of standard input for as long as there are any. The process ends with them if it is to end with its parent.
pub async fn obey(service: Arc<Service>, exit_with_parent: bool) {
    let mut lines = lines(exit_with_parent);
    while let Some(line) = lines.recv().await {
        let outcome = match serde_json::from_str::<Swap>(&line) {
            Ok(Swap { model, expect, model_id }) => {
                let folder = ModelFolder { model, expect, model_id: model_id.clone() };
                service.swap(folder).await.map(|()| (model_id, expect)).map_err(anyhow::Error::from)
            }
            Err(error) => Err(error.into()),
        };
        match outcome {
            Ok((model_id, manifest_hash)) => say(&Outcome::Serving { model_id: &model_id, manifest_hash }),
            Err(error) => {
                tracing::error!(error = format!("{error:#}"), "another model is not served");
                say(&Outcome::Refused { error: format!("{error:#}") });
            }
        }
    }
}

fn say(outcome: &Outcome) {
    println!("{}", serde_json::to_string(outcome).expect("plain data"));
}

/// A thread of its own: reading standard input cannot be interrupted, and must not keep the runtime from ending.
fn lines(exit_at_end: bool) -> UnboundedReceiver<String> {
    let (sender, lines) = unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if !line.trim().is_empty() && sender.send(line).is_err() {
                break;
            }
        }
        if exit_at_end {
            std::process::exit(1);
        }
    });
    lines
}
