//! Low-rank adapters (Hu et al., arXiv 2106.09685) with PEFT's initialisation and file names.

use std::{collections::BTreeMap, path::Path};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tch::{Device, Kind, Tensor, no_grad};

use super::{Config, ModelError, Params, Precision, config::Family};

/// A weight matrix of a block that can carry an adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Module {
    Q,
    K,
    V,
    O,
    Gate,
    Up,
    Down,
}

impl Module {
    pub const ALL: [Self; 7] = [Self::Q, Self::K, Self::V, Self::O, Self::Gate, Self::Up, Self::Down];

    /// Path inside a block, e.g. `self_attn.q_proj`.
    pub fn path(self) -> &'static str {
        match self {
            Self::Q => "self_attn.q_proj",
            Self::K => "self_attn.k_proj",
            Self::V => "self_attn.v_proj",
            Self::O => "self_attn.o_proj",
            Self::Gate => "mlp.gate_proj",
            Self::Up => "mlp.up_proj",
            Self::Down => "mlp.down_proj",
        }
    }

    /// The name `adapter_config.json` uses, e.g. `q_proj`.
    fn peft_name(self) -> &'static str {
        self.path().split_once('.').expect("every path has a block part and a name").1
    }

    /// `(outputs, inputs)` of the matrix.
    pub(super) fn shape(self, config: &Config) -> (i64, i64) {
        let (d, inner) = (config.hidden_size, config.intermediate_size);
        let (q, kv) =
            (config.num_attention_heads * config.head_dim, config.num_key_value_heads * config.head_dim);
        match self {
            Self::Q => (q, d),
            Self::K | Self::V => (kv, d),
            Self::O => (d, q),
            Self::Gate | Self::Up => (inner, d),
            Self::Down => (d, inner),
        }
    }
}

/// Which matrices get adapters, and of which size.
#[derive(Debug, Clone, PartialEq)]
pub struct LoraConfig {
    pub rank: i64,
    /// The adapters' product is scaled by `alpha / rank`.
    pub alpha: f64,
    /// Number of layers with adapters, counted from the top.
    pub layers: usize,
    pub modules: Vec<Module>,
}

/// Trainable adapters: per matrix `a` `[rank, in]` and `b` `[out, rank]`, f32 leaves that require gradients.
#[derive(Debug)]
pub struct Lora {
    pub config: LoraConfig,
    first_layer: usize,
    pairs: BTreeMap<(usize, Module), Pair>,
}

#[derive(Debug)]
struct Pair {
    a: Tensor,
    b: Tensor,
}

