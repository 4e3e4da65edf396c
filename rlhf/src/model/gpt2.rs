//! GPT-2 in files: its own key names, one fused matrix for queries, keys and values, and matrices stored inputs first
//! (`Conv1D`). In memory it has Llama's names and layout, so that everything else knows one kind of model.

use serde_json::{Value, json};
use tch::Tensor;

use super::config::EMBED_POSITIONS;
use super::{Config, ModelError, Params};

/// Of `config.json`.
pub const MODEL_TYPE: &str = "gpt2";
/// The activation that is computed: GELU by its tanh approximation.
pub const ACTIVATION: &str = "gelu_new";

/// Llama's keys from GPT-2's.
///
/// # Errors
/// [`ModelError::Unsupported`] for attention that is scaled otherwise.
pub fn read_keys(json: &Value) -> Result<Value, ModelError> {
    let off = |key: &str, default: bool| json[key].as_bool().unwrap_or(default);
    if !off("scale_attn_weights", true)
        || off("scale_attn_by_inverse_layer_idx", false)
        || off("add_cross_attention", false)
    {
        return Err(ModelError::Unsupported(
            "GPT-2 attention that is unscaled, scaled by layer, or crossed".into(),
        ));
    }
    let inner = json["n_inner"].as_i64().or(json["n_embd"].as_i64().and_then(|d| d.checked_mul(4)));
    Ok(json!({
        "architectures": json["architectures"],
        "model_type": MODEL_TYPE,
        "vocab_size": json["vocab_size"],
        "hidden_size": json["n_embd"],
        "intermediate_size": inner,
        "num_hidden_layers": json["n_layer"],
        "num_attention_heads": json["n_head"],
        "max_position_embeddings": json["n_positions"],
        "rms_norm_eps": json["layer_norm_epsilon"].as_f64().unwrap_or(1e-5),
        "tie_word_embeddings": json["tie_word_embeddings"].as_bool().unwrap_or(true),
        "hidden_act": json["activation_function"],
        "bos_token_id": json["bos_token_id"],
        "eos_token_id": json["eos_token_id"],
        "pad_token_id": json["pad_token_id"],
        "torch_dtype": json["torch_dtype"].as_str().or(json["dtype"].as_str()),
    }))
}

/// GPT-2's keys.
pub fn write_keys(config: &Config) -> Value {
    json!({
        "architectures": config.architectures,
        "model_type": MODEL_TYPE,
        "vocab_size": config.vocab_size,
        "n_embd": config.hidden_size,
        "n_inner": config.intermediate_size,
        "n_layer": config.num_hidden_layers,
        "n_head": config.num_attention_heads,
        "n_positions": config.max_position_embeddings,
        "layer_norm_epsilon": config.rms_norm_eps,
        "tie_word_embeddings": config.tie_word_embeddings,
        "activation_function": config.hidden_act,
        "bos_token_id": config.bos_token_id,
        "eos_token_id": config.eos_token_id,
        "pad_token_id": config.pad_token_id,
        "torch_dtype": config.torch_dtype,
    })
}

/// Pairs of Llama's and GPT-2's names that hold the same tensor, inside a block.
const SAME: [(&str, &str); 6] = [
    ("input_layernorm.weight", "ln_1.weight"),
    ("input_layernorm.bias", "ln_1.bias"),
    ("post_attention_layernorm.weight", "ln_2.weight"),
    ("post_attention_layernorm.bias", "ln_2.bias"),
    ("mlp.up_proj.bias", "mlp.c_fc.bias"),
    ("mlp.down_proj.bias", "mlp.c_proj.bias"),
];
/// The same outside of blocks.
const SAME_OUTSIDE: [(&str, &str); 4] = [
    ("model.embed_tokens.weight", "wte.weight"),
    (EMBED_POSITIONS, "wpe.weight"),
    ("model.norm.weight", "ln_f.weight"),
    ("model.norm.bias", "ln_f.bias"),
];
/// Pairs of names whose matrices are each other's transpose, inside a block.
const TRANSPOSED: [(&str, &str); 3] = [
    ("self_attn.o_proj.weight", "attn.c_proj.weight"),
    ("mlp.up_proj.weight", "mlp.c_fc.weight"),
    ("mlp.down_proj.weight", "mlp.c_proj.weight"),
];
const QKV: [&str; 3] = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"];

