//! Somebody proposes payouts that are not what the labels give. One transaction proves it, and the honest ones are paid.
use crate::support::{FakeEngine, Labeler, Polity, longer, within};
use alloy::primitives::{Address, Bytes, U256, utils::parse_ether};
use backend::chain::EpochStatus;
use bindings::{EpochReferee, GovernanceToken, LabelEpochs};
use protocol::{
    Epoch,
    labels::Bundle,
    rewards::{PayoutLeaf, RawPay, epoch_payouts, openings::Payouts},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::Path};
use testkit::{Account, account};

/// Somebody with tokens and without conscience.
const LIAR: Account = Account(32);
/// Somebody who recomputes.
const CHALLENGER: Account = Account(33);
/// Somebody who did nothing.
const ACCOMPLICE: Address = Address::repeat_byte(0x55);

#[tokio::test(flavor = "multi_thread")]
async fn wrong_payouts_cost_their_bond_and_the_honest_ones_are_paid() {
    let Story { mut polity, epoch, labelers, wrong } = wrong_payouts_are_proposed(&[]).await;

    // Whoever recomputes sees it, and one transaction proves it: half of the bond is the reward.
    let key = polity.data.path().join("challenger.key");
    std::fs::write(&key, alloy::hex::encode(CHALLENGER.signer().to_bytes())).unwrap();
    let leaves = polity.data.path().join("leaves.json");
    std::fs::write(&leaves, serde_json::to_vec(&wrong).unwrap()).unwrap();
    let before = polity.balance(CHALLENGER.address()).await;
    let number = epoch.to_string();
    let watcher = ["challenge", &number, "--key-file", &path(&key), "--leaves", &path(&leaves)];
    let (status, said) = run(&polity, &watcher).await;
    assert!(status == 3 && said.contains(&format!("{ACCOMPLICE} has another amount")), "{status} {said}");
    let reward = polity.balance(CHALLENGER.address()).await - before;
    assert!(reward >= parse_ether("500").unwrap(), "{reward}");
    let contract = polity.chain.deployment().contracts.label_epochs;
    let bond = polity.chain.call(contract, &LabelEpochs::bondOfCall { account: LIAR.address() }).await;
    assert!(bond.reserved.is_zero() && bond.free <= parse_ether("1000").unwrap());

    // The server comes back and proposes what the labels give.
    polity.restart().await;
    let operator = polity.sign_in(account::OPERATOR).await;
    let route = format!("/epochs/{epoch}");
    let proposed = async || (operator.get(&route).await["payouts"]["status"] == "proposed").then_some(());
    polity.until("the honest payouts", proposed).await;
    let now = operator.get(&route).await;
    assert_eq!(now["disproofs"][0]["fraud"], "carryOver");
    assert_eq!(now["disproofs"][0]["challenger"], CHALLENGER.address().to_string());
    assert_eq!(now["payouts"]["proposer"], account::OPERATOR.address().to_string());

    // Who does not believe that the leaves exist demands one; the server shows it.
    let ends_at = now["payouts"]["challengeEndsAt"].clone();
    lock_bond(&polity, CHALLENGER, "100").await;
    let referee = polity.chain.deployment().contracts.epoch_referee;
    let demand = EpochReferee::demandOpeningCall { epoch, tree: 1, index: 2 };
    polity.chain.send(CHALLENGER, referee, &demand).await;
    polity.poll("the answer", async || answered(&polity, epoch).await).await;
    let proposal = async || operator.get(&route).await["payouts"]["proposalId"].as_str().map(str::to_owned);
    let proposal_id: U256 = polity.until("the proposal to pay", proposal).await.parse().unwrap();
    let now = operator.get(&route).await;
    assert_eq!((&now["demand"], &now["challenger"]), (&Value::Null, &Value::Null));
    assert!(now["payouts"]["challengeEndsAt"].as_str() >= ends_at.as_str());

    polity.vote_through(proposal_id).await;
    let accepted = async || (operator.get(&route).await["status"] == "accepted").then_some(());
    polity.until("the approved root", accepted).await;
    for labeler in &labelers {
        let statement = operator.get(&format!("{route}/statements/{}", labeler.address())).await;
        let pay: U256 = statement["pay"].as_str().unwrap().parse().unwrap();
        let before = polity.balance(labeler.address()).await;
        labeler.claim(&polity).await;
        assert_eq!(polity.balance(labeler.address()).await - before, pay, "{statement}");
    }
    assert_eq!(polity.balance(ACCOMPLICE).await, U256::ZERO);

    // And a stranger finds that the chain pays what the labels give.
    let (status, said) = run(&polity, &["verify", "epoch", &number]).await;
    let root = polity.app.chain.epoch(epoch).await.unwrap().payouts_root;
    assert!(status == 0 && said.contains(&format!("payouts root {root}")), "{said}");
    assert_eq!(run(&polity, &["challenge", &number]).await.0, 0);
    let (status, said) = run(&polity, &["verify", "epoch", "99"]).await;
    assert!(status == 1 && said.contains("the chain has no epoch 99: its epochs are 1 to"), "{said}");

    // Nobody calls right what could not be read.
    let name = alloy::hex::encode(polity.app.chain.epoch(epoch).await.unwrap().bundle_hash);
    let file = polity.data.path().join("blobs").join(&name[..2]).join(&name);
    let cut = std::fs::read(&file).unwrap();
    std::fs::write(&file, &cut[..cut.len() / 2]).unwrap();
    for command in [&["verify", "epoch", &number][..], &["challenge", &number]] {
        let (status, said) = run(&polity, command).await;
        assert!(status == 1 && said.contains(&name), "{command:?}: {said}");
    }
    polity.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_demands_to_see_wrong_payouts_of_others_and_disproves_them_by_their_absence() {
    let Story { mut polity, epoch, .. } = wrong_payouts_are_proposed(&[]).await;
    polity.restart().await;
    let operator = polity.sign_in(account::OPERATOR).await;
    let route = format!("/epochs/{epoch}");
    let challenger = account::OPERATOR.address().to_string();
    let demanded = async || (operator.get(&route).await["demand"]["challenger"] == challenger).then_some(());
    polity.poll("the demand", demanded).await;
    let honest = async || {
        let now = operator.get(&route).await;
        (now["payouts"]["proposer"] == challenger).then_some(now)
    };
    let now = polity.until("the honest payouts", honest).await;
    assert_eq!(now["disproofs"][0]["fraud"], "payoutsUnopened");
    assert_eq!(now["disproofs"][0]["challenger"], challenger);
    polity.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_payouts_that_nobody_disproved_are_put_to_a_vote_that_throws_them_away() {
    let nothing_is_demanded = [("CHALLENGE__MAX_DEMANDS", "0")];
    let Story { mut polity, epoch, .. } = wrong_payouts_are_proposed(&nothing_is_demanded).await;
    polity.restart().await;
    let operator = polity.sign_in(account::OPERATOR).await;
    let title = format!("Throw away the payouts of epoch {epoch}");
    let proposal = async || {
        let proposals = operator.get("/proposals").await;
        let found = proposals.as_array()?.iter().find(|proposal| proposal["title"] == json!(title))?;
        assert_eq!(found["actions"][0]["function"], "rejectPayouts");
        found["proposalId"].as_str()?.parse().ok()
    };
    let proposal_id: U256 = polity.until("the proposal to reject", proposal).await;
    polity.vote_through(proposal_id).await;
    let honest = async || {
        let payouts = operator.get(&format!("/epochs/{epoch}")).await["payouts"].clone();
        (payouts["proposer"] == account::OPERATOR.address().to_string()).then_some(payouts)
    };
    assert_eq!(polity.until("the honest payouts", honest).await["status"], "proposed");
    polity.stop().await;
}

/// Up to the wrong proposal; the server is down.
struct Story {
    polity: Polity,
    epoch: u64,
    labelers: Vec<Labeler>,
    /// Leaves of the wrong tree.
    wrong: Vec<PayoutLeaf>,
}

async fn wrong_payouts_are_proposed(settings: &[(&str, &str)]) -> Story {
    let engine = FakeEngine::start().await;
    let settings: Vec<_> =
        settings.iter().copied().chain([("MODEL__ENGINE_URL", engine.url.as_str())]).collect();
    let mut polity = Polity::start(&settings).await;
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

    // The operator's server goes down; somebody else who has a bond proposes, and pays an accomplice.
    let committed =
        async || (polity.app.chain.epoch(epoch).await.ok()?.status == EpochStatus::Committed).then_some(());
    polity.poll("the commitment", committed).await;
    polity.kill().await;
    let wrong = propose_wrong_payouts(&polity, epoch).await;
    Story { polity, epoch, labelers, wrong }
}

/// Reveals in the operator's stead and proposes a tree with a leaf for somebody who did nothing. Returns its leaves.
async fn propose_wrong_payouts(polity: &Polity, epoch: u64) -> Vec<PayoutLeaf> {
    let contract = polity.chain.deployment().contracts.label_epochs;
    polity.chain.mine(2).await;
    let stored = storage::app::epochs::find(&mut polity.app.pool.acquire().await.unwrap(), epoch).await;
    let secret = stored.unwrap().unwrap().secret;
    polity.chain.send(LIAR, contract, &LabelEpochs::revealCall { epoch, secret }).await;

    let mut leaves = honest_leaves(polity, epoch).await;
    let cumulative = parse_ether("10").unwrap();
    let (running_total, raw_pay) = (U256::ZERO, RawPay::default());
    leaves.push(PayoutLeaf { account: ACCOMPLICE, cumulative, running_total, raw_pay });
    leaves.sort_by_key(|leaf| leaf.account);
    let (mut running_total, mut running_raw) = (U256::ZERO, U256::ZERO);
    for leaf in &mut leaves {
        (leaf.running_total, leaf.raw_pay.running_raw) = (running_total, running_raw);
        (running_total, running_raw) = (running_total + leaf.cumulative, running_raw + leaf.raw_pay.raw);
    }
    lock_bond(polity, LIAR, "2000").await;
    let propose = LabelEpochs::proposePayoutsCall {
        epoch,
        payoutsRoot: Payouts::new(leaves.clone()).tree().root(),
        accountCount: leaves.len().try_into().unwrap(),
        totalCumulative: running_total.to(),
        totalRaw: running_raw.to(),
    };
    polity.chain.send(LIAR, contract, &propose).await;
    leaves
}

/// What the chain and the published bundle give.
async fn honest_leaves(polity: &Polity, epoch: u64) -> Vec<PayoutLeaf> {
    let on_chain = polity.app.chain.epoch(epoch).await.unwrap();
    let bytes = polity.app.blobs.get(on_chain.bundle_hash).await.unwrap().unwrap();
    let bundle = Bundle::from_bytes(&bytes, on_chain.bundle_hash).unwrap();
    assert_eq!(bundle.epoch, Epoch(epoch).0);
    let terms = polity.app.chain.epoch_terms(epoch).await.unwrap();
    let (words, gold) = (bundle.label_words(), bundle.gold_words());
    epoch_payouts(&terms, on_chain.secret, on_chain.seed, &words, &gold, &BTreeMap::new()).unwrap().leaves
}

/// The program as a stranger runs it, on the chain and the published files: its exit status and what it said.
async fn run(polity: &Polity, arguments: &[&str]) -> (i32, String) {
    let data = polity.data.path();
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_polity"));
    command
        .args(arguments)
        .args(["--rpc", &polity.chain.rpc_url(), "--blobs", &path(data)])
        .args(["--deployment", &path(&data.join("deployment.json"))])
        .kill_on_drop(true);
    let output = within("its end", command.output()).await.unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8_lossy(&said).into_owned())
}

fn path(path: &Path) -> String {
    path.display().to_string()
}

async fn lock_bond(polity: &Polity, account: Account, amount: &str) {
    let contracts = &polity.chain.deployment().contracts;
    let (locker, amount) = (contracts.label_epochs, parse_ether(amount).unwrap());
    let lock = GovernanceToken::lockAndCallCall { locker, amount, data: Bytes::new() };
    polity.chain.send(account, contracts.governance_token, &lock).await;
}

/// The demand is answered and not merely over.
async fn answered(polity: &Polity, epoch: u64) -> Option<()> {
    let mut conn = polity.app.pool.acquire().await.unwrap();
    let demands = storage::chain::demands::list_by_epoch(&mut conn, Epoch(epoch)).await.unwrap();
    demands.iter().any(|demand| demand.status == "answered").then_some(())
}
