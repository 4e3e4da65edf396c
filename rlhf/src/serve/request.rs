//! Request bodies of the OpenAI API and their meaning here. Parameters that would change the result but are not computed
//! are refused, not ignored.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;

use super::{Served, engine::Generation, error::ApiError, fields::Fields, response::Form};
use crate::{generate::Sampler, tokenizer::Message};

/// Completions of one request together.
const MAX_CHOICES: usize = 128;
const MAX_STOPS: usize = 16;
const MAX_STOP_BYTES: usize = 256;
const MAX_BIASES: usize = 1024;
const MAX_TOP: usize = 20;
/// Logarithms in one answer.
const MAX_LOGPROBS: usize = 1_000_000;
/// Text longer than this per token of context is refused without being read: it would take a while.
const MAX_TOKEN_BYTES: usize = 32;
/// Length when the request gives none, as OpenAI has it for plain completions.
const DEFAULT_COMPLETION_TOKENS: usize = 16;
const DEFAULT_CHAT_TOKENS: usize = 256;
/// Parameters with meaning that this server does not give them.
const UNSUPPORTED: [&str; 10] = [
    "echo",
    "suffix",
    "function_call",
    "functions",
    "response_format",
    "tools",
    "use_beam_search",
    "audio",
    "guided_json",
    "guided_regex",
];

/// A request that was understood.
#[derive(Debug)]
pub struct Asked {
    pub generation: Generation,
    pub stream: bool,
    pub include_usage: bool,
}

/// Reads a request; `seed` is for one that brings none.
///
/// # Errors
/// [`ApiError`] when the request is malformed or asks for something that is not computed.
pub fn read(form: Form, mut fields: Fields, served: &Served, seed: u64) -> Result<Asked, ApiError> {
    if let Some(model) = fields.take::<String>("model")?.filter(|model| *model != served.model_id) {
        return Err(ApiError::UnknownModel(model));
    }
    fields.refuse(&UNSUPPORTED)?;
    let (field, prompts) = match form {
        Form::Completion => ("prompt", prompts(&mut fields, served)?),
        Form::Chat => ("messages", vec![chat(&mut fields, served)?]),
    };
    check_prompts(field, &prompts, served)?;
    let samples = fields.within("n", 1..=MAX_CHOICES)?.unwrap_or(1);
    if fields.take::<usize>("best_of")?.is_some_and(|best_of| best_of != samples) {
        return Err(ApiError::invalid("best_of", "best_of is supported only where it equals n"));
    }
    if samples * prompts.len() > MAX_CHOICES {
        return Err(ApiError::invalid("n", format!("at most {MAX_CHOICES} completions a request")));
    }
    let context = served.context;
    let max_tokens = fields.within("max_completion_tokens", 1..=context)?;
    let max_tokens = fields.within("max_tokens", 1..=context)?.or(max_tokens);
    let default = if form == Form::Chat { DEFAULT_CHAT_TOKENS } else { DEFAULT_COMPLETION_TOKENS };
    let longest = prompts.iter().map(|prompt| prompt.len()).max().unwrap_or(0);
    let max_new_tokens = max_tokens.unwrap_or(default).min(context - longest);
    let n_top = n_top(form, &mut fields)?;
    let n_logprobs = n_top.map_or(0, |n| (n + 1) * max_new_tokens * samples * prompts.len());
    if n_logprobs > MAX_LOGPROBS {
        let message = format!("logprobs: {n_logprobs} logarithms are too many for one answer");
        return Err(ApiError::invalid("logprobs", message));
    }
    let sampler = sampler(&mut fields, served, seed)?;
    let stop = stop(&mut fields)?;
    let stream = fields.take("stream")?.unwrap_or(false);
    let options = fields.take::<BTreeMap<String, Value>>("stream_options")?.unwrap_or_default();
    let include_usage = match options.get("include_usage") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(include)) => *include,
        Some(_) => return Err(ApiError::invalid("stream_options", "include_usage must be true or false")),
    };
    let generation = Generation { prompts, samples, sampler, max_new_tokens, stop, n_top };
    Ok(Asked { generation, stream, include_usage })
}

