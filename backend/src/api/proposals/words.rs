//! What an action means here, in a sentence for voters. To add one: a branch in [`sentence`].
use super::{
    Action,
    actions::{function_of, name_of},
};
use crate::chain::Contracts;
use alloy::primitives::{Address, B256, U256};
use chrono::TimeDelta;
use sqlx::{PgConnection, Row};
use storage::columns;

/// Add the sentence to a decoded action.
pub async fn describe(
    conn: &mut PgConnection,
    contracts: &Contracts,
    mut action: Action,
) -> Result<Action, sqlx::Error> {
    action.summary = match sentence(conn, contracts, &action).await? {
        Some(sentence) => sentence,
        None => plain(&action),
    };
    Ok(action)
}

/// For a call without words of its own: the call itself.
fn plain(action: &Action) -> String {
    let target = action.contract.clone().unwrap_or_else(|| action.target.to_string());
    match &action.function {
        Some(function) => {
            let args: Vec<String> = action.args.iter().map(|arg| text(&arg.value)).collect();
            format!("Call {target}.{function}({})", args.join(", "))
        }
        None if action.calldata.0.is_empty() => format!("Send {} ETH to {target}", pol(action.value.0)),
        None => format!("Call {target} with data that is not one of its functions"),
    }
}

fn text(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

async fn sentence(
    conn: &mut PgConnection,
    contracts: &Contracts,
    action: &Action,
) -> Result<Option<String>, sqlx::Error> {
    let (Some(contract), Some(function)) = (&action.contract, &action.function) else { return Ok(None) };
    let arg = |i: usize| action.args.get(i).map(|arg| text(&arg.value)).unwrap_or_default();
    let who = |i: usize| party(contracts, &arg(i));
    let amount = |i: usize| arg(i).parse::<U256>().map(pol).unwrap_or_default();
    Ok(Some(match (contract.as_str(), function.as_str()) {
        ("LabelEpochs", "acceptPayouts") => return pay_epoch(conn, &arg(0), &arg(1)).await,
        ("LabelEpochs", "rejectPayouts") => format!("Throw away the proposed payouts of epoch {}", arg(0)),
        ("LabelEpochs", "voidEpoch") => format!("End epoch {} without any pay", arg(0)),
        ("ModelRegistry", "activate") => return activate(conn, &arg(0)).await,
        ("ModelRegistry", "revoke") => {
            format!("Never serve {} again: {}", version_name(conn, &arg(0)).await?, arg(1))
        }
        ("ModelRegistry", "suspend") => {
            format!("Stop serving {} until a vote: {}", version_name(conn, &arg(0)).await?, arg(1))
        }
        (contract, "pause") => {
            format!("Stop {} for {}", entry(contract, &arg(0)), span(&arg(1)))
        }
        ("OptimisticGovernor", "setAllowed") => {
            let target = arg(0).parse().ok().and_then(|address| name_of(contracts, address));
            let entry = entry(target.unwrap_or(&arg(0)), &arg(1));
            match arg(3).as_str() {
                "true" => format!("Let {entry} pass without a majority, unless it is vetoed"),
                _ => format!("Ask for a majority for {entry} again"),
            }
        }
        ("OptimisticGovernor", "setProposer") if arg(1) == "true" => {
            format!("Let {} propose routine actions that pass unless vetoed", who(0))
        }
        ("OptimisticGovernor", "setProposer") => format!("Take no more routine actions from {}", who(0)),
        ("ModelRegistry", "createFamily") => format!("Create the model family {}", arg(0)),
        ("GovernanceToken", "approve") => {
            format!("Allow {} to take up to {} POL from the treasury", who(0), amount(1))
        }
        ("GovernanceToken", "transfer") => format!("Pay {} POL from the treasury to {}", amount(1), who(0)),
        ("GovernanceToken", "mint") => format!("Mint {} POL to {}", amount(1), who(0)),
        ("GovernanceToken", "setLocker") if arg(1) == "true" => {
            format!("Let holders lock their tokens to {}", who(0))
        }
        ("GovernanceToken", "setLocker") => format!("Allow no new locks of tokens to {}", who(0)),
        ("RewardDistributor", "fund") => {
            format!("Move {} POL from the treasury into the reward pool", amount(0))
        }
        ("RewardDistributor", "setEpochBudget") => format!("Allow up to {} POL per epoch", amount(0)),
        ("StakingPool", "slash") => format!("Seize up to {} POL of the stake of {}", amount(1), arg(0)),
        ("StakingPool", "notifyReward") => {
            format!("Stream {} POL from the treasury to stakers over {}", amount(0), span(&arg(1)))
        }
        ("StakingPool", "notifyReserve") => {
            format!("Stream the staking pool's reserve to stakers over {}", span(&arg(0)))
        }
        ("EpochReferee", "setSlashAmount") => {
            format!("Take up to {} POL of a labeler's stake for a proved fraud", amount(0))
        }
        ("StakingPool", "setCooldown") => {
            format!("Let stake thaw for {} before it can be withdrawn", span(&arg(0)))
        }
        ("ProtocolGovernor", "setVotingDelay") => {
            format!("Start votes {} after they are proposed", span(&arg(0)))
        }
        ("ProtocolGovernor", "setVotingPeriod") => format!("Let votes run for {}", span(&arg(0))),
        ("ProtocolGovernor", "setProposalThreshold") => {
            format!("Ask for {} of the supply to make a proposal", percent(&arg(0)))
        }
        ("ProtocolGovernor", "updateQuorumNumerator") => {
            format!("Ask for For votes of {} of the supply to pass a proposal", percent(&arg(0)))
        }
        ("ProtocolGovernor", "setProposalGuardian") => format!("Let {} cancel harmful proposals", arg(0)),
        ("TimelockController", "updateDelay") => {
            format!("Wait {} before a passed proposal is executed", span(&arg(0)))
        }
        ("AccessManager", "grantRole") => format!("Give the role {} to {}", role(&arg(0)), who(1)),
        ("AccessManager", "setGrantDelay") => {
            format!("Let new members of the role {} act {} after the grant", role(&arg(0)), span(&arg(1)))
        }
        ("AccessManager", "revokeRole") => format!("Take the role {} from {}", role(&arg(0)), who(1)),
        _ => return Ok(None),
    }))
}

/// "Pay epoch 3: 1,234 POL to 14 labelers".
async fn pay_epoch(conn: &mut PgConnection, epoch: &str, root: &str) -> Result<Option<String>, sqlx::Error> {
    let (Ok(number), Ok(root)) = (epoch.parse::<i64>(), root.parse::<B256>()) else { return Ok(None) };
    // The growth since the last root approved for an earlier epoch is what this one pays.
    let row = sqlx::query(
        "select (r.total_cumulative - coalesce((select max(total_cumulative) from chain.payouts_roots before
                 where before.status = 'approved' and before.epoch < r.epoch), 0))::text as paid,
             coalesce(nullif((select count(*) from app.statements s
                 where s.epoch = r.epoch and (s.statement ->> 'pay')::numeric > 0), 0), r.account_count) as n
         from chain.payouts_roots r where r.epoch = $1 and r.payouts_root = $2
         order by block_number desc, log_index desc limit 1",
    )
    .bind(number)
    .bind(root.as_slice())
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else {
        return Ok(Some(format!("Accept payouts for epoch {epoch} that nobody has proposed")));
    };
    let (paid, n): (U256, i64) = (columns::wei(&row, "paid")?, row.try_get("n")?);
    let labelers = if n == 1 { "labeler" } else { "labelers" };
    Ok(Some(format!("Pay epoch {epoch}: {} POL to {n} {labelers}", pol(paid))))
}

