//! What contract wallets authorised, asked of the chain again.
use super::Evidence;
use anyhow::{Context, ensure};
use protocol::labels::Bundle;

/// Ask every contract wallet of the bundle, at the block that the bundle names, whether it authorised its session key.
pub async fn verify(evidence: &Evidence, bundle: &Bundle) -> anyhow::Result<()> {
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
