//! `config.json` in the Hugging Face layout.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ModelError, Module};

/// The shape of a decoder and the constants of its layers. Keys as in Llama's `config.json`; GPT-2's other names exist in
/// files only ([`super::gpt2`]).
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
    /// Of the root-mean-square norms, or of GPT-2's layer norms.
    pub rms_norm_eps: f64,
    pub rope_theta: f64,
    /// As in the file; what it means is [`Config::rope_scaling`].
    #[serde(rename = "rope_scaling", skip_serializing_if = "Option::is_none")]
    rope_scaling_keys: Option<Value>,
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
    rope_parameters: Option<Value>,
    rope_scaling: Option<Value>,
    #[serde(default)]
    tie_word_embeddings: bool,
    hidden_act: Option<String>,
    #[serde(default)]
    attention_bias: bool,
    #[serde(default)]
    mlp_bias: bool,
    #[serde(default)]
    use_sliding_window: bool,
    bos_token_id: Option<i64>,
    #[serde(default)]
    eos_token_id: Value,
    pad_token_id: Option<i64>,
    torch_dtype: Option<String>,
    dtype: Option<String>,
}

/// How rotary frequencies are stretched for contexts longer than those of pre-training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RopeScaling {
    /// Not at all.
    None,
    /// All frequencies divided by `factor`.
    Linear { factor: f64 },
    /// Llama 3.1: low frequencies divided by `factor`, high ones kept, those between interpolated.
    Llama3 { factor: f64, low: f64, high: f64, original_positions: f64 },
}

/// Families of decoders, each with its own biases, norms and positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Llama 1 to 3, SmolLM2 and others of that shape.
    Llama,
    /// Biases on queries, keys and values.
    Qwen2,
    /// Norms on the queries and keys of each head.
    Qwen3,
    /// Layer norms, learned positions, GELU, biases everywhere.
    Gpt2,
}

impl Family {
    const ALL: [Self; 4] = [Self::Llama, Self::Qwen2, Self::Qwen3, Self::Gpt2];

    /// Architecture of a policy.
    pub fn causal_lm(self) -> &'static str {
        match self {
            Self::Llama => "LlamaForCausalLM",
            Self::Qwen2 => "Qwen2ForCausalLM",
            Self::Qwen3 => "Qwen3ForCausalLM",
            Self::Gpt2 => "GPT2LMHeadModel",
        }
    }

    /// Architecture of a reward model: the same trunk and `score.weight` `[1, d]` instead of a language-model head.
    fn sequence_classification(self) -> &'static str {
        match self {
            Self::Llama => "LlamaForSequenceClassification",
            Self::Qwen2 => "Qwen2ForSequenceClassification",
            Self::Qwen3 => "Qwen3ForSequenceClassification",
            Self::Gpt2 => "GPT2ForSequenceClassification",
        }
    }

    fn model_type(self) -> &'static str {
        match self {
            Self::Llama => "llama",
            Self::Qwen2 => "qwen2",
            Self::Qwen3 => "qwen3",
            Self::Gpt2 => super::gpt2::MODEL_TYPE,
        }
    }

    fn of(architecture: &str) -> Option<Self> {
        let named =
            |family: &Self| [family.causal_lm(), family.sequence_classification()].contains(&architecture);
        Self::ALL.into_iter().find(named)
    }
}

impl Config {
    /// Reads `dir/config.json`.
    ///
    /// # Errors
    /// [`ModelError::Architecture`] for families that are not in [`Family`], [`ModelError::Unsupported`] for options this
    /// code does not compute (sliding windows, other RoPE scalings or activations), so that a model is never run wrongly in
    /// silence.
    pub fn load(dir: &Path) -> Result<Self, ModelError> {
        let path = dir.join("config.json");
        let text = std::fs::read(&path).map_err(|source| ModelError::Read { path: path.clone(), source })?;
        let json = serde_json::from_slice(&text).map_err(|source| ModelError::Json { path, source })?;
        Self::from_json(json)
    }

