//! Campaigns that are refused.

use crate::support::{Client, Server};
use alloy::{primitives::B256, signers::local::PrivateKeySigner};
use reqwest::StatusCode;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_below_the_floors_of_the_chain_is_refused_by_the_name_of_its_term() {
    let server = Server::start().await;
    let wallet = PrivateKeySigner::from_slice(&[5; 32]).unwrap();
    server.give_operator_role(wallet.address()).await;
    let operator = Client::sign_in(&server, &wallet).await;
    let floors = server.app.chain.floors().await.unwrap();
    let campaign = |name: &str, n_gold: u16| {
        json!({
            "name": name, "familyId": B256::ZERO, "guidelines": "", "minimumStake": "0",
            "terms": {
                "budget": "1000", "basePay": "1", "alphaPay": "4", "blockSlots": 20,
                "overlapSlots": floors.overlap_slots, "goldSlots": n_gold,
                "minOverlap": floors.min_overlap, "minRoster": floors.min_roster,
            },
            "sampling": {"completionsPerPrompt": 2, "maxTokens": 8, "temperature": 1.0, "seed": 1},
            "maxSeats": 16, "prompts": ["Why?"],
        })
    };
    let (status, problem) = operator.post("/campaigns", campaign("below", floors.gold_slots - 1)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(problem["detail"].as_str().unwrap().contains("goldSlots"), "{problem}");
    let (status, _) = operator.post("/campaigns", campaign("at the floors", floors.gold_slots)).await;
    assert_eq!(status, StatusCode::CREATED);
}
