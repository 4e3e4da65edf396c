//! The proposals that settle an epoch. Their texts depend on the chain and the published labels alone, so whoever makes one
//! makes the same one, with the same id.
use crate::chain::{Action, ChainHandle, EpochOnChain};
use alloy::primitives::{B256, U256, utils::format_ether};
use protocol::rewards::EpochPayouts;

/// Votes about the same thing, when none of them decides it.
pub const MAX_VOTES: u32 = 3;

/// Pay what was proposed. `vote` counts from 1.
pub fn accept(
    chain: &ChainHandle,
    epoch: u64,
    on_chain: &EpochOnChain,
    payouts: &EpochPayouts,
    vote: u32,
) -> Action {
    let n_paid = payouts.statements.iter().filter(|statement| !statement.pay.is_zero()).count();
    let text = format!(
        "# Pay epoch {epoch}: {} POL to {n_paid} labelers\n\n\
         Accepts payouts root {root}, which brings the cumulative total to {cumulative} POL for {accounts} accounts. \
         The labels are published as {bundle}; anybody can recompute every amount with `polity verify epoch {epoch}`.{again}",
        short_ether(spend(payouts)),
        root = on_chain.payouts_root,
        cumulative = short_ether(on_chain.total_cumulative),
        accounts = on_chain.account_count,
        bundle = on_chain.bundle_hash,
        again = again(vote),
    );
    Action::new(vec![chain.accept_payouts(epoch, on_chain.payouts_root)], text)
}

/// Throw away what was proposed, because the labels give something else.
pub fn reject(
    chain: &ChainHandle,
    epoch: u64,
    on_chain: &EpochOnChain,
    recomputed: B256,
    vote: u32,
) -> Action {
    let text = format!(
        "# Throw away the payouts of epoch {epoch}\n\n\
         {proposer} proposed payouts root {root}. The published labels {bundle} give {recomputed}, which can be proposed \
         when this one is gone; anybody can check that with `polity verify epoch {epoch}`.{again}",
        proposer = on_chain.proposer,
        root = on_chain.payouts_root,
        bundle = on_chain.bundle_hash,
        again = again(vote),
    );
    Action::new(vec![chain.reject_payouts(epoch)], text)
}

/// End an epoch that cannot be paid, or whose operator is silent.
pub fn void(chain: &ChainHandle, epoch: u64, vote: u32) -> Action {
    let text = format!(
        "# End epoch {epoch} without pay\n\n\
         Epochs are settled in order: as long as epoch {epoch} is not, no later one can be paid. Nobody is paid for it and \
         all its bonds are released. What it waits for is shown by `polity epoch status {epoch}`.{again}",
        again = again(vote),
    );
    Action::new(vec![chain.void_epoch(epoch)], text)
}

/// What the epoch pays in all: at most its budget.
pub fn spend(payouts: &EpochPayouts) -> U256 {
    payouts.statements.iter().fold(U256::ZERO, |sum, statement| sum + statement.pay)
}

/// Another text gives another id: the same proposal cannot be made twice.
fn again(vote: u32) -> String {
    if vote == 1 {
        return String::new();
    }
    format!("\n\nThis is vote {vote} about it: the one before it ended without a decision.")
}

/// Two decimals, rounded down.
fn short_ether(wei: U256) -> String {
    let text = format_ether(wei);
    match text.split_once('.') {
        Some((whole, fraction)) => format!("{whole}.{}", &fraction[..fraction.len().min(2)]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_in_titles_have_two_decimals() {
        assert_eq!(short_ether(U256::from(1_239_999_999_999_999_999u128)), "1.23");
        assert_eq!(short_ether(U256::ZERO), "0.00");
    }
}
