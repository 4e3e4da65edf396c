//! A published file is somebody else's bytes: whatever is in it, a request has an answer and nothing breaks.

#[path = "../examples/signed_epoch/epoch.rs"]
mod epoch;

use alloy_primitives::{B256, keccak256};
use epoch::{BLOCK_HASH, SECRET, signed_epoch};
use protocol::rewards::seed;
use protocol_wasm::{Workspace, answer};
use serde_json::{Value, json};

/// What is asked about every file; the answers do not matter here.
fn ask_everything(workspace: &mut Workspace, terms: &Value, account: &Value) -> Vec<Value> {
    let previous = json!([{ "account": account, "cumulative": "1" }]);
    let preference = json!({
        "epoch": 1, "block": 0, "seat": 0, "slot": 65_535, "taskId": B256::ZERO, "choice": 3, "labeler": account,
    });
    let signature = format!("0x{}1b", "01".repeat(64));
    let requests = [
        json!({ "method": "checkStructure", "terms": terms }),
        json!({ "method": "checkAssignment", "terms": terms, "secret": SECRET }),
        json!({ "method": "checkSessions" }),
        json!({ "method": "checkSignatures", "from": 3, "to": 5 }),
        json!({ "method": "checkSignatures", "from": 9_999, "to": 1 }),
        json!({ "method": "answersOf", "account": account }),
        json!({ "method": "labels" }),
        json!({
            "method": "payouts", "terms": terms, "secret": SECRET, "seed": seed(SECRET, BLOCK_HASH), "previous": previous,
        }),
        json!({ "method": "receipt", "preference": preference, "receivedAt": 1, "signature": signature }),
    ];
    requests.iter().map(|request| ask(workspace, request, &[])).collect()
}

fn ask(workspace: &mut Workspace, request: &Value, file: &[u8]) -> Value {
    let reply = answer(workspace, request.to_string().as_bytes(), file);
    serde_json::from_slice(&reply).expect("an answer is JSON")
}

fn load(workspace: &mut Workspace, file: &[u8]) -> Value {
    ask(workspace, &json!({ "method": "load", "hash": keccak256(file) }), file)
}

/// Every way to spoil one value: the same JSON but for one number at an end of its range, or one list cut or repeated.
fn spoiled(value: &Value) -> Vec<Value> {
    let within =
        |inner: &Value, put: &dyn Fn(Value) -> Value| spoiled(inner).into_iter().map(put).collect::<Vec<_>>();
    match value {
        Value::Number(_) => [0, 1, 255, 65_535, u64::from(u32::MAX), u64::MAX].map(Value::from).to_vec(),
        Value::String(text) if text.starts_with("0x") => {
            vec![
                json!(format!("0x{}", "0".repeat(text.len() - 2))),
                json!(format!("0x{}", "f".repeat(text.len() - 2))),
            ]
        }
        Value::Array(items) => {
            let mut changed = vec![json!([]), json!([items.clone(), items.clone()].concat())];
            changed.push(items.iter().rev().cloned().collect());
            // What can go wrong in one item can in any.
            for (i, item) in items.iter().enumerate().take(2) {
                changed.extend(within(item, &|inner| {
                    let mut items = items.clone();
                    items[i] = inner;
                    Value::Array(items)
                }));
            }
            changed
        }
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, field)| {
                within(field, &|inner| {
                    let mut fields = fields.clone();
                    fields[name] = inner;
                    Value::Object(fields)
                })
            })
            .collect(),
        _ => vec![],
    }
}

fn lines(bytes: &[u8]) -> Vec<String> {
    std::str::from_utf8(bytes).expect("JSON is text").lines().map(str::to_owned).collect()
}

fn file_of(lines: &[String]) -> Vec<u8> {
    lines.iter().flat_map(|line| format!("{line}\n").into_bytes()).collect()
}

#[test]
fn a_file_with_any_one_value_spoiled_gets_answers() {
    let (bundle, terms) = signed_epoch(3, 16);
    let (terms, account) = (json!(terms), json!(bundle.seats[1].labeler));
    let honest = lines(&bundle.to_bytes().0);
    let mut workspace = Workspace::default();
    assert!(load(&mut workspace, &file_of(&honest)).get("ok").is_some());
    let replies = ask_everything(&mut workspace, &terms, &account);
    assert!(replies.iter().all(|reply| reply.get("ok").is_some()), "{replies:?}");

    let (mut n_files, mut n_loaded) = (0, 0);
    for (i, line) in honest.iter().enumerate() {
        for value in spoiled(&serde_json::from_str(line).expect("each line is JSON")) {
            let mut lines = honest.clone();
            lines[i] = value.to_string();
            n_loaded += u32::from(load(&mut workspace, &file_of(&lines)).get("ok").is_some());
            ask_everything(&mut workspace, &terms, &account);
            n_files += 1;
        }
        let without: Vec<_> =
            honest.iter().enumerate().filter(|&(k, _)| k != i).map(|(_, line)| line.clone()).collect();
        assert!(load(&mut workspace, &file_of(&without)).get("error").is_some());
    }
    assert!(n_files > 300 && n_loaded > 100, "{n_loaded} of {n_files} files could be read");
}

#[test]
fn terms_with_any_one_value_spoiled_get_answers() {
    let (bundle, terms) = signed_epoch(3, 16);
    let account = json!(bundle.seats[1].labeler);
    let mut workspace = Workspace::default();
    load(&mut workspace, &bundle.to_bytes().0);
    for terms in spoiled(&json!(terms)) {
        ask_everything(&mut workspace, &terms, &account);
    }
}

#[test]
fn a_request_that_is_none_is_answered_with_an_error() {
    let mut workspace = Workspace::default();
    for request in
        ["", "{}", "[]", r#"{"method":"labels"}"#, r#"{"method":"load"}"#, r#"{"method":"nothing"}"#]
    {
        let reply = answer(&mut workspace, request.as_bytes(), &[]);
        assert!(String::from_utf8(reply).expect("JSON is text").starts_with(r#"{"error":"#), "{request}");
    }
}
