//! What an account was slashed for, demanded and proved.
use crate::support::{Client, Server};
use alloy::primitives::{Address, B256, I256, U256};
use chrono::{DateTime, Utc};
use protocol::{
    Epoch,
    rewards::{Reason, Statement},
};
use reqwest::StatusCode;
use serde_json::json;
use storage::{
    app::statements,
    chain::{Position, demands, disproofs, slashes},
};

const LABELER: Address = Address::repeat_byte(0x1a);
const WATCHER: Address = Address::repeat_byte(0x3b);
const PROPOSER: Address = Address::repeat_byte(0x5c);

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600 + seconds, 0).unwrap()
}

fn position(block_number: u64) -> Position {
    Position { block_number, log_index: 0 }
}

/// A seat with this many of ten gold tasks right.
fn statement(gold_right: u16) -> serde_json::Value {
    let statement = Statement {
        labeler: LABELER,
        block: 0,
        seat: 0,
        n_valid: 10,
        t1: 2,
        t2: 2,
        m1: Default::default(),
        m2: Default::default(),
        score: I256::ZERO,
        gold_right,
        gold_answered: 20,
        gold_slots: 20,
        base: U256::ZERO,
        alpha: I256::ZERO,
        raw: U256::ZERO,
        pay: U256::ZERO,
        reason: Reason::Scored,
    };
    serde_json::to_value(statement).unwrap()
}

async fn slash(server: &Server, epoch: Option<u64>, block: u64, seconds: i64) {
    let slash = slashes::Slash {
        account: LABELER,
        amount: U256::from(50),
        challenger: epoch.map(|_| WATCHER),
        share: U256::from(10),
        case_id: B256::repeat_byte(block as u8),
        epoch: epoch.map(Epoch),
        position: position(block),
        slashed_at: at(seconds),
    };
    slashes::insert_many(&mut server.app.pool.acquire().await.unwrap(), &[slash]).await.unwrap();
}

/// Epoch `n` was revealed at second 100, and the labeler had so many gold tasks right.
async fn revealed(server: &Server, n: u64, gold_right: u16) {
    server.open_epoch(n, 8).await;
    let mut conn = server.app.pool.acquire().await.unwrap();
    sqlx::query("update chain.epochs set status = 'revealed', revealed_at = $2 where epoch = $1")
        .bind(n.cast_signed())
        .bind(at(100))
        .execute(&mut *conn)
        .await
        .unwrap();
    statements::replace(&mut conn, n, &[(LABELER, statement(gold_right))]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_labeler_reads_what_its_stake_was_taken_for() {
    let server = Server::start().await;
    revealed(&server, 1, 0).await;
    revealed(&server, 2, 20).await;
    revealed(&server, 3, 0).await;
    slash(&server, Some(1), 11, 150).await;
    slash(&server, Some(2), 12, 150).await;
    // Before the secret was revealed only two answers can be proved, however wrong the gold turns out to be.
    slash(&server, Some(3), 13, 50).await;
    slash(&server, None, 14, 160).await;
    let client = Client::anonymous(&server);
    let (status, disputes) = client.get(&format!("/accounts/{LABELER}/disputes")).await;
    assert_eq!(status, StatusCode::OK, "{disputes}");
    let slashes = disputes["slashes"].as_array().unwrap();
    let told: Vec<_> = slashes.iter().map(|s| (s["epoch"].as_u64(), s["reason"].as_str().unwrap())).collect();
    assert_eq!(
        told,
        [(None, "vote"), (Some(3), "twoAnswers"), (Some(2), "twoAnswers"), (Some(1), "wrongGold")],
        "the newest first"
    );
    assert_eq!(
        slashes[3],
        json!({
            "epoch": 1, "reason": "wrongGold", "amount": "50", "challenger": WATCHER.to_string(), "share": "10",
            "goldRight": 0, "goldAnswered": 20, "slashedAt": at(150),
        })
    );
    assert_eq!((&slashes[1]["goldRight"], &slashes[0]["challenger"]), (&json!(null), &json!(null)));
    let (_, others) = client.get(&format!("/accounts/{WATCHER}/disputes")).await;
    assert_eq!(others, json!({"slashes": [], "demands": [], "disproofs": []}), "a slash is its labeler's");
}

#[tokio::test(flavor = "multi_thread")]
async fn demands_and_proofs_are_told_to_both_sides() {
    let server = Server::start().await;
    server.open_epoch(1, 8).await;
    let mut conn = server.app.pool.acquire().await.unwrap();
    let demand =
        |index| demands::NewDemand { challenger: WATCHER, tree: "payouts", index, answer_by: at(60) };
    demands::insert(&mut conn, Epoch(1), &demand(3), position(1), at(10)).await.unwrap();
    demands::set_answered(&mut conn, Epoch(1), PROPOSER).await.unwrap();
    demands::insert(&mut conn, Epoch(1), &demand(4), position(2), at(20)).await.unwrap();
    let root = B256::repeat_byte(1);
    for (block, proposer) in [(1, PROPOSER), (9, LABELER)] {
        sqlx::query(
            "insert into chain.payouts_roots (epoch, payouts_root, proposer, account_count, total_cumulative, total_raw, bond,
                 status, challenge_ends_at, block_number, log_index)
             values (1, $1, $2, 1, 1, 1, 1, 'disproved', now(), $3, 0)",
        )
        .bind(root.as_slice())
        .bind(proposer.as_slice())
        .bind(block)
        .execute(&mut *conn)
        .await
        .unwrap();
    }
    let operator = server.app.chain.operator.address();
    for (block, fraud, payouts_root) in [(3, "score", Some(root)), (5, "receipt", None)] {
        let fraud = disproofs::Disproof {
            challenger: WATCHER,
            fraud: fraud.into(),
            payouts_root,
            disproved_at: at(30),
        };
        disproofs::insert(&mut conn, Epoch(1), &fraud, position(block)).await.unwrap();
    }
    drop(conn);

    let client = Client::anonymous(&server);
    let disputes = async |account: Address| client.get(&format!("/accounts/{account}/disputes")).await.1;
    let watcher = disputes(WATCHER).await;
    let answered = json!({
        "epoch": 1, "challenger": WATCHER.to_string(), "tree": "payouts", "index": 3, "status": "answered", "responder": PROPOSER.to_string(),
        "answerBy": at(60), "demandedAt": at(10),
    });
    assert_eq!(watcher["demands"].as_array().unwrap().len(), 2);
    assert_eq!((&watcher["demands"][0]["status"], &watcher["demands"][1]), (&json!("open"), &answered));
    let proved = |fraud: &str, against: Address| json!({"epoch": 1, "fraud": fraud, "challenger": WATCHER.to_string(), "against": against.to_string(), "disprovedAt": at(30)});
    assert_eq!(watcher["disproofs"], json!([proved("receipt", operator), proved("score", PROPOSER)]));

    let proposer = disputes(PROPOSER).await;
    assert_eq!(
        (&proposer["demands"], &proposer["disproofs"]),
        (&json!([answered]), &json!([proved("score", PROPOSER)]))
    );
    assert_eq!(disputes(operator).await["disproofs"], json!([proved("receipt", operator)]));
    assert_eq!(disputes(LABELER).await["disproofs"], json!([]), "it proposed the same root after that");

    let (_, epoch) = client.get("/epochs/1").await;
    assert_eq!(epoch["demand"]["index"], 4);
    assert_eq!(
        epoch["pastDemands"],
        json!([{"challenger": WATCHER.to_string(), "tree": "payouts", "index": 3, "status": "answered", "responder": PROPOSER.to_string(), "demandedAt": at(10)}])
    );
}