impl Lora {
    /// Fresh adapters: `a` uniform in ±1/sqrt(in) (Kaiming with a = sqrt 5, as PEFT), drawn on the host from `seed` so that
    /// every device starts equal; `b` zero, so that the first pass equals the frozen model.
    pub fn new(model: &Config, config: LoraConfig, seed: u64, device: Device) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let first_layer = model.num_hidden_layers.saturating_sub(config.layers);
        let mut pairs = BTreeMap::new();
        for layer in first_layer..model.num_hidden_layers {
            for &module in config.modules.iter().filter(|&&module| model.has_module(module)) {
                let (outputs, inputs) = module.shape(model);
                let bound = 1.0 / (inputs as f32).sqrt();
                let draws: Vec<f32> =
                    (0..config.rank * inputs).map(|_| rng.random_range(-bound..bound)).collect();
                let a = leaf(&Tensor::from_slice(&draws).view([config.rank, inputs]), device);
                let b = leaf(&Tensor::zeros([outputs, config.rank], (Kind::Float, Device::Cpu)), device);
                pairs.insert((layer, module), Pair { a, b });
            }
        }
        Self { config, first_layer, pairs }
    }

    /// The lowest layer with an adapter.
    pub fn first_layer(&self) -> usize {
        self.first_layer
    }

    /// The trainable tensors with PEFT's names, in a fixed order.
    pub fn named(&self) -> Vec<(String, Tensor)> {
        self.pairs
            .iter()
            .flat_map(|(&(layer, module), pair)| {
                let name = |side| peft_key(layer, module, side);
                [(name("lora_A"), pair.a.shallow_clone()), (name("lora_B"), pair.b.shallow_clone())]
            })
            .collect()
    }

    /// The trainable tensors in the order of [`Lora::named`].
    pub fn trainable(&self) -> Vec<Tensor> {
        self.named().into_iter().map(|(_, tensor)| tensor).collect()
    }

    /// A second handle on the same adapters, for a model that another thread computes with.
    pub fn share(&self) -> Self {
        let share = |pair: &Pair| Pair { a: pair.a.shallow_clone(), b: pair.b.shallow_clone() };
        Self {
            config: self.config.clone(),
            first_layer: self.first_layer,
            pairs: self.pairs.iter().map(|(&key, pair)| (key, share(pair))).collect(),
        }
    }

    /// Weights with the adapters folded in: `W + alpha / rank * B A`, f32; tensors without adapters are shared.
    /// Pass the unrounded weights of the parent, not the bf16 copies that the forward pass uses.
    ///
    /// # Errors
    /// [`ModelError::MissingTensor`] when `params` are not the weights of this model.
    pub fn merge_into(&self, params: &Params) -> Result<Params, ModelError> {
        no_grad(|| {
            let mut merged = params.share();
            for (&(layer, module), pair) in &self.pairs {
                let name = format!("model.layers.{layer}.{}.weight", module.path());
                let weight = params.get(&name)?;
                let delta = pair.b.matmul(&pair.a) * self.scale();
                merged.insert(name, weight.to_kind(Kind::Float) + delta.to_device(weight.device()));
            }
            Ok(merged)
        })
    }

    /// Writes `adapter_config.json` and `adapter_model.safetensors` as PEFT reads them.
    ///
    /// # Errors
    /// [`ModelError::Write`] when a file cannot be written, [`ModelError::Unsupported`] for GPT-2.
    pub fn save(&self, model: &Config, dir: &Path) -> Result<(), ModelError> {
        check_names(model)?;
        let config = PeftConfig {
            peft_type: "LORA".into(),
            task_type: Some("CAUSAL_LM".into()),
            r: self.config.rank,
            lora_alpha: self.config.alpha,
            target_modules: self.config.modules.iter().map(|module| module.peft_name().into()).collect(),
            layers_to_transform: Some((self.first_layer..model.num_hidden_layers).collect()),
        };
        let path = dir.join("adapter_config.json");
        let text = serde_json::to_string_pretty(&config).expect("an adapter config has only string keys");
        std::fs::write(&path, text).map_err(|source| ModelError::Write { path, source })?;
        self.named()
            .into_iter()
            .collect::<Params>()
            .write(&dir.join("adapter_model.safetensors"), Precision::F32)
    }

    /// Reads a PEFT adapter folder for `model`.
    ///
    /// # Errors
    /// [`ModelError::Unsupported`] for other adapter types or unknown targets, [`ModelError::WrongShape`] when it was made
    /// for another model.
    pub fn load(model: &Config, dir: &Path, device: Device) -> Result<Self, ModelError> {
        check_names(model)?;
        let path = dir.join("adapter_config.json");
        let text = std::fs::read(&path).map_err(|source| ModelError::Read { path: path.clone(), source })?;
        let whole: Value = serde_json::from_slice(&text)
            .map_err(|source| ModelError::Json { path: path.clone(), source })?;
        // They change what the matrices mean; merged as if they were not there, the weights would be others.
        if let Some(name) = VARIANTS.into_iter().find(|name| !is_neutral(&whole[*name])) {
            return Err(ModelError::Unsupported(format!("adapter with {name} {}", whole[name])));
        }
        let peft: PeftConfig =
            serde_json::from_value(whole).map_err(|source| ModelError::Json { path, source })?;
        let config = peft.into_config(model)?;
        let mut lora = Self::new(model, config, 0, device);
        let params = Params::read(&dir.join("adapter_model.safetensors"))?;
        params.check(
            &lora.named().iter().map(|(name, tensor)| (name.clone(), tensor.size())).collect::<Vec<_>>(),
        )?;
        for (&(layer, module), pair) in &mut lora.pairs {
            pair.a = leaf(&params.get(&peft_key(layer, module, "lora_A"))?, device);
            pair.b = leaf(&params.get(&peft_key(layer, module, "lora_B"))?, device);
        }
        Ok(lora)
    }

    /// `y + alpha / rank * x A^T B^T` for a matrix with an adapter, `y` unchanged for others. `x` and `y` have the kind that
    /// is computed in.
    pub(super) fn add_to(&self, y: Tensor, layer: usize, module: Module, x: &Tensor) -> Tensor {
        match self.pairs.get(&(layer, module)) {
            None => y,
            Some(pair) => {
                let low_rank = x.linear(&pair.a.to_kind(x.kind()), None::<&Tensor>) * self.scale();
                y + low_rank.linear(&pair.b.to_kind(x.kind()), None::<&Tensor>)
            }
        }
    }

    /// `a` and `b` of a matrix with an adapter.
    pub(super) fn pair(&self, layer: usize, module: Module) -> Option<(&Tensor, &Tensor)> {
        self.pairs.get(&(layer, module)).map(|pair| (&pair.a, &pair.b))
    }

    pub(super) fn scale(&self) -> f64 {
        self.config.alpha / self.config.rank as f64
    }
}

