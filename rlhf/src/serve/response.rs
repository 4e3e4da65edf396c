//! Answer bodies of the OpenAI API.

use serde::Serialize;

use crate::generate::FinishReason;

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

#[derive(Debug, Serialize)]
pub struct Answer {
    id: String,
    object: &'static str,
    created: u64,
    model: String,
    choices: Vec<Choice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Usage>,
}

#[derive(Debug, Serialize)]
pub struct Choice {
    index: usize,
    #[serde(flatten)]
    content: Content,
    finish_reason: Option<&'static str>,
    /// Always null: the field is required by some clients.
    logprobs: Option<()>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Content {
    Text(String),
    Message(Message),
    Delta(Message),
}

#[derive(Debug, Serialize)]
struct Message {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Usage {
    pub prompt_tokens: usize,
    pub completion_tokens: usize,
    pub total_tokens: usize,
}

impl Header {
    /// A whole answer.
    pub fn answer(&self, choices: Vec<Choice>, usage: Usage) -> Answer {
        self.wrap(false, choices, Some(usage))
    }

    /// A complete choice.
    pub fn choice(&self, index: usize, text: String, reason: FinishReason) -> Choice {
        let content = match self.form {
            Form::Completion => Content::Text(text),
            Form::Chat => Content::Message(Message { role: Some("assistant"), content: Some(text) }),
        };
        Choice { index, content, finish_reason: Some(reason_name(reason)), logprobs: None }
    }

    /// The chunk that opens a choice of a streamed chat.
    pub fn opening(&self, index: usize) -> Answer {
        self.chunk(index, Message { role: Some("assistant"), content: Some(String::new()) }, None)
    }

    /// A chunk with more text.
    pub fn more(&self, index: usize, text: String) -> Answer {
        self.chunk(index, Message { role: None, content: Some(text) }, None)
    }

    /// The chunk that ends a choice.
    pub fn ending(&self, index: usize, reason: FinishReason) -> Answer {
        self.chunk(index, Message { role: None, content: None }, Some(reason))
    }

    /// The chunk that carries the usage of a stream.
    pub fn usage(&self, usage: Usage) -> Answer {
        self.wrap(true, vec![], Some(usage))
    }

    fn chunk(&self, index: usize, message: Message, reason: Option<FinishReason>) -> Answer {
        let content = match self.form {
            Form::Completion => Content::Text(message.content.unwrap_or_default()),
            Form::Chat => Content::Delta(message),
        };
        let choice = Choice { index, content, finish_reason: reason.map(reason_name), logprobs: None };
        self.wrap(true, vec![choice], None)
    }

    fn wrap(&self, streamed: bool, choices: Vec<Choice>, usage: Option<Usage>) -> Answer {
        Answer {
            id: self.id.clone(),
            object: self.form.object(streamed),
            created: self.created,
            model: self.model.clone(),
            choices,
            usage,
        }
    }
}

fn reason_name(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Length => "length",
        FinishReason::Stop | FinishReason::Cancelled => "stop",
    }
}
