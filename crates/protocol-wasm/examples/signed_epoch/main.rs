//! `signed_epoch FOLDER LABELERS [SLOTS]` writes a whole signed epoch, for `make bench-wasm` to verify: `bundle.json`
//! as it would be published, and `epoch.json` with what the chain would say about it.

mod epoch;

use epoch::{BLOCK_HASH, SECRET, signed_epoch};
use protocol::rewards::seed;
use serde_json::json;
use std::{error::Error, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("name a folder")?);
    let n_labelers = arguments.next().ok_or("say how many labelers")?.parse()?;
    let n_slots = arguments.next().map_or(Ok(256), |text| text.parse())?;
    let (bundle, terms) = signed_epoch(n_labelers, n_slots);
    let (bytes, bundle_hash) = bundle.to_bytes();
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("bundle.json"), bytes)?;
    let epoch = json!({
        "terms": terms,
        "bundleHash": bundle_hash,
        "secret": SECRET,
        "blockHash": BLOCK_HASH,
        "seed": seed(SECRET, BLOCK_HASH),
    });
    Ok(std::fs::write(folder.join("epoch.json"), epoch.to_string())?)
}