fn prompts(fields: &mut Fields, served: &Served) -> Result<Vec<Arc<[i64]>>, ApiError> {
    let wrong = || ApiError::invalid("prompt", "prompt must be text, token ids, or a list of either");
    let encode = |text: &str| {
        check_size("prompt", text.len(), served)?;
        Ok(served.tokenizer.encode(text)?.into())
    };
    let ids = |items: &[Value]| {
        items.iter().map(|id| id.as_i64().ok_or_else(wrong)).collect::<Result<Arc<[i64]>, ApiError>>()
    };
    match fields.raw("prompt") {
        None => Err(ApiError::invalid("prompt", "prompt is missing")),
        Some(Value::String(text)) => Ok(vec![encode(&text)?]),
        Some(Value::Array(items)) if items.first().is_some_and(Value::is_number) => Ok(vec![ids(&items)?]),
        Some(Value::Array(items)) if (1..=MAX_CHOICES).contains(&items.len()) => items
            .iter()
            .map(|item| match item {
                Value::String(text) => encode(text),
                Value::Array(items) => ids(items),
                _ => Err(wrong()),
            })
            .collect(),
        Some(_) => Err(wrong()),
    }
}

fn chat(fields: &mut Fields, served: &Served) -> Result<Arc<[i64]>, ApiError> {
    let messages = fields.take::<Vec<Value>>("messages")?.unwrap_or_default();
    if messages.is_empty() {
        return Err(ApiError::invalid("messages", "messages must not be empty"));
    }
    let messages: Vec<Message> =
        messages.iter().enumerate().map(|(i, m)| message(i, m)).collect::<Result<_, _>>()?;
    check_size("messages", messages.iter().map(|message| message.content.len()).sum(), served)?;
    Ok(served.tokenizer.encode_chat(&messages)?.into())
}

fn message(i: usize, message: &Value) -> Result<Message, ApiError> {
    let invalid =
        |field: &str, what: &str| Err(ApiError::invalid(format!("messages[{i}].{field}"), what.to_owned()));
    let role = match message["role"].as_str() {
        Some("developer") => "system",
        Some(role @ ("system" | "user" | "assistant")) => role,
        Some(role) => return invalid("role", &format!("the role {role:?} is not supported")),
        None => return invalid("role", "every message needs a role"),
    };
    let content = match &message["content"] {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let text = |part: &Value| part["text"].as_str().map(str::to_owned);
            match parts.iter().map(text).collect::<Option<String>>() {
                Some(text) => text,
                None => return invalid("content", "only parts of type text can be read"),
            }
        }
        Value::Null if role == "assistant" => String::new(),
        _ => return invalid("content", "content must be text or a list of text parts"),
    };
    Ok(Message { role: role.into(), content })
}

fn check_size(field: &'static str, n_bytes: usize, served: &Served) -> Result<(), ApiError> {
    if n_bytes > served.context * MAX_TOKEN_BYTES {
        return Err(ApiError::TooLong {
            field,
            what: format!("{n_bytes} bytes of text"),
            limit: served.context,
        });
    }
    Ok(())
}

fn check_prompts(field: &'static str, prompts: &[Arc<[i64]>], served: &Served) -> Result<(), ApiError> {
    for prompt in prompts {
        if prompt.is_empty() {
            return Err(ApiError::invalid(field, format!("{field} must not be empty")));
        }
        if prompt.len() >= served.context {
            let what = format!("{} tokens", prompt.len());
            return Err(ApiError::TooLong { field, what, limit: served.context });
        }
        if let Some(id) = prompt.iter().find(|id| !(0..served.vocab_size).contains(*id)) {
            let message =
                format!("token id {id} is outside of the vocabulary of {} tokens", served.vocab_size);
            return Err(ApiError::invalid(field, message));
        }
    }
    Ok(())
}

