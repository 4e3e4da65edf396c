//! `config.json` in the Hugging Face layout.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ModelError;

/// The shape of a Llama model and the constants of its layers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    pub architectures: Vec<String>,
    pub model_type: String,
    pub vocab_size: i64,
    pub hidden_size: i64,
    pub intermediate_size: i64,
    pub num_hidden_layers: usize,
    pub num_attention_heads: i64,
    pub num_key_value_heads: i64,
    pub head_dim: i64,
    pub max_position_embeddings: i64,
    pub rms_norm_eps: f64,
    pub rope_theta: f64,
    pub tie_word_embeddings: bool,
    pub hidden_act: String,
    pub attention_bias: bool,
    pub mlp_bias: bool,
    pub bos_token_id: Option<i64>,
    /// One id or a list of ids; read it through [`Config::eos_token_ids`].
    pub eos_token_id: Value,
    pub pad_token_id: Option<i64>,
    /// Element type of the stored weights, `float32` or `bfloat16`.
    pub torch_dtype: String,
}

/// The keys as files in the wild have them: many are optional and the RoPE base moved between releases.
#[derive(Deserialize)]
struct RawConfig {
    #[serde(default)]
    architectures: Vec<String>,
    model_type: Option<String>,
    vocab_size: i64,
    hidden_size: i64,
    intermediate_size: i64,
    num_hidden_layers: usize,
    num_attention_heads: i64,
    num_key_value_heads: Option<i64>,
    head_dim: Option<i64>,
    max_position_embeddings: i64,
    rms_norm_eps: f64,
    rope_theta: Option<f64>,
    rope_parameters: Option<RopeParameters>,
    rope_scaling: Option<Value>,
    #[serde(default)]
    tie_word_embeddings: bool,
    hidden_act: Option<String>,
    #[serde(default)]
    attention_bias: bool,
    #[serde(default)]
    mlp_bias: bool,
    bos_token_id: Option<i64>,
    #[serde(default)]
    eos_token_id: Value,
    pad_token_id: Option<i64>,
    torch_dtype: Option<String>,
    dtype: Option<String>,
}

#[derive(Deserialize)]
struct RopeParameters {
    rope_theta: Option<f64>,
    rope_type: Option<String>,
}

/// Architecture of a policy.
pub const CAUSAL_LM: &str = "LlamaForCausalLM";
/// Architecture of a reward model: the same trunk and `score.weight` `[1, d]` instead of a language-model head.
pub const SEQUENCE_CLASSIFICATION: &str = "LlamaForSequenceClassification";

impl Config {
    /// Reads `dir/config.json`.
    ///
    /// # Errors
    /// [`ModelError::Architecture`] for anything but Llama, [`ModelError::Unsupported`] for options this code does not
    /// compute (biases, scaled RoPE, other activations), so that a model is never run wrongly in silence.
    pub fn load(dir: &Path) -> Result<Self, ModelError> {
        let path = dir.join("config.json");
        let text = std::fs::read(&path).map_err(|source| ModelError::Read { path: path.clone(), source })?;
        let raw: RawConfig =
            serde_json::from_slice(&text).map_err(|source| ModelError::Json { path, source })?;
        raw.try_into()
    }

    /// A configuration from the keys of a `config.json`.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn from_json(json: Value) -> Result<Self, ModelError> {
        let raw: RawConfig = serde_json::from_value(json)
            .map_err(|source| ModelError::Json { path: "config.json".into(), source })?;
        raw.try_into()
    }

    /// Writes `dir/config.json`.
    ///
    /// # Errors
    /// [`ModelError::Write`] when the file cannot be written.
    pub fn save(&self, dir: &Path) -> Result<(), ModelError> {
        let path = dir.join("config.json");
        let mut text = serde_json::to_string_pretty(self).expect("a config has only string keys");
        text.push('\n');
        std::fs::write(&path, text).map_err(|source| ModelError::Write { path, source })
    }

    /// End-of-sequence ids; the file holds one id, a list or nothing.
    pub fn eos_token_ids(&self) -> Vec<i64> {
        match &self.eos_token_id {
            Value::Array(ids) => ids.iter().filter_map(Value::as_i64).collect(),
            id => id.as_i64().into_iter().collect(),
        }
    }

    /// The same shape as a reward model: no language-model head, one label.
    pub fn as_sequence_classification(&self) -> Self {
        Self { architectures: vec![SEQUENCE_CLASSIFICATION.into()], ..self.clone() }
    }

    /// Whether the weights carry a language-model head (possibly tied to the embedding).
    pub fn has_lm_head(&self) -> bool {
        self.architectures.first().is_some_and(|name| name == CAUSAL_LM)
    }

    /// Name and shape of every tensor of the trunk and the language-model head, bottom up.
    pub fn tensors(&self) -> Vec<(String, Vec<i64>)> {
        let (d, q, kv) = (
            self.hidden_size,
            self.num_attention_heads * self.head_dim,
            self.num_key_value_heads * self.head_dim,
        );
        let mut out = vec![("model.embed_tokens.weight".to_owned(), vec![self.vocab_size, d])];
        for i in 0..self.num_hidden_layers {
            let mut add =
                |name: &str, shape: Vec<i64>| out.push((format!("model.layers.{i}.{name}.weight"), shape));
            add("input_layernorm", vec![d]);
            add("self_attn.q_proj", vec![q, d]);
            add("self_attn.k_proj", vec![kv, d]);
            add("self_attn.v_proj", vec![kv, d]);
            add("self_attn.o_proj", vec![d, q]);
            add("post_attention_layernorm", vec![d]);
            add("mlp.gate_proj", vec![self.intermediate_size, d]);
            add("mlp.up_proj", vec![self.intermediate_size, d]);
            add("mlp.down_proj", vec![d, self.intermediate_size]);
        }
        out.push(("model.norm.weight".to_owned(), vec![d]));
        if self.has_lm_head() && !self.tie_word_embeddings {
            out.push(("lm_head.weight".to_owned(), vec![self.vocab_size, d]));
        }
        out
    }
}

