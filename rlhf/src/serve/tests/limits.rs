//! What a server does with too much, too slow and broken requests.

use super::{
    super::engine::{Event, Generation, MAX_EVENTS},
    *,
};

use crate::generate::Sampler;

#[tokio::test]
async fn an_engine_without_room_refuses_and_a_cancelled_request_makes_room() {
    // A queue of one prompt, and nobody who takes it out: requests stay where they are.
    let queue = queue::Queue::new(1);
    let work = || {
        let (sender, events) = tokio::sync::mpsc::channel(1);
        let work = queue::Work {
            prompt: [5].into(),
            prompt_number: 0,
            first_choice: 0,
            samples: 1,
            sampler: Arc::default(),
            max_new_tokens: 8,
            stop: [].into(),
            n_top: None,
            sender,
            since: std::time::Instant::now(),
        };
        (work, events)
    };
    let ((first, events), (second, _events), (third, _kept)) = (work(), work(), work());
    queue.push(vec![first]).unwrap();
    assert!(matches!(queue.push(vec![second]), Err(EngineError::Busy { waiting: 1 })));
    drop(events);
    queue.push(vec![third]).unwrap();
    assert_eq!(queue.len(), 1);
    assert!(queue.pop(false).is_some() && queue.pop(false).is_none());
    queue.close();
    assert!(matches!(queue.push(vec![work().0]), Err(EngineError::Stopped)));
    assert!(queue.pop(true).is_none());

    let refused = error::ApiError::from(EngineError::Busy { waiting: 40 });
    let response = axum::response::IntoResponse::into_response(refused);
    assert_eq!(
        (response.status().as_u16(), &response.headers()["retry-after"]),
        (429, &"5".parse().unwrap())
    );
}

#[tokio::test]
async fn a_crowded_server_says_when_to_come_back() {
    let service = service(Limits { engines: 1, answers: 1, ..Limits::default() });
    let base = listen(Arc::clone(&service)).await;
    let place = Arc::clone(&service.places).try_acquire_owned().unwrap();
    let url = format!("{base}/v1/chat/completions");
    let refused = reqwest::Client::new().post(url).json(&chat(json!({}))).send().await.unwrap();
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (503, &"5".parse().unwrap()));
    drop(place);
    assert_eq!(post(&base, "/v1/chat/completions", chat(json!({}))).await.0, 200);
}

#[tokio::test]
async fn a_reader_that_is_too_far_behind_loses_its_answer_and_delays_nobody() {
    let service = service(Limits { engines: 1, ..Limits::default() });
    let base = listen(Arc::clone(&service)).await;
    // More tokens than may wait to be read.
    let generation = Generation {
        prompts: vec![[5, 6].into()],
        samples: 200,
        sampler: Sampler::default(),
        max_new_tokens: 60,
        stop: [].into(),
        n_top: None,
    };
    let mut unread = service.served().engine.submit(generation).unwrap();
    assert_eq!(post(&base, "/v1/chat/completions", chat(json!({}))).await.0, 200);
    let given_up = tokio::time::timeout(Duration::from_secs(60), async {
        while !unread.is_closed() {
            tokio::task::yield_now().await;
        }
    });
    given_up.await.expect("nobody computes for whoever does not read");
    let (mut n_events, mut n_finished) = (0, 0);
    while let Some(event) = unread.recv().await {
        n_events += 1;
        n_finished += usize::from(matches!(event, Event::Finished { .. }));
    }
    assert_eq!(n_events, MAX_EVENTS);
    assert!(n_finished < 200, "{n_finished}");
}

#[tokio::test]
async fn whoever_hangs_up_frees_the_slots() {
    let service = service(Limits { engines: 1, rows: 4, ..Limits::default() });
    let base = listen(Arc::clone(&service)).await;
    for _ in 0..8 {
        drop(begin(&base).await);
    }
    let (status, _) = post(&base, "/v1/chat/completions", chat(json!({}))).await;
    assert_eq!(status, 200);
    let all_places = tokio::time::timeout(Duration::from_secs(60), async {
        while service.places.available_permits() < service.limits.answers {
            tokio::task::yield_now().await;
        }
    });
    all_places.await.expect("the answers that nobody reads are given up");
}

#[tokio::test]
async fn hostile_bodies_are_refused_by_name_and_harm_nobody() {
    let base = listen(service(Limits { body_bytes: 1 << 20, ..Limits::default() })).await;
    let cases = [
        (json!({"n": -1}), "n"),
        (json!({"n": u64::MAX}), "n"),
        (json!({"n": 1.5}), "n"),
        (json!({"temperature": "hot"}), "temperature"),
        (json!({"temperature": 1e308}), "temperature"),
        (json!({"top_p": -0.1}), "top_p"),
        (json!({"max_tokens": u64::MAX}), "max_tokens"),
        (json!({"max_completion_tokens": 0}), "max_completion_tokens"),
        (json!({"stop": vec!["x"; 17]}), "stop"),
        (json!({"stop": ""}), "stop"),
        (json!({"seed": 1.5}), "seed"),
        (json!({"seed": "x"}), "seed"),
        (json!({"logit_bias": {"5": 101}}), "logit_bias"),
        (json!({"logit_bias": {"five": 1}}), "logit_bias"),
        (json!({"logprobs": 3}), "logprobs"),
        (json!({"top_logprobs": 3}), "top_logprobs"),
        (json!({"repetition_penalty": 0}), "repetition_penalty"),
        (json!({"stream": 1}), "stream"),
        (json!({"stream_options": {"include_usage": 3}}), "stream_options"),
        (json!({"messages": "hello"}), "messages"),
        (json!({"messages": [{"content": "x"}]}), "messages[0].role"),
        (json!({"messages": [{"role": "root", "content": "x"}]}), "messages[0].role"),
        (json!({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}), "messages[0].content"),
        (json!({"messages": [{"role": "user", "content": "w5 ".repeat(100)}]}), "messages"),
        (json!({"messages": [{"role": "user", "content": "x".repeat(100_000)}]}), "messages"),
    ];
    for (extra, param) in cases {
        let (status, answer) = post(&base, "/v1/chat/completions", chat(extra)).await;
        assert_eq!((status, &answer["error"]["param"]), (400, &json!(param)), "{answer}");
        assert_eq!(answer["error"]["type"], "invalid_request_error");
    }
    let raw = async |body: String| {
        let url = format!("{base}/v1/chat/completions");
        let response = reqwest::Client::new().post(url).body(body).send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap()["error"]["type"].clone())
    };
    let invalid = json!("invalid_request_error");
    for body in
        ["", "{", "[]", "null", "\u{feff}{}", r#"{"temperature": NaN}"#, r#"{"n": 1e999}"#, r#""\ud800""#]
    {
        assert_eq!(raw(body.into()).await, (400, invalid.clone()), "{body}");
    }
    assert_eq!(raw("[".repeat(100_000)).await, (400, invalid.clone()));
    assert_eq!(raw(format!(r#"{{"x": "{}"}}"#, "a".repeat(1 << 20))).await, (413, invalid.clone()));
    let emoji =
        chat(json!({"messages": [{"role": "user", "content": "🦀 w5 \u{0} \u{10ffff}"}], "stop": ["🦀"]}));
    assert_eq!(post(&base, "/v1/chat/completions", emoji).await.0, 200);
    assert_eq!(post(&base, "/v1/nothing", json!({})).await.0, 404);
}
