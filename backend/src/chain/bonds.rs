//! Bonds: governance tokens locked to `LabelEpochs`, which keep voting. Amounts in wei.
use super::{Call, ChainHandle, ReadError};
use alloy::{
    primitives::{Bytes, U256},
    sol_types::SolCall,
};
use bindings::{GovernanceToken, LabelEpochs};
use protocol::rewards::Floors;

impl ChainHandle {
    /// Lock more of the operator's tokens, so that they can be reserved.
    pub fn lock_bond(&self, amount: U256) -> Call {
        let contracts = &self.deployment.contracts;
        let call =
            GovernanceToken::lockAndCallCall { locker: contracts.label_epochs, amount, data: Bytes::new() };
        Call::new(contracts.governance_token, &call)
    }

    /// What the operator has locked: what can be reserved or withdrawn, and what is at stake.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn bond(&self) -> Result<(U256, U256), ReadError> {
        let call = LabelEpochs::bondOfCall { account: self.operator.address() };
        let bond = self.read_bonds(&call).await?;
        Ok((bond.free, bond.reserved))
    }

    /// What the operator could lock or transfer.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn unlocked_balance(&self) -> Result<U256, ReadError> {
        let call = GovernanceToken::unlockedBalanceOfCall { account: self.operator.address() };
        self.view(self.deployment.contracts.governance_token, &call).await
    }

    /// What opening an epoch of this budget reserves.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn operator_bond(&self, budget: U256) -> Result<U256, ReadError> {
        self.read_bonds(&LabelEpochs::operatorBondOfCall { budget }).await
    }

    /// Least terms of an epoch.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn floors(&self) -> Result<Floors, ReadError> {
        let floors = self.read_bonds(&LabelEpochs::floorsCall {}).await?;
        Ok(Floors {
            overlap_slots: floors.overlapSlots,
            min_overlap: floors.minOverlap,
            gold_slots: floors.goldSlots,
            min_roster: floors.minRoster,
            alpha_bps: floors.alphaBps,
        })
    }

    /// What proposing payouts of `spend` in all reserves.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn proposer_bond(&self, spend: U256) -> Result<U256, ReadError> {
        self.read_bonds(&LabelEpochs::proposerBondOfCall { spend }).await
    }

    /// What demanding an opening reserves, and costs when it is answered.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn challenger_bond(&self) -> Result<U256, ReadError> {
        Ok(U256::from(self.read_bonds(&LabelEpochs::challengerBondCall {}).await?))
    }

    async fn read_bonds<C: SolCall>(&self, call: &C) -> Result<C::Return, ReadError> {
        self.view(self.deployment.contracts.label_epochs, call).await
    }
}
