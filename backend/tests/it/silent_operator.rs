//! The operator's server is gone. Strangers with a key each take every step from the labels to the pay, with commands that
//! ask nobody but the chain and the published bundle.
use crate::support::{FakeEngine, Labeler, Polity, longer};
use alloy::primitives::{Address, U256, utils::parse_ether};
use backend::{
    chain::EpochStatus,
    epoch_cli::{self, By, Command, Step},
    verify::Source,
};
use protocol::ProposalId;
use serde_json::{Value, json};
use std::path::PathBuf;
use testkit::{Account, account};

const STRANGER: Account = Account(32);

#[tokio::test(flavor = "multi_thread")]
async fn strangers_bring_an_epoch_of_a_silent_operator_to_its_pay() {
    let (mut polity, epoch, labelers) = labeled().await;
    let committed =
        async || (polity.app.chain.epoch(epoch).await.ok()?.status == EpochStatus::Committed).then_some(());
    polity.poll("the commitment", committed).await;
    polity.kill().await;
    let it = Commands(&polity);

    // Until the deadline the operator may still reveal; the hash that the seed needs is kept for it.
    polity.chain.mine(2).await;
    assert_eq!(it.status(epoch).await["stage"], "committed");
    let labeler = labelers[0].address();
    assert!(it.explain(epoch, labeler).await.unwrap_err().contains("not revealed yet"));
    let record = Command::RecordBlockHash(it.by(STRANGER, epoch));
    assert!(it.run(record.clone()).await.unwrap().contains("done in block"));
    assert!(it.run(record).await.unwrap().contains("recorded already"));
    let missed = Command::RevealMissed(it.by(STRANGER, epoch));
    assert!(it.run(missed.clone()).await.unwrap_err().contains("may be revealed until"));
    let propose = Command::Propose(it.by(STRANGER, epoch));
    assert!(it.run(propose.clone()).await.unwrap_err().contains("is Committed and not Revealed"));
    polity.chain.warp(polity.app.chain.reveal_window().await.unwrap()).await;
    let status = it.status(epoch).await;
    assert_eq!(status["commands"], json!([format!("polity epoch reveal-missed {epoch}")]), "{status}");
    it.run(missed).await.unwrap();

    // Base pay for all, by whoever has a bond; the transaction is printed for those without a key file.
    let without_key = Command::Propose(Step { epoch, by: By { key_file: None, source: it.source() } });
    assert!(it.run(without_key).await.unwrap().contains("send this transaction\n  to   0x"));
    let said = it.run(propose).await.unwrap();
    assert!(said.contains("POL as a bond: done") && said.contains("for epoch 1: done"), "{said}");
    let explained = it.explain(epoch, labeler).await.unwrap();
    assert_eq!(explained["statement"]["reason"], "noSeed");
    assert_eq!(explained["statement"]["base"], parse_ether("20").unwrap().to_string());
    assert_eq!(explained["proposedRoot"], explained["payoutsRoot"]);
    assert!(explained["slots"].as_array().unwrap().iter().all(|slot| slot["kind"] == "unknown"));

    // Somebody who wants to see a leaf is shown it, by anybody who has the bundle.
    let accept = Command::AcceptProposal(it.by(account::VOTERS[0], epoch));
    assert!(it.run(accept.clone()).await.unwrap_err().contains("can be challenged until"));
    let lock = polity.app.chain.lock_bond(parse_ether("100").unwrap());
    polity.chain.send_raw(Account(33), lock.to, lock.data).await.unwrap();
    let demand = polity.app.chain.demand_opening(epoch, backend::chain::DemandedTree::Payouts, 1);
    polity.chain.send_raw(Account(33), demand.to, demand.data).await.unwrap();
    assert_eq!(it.status(epoch).await["stage"], "frozen");
    it.run(Command::AnswerDemand(it.by(STRANGER, epoch))).await.unwrap();
    assert_eq!(it.status(epoch).await["stage"], "proposed");

    // The vote: anybody's proposal is the same one, and anybody queues and executes it.
    polity.chain.warp(60).await;
    let reject = Command::RejectProposal(it.by(account::VOTERS[0], epoch));
    assert!(it.run(reject).await.unwrap_err().contains("that the labels give"));
    let poor = Command::AcceptProposal(it.by(Account(33), epoch));
    assert!(it.run(poor).await.unwrap_err().contains("a proposal needs"));
    let id = proposal_id(&it.run(accept.clone()).await.unwrap());
    assert_eq!(proposal_id(&it.run(accept).await.unwrap()), id);
    polity.chain.vote_for(id.0).await;
    let advance = Command::AdvanceProposal { proposal_id: id, by: it.by(STRANGER, epoch).by };
    assert!(it.run(advance.clone()).await.unwrap().contains("queuing"));
    assert!(it.run(advance.clone()).await.unwrap_err().contains("can be executed from"));
    polity.chain.warp(10).await;
    assert!(it.run(advance.clone()).await.unwrap().contains("executing"));
    assert!(it.run(advance).await.unwrap().contains("executed already"));
    assert_eq!(it.status(epoch).await["stage"], "accepted");

    // A stranger has the labelers paid; a second time nothing happens.
    for labeler in &labelers {
        let claim = Command::Claim { account: labeler.address(), by: it.by(STRANGER, epoch).by };
        let before = polity.balance(labeler.address()).await;
        it.run(claim.clone()).await.unwrap();
        assert_eq!(polity.balance(labeler.address()).await - before, parse_ether("20").unwrap());
        assert!(it.run(claim).await.unwrap().contains("has claimed all"));
    }
    let claim = Command::Claim { account: STRANGER.address(), by: it.by(STRANGER, epoch).by };
    assert!(it.run(claim).await.unwrap_err().contains("has not earned anything"));
    polity.restart().await;
    polity.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_explanation_has_every_term_and_says_what_it_lacks() {
    let (polity, epoch, labelers) = labeled().await;
    let proposed =
        async || (polity.app.chain.epoch(epoch).await.ok()?.status == EpochStatus::Proposed).then_some(());
    polity.until("the payouts", proposed).await;
    let it = Commands(&polity);
    let operator = polity.sign_in(account::OPERATOR).await;
    for labeler in &labelers {
        let explained = it.explain(epoch, labeler.address()).await.unwrap();
        let path = format!("/epochs/{epoch}/statements/{}", labeler.address());
        let served = operator.get(&path).await;
        for field in
            ["pay", "raw", "base", "alpha", "score", "goldRight", "goldSlots", "m1", "m2", "t1", "t2"]
        {
            assert_eq!(explained["statement"][field], served[field], "{field}");
        }
        let slots = explained["slots"].as_array().unwrap();
        let count = |kind: &str| slots.iter().filter(|slot| slot["kind"] == kind).count();
        assert_eq!(
            ["overlapFirst", "overlapSecond", "gold", "single", "unknown"].map(count),
            [6, 6, 2, 6, 0]
        );
        // The tables count what the slots say.
        let agreeing = |kind: &str, answer: &str| {
            let is = |slot: &&Value| {
                slot["kind"] == kind && slot["answer"] == answer && slot["majority"] == answer
            };
            slots.iter().filter(is).count()
        };
        for (kind, table) in [("overlapFirst", "m1"), ("overlapSecond", "m2")] {
            let table = &explained["statement"][table];
            assert_eq!(table[0][0], agreeing(kind, "a"));
            assert_eq!(table[1][1], agreeing(kind, "b"));
        }
        let right = slots.iter().filter(|slot| slot["kind"] == "gold" && slot["answer"] == slot["known"]);
        assert_eq!(explained["statement"]["goldRight"], right.count());
        assert_eq!(explained["claim"], Value::Null);
        let command =
            Command::Explain { epoch, labeler: labeler.address(), json: false, source: it.source() };
        let text = it.run(command).await.unwrap();
        assert!(text.contains("others A  others B") && text.contains("as on chain"), "{text}");
    }

    let error = it.explain(epoch, STRANGER.address()).await.unwrap_err();
    assert!(error.contains("has no seat in epoch 1; 3 labelers have one"), "{error}");
    let error = it.explain(epoch + 1, STRANGER.address()).await.unwrap_err();
    assert!(error.contains("the chain has no epoch 2"), "{error}");
    // Whoever serves another file is caught by its hash, and one who has none is named.
    let bundle_hash = polity.app.chain.epoch(epoch).await.unwrap().bundle_hash;
    let name = alloy::hex::encode(bundle_hash);
    let file = polity.data.path().join("blobs").join(&name[..2]).join(&name);
    std::fs::write(&file, b"{}\n").unwrap();
    let error = it.explain(epoch, labelers[0].address()).await.unwrap_err();
    assert!(error.contains("the bytes published as 0x") && error.contains("hash to 0x"), "{error}");
    std::fs::remove_file(&file).unwrap();
    let error = it.explain(epoch, labelers[0].address()).await.unwrap_err();
    assert!(error.contains("does not have 0x"), "{error}");
    polity.stop().await;
}

/// Three people have labeled, and the epoch is closed.
async fn labeled() -> (Polity, u64, Vec<Labeler>) {
    let engine = FakeEngine::start().await;
    let polity = Polity::start(&[("MODEL__ENGINE_URL", &engine.url)]).await;
    let operator = polity.sign_in(account::OPERATOR).await;
    let campaign = polity.voted_campaign(&operator).await;
    let epoch = polity.open_epoch(&operator, campaign).await;
    let mut labelers = Vec::new();
    for i in 0..3 {
        let labeler = Labeler::join(&polity, i).await;
        labeler.label(&polity, epoch, longer).await;
        labelers.push(labeler);
    }
    operator.post(&format!("/epochs/{epoch}/close"), json!({})).await;
    (polity, epoch, labelers)
}

fn proposal_id(said: &str) -> ProposalId {
    let word = said.split_whitespace().find_map(|word| word.trim_end_matches(':').parse::<U256>().ok());
    ProposalId(word.unwrap_or_else(|| panic!("no id in: {said}")))
}

struct Commands<'a>(&'a Polity);

impl Commands<'_> {
    fn source(&self) -> Source {
        Source {
            rpc: Some(self.0.chain.rpc_url()),
            deployment: Some(self.0.data.path().join("deployment.json")),
            blobs: Some(self.0.data.path().display().to_string()),
        }
    }

    fn by(&self, account: Account, epoch: u64) -> Step {
        let key_file: PathBuf = self.0.data.path().join(format!("key-{}", account.0));
        std::fs::write(&key_file, alloy::hex::encode_prefixed(account.signer().to_bytes())).unwrap();
        Step { epoch, by: By { key_file: Some(key_file), source: self.source() } }
    }

    async fn run(&self, command: Command) -> Result<String, String> {
        epoch_cli::run(&self.0.app.config, command).await.map_err(|error| format!("{error:#}"))
    }

    async fn status(&self, epoch: u64) -> Value {
        let said = self.run(Command::Status { epoch, json: true, source: self.source() }).await.unwrap();
        serde_json::from_str(&said).unwrap()
    }

    async fn explain(&self, epoch: u64, labeler: Address) -> Result<Value, String> {
        let said = self.run(Command::Explain { epoch, labeler, json: true, source: self.source() }).await?;
        Ok(serde_json::from_str(&said).unwrap())
    }
}
