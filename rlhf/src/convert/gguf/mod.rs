//! GGUF, llama.cpp's single-file format, to a Hugging Face folder. Llama models with a GPT-2 style tokenizer.
//!
//! Source: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>.

mod quants;
mod reader;
mod tokenizer;

use std::path::Path;

use serde_json::{Value, json};
use tch::{Kind, Tensor};

use self::reader::{Gguf, TensorInfo};
use super::{ConvertError, write_json};
use crate::model::{Config, ModelError, Params, Precision, config::Family};

/// Converts the file `from` to a model folder in the existing folder `out`, weights in bf16.
///
/// # Errors
/// [`ConvertError`] when the file is damaged, holds another architecture or tokenizer, or uses a quantisation that is not
/// among F32, F16, Q4_1 and Q8_0.
pub fn convert(from: &Path, out: &Path) -> Result<(), ConvertError> {
    let bytes = std::fs::read(from).map_err(|source| ConvertError::Read { path: from.into(), source })?;
    let gguf = Gguf::parse(&bytes)?;
    let config = config(&gguf)?;
    config.save(out)?;
    write_json(&out.join("generation_config.json"), &generation_config(&config))?;
    tokenizer::write(&gguf, out)?;
    let params = params(&gguf, &config)?;
    params.check(&config.tensors())?;
    Ok(params.save(out, Precision::Bf16)?)
}

fn config(gguf: &Gguf) -> Result<Config, ConvertError> {
    let architecture = gguf.text("general.architecture")?;
    if architecture != "llama" {
        return Err(ConvertError::Unsupported(format!("architecture {architecture:?}")));
    }
    let int = |key: &str| gguf.int(&format!("llama.{key}"));
    let heads = int("attention.head_count")?;
    let hidden_size = int("embedding_length")?;
    let optional = |key: &str| gguf.int(key).ok();
    let config = json!({
        "architectures": [Family::Llama.causal_lm()],
        "model_type": "llama",
        "vocab_size": gguf.texts("tokenizer.ggml.tokens")?.len(),
        "hidden_size": hidden_size,
        "intermediate_size": int("feed_forward_length")?,
        "num_hidden_layers": int("block_count")?,
        "num_attention_heads": heads,
        "num_key_value_heads": int("attention.head_count_kv").unwrap_or(heads),
        "head_dim": int("rope.dimension_count").unwrap_or(hidden_size / heads.max(1)),
        "max_position_embeddings": int("context_length")?,
        "rms_norm_eps": tidy(gguf.float("llama.attention.layer_norm_rms_epsilon")?),
        "rope_theta": gguf.float("llama.rope.freq_base").map_or(10_000.0, tidy),
        "tie_word_embeddings": gguf.tensor("output.weight").is_none(),
        "bos_token_id": optional("tokenizer.ggml.bos_token_id"),
        "eos_token_id": optional("tokenizer.ggml.eos_token_id"),
        "pad_token_id": optional("tokenizer.ggml.padding_token_id"),
        "torch_dtype": Precision::Bf16.name(),
    });
    Ok(Config::from_json(config)?)
}

/// The shortest decimal that is this f32, as a person would have written it: 1e-5, not 9.999999747378752e-6.
fn tidy(value: f64) -> f64 {
    (value as f32).to_string().parse().unwrap_or(value)
}

fn generation_config(config: &Config) -> Value {
    json!({
        "bos_token_id": config.bos_token_id,
        "eos_token_id": config.eos_token_id,
        "pad_token_id": config.pad_token_id,
    })
}

fn params(gguf: &Gguf, config: &Config) -> Result<Params, ConvertError> {
    let mut params = Params::new();
    for info in gguf.tensors() {
        let Some(name) = hugging_face_name(&info.name) else {
            return Err(ConvertError::Unsupported(format!("tensor {}", info.name)));
        };
        let mut tensor = dequantise(gguf, info)?;
        if name.ends_with("q_proj.weight") {
            tensor = unpermute(&tensor, config.num_attention_heads)?;
        } else if name.ends_with("k_proj.weight") {
            tensor = unpermute(&tensor, config.num_key_value_heads)?;
        }
        params.insert(name, tensor.to_kind(Kind::BFloat16));
    }
    Ok(params)
}

fn hugging_face_name(name: &str) -> Option<String> {
    let whole = match name {
        "token_embd.weight" => Some("model.embed_tokens.weight"),
        "output_norm.weight" => Some("model.norm.weight"),
        "output.weight" => Some("lm_head.weight"),
        _ => None,
    };
    if let Some(whole) = whole {
        return Some(whole.to_owned());
    }
    let (layer, part) = name.strip_prefix("blk.")?.split_once('.')?;
    let part = match part {
        "attn_norm.weight" => "input_layernorm",
        "attn_q.weight" => "self_attn.q_proj",
        "attn_k.weight" => "self_attn.k_proj",
        "attn_v.weight" => "self_attn.v_proj",
        "attn_output.weight" => "self_attn.o_proj",
        "ffn_norm.weight" => "post_attention_layernorm",
        "ffn_gate.weight" => "mlp.gate_proj",
        "ffn_up.weight" => "mlp.up_proj",
        "ffn_down.weight" => "mlp.down_proj",
        _ => return None,
    };
    Some(format!("model.layers.{layer}.{part}.weight"))
}

fn dequantise(gguf: &Gguf, info: &TensorInfo) -> Result<Tensor, ConvertError> {
    let values = quants::dequantise(info.kind, gguf.data(info)?, info.n_elements())?;
    // GGUF lists the fastest dimension first.
    let shape: Vec<i64> = info.dimensions.iter().rev().map(|&n| n as i64).collect();
    Ok(Tensor::from_slice(&values).f_view(shape.as_slice()).map_err(ModelError::from)?)
}

/// llama.cpp interleaves the two halves of each head's rows for its RoPE; Hugging Face keeps the halves apart.
fn unpermute(weight: &Tensor, heads: i64) -> Result<Tensor, ConvertError> {
    let (rows, columns) =
        weight.size2().map_err(|_| ConvertError::Malformed("attention weights are not matrices".into()))?;
    if heads <= 0 || rows % (2 * heads) != 0 {
        return Err(ConvertError::Malformed(format!("{rows} rows do not divide into {heads} heads")));
    }
    Ok(weight.view([heads, rows / heads / 2, 2, columns]).transpose(1, 2).reshape([rows, columns]))
}

#[cfg(test)]
mod tests;
