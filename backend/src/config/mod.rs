//! Settings: `config.default.toml` ← the file given by `--config` ← `POLITY__SECTION__KEY`.
//!
//! One struct per section, one file per struct. To add a setting: a field in the section's struct and a documented line
//! in `config.default.toml`; nothing else. This module is the only reader of environment variables.
mod auth;
mod blobs;
mod chain;
mod challenge;
mod data;
mod database;
mod labels;
mod model;
mod server;

pub use auth::AuthConfig;
pub use blobs::BlobsConfig;
pub use chain::{ActOn, ChainConfig};
pub use challenge::ChallengeConfig;
pub use data::DataConfig;
pub use database::DatabaseConfig;
pub use labels::LabelsConfig;
pub use model::ModelConfig;
pub use server::ServerConfig;

use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The documented defaults, embedded so that the binary needs no file.
pub const DEFAULTS: &str = include_str!("../../config.default.toml");
const ENV_PREFIX: &str = "POLITY__";

/// All settings of one process.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub server: ServerConfig,
    pub database: DatabaseConfig,
    pub data: DataConfig,
    pub chain: ChainConfig,
    pub challenge: ChallengeConfig,
    pub auth: AuthConfig,
    pub labels: LabelsConfig,
    pub model: ModelConfig,
    pub blobs: BlobsConfig,
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the settings file {path}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{origin} is not valid TOML")]
    Parse { origin: String, source: toml::de::Error },
    #[error("{origin} sets `{key}`, which is not a setting; see config.default.toml for all of them")]
    UnknownKey { origin: String, key: String },
    #[error("the setting {key} has a wrong value: {message}")]
    Value { key: String, message: String },
}

impl Config {
    /// Read defaults, file and this process's environment.
    ///
    /// # Errors
    /// [`ConfigError`] naming the file or variable that is wrong.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let file = match file {
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
                Some((path.display().to_string(), text))
            }
            None => None,
        };
        Self::merge(file.as_ref().map(|(name, text)| (name.as_str(), text.as_str())), std::env::vars())
    }

    /// Merge the defaults with a file's text `(name, text)` and variables.
    ///
    /// # Errors
    /// [`ConfigError`] as in [`Config::load`].
    pub fn merge(
        file: Option<(&str, &str)>,
        env: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut settings = parse("config.default.toml", DEFAULTS)?;
        if let Some((name, text)) = file {
            overlay(name, &mut settings, parse(name, text)?)?;
        }
        for (variable, value) in env {
            if let Some(key) = variable.strip_prefix(ENV_PREFIX) {
                set_variable(&variable, key, &value, &mut settings)?;
            }
        }
        let config: Self = serde_path_to_error::deserialize(settings).map_err(|error| {
            ConfigError::Value { key: error.path().to_string(), message: error.inner().message().to_owned() }
        })?;
        config.chain.check()?;
        Ok(config)
    }

    /// The deployment file: `chain.deployment`, or `deployment.json` in the data folder.
    pub fn deployment_path(&self) -> PathBuf {
        match self.chain.deployment.as_str() {
            "" => self.data.dir.join("deployment.json"),
            path => PathBuf::from(path),
        }
    }

    /// Folder of the trained checkpoints, one sub-folder per manifest hash (lower-case hex without 0x).
    pub fn checkpoints_dir(&self) -> PathBuf {
        self.data.dir.join("checkpoints")
    }
}

fn parse(origin: &str, text: &str) -> Result<toml::Table, ConfigError> {
    text.parse().map_err(|source| ConfigError::Parse { origin: origin.to_owned(), source })
}

/// Lay a file's sections over the defaults. Unknown sections and keys are refused: a typo must not be silent.
fn overlay(origin: &str, settings: &mut toml::Table, file: toml::Table) -> Result<(), ConfigError> {
    for (section, values) in file {
        let unknown = |key: String| ConfigError::UnknownKey { origin: origin.to_owned(), key };
        let toml::Value::Table(values) = values else { return Err(unknown(section)) };
        for (key, value) in values {
            let slot = settings.get_mut(&section).and_then(|s| s.get_mut(&key));
            *slot.ok_or_else(|| unknown(format!("{section}.{key}")))? = value;
        }
    }
    Ok(())
}

