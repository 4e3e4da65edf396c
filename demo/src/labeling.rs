//! One simulated labeler at work, through the same API and with the same signatures as the page.
use std::{cmp::Reverse, collections::HashMap};

use alloy::{
    primitives::{
        Address, B256, Bytes, I256, U256,
        utils::{format_ether, format_units, parse_ether},
    },
    signers::{SignerSync, local::PrivateKeySigner},
    sol_types::{Eip712Domain, SolCall},
};
use anyhow::{Context, Result};
use bindings::GovernanceToken;
use protocol::{
    Choice,
    eip712::{LABEL_SCOPE, Preference, SessionKeyAuthorization, domain},
};
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::{
    chain::{Chain, signer},
    honesty::{CAST, FIRST_ACCOUNT, Role},
    oracle::Oracle,
    platform::{Api, now},
    story::{decimals, text},
};

/// How long the session keys of the story are valid.
const SESSION_S: u64 = 7 * 24 * 3600;

/// A staked, signed-in labeler with an authorised session key.
pub struct Labeler {
    /// Place in [`CAST`].
    pub position: usize,
    address: Address,
    session: PrivateKeySigner,
    domain: Eip712Domain,
    api: Api,
}

impl Labeler {
    pub fn role(&self) -> &'static Role {
        &CAST[self.position]
    }

    /// Stake in one transaction, sign in, authorise a session key.
    pub async fn join(chain: &Chain, url: &str, position: usize) -> Result<Self> {
        let account = FIRST_ACCOUNT + position as u32;
        let wallet = signer(account)?;
        let contracts = &chain.deployment.contracts;
        let stake = GovernanceToken::lockAndCallCall {
            locker: contracts.staking_pool,
            amount: parse_ether("100")?,
            data: Bytes::new(),
        };
        let staked = chain.send(account, contracts.governance_token, stake.abi_encode()).await?;
        let api = Api::sign_in(url, &wallet).await?;
        // The platform knows of the stake once it has indexed its block.
        let indexed = async || Ok(api.get("/status").await?["indexedBlock"].as_u64() >= Some(staked));
        chain.wait("the indexer", indexed).await?;
        let mut key = [0u8; 32];
        ChaCha8Rng::seed_from_u64(1000 + position as u64).fill_bytes(&mut key);
        let session = PrivateKeySigner::from_bytes(&B256::from(key))?;
        let domain = domain(chain.deployment.chain_id, contracts.label_epochs);
        let authorization = SessionKeyAuthorization {
            labeler: wallet.address(),
            session_key: session.address(),
            scope: LABEL_SCOPE.into(),
            expires_at: u64::try_from(now().timestamp())? + SESSION_S,
        };
        let signature = wallet.sign_hash_sync(&authorization.signing_hash(&domain))?;
        api.post(
            "/session-keys",
            json!({
                "labeler": wallet.address(), "sessionKey": session.address(), "scope": LABEL_SCOPE,
                "expiresAt": authorization.expires_at, "signature": alloy::hex::encode_prefixed(signature.as_bytes()),
            }),
        )
        .await?;
        Ok(Self { position, address: wallet.address(), session, domain, api })
    }

    /// Answer every task of the own seat. Returns the answers by task.
    pub async fn work(&self, epoch: u64, leader: &HashMap<B256, Choice>) -> Result<HashMap<B256, Choice>> {
        let oracle = Oracle::new();
        let mut rng = ChaCha8Rng::seed_from_u64(2000 + self.position as u64);
        let mut answers = HashMap::new();
        loop {
            let lease = self.api.post(&format!("/epochs/{epoch}/leases"), json!({"count": 8})).await?;
            let tasks = lease["tasks"].as_array().context("the lease has no tasks")?;
            if tasks.is_empty() {
                return Ok(answers);
            }
            for task in tasks {
                let task_id: B256 = text(&task["taskId"])?.parse()?;
                let truth = oracle.compare(text(&task["completionA"])?, text(&task["completionB"])?);
                let choice = self.role().honesty.answer(truth, task_id, leader, &mut rng);
                self.submit(epoch, task, task_id, choice).await?;
                answers.insert(task_id, choice);
            }
        }
    }

    async fn submit(&self, epoch: u64, task: &Value, task_id: B256, choice: Choice) -> Result<()> {
        let number = |name: &str| task[name].as_u64().with_context(|| format!("the task has no {name}"));
        let preference = Preference {
            epoch,
            block: number("block")?.try_into()?,
            seat: number("seat")?.try_into()?,
            slot: number("slot")?.try_into()?,
            task_id,
            choice,
            labeler: self.address,
        };
        let signature = self.session.sign_hash_sync(&preference.signing_hash(&self.domain))?;
        self.api
            .post(
                "/preferences",
                json!({
                    "epoch": epoch, "block": preference.block, "seat": preference.seat, "slot": preference.slot, "taskId": task_id,
                    "choice": choice, "labeler": self.address, "sessionKey": self.session.address(),
                    "signature": alloy::hex::encode_prefixed(signature.as_bytes()),
                }),
            )
            .await?;
        Ok(())
    }
}

/// Who earned what and why, best paid first.
pub fn pay_table(statements: &[Value]) -> Result<String> {
    let mut rows = Vec::new();
    for (position, role) in CAST.iter().enumerate() {
        let address = signer(FIRST_ACCOUNT + position as u32)?.address();
        let own = statements
            .iter()
            .find(|s| s["labeler"].as_str().is_some_and(|a| a.eq_ignore_ascii_case(&address.to_string())))
            .with_context(|| format!("{} has no statement", role.name))?;
        rows.push((text(&own["pay"])?.parse::<U256>()?, role.name, own));
    }
    rows.sort_by_key(|row| Reverse(row.0));
    let mut table = format!(
        "  {:<18} {:>6} {:>8} {:>7} {:>7} {:>10} {:>10} {:>11}  {}\n",
        "labeler", "labels", "overlap", "gold", "score", "base POL", "alpha POL", "pay POL", "why"
    );
    for (pay, name, own) in rows {
        table += &row(name, pay, own)?;
    }
    Ok(table)
}

/// What gold leaves of the pay.
fn gold_factor(own: &Value) -> Result<String> {
    let field = |name: &str| own[name].as_u64().with_context(|| format!("a statement has no {name}"));
    let (right, answered) = (field("goldRight")?, field("goldAnswered")?);
    Ok(format!("×{}/{}", (2 * right).saturating_sub(answered), field("goldSlots")?))
}

fn row(name: &str, pay: U256, own: &Value) -> Result<String> {
    let overlap = own["t1"].as_u64().unwrap_or(0) + own["t2"].as_u64().unwrap_or(0);
    let score: I256 = text(&own["score"])?.parse()?;
    let score = decimals(&format_units(score, 18)?);
    let pol = |name: &str| -> Result<String> {
        Ok(decimals(&format_units(text(&own[name])?.parse::<I256>()?, 18)?))
    };
    Ok(format!(
        "  {name:<18} {:>6} {overlap:>8} {:>7} {score:>7} {:>10} {:>10} {:>11}  {}\n",
        own["nValid"].to_string(),
        gold_factor(own)?,
        pol("base")?,
        pol("alpha")?,
        decimals(&format_ether(pay)),
        own["reason"].as_str().unwrap_or(""),
    ))
}
