//! Sign-In with Ethereum over HTTP, sessions and their refresh.
use crate::support::{Client, Server, name};
use alloy::signers::local::PrivateKeySigner;
use chrono::TimeDelta;
use reqwest::StatusCode;

fn wallet(byte: u8) -> PrivateKeySigner {
    PrivateKeySigner::from_slice(&[byte; 32]).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_message_opens_a_session_once() {
    let server = Server::start().await;
    let mut client = Client::anonymous(&server);
    let message = client.message(&server, &wallet(1)).await;
    let (status, session) = client.send_message(&message, &wallet(1)).await;
    assert_eq!(status, StatusCode::CREATED);
    let me = client.with_token(session["accessToken"].as_str().unwrap());
    let (_, me) = me.get("/me").await;
    assert_eq!(me["account"], wallet(1).address().to_string());
    assert_eq!((me["isAdmin"].as_bool(), me["balance"].as_str()), (Some(false), Some("0")));

    let (status, problem) = client.send_message(&message, &wallet(1)).await;
    assert_eq!((status, name(&problem)), (StatusCode::UNAUTHORIZED, "invalid-nonce"), "a replay");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_with_one_nonce_one_gets_in() {
    let server = Server::start().await;
    let client = Client::anonymous(&server);
    let message = client.message(&server, &wallet(1)).await;
    let attempts = (0..20).map(|_| {
        let (mut client, message) = (client.clone(), message.clone());
        async move { client.send_message(&message, &wallet(1)).await.0 }
    });
    let answers = futures::future::join_all(attempts).await;
    assert_eq!(answers.iter().filter(|status| **status == StatusCode::CREATED).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_for_elsewhere_or_of_somebody_else_is_refused() {
    let server = Server::start().await;
    let host = server.url.trim_start_matches("http://").to_owned();
    let cases: [(&str, &str, &str); 5] = [
        (&host, "evil.example", "sign-in-message-not-for-here"),
        ("URI: http://", "URI: https://", "sign-in-message-not-for-here"),
        ("Chain ID: 31337", "Chain ID: 1", "sign-in-message-not-for-here"),
        ("Issued At: 2026", "Issued At: 2025", "sign-in-message-not-for-here"),
        ("Version: 1", "Version: 2", "invalid-sign-in-message"),
    ];
    for (from, to, expected) in cases {
        let mut client = Client::anonymous(&server);
        let message = client.message(&server, &wallet(1)).await.replacen(from, to, 1);
        let (status, problem) = client.send_message(&message, &wallet(1)).await;
        assert!(status.is_client_error());
        assert_eq!(name(&problem), expected, "{to}");
    }
    let mut client = Client::anonymous(&server);
    let message = client.message(&server, &wallet(1)).await;
    let (status, problem) = client.send_message(&message, &wallet(2)).await;
    assert_eq!((status, name(&problem)), (StatusCode::UNAUTHORIZED, "invalid-signature"));
    let (status, problem) = client.send_message(&message, &wallet(1)).await;
    assert_eq!(
        (status, name(&problem)),
        (StatusCode::UNAUTHORIZED, "invalid-nonce"),
        "a failure uses the nonce up"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nonce_and_an_access_token_expire() {
    let server = Server::start().await;
    let mut client = Client::anonymous(&server);
    let message = client.message(&server, &wallet(1)).await;
    server.app.clock.advance(TimeDelta::seconds(301));
    assert_eq!(name(&client.send_message(&message, &wallet(1)).await.1), "invalid-nonce");

    let client = Client::sign_in(&server, &wallet(1)).await;
    server.app.clock.advance(TimeDelta::seconds(899));
    assert_eq!(client.get("/me").await.0, StatusCode::OK);
    server.app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(client.get("/me").await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_this_server_did_not_sign_is_refused() {
    let server = Server::start().await;
    let client = Client::sign_in(&server, &wallet(1)).await;
    let (token, _) = server.app.access_tokens.issue(wallet(1).address(), server.app.clock.unix_s()).unwrap();
    assert_eq!(client.with_token(&token).get("/me").await.0, StatusCode::OK);
    let parts: Vec<&str> = token.split('.').collect();
    // {"alg":"none","typ":"JWT"}
    let none = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.", parts[1]);
    let unsigned = format!("{}.{}.", parts[0], parts[1]);
    for bad in [none.as_str(), unsigned.as_str(), "x.y.z", ""] {
        assert_eq!(client.with_token(bad).get("/me").await.0, StatusCode::UNAUTHORIZED, "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_is_good_once_and_a_copy_ends_the_session() {
    let server = Server::start().await;
    let mut client = Client::sign_in(&server, &wallet(1)).await;
    let mut thief = client.clone();
    let (status, session) = client.refresh().await;
    assert_eq!(
        (status, session["account"].as_str().unwrap()),
        (StatusCode::OK, &*wallet(1).address().to_string())
    );
    let mut second_tab = thief.clone();
    assert_eq!(second_tab.refresh().await.0, StatusCode::OK, "two tabs may come at the same time");
    server.app.clock.advance(TimeDelta::seconds(11));
    let (status, problem) = thief.refresh().await;
    assert_eq!((status, name(&problem)), (StatusCode::UNAUTHORIZED, "refresh-token-reused"));
    let (status, problem) = client.refresh().await;
    assert_eq!((status, name(&problem)), (StatusCode::UNAUTHORIZED, "signed-out"), "the family is dead");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_refresh_route_needs_the_guard_header() {
    let server = Server::start().await;
    let client = Client::sign_in(&server, &wallet(1)).await;
    let (status, problem) = client.post("/auth/sessions/refresh", serde_json::json!({})).await;
    assert_eq!((status, name(&problem)), (StatusCode::FORBIDDEN, "cross-site-request"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_wallet_signs_in_by_its_own_rule() {
    use alloy::{primitives::Address, providers::ext::AnvilApi};
    let server = Server::start().await;
    // Two contracts whose every answer is the magic value of EIP-1271, or zero.
    let (accepts, refuses) = (Address::repeat_byte(0xa1), Address::repeat_byte(0xa2));
    let code = |word: &str| alloy::hex::decode(format!("63{word}60e01b60005260206000f3")).unwrap();
    server.app.chain.provider.anvil_set_code(accepts, code("1626ba7e").into()).await.unwrap();
    server.app.chain.provider.anvil_set_code(refuses, code("00000000").into()).await.unwrap();
    for (contract, expected) in [(accepts, StatusCode::CREATED), (refuses, StatusCode::UNAUTHORIZED)] {
        let mut client = Client::anonymous(&server);
        let message = client.message(&server, &wallet(1)).await;
        let message = message.replace(&wallet(1).address().to_string(), &contract.to_string());
        assert_eq!(client.send_message(&message, &wallet(1)).await.0, expected);
    }
}
