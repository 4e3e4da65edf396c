//! Somebody who labels: a wallet that stakes and a session key that signs.
use super::{Api, Polity};
use alloy::{
    primitives::{Address, Bytes, keccak256, utils::parse_ether},
    signers::{SignerSync, local::PrivateKeySigner},
    sol_types::Eip712Domain,
};
use backend::clock::Clock;
use bindings::{GovernanceToken, RewardDistributor};
use protocol::{
    Choice,
    eip712::{LABEL_SCOPE, Preference, SessionKeyAuthorization, domain},
};
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Account, account};

pub struct Labeler {
    account: Account,
    api: Api,
    session: PrivateKeySigner,
    domain: Eip712Domain,
}

/// The answer that the guidelines ask for.
pub fn longer(task: &Value) -> Choice {
    let length = |name: &str| task[name].as_str().unwrap().len();
    if length("completionA") > length("completionB") { Choice::A } else { Choice::B }
}

impl Labeler {
    /// Stake in one transaction, sign in, authorise a session key.
    pub async fn join(polity: &Polity, i: u32) -> Self {
        let account = account::labeler(i);
        let contracts = &polity.chain.deployment().contracts;
        let stake = GovernanceToken::lockAndCallCall {
            locker: contracts.staking_pool,
            amount: parse_ether("100").unwrap(),
            data: Bytes::new(),
        };
        polity.chain.send(account, contracts.governance_token, &stake).await;
        let api = polity.sign_in(account).await;
        let session = PrivateKeySigner::from_bytes(&keccak256(format!("session key {i}"))).unwrap();
        let domain = domain(polity.chain.deployment().chain_id, contracts.label_epochs);
        let authorization = SessionKeyAuthorization {
            labeler: account.address(),
            session_key: session.address(),
            scope: LABEL_SCOPE.into(),
            expires_at: Clock::System.unix_s() + 86_400,
        };
        let signature = account.signer().sign_hash_sync(&authorization.signing_hash(&domain)).unwrap();
        let mut body = json!(authorization);
        body["signature"] = json!(alloy::hex::encode_prefixed(signature.as_bytes()));
        api.post("/session-keys", body).await;
        Self { account, api, session, domain }
    }

    pub fn address(&self) -> Address {
        self.account.address()
    }

    /// Take a seat and answer all its tasks; returns how many.
    pub async fn label(&self, polity: &Polity, epoch: u64, answer: impl Fn(&Value) -> Choice) -> usize {
        let path = format!("/epochs/{epoch}/leases");
        let mut n = 0;
        loop {
            // The stake counts when it is indexed.
            let leases = async || {
                let (status, body) = self.api.request(Method::POST, &path, Some(json!({"count": 8}))).await;
                status.is_success().then_some(body)
            };
            let leases = polity.until("a seat", leases).await;
            let tasks = leases["tasks"].as_array().unwrap();
            if tasks.is_empty() {
                return n;
            }
            for task in tasks {
                self.api.post("/preferences", self.sign(task, answer(task))).await;
                n += 1;
            }
        }
    }

    /// The signed answer to a task, as the page sends it.
    fn sign(&self, task: &Value, choice: Choice) -> Value {
        let preference = Preference {
            epoch: task["epoch"].as_u64().unwrap(),
            block: task["block"].as_u64().unwrap().try_into().unwrap(),
            seat: task["seat"].as_u64().unwrap().try_into().unwrap(),
            slot: task["slot"].as_u64().unwrap().try_into().unwrap(),
            task_id: task["taskId"].as_str().unwrap().parse().unwrap(),
            choice,
            labeler: self.address(),
        };
        let signature = self.session.sign_hash_sync(&preference.signing_hash(&self.domain)).unwrap();
        let mut body = json!(preference);
        body["sessionKey"] = json!(self.session.address());
        body["signature"] = json!(alloy::hex::encode_prefixed(signature.as_bytes()));
        body
    }

    /// Claim with the proof that the server gives.
    pub async fn claim(&self, polity: &Polity) {
        let payout = self.api.get(&format!("/payouts/{}", self.address())).await;
        let data = bindings::IRewardDistributor::ClaimData {
            account: self.address(),
            index: payout["index"].as_u64().unwrap().try_into().unwrap(),
            cumulative: payout["cumulative"].as_str().unwrap().parse().unwrap(),
            runningTotal: payout["runningTotal"].as_str().unwrap().parse().unwrap(),
            rawPayHash: payout["rawPayHash"].as_str().unwrap().parse().unwrap(),
            proof: serde_json::from_value(payout["proof"].clone()).unwrap(),
        };
        let pool = polity.chain.deployment().contracts.reward_distributor;
        polity.chain.send(self.account, pool, &RewardDistributor::claimCall { data }).await;
    }
}
