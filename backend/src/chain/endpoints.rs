//! One endpoint of the chain or several: one that fails is passed over, one that serves another chain is never believed.
//!
//! The next one may be some blocks behind. What reads too early fails and is tried again, as after any failure; a transaction
//! is signed once, so that sending it twice is sending it once.
use super::{ConnectError, RPC_TIMEOUT};
use alloy::{
    primitives::U64,
    providers::{DynProvider, Provider, ProviderBuilder},
    rpc::{
        client::RpcClient,
        json_rpc::{RequestPacket, ResponsePacket},
    },
    transports::{
        TransportError, TransportErrorKind, TransportFut,
        http::{
            Http,
            reqwest::{Client, Url},
        },
        utils::guess_local_url,
    },
};
use axum::body::Bytes;
use futures::future::BoxFuture;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
};
use tower::Service;

/// Cheap to clone; all clones ask the same one.
#[derive(Clone)]
pub struct Endpoints {
    all: Arc<[Endpoint]>,
    /// Place of the one to ask.
    current: Arc<AtomicUsize>,
    chain_id: u64,
}

struct Endpoint {
    transport: Http<Client>,
    /// Whether it said that it serves our chain.
    is_checked: AtomicBool,
}

/// Why an endpoint is not believed.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the RPC endpoint serves chain {actual}, not {expected}")]
struct OtherChain {
    expected: u64,
    actual: u64,
}

impl Endpoints {
    /// For these URLs, the first of which is asked first; nothing is sent yet.
    ///
    /// # Errors
    /// [`ConnectError::Url`] or [`ConnectError::Http`].
    pub fn new<'a>(urls: impl IntoIterator<Item = &'a str>, chain_id: u64) -> Result<Self, ConnectError> {
        let http = Client::builder().timeout(RPC_TIMEOUT).build();
        let http = http.map_err(|source| ConnectError::Http { source })?;
        let endpoint = |url: &str| {
            let url: Url = url.parse().map_err(|_| ConnectError::Url(url.to_owned()))?;
            let transport = Http::with_client(http.clone(), url);
            Ok(Endpoint { transport, is_checked: AtomicBool::new(false) })
        };
        let all = urls.into_iter().map(endpoint).collect::<Result<_, _>>()?;
        Ok(Self { all, current: Arc::default(), chain_id })
    }

    /// Find one that serves our chain.
    ///
    /// # Errors
    /// [`ConnectError::Unreachable`] or [`ConnectError::WrongChain`], of the last.
    pub async fn check(&self) -> Result<(), ConnectError> {
        let nothing = |_: &Endpoint| -> BoxFuture<'static, _> { Box::pin(async { Ok(()) }) };
        self.ask_each(nothing).await.map_err(|source| match other_chain(&source) {
            Some(OtherChain { expected, actual }) => ConnectError::WrongChain { expected, actual },
            None => ConnectError::Unreachable { url: self.all[0].transport.url().to_owned(), source },
        })
    }

    /// What asks them.
    pub fn provider(&self) -> DynProvider {
        let is_local = guess_local_url(self.all[0].transport.url());
        let client = RpcClient::new(Transport(self.clone()), is_local);
        ProviderBuilder::default().connect_client(client).erased()
    }

    /// Pass a JSON-RPC request on, and its answer back.
    ///
    /// # Errors
    /// None of them answers.
    pub async fn forward(&self, body: Bytes) -> Result<Bytes, TransportError> {
        self.ask_each(|endpoint| {
            let request = endpoint.transport.client().post(endpoint.transport.url());
            let request = request.header("content-type", "application/json").body(body.clone());
            Box::pin(async move {
                let answer = request.send().await.map_err(TransportErrorKind::custom)?;
                let status = answer.status();
                if status.is_server_error() || status.as_u16() == 429 {
                    return Err(TransportErrorKind::http_error(status.as_u16(), String::new()));
                }
                answer.bytes().await.map_err(TransportErrorKind::custom)
            })
        })
        .await
    }

    /// Ask the current one, and each after it while they fail.
    async fn ask_each<T>(
        &self,
        ask: impl Fn(&Endpoint) -> BoxFuture<'static, Result<T, TransportError>> + Send + Sync,
    ) -> Result<T, TransportError> {
        let mut failed = TransportErrorKind::backend_gone();
        for _ in 0..self.all.len() {
            let place = self.current.load(Relaxed);
            let endpoint = &self.all[place];
            let answer = match self.serves_our_chain(endpoint).await {
                Ok(()) => ask(endpoint).await,
                Err(error) => Err(error),
            };
            match answer {
                Ok(answer) => return Ok(answer),
                Err(error) => failed = error,
            }
            // Of several that see it fail, one moves on.
            let next = (place + 1) % self.all.len();
            if next != place && self.current.compare_exchange(place, next, Relaxed, Relaxed).is_ok() {
                tracing::warn!(from = place, to = next, "an RPC endpoint failed, the next one is asked");
            }
        }
        Err(failed)
    }

    async fn serves_our_chain(&self, endpoint: &Endpoint) -> Result<(), TransportError> {
        if endpoint.is_checked.load(Relaxed) {
            return Ok(());
        }
        let client = RpcClient::new(endpoint.transport.clone(), false);
        let actual = client.request_noparams::<U64>("eth_chainId").await?.to();
        if actual != self.chain_id {
            return Err(TransportErrorKind::custom(OtherChain { expected: self.chain_id, actual }));
        }
        endpoint.is_checked.store(true, Relaxed);
        Ok(())
    }
}