/// GPT-2's adapters sit on its fused matrix in PEFT's files, which ours do not.
fn check_names(model: &Config) -> Result<(), ModelError> {
    match model.family() {
        Family::Gpt2 => Err(ModelError::Unsupported("adapter files of GPT-2; merge the adapters".into())),
        _ => Ok(()),
    }
}

fn leaf(tensor: &Tensor, device: Device) -> Tensor {
    tensor.to_device(device).to_kind(Kind::Float).detach().copy().set_requires_grad(true)
}

fn peft_key(layer: usize, module: Module, side: &str) -> String {
    format!("base_model.model.model.layers.{layer}.{}.{side}.weight", module.path())
}

/// Options of PEFT that compute something else than `alpha / rank * B A`.
const VARIANTS: [&str; 10] = [
    "alpha_pattern",
    "bias",
    "fan_in_fan_out",
    "layer_replication",
    "lora_bias",
    "modules_to_save",
    "rank_pattern",
    "target_parameters",
    "use_dora",
    "use_rslora",
];

/// Whether an option with this value is off.
fn is_neutral(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text == "none",
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    }
}

/// The part of `adapter_config.json` that decides the computation.
#[derive(Serialize, Deserialize)]
struct PeftConfig {
    peft_type: String,
    task_type: Option<String>,
    r: i64,
    lora_alpha: f64,
    target_modules: Vec<String>,
    layers_to_transform: Option<Vec<usize>>,
}

impl PeftConfig {
    fn into_config(self, model: &Config) -> Result<LoraConfig, ModelError> {
        // Adapters are made at this rank before the file's are read; beyond the width it has no use.
        let width = model.hidden_size.max(model.intermediate_size);
        if self.peft_type != "LORA" || self.r <= 0 || self.r > width {
            return Err(ModelError::Unsupported(format!(
                "adapter of type {:?}, rank {}",
                self.peft_type, self.r
            )));
        }
        let n_layers = model.num_hidden_layers;
        let layers = self.layers_to_transform.map_or(n_layers, |layers| layers.len());
        let mut modules = Vec::new();
        for name in &self.target_modules {
            let module = Module::ALL.into_iter().find(|module| module.peft_name() == name);
            modules.push(module.ok_or_else(|| ModelError::Unsupported(format!("adapter target {name:?}")))?);
        }
        modules.sort();
        modules.dedup();
        Ok(LoraConfig { rank: self.r, alpha: self.lora_alpha, layers: layers.min(n_layers), modules })
    }
}
