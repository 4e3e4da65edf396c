use serde::Deserialize;
use std::path::PathBuf;

/// `[data]`: the folder that holds everything this installation owns.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    pub dir: PathBuf,
}
