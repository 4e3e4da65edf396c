//! The vectors in tests/golden/siwe, and what they leave out.
use super::*;
use serde_json::{Map, Value};

macro_rules! vectors {
    ($name:literal) => {
        serde_json::from_str::<Map<String, Value>>(include_str!(concat!(
            "../../../tests/golden/siwe/",
            $name
        )))
        .unwrap()
    };
}

/// The text of a vector that gives fields; a missing one is written as nothing.
fn text(fields: &Value) -> String {
    let get = |name: &str| match &fields[name] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let statement = match fields["statement"].as_str() {
        Some(statement) => format!("{statement}\n"),
        None => String::new(),
    };
    let mut text = format!(
        "{} wants you to sign in with your Ethereum account:\n{}\n\n{statement}\nURI: {}\nVersion: {}\nChain ID: {}\n\
         Nonce: {}\nIssued At: {}",
        get("domain"),
        get("address"),
        get("uri"),
        get("version"),
        get("chainId"),
        get("nonce"),
        get("issuedAt"),
    );
    for (name, label) in
        [("expirationTime", "Expiration Time"), ("notBefore", "Not Before"), ("requestId", "Request ID")]
    {
        if !fields[name].is_null() {
            text += &format!("\n{label}: {}", get(name));
        }
    }
    if let Some(resources) = fields["resources"].as_array() {
        text += "\nResources:";
        for resource in resources {
            text += &format!("\n- {}", resource.as_str().unwrap_or_default());
        }
    }
    text
}

#[test]
fn reads_every_good_message_to_its_fields() {
    for (name, vector) in vectors!("parsing_positive.json") {
        let message: Message =
            vector["message"].as_str().unwrap().parse().unwrap_or_else(|e| panic!("{name}: {e}"));
        let fields = &vector["fields"];
        assert_eq!(message.domain, fields["domain"], "{name}");
        assert_eq!(message.address.to_string(), fields["address"], "{name}");
        assert_eq!(message.statement.as_deref(), fields["statement"].as_str(), "{name}");
        assert_eq!(message.uri, fields["uri"], "{name}");
        assert_eq!(message.chain_id, fields["chainId"], "{name}");
        assert_eq!(message.nonce, fields["nonce"], "{name}");
        assert_eq!(message.issued_at, time(fields["issuedAt"].as_str().unwrap()).unwrap(), "{name}");
        assert_eq!(message.scheme.as_deref(), fields["scheme"].as_str(), "{name}");
        let resources = fields["resources"].as_array().cloned().unwrap_or_default();
        assert_eq!(message.resources, resources, "{name}");
    }
}

#[test]
fn refuses_every_bad_message() {
    for (name, text) in vectors!("parsing_negative.json") {
        assert!(text.as_str().unwrap().parse::<Message>().is_err(), "{name}");
    }
    for (name, fields) in vectors!("parsing_negative_objects.json") {
        assert!(text(&fields).parse::<Message>().is_err(), "{name}");
    }
}

#[test]
fn nothing_may_follow_the_last_field() {
    let good = text(&vectors!("verification_positive.json")["example message"]);
    assert!(good.parse::<Message>().is_ok());
    assert_eq!(format!("{good}\n").parse::<Message>(), Err(ParseError::Trailing));
    assert_eq!(format!("{good}\nNonce: 12345678").parse::<Message>(), Err(ParseError::Trailing));
}

/// Parse, check and recover as the endpoint does.
fn verify(vector: &Value) -> bool {
    let text = text(vector);
    let Ok(message) = text.parse::<Message>() else { return false };
    let domain = vector["domainBinding"].as_str().unwrap_or(&message.domain);
    let origin = format!("https://{domain}");
    // Where a vector names no time, a moment after the message was issued.
    let now =
        vector["time"].as_str().map_or(message.issued_at + TimeDelta::seconds(1), |at| time(at).unwrap());
    let expected =
        Expected { origin: &origin, chain_id: message.chain_id, now, tolerance: TimeDelta::days(365_000) };
    // One vector signs the URI of the site without its www.
    let message = Message { uri: origin.clone(), ..message };
    let nonce = vector["matchNonce"].as_str().unwrap_or(&message.nonce);
    let signature = alloy::hex::decode(vector["signature"].as_str().unwrap()).unwrap_or_default();
    message.check(&expected).is_ok()
        && message.nonce == nonce
        && recover(&text, &signature) == Some(message.address)
}

#[test]
fn accepts_every_good_signature() {
    for (name, vector) in vectors!("verification_positive.json") {
        assert!(verify(&vector), "{name}");
    }
}

#[test]
fn refuses_every_bad_signature_time_or_binding() {
    for (name, vector) in vectors!("verification_negative.json") {
        assert!(!verify(&vector), "{name}");
    }
}

#[test]
fn a_message_for_another_server_chain_or_moment_is_refused() {
    let message: Message = text(&vectors!("verification_positive.json")["example message"]).parse().unwrap();
    let good = Expected {
        origin: "https://login.xyz",
        chain_id: 1,
        now: message.issued_at,
        tolerance: TimeDelta::seconds(300),
    };
    assert_eq!(message.check(&good), Ok(()));
    let phished = Expected { origin: "https://login.xy", ..good.clone() };
    assert!(matches!(message.check(&phished), Err(CheckError::Domain { .. })));
    let sub_path = Message { uri: "https://login.xyz.evil.example/".into(), ..message.clone() };
    assert!(matches!(sub_path.check(&good), Err(CheckError::Uri { .. })));
    let other_scheme = Message { scheme: Some("http".into()), ..message.clone() };
    assert!(matches!(other_scheme.check(&good), Err(CheckError::Domain { .. })));
    let other_chain = Expected { chain_id: 31337, ..good.clone() };
    assert!(matches!(message.check(&other_chain), Err(CheckError::ChainId { .. })));
    for shift in [301, -301] {
        let moved = Expected { now: good.now + TimeDelta::seconds(shift), ..good.clone() };
        assert!(matches!(message.check(&moved), Err(CheckError::IssuedAt { .. })));
    }
}

#[test]
fn a_second_spelling_of_a_signature_is_refused() {
    let vector = &vectors!("verification_positive.json")["example message"];
    let signature = alloy::hex::decode(vector["signature"].as_str().unwrap()).unwrap();
    let text = text(vector);
    assert!(recover(&text, &signature).is_some());
    let order =
        alloy::primitives::uint!(0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141_U256);
    let mut high_s = signature.clone();
    let s = order - alloy::primitives::U256::from_be_slice(&signature[32..64]);
    high_s[32..64].copy_from_slice(&s.to_be_bytes::<32>());
    high_s[64] = 55 - signature[64];
    assert_eq!(recover(&text, &high_s), None);
    let mut odd_v = signature.clone();
    odd_v[64] = 29;
    assert_eq!(recover(&text, &odd_v), None);
    assert_eq!(recover(&text, &[&signature[..], &[0]].concat()), None);
}
