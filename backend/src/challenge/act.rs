//! Carries out what was decided, with a key of one's own or through a server's queue.
use super::{Act, Finding, Watcher};
use crate::{
    app::AppState,
    chain::{Call, SendError, SendOnceError},
    jobs::bonds,
};
use alloy::primitives::{B256, U256, keccak256, utils::format_ether};

/// Who sends.
pub enum Hand<'a> {
    /// Nobody: everything is only said.
    DryRun,
    /// The account of the chain's key. Nothing is stored: after a crash the chain says what is still to do.
    Key,
    /// A server, whose transactions are stored before they are sent.
    Queue(&'a AppState),
}

/// What came of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// The transaction is mined.
    Sent(B256),
    /// The contract takes it no more: somebody was first, or the chain has moved on.
    Refused(String),
    /// Nothing was sent, and why.
    Unsent(String),
    /// It is not yet time.
    Waiting,
    /// Nothing can be sent.
    Vote,
}

impl Watcher {
    /// Do what a finding of [`Watcher::look`] asks for.
    ///
    /// # Errors
    /// The chain or the database cannot be reached.
    pub async fn act(&self, epoch: u64, finding: &Finding, hand: &Hand<'_>) -> anyhow::Result<Done> {
        match &finding.act {
            Act::Prove(call) => self.send(epoch, "proof", call, hand).await,
            Act::Demand { tree, index } => {
                let on_chain = self.evidence.chain.epoch(epoch).await?;
                let me = self.evidence.chain.operator.address();
                let n = self.evidence.chain.count_demands(epoch, me, on_chain.commit_block).await?;
                if n >= self.max_demands {
                    return Ok(Done::Unsent(format!("{n} demands are as many as this epoch may cost")));
                }
                if let Some(missing) = self.bond(epoch, hand).await? {
                    return Ok(Done::Unsent(missing));
                }
                let call = self.evidence.chain.demand_opening(epoch, *tree, *index);
                // The same leaf may be demanded of the next proposer.
                self.send(epoch, &format!("demand-{n}"), &call, hand).await
            }
            Act::Wait { .. } => Ok(Done::Waiting),
            Act::Vote => Ok(Done::Vote),
        }
    }

    /// What is missing for the bond of a demand; a server locks it by itself.
    async fn bond(&self, epoch: u64, hand: &Hand<'_>) -> anyhow::Result<Option<String>> {
        let chain = &self.evidence.chain;
        let needed = chain.challenger_bond().await?;
        match hand {
            Hand::DryRun => Ok(None),
            Hand::Queue(app) => {
                bonds::ensure(app, &format!("challenge/{epoch}"), needed).await?;
                Ok(None)
            }
            Hand::Key => {
                let (free, _) = chain.bond().await?;
                Ok((free < needed).then(|| self.how_to_lock(needed - free)))
            }
        }
    }

    fn how_to_lock(&self, missing: U256) -> String {
        let chain = &self.evidence.chain;
        let contracts = &chain.deployment.contracts;
        format!(
            "{} has too little free bond; lock {} POL more: cast send {} 'lockAndCall(address,uint256,bytes)' {} {missing} \
             0x, or AMOUNT=… forge script script/LockBond.s.sol",
            chain.operator.address(),
            format_ether(missing),
            contracts.governance_token,
            contracts.label_epochs,
        )
    }

    async fn send(&self, epoch: u64, step: &str, call: &Call, hand: &Hand<'_>) -> anyhow::Result<Done> {
        let chain = &self.evidence.chain;
        match hand {
            Hand::DryRun => Ok(Done::Unsent(format!("to {} data {}", call.to, call.data))),
            Hand::Key => match chain.send_once(&chain.operator, call).await {
                Ok(mined) => Ok(Done::Sent(mined.tx_hash)),
                Err(SendOnceError::Reverted { reason }) => Ok(Done::Refused(reason)),
                // What the account sent before may have been just this.
                Err(error @ SendOnceError::NonceTaken(_)) => Ok(Done::Refused(error.to_string())),
                Err(error) => Err(error.into()),
            },
            Hand::Queue(app) => {
                let proposed_at = chain.epoch(epoch).await?.proposed_at;
                let key = format!("challenge/{epoch}/{proposed_at}/{step}/{}", keccak256(&call.data));
                match app.transactions().send(&key, call).await {
                    Ok(mined) => Ok(Done::Sent(mined.tx_hash)),
                    Err(SendError::Reverted { reason, .. }) => Ok(Done::Refused(reason)),
                    Err(error) => Err(error.into()),
                }
            }
        }
    }
}
