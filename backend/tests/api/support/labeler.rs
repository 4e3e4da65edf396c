//! A wallet, its session and its session key.
use super::{Client, Server};
use alloy::{
    primitives::{Address, keccak256},
    signers::{SignerSync, local::PrivateKeySigner},
    sol_types::Eip712Domain,
};
use protocol::{
    Choice,
    eip712::{self, Preference, SessionKeyAuthorization},
};
use reqwest::StatusCode;
use serde_json::{Value, json};

pub struct Labeler {
    pub client: Client,
    pub wallet: PrivateKeySigner,
    pub session: PrivateKeySigner,
    pub domain: Eip712Domain,
    expires_at: u64,
}

impl Labeler {
    /// Somebody with a stake of 100 wei who has signed in and authorised a session key.
    pub async fn join(server: &Server, name: &str) -> Self {
        let labeler = Self::without_session_key(server, name).await;
        let (status, answer) = labeler.client.post("/session-keys", labeler.authorization()).await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        labeler
    }

    pub async fn without_session_key(server: &Server, name: &str) -> Self {
        let key = |what: &str| PrivateKeySigner::from_bytes(&keccak256(format!("{what} of {name}"))).unwrap();
        let wallet = key("wallet");
        server.give_stake(wallet.address(), 100).await;
        let client = Client::sign_in(server, &wallet).await;
        let contract = server.app.chain.deployment.contracts.label_epochs;
        let domain = eip712::domain(server.app.chain.chain_id, contract);
        let expires_at = server.app.clock.unix_s() + 3_600;
        Self { client, wallet, session: key("session key"), domain, expires_at }
    }

    pub fn address(&self) -> Address {
        self.wallet.address()
    }

    /// The wallet's authorisation of the session key.
    pub fn authorization(&self) -> Value {
        let message = SessionKeyAuthorization {
            labeler: self.address(),
            session_key: self.session.address(),
            scope: "label".into(),
            expires_at: self.expires_at,
        };
        let signature = self.wallet.sign_hash_sync(&message.signing_hash(&self.domain)).unwrap();
        let mut body = json!(message);
        body["signature"] = json!(alloy::hex::encode_prefixed(signature.as_bytes()));
        body
    }

    /// Ask for tasks; the answer must be good.
    pub async fn lease(&self, epoch: u64, count: u16) -> Value {
        let (status, leases) =
            self.client.post(&format!("/epochs/{epoch}/leases"), json!({"count": count})).await;
        assert_eq!(status, StatusCode::OK, "{leases}");
        leases
    }

    /// The answer to a leased task, signed by `session` in this labeler's name.
    pub fn answer_with(&self, session: &PrivateKeySigner, task: &Value, choice: Choice) -> Value {
        let message = Preference {
            epoch: task["epoch"].as_u64().unwrap(),
            block: task["block"].as_u64().unwrap().try_into().unwrap(),
            seat: task["seat"].as_u64().unwrap().try_into().unwrap(),
            slot: task["slot"].as_u64().unwrap().try_into().unwrap(),
            task_id: task["taskId"].as_str().unwrap().parse().unwrap(),
            choice,
            labeler: self.address(),
        };
        let signature = session.sign_hash_sync(&message.signing_hash(&self.domain)).unwrap();
        let mut body = json!(message);
        body["sessionKey"] = json!(session.address());
        body["signature"] = json!(alloy::hex::encode_prefixed(signature.as_bytes()));
        body
    }

    /// The answer to a leased task, signed by the labeler's own session key.
    pub fn answer(&self, task: &Value, choice: Choice) -> Value {
        self.answer_with(&self.session, task, choice)
    }
}
