//! What any address holds, as the indexer saw it.
pub mod get;
pub mod list_disputes;

use super::{
    problem::Problem,
    types::{Account, Wei},
};
use crate::app::AppState;
use alloy::primitives::{Address, U256};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{PgConnection, Row};
use storage::columns;
use utoipa::ToSchema;

/// Token balance, votes and stake.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Holdings {
    /// All tokens, locked ones included
    pub balance: Wei,
    /// Tokens that cannot be transferred, because they are staked or a bond
    pub locked: Wei,
    /// Votes that the account casts: its own, if delegated to itself, and those of others
    pub votes: Wei,
    pub delegate: Option<Account>,
    pub stake: Stake,
    pub bond: Bond,
}

/// Stake in the pool.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Stake {
    pub active: Wei,
    /// Asked back; can be withdrawn at `availableAt`
    pub thawing: Wei,
    pub available_at: Option<DateTime<Utc>>,
    /// Streamed to the stake and not claimed yet, by the second; null when the chain does not answer
    pub rewards_earned: Option<Wei>,
    /// Streamed rewards claimed so far
    pub rewards_paid: Wei,
    /// Taken for fraud so far
    pub slashed: Wei,
}

/// Tokens behind epochs, proposed payouts and demands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Bond {
    /// Can be reserved or withdrawn
    pub free: Wei,
    /// At stake now
    pub reserved: Wei,
    /// Taken for fraud or a missed deadline so far
    pub slashed: Wei,
}

/// What an address holds and the names of its roles; zeros for one that was never seen.
pub(super) async fn holdings(
    state: &AppState,
    conn: &mut PgConnection,
    account: Address,
) -> Result<(Holdings, Vec<String>), Problem> {
    let row = sqlx::query(
        "select coalesce(a.balance, 0)::text as balance, coalesce(a.locked, 0)::text as locked,
             coalesce(a.votes, 0)::text as votes, a.delegate, coalesce(s.active, 0)::text as active,
             coalesce(s.thawing, 0)::text as thawing, s.available_at, coalesce(s.slashed, 0)::text as slashed,
             coalesce(s.rewards_paid, 0)::text as rewards_paid, coalesce(b.free, 0)::text as bond_free,
             coalesce(b.reserved, 0)::text as bond_reserved, coalesce(b.slashed, 0)::text as bond_slashed,
             array(select role_id::text from chain.role_members r where r.account = given.account
                 order by role_id) as roles
         from (select $1::bytea as account) given
         left join chain.accounts a on a.account = given.account
         left join chain.stakes s on s.account = given.account
         left join chain.bonds b on b.account = given.account",
    )
    .bind(account.as_slice())
    .fetch_one(conn)
    .await?;
    let roles: Vec<String> = row.try_get("roles")?;
    let roles =
        roles.iter().filter_map(|id| protocol::roles::name(id.parse().ok()?)).map(Into::into).collect();
    let thawing = columns::wei(&row, "thawing")?;
    let available_at: Option<DateTime<Utc>> = row.try_get("available_at")?;
    let holdings = Holdings {
        balance: Wei(columns::wei(&row, "balance")?),
        locked: Wei(columns::wei(&row, "locked")?),
        votes: Wei(columns::wei(&row, "votes")?),
        delegate: columns::opt_address(&row, "delegate")?.map(Account),
        stake: Stake {
            active: Wei(columns::wei(&row, "active")?),
            thawing: Wei(thawing),
            available_at: available_at.filter(|_| thawing > U256::ZERO),
            rewards_earned: state.chain.earned(account).await.ok().map(Wei),
            rewards_paid: Wei(columns::wei(&row, "rewards_paid")?),
            slashed: Wei(columns::wei(&row, "slashed")?),
        },
        bond: Bond {
            free: Wei(columns::wei(&row, "bond_free")?),
            reserved: Wei(columns::wei(&row, "bond_reserved")?),
            slashed: Wei(columns::wei(&row, "bond_slashed")?),
        },
    };
    Ok((holdings, roles))
}