    /// A configuration from the keys of a `config.json`.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn from_json(json: Value) -> Result<Self, ModelError> {
        let json =
            if json["model_type"] == super::gpt2::MODEL_TYPE { super::gpt2::read_keys(&json)? } else { json };
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
        let keys = match self.family() {
            Family::Gpt2 => super::gpt2::write_keys(self),
            _ => serde_json::to_value(self).expect("a config has only string keys"),
        };
        let mut text = format!("{keys:#}");
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
        Self { architectures: vec![self.family().sequence_classification().into()], ..self.clone() }
    }

    /// Whether the weights carry a language-model head (possibly tied to the embedding).
    pub fn has_lm_head(&self) -> bool {
        self.architectures.first().is_some_and(|name| name == self.family().causal_lm())
    }

    /// Which layers, norms and names the model has.
    pub fn family(&self) -> Family {
        self.architectures
            .first()
            .and_then(|name| Family::of(name))
            .expect("checked when the config was read")
    }

    /// How the rotary frequencies are stretched.
    ///
    /// # Errors
    /// [`ModelError::Unsupported`] for other kinds and for missing numbers.
    pub fn rope_scaling(&self) -> Result<RopeScaling, ModelError> {
        let Some(keys) = &self.rope_scaling_keys else { return Ok(RopeScaling::None) };
        let unsupported = || ModelError::Unsupported(format!("RoPE scaling {keys}"));
        let number = |key: &str| {
            let number = keys[key].as_f64().filter(|number| number.is_finite() && *number > 0.0);
            number.ok_or_else(unsupported)
        };
        match keys["rope_type"].as_str().or(keys["type"].as_str()) {
            Some("default") => Ok(RopeScaling::None),
            Some("linear") => Ok(RopeScaling::Linear { factor: number("factor")? }),
            Some("llama3") => Ok(RopeScaling::Llama3 {
                factor: number("factor")?,
                low: number("low_freq_factor")?,
                high: number("high_freq_factor")?,
                original_positions: number("original_max_position_embeddings")?,
            }),
            _ => Err(unsupported()),
        }
    }

    /// Whether the projection of a block has a bias.
    pub fn has_bias(&self, module: Module) -> bool {
        let attention = matches!(module, Module::Q | Module::K | Module::V);
        match self.family() {
            Family::Gpt2 => true,
            Family::Qwen2 => attention,
            Family::Llama | Family::Qwen3 if attention || module == Module::O => self.attention_bias,
            Family::Llama | Family::Qwen3 => self.mlp_bias,
        }
    }

    /// Whether a block has this projection: GPT-2's has no gate.
    pub fn has_module(&self, module: Module) -> bool {
        module != Module::Gate || self.family() != Family::Gpt2
    }

    /// Name and shape of every tensor of the trunk and the language-model head, bottom up, by Llama's names.
    pub fn tensors(&self) -> Vec<(String, Vec<i64>)> {
        let (d, family) = (self.hidden_size, self.family());
        let mut out = vec![("model.embed_tokens.weight".to_owned(), vec![self.vocab_size, d])];
        if family == Family::Gpt2 {
            out.push((EMBED_POSITIONS.to_owned(), vec![self.max_position_embeddings, d]));
        }
        let norm = |out: &mut Vec<_>, name: String| {
            out.push((format!("{name}.weight"), vec![d]));
            if family == Family::Gpt2 {
                out.push((format!("{name}.bias"), vec![d]));
            }
        };
        for i in 0..self.num_hidden_layers {
            norm(&mut out, format!("model.layers.{i}.input_layernorm"));
            norm(&mut out, format!("model.layers.{i}.post_attention_layernorm"));
            for module in Module::ALL.into_iter().filter(|module| self.has_module(*module)) {
                let name = format!("model.layers.{i}.{}", module.path());
                let (outputs, inputs) = module.shape(self);
                out.push((format!("{name}.weight"), vec![outputs, inputs]));
                if self.has_bias(module) {
                    out.push((format!("{name}.bias"), vec![outputs]));
                }
            }
            if family == Family::Qwen3 {
                out.push((format!("model.layers.{i}.self_attn.q_norm.weight"), vec![self.head_dim]));
                out.push((format!("model.layers.{i}.self_attn.k_norm.weight"), vec![self.head_dim]));
            }
        }
        norm(&mut out, "model.norm".to_owned());
        if self.has_lm_head() && !self.tie_word_embeddings {
            out.push(("lm_head.weight".to_owned(), vec![self.vocab_size, d]));
        }
        out
    }
}

/// More than any model has. Names and rotary tables are made for as many as a file says, before its weights are seen.
const MAX_LAYERS: usize = 4096;
const MAX_HEAD_DIM: i64 = 1 << 12;

/// Name of GPT-2's learned positions.
pub const EMBED_POSITIONS: &str = "model.embed_positions.weight";

impl TryFrom<RawConfig> for Config {
    type Error = ModelError;

