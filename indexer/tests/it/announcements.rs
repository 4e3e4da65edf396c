//! Announcements of blocks over a connection that is cut again and again.

use crate::{
    story::{pol, stake},
    tables::{config, count},
};
use indexer::{Indexer, IndexerConfig};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};
use testkit::{TestChain, TestDb};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Passes on what the node says up to the first announcement; the second one is swallowed and ends the connection.
async fn cut_after_one(client: TcpStream, node: String, n_cut: Arc<AtomicUsize>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_node, mut to_node) = TcpStream::connect(node).await.unwrap().into_split();
    let asking = tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_node).await });
    let mut n_announced = 0;
    let mut piece = [0; 65536];
    while let Ok(n @ 1..) = from_node.read(&mut piece).await {
        let text = String::from_utf8_lossy(&piece[..n]);
        n_announced += text.matches("logsBloom").count();
        if n_announced > 1 {
            n_cut.fetch_add(1, Relaxed);
            break;
        }
        if to_client.write_all(&piece[..n]).await.is_err() {
            break;
        }
    }
    asking.abort();
}

#[tokio::test]
async fn a_websocket_that_is_cut_after_every_announcement_loses_none_of_them() {
    let (chain, db) = (TestChain::start().await, TestDb::new().await);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let ws_url = Some(format!("ws://{}", listener.local_addr().unwrap()));
    let node = chain.rpc_url().trim_start_matches("http://").to_owned();
    let n_cut = Arc::new(AtomicUsize::new(0));
    let counter = n_cut.clone();
    let cutting = tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(cut_after_one(client, node.clone(), counter.clone()));
        }
    });
    // Nobody looks by himself.
    let poll = Duration::from_secs(3600);
    let indexer =
        Indexer::new(IndexerConfig { ws_url, poll, audit_poll: poll, ..config(&chain) }, db.pool.clone())
            .unwrap();
    let mut status = indexer.status();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(indexer.run(async { stopped.await.unwrap_or_default() }));
    for n in 0..12 {
        stake(&chain, n, pol(1)).await;
        let head = chain.block_number().await;
        let reached = status.wait_for(|status| status.indexed >= head);
        tokio::time::timeout(Duration::from_secs(120), reached)
            .await
            .expect("it hears of every block")
            .unwrap();
    }
    assert_eq!(count(&db.pool, "select count(*) from chain.stakes").await, 12);
    assert!(n_cut.load(Relaxed) >= 3, "{n_cut:?} connections were cut");
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
    cutting.abort();
}
