//! Answer bodies of the OpenAI API.

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    generate::{FinishReason, Logprobs},
    tokenizer::Tokenizer,
};

/// The two forms in which text is wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Completion,
    Chat,
}

impl Form {
    fn object(self, streamed: bool) -> &'static str {
        match (self, streamed) {
            (Self::Completion, _) => "text_completion",
            (Self::Chat, false) => "chat.completion",
            (Self::Chat, true) => "chat.completion.chunk",
        }
    }

    pub fn route(self) -> &'static str {
        match self {
            Self::Completion => "/v1/completions",
            Self::Chat => "/v1/chat/completions",
        }
    }
}

/// What all parts of an answer share.
#[derive(Debug, Clone)]
pub struct Header {
    pub form: Form,
    pub id: String,
    /// Unix seconds.
    pub created: u64,
    pub model: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Usage {
    pub prompt_tokens: usize,
    pub completion_tokens: usize,
    pub total_tokens: usize,
}

impl Usage {
    pub fn new(prompt_tokens: usize, completion_tokens: usize) -> Self {
        Self { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens }
    }
}

impl Header {
    /// A whole answer.
    pub fn answer(&self, choices: Vec<Value>, usage: Usage) -> Value {
        self.wrap(false, choices, json!(usage))
    }

    /// A complete choice.
    pub fn choice(&self, index: usize, text: String, logprobs: Value, reason: FinishReason) -> Value {
        let reason = reason_name(reason);
        match self.form {
            Form::Completion => {
                json!({"index": index, "text": text, "logprobs": logprobs, "finish_reason": reason})
            }
            Form::Chat => {
                let message = json!({"role": "assistant", "content": text, "refusal": null});
                json!({"index": index, "message": message, "logprobs": logprobs, "finish_reason": reason})
            }
        }
    }

    /// The chunk that opens a choice of a streamed chat.
    pub fn opening(&self, index: usize) -> Value {
        self.chunk(index, json!({"role": "assistant", "content": ""}), Value::Null, None)
    }

    /// A chunk with more text.
    pub fn more(&self, index: usize, text: &str, logprobs: Value) -> Value {
        match self.form {
            Form::Completion => self.chunk(index, json!(text), logprobs, None),
            Form::Chat => self.chunk(index, json!({"content": text}), logprobs, None),
        }
    }

    /// The chunk that ends a choice.
    pub fn ending(&self, index: usize, reason: FinishReason) -> Value {
        let nothing = if self.form == Form::Chat { json!({}) } else { json!("") };
        self.chunk(index, nothing, Value::Null, Some(reason))
    }

    /// The chunk that carries the usage of a stream.
    pub fn usage(&self, usage: Usage) -> Value {
        self.wrap(true, vec![], json!(usage))
    }

    fn chunk(&self, index: usize, content: Value, logprobs: Value, reason: Option<FinishReason>) -> Value {
        let name = if self.form == Form::Chat { "delta" } else { "text" };
        let reason = reason.map(reason_name);
        let choice = json!({"index": index, name: content, "logprobs": logprobs, "finish_reason": reason});
        self.wrap(true, vec![choice], Value::Null)
    }

    fn wrap(&self, streamed: bool, choices: Vec<Value>, usage: Value) -> Value {
        let object = self.form.object(streamed);
        json!({
            "id": self.id, "object": object, "created": self.created, "model": self.model, "choices": choices,
            "usage": usage,
        })
    }
}

/// The logarithms of some tokens in the form's shape; null for none. `offset`: characters of the choice before them.
pub fn logprobs(form: Form, tokens: &[(i64, Logprobs)], tokenizer: &Tokenizer, offset: &mut usize) -> Value {
    let text = |id: i64| String::from_utf8_lossy(&tokenizer.token_bytes(id)).into_owned();
    let entry = |id: i64, logprob: f32| json!({"token": text(id), "logprob": finite(logprob), "bytes": tokenizer.token_bytes(id)});
    if tokens.is_empty() {
        return Value::Null;
    }
    match form {
        Form::Chat => {
            let token = |(id, logprobs): &(i64, Logprobs)| {
                let mut value = entry(*id, logprobs.chosen);
                value["top_logprobs"] =
                    logprobs.top.iter().map(|(id, logprob)| entry(*id, *logprob)).collect();
                value
            };
            json!({"content": tokens.iter().map(token).collect::<Vec<_>>(), "refusal": null})
        }
        Form::Completion => {
            let texts: Vec<String> = tokens.iter().map(|(id, _)| text(*id)).collect();
            let offsets: Vec<usize> = texts
                .iter()
                .map(|text| {
                    let start = *offset;
                    *offset += text.chars().count();
                    start
                })
                .collect();
            let top = |(_, logprobs): &(i64, Logprobs)| {
                let best = logprobs.top.iter().map(|(id, logprob)| (text(*id), finite(*logprob)));
                Value::Object(best.collect())
            };
            json!({
                "tokens": texts, "text_offset": offsets,
                "token_logprobs": tokens.iter().map(|(_, l)| finite(l.chosen)).collect::<Vec<_>>(),
                "top_logprobs": tokens.iter().map(top).collect::<Vec<_>>(),
            })
        }
    }
}

/// JSON has no infinity; OpenAI writes this number for tokens that cannot come.
fn finite(logprob: f32) -> Value {
    json!(logprob.max(-9999.0))
}

fn reason_name(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Length => "length",
        FinishReason::Stop | FinishReason::Cancelled => "stop",
    }
}
