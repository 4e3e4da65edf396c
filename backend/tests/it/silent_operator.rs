//! The operator's server is gone. Strangers with a key each take every step from the labels to the pay, with commands that
//! ask nobody but the chain and the published bundle.
use crate::support::{FakeEngine, Labeler, Polity, longer, within};
use alloy::{
    network::TransactionBuilder,
    primitives::{Address, B256, U256, utils::parse_ether},
    providers::{Provider, ext::AnvilApi},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use backend::{
    chain::EpochStatus,
    challenge::{self, Hand, Verdict, Watcher},
    epoch_cli::{self, By, Command, Step},
    verify::Source,
};
use bindings::AccessManager;
use protocol::{CampaignTerms, EpochTerms, ProposalId};
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
async fn epochs_that_are_never_committed_end_at_their_deadline_and_the_one_behind_them_is_paid() {
    let engine = FakeEngine::start().await;
    let polity = Polity::start(&[("MODEL__ENGINE_URL", &engine.url)]).await;
    let operator = polity.sign_in(account::OPERATOR).await;
    let campaign = polity.voted_campaign(&operator).await;
    let [first, second, theirs] = open_and_forget(&polity).await;
    let ours = polity.open_epoch(&operator, campaign).await;
    let labeler = Labeler::join(&polity, 0).await;
    labeler.label(&polity, ours, longer).await;
    operator.post(&format!("/epochs/{ours}/close"), json!({})).await;
    let is = async |epoch, status| (polity.app.chain.epoch(epoch).await.ok()?.status == status).then_some(());
    polity.until("the seed", async || is(ours, EpochStatus::Revealed).await).await;

    // Until the deadline the operator may still commit, and everybody is told until when.
    let (it, chain) = (Commands(&polity), &polity.app.chain);
    let deadline = chain.commit_deadline(first).await.unwrap();
    let opened_at = chain.epoch(first).await.unwrap().opened_at;
    assert_eq!(deadline, opened_at + chain.commit_window().await.unwrap());
    let status = it.status(first).await;
    assert_eq!((&status["stage"], &status["deadline"]), (&json!("open"), &json!(deadline)));
    assert_eq!(status["commands"], json!([format!("polity epoch void-proposal {first}")]));
    let missed = |epoch| Command::MissedCommit(it.by(STRANGER, epoch));
    assert!(it.run(missed(first)).await.unwrap_err().contains("may be committed until"));
    let mut watcher = it.watcher().await;
    assert_eq!(watcher.round(Some(second), &Hand::Key).await.unwrap(), Verdict::Right);

    // Then anybody ends the first with a command, and who watches ends the second.
    polity.chain.warp(deadline + 300 - polity.chain.now().await).await;
    let commands = ["missed-commit", "void-proposal"].map(|name| format!("polity epoch {name} {first}"));
    assert_eq!(it.status(first).await["commands"], json!(commands));
    let treasury = polity.chain.deployment().contracts.timelock;
    let before = polity.balance(treasury).await;
    assert!(it.run(missed(first)).await.unwrap().contains("done in block"));
    assert_eq!(polity.balance(treasury).await - before, parse_ether("1000").unwrap());
    assert_eq!(it.status(first).await["stage"], "voided");
    assert!(it.run(missed(first)).await.unwrap_err().contains("is Voided and not Open"));
    assert!(it.run(missed(ours)).await.unwrap_err().contains("is Revealed and not Open"));
    assert_eq!(watcher.round(Some(second), &Hand::Key).await.unwrap(), Verdict::Proved);
    assert_eq!(it.status(second).await["stage"], "voided");

    // Another operator's is ended by the server whose own epoch waits behind it.
    polity.poll("the end of the third", async || is(theirs, EpochStatus::Voided).await).await;
    assert_eq!(polity.balance(treasury).await - before, parse_ether("3000").unwrap());
    let shown = async || {
        let epochs = [operator.get("/epochs/1").await, operator.get("/epochs/3").await];
        epochs.iter().all(|epoch| epoch["status"] == "voided").then_some(())
    };
    polity.poll("both ends in the database", shown).await;

    // Nothing is in the way of ours.
    polity.until("the payouts", async || is(ours, EpochStatus::Proposed).await).await;
    polity.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn epochs_that_nobody_closes_are_closed_before_their_labels_are_late() {
    let engine = FakeEngine::start().await;
    let polity = Polity::start(&[("MODEL__ENGINE_URL", &engine.url)]).await;
    let operator = polity.sign_in(account::OPERATOR).await;
    let campaign = polity.voted_campaign(&operator).await;
    let chain = &polity.app.chain;
    let window = chain.commit_window().await.unwrap();

    // Nobody labeled: there is nothing to commit, and still time for a vote.
    let empty = polity.open_epoch(&operator, campaign).await;
    polity.chain.warp(window - window / 3).await;
    let title = json!(format!("End epoch {empty} without pay"));
    let voiding = async || {
        let proposals = operator.get("/proposals").await;
        let found = proposals.as_array()?.iter().find(|proposal| proposal["title"] == title)?.clone();
        found["proposalId"].as_str()?.parse::<U256>().ok()
    };
    let id = polity.poll("the vote to void", voiding).await;
    polity.vote_through(id).await;
    assert_eq!(chain.epoch(empty).await.unwrap().status, EpochStatus::Voided);
    assert_eq!(chain.bond().await.unwrap().1, U256::ZERO, "the operator did nothing wrong");

    // The next one opens, and what was labeled in it is committed in time.
    let labeled = polity.open_epoch(&operator, campaign).await;
    assert_eq!(labeled, empty + 1);
    let labeler = Labeler::join(&polity, 0).await;
    labeler.label(&polity, labeled, longer).await;
    let deadline = chain.commit_deadline(labeled).await.unwrap();
    assert_eq!(operator.get(&format!("/epochs/{labeled}")).await["takesAnswers"], true);
    polity.chain.warp(deadline - window / 10 - polity.chain.now().await).await;
    let committed = async || {
        let epoch = chain.epoch(labeled).await.ok()?;
        (epoch.status >= EpochStatus::Committed).then_some(epoch.committed_at)
    };
    assert!(polity.poll("the commitment", committed).await < deadline);
    assert_eq!(operator.get(&format!("/epochs/{labeled}")).await["takesAnswers"], false);
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
    assert!(error.contains("the file published as 0x") && error.contains("hashes to 0x"), "{error}");
    std::fs::remove_file(&file).unwrap();
    let error = it.explain(epoch, labelers[0].address()).await.unwrap_err();
    assert!(error.contains("does not have the file 0x"), "{error}");
    polity.stop().await;
}

/// The operator opens two epochs and another operator one, that no server knows of.
async fn open_and_forget(polity: &Polity) -> [u64; 3] {
    let (chain, queue) = (&polity.app.chain, polity.app.transactions());
    queue.send("test/bond", &chain.lock_bond(parse_ether("2000").unwrap())).await.unwrap();
    let terms = EpochTerms {
        campaign: CampaignTerms {
            budget: parse_ether("100").unwrap(),
            base_pay: 1,
            alpha_pay: 1,
            block_slots: 20,
            overlap_slots: 12,
            gold_slots: 2,
            min_overlap: 4,
            min_roster: 3,
        },
        gold_blocks: 1,
        gold_root: B256::repeat_byte(1),
        secret_hash: B256::repeat_byte(2),
        campaign_hash: B256::repeat_byte(3),
    };
    for epoch in 1..=2 {
        queue.send(&format!("test/open/{epoch}"), &chain.open_epoch(&terms)).await.unwrap();
    }
    let other = account::VOTERS[0];
    make_operator(polity, other).await;
    for call in [chain.lock_bond(parse_ether("1000").unwrap()), chain.open_epoch(&terms)] {
        polity.chain.send_raw(other, call.to, call.data).await.unwrap();
    }
    [1, 2, 3]
}

/// What a vote would do.
async fn make_operator(polity: &Polity, who: Account) {
    let (chain, contracts) = (polity.chain.provider(), &polity.chain.deployment().contracts);
    chain.anvil_impersonate_account(contracts.timelock).await.unwrap();
    chain.anvil_set_balance(contracts.timelock, parse_ether("1").unwrap()).await.unwrap();
    let grant = AccessManager::grantRoleCall { roleId: 1, account: who.address(), executionDelay: 0 };
    let request = TransactionRequest::default()
        .with_from(contracts.timelock)
        .with_to(contracts.access_manager)
        .with_input(grant.abi_encode());
    let sent = chain.send_transaction(request).await.unwrap();
    assert!(within("the receipt", sent.get_receipt()).await.unwrap().status());
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

    async fn watcher(&self) -> Watcher {
        let Step { by: By { key_file, source }, .. } = self.by(STRANGER, 0);
        let args = challenge::Args {
            epoch: None,
            watch: false,
            dry_run: false,
            key_file,
            leaves: vec![],
            receipts: None,
            max_demands: 0,
            source,
        };
        Watcher::open(&self.0.app.config, &args).await.unwrap()
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
