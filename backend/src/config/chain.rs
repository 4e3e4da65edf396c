use super::ConfigError;
use crate::chain::Pace;
use serde::{Deserialize, Deserializer, de::Error};
use std::time::Duration;

/// `[chain]`: the RPC endpoints, what is final there, the deployment and the operator's key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainConfig {
    pub rpc_url: String,
    pub more_rpc_urls: Vec<String>,
    pub ws_url: String,
    #[serde(deserialize_with = "finality")]
    pub finality: indexer::Finality,
    #[serde(deserialize_with = "act_on")]
    pub act_on: Option<ActOn>,
    pub max_lag_s: u64,
    pub deployment: String,
    pub operator_key_file: String,
    pub poll_ms: u64,
    pub raise_fee_after_s: u64,
}

impl ChainConfig {
    /// How long is waited for a transaction.
    pub fn pace(&self) -> Pace {
        Pace {
            poll: Duration::from_millis(self.poll_ms),
            raise_after: Duration::from_secs(self.raise_fee_after_s),
        }
    }
}

/// How final a block must be before something is done that cannot be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActOn {
    Head,
    Safe,
    Finalized,
}

impl ActOn {
    /// As in the settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Safe => "safe",
            Self::Finalized => "finalized",
        }
    }
}

fn finality<'de, D: Deserializer<'de>>(value: D) -> Result<indexer::Finality, D::Error> {
    let text = String::deserialize(value)?;
    let seconds = || text.strip_suffix('s')?.trim().parse().ok();
    match text.as_str() {
        "tags" => Ok(indexer::Finality::Tags),
        _ => seconds().map(indexer::Finality::Seconds).ok_or_else(|| {
            D::Error::custom(format!("`{text}` is neither \"tags\" nor a number of seconds like \"900s\""))
        }),
    }
}

fn act_on<'de, D: Deserializer<'de>>(value: D) -> Result<Option<ActOn>, D::Error> {
    let text = String::deserialize(value)?;
    Ok(Some(match text.as_str() {
        "" => return Ok(None),
        "head" => ActOn::Head,
        "safe" => ActOn::Safe,
        "finalized" => ActOn::Finalized,
        _ => {
            let message = format!("`{text}` is none of \"\", \"head\", \"safe\" and \"finalized\"");
            return Err(D::Error::custom(message));
        }
    }))
}

impl ChainConfig {
    /// What the types do not say: which endpoints can be what.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let wrong =
            |key: &str, message: String| Err(ConfigError::Value { key: format!("chain.{key}"), message });
        let is = |url: &str, schemes: [&str; 2]| schemes.iter().any(|scheme| url.starts_with(scheme));
        let http = |key, url: &str| match url.is_empty() || is(url, ["http://", "https://"]) {
            true => Ok(()),
            // Only its beginning: the rest may hold a provider's key.
            false => {
                wrong(key, format!("an HTTP endpoint begins with http:// or https://, not `{}`", start(url)))
            }
        };
        http("rpc_url", &self.rpc_url)?;
        self.more_rpc_urls.iter().try_for_each(|url| http("more_rpc_urls", url))?;
        if !self.ws_url.is_empty() && !is(&self.ws_url, ["ws://", "wss://"]) {
            let message = format!("a WebSocket begins with ws:// or wss://, not `{}`", start(&self.ws_url));
            return wrong("ws_url", message);
        }
        if self.rpc_url.is_empty() && !(self.more_rpc_urls.is_empty() && self.ws_url.is_empty()) {
            return wrong(
                "rpc_url",
                "is empty, but more_rpc_urls or ws_url is not: name the first endpoint here".into(),
            );
        }
        if self.more_rpc_urls.iter().any(String::is_empty) {
            return wrong("more_rpc_urls", "holds an empty endpoint".into());
        }
        if self.poll_ms == 0 {
            return wrong("poll_ms", "must be above 0: the node would be asked without a pause".into());
        }
        Ok(())
    }
}

fn start(url: &str) -> &str {
    url.get(..8).unwrap_or(url)
}
