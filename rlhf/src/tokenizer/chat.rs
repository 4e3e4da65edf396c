//! Chat templates: Jinja programs in `tokenizer_config.json` that turn messages into one prompt.

use minijinja::{Environment, Error, ErrorKind, context};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One turn of a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// `system`, `user` or `assistant`.
    pub role: String,
    pub content: String,
}

#[derive(Debug)]
pub(super) struct Template {
    environment: Environment<'static>,
    bos_token: String,
    eos_token: String,
}

const NAME: &str = "chat";

impl Template {
    /// The template of a `tokenizer_config.json`, if it has one.
    pub fn from_config(config: &Value) -> Result<Option<Self>, Error> {
        let Some(source) = config["chat_template"].as_str() else { return Ok(None) };
        let mut environment = Environment::new();
        // Hugging Face renders with these two settings and this function; templates rely on them.
        environment.set_trim_blocks(true);
        environment.set_lstrip_blocks(true);
        environment.add_function("raise_exception", |message: String| -> Result<String, Error> {
            Err(Error::new(ErrorKind::InvalidOperation, message))
        });
        environment.add_template_owned(NAME, source.to_owned())?;
        let token = |key: &str| token_text(&config[key]).unwrap_or_default();
        Ok(Some(Self { environment, bos_token: token("bos_token"), eos_token: token("eos_token") }))
    }

    pub fn render(&self, messages: &[Message]) -> Result<String, Error> {
        self.environment.get_template(NAME)?.render(context! {
            messages,
            add_generation_prompt => true,
            bos_token => self.bos_token,
            eos_token => self.eos_token,
        })
    }
}

/// A special token is written as a string or as an object with its content.
pub(super) fn token_text(token: &Value) -> Option<String> {
    token.as_str().or_else(|| token["content"].as_str()).map(str::to_owned)
}