/// `logprobs: true, top_logprobs: n` in a chat, `logprobs: n` in a plain completion.
fn n_top(form: Form, fields: &mut Fields) -> Result<Option<usize>, ApiError> {
    if form == Form::Completion {
        return fields.within("logprobs", 0..=MAX_TOP);
    }
    let wanted = fields.take::<bool>("logprobs")?.unwrap_or(false);
    match (wanted, fields.within("top_logprobs", 0..=MAX_TOP)?) {
        (false, Some(_)) => Err(ApiError::invalid("top_logprobs", "top_logprobs needs logprobs: true")),
        (wanted, n) => Ok(wanted.then(|| n.unwrap_or(0))),
    }
}

fn sampler(fields: &mut Fields, served: &Served, seed: u64) -> Result<Sampler, ApiError> {
    let top_p = fields.within("top_p", 0.0..=1.0)?.unwrap_or(1.0);
    let repetition_penalty = fields.within("repetition_penalty", 0.0..=10.0)?.unwrap_or(1.0);
    if repetition_penalty == 0.0 {
        return Err(ApiError::invalid("repetition_penalty", "repetition_penalty must be above 0"));
    }
    let seed = match fields.raw("seed") {
        None => seed,
        Some(value) => value
            .as_i64()
            .map(i64::cast_unsigned)
            .or(value.as_u64())
            .ok_or_else(|| ApiError::invalid("seed", "seed must be an integer of 64 bits"))?,
    };
    let mut stop_ids = served.tokenizer.eos_ids().to_vec();
    let more = fields.take::<Vec<i64>>("stop_token_ids")?.unwrap_or_default();
    if more.len() > MAX_BIASES {
        return Err(ApiError::invalid("stop_token_ids", format!("at most {MAX_BIASES} stop token ids")));
    }
    stop_ids.extend(more);
    Ok(Sampler {
        temperature: fields.within("temperature", 0.0..=2.0)?.unwrap_or(1.0),
        top_p,
        top_k: fields.take("top_k")?.unwrap_or(0),
        min_p: fields.within("min_p", 0.0..=1.0)?.unwrap_or(0.0),
        repetition_penalty,
        frequency_penalty: fields.within("frequency_penalty", -2.0..=2.0)?.unwrap_or(0.0),
        presence_penalty: fields.within("presence_penalty", -2.0..=2.0)?.unwrap_or(0.0),
        logit_bias: logit_bias(fields)?,
        min_new_tokens: fields.take("min_tokens")?.unwrap_or(0),
        stop_ids,
        seed,
    })
}

fn logit_bias(fields: &mut Fields) -> Result<Vec<(i64, f64)>, ApiError> {
    let biases = fields.take::<BTreeMap<String, f64>>("logit_bias")?.unwrap_or_default();
    let wrong = || {
        ApiError::invalid(
            "logit_bias",
            format!("logit_bias maps up to {MAX_BIASES} token ids to numbers between -100 and 100"),
        )
    };
    if biases.len() > MAX_BIASES {
        return Err(wrong());
    }
    let bias = |(id, bias): (String, f64)| {
        let id = id.parse().ok().filter(|_| (-100.0..=100.0).contains(&bias));
        id.map(|id| (id, bias)).ok_or_else(wrong)
    };
    biases.into_iter().map(bias).collect()
}

fn stop(fields: &mut Fields) -> Result<Arc<[String]>, ApiError> {
    let wrong = || {
        let message =
            format!("stop is a text or up to {MAX_STOPS} texts, of 1 to {MAX_STOP_BYTES} bytes each");
        ApiError::invalid("stop", message)
    };
    let stops = match fields.raw("stop") {
        None => vec![],
        Some(Value::String(stop)) => vec![stop],
        Some(stops) => serde_json::from_value::<Vec<String>>(stops).map_err(|_| wrong())?,
    };
    let fits =
        stops.len() <= MAX_STOPS && stops.iter().all(|stop| (1..=MAX_STOP_BYTES).contains(&stop.len()));
    if fits { Ok(stops.into()) } else { Err(wrong()) }
}