fn other_chain(error: &TransportError) -> Option<OtherChain> {
    match error.as_transport_err()? {
        TransportErrorKind::Custom(error) => error.downcast_ref().copied(),
        _ => None,
    }
}

/// [`Endpoints`] as alloy asks them.
#[derive(Clone)]
struct Transport(Endpoints);

impl Service<RequestPacket> for Transport {
    type Response = ResponsePacket;
    type Error = TransportError;
    type Future = TransportFut<'static>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: RequestPacket) -> Self::Future {
        let endpoints = self.0.clone();
        Box::pin(async move {
            endpoints.ask_each(|endpoint| endpoint.transport.clone().call(request.clone())).await
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Json, Router, http::StatusCode, routing::post};
    use serde_json::{Value, json};
    use std::sync::atomic::AtomicU32;

    /// A node of a chain that is at block 7 and fails when it is told to; its URL, and how often it was asked for blocks.
    async fn node(chain_id: u64, fails: Arc<AtomicBool>) -> (String, Arc<AtomicU32>) {
        let n_asked = Arc::new(AtomicU32::new(0));
        let counter = n_asked.clone();
        let answer = move |Json(question): Json<Value>| async move {
            let result = match question["method"].as_str().unwrap() {
                "eth_chainId" => format!("{chain_id:#x}"),
                _ => {
                    counter.fetch_add(1, Relaxed);
                    "0x7".into()
                }
            };
            if fails.load(Relaxed) {
                return Err(StatusCode::TOO_MANY_REQUESTS);
            }
            Ok(Json(json!({ "jsonrpc": "2.0", "id": question["id"], "result": result })))
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/", post(answer))).await });
        (url, n_asked)
    }

    #[tokio::test]
    async fn one_that_fails_is_left_and_one_of_another_chain_is_never_believed() {
        let [well, first, second, foreign] = [false; 4].map(|fails| Arc::new(AtomicBool::new(fails)));
        let (a, n_a) = node(10, first.clone()).await;
        let (b, n_b) = node(11, foreign).await;
        let (c, n_c) = node(10, second.clone()).await;
        let endpoints = Endpoints::new([a.as_str(), &b, &c], 10).unwrap();
        endpoints.check().await.unwrap();
        let provider = endpoints.provider();
        let asked = || [&n_a, &n_b, &n_c].map(|n| n.load(Relaxed));
        assert_eq!(provider.get_block_number().await.unwrap(), 7);
        assert_eq!(asked(), [1, 0, 0]);

        first.store(true, Relaxed);
        assert_eq!(provider.get_block_number().await.unwrap(), 7);
        assert_eq!(asked(), [2, 0, 1], "the second serves another chain");
        let question = json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": [] });
        let body = endpoints.forward(question.to_string().into()).await.unwrap();
        assert!(String::from_utf8_lossy(&body).contains("0x7"));
        assert_eq!(asked(), [2, 0, 2], "and it stays with the one that answers");

        second.store(true, Relaxed);
        provider.get_block_number().await.unwrap_err();
        first.store(false, Relaxed);
        assert_eq!(provider.get_block_number().await.unwrap(), 7);

        let (other, _) = node(5, well).await;
        let refused = Endpoints::new([other.as_str()], 10).unwrap().check().await.unwrap_err();
        assert!(matches!(refused, ConnectError::WrongChain { expected: 10, actual: 5 }), "{refused}");
    }
}
