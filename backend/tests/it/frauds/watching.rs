//! What can happen to a watcher.
use super::{
    court::{Court, EPOCH, Lie, WATCHER, lock},
    draft::labeler,
};
use crate::support::within;
use alloy::{
    primitives::{U256, utils::parse_ether},
    providers::{Provider, ext::AnvilApi},
};
use backend::challenge::{Act, Done, Hand, Verdict};
use bindings::LabelEpochs;
use std::{
    process::{Output, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use testkit::account;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::{TcpListener, TcpStream},
    process::Command,
};

const CARRY_OVER: u8 = 4;

fn too_much(lie: &mut Lie) {
    lie.of(labeler(0)).cumulative += parse_ether("1").unwrap();
    lie.add_up();
}

/// The program itself, as a stranger runs it.
fn polity(court: &Court, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_polity"));
    let source = &court.args.source;
    command
        .args(["challenge", &EPOCH.to_string(), "--rpc", source.rpc.as_ref().unwrap()])
        .args(["--blobs", source.blobs.as_ref().unwrap(), "--deployment"])
        .arg(source.deployment.as_ref().unwrap())
        .args(more)
        .env("RUST_LOG", "warn")
        .env("POLITY__CHAIN__POLL_MS", "50")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_are_told_how_an_epoch_stands_by_the_exit_status() {
    let mut court = Court::honest().await;
    let key = court.args.key_file.clone().unwrap();
    let key = key.to_str().unwrap();
    let run = async |court: &Court, more: &[&str]| {
        let output = within("its end", polity(court, more).output()).await.unwrap();
        assert!(!said(&output).contains(&alloy::hex::encode(WATCHER.signer().to_bytes())));
        (output.status.code().unwrap(), said(&output))
    };
    assert_eq!(run(&court, &["--key-file", key]).await.0, 0);
    court.propose_openly(too_much).await;
    let leaves = court.args.leaves[0].to_str().unwrap().to_owned();
    let (status, text) = run(&court, &["--leaves", &leaves, "--key-file", key, "--dry-run"]).await;
    assert!(status == 5 && text.contains("not sent: to 0x"), "{status} {text}");
    assert_eq!(court.proved().await, []);
    let (status, text) = run(&court, &["--leaves", &leaves]).await;
    assert!(status == 5 && text.contains("not sent"), "without a key: {status} {text}");
    let (status, text) = run(&court, &["--key-file", key]).await;
    assert!(status == 4 && text.contains("did not publish"), "{status} {text}");
    let (status, text) = run(&court, &["--leaves", &leaves, "--key-file", key]).await;
    assert!(status == 3 && text.contains("another amount"), "{status} {text}");
    assert_eq!(court.proved().await, [(CARRY_OVER, WATCHER.address())]);
    let nowhere =
        within("its end", polity(&court, &[]).arg("--receipts").arg("/nowhere").output()).await.unwrap();
    assert_eq!(nowhere.status.code(), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watcher_that_is_killed_goes_on_where_it_was() {
    let court = Court::honest().await;
    let said = court.propose(too_much).await;
    let key = court.args.key_file.clone().unwrap();
    let arguments = ["--watch", "--key-file", key.to_str().unwrap()];
    let mut n_killed = 0;
    while court.proved().await.is_empty() {
        let mut watcher = polity(&court, &arguments).spawn().unwrap();
        let acted = async {
            while court.epoch().await.challenger.is_none() && court.proved().await.is_empty() {
                tokio::task::yield_now().await;
            }
        };
        within("a demand or a proof", acted).await;
        // SIGKILL, just after its transaction took effect.
        watcher.kill().await.unwrap();
        n_killed += 1;
        court.answer(Some(&said)).await;
    }
    assert!(n_killed > 1);
    assert_eq!(court.proved().await, [(CARRY_OVER, WATCHER.address())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_second_sees_that_nothing_is_left_to_do() {
    let mut court = Court::honest().await;
    court.propose_openly(too_much).await;
    let slow = court.watcher().await;
    let finding = court.look().await.remove(0);
    let Act::Prove(call) = &finding.act else { panic!("{finding}") };
    court.chain.send_raw(account::labeler(21), call.to, call.data.clone()).await.unwrap();
    let done = slow.act(EPOCH, &finding, &Hand::Key).await.unwrap();
    assert!(matches!(&done, Done::Refused(reason) if reason.contains("WrongStatus")), "{done:?}");
    assert_eq!(court.watch().await, Verdict::Right);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_that_the_chain_lost_is_sent_again() {
    let mut court = Court::honest().await;
    court.propose_openly(too_much).await;
    assert_eq!(court.watch().await, Verdict::Proved);
    court.chain.reorg(1).await;
    assert_eq!(court.proved().await, []);
    assert_eq!(court.watch().await, Verdict::Proved);
    assert_eq!(court.proved().await, [(CARRY_OVER, WATCHER.address())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_bond_a_watcher_says_how_to_lock_one() {
    let court = Court::honest().await;
    court.propose(too_much).await;
    let contract = court.chain.deployment().contracts.label_epochs;
    let all = LabelEpochs::withdrawBondCall { amount: parse_ether("5000").unwrap() };
    court.chain.send(WATCHER, contract, &all).await;
    let finding = court.look().await.remove(0);
    let done = court.watcher().await.act(EPOCH, &finding, &Hand::Key).await.unwrap();
    assert!(matches!(&done, Done::Unsent(why) if why.contains("lock 100")), "{done:?}");
    assert_eq!(court.watch().await, Verdict::Unsent);
    lock(&court.chain, WATCHER, contract, "100").await;
    assert_eq!(court.watch().await, Verdict::Waiting);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_leaves_are_demanded_than_was_allowed() {
    let mut court = Court::honest().await;
    court.args.max_demands = 1;
    let said = court
        .propose(|lie| {
            // Not among the first that are asked for.
            let last = lie.leaves.len() - 1;
            lie.leaves[last - 1].cumulative += U256::from(1);
            lie.add_up();
        })
        .await;
    assert_eq!(court.watch_and_answer(Some(&said)).await, (Verdict::Unsent, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn all_epochs_that_are_open_are_watched_at_once() {
    let mut court = Court::honest().await;
    court.args.epoch = None;
    court.propose_openly(too_much).await;
    // A third epoch is open, and has nothing to be looked at yet.
    let open = court.reader.open_epoch(&court.draft.terms());
    court.chain.send_raw(account::OPERATOR, open.to, open.data).await.unwrap();
    assert_eq!(court.watch().await, Verdict::Proved);
    assert_eq!(court.proved().await, [(CARRY_OVER, WATCHER.address())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_watcher_had_sent_is_not_sent_twice() {
    let mut court = Court::honest().await;
    court.propose_openly(too_much).await;
    let (chain, me) = (court.chain.provider(), WATCHER.address());
    let (key, leaves) = (court.args.key_file.clone().unwrap(), court.args.leaves[0].clone());
    let arguments = ["--key-file", key.to_str().unwrap(), "--leaves", leaves.to_str().unwrap()];
    let nonce = chain.get_transaction_count(me).await.unwrap();
    chain.anvil_set_auto_mine(false).await.unwrap();
    let mut first = polity(&court, &arguments).spawn().unwrap();
    let pending = async || chain.get_transaction_count(me).pending().await.unwrap();
    let sent = async {
        while pending().await == nonce {
            tokio::task::yield_now().await;
        }
    };
    within("its transaction", sent).await;
    first.kill().await.unwrap();
    let second = polity(&court, &arguments).spawn().unwrap();
    court.chain.mine(1).await;
    chain.anvil_set_auto_mine(true).await.unwrap();
    let output = within("its end", second.wait_with_output()).await.unwrap();
    assert!([Some(0), Some(3)].contains(&output.status.code()), "{}", said(&output));
    assert_eq!(court.proved().await, [(CARRY_OVER, me)]);
    assert_eq!(chain.get_transaction_count(me).await.unwrap(), nonce + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watcher_outlives_an_endpoint_that_goes_away() {
    let mut court = Court::honest().await;
    let (line, url) = Line::to(&court.chain.rpc_url()).await;
    court.args.source.rpc = Some(url);
    let key = court.args.key_file.clone().unwrap();
    let mut watcher = polity(&court, &["--watch", "--key-file", key.to_str().unwrap()]).spawn().unwrap();
    let mut lines = BufReader::new(watcher.stdout.take().unwrap()).lines();
    let mut until = async |words: &str| {
        while !within(words, lines.next_line()).await.unwrap().expect("it goes on").contains(words) {}
    };
    until("nothing is wrong").await;
    line.cut(true);
    until("could not look").await;
    court.propose(too_much).await;
    line.cut(false);
    until("did not publish").await;
    watcher.kill().await.unwrap();
    assert_eq!(court.epoch().await.challenger, Some(WATCHER.address()));
}

/// A connection to the chain that can be cut.
struct Line(Arc<AtomicBool>);

impl Line {
    async fn to(rpc_url: &str) -> (Self, String) {
        let target = rpc_url.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let is_cut = Arc::new(AtomicBool::new(false));
        let line = Self(is_cut.clone());
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let (target, is_cut) = (target.clone(), is_cut.clone());
                tokio::spawn(async move {
                    let mut far = TcpStream::connect(&target).await.unwrap();
                    let cut = async {
                        while !is_cut.load(Ordering::Relaxed) {
                            tokio::time::sleep(Duration::from_millis(10)).await;
                        }
                    };
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        () = cut => {}
                    }
                });
            }
        });
        (line, url)
    }

    fn cut(&self, is_cut: bool) {
        self.0.store(is_cut, Ordering::Relaxed);
    }
}