/// "Serve polity-chat v2 instead of v1: win rate 61 %".
async fn activate(conn: &mut PgConnection, version_id: &str) -> Result<Option<String>, sqlx::Error> {
    let Ok(id) = version_id.parse::<B256>() else { return Ok(None) };
    let row = sqlx::query(
        "select f.name, v.number, v.activated_at is not null as was_activated,
             coalesce(
                 (select old.number from chain.model_versions old
                     where old.version_id = v.parent and v.activated_at is not null),
                 (select old.number from chain.model_versions old where old.version_id = f.active_version)
             ) as previous,
             (c.evaluation ->> 'winRateBps')::integer as win_rate_bps
         from chain.model_versions v join chain.families f using (family_id)
         left join app.checkpoints c on c.manifest_hash = v.manifest_hash where v.version_id = $1",
    )
    .bind(id.as_slice())
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else {
        return Ok(Some(format!("Serve the model version {version_id}, which nobody has registered")));
    };
    let (name, number): (String, i32) = (row.try_get("name")?, row.try_get("number")?);
    let previous: Option<i32> = row.try_get("previous")?;
    let instead = match previous.filter(|previous| *previous != number) {
        Some(previous) => format!(" instead of v{previous}"),
        None => String::new(),
    };
    let win_rate = match row.try_get::<Option<i32>, _>("win_rate_bps")? {
        Some(bps) => format!(": win rate {} %", (bps + 50) / 100),
        None => String::new(),
    };
    Ok(Some(format!("Serve {name} v{number}{instead}{win_rate}")))
}