/// Weights by Llama's names and layout from a file's. Sharing storage as far as the layout allows, so gradients reach the
/// file's tensors.
///
/// # Errors
/// [`ModelError::MissingTensor`] by GPT-2's name, [`ModelError::WrongShape`] for a fused matrix that cannot be split.
pub fn from_file(config: &Config, file: &Params) -> Result<Params, ModelError> {
    // Some files, OpenAI's among them, leave the prefix out.
    let get = |name: &str| file.get(&format!("transformer.{name}")).or_else(|_| file.get(name));
    let d = config.hidden_size;
    let mut out = Params::new();
    for (ours, theirs) in SAME_OUTSIDE {
        out.insert(ours, get(theirs)?);
    }
    for i in 0..config.num_hidden_layers {
        let (ours, theirs) =
            (|name: &str| format!("model.layers.{i}.{name}"), |name: &str| format!("h.{i}.{name}"));
        for (a, b) in SAME {
            out.insert(ours(a), get(&theirs(b))?);
        }
        out.insert(ours("self_attn.o_proj.bias"), get(&theirs("attn.c_proj.bias"))?);
        for (a, b) in TRANSPOSED {
            out.insert(ours(a), transposed(get(&theirs(b))?, b)?);
        }
        let (name, bias_name) = (theirs("attn.c_attn.weight"), theirs("attn.c_attn.bias"));
        let (weight, bias) = (get(&name)?, get(&bias_name)?);
        for (name, tensor, expected) in [(&name, &weight, vec![d, 3 * d]), (&bias_name, &bias, vec![3 * d])] {
            if tensor.size() != expected {
                return Err(ModelError::WrongShape { name: name.clone(), expected, actual: tensor.size() });
            }
        }
        let parts = weight.transpose(0, 1).chunk(3, 0).into_iter().zip(bias.chunk(3, 0));
        for (name, (weight, bias)) in QKV.into_iter().zip(parts) {
            out.insert(ours(&format!("{name}.weight")), weight);
            out.insert(ours(&format!("{name}.bias")), bias);
        }
    }
    // A head of its own, and a reward model's score.
    for name in ["lm_head.weight", super::head::SCORE_WEIGHT] {
        if let Ok(tensor) = file.get(name) {
            out.insert(name, tensor);
        }
    }
    Ok(out)
}

/// Weights by a file's names and layout.
///
/// # Errors
/// [`ModelError::MissingTensor`] when `params` are not those of a GPT-2.
pub fn to_file(config: &Config, params: &Params) -> Result<Params, ModelError> {
    let mut out = Params::new();
    for (ours, theirs) in SAME_OUTSIDE {
        out.insert(format!("transformer.{theirs}"), params.get(ours)?);
    }
    for i in 0..config.num_hidden_layers {
        let ours = |name: &str| params.get(&format!("model.layers.{i}.{name}"));
        let theirs = |name: &str| format!("transformer.h.{i}.{name}");
        for (a, b) in SAME {
            out.insert(theirs(b), ours(a)?);
        }
        out.insert(theirs("attn.c_proj.bias"), ours("self_attn.o_proj.bias")?);
        for (a, b) in TRANSPOSED {
            out.insert(theirs(b), transposed(ours(a)?, a)?);
        }
        let fused = |suffix: &str| {
            let parts: Vec<Tensor> =
                QKV.iter().map(|name| ours(&format!("{name}.{suffix}"))).collect::<Result<_, _>>()?;
            Ok::<_, ModelError>(Tensor::cat(&parts, 0))
        };
        out.insert(theirs("attn.c_attn.weight"), fused("weight")?.transpose(0, 1));
        out.insert(theirs("attn.c_attn.bias"), fused("bias")?);
    }
    for name in ["lm_head.weight", super::head::SCORE_WEIGHT] {
        if let Ok(tensor) = params.get(name) {
            out.insert(name, tensor);
        }
    }
    Ok(out)
}

fn transposed(tensor: Tensor, name: &str) -> Result<Tensor, ModelError> {
    match tensor.size().len() {
        2 => Ok(tensor.transpose(0, 1)),
        _ => {
            Err(ModelError::WrongShape { name: name.to_owned(), expected: vec![0, 0], actual: tensor.size() })
        }
    }
}
