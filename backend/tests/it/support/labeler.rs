//! Somebody who labels: a wallet that stakes and a session key that signs.
use super::{Api, Polity, within};
use alloy::{
    network::TransactionBuilder,
    primitives::{Address, Bytes, U256, hex, keccak256, utils::parse_ether},
    providers::{Provider, ext::AnvilApi},
    rpc::types::TransactionRequest,
    signers::{SignerSync, local::PrivateKeySigner},
    sol_types::{Eip712Domain, SolCall},
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
    address: Address,
    /// Sends transactions: the wallet itself, or the owner of a wallet that is a contract.
    account: Account,
    pub api: Api,
    pub session: PrivateKeySigner,
    domain: Eip712Domain,
}

/// A wallet with one owner, in storage slot 0: `isValidSignature(hash, signature)` is true when the owner's key made the
/// 65 bytes `r ‖ s ‖ v`. By hand: hash, v, r and s go to memory, `ecrecover` answers behind them, and the magic value is
/// multiplied by whether that is the owner.
const WALLET: [u8; 64] = hex!(
    "600435600052" "60a43560001a602052" "606435604052" "608435606052" "602060806080600060015afa50"
    "60805160005414" "631626ba7e60e01b02" "600052" "60206000f3"
);

async fn stake(polity: &Polity, wallet: Address) {
    let contracts = &polity.chain.deployment().contracts;
    let (locker, amount) = (contracts.staking_pool, parse_ether("100").unwrap());
    let stake = GovernanceToken::lockAndCallCall { locker, amount, data: Bytes::new() };
    let request = TransactionRequest::default()
        .with_from(wallet)
        .with_to(contracts.governance_token)
        .with_input(stake.abi_encode());
    let sent = polity.chain.provider().send_transaction(request).await.unwrap();
    assert!(within("the receipt", sent.get_receipt()).await.unwrap().status());
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
        stake(polity, account.address()).await;
        Self::authorise(polity, i, account.address()).await
    }

    /// As [`Labeler::join`], with a wallet that is a contract: it signs what its owner signs, labeler `i` (ERC-1271).
    pub async fn join_with_contract(polity: &Polity, i: u32) -> Self {
        let (chain, owner) = (polity.chain.provider(), account::labeler(i));
        let wallet = Address::from_word(keccak256(format!("wallet {i}")));
        chain.anvil_set_code(wallet, WALLET.into()).await.unwrap();
        chain.anvil_set_storage_at(wallet, U256::ZERO, owner.address().into_word()).await.unwrap();
        chain.anvil_set_balance(wallet, parse_ether("1").unwrap()).await.unwrap();
        let give = GovernanceToken::transferCall { to: wallet, value: parse_ether("100").unwrap() };
        polity.chain.send(owner, polity.chain.deployment().contracts.governance_token, &give).await;
        chain.anvil_impersonate_account(wallet).await.unwrap();
        stake(polity, wallet).await;
        Self::authorise(polity, i, wallet).await
    }

    async fn authorise(polity: &Polity, i: u32, address: Address) -> Self {
        let account = account::labeler(i);
        let contracts = &polity.chain.deployment().contracts;
        let api = Api::sign_in_as(&polity.url, address, &account.signer()).await;
        let session = PrivateKeySigner::from_bytes(&keccak256(format!("session key {i}"))).unwrap();
        let domain = domain(polity.chain.deployment().chain_id, contracts.label_epochs);
        let labeler = Self { address, account, api, session, domain };
        labeler.api.post("/session-keys", labeler.authorization()).await;
        labeler
    }

    /// The signed authorisation of the session key.
    pub fn authorization(&self) -> Value {
        let authorization = SessionKeyAuthorization {
            labeler: self.address,
            session_key: self.session.address(),
            scope: LABEL_SCOPE.into(),
            expires_at: Clock::System.unix_s() + 86_400,
        };
        let digest = authorization.signing_hash(&self.domain);
        let signature = self.account.signer().sign_hash_sync(&digest).unwrap();
        let mut body = json!(authorization);
        body["signature"] = json!(alloy::hex::encode_prefixed(signature.as_bytes()));
        body
    }

    pub fn address(&self) -> Address {
        self.address
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
    pub fn sign(&self, task: &Value, choice: Choice) -> Value {
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
