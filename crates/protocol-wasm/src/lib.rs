//! The rules of `crates/protocol` for a web page: one WebAssembly module that reads a published bundle and recomputes
//! what its epoch pays.
//!
//! A [`Request`] is JSON, optionally followed by a file's bytes; its answer is JSON too, `{"ok": …}` or `{"error": "…"}`.
//! A [`Workspace`] remembers the bundle between requests, so that a large one is read once. On the way in and out through
//! the module's memory see `abi.rs`; its other half is `frontend/src/protocol/module.ts`.
//!
//! To add a request: a variant here, its answer in `workspace.rs`, and its type in `frontend/src/protocol/requests.ts`.

#[cfg(target_arch = "wasm32")]
mod abi;
mod request;
mod workspace;

pub use request::Request;
pub use workspace::Workspace;

use serde_json::{Value, json};
use std::error::Error;

/// Why a request has no answer, or what is wrong with what it asked about. Shown to people.
pub type Failure = Box<dyn Error>;

/// The answer to a request as JSON text; never fails, because it says so.
pub fn answer(workspace: &mut Workspace, request: &[u8], file: &[u8]) -> Vec<u8> {
    let parsed = serde_json::from_slice::<Request>(request).map_err(Failure::from);
    let reply = match parsed.and_then(|request| workspace.answer(request, file)) {
        Ok(value) => json!({ "ok": value }),
        Err(failure) => json!({ "error": with_causes(failure.as_ref()) }),
    };
    reply.to_string().into_bytes()
}

fn with_causes(failure: &dyn Error) -> String {
    let causes = std::iter::successors(failure.source(), |&cause| cause.source());
    causes.fold(failure.to_string(), |text, cause| format!("{text}: {cause}"))
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<Value, Failure> {
    Ok(serde_json::to_value(value)?)
}
