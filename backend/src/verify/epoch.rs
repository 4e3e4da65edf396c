//! Recomputes epochs from the chain and the published bundles.
use super::{Evidence, agree, wallets};
use crate::chain::{EpochOnChain, EpochStatus};
use alloy::{
    primitives::{Address, B256, U256, utils::format_ether},
    providers::Provider,
};
use anyhow::{Context, bail, ensure};
use protocol::{
    Epoch, EpochTerms, LabelWord,
    labels::{Audit, Audited, Bundle, BundleReader, Record, block_count, labels_tree},
    rewards::{EpochPayouts, PayoutLeaf, epoch_payouts, secret_hash, seed},
};
use std::{collections::BTreeMap, io::BufReader, num::NonZero};

/// Recompute all epochs up to `last`: cumulative amounts build on each other.
pub async fn verify(evidence: &Evidence, last: u64) -> anyhow::Result<()> {
    let n_epochs = evidence.chain.last_epoch().await?;
    ensure!(
        (1..=n_epochs).contains(&last),
        "the chain has no epoch {last}: {}",
        if n_epochs == 0 { "none was opened yet".into() } else { format!("its epochs are 1 to {n_epochs}") }
    );
    settled(evidence, last).await?;
    Ok(())
}

/// As [`verify`]; the leaves of the payouts tree that was accepted last.
pub async fn settled(evidence: &Evidence, last: u64) -> anyhow::Result<Vec<PayoutLeaf>> {
    let mut leaves: Vec<PayoutLeaf> = Vec::new();
    for epoch in 1..=last {
        let on_chain = evidence.chain.epoch(epoch).await?;
        match on_chain.status {
            EpochStatus::None => bail!("the chain has no epoch {epoch}"),
            EpochStatus::Open => {
                evidence.say(format_args!("epoch {epoch}: open, nothing is committed yet"));
                break;
            }
            EpochStatus::Voided => evidence.say(format_args!("epoch {epoch}: voided, pays nothing")),
            _ => {
                let cumulative = leaves.iter().map(|leaf| (leaf.account, leaf.cumulative)).collect();
                let payouts = recompute(evidence, epoch, &on_chain, &cumulative).await?;
                if let Some(payouts) = payouts
                    && on_chain.status == EpochStatus::Accepted
                {
                    leaves = payouts.leaves;
                }
            }
        }
    }
    Ok(leaves)
}

/// What is kept of a committed epoch's bundle, every signature, the labels root and (given the secret) the assignment of the
/// queues checked. `each` gets every record of it. Its size does not matter: it is read as a stream.
pub async fn audit(
    evidence: &Evidence,
    epoch: u64,
    terms: &EpochTerms,
    on_chain: &EpochOnChain,
    secret: Option<B256>,
    each: impl FnMut(Record),
) -> anyhow::Result<Audited> {
    let file = evidence.files.blob_file(on_chain.bundle_hash).await;
    let file = file.with_context(|| format!("the bundle of epoch {epoch}"))?;
    let reader = BundleReader::open(BufReader::with_capacity(1 << 20, file), on_chain.bundle_hash)?;
    let header = reader.header();
    same_epoch(evidence, epoch, (header.epoch, header.chain_id, header.verifying_contract))?;
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let audited = Audit { terms, secret, threads }.read(reader, each);
    let audited = audited.with_context(|| format!("the bundle of epoch {epoch} is not in order"))?;
    wallets::expire_later(audited.first_expiry, on_chain.opened_at)?;
    wallets::confirm(evidence, audited.contract_sessions.iter()).await?;
    same_labels(epoch, on_chain, &audited.words)?;
    Ok(audited)
}

/// The secret, unless it was never revealed.
pub fn revealed(on_chain: &EpochOnChain) -> Option<B256> {
    (!on_chain.seed.is_zero()).then_some(on_chain.secret)
}

/// The whole bundle of a committed epoch, as it was published.
pub async fn fetch(evidence: &Evidence, epoch: u64, on_chain: &EpochOnChain) -> anyhow::Result<Bundle> {
    let bytes = evidence.files.blob(on_chain.bundle_hash).await;
    let bytes = bytes.with_context(|| format!("the bundle of epoch {epoch}"))?;
    let bundle = Bundle::from_bytes(&bytes, on_chain.bundle_hash)?;
    same_epoch(evidence, epoch, (bundle.epoch, bundle.chain_id, bundle.verifying_contract))?;
    Ok(bundle)
}

