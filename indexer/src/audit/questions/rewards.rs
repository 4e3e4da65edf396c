//! Stake, epochs, bonds, the pool and claims.

use super::{Questions, number, seconds, word};
use alloy::primitives::U256;
use bindings::{LabelEpochs, RewardDistributor, StakingPool};
use sqlx::{Error, PgConnection};
use storage::chain::{bonds, claims, epochs, payouts_roots, reward_pool, reward_stream, stakes};

impl Questions<'_> {
    pub(super) async fn stakes(&mut self, conn: &mut PgConnection) -> Result<(), Error> {
        let pool = self.contracts.staking_pool;
        let rows = stakes::list(conn).await?;
        let active = rows.iter().fold(U256::ZERO, |sum, row| sum.saturating_add(row.active));
        let stored = vec![("sum of active", active.to_string())];
        self.ask(("stakes", '*'), (pool, StakingPool::totalActiveCall {}), stored, number);
        for row in self.pick(rows) {
            let stored = vec![
                ("active", row.active.to_string()),
                ("thawing", row.thawing.to_string()),
                ("available_at", seconds(row.available_at)),
            ];
            let call = StakingPool::stakeOfCall { account: row.account };
            self.ask(("stakes", row.account), (pool, call), stored, |stake| {
                vec![stake.active.to_string(), stake.thawing.to_string(), stake.availableAt.to_string()]
            });
        }
        let stream = reward_stream::get(conn).await?;
        let stored = vec![("ends_at", seconds(stream.ends_at))];
        self.ask(("reward_stream", '*'), (pool, StakingPool::rewardStateCall {}), stored, |state| {
            vec![state.endsAt.to_string()]
        });
        Ok(())
    }

    pub(super) async fn epochs(&mut self, conn: &mut PgConnection) -> Result<(), Error> {
        const STATES: [&str; 7] = ["none", "open", "committed", "revealed", "proposed", "accepted", "voided"];
        let contract = self.contracts.label_epochs;
        let rows = epochs::list(conn).await?;
        let last = rows.first().map_or(0, |row| row.epoch.0);
        let stored = vec![("last", last.to_string()), ("rows", rows.len().to_string())];
        let call = LabelEpochs::lastEpochCall {};
        self.ask(("epochs", '*'), (contract, call), stored, |last| vec![last.to_string(); 2]);
        for row in self.pick(rows) {
            let mut stored = vec![
                ("status", row.status.as_str().to_owned()),
                ("operator", row.operator.to_string()),
                ("labels_root", word(row.labels_root)),
                ("block_count", row.block_count.unwrap_or(0).to_string()),
                ("bundle_hash", word(row.bundle_hash)),
                ("block_hash", word(row.block_hash)),
                ("secret", word(row.secret)),
                ("seed", word(row.seed)),
                ("challenger", row.challenger.unwrap_or_default().to_string()),
            ];
            let is_proposed = matches!(row.status, epochs::Status::Proposed | epochs::Status::Accepted);
            if let Some(root) = payouts_roots::find_last(conn, row.epoch).await?.filter(|_| is_proposed) {
                stored.push(("payouts_root", word(Some(root.payouts_root))));
                stored.push(("total_cumulative", root.total_cumulative.to_string()));
                stored.push(("challenge_ends_at", seconds(Some(root.challenge_ends_at))));
            }
            let call = LabelEpochs::epochOfCall { epoch: row.epoch.0 };
            self.ask(("epochs", row.epoch), (contract, call), stored, |epoch| {
                vec![
                    STATES.get(usize::from(epoch.status)).unwrap_or(&"unknown").to_string(),
                    epoch.operator.to_string(),
                    word(Some(epoch.labelsRoot)),
                    epoch.blockCount.to_string(),
                    word(Some(epoch.bundleHash)),
                    word(Some(epoch.blockHash)),
                    word(Some(epoch.secret)),
                    word(Some(epoch.seed)),
                    epoch.challenger.to_string(),
                    word(Some(epoch.payoutsRoot)),
                    epoch.totalCumulative.to_string(),
                    epoch.challengeEndsAt.to_string(),
                ]
            });
        }
        for row in self.pick(bonds::list(conn).await?) {
            let stored = vec![("free", row.free.to_string()), ("reserved", row.reserved.to_string())];
            let call = LabelEpochs::bondOfCall { account: row.account };
            self.ask(("bonds", row.account), (contract, call), stored, |bond| {
                vec![bond.free.to_string(), bond.reserved.to_string()]
            });
        }
        Ok(())
    }

    pub(super) async fn rewards(&mut self, conn: &mut PgConnection) -> Result<(), Error> {
        let contract = self.contracts.reward_distributor;
        let pool = reward_pool::get(conn).await?;
        let totals = claims::totals(conn).await?;
        let claimed = totals.iter().fold(U256::ZERO, |sum, (_, total)| sum.saturating_add(*total));
        let at = ("reward_pool", '*');
        let stored =
            vec![("total_paid", pool.total_paid.to_string()), ("sum of claims", claimed.to_string())];
        self.ask(at, (contract, RewardDistributor::totalPaidCall {}), stored, |paid| {
            vec![paid.to_string(); 2]
        });
        let stored = vec![("total_funded", pool.total_funded.to_string())];
        self.ask(at, (contract, RewardDistributor::totalFundedCall {}), stored, number);
        let stored = vec![("total_approved", pool.total_approved.to_string())];
        self.ask(at, (contract, RewardDistributor::totalApprovedCall {}), stored, number);
        let stored = vec![("epoch_budget", pool.epoch_budget.to_string())];
        self.ask(at, (contract, RewardDistributor::epochBudgetCall {}), stored, number);
        let stored = vec![("payouts_root", word(pool.payouts_root))];
        self.ask(at, (contract, RewardDistributor::payoutsRootCall {}), stored, |root| {
            vec![word(Some(root))]
        });
        for (account, total) in self.pick(totals) {
            let call = RewardDistributor::claimedCall { account };
            let stored = vec![("total_claimed", total.to_string())];
            self.ask(("claims", account), (contract, call), stored, number);
        }
        Ok(())
    }
}