/// `SECTION__KEY=value`: text settings take the value as it is, all others read it as a TOML value.
fn set_variable(
    variable: &str,
    key: &str,
    value: &str,
    settings: &mut toml::Table,
) -> Result<(), ConfigError> {
    let key = key.to_ascii_lowercase();
    let unknown = || ConfigError::UnknownKey { origin: variable.to_owned(), key: key.replace("__", ".") };
    let (section, name) = key.split_once("__").ok_or_else(unknown)?;
    let slot = settings.get_mut(section).and_then(|s| s.get_mut(name)).ok_or_else(unknown)?;
    *slot = if slot.is_str() {
        toml::Value::String(value.to_owned())
    } else {
        let parsed: toml::Table = parse(variable, &format!("value = {value}"))?;
        parsed.into_iter().next().map(|(_, v)| v).ok_or_else(unknown)?
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn the_documented_defaults_parse() {
        let config = Config::merge(None, []).unwrap();
        assert_eq!(config.server.listen, "127.0.0.1:4000");
        assert_eq!(config.data.dir, Path::new(".polity"));
        assert_eq!(config.deployment_path(), Path::new(".polity/deployment.json"));
        assert!(config.auth.admins.is_empty());
    }

    #[test]
    fn a_variable_overrules_a_file_and_a_file_the_defaults() {
        let file = "[server]\nlisten = \"0.0.0.0:80\"\nmax_body_bytes = 7\n";
        let vars = env(&[("POLITY__SERVER__MAX_BODY_BYTES", "9"), ("HOME", "/")]);
        let config = Config::merge(Some(("a.toml", file)), vars).unwrap();
        assert_eq!(config.server.listen, "0.0.0.0:80");
        assert_eq!(config.server.max_body_bytes, 9);
    }

    #[test]
    fn a_list_is_given_as_toml() {
        let admin = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
        let config =
            Config::merge(None, env(&[("POLITY__AUTH__ADMINS", &format!("[\"{admin}\"]"))])).unwrap();
        assert_eq!(config.auth.admins[0].to_string(), admin);
    }

    #[test]
    fn an_unknown_setting_is_named() {
        let error = Config::merge(Some(("a.toml", "[server]\nlissten = \"x\"\n")), []).unwrap_err();
        assert!(error.to_string().contains("server.lissten"), "{error}");
        let error = Config::merge(None, env(&[("POLITY__SERVER__LISSTEN", "x")])).unwrap_err();
        assert!(error.to_string().contains("POLITY__SERVER__LISSTEN"), "{error}");
    }

    #[test]
    fn the_example_files_are_good() {
        let read = |name: &str, text: &str| Config::merge(Some((name, text)), []).unwrap().chain;
        let anvil = read("anvil.toml", include_str!("../../../ops/config/anvil.toml"));
        assert_eq!(anvil.act_on, Some(ActOn::Head));
        let sepolia = read("sepolia.toml", include_str!("../../../ops/config/sepolia.toml"));
        assert_eq!((sepolia.more_rpc_urls.len(), sepolia.act_on), (1, Some(ActOn::Finalized)));
        let op_stack = read("op-stack.toml", include_str!("../../../ops/config/op-stack.toml"));
        assert_eq!(op_stack.finality, indexer::Finality::Tags);
    }

    #[test]
    fn finality_is_by_tags_or_by_seconds() {
        let config = Config::merge(None, env(&[("POLITY__CHAIN__FINALITY", "900s")])).unwrap();
        assert_eq!(config.chain.finality, indexer::Finality::Seconds(900));
    }

    #[test]
    fn a_wrong_value_is_refused_with_the_name_of_its_setting() {
        for (variable, value, setting) in [
            ("CHAIN__FINALITY", "soon", "chain.finality"),
            ("CHAIN__ACT_ON", "never", "chain.act_on"),
            ("CHAIN__POLL_MS", "-1", "chain.poll_ms"),
            ("CHAIN__POLL_MS", "0", "chain.poll_ms"),
            ("CHAIN__POLL_MS", "\"fast\"", "chain.poll_ms"),
            ("CHAIN__RPC_URL", "wss://a.example/secret", "chain.rpc_url"),
            ("CHAIN__WS_URL", "https://a.example/secret", "chain.ws_url"),
            ("CHAIN__WS_URL", "ws://a.example", "chain.rpc_url"),
            ("CHAIN__MORE_RPC_URLS", "[1]", "chain.more_rpc_urls"),
            ("CHAIN__MORE_RPC_URLS", "[\"a.example/secret\"]", "chain.more_rpc_urls"),
            ("AUTH__ADMINS", "[\"0x12\"]", "auth.admins"),
        ] {
            let error = Config::merge(None, env(&[(&format!("POLITY__{variable}"), value)])).unwrap_err();
            assert!(error.to_string().contains(setting), "{variable}={value}: {error}");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
}
