//! The chain's JSON-RPC through our origin: no CORS, no provider key in the page, and an allow-list of methods.
use super::problem::Problem;
use crate::app::AppState;
use axum::{
    body::Bytes,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// Reading, and sending what a wallet signed. Nothing that asks the node to sign, mine, trace or hold a subscription.
const ALLOWED: &[&str] = &[
    "eth_accounts",
    "eth_blobBaseFee",
    "eth_blockNumber",
    "eth_call",
    "eth_chainId",
    "eth_createAccessList",
    "eth_estimateGas",
    "eth_feeHistory",
    "eth_gasPrice",
    "eth_getBalance",
    "eth_getBlockByHash",
    "eth_getBlockByNumber",
    "eth_getBlockReceipts",
    "eth_getBlockTransactionCountByHash",
    "eth_getBlockTransactionCountByNumber",
    "eth_getCode",
    "eth_getLogs",
    "eth_getProof",
    "eth_getStorageAt",
    "eth_getTransactionByHash",
    "eth_getTransactionCount",
    "eth_getTransactionReceipt",
    "eth_maxPriorityFeePerGas",
    "eth_sendRawTransaction",
    "eth_syncing",
    "net_version",
    "web3_clientVersion",
];
/// Most calls of one batch.
const MAX_BATCH: usize = 100;

/// Pass a request (or a batch) on to the node.
pub async fn proxy_rpc(State(state): State<AppState>, body: Bytes) -> Result<Response, Problem> {
    let request: Value = serde_json::from_slice(&body).map_err(|e| {
        Problem::new(StatusCode::BAD_REQUEST, "invalid-body", format!("The body is not JSON: {e}"))
    })?;
    if let Err((id, code, message)) = check(&request) {
        let error = json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } });
        return Ok(axum::Json(error).into_response());
    }
    let down = |_| {
        let detail = "The chain's RPC endpoint does not answer; try again in a moment.";
        Problem::new(StatusCode::BAD_GATEWAY, "chain-unreachable", detail)
    };
    let body = state.chain.endpoints.forward(body).await.map_err(down)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// The error of the first call that is not allowed: its id, code and message.
fn check(request: &Value) -> Result<(), (Value, i32, String)> {
    let calls = match request {
        Value::Array(calls) if calls.len() > MAX_BATCH => {
            return Err((Value::Null, -32600, format!("a batch has at most {MAX_BATCH} calls")));
        }
        Value::Array(calls) => calls.as_slice(),
        single => std::slice::from_ref(single),
    };
    for call in calls {
        let id = call["id"].clone();
        match call["method"].as_str() {
            Some(method) if ALLOWED.contains(&method) => {}
            Some(method) => {
                return Err((id, -32601, format!("{method} is not available through this server")));
            }
            None => return Err((id, -32600, "a call needs a method".into())),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_passes_and_the_rest_does_not_also_in_a_batch() {
        let call = |method: &str| json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": [] });
        assert!(check(&call("eth_call")).is_ok());
        assert!(check(&json!([call("eth_call"), call("eth_sendRawTransaction")])).is_ok());
        for method in ["eth_sendTransaction", "anvil_setBalance", "debug_traceCall", "evm_mine", "eth_sign"] {
            let (id, code, _) = check(&json!([call("eth_call"), call(method)])).unwrap_err();
            assert_eq!((id, code), (json!(7), -32601), "{method}");
        }
        assert!(check(&json!({ "id": 1 })).is_err());
        assert!(check(&Value::Array(vec![call("eth_call"); 101])).is_err());
    }
}
