//! Session keys: not expired when labeling began, and what contract wallets authorised, asked of the chain again.
use super::Evidence;
use anyhow::{Context, ensure};
use protocol::labels::Bundle;

/// Check every key's expiry against the epoch's opening, the one time of labeling that the chain knows. Ask every contract
/// wallet, at the block that the bundle names, whether it authorised its session key.
pub async fn verify(evidence: &Evidence, bundle: &Bundle, opened_at: u64) -> anyhow::Result<()> {
    for session in &bundle.sessions {
        let (key, expires_at) = (session.session_key, session.expires_at);
        ensure!(
            expires_at > opened_at,
            "the session key {key} expired at {expires_at}, before the epoch was opened"
        );
    }
    let domain = bundle.domain();
    for session in bundle.contract_sessions() {
        let (wallet, Some(block)) = (session.labeler, session.verified_block) else { continue };
        let digest = session.authorization().signing_hash(&domain);
        let confirmed =
            evidence.chain.is_signature_of(wallet, digest, &session.signature, block.into()).await;
        let confirmed = confirmed.with_context(|| {
            format!("asking the wallet {wallet} about block {block}; an old block needs an archive node")
        })?;
        let key = session.session_key;
        ensure!(confirmed, "the wallet {wallet} had not authorised the session key {key} at block {block}");
    }
    Ok(())
}
