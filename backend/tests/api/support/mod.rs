//! A server whose clock is moved by hand, and what it needs in its database: no indexer and no jobs run here.
mod client;
mod labeler;

pub use client::{Client, name};
pub use labeler::Labeler;

use alloy::primitives::{Address, B256, U256, keccak256};
use backend::{
    api, app::AppState, assignment::gold_seats, chain::ChainHandle, clock::Clock, config::Config,
    engine::Engine,
};
use chrono::DateTime;
use protocol::{
    CampaignTerms, Choice, EpochTerms,
    labels::{GoldSeat, GoldWord, gold_blocks, gold_tree},
    rewards::secret_hash,
};
use std::time::Duration;
use storage::app::{
    campaigns, epochs,
    secrets::{self, Secret},
    tasks,
};
use storage::chain::epochs as chain_epochs;
use tempfile::TempDir;
use testkit::{TestChain, TestDb};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// Slots of a seat in [`Server::open_epoch`].
pub const SLOTS: u16 = 10;

pub struct Server {
    pub app: AppState,
    pub url: String,
    /// Stops it as Ctrl-C does.
    pub stop: oneshot::Sender<()>,
    pub served: JoinHandle<std::io::Result<()>>,
    _chain: TestChain,
    _db: TestDb,
    _data: TempDir,
}

impl Server {
    /// A server at 2026-01-01 with nothing in its tables.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// The same with these settings over the defaults.
    pub async fn start_with(settings: &[(&str, &str)]) -> Self {
        let (db, chain, data) = (TestDb::new().await, TestChain::start().await, tempfile::tempdir().unwrap());
        let dir = ("POLITY__DATA__DIR".to_owned(), data.path().display().to_string());
        let settings = settings.iter().map(|(key, value)| (format!("POLITY__{key}"), (*value).to_owned()));
        let config = Config::merge(None, settings.chain([dir])).unwrap();
        let handle =
            ChainHandle::connect(&config, &chain.rpc_url(), chain.deployment().clone()).await.unwrap();
        let clock = Clock::manual(DateTime::from_timestamp(1_767_225_600, 0).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let engine = Engine::new(Duration::from_secs(5));
        let app = AppState::new(config, clock, db.pool.clone(), handle, engine, address).unwrap();
        let (stop, stopped) = oneshot::channel();
        let shutdown = async { stopped.await.unwrap_or_default() };
        let served = tokio::spawn(api::serve(app.clone(), listener, shutdown));
        Self { app, url: format!("http://{address}"), stop, served, _chain: chain, _db: db, _data: data }
    }

    /// What the indexer would write when it is at a block, with these safe and finalized.
    pub async fn set_cursor(&self, block: i64, safe: i64, finalized: i64) {
        sqlx::query(
            "insert into chain.cursor (chain_id, genesis_hash, deployment_hash, block_number, block_hash, safe_block,
                 finalized_block, updated_at)
             values (31337, $1, $1, $2, $1, $3, $4, now())
             on conflict (chain_id) do update set block_number = $2, safe_block = $3, finalized_block = $4",
        )
        .bind(B256::repeat_byte(9).as_slice())
        .bind(block)
        .bind(safe)
        .bind(finalized)
        .execute(&self.app.pool)
        .await
        .unwrap();
    }

    /// What the journal would hold when a block that is not final made this row, or changed it from `before`.
    pub async fn journal(
        &self,
        block: i64,
        table: &str,
        key: serde_json::Value,
        before: Option<serde_json::Value>,
    ) {
        sqlx::query("insert into chain.undo (block_number, relation, key, before) values ($1, $2, $3, $4)")
            .bind(block)
            .bind(table)
            .bind(key)
            .bind(before)
            .execute(&self.app.pool)
            .await
            .unwrap();
    }

    /// What the indexer would write when an account has staked.
    pub async fn give_stake(&self, account: Address, active: u64) {
        sqlx::query("insert into chain.stakes (account, active) values ($1, $2::numeric)")
            .bind(account.as_slice())
            .bind(active.to_string())
            .execute(&self.app.pool)
            .await
            .unwrap();
    }

    /// What the indexer would write when an account got the OPERATOR role.
    pub async fn give_operator_role(&self, account: Address) {
        sqlx::query("insert into chain.role_members (role_id, account, since) values (1, $1, now())")
            .bind(account.as_slice())
            .execute(&self.app.pool)
            .await
            .unwrap();
    }

    /// An open epoch of a campaign with 40 tasks and `n_gold` gold tasks, that asks for a stake of 100 wei.
    pub async fn open_epoch(&self, epoch: u64, n_gold: u64) -> i64 {
        let now = self.app.clock.now();
        let terms = CampaignTerms {
            budget: U256::from(1_000),
            base_pay: 1,
            alpha_pay: 4,
            block_slots: SLOTS,
            overlap_slots: 4,
            gold_slots: 2,
            min_overlap: 2,
            min_roster: 2,
        };
        let campaign = campaigns::NewCampaign {
            name: format!("Campaign {epoch}"),
            family_id: B256::ZERO,
            guidelines: String::new(),
            minimum_stake: U256::from(100),
            terms: terms.clone(),
            sampling: campaigns::Sampling {
                completions_per_prompt: 2,
                max_tokens: 8,
                temperature: 1.0,
                seed: 1,
            },
            max_seats: 2,
        };
        let mut tx = self.app.pool.begin().await.unwrap();
        let campaign_id = campaigns::insert(&mut tx, &campaign, now).await.unwrap().unwrap();
        for i in 0..40 + n_gold {
            let prompt = format!("Question {epoch}/{i}?");
            let version_id = B256::repeat_byte(7);
            let task = tasks::Task {
                task_id: protocol::task_id(&prompt, "yes", "no", version_id),
                campaign_id,
                prompt_position: i.try_into().unwrap(),
                prompt,
                completion_a: "yes".into(),
                completion_b: "no".into(),
                version_id,
                gold_choice: (i >= 40).then_some(Choice::A),
            };
            tasks::insert(&mut tx, &task, now).await.unwrap();
        }
        let secret = keccak256(epoch.to_be_bytes());
        let known = tasks::gold(&mut tx, campaign_id).await.unwrap();
        let gold = gold_seats(&terms, secret, campaign.max_seats, &known);
        let words: Vec<GoldWord> = gold.iter().map(GoldSeat::word).collect();
        let terms = EpochTerms {
            campaign: terms,
            gold_blocks: gold_blocks(&words),
            gold_root: gold_tree(&words).root(),
            secret_hash: secret_hash(secret),
            campaign_hash: B256::repeat_byte(2),
        };
        secrets::insert(&mut tx, terms.secret_hash, &Secret { secret, gold }, now).await.unwrap();
        epochs::insert(&mut tx, epoch, campaign_id, secret, &terms, now).await.unwrap();
        let operator = self.app.chain.operator.address();
        chain_epochs::insert(&mut tx, protocol::Epoch(epoch), operator, &terms, now).await.unwrap();
        tx.commit().await.unwrap();
        campaign_id
    }
}
