//! Why the node gave no usable answer, and what helps.

use std::time::Duration;

/// All of these but [`RpcError::Url`] and [`RpcError::WrongChain`] pass: ask again, later or less.
#[derive(Debug, thiserror::Error)]
pub enum RpcError {
    /// The configured URL is none.
    #[error("`{0}` is no URL of a JSON-RPC endpoint")]
    Url(String),
    /// No endpoint serves the chain that the deployment is on.
    #[error("the endpoint serves chain {actual}, the deployment is on {expected}")]
    WrongChain {
        /// Of the deployment.
        expected: u64,
        /// Of the endpoint.
        actual: u64,
    },
    /// No connection, or one that broke.
    #[error("the node did not answer {method}")]
    Transport {
        /// JSON-RPC method.
        method: &'static str,
        /// What went wrong.
        #[source]
        source: reqwest::Error,
    },
    /// No answer in time.
    #[error("the node did not answer {method} in time")]
    Silent {
        /// JSON-RPC method.
        method: &'static str,
    },
    /// An error as the answer.
    #[error("the node refused {method}: {message}")]
    Refused {
        /// JSON-RPC method.
        method: &'static str,
        /// What would help.
        failure: RpcFailure,
        /// The node's words.
        message: String,
    },
    /// The answer is no JSON of the expected form.
    #[error("the node's answer to {method} makes no sense")]
    Malformed {
        /// JSON-RPC method.
        method: &'static str,
        /// Where.
        #[source]
        source: serde_json::Error,
    },
    /// A batch with fewer answers than questions.
    #[error("the node answered a part of {method} only")]
    Incomplete {
        /// JSON-RPC method.
        method: &'static str,
    },
    /// A block below the head that the node does not have.
    #[error("the node has no block {0}")]
    Missing(u64),
    /// Headers or logs of different chains: the chain changed between two questions.
    #[error("the chain changed at block {0} while it was read")]
    Moved(u64),
    /// Logs that the header of their block contradicts.
    #[error("the node's events of block {0} are not those that its header commits to")]
    Unproved(u64),
    /// A timestamp or index that no table can hold.
    #[error("block {0} has an impossible timestamp or log index")]
    Impossible(u64),
}

/// What an error message of a node asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RpcFailure {
    /// Ask for fewer blocks; the node may say which range it would answer.
    TooMuch {
        /// Last block of the range that the node suggests.
        up_to: Option<u64>,
    },
    /// Ask less often.
    TooOften {
        /// Pause that the node asks for.
        wait: Option<Duration>,
    },
    /// The node does not know the method.
    NoMethod,
    /// Nothing that we know.
    Other,
}

impl RpcError {
    pub(super) fn refused(method: &'static str, failure: RpcFailure, message: String) -> Self {
        Self::Refused { method, failure, message }
    }

    /// Whether a contract refused a call.
    pub(super) fn is_revert(&self) -> bool {
        matches!(self, Self::Refused { message, .. } if message.to_ascii_lowercase().contains("revert"))
    }

    /// A word for the kind of error, as in the metrics.
    pub(crate) fn class(&self) -> &'static str {
        match self {
            Self::Url(_) | Self::WrongChain { .. } => "misconfigured",
            Self::Transport { .. } => "transport",
            Self::Silent { .. } => "silent",
            Self::Refused { failure: RpcFailure::TooMuch { .. }, .. } => "too_much",
            Self::Refused { failure: RpcFailure::TooOften { .. }, .. } => "too_often",
            Self::Refused { failure: RpcFailure::NoMethod, .. } => "no_method",
            Self::Refused { failure: RpcFailure::Other, .. } => "refused",
            Self::Malformed { .. } | Self::Incomplete { .. } => "broken",
            Self::Missing(_) | Self::Moved(_) => "moved",
            Self::Unproved(_) | Self::Impossible(_) => "unproved",
        }
    }

    /// What would help, if the node refused.
    pub fn failure(&self) -> Option<RpcFailure> {
        match self {
            Self::Refused { failure, .. } => Some(*failure),
            _ => None,
        }
    }
}

impl RpcFailure {
    pub(super) fn from_status(status: u16, body: &str, wait: Option<Duration>) -> Self {
        match status {
            429 => Self::TooOften { wait },
            413 => Self::TooMuch { up_to: None },
            503 if wait.is_some() => Self::TooOften { wait },
            _ => Self::from_error(0, body),
        }
    }

    /// The codes are not standard, so the words of the known providers count too.
    pub(super) fn from_error(code: i64, message: &str) -> Self {
        let text = message.to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if code == -32601
            || says(&["method not found", "does not exist/is not available", "unsupported method"])
        {
            Self::NoMethod
        } else if code == 429
            || says(&["rate limit", "too many requests", "compute units per second", "throttl"])
        {
            Self::TooOften { wait: None }
        } else if code == -32005
            || says(&[
                "more than",
                "range",
                "too large",
                "too many",
                "limit",
                "response size",
                "exceed",
                "timed out",
            ])
        {
            Self::TooMuch { up_to: suggested_end(&text) }
        } else {
            Self::Other
        }
    }
}

/// The last number of a range in brackets: "this block range should work: [0x1, 0x7f]".
fn suggested_end(text: &str) -> Option<u64> {
    let (_, end) = text.rsplit_once('[')?.1.split_once(']')?.0.split_once(',')?;
    let end = end.trim();
    end.strip_prefix("0x").map_or_else(|| end.parse().ok(), |hex| u64::from_str_radix(hex, 16).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_known_providers_are_understood() {
        let error = |message| RpcFailure::from_error(-32000, message);
        let alchemy = "Log response size exceeded. Based on your parameters, this block range should work: [0x10, 0x1f]";
        assert_eq!(error(alchemy), RpcFailure::TooMuch { up_to: Some(0x1f) });
        assert_eq!(error("query returned more than 10000 results"), RpcFailure::TooMuch { up_to: None });
        assert_eq!(error("block range is too wide"), RpcFailure::TooMuch { up_to: None });
        assert_eq!(
            error("Your app has exceeded its compute units per second"),
            RpcFailure::TooOften { wait: None }
        );
        assert_eq!(RpcFailure::from_error(-32601, "?"), RpcFailure::NoMethod);
        assert_eq!(error("header not found"), RpcFailure::Other);
        let wait = Some(Duration::from_secs(3));
        assert_eq!(RpcFailure::from_status(429, "", wait), RpcFailure::TooOften { wait });
    }
}
