//! `rlhf serve` as the process that the backend starts.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use crate::toy::World;

/// For a process that must answer; far more than it needs.
const PATIENCE: Duration = Duration::from_secs(120);

struct Server {
    child: Child,
    lines: Receiver<Value>,
}

impl Server {
    fn start(world: &World) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rlhf"));
        command
            .arg("serve")
            .arg("--model")
            .arg(world.dir("parent"))
            .args(["--expect", &world.parent.to_string()]);
        command.args(["--model-id", "first", "--engines", "1", "--obey-stdin", "--exit-with-parent"]);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (sender, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if sender.send(serde_json::from_str(&line).unwrap()).is_err() {
                    break;
                }
            }
        });
        Self { child, lines }
    }

    fn says(&self) -> Value {
        self.lines.recv_timeout(PATIENCE).expect("the server answers")
    }

    fn order(&mut self, line: &str) -> Value {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
        self.says()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn ask(base: &str, stream: bool) -> reqwest::Response {
    let body = json!({"prompt": [5, 6], "max_tokens": 8, "seed": 3, "stream": stream});
    let request = reqwest::Client::new().post(format!("{base}/v1/completions")).json(&body);
    request.timeout(PATIENCE).send().await.unwrap()
}

#[tokio::test]
async fn a_server_obeys_its_parent_and_finishes_what_it_began() {
    let world = World::new();
    let mut server = Server::start(&world);
    let base = format!("http://{}", server.says()["addr"].as_str().unwrap());
    let model = async || ask(&base, false).await.json::<Value>().await.unwrap()["model"].clone();
    assert_eq!(model().await, "first");

    // Another folder than the one that was named, and no order at all, change nothing.
    let order = |expect: String| {
        json!({"model": world.dir("parent"), "expect": expect, "modelId": "second"}).to_string()
    };
    let refused = server.order(&order(format!("0x{}", "11".repeat(32))));
    assert_eq!(refused["event"], "refused", "{refused}");
    assert_eq!(server.order("serve something else")["event"], "refused");
    assert_eq!(model().await, "first");
    let serving = server.order(&order(world.parent.to_string()));
    assert_eq!(serving, json!({"event": "serving", "modelId": "second", "manifestHash": world.parent}));
    assert_eq!(model().await, "second");

    // Told to stop, it ends the answers that it began, and then itself.
    let begun = ask(&base, true).await;
    kill(Pid::from_raw(server.child.id().cast_signed()), Signal::SIGTERM).unwrap();
    let text = begun.text().await.unwrap();
    assert!(text.trim_end().ends_with("data: [DONE]"), "{text}");
    // Waiting closes what is still there of its input, which would end it at once.
    let _stdin = server.child.stdin.take();
    let status = tokio::task::spawn_blocking(move || server.child.wait()).await;
    assert!(status.unwrap().unwrap().success());
}