/// Check every signature of a whole bundle and the labels root.
pub async fn check(
    evidence: &Evidence,
    epoch: u64,
    terms: &EpochTerms,
    on_chain: &EpochOnChain,
    bundle: &Bundle,
) -> anyhow::Result<()> {
    bundle.validate(terms)?;
    let expiries = bundle.sessions.iter().map(|session| (session.expires_at, session.session_key));
    wallets::expire_later(expiries.min(), on_chain.opened_at)?;
    wallets::confirm(evidence, bundle.contract_sessions()).await?;
    same_labels(epoch, on_chain, &bundle.label_words())
}

fn same_epoch(evidence: &Evidence, epoch: u64, bundle: (u64, u64, Address)) -> anyhow::Result<()> {
    agree("the bundle's epoch", &epoch, &bundle.0)?;
    agree("the bundle's chain", &evidence.chain.chain_id, &bundle.1)?;
    agree("the bundle's contract", &evidence.chain.deployment.contracts.label_epochs, &bundle.2)?;
    Ok(())
}

fn same_labels(epoch: u64, on_chain: &EpochOnChain, words: &[LabelWord]) -> anyhow::Result<()> {
    agree(format!("epoch {epoch}: blocks of labels"), &on_chain.block_count, &block_count(words))?;
    let root = labels_tree(Epoch(epoch), words).root();
    agree(format!("epoch {epoch}: labels root"), &on_chain.labels_root, &root)?;
    Ok(())
}

async fn recompute(
    evidence: &Evidence,
    epoch: u64,
    on_chain: &EpochOnChain,
    previous: &BTreeMap<Address, U256>,
) -> anyhow::Result<Option<EpochPayouts>> {
    let terms = evidence.chain.epoch_terms(epoch).await?;
    let is_revealed = on_chain.status != EpochStatus::Committed;
    if is_revealed {
        check_seed(evidence, epoch, &terms, on_chain).await?;
    }
    let audited = audit(evidence, epoch, &terms, on_chain, revealed(on_chain), |_| ()).await?;
    evidence.say(format_args!(
        "epoch {epoch}: {} signed labels of {} labelers, labels root {}",
        audited.n_answers,
        audited.words.len(),
        on_chain.labels_root
    ));
    if !is_revealed {
        evidence.say(format_args!("epoch {epoch}: the secret is not revealed yet"));
        return Ok(None);
    }
    let (secret, seed) = (on_chain.secret, on_chain.seed);
    let payouts = epoch_payouts(&terms, secret, seed, &audited.words, &audited.gold, previous)?;
    if on_chain.status == EpochStatus::Revealed {
        evidence.say(format_args!("epoch {epoch}: payouts are not proposed yet"));
        return Ok(Some(payouts));
    }
    let what = |name: &str| format!("epoch {epoch}: {name}");
    agree(what("number of accounts"), &(on_chain.account_count as usize), &payouts.leaves.len())?;
    agree(what("sum of all cumulative amounts"), &on_chain.total_cumulative, &payouts.total_cumulative())?;
    agree(what("sum of all raw pays"), &on_chain.total_raw, &payouts.total_raw())?;
    agree(what("payouts root"), &on_chain.payouts_root, &payouts.tree.root())?;
    let paid =
        payouts.statements.iter().map(|statement| statement.pay).fold(U256::ZERO, |sum, pay| sum + pay);
    evidence.say(format_args!(
        "epoch {epoch}: pays {} POL to {} labelers, payouts root {}",
        format_ether(paid),
        payouts.statements.iter().filter(|statement| !statement.pay.is_zero()).count(),
        on_chain.payouts_root
    ));
    Ok(Some(payouts))
}

/// The seed is the secret committed to at the opening, mixed with the hash of the block after the labels' commitment.
pub async fn check_seed(
    evidence: &Evidence,
    epoch: u64,
    terms: &EpochTerms,
    on_chain: &EpochOnChain,
) -> anyhow::Result<()> {
    if on_chain.seed.is_zero() {
        evidence.say(format_args!("epoch {epoch}: the secret was never revealed, base pay only"));
        return Ok(());
    }
    agree(format!("epoch {epoch}: hash of the secret"), &terms.secret_hash, &secret_hash(on_chain.secret))?;
    agree(format!("epoch {epoch}: seed"), &on_chain.seed, &seed(on_chain.secret, on_chain.block_hash))?;
    let number = on_chain.commit_block + 1;
    let block = evidence.chain.provider.get_block_by_number(number.into()).await?;
    let hash: B256 = block.with_context(|| format!("the node does not serve block {number}"))?.header.hash;
    agree(format!("epoch {epoch}: hash of block {number}"), &on_chain.block_hash, &hash)?;
    Ok(())
}