impl TryFrom<RawConfig> for Config {
    type Error = ModelError;

    fn try_from(raw: RawConfig) -> Result<Self, ModelError> {
        let architecture = raw.architectures.first().cloned().unwrap_or_default();
        if ![CAUSAL_LM, SEQUENCE_CLASSIFICATION].contains(&architecture.as_str()) {
            let name =
                if architecture.is_empty() { raw.model_type.unwrap_or_default() } else { architecture };
            return Err(ModelError::Architecture(name));
        }
        let unsupported = |what: String| Err(ModelError::Unsupported(what));
        let hidden_act = raw.hidden_act.unwrap_or_else(|| "silu".into());
        if hidden_act != "silu" {
            return unsupported(format!("hidden_act {hidden_act:?}, only \"silu\" is computed"));
        }
        if raw.attention_bias || raw.mlp_bias {
            return unsupported("attention_bias or mlp_bias".into());
        }
        let rope_type =
            raw.rope_parameters.as_ref().and_then(|rope| rope.rope_type.as_deref()).unwrap_or("default");
        if rope_type != "default" || raw.rope_scaling.is_some_and(|scaling| !scaling.is_null()) {
            return unsupported(format!("scaled RoPE (rope_type {rope_type:?})"));
        }
        let heads = raw.num_attention_heads;
        let kv_heads = raw.num_key_value_heads.unwrap_or(heads);
        let positive = [
            raw.vocab_size,
            raw.hidden_size,
            raw.intermediate_size,
            heads,
            kv_heads,
            raw.max_position_embeddings,
        ];
        if positive.iter().any(|&n| n <= 0) || heads % kv_heads != 0 {
            return unsupported(format!("sizes {positive:?}"));
        }
        let head_dim = raw.head_dim.unwrap_or(raw.hidden_size / heads);
        if head_dim <= 0 || head_dim % 2 != 0 {
            return unsupported(format!("head_dim {head_dim}"));
        }
        Ok(Self {
            architectures: raw.architectures,
            model_type: raw.model_type.unwrap_or_else(|| "llama".into()),
            vocab_size: raw.vocab_size,
            hidden_size: raw.hidden_size,
            intermediate_size: raw.intermediate_size,
            num_hidden_layers: raw.num_hidden_layers,
            num_attention_heads: heads,
            num_key_value_heads: kv_heads,
            head_dim,
            max_position_embeddings: raw.max_position_embeddings,
            rms_norm_eps: raw.rms_norm_eps,
            rope_theta: raw
                .rope_theta
                .or(raw.rope_parameters.and_then(|rope| rope.rope_theta))
                .unwrap_or(10_000.0),
            tie_word_embeddings: raw.tie_word_embeddings,
            hidden_act,
            attention_bias: false,
            mlp_bias: false,
            bos_token_id: raw.bos_token_id,
            eos_token_id: raw.eos_token_id,
            pad_token_id: raw.pad_token_id,
            torch_dtype: raw.torch_dtype.or(raw.dtype).unwrap_or_else(|| "float32".into()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(change: impl FnOnce(&mut Value)) -> Result<Config, ModelError> {
        let mut json = serde_json::json!({
            "architectures": ["LlamaForCausalLM"], "vocab_size": 16, "hidden_size": 8, "intermediate_size": 12,
            "num_hidden_layers": 1, "num_attention_heads": 2, "max_position_embeddings": 32, "rms_norm_eps": 1e-5,
        });
        change(&mut json);
        Config::from_json(json)
    }

    #[test]
    fn fills_in_what_llama_files_may_leave_out() {
        let config = parse(|_| ()).unwrap();
        assert_eq!((config.num_key_value_heads, config.head_dim, config.rope_theta), (2, 4, 10_000.0));
        assert!(config.eos_token_ids().is_empty());
    }

    #[test]
    fn reads_one_or_several_end_ids() {
        assert_eq!(parse(|json| json["eos_token_id"] = 2.into()).unwrap().eos_token_ids(), [2]);
        assert_eq!(
            parse(|json| json["eos_token_id"] = serde_json::json!([2, 7])).unwrap().eos_token_ids(),
            [2, 7]
        );
    }

    #[test]
    fn refuses_another_architecture_by_name() {
        let error = parse(|json| json["architectures"][0] = "MistralForCausalLM".into()).unwrap_err();
        assert!(error.to_string().contains("MistralForCausalLM"));
    }

    #[test]
    fn refuses_options_that_it_would_compute_wrongly() {
        assert!(parse(|json| json["attention_bias"] = true.into()).is_err());
        assert!(parse(|json| json["rope_scaling"] = serde_json::json!({"type": "linear"})).is_err());
        assert!(parse(|json| json["hidden_act"] = "gelu".into()).is_err());
        assert!(parse(|json| json["num_key_value_heads"] = 3.into()).is_err());
    }
}