    fn try_from(raw: RawConfig) -> Result<Self, ModelError> {
        let architecture = raw.architectures.first().cloned().unwrap_or_default();
        let Some(family) = Family::of(&architecture) else {
            let name =
                if architecture.is_empty() { raw.model_type.unwrap_or_default() } else { architecture };
            return Err(ModelError::Architecture(name));
        };
        let unsupported = |what: String| Err(ModelError::Unsupported(what));
        let expected_act = if family == Family::Gpt2 { super::gpt2::ACTIVATION } else { "silu" };
        let hidden_act = raw.hidden_act.unwrap_or_else(|| expected_act.into());
        if hidden_act != expected_act {
            return unsupported(format!("hidden_act {hidden_act:?}, only {expected_act:?} is computed"));
        }
        if raw.use_sliding_window {
            return unsupported("sliding-window attention".into());
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
        // The upper bound keeps products of two sizes within 64 bits, whatever a stranger's file says.
        if positive.iter().any(|&n| n <= 0 || n > 1 << 31) || heads % kv_heads != 0 {
            return unsupported(format!("sizes {positive:?}"));
        }
        let head_dim = raw.head_dim.unwrap_or(raw.hidden_size / heads);
        if head_dim <= 0 || head_dim % 2 != 0 || head_dim > MAX_HEAD_DIM {
            return unsupported(format!("head_dim {head_dim}"));
        }
        if raw.num_hidden_layers > MAX_LAYERS {
            return unsupported(format!("{} layers", raw.num_hidden_layers));
        }
        // Newer files hold base and scaling together, older ones apart.
        let parameters = raw.rope_parameters.filter(|keys| keys.is_object());
        let rope_theta = raw.rope_theta.or(parameters.as_ref().and_then(|keys| keys["rope_theta"].as_f64()));
        let scaling = raw.rope_scaling.filter(|keys| !keys.is_null()).or(parameters);
        let scaled = |keys: &Value| {
            keys["rope_type"].as_str().or(keys["type"].as_str()).is_some_and(|kind| kind != "default")
        };
        let config = Self {
            architectures: raw.architectures,
            model_type: family.model_type().into(),
            vocab_size: raw.vocab_size,
            hidden_size: raw.hidden_size,
            intermediate_size: raw.intermediate_size,
            num_hidden_layers: raw.num_hidden_layers,
            num_attention_heads: heads,
            num_key_value_heads: kv_heads,
            head_dim,
            max_position_embeddings: raw.max_position_embeddings,
            rms_norm_eps: raw.rms_norm_eps,
            rope_theta: rope_theta.unwrap_or(10_000.0),
            rope_scaling_keys: scaling.filter(scaled),
            tie_word_embeddings: raw.tie_word_embeddings,
            hidden_act,
            attention_bias: raw.attention_bias,
            mlp_bias: raw.mlp_bias,
            bos_token_id: raw.bos_token_id,
            eos_token_id: raw.eos_token_id,
            pad_token_id: raw.pad_token_id,
            torch_dtype: raw.torch_dtype.or(raw.dtype).unwrap_or_else(|| "float32".into()),
        };
        config.rope_scaling()?;
        Ok(config)
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
        assert!(parse(|json| json["use_sliding_window"] = true.into()).is_err());
        assert!(parse(|json| json["rope_scaling"] = serde_json::json!({"type": "linear"})).is_err());
        assert!(
            parse(|json| json["rope_scaling"] = serde_json::json!({"rope_type": "yarn", "factor": 4.0}))
                .is_err()
        );
        assert!(parse(|json| json["hidden_size"] = (1i64 << 40).into()).is_err());
        assert!(parse(|json| json["hidden_act"] = "gelu".into()).is_err());
        assert!(parse(|json| json["num_key_value_heads"] = 3.into()).is_err());
    }

    #[test]
    fn reads_rope_scaling_where_old_and_new_files_have_it_and_writes_it_again() {
        let keys = serde_json::json!({"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 8192, "rope_type": "llama3"});
        let old = parse(|json| json["rope_scaling"] = keys.clone()).unwrap();
        let new = parse(|json| {
            json["rope_parameters"] = keys.clone();
            json["rope_parameters"]["rope_theta"] = 500_000.0.into();
        })
        .unwrap();
        let expected = RopeScaling::Llama3 { factor: 8.0, low: 1.0, high: 4.0, original_positions: 8192.0 };
        assert_eq!((old.rope_scaling().unwrap(), new.rope_scaling().unwrap()), (expected, expected));
        assert_eq!(new.rope_theta, 500_000.0);
        let dir = tempfile::tempdir().unwrap();
        for config in [old, new] {
            config.save(dir.path()).unwrap();
            assert_eq!(Config::load(dir.path()).unwrap(), config);
        }
        let plain =
            parse(|json| json["rope_parameters"] = serde_json::json!({"rope_type": "default"})).unwrap();
        assert_eq!(plain.rope_scaling().unwrap(), RopeScaling::None);
    }

    #[test]
    fn each_family_has_its_own_tensors() {
        let names = |architecture: &str| {
            let config = parse(|json| json["architectures"][0] = architecture.into()).unwrap();
            config.tensors().into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        };
        let has = |architecture: &str, name: &str| names(architecture).iter().any(|n| n.ends_with(name));
        assert!(has("Qwen2ForCausalLM", "self_attn.k_proj.bias") && !has("Qwen2ForCausalLM", "o_proj.bias"));
        assert!(
            has("Qwen3ForCausalLM", "self_attn.q_norm.weight") && !has("Qwen3ForCausalLM", "q_proj.bias")
        );
        assert!(!has("LlamaForCausalLM", "bias"));
        let biased = parse(|json| json["attention_bias"] = true.into()).unwrap();
        assert!(biased.tensors().iter().any(|(name, _)| name.ends_with("o_proj.bias")));
    }
}
