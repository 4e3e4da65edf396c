use serde::Deserialize;

/// `[blobs]`: where content-addressed files live.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlobsConfig {
    pub url: String,
}
