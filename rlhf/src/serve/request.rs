//! Request bodies of the OpenAI API and their meaning here. Parameters that would change the result but are not computed
//! are refused, not ignored.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Service, engine::Generation, error::ApiError};
use crate::{
    generate::{GenerateOptions, Sampler},
    tokenizer::Message,
};

/// Completions of one request together.
const MAX_CHOICES: usize = 32;
const MAX_STOPS: usize = 4;
/// Length when the request gives none, as OpenAI has it for plain completions.
const DEFAULT_COMPLETION_TOKENS: usize = 16;
const DEFAULT_CHAT_TOKENS: usize = 256;
/// Parameters with meaning that this server does not give them; their neutral values are fine.
const UNSUPPORTED: [&str; 12] = [
    "best_of",
    "echo",
    "frequency_penalty",
    "function_call",
    "functions",
    "logit_bias",
    "logprobs",
    "presence_penalty",
    "response_format",
    "suffix",
    "tools",
    "top_logprobs",
];

/// Body of `POST /v1/completions`.
#[derive(Debug, Deserialize)]
pub struct CompletionRequest {
    prompt: Prompt,
    #[serde(flatten)]
    common: Common,
}

/// Body of `POST /v1/chat/completions`.
#[derive(Debug, Deserialize)]
pub struct ChatRequest {
    messages: Vec<ChatMessage>,
    max_completion_tokens: Option<usize>,
    #[serde(flatten)]
    common: Common,
}

/// Parameters of both.
#[derive(Debug, Deserialize)]
pub struct Common {
    model: Option<String>,
    n: Option<usize>,
    max_tokens: Option<usize>,
    temperature: Option<f64>,
    top_p: Option<f64>,
    top_k: Option<usize>,
    seed: Option<i64>,
    stop: Option<OneOrMany>,
    #[serde(default)]
    pub stream: bool,
    #[serde(default)]
    stream_options: StreamOptions,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Debug, Default, Deserialize)]
struct StreamOptions {
    #[serde(default)]
    include_usage: bool,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Prompt {
    Text(String),
    Ids(Vec<i64>),
    Texts(Vec<String>),
    ManyIds(Vec<Vec<i64>>),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Debug, Deserialize)]
struct ChatMessage {
    role: String,
    content: Content,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

/// Only parts of text can be read.
#[derive(Debug, Deserialize)]
struct Part {
    text: String,
}

impl CompletionRequest {
    pub fn common(&self) -> &Common {
        &self.common
    }

    /// # Errors
    /// [`ApiError`], here and below, when the request is malformed or asks for something that is not computed.
    pub fn generation(&self, service: &Service) -> Result<Generation, ApiError> {
        let prompts = match &self.prompt {
            Prompt::Text(text) => vec![service.tokenizer.encode(text)?],
            Prompt::Texts(texts) => {
                texts.iter().map(|text| service.tokenizer.encode(text)).collect::<Result<_, _>>()?
            }
            Prompt::Ids(ids) => vec![ids.clone()],
            Prompt::ManyIds(prompts) => prompts.clone(),
        };
        self.common.generation(service, prompts, self.common.max_tokens.unwrap_or(DEFAULT_COMPLETION_TOKENS))
    }
}

impl ChatRequest {
    pub fn common(&self) -> &Common {
        &self.common
    }

    /// # Errors
    /// As [`CompletionRequest::generation`].
    pub fn generation(&self, service: &Service) -> Result<Generation, ApiError> {
        if self.messages.is_empty() {
            return Err(ApiError::invalid("messages", "messages must not be empty"));
        }
        let text = |content: &Content| match content {
            Content::Text(text) => text.clone(),
            Content::Parts(parts) => parts.iter().map(|part| part.text.as_str()).collect(),
        };
        let message = |m: &ChatMessage| Message { role: m.role.clone(), content: text(&m.content) };
        let prompt = service.tokenizer.encode_chat(&self.messages.iter().map(message).collect::<Vec<_>>())?;
        let max_tokens = self.max_completion_tokens.or(self.common.max_tokens).unwrap_or(DEFAULT_CHAT_TOKENS);
        self.common.generation(service, vec![prompt], max_tokens)
    }
}

impl Common {
    pub fn include_usage(&self) -> bool {
        self.stream_options.include_usage
    }

    fn generation(
        &self,
        service: &Service,
        prompts: Vec<Vec<i64>>,
        max_new_tokens: usize,
    ) -> Result<Generation, ApiError> {
        self.check(service)?;
        let samples = self.n.unwrap_or(1);
        if samples == 0 || prompts.is_empty() || samples.saturating_mul(prompts.len()) > MAX_CHOICES {
            return Err(ApiError::invalid("n", format!("between 1 and {MAX_CHOICES} completions a request")));
        }
        if max_new_tokens == 0 || max_new_tokens > service.context {
            return Err(ApiError::invalid(
                "max_tokens",
                format!("max_tokens must be between 1 and {}", service.context),
            ));
        }
        let stop = match &self.stop {
            None => vec![],
            Some(OneOrMany::One(stop)) => vec![stop.clone()],
            Some(OneOrMany::Many(stops)) => stops.clone(),
        };
        if stop.len() > MAX_STOPS || stop.iter().any(String::is_empty) {
            return Err(ApiError::invalid("stop", format!("up to {MAX_STOPS} stop strings, none empty")));
        }
        let sampler = Sampler {
            temperature: self.temperature.unwrap_or(1.0),
            top_p: self.top_p.unwrap_or(1.0),
            top_k: self.top_k.unwrap_or(0),
            stop_ids: service.tokenizer.eos_ids().to_vec(),
            ..Sampler::default()
        };
        let options = GenerateOptions {
            sampler,
            samples,
            max_new_tokens,
            max_rows: MAX_CHOICES,
            ..GenerateOptions::default()
        };
        Ok(Generation { prompts, options, stop, seed: self.seed.map(i64::cast_unsigned) })
    }

    fn check(&self, service: &Service) -> Result<(), ApiError> {
        if let Some(model) = self.model.as_ref().filter(|model| **model != service.model_id) {
            return Err(ApiError::UnknownModel(model.clone()));
        }
        if !self.temperature.is_none_or(|t| (0.0..=2.0).contains(&t)) {
            return Err(ApiError::invalid("temperature", "temperature must be between 0 and 2"));
        }
        if !self.top_p.is_none_or(|p| p > 0.0 && p <= 1.0) {
            return Err(ApiError::invalid("top_p", "top_p must be above 0 and at most 1"));
        }
        let asked =
            UNSUPPORTED.iter().find(|name| self.rest.get(**name).is_some_and(|value| !is_neutral(value)));
        asked.map_or(Ok(()), |name| Err(ApiError::invalid(name, format!("{name} is not supported"))))
    }
}

/// Whether a parameter with this value asks for nothing.
fn is_neutral(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty() || fields.get("type").is_some_and(|kind| kind == "text"),
    }
}
