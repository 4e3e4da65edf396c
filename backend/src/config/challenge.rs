use serde::Deserialize;

/// `[challenge]`: what a server does about wrong payouts that others propose.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChallengeConfig {
    pub max_demands: u32,
}
