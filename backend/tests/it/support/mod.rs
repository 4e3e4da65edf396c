//! The running platform and the people around it.
mod engine;
mod http;
mod labeler;

pub use engine::FakeEngine;
pub use http::Api;
pub use labeler::{Labeler, longer};

use alloy::primitives::{Address, B256, U256, utils::parse_ether};
use backend::{
    app::AppState,
    config::Config,
    supervise::{self, Roles, ShutdownSwitch},
};
use bindings::{GovernanceToken, ModelRegistry, RewardDistributor};
use protocol::version::VersionDigest;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use testkit::{Account, Action, TestChain, TestDb, account};
use tokio::net::TcpListener;

/// OpenZeppelin's number of an executed proposal.
const EXECUTED: u8 = 7;
/// Longest wait for anything that the platform should do by itself.
const PATIENCE: Duration = Duration::from_secs(300);
/// Longest time that the chain's clock is not moved while jobs are done.
const LONGEST_STANDSTILL: Duration = Duration::from_secs(1);

/// Everything that `polity up` runs, on a database and a chain of this test alone.
pub struct Polity {
    pub app: AppState,
    pub chain: TestChain,
    pub url: String,
    pub data: TempDir,
    _db: TestDb,
    switch: ShutdownSwitch,
    roles: Option<Roles>,
    /// Kept over kills: a port that is free for a moment may be taken by any other program.
    socket: std::net::TcpListener,
}

impl Polity {
    /// Start with these settings over the defaults.
    pub async fn start(settings: &[(&str, &str)]) -> Self {
        let (db, chain, data) = (TestDb::new().await, TestChain::start().await, tempfile::tempdir().unwrap());
        let deployment = serde_json::to_vec(chain.deployment()).unwrap();
        std::fs::write(data.path().join("deployment.json"), deployment).unwrap();
        let (dir, rpc_url) = (data.path().display().to_string(), chain.rpc_url());
        let own =
            [("DATA__DIR", dir.as_str()), ("CHAIN__RPC_URL", rpc_url.as_str()), ("CHAIN__POLL_MS", "50")];
        let variables =
            own.iter().chain(settings).map(|(key, value)| (format!("POLITY__{key}"), (*value).to_owned()));
        let config = Config::merge(None, variables).unwrap();
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        socket.set_nonblocking(true).unwrap();
        let address = socket.local_addr().unwrap();
        let app = supervise::assemble(config, db.pool.clone(), &rpc_url, address).await.unwrap();
        let (switch, shutdown) = ShutdownSwitch::new();
        let roles = Some(supervise::all_roles(&app, listen(&socket), &shutdown));
        Self { app, chain, url: format!("http://{address}"), data, _db: db, switch, roles, socket }
    }

    /// Stop as on Ctrl-C; every role must end well.
    pub async fn stop(mut self) {
        self.switch.turn_on();
        let roles = self.roles.take().unwrap();
        supervise::end_together(roles, &self.switch).await.unwrap();
    }

    /// End every task where it stands, as SIGKILL does, and start all over on the same database, chain and data.
    pub async fn kill_and_restart(&mut self) {
        self.kill().await;
        self.restart().await;
    }

    /// End every task where it stands as soon as a transaction of this purpose is stored, and start all over.
    pub async fn kill_at(&mut self, step: &str) {
        let stored =
            async || self.transaction_keys().await.iter().any(|key| key.starts_with(step)).then_some(());
        self.until(step, stored).await;
        self.kill_and_restart().await;
    }

    /// End every task where it stands.
    pub async fn kill(&mut self) {
        self.roles.take().unwrap().shutdown().await;
    }

    /// Start all over on the same database, chain and data.
    pub async fn restart(&mut self) {
        storage::app::jobs::release_all(&mut self.app.pool.acquire().await.unwrap()).await.unwrap();
        let address = self.socket.local_addr().unwrap();
        let config = (*self.app.config).clone();
        self.app =
            supervise::assemble(config, self.app.pool.clone(), &self.chain.rpc_url(), address).await.unwrap();
        let shutdown;
        (self.switch, shutdown) = ShutdownSwitch::new();
        self.roles = Some(supervise::all_roles(&self.app, listen(&self.socket), &shutdown));
    }

