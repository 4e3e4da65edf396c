use serde::Deserialize;

/// `[labels]`: how tasks are lent to labelers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelsConfig {
    pub lease_s: u32,
}
