//! The chain just after deployment, kept under target/ so that a test's chain starts in well under a second.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use alloy::primitives::Bytes;
use alloy::providers::ProviderBuilder;
use alloy::providers::ext::AnvilApi;
use bindings::Deployment;
use localnet::{Anvil, AnvilOptions, Deploy, Tools, deploy, read_deployment};
use nix::fcntl::{Flock, FlockArg};

/// A deployed chain, ready to be loaded.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Argument of `anvil_loadState`.
    pub state: Bytes,
    /// Addresses.
    pub deployment: Deployment,
}

impl Snapshot {
    /// Reads the snapshot of the contracts as they are now, or deploys them once to make it.
    pub async fn of_current_contracts(tools: &Tools) -> Snapshot {
        let folder = tools.root.join("target/testkit");
        fs::create_dir_all(&folder).expect("target/ is writable");
        let name = format!("state-{:016x}", fingerprint(&tools.root));
        let state_file = folder.join(format!("{name}.bin"));
        let deployment_file = folder.join(format!("{name}.json"));

        // Several test processes start at once: one deploys, the others wait and read.
        let lock = File::create(folder.join("state.lock")).expect("target/testkit is writable");
        let lock = tokio::task::spawn_blocking(|| Flock::lock(lock, FlockArg::LockExclusive))
            .await
            .expect("the waiting task does not panic")
            .unwrap_or_else(|(_, error)| panic!("locking state.lock: {error}"));
        if !state_file.is_file() {
            let state = deploy_and_dump(tools, &deployment_file).await;
            // Written under another name first: a half-written file must not look finished.
            let draft = state_file.with_extension("draft");
            fs::write(&draft, state).expect("target/testkit is writable");
            fs::rename(&draft, &state_file).expect("target/testkit is writable");
        }
        drop(lock);
        Snapshot {
            state: fs::read(&state_file).expect("the snapshot was written").into(),
            deployment: read_deployment(&deployment_file).unwrap_or_else(|error| panic!("{error}")),
        }
    }
}

async fn deploy_and_dump(tools: &Tools, file: &Path) -> Bytes {
    let anvil = Anvil::start(tools, &AnvilOptions::default()).await.unwrap_or_else(|error| panic!("{error}"));
    let target = Deploy { rpc_url: &anvil.rpc_url(), file: file.to_path_buf() };
    deploy(tools, &target).await.unwrap_or_else(|error| panic!("{error}"));
    let provider =
        ProviderBuilder::new().connect_http(anvil.rpc_url().parse().expect("Anvil's address is a URL"));
    provider.anvil_dump_state().await.expect("Anvil gives its state")
}

/// Changes when anything that decides what gets deployed changes.
fn fingerprint(root: &Path) -> u64 {
    let mut files = vec![root.join("foundry.toml"), root.join("package.json")];
    for folder in ["contracts/src", "script"] {
        collect(&root.join(folder), &mut files);
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.hash(&mut hasher);
        fs::read(&file).expect("a file of the checkout is readable").hash(&mut hasher);
    }
    hasher.finish()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.expect("a folder of the checkout is readable").path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}