    /// Keys of all transactions that were ever stored.
    pub async fn transaction_keys(&self) -> Vec<String> {
        sqlx::query_scalar("select key from app.transactions order by nonce")
            .fetch_all(&self.app.pool)
            .await
            .unwrap()
    }

    /// Poll until `look` finds something, while the chain's clock moves on. It waits for those who are at work, so that a
    /// busy machine misses no deadline that a quick one meets; but not for long, as they may wait for it.
    pub async fn until<T>(&self, what: &str, look: impl AsyncFn() -> Option<T>) -> T {
        let start = Instant::now();
        let mut moved = start;
        loop {
            if let Some(found) = look().await {
                return found;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "{what} did not come within {PATIENCE:?}: {:#?}",
                self.jobs().await
            );
            if moved.elapsed() >= LONGEST_STANDSTILL || !self.is_at_work().await {
                self.chain.warp(1).await;
                moved = Instant::now();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Wait for the transaction that every start sends: the operator delegates its votes.
    pub async fn until_delegated(&self) {
        let mined = "select exists (select from app.transactions where key = 'operator/delegate' and state = 'mined')";
        let mined = async || {
            let is: bool = sqlx::query_scalar(mined).fetch_one(&self.app.pool).await.unwrap();
            is.then_some(())
        };
        self.until("the operator's delegation", mined).await;
    }

    /// Whether a job is being done or due.
    async fn is_at_work(&self) -> bool {
        let busy = "select exists (select from app.jobs where state = 'running' or state = 'ready' and run_at <= now())";
        sqlx::query_scalar(busy).fetch_one(&self.app.pool).await.unwrap()
    }

    /// What the queue looks like, for those who wait in vain.
    async fn jobs(&self) -> Vec<(String, String, Option<String>)> {
        let jobs = "select kind || ' ' || key, state, last_error from app.jobs where state <> 'done'";
        sqlx::query_as(jobs).fetch_all(&self.app.pool).await.unwrap()
    }

    /// Poll until `look` finds something, with the chain standing still.
    pub async fn poll<T>(&self, what: &str, look: impl AsyncFn() -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(found) = look().await {
                return found;
            }
            assert!(start.elapsed() < PATIENCE, "{what} did not come within {PATIENCE:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// A signed-in client.
    pub async fn sign_in(&self, account: Account) -> Api {
        Api::sign_in(&self.url, &account.signer()).await
    }

    /// Token holders vote for a proposal; the platform queues and executes it.
    pub async fn vote_through(&self, proposal_id: U256) {
        self.chain.vote_for(proposal_id).await;
        let executed = async || (self.chain.proposal_state(proposal_id).await == EXECUTED).then_some(());
        self.until("the execution of the proposal", executed).await;
    }

    /// The vote at the beginning: fill the reward pool, allow a budget per epoch, serve a version.
    pub async fn pass_first_vote(&self, version_id: B256) {
        let contracts = &self.chain.deployment().contracts;
        let (token, pool) = (contracts.governance_token, contracts.reward_distributor);
        let amount = parse_ether("50000").unwrap();
        let actions = [
            Action::new(token, &GovernanceToken::approveCall { spender: pool, value: amount }),
            Action::new(pool, &RewardDistributor::fundCall { amount }),
            Action::new(
                pool,
                &RewardDistributor::setEpochBudgetCall { amount: parse_ether("5000").unwrap() },
            ),
            Action::new(contracts.model_registry, &ModelRegistry::activateCall { versionId: version_id }),
        ];
        let id = self.chain.propose(account::VOTERS[0], &actions, "# Start").await;
        self.vote_through(id).await;
    }

    /// A version of made-up hashes, for stories whose engine is not ours: nobody looks at its files.
    pub async fn register_version(&self) -> B256 {
        let (family_id, word) = (self.chain.deployment().family.family_id, B256::repeat_byte);
        let digest =
            VersionDigest { manifest_hash: word(1), weights_hash: word(2), ..VersionDigest::default() };
        let call = self.app.chain.register_version(family_id, &digest, Vec::new(), String::new());
        self.app.transactions().send("test/version", &call).await.unwrap();
        digest.version_id(family_id)
    }

    /// The DAO fills the pool and decides which version is served; that version writes the tasks of a campaign with 20
    /// prompts and 8 gold tasks.
    pub async fn voted_campaign(&self, operator: &Api) -> i64 {
        let version_id = self.register_version().await;
        self.pass_first_vote(version_id).await;
        let prompts: Vec<String> = (0..20).map(|i| format!("Question {i}?")).collect();
        self.sampled_campaign(operator, &prompts, 16, 8).await
    }

    /// A campaign whose prompts the served version has answered, with `n_gold` gold tasks: the longer answer is right.
    pub async fn sampled_campaign(
        &self,
        operator: &Api,
        prompts: &[String],
        max_tokens: u32,
        n_gold: usize,
    ) -> i64 {
        let campaign = json!({
            "name": "Long answers", "familyId": self.chain.deployment().family.family_id,
            "guidelines": "Choose the longer answer.", "minimumStake": parse_ether("100").unwrap().to_string(),
            "terms": {
                "budget": parse_ether("2000").unwrap().to_string(), "basePay": parse_ether("1").unwrap().to_string(),
                "alphaPay": parse_ether("4").unwrap().to_string(), "blockSlots": 20, "overlapSlots": 12,
                "goldSlots": 2, "minOverlap": 4, "minRoster": 3
            },
            "sampling": {"completionsPerPrompt": 3, "maxTokens": max_tokens, "temperature": 1.0, "seed": 1},
            "maxSeats": 16, "prompts": prompts,
        });
        let id = operator.post("/campaigns", campaign).await["campaignId"].as_i64().unwrap();
        let path = format!("/campaigns/{id}");
        let job = operator.post(&format!("{path}/sampling"), json!({})).await;
        self.until("the completions", async || {
            let jobs = operator.get("/jobs").await;
            jobs.as_array()?
                .iter()
                .find(|other| other["jobId"] == job["jobId"] && other["state"] == "done")
                .map(|_| ())
        })
        .await;
        let tasks = operator.get(&format!("{path}/tasks")).await;
        let gold = tasks.as_array().unwrap().iter().take(n_gold);
        let answers: Vec<Value> =
            gold.map(|task| json!({"taskId": task["taskId"], "choice": labeler::longer(task)})).collect();
        operator.put(&format!("{path}/gold"), json!({"answers": answers})).await;
        id
    }

    /// Open an epoch of the campaign.
    pub async fn open_epoch(&self, operator: &Api, campaign: i64) -> u64 {
        operator.post(&format!("/campaigns/{campaign}/epochs"), json!({})).await;
        let path = format!("/campaigns/{campaign}");
        self.until("the epoch", async || operator.get(&path).await["openEpoch"].as_u64()).await
    }

    /// POL of an account, in wei.
    pub async fn balance(&self, account: Address) -> U256 {
        let token = self.chain.deployment().contracts.governance_token;
        self.chain.call(token, &GovernanceToken::balanceOfCall { account }).await
    }
}

/// What comes of `future`, which must not take longer than anything else may.
pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    let done = tokio::time::timeout(PATIENCE, future).await;
    done.unwrap_or_else(|_| panic!("{what} did not come within {PATIENCE:?}"))
}

/// The same socket once more, for a server to accept from.
fn listen(socket: &std::net::TcpListener) -> TcpListener {
    TcpListener::from_std(socket.try_clone().unwrap()).unwrap()
}
