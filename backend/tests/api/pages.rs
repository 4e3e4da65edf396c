//! What anybody can read, and how errors and headers look.
use crate::support::{Client, Server, name};
use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolCall,
};
use bindings::{
    GovernanceToken::approveCall,
    LabelEpochs::{acceptPayoutsCall, pauseCall},
    OptimisticGovernor::setAllowedCall,
    StakingPool::notifyRewardCall,
};
use protocol::{merkle, rewards};
use reqwest::StatusCode;
use serde_json::{Value, json};
use storage::app::payout_leaves;

#[tokio::test(flavor = "multi_thread")]
async fn every_list_can_be_read_without_signing_in() {
    let server = Server::start().await;
    server.open_epoch(1, 8).await;
    let client = Client::anonymous(&server);
    for path in [
        "/status",
        "/campaigns",
        "/epochs",
        "/epochs/1",
        "/epochs/1/statements",
        "/epochs/1/payouts",
        "/claims",
        "/proposals",
        "/routine",
        "/delegates",
        "/treasury",
        "/models",
        "/datasets",
        "/runs",
    ] {
        let (status, body) = client.get(path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
    }
    let (_, status) = client.get("/status").await;
    assert_eq!((&status["chainId"], &status["epoch"]["epoch"]), (&json!(31337), &json!(1)));
    assert_eq!(status["epoch"]["takesAnswers"], true);
    assert!(status["headBlock"].as_u64().unwrap() > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payout_proves_itself_against_the_approved_root() {
    let server = Server::start().await;
    let leaves: Vec<rewards::PayoutLeaf> = (1..=5u8)
        .scan(U256::ZERO, |running_total, i| {
            let leaf = rewards::PayoutLeaf {
                account: Address::repeat_byte(i),
                cumulative: U256::from(u64::from(i) * 100),
                running_total: *running_total,
                raw_pay: rewards::RawPay {
                    position: i.into(),
                    raw: U256::from(i),
                    running_raw: U256::from(7),
                },
            };
            *running_total += leaf.cumulative;
            Some(leaf)
        })
        .collect();
    let root = rewards::payouts_tree(&leaves).root();
    let mut conn = server.app.pool.acquire().await.unwrap();
    payout_leaves::replace(&mut conn, 3, &leaves).await.unwrap();
    assert_eq!(payout_leaves::list(&mut conn, 3).await.unwrap(), leaves);
    let account = Address::repeat_byte(4);
    let client = Client::anonymous(&server);
    let path = format!("/payouts/{account}");
    assert_eq!(name(&client.get(&path).await.1), "no-approved-payouts");

    sqlx::query(
        "insert into chain.reward_pool (payouts_root, payouts_epoch) values ($1, 3)
         on conflict (singleton) do update set payouts_root = excluded.payouts_root, payouts_epoch = 3",
    )
    .bind(root.as_slice())
    .execute(&mut *conn)
    .await
    .unwrap();
    let (status, payout) = client.get(&path).await;
    assert_eq!(status, StatusCode::OK, "{payout}");
    assert_eq!((&payout["claimable"], &payout["runningTotal"]), (&json!("400"), &json!("600")));
    let proof: Vec<B256> = serde_json::from_value(payout["proof"].clone()).unwrap();
    let index = payout["index"].as_u64().unwrap();
    assert_eq!(payout["rawPayHash"], json!(leaves[3].raw_pay.hash()));
    assert!(merkle::verify(root, 5, leaves[3].hash(), index, &proof));
    let stranger = format!("/payouts/{}", Address::repeat_byte(9));
    assert_eq!(name(&client.get(&stranger).await.1), "nothing-earned");
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_are_problems_and_every_answer_has_the_security_headers() {
    let server = Server::start().await;
    let client = Client::anonymous(&server);
    for (path, status) in [
        ("/epochs/99", StatusCode::NOT_FOUND),
        ("/epochs/x", StatusCode::BAD_REQUEST),
        ("/accounts/0x12", StatusCode::BAD_REQUEST),
        ("/nothing", StatusCode::NOT_FOUND),
        ("/blobs/0x0101010101010101010101010101010101010101010101010101010101010101", StatusCode::NOT_FOUND),
    ] {
        let (actual, problem) = client.get(path).await;
        assert_eq!((actual, problem["status"].as_u64()), (status, Some(status.as_u16().into())), "{path}");
    }
    let (status, problem) = client.post("/status", json!({})).await;
    assert_eq!((status, name(&problem)), (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed"));
    let http = reqwest::Client::new();
    let post = |path: &str, body: &str| {
        let request = http.post(format!("{}{path}", server.url)).header("content-type", "application/json");
        request.body(body.to_owned()).send()
    };
    let broken = post("/api/v1/auth/sessions", "{").await.unwrap();
    assert_eq!(broken.status(), StatusCode::BAD_REQUEST);
    assert_eq!(name(&broken.json::<Value>().await.unwrap()), "invalid-body");
    let most = server.app.config.server.max_body_bytes;
    let huge = post("/api/v1/preferences", &" ".repeat(most + 1)).await.unwrap();
    assert_eq!(
        (huge.status(), &huge.headers()["connection"]),
        (StatusCode::PAYLOAD_TOO_LARGE, &"close".parse().unwrap())
    );
    let page = http.get(&server.url).send().await.unwrap();
    assert!(page.headers()["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'none'"));
    assert_eq!(page.headers()["x-content-type-options"], "nosniff");
    assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    let rpc = post("/rpc", r#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}"#).await.unwrap();
    assert_eq!(rpc.json::<Value>().await.unwrap()["result"], "0x7a69");
    let rpc = post("/rpc", r#"{"jsonrpc":"2.0","id":1,"method":"anvil_mine","params":[]}"#).await.unwrap();
    assert_eq!(rpc.json::<Value>().await.unwrap()["error"]["code"], -32601);
    let chat = post("/v1/chat/completions", "{}").await.unwrap();
    assert_eq!(chat.status(), StatusCode::SERVICE_UNAVAILABLE, "no version is served");
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_sign_ins_of_one_peer_have_to_wait() {
    let server = Server::start().await;
    let client = Client::anonymous(&server);
    // The bucket refills while we empty it, so a slow machine needs a few more requests than it holds.
    let most = 10 * server.app.config.server.sign_ins_per_minute;
    for _ in 0..most {
        let (status, body) = client.post("/auth/nonces", json!({})).await;
        if status != StatusCode::CREATED {
            assert_eq!((status, name(&body)), (StatusCode::TOO_MANY_REQUESTS, "too-many-requests"));
            return;
        }
    }
    panic!("{most} requests in a row were let through");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_says_in_words_what_it_would_do() {
    let server = Server::start().await;
    server.open_epoch(3, 8).await;
    let contracts = &server.app.chain.deployment.contracts;
    let (now, root) = (server.app.clock.now(), B256::repeat_byte(5));
    let mut conn = server.app.pool.acquire().await.unwrap();
    for (epoch, total, status, block) in [(2i64, 1_000i64, "approved", 1i64), (3, 2_234, "proposed", 2)] {
        sqlx::query(
            "insert into chain.epochs (epoch, status, operator, terms, opened_at)
             select $1, 'accepted', operator, terms, opened_at from chain.epochs where epoch = 3 on conflict do nothing",
        )
        .bind(epoch)
        .execute(&mut *conn)
        .await
        .unwrap();
        sqlx::query(
            "insert into chain.payouts_roots (epoch, payouts_root, proposer, account_count, total_cumulative, total_raw,
                 bond, status, challenge_ends_at, block_number, log_index)
             values ($1, $2, $3, 14, $4::numeric * 1e18, 0, 0, $5, $6, $7, 0)",
        )
        .bind(epoch)
        .bind(root.as_slice())
        .bind([1u8; 20].as_slice())
        .bind(total.to_string())
        .bind(status)
        .bind(now)
        .bind(block)
        .execute(&mut *conn)
        .await
        .unwrap();
    }
    let accept = server.app.chain.accept_payouts(3, root);
    assert_eq!(accept.to, contracts.label_epochs);
    let value = U256::from(5) * U256::from(10).pow(U256::from(20));
    let approve = approveCall { spender: contracts.reward_distributor, value };
    let selector = acceptPayoutsCall::SELECTOR.into();
    let allow = setAllowedCall { target: contracts.label_epochs, selector, words: 2, allowed: true };
    let stream = notifyRewardCall { amount: value, duration: U256::from(2_592_000) };
    let pause = pauseCall { selector, duration: U256::from(3_600).to() };
    let targets = [
        accept.to,
        contracts.governance_token,
        contracts.optimistic_governor,
        contracts.staking_pool,
        contracts.label_epochs,
    ];
    let calldatas = [
        accept.data.to_vec(),
        approve.abi_encode(),
        allow.abi_encode(),
        stream.abi_encode(),
        pause.abi_encode(),
    ];
    sqlx::query(
        "insert into chain.proposals (proposal_id, proposer, targets, \"values\", calldatas, description, vote_start,
             vote_end, created_block, created_at)
         values (77, $1, $2, array[0, 0, 0, 0, 0], $3, '# Pay epoch 3', $4, $4 + interval '60 s', 3, $4)",
    )
    .bind([1u8; 20].as_slice())
    .bind(targets.each_ref().map(|target| target.as_slice()))
    .bind(calldatas.each_ref().map(Vec::as_slice))
    .bind(now)
    .execute(&mut *conn)
    .await
    .unwrap();
    let client = Client::anonymous(&server);
    let (_, proposal) = client.get("/proposals/77").await;
    assert_eq!((&proposal["title"], &proposal["state"]), (&json!("Pay epoch 3"), &json!("pending")));
    let action = &proposal["actions"][0];
    assert_eq!((&action["contract"], &action["function"]), (&json!("LabelEpochs"), &json!("acceptPayouts")));
    assert_eq!(action["summary"], "Pay epoch 3: 1,234 POL to 14 labelers");
    let sentence = "Allow the reward pool to take up to 500 POL from the treasury";
    assert_eq!(proposal["actions"][1]["summary"], sentence);
    let sentence = "Let acceptPayouts of LabelEpochs pass without a majority, unless it is vetoed";
    assert_eq!(proposal["actions"][2]["summary"], sentence);
    let sentence = "Stream 500 POL from the treasury to stakers over 30 days";
    assert_eq!(proposal["actions"][3]["summary"], sentence);
    assert_eq!(proposal["actions"][4]["summary"], "Stop acceptPayouts of LabelEpochs for 1 hour");
    let (_, epoch) = client.get("/epochs/3").await;
    assert_eq!(epoch["payouts"]["proposalId"], "77");
    server.app.clock.advance(chrono::TimeDelta::seconds(1));
    assert_eq!(client.get("/proposals").await.1[0]["state"], "active");
}
