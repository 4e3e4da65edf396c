//! A node that misbehaves: it stands between the indexer and a real one.

use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What it does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Leaves one log out of answers with several.
    DropsALog,
    /// Says that there are no logs.
    EmptyLogs,
    /// Tells the last log first.
    ReordersLogs,
    /// 429 with Retry-After.
    TooManyRequests,
    /// Does not answer.
    Hangs,
    /// Ends in the middle of the JSON.
    Truncates,
    /// Refuses ranges of more than 10 blocks.
    RefusesLongRanges,
    /// Knows no receipts.
    NoReceipts,
    /// Leaves logs out of receipts.
    LiesInReceipts,
    /// Its head is some blocks behind.
    Lags,
    /// Its chain is replaced once more while somebody looks for the fork.
    ReorgsAgain,
    /// Says that it is another chain.
    WrongChain,
}

pub struct Proxy {
    pub url: String,
    n_faults: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Half of the questions that the fault is about are answered wrongly.
    pub async fn start(node: String, fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let n_faults = Arc::new(AtomicUsize::new(0));
        let shared = Arc::new(Shared {
            node,
            fault,
            n_seen: AtomicUsize::new(0),
            n_faults: n_faults.clone(),
            http: reqwest::Client::new(),
        });
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, shared.clone()));
            }
        });
        Self { url, n_faults, task }
    }

    /// How often it did wrong.
    pub fn n_faults(&self) -> usize {
        self.n_faults.load(Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Shared {
    node: String,
    fault: Fault,
    n_seen: AtomicUsize,
    n_faults: Arc<AtomicUsize>,
    http: reqwest::Client,
}

/// One request a connection: every answer closes it.
async fn serve(mut stream: TcpStream, shared: Arc<Shared>) {
    let Some(body) = read_body(&mut stream).await else { return };
    let question: Value = serde_json::from_slice(&body).unwrap();
    let answer = shared.http.post(&shared.node).json(&question).send().await;
    let Ok(answer) = answer else { return };
    let mut answer: Value = answer.json().await.unwrap();
    let (mut status, mut cut) = ("200 OK", false);
    let of_requests = [Fault::Hangs, Fault::TooManyRequests, Fault::Truncates].contains(&shared.fault);
    if of_requests && pairs(&question, &mut answer).iter().any(|(q, a)| shared.wants(q, a)) && shared.toss() {
        shared.n_faults.fetch_add(1, Relaxed);
        match shared.fault {
            Fault::Hangs => return tokio::time::sleep(Duration::from_secs(3600)).await,
            Fault::Truncates => cut = true,
            _ => {
                status = "429 Too Many Requests\r\nRetry-After: 0";
                answer = json!("slow down");
            }
        }
    } else if !of_requests {
        for (question, answer) in pairs(&question, &mut answer) {
            if shared.wants(question, answer) && (shared.fault == Fault::WrongChain || shared.toss()) {
                shared.n_faults.fetch_add(1, Relaxed);
                shared.falsify(question, answer).await;
            }
        }
    }
    let mut text = answer.to_string();
    if cut {
        text.truncate(text.len() / 2);
    }
    let head = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", text.len());
    stream.write_all((head + &text).as_bytes()).await.ok();
}

/// The questions of a request, and their answers.
fn pairs<'a>(question: &'a Value, answer: &'a mut Value) -> Vec<(&'a Value, &'a mut Value)> {
    match (question, answer) {
        (Value::Array(questions), Value::Array(answers)) => questions.iter().zip(answers).collect(),
        pair => vec![pair],
    }
}

async fn read_body(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let mut piece = [0; 65536];
        let n = stream.read(&mut piece).await.ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&piece[..n]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, _)) = text.split_once("\r\n\r\n") else { continue };
        let length = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
        let start = head.len() + 4;
        if bytes.len() >= start + length.unwrap_or(0) {
            return Some(bytes.split_off(start));
        }
    }
}

impl Shared {
    /// Half of the time, in a fixed order that looks random; the first time it is so.
    fn toss(&self) -> bool {
        let n = self.n_seen.fetch_add(1, Relaxed) as u64;
        (n.wrapping_mul(6_364_136_223_846_793_005) >> 40).is_multiple_of(2)
    }

