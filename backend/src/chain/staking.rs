//! `StakingPool`.
use super::{ChainHandle, ReadError};
use alloy::primitives::{Address, U256};
use bindings::StakingPool;

impl ChainHandle {
    /// Rewards streamed to an account's stake that it has not claimed, in wei. Grows with every block.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn earned(&self, account: Address) -> Result<U256, ReadError> {
        self.view(self.deployment.contracts.staking_pool, &StakingPool::earnedCall { account }).await
    }
}