/// "polity-chat v2".
async fn version_name(conn: &mut PgConnection, version_id: &str) -> Result<String, sqlx::Error> {
    let Ok(id) = version_id.parse::<B256>() else { return Ok(version_id.to_owned()) };
    let name: Option<String> = sqlx::query_scalar(
        "select f.name || ' v' || v.number from chain.model_versions v join chain.families f using (family_id)
         where v.version_id = $1",
    )
    .bind(id.as_slice())
    .fetch_optional(conn)
    .await?;
    Ok(name.unwrap_or_else(|| version_id.to_owned()))
}

/// "open of LabelEpochs", from the contract's name and the function's selector.
fn entry(contract: &str, selector: &str) -> String {
    format!("{} of {contract}", function_of(contract, selector).unwrap_or(selector))
}

/// An address, by what it is to the DAO if it is one of its contracts.
fn party(contracts: &Contracts, address: &str) -> String {
    let name = address.parse::<Address>().ok().and_then(|address| name_of(contracts, address));
    match name {
        Some("RewardDistributor") => "the reward pool".to_owned(),
        Some("TimelockController") => "the treasury".to_owned(),
        Some("StakingPool") => "the staking pool".to_owned(),
        Some("EpochReferee") => "the referee".to_owned(),
        Some(name) => name.to_owned(),
        None => address.to_owned(),
    }
}

fn role(id: &str) -> String {
    let name = id.parse().ok().and_then(protocol::roles::name);
    name.map_or_else(|| id.to_owned(), str::to_uppercase)
}

/// Wei as POL with thousands separators, cut to four decimals.
fn pol(wei: U256) -> String {
    let unit = U256::from(10).pow(U256::from(18));
    let (whole, rest) = ((wei / unit).to_string(), wei % unit);
    let mut grouped = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let decimals = format!("{:0>18}", rest.to_string());
    match decimals[..4].trim_end_matches('0') {
        "" => grouped,
        decimals => format!("{grouped}.{decimals}"),
    }
}

/// Basis points as a percentage.
fn percent(bps: &str) -> String {
    let bps: f64 = bps.parse().unwrap_or_default();
    format!("{} %", bps / 100.0)
}

/// Seconds in the largest unit that divides them.
fn span(seconds: &str) -> String {
    let Some(span) = seconds.parse().ok().and_then(TimeDelta::try_seconds) else { return seconds.to_owned() };
    let units = [
        (span.num_days(), 86_400, "day"),
        (span.num_hours(), 3_600, "hour"),
        (span.num_minutes(), 60, "minute"),
    ];
    let exact = units.iter().find(|(n, size, _)| *n > 0 && n * size == span.num_seconds());
    let (n, unit) = exact.map_or((span.num_seconds(), "second"), |(n, _, unit)| (*n, *unit));
    format!("{n} {unit}{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_times_and_shares_read_as_people_write_them() {
        let wei = |text: &str| text.parse::<U256>().unwrap();
        assert_eq!(pol(wei("1234000000000000000000")), "1,234");
        assert_eq!(pol(wei("1234567500000000000000000")), "1,234,567.5");
        assert_eq!(pol(wei("999999999999999")), "0.0009");
        assert_eq!(pol(U256::ZERO), "0");
        assert_eq!(span("604800"), "7 days");
        assert_eq!(span("3600"), "1 hour");
        assert_eq!(span("61"), "61 seconds");
        assert_eq!(percent("25"), "0.25 %");
        assert_eq!(role("1"), "OPERATOR");
    }
}
