//! Session keys: not expired when labeling began, and what contract wallets authorised, asked of the chain again.
use super::Evidence;
use alloy::primitives::Address;
use anyhow::{Context, ensure};
use protocol::{eip712, labels::Session};

/// The key that expires first, held against the epoch's opening, the one time of labeling that the chain knows.
pub fn expire_later(first_expiry: Option<(u64, Address)>, opened_at: u64) -> anyhow::Result<()> {
    if let Some((expires_at, key)) = first_expiry {
        ensure!(
            expires_at > opened_at,
            "the session key {key} expired at {expires_at}, before the epoch was opened"
        );
    }
    Ok(())
}

/// Ask every contract wallet, at the block that the bundle names, whether it authorised its session key.
pub async fn confirm(
    evidence: &Evidence,
    contract_sessions: impl Iterator<Item = &Session>,
) -> anyhow::Result<()> {
    let chain = &evidence.chain;
    let domain = eip712::domain(chain.chain_id, chain.deployment.contracts.label_epochs);
    for session in contract_sessions {
        let (wallet, Some(block)) = (session.labeler, session.verified_block) else { continue };
        let digest = session.authorization().signing_hash(&domain);
        let confirmed = chain.is_signature_of(wallet, digest, &session.signature, block.into()).await;
        let confirmed = confirmed.with_context(|| {
            format!("asking the wallet {wallet} about block {block}; an old block needs an archive node")
        })?;
        let key = session.session_key;
        ensure!(confirmed, "the wallet {wallet} had not authorised the session key {key} at block {block}");
    }
    Ok(())
}