    /// Whether the fault can show in this answer.
    fn wants(&self, question: &Value, answer: &Value) -> bool {
        let method = question["method"].as_str().unwrap();
        let n_logs = answer["result"].as_array().map_or(0, Vec::len);
        match self.fault {
            Fault::DropsALog | Fault::ReordersLogs => method == "eth_getLogs" && n_logs > 1,
            Fault::EmptyLogs => method == "eth_getLogs" && n_logs > 0,
            Fault::RefusesLongRanges => method == "eth_getLogs" && range(question) > 10,
            Fault::NoReceipts => method == "eth_getBlockReceipts",
            Fault::LiesInReceipts => {
                method == "eth_getBlockReceipts" && !receipt_with_logs(answer).is_empty()
            }
            Fault::Lags => question["params"][0] == "latest",
            Fault::ReorgsAgain => {
                let numbered = question["params"][0].as_str().is_some_and(|block| block.starts_with("0x"));
                method == "eth_getBlockByNumber" && numbered && self.n_faults.load(Relaxed) < 6
            }
            Fault::WrongChain => method == "eth_chainId",
            // Every silence is waited out, and long enough that a busy machine is not taken for a silent one.
            Fault::Hangs => {
                ["eth_getLogs", "eth_getBlockReceipts"].contains(&method) && self.n_faults.load(Relaxed) < 12
            }
            Fault::TooManyRequests | Fault::Truncates => method != "eth_chainId",
        }
    }

    async fn falsify(&self, question: &Value, answer: &mut Value) {
        match self.fault {
            Fault::DropsALog => drop(answer["result"].as_array_mut().unwrap().remove(0)),
            Fault::EmptyLogs => answer["result"] = json!([]),
            Fault::ReordersLogs => answer["result"].as_array_mut().unwrap().reverse(),
            Fault::RefusesLongRanges => {
                *answer = json!({ "id": question["id"], "error": { "code": -32005, "message": "query returned more than 10 results" } });
            }
            Fault::NoReceipts => {
                *answer = json!({ "id": question["id"], "error": { "code": -32601, "message": "the method does not exist" } });
            }
            Fault::LiesInReceipts => {
                let lie = receipt_with_logs(answer)[0];
                answer["result"][lie]["logs"].as_array_mut().unwrap().pop();
            }
            Fault::ReorgsAgain => {
                let depth = 2 + self.n_faults.load(Relaxed);
                let reorg =
                    json!({ "jsonrpc": "2.0", "id": 0, "method": "anvil_reorg", "params": [depth, []] });
                let done: Value =
                    self.http.post(&self.node).json(&reorg).send().await.unwrap().json().await.unwrap();
                assert!(done["error"].is_null(), "{done}");
                *answer =
                    self.http.post(&self.node).json(question).send().await.unwrap().json().await.unwrap();
            }
            Fault::WrongChain => answer["result"] = json!("0x1"),
            Fault::Lags => {
                let head = number(&answer["result"]["number"]);
                let mut earlier = question.clone();
                earlier["params"][0] = json!(format!("{:#x}", head.saturating_sub(5)));
                let behind = self.http.post(&self.node).json(&earlier).send().await.unwrap();
                *answer = behind.json().await.unwrap();
            }
            Fault::Hangs | Fault::TooManyRequests | Fault::Truncates => unreachable!(),
        }
    }
}

fn number(value: &Value) -> u64 {
    u64::from_str_radix(value.as_str().unwrap_or("0x0").trim_start_matches("0x"), 16).unwrap_or(0)
}

fn range(question: &Value) -> u64 {
    let filter = &question["params"][0];
    number(&filter["toBlock"]).saturating_sub(number(&filter["fromBlock"])) + 1
}

fn receipt_with_logs(answer: &Value) -> Vec<usize> {
    let receipts = answer["result"].as_array().map_or(&[][..], Vec::as_slice);
    let has_logs = |receipt: &Value| receipt["logs"].as_array().is_some_and(|logs| !logs.is_empty());
    (0..receipts.len()).filter(|at| has_logs(&receipts[*at])).collect()
}
