//! Decoders: Llama (Touvron et al., arXiv 2302.13971) and what differs from it by a bias, a norm or the kind of position:
//! Qwen2, Qwen3, GPT-2. Computed as Hugging Face's classes of these names do.

mod host;

use std::path::Path;

use tch::{Device, Kind, Tensor, no_grad};

use super::{
    Config, KvCache, Lora, ModelError, Module, Params, Precision, Prefix,
    cache::decodes_itself,
    checkpointing::Tape,
    config::{EMBED_POSITIONS, Family},
    rope::{Rope, rotate},
};
use crate::memory::copied;

/// Whether a pass goes through the LoRA adapters. `Off` gives the reference policy that the adapters started from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adapters {
    On,
    Off,
}

/// A trunk with an optional language-model head and optional adapters.
///
/// The residual stream, norms, attention and adapters are f32; the frozen matrices are in [`Precision`] and so are the
/// products with them. After [`Llama::training_in`] bf16, whole blocks of uncached passes are computed in bf16 from weights
/// of any format, f32 masters that are trained among them; the residual stream and norms stay f32, and so does decoding. A pass records gradients exactly for what requires them: with frozen weights, the layers below the
/// first adapter build no graph.
#[derive(Debug)]
pub struct Llama {
    pub config: Config,
    /// The weights as they are computed with (matrices in the chosen precision), sharing storage with the layers.
    pub params: Params,
    pub lora: Option<Lora>,
    embed: Tensor,
    layers: Vec<Layer>,
    norm: Norm,
    lm_head: Option<Tensor>,
    positions: Positions,
    /// Whether uncached passes compute in bf16.
    mixed: bool,
    /// Where passes are kept, with gradient checkpointing.
    pub(super) tape: Option<Tape>,
}

/// How a model knows the order of its tokens.
#[derive(Debug)]
enum Positions {
    /// Queries and keys are rotated.
    Rotary(Rope),
    /// A vector is added to each embedding, `[P, d]`.
    Learned(Tensor),
}

/// A root-mean-square norm, or with a bias a layer norm.
#[derive(Debug)]
struct Norm {
    weight: Tensor,
    bias: Option<Tensor>,
    eps: f64,
}

#[derive(Debug)]
struct Layer {
    input_norm: Norm,
    post_attention_norm: Norm,
    /// Of each head's queries and keys.
    head_norms: Option<(Norm, Norm)>,
    /// In the order of [`Module::ALL`]; absent where the family has none.
    projections: Vec<Option<Projection>>,
}

#[derive(Debug)]
struct Projection {
    weight: Tensor,
    bias: Option<Tensor>,
}

/// Rotary factors and the adapter switch of one pass.
#[derive(Debug)]
pub(super) struct Pass {
    rotary: Option<(Tensor, Tensor)>,
    pub(super) adapters: Adapters,
    /// Whether blocks compute in bf16.
    mixed: bool,
    /// Which tokens each token of an uncached pass sees, `[B, 1, T, T]` bool; itself and those before it if absent.
    visible: Option<Tensor>,
}

impl Norm {
    fn new(params: &Params, name: &str, eps: f64) -> Result<Self, ModelError> {
        Ok(Self {
            weight: params.get(&format!("{name}.weight"))?,
            bias: params.get(&format!("{name}.bias")).ok(),
            eps,
        })
    }

    fn forward(&self, x: &Tensor) -> Tensor {
        let shape = self.weight.size();
        let x = &x.to_kind(Kind::Float);
        match &self.bias {
            None => x.rms_norm(shape, Some(&self.weight), self.eps),
            Some(bias) => x.layer_norm(shape, Some(&self.weight), Some(bias), self.eps, true),
        }
    }

    fn share(&self) -> Self {
        let bias = self.bias.as_ref().map(Tensor::shallow_clone);
        Self { weight: self.weight.shallow_clone(), bias, eps: self.eps }
    }
}

impl Projection {
    fn share(&self) -> Self {
        Self { weight: self.weight.shallow_clone(), bias: self.bias.as_ref().map(Tensor::shallow_clone) }
    }
}

impl Layer {
    fn share(&self) -> Self {
        Self {
            input_norm: self.input_norm.share(),
            post_attention_norm: self.post_attention_norm.share(),
            head_norms: self.head_norms.as_ref().map(|(q, k)| (q.share(), k.share())),
            projections: self.projections.iter().map(|each| each.as_ref().map(Projection::share)).collect(),
        }
    }
}

impl Positions {
    fn share(&self) -> Self {
        match self {
            Self::Rotary(rope) => Self::Rotary(rope.share()),
            Self::Learned(table) => Self::Learned(table.shallow_clone()),
        }
    }

    /// Rotary factors of `t` positions from `start` on.
    fn range(&self, start: i64, t: i64) -> Option<(Tensor, Tensor)> {
        match self {
            Self::Rotary(rope) => Some(rope.range(start, t)),
            Self::Learned(_) => None,
        }
    }

    /// Rotary factors of one position a row.
    fn at(&self, positions: &Tensor) -> Option<(Tensor, Tensor)> {
        match self {
            Self::Rotary(rope) => Some(rope.at(positions)),
            Self::Learned(_) => None,
        }
    }
}

impl Llama {
    /// Prepares `params` for computing on `device`. Parameters that already have the right type and place are shared, so
    /// f32 leaves that require gradients stay the leaves.
    ///
    /// # Errors
    /// [`ModelError::MissingTensor`] or [`ModelError::WrongShape`] when the weights do not fit `config`.
    pub fn new(
        config: Config,
        params: &Params,
        precision: Precision,
        device: Device,
    ) -> Result<Self, ModelError> {
        params.check(&config.tensors())?;
        let prepared: Params = config
            .tensors()
            .into_iter()
            .map(|(name, shape)| {
                let is_matrix = shape.len() == 2 && name != EMBED_POSITIONS;
                let kind = if is_matrix { precision.kind() } else { Kind::Float };
                Ok((name.clone(), params.get(&name)?.to_device(device).to_kind(kind)))
            })
            .collect::<Result<_, ModelError>>()?;
        Self::assemble(config, prepared, device)
    }

    /// Reads a model folder.
    ///
    /// # Errors
    /// As [`Config::load`], [`Params::load_model`] and [`Llama::new`].
    pub fn load(dir: &Path, precision: Precision, device: Device) -> Result<Self, ModelError> {
        let config = Config::load(dir)?;
        let params = Params::load_model(dir, &config)?;
        Self::new(config, &params, precision, device)
    }

    fn assemble(config: Config, params: Params, device: Device) -> Result<Self, ModelError> {
        let layers = (0..config.num_hidden_layers)
            .map(|i| {
                let path = |name: &str| format!("model.layers.{i}.{name}");
                let norm = |name: &str| Norm::new(&params, &path(name), config.rms_norm_eps);
                let projection = |module: Module| {
                    let name = path(module.path());
                    let bias =
                        config.has_bias(module).then(|| params.get(&format!("{name}.bias"))).transpose()?;
                    Ok(Projection { weight: params.get(&format!("{name}.weight"))?, bias })
                };
                let head_norms = match config.family() {
                    Family::Qwen3 => Some((norm("self_attn.q_norm")?, norm("self_attn.k_norm")?)),
                    _ => None,
                };
                Ok(Layer {
                    input_norm: norm("input_layernorm")?,
                    post_attention_norm: norm("post_attention_layernorm")?,
                    head_norms,
                    projections: Module::ALL
                        .into_iter()
                        .map(|module| config.has_module(module).then(|| projection(module)).transpose())
                        .collect::<Result<_, ModelError>>()?,
                })
            })
            .collect::<Result<_, ModelError>>()?;
        let embed = params.get("model.embed_tokens.weight")?;
        let lm_head = match (config.has_lm_head(), config.tie_word_embeddings) {
            (false, _) => None,
            (true, true) => Some(embed.shallow_clone()),
            (true, false) => Some(params.get("lm_head.weight")?),
        };
        let norm = Norm::new(&params, "model.norm", config.rms_norm_eps)?;
        let positions = match config.family() {
            Family::Gpt2 => Positions::Learned(params.get(EMBED_POSITIONS)?),
            _ => Positions::Rotary(Rope::new(&config, device)?),
        };
        Ok(Self {
            config,
            lora: None,
            embed,
            layers,
            norm,
            lm_head,
            positions,
            params,
            mixed: false,
            tape: None,
        })
    }

    /// A second model over the same weights, without adapters: a reward model on the policy's trunk, or the copy that
    /// another thread computes with.
    pub fn share(&self) -> Self {
        Self {
            config: self.config.clone(),
            params: self.params.share(),
            lora: None,
            embed: self.embed.shallow_clone(),
            layers: self.layers.iter().map(Layer::share).collect(),
            norm: self.norm.share(),
            lm_head: self.lm_head.as_ref().map(Tensor::shallow_clone),
            positions: self.positions.share(),
            mixed: self.mixed,
            tape: self.tape.as_ref().map(|_| Tape::default()),
        }
    }

    /// The same model with uncached passes, those of training, computed in `precision`.
    #[must_use]
    pub fn training_in(mut self, precision: Precision) -> Self {
        self.mixed = precision == Precision::Bf16;
        self
    }

    /// The same model with adapters.
    pub fn with_lora(mut self, lora: Lora) -> Self {
        self.lora = Some(lora);
        self
    }

    pub fn device(&self) -> Device {
        self.embed.device()
    }

    /// Longest row, prompt and completion together, in tokens.
    pub fn max_positions(&self) -> i64 {
        match &self.positions {
            Positions::Rotary(rope) => rope.max_positions(),
            Positions::Learned(table) => table.size()[0],
        }
    }

    /// Number of bottom layers that no adapter touches: their output for a row never changes while the adapters train, so
    /// it can be computed once. All layers without adapters.
    pub fn frozen_layers(&self) -> usize {
        self.lora.as_ref().map_or(self.layers.len(), Lora::first_layer)
    }

    /// Hidden states after the final norm, the input of [`Llama::logits`] and of scalar heads.
    ///
    /// Shapes: `input_ids` `[B, T]` i64, right-padded with any valid id, `T <= max_positions`. Returns `[B, T, d]` f32.
    pub fn forward(&self, input_ids: &Tensor, adapters: Adapters) -> Tensor {
        let x = self.forward_range(&self.embed(input_ids), 0, self.layers.len(), adapters);
        self.final_norm(&x)
    }

    /// What the first layer takes, tokens at positions `0..T`: `[B, T]` i64 to `[B, T, d]` f32.
    pub fn embed(&self, input_ids: &Tensor) -> Tensor {
        self.embed_from(input_ids, 0)
    }

    fn embed_from(&self, input_ids: &Tensor, start: i64) -> Tensor {
        let tokens = self.embed_tokens(input_ids);
        match &self.positions {
            Positions::Rotary(_) => tokens,
            Positions::Learned(table) => tokens + table.narrow(0, start, input_ids.size()[1]),
        }
    }

    fn embed_tokens(&self, input_ids: &Tensor) -> Tensor {
        Tensor::embedding(&self.embed, input_ids, -1, false, false).to_kind(Kind::Float)
    }

    /// The same for one token a row, at `positions` `[B]`: `[B]` to `[B, 1, d]`.
    fn embed_at(&self, token_ids: &Tensor, positions: &Tensor) -> Tensor {
        let tokens = self.embed_tokens(&token_ids.unsqueeze(1));
        match &self.positions {
            Positions::Rotary(_) => tokens,
            Positions::Learned(table) => tokens + table.index_select(0, positions).unsqueeze(1),
        }
    }

    /// Runs layers `from..to` over the residual stream `x` `[B, T, d]`, positions `0..T`.
    pub fn forward_range(&self, x: &Tensor, from: usize, to: usize, adapters: Adapters) -> Tensor {
        let rotary = self.in_pass(self.positions.range(0, x.size()[1]));
        self.run_layers(x, from, to, Pass { rotary, adapters, mixed: self.mixed, visible: None })
    }

    /// As [`Llama::forward`] without adapters, for rows that hold several documents.
    ///
    /// Shapes: `input_ids`, `positions` `[B, T]` i64, `visible` `[B, 1, T, T]` bool: which tokens each token sees, itself at
    /// least. Returns `[B, T, d]` f32.
    pub fn forward_packed(&self, input_ids: &Tensor, positions: &Tensor, visible: &Tensor) -> Tensor {
        let tokens = self.embed_tokens(input_ids);
        let (x, rotary) = match &self.positions {
            Positions::Rotary(rope) => (tokens, Some(rope.each(positions))),
            Positions::Learned(table) => {
                let places = table.index_select(0, &positions.flatten(0, 1));
                (&tokens + places.view_as(&tokens), None)
            }
        };
        let pass = Pass {
            rotary: self.in_pass(rotary),
            adapters: Adapters::Off,
            mixed: self.mixed,
            visible: Some(visible.shallow_clone()),
        };
        self.final_norm(&self.run_layers(&x, 0, self.layers.len(), pass))
    }

    /// One block of an uncached pass over `x` `[B, T, d]`.
    pub(super) fn uncached_layer(&self, i: usize, x: &Tensor, pass: &Pass) -> Tensor {
        self.layer(i, x, pass, |q, k, v| attention(q, &k, &v, pass.visible.as_ref()))
    }

    /// A weight of layer `i` that is trained if any is.
    pub(super) fn first_weight(&self, i: usize) -> &Tensor {
        &self.layers[i].input_norm.weight
    }

    /// Rotary factors in the format that blocks of uncached passes compute in.
    fn in_pass(&self, rotary: Option<(Tensor, Tensor)>) -> Option<(Tensor, Tensor)> {
        match self.mixed {
            true => rotary.map(|(cos, sin)| (cos.to_kind(Kind::BFloat16), sin.to_kind(Kind::BFloat16))),
            false => rotary,
        }
    }

    /// The norm between the last layer and the heads.
    pub fn final_norm(&self, x: &Tensor) -> Tensor {
        self.norm.forward(x)
    }

    /// Language-model logits in f32: `[.., d]` to `[.., V]`.
    ///
    /// # Panics
    /// On a model without a language-model head (a reward model), which is a programming error.
    pub fn logits(&self, hidden: &Tensor) -> Tensor {
        let head = self.head();
        hidden.to_kind(head.kind()).linear(head, None::<&Tensor>).to_kind(Kind::Float)
    }

    pub(super) fn head(&self) -> &Tensor {
        self.lm_head.as_ref().expect("only models with a language-model head are asked for logits")
    }

    /// The head in the format of training passes, no gradient.
    pub(super) fn head_weight(&self) -> Tensor {
        self.head().detach().to_kind(self.head_kind())
    }

    pub(super) fn head_kind(&self) -> Kind {
        if self.mixed { Kind::BFloat16 } else { self.head().kind() }
    }

    pub(super) fn head_is_trained(&self) -> bool {
        self.head().requires_grad()
    }

    /// Runs the next tokens of a prompt, whose beginning `prefix` holds, and returns the logits `[1, V]` that follow the last.
    ///
    /// `token_ids`: at least one; `prefix` has room for them.
    pub fn prefill(&self, token_ids: &[i64], prefix: &mut Prefix, adapters: Adapters) -> Tensor {
        no_grad(|| {
            let (start, n) = (prefix.len() as i64, token_ids.len() as i64);
            let groups = self.config.num_attention_heads / self.config.num_key_value_heads;
            let stretch = prefix.begin_stretch(token_ids.len(), groups);
            let pass = Pass { rotary: self.positions.range(start, n), adapters, mixed: false, visible: None };
            let ids = Tensor::from_slice(token_ids).to_device(self.device()).unsqueeze(0);
            let mut x = self.embed_from(&ids, start);
            for i in 0..self.layers.len() {
                x = self.layer(i, &x, &pass, |q, k, v| prefix.attend(i, &stretch, q, &k, &v));
            }
            self.logits(&self.final_norm(&x.select(1, n - 1)))
        })
    }

    /// One step of a cached generation: appends one token to every row and returns the next logits, `[B * V]`.
    ///
    /// `token_ids`: one for each of the `B` rows of the cache.
    pub fn decode(&self, token_ids: &[i64], cache: &mut KvCache, adapters: Adapters) -> Vec<f32> {
        if decodes_itself(self.device()) {
            return self.decode_on_host(token_ids, cache, adapters);
        }
        copied(&self.decode_by_libtorch(token_ids, cache, adapters))
    }

    fn decode_by_libtorch(&self, token_ids: &[i64], cache: &mut KvCache, adapters: Adapters) -> Tensor {
        no_grad(|| {
            let step = cache.begin_step();
            let pass =
                Pass { rotary: self.positions.at(&step.positions), adapters, mixed: false, visible: None };
            let mut ids = token_ids.to_vec();
            ids.resize(step.positions.size()[0] as usize, 0);
            let ids = Tensor::from_slice(&ids).to_device(self.device());
            let mut x = self.embed_at(&ids, &step.positions);
            for i in 0..self.layers.len() {
                x = self.layer(i, &x, &pass, |q, k, v| cache.attend(i, &step, q, &k, &v));
            }
            self.logits(&self.final_norm(&x).squeeze_dim(1)).narrow(0, 0, token_ids.len() as i64)
        })
    }

    /// One block. `attend` gets q `[B, H, T, hd]` and k, v `[B, Hkv, T, hd]`, rotated, and returns `[B, H, T, hd]`.
    fn layer(
        &self,
        i: usize,
        x: &Tensor,
        pass: &Pass,
        attend: impl FnOnce(&Tensor, Tensor, Tensor) -> Tensor,
    ) -> Tensor {
        let (b, t) = (x.size()[0], x.size()[1]);
        let layer = &self.layers[i];
        let heads = |x: Tensor| x.view([b, t, -1, self.config.head_dim]);
        let place = |x: Tensor, norm: Option<&Norm>| {
            let kind = x.kind();
            let x =
                norm.map_or_else(|| x.shallow_clone(), |norm| norm.forward(&x).to_kind(kind)).transpose(1, 2);
            match &pass.rotary {
                Some(factors) => rotate(&x, factors),
                None => x,
            }
        };
        let (q_norm, k_norm) = layer.head_norms.as_ref().map(|(q, k)| (q, k)).unzip();
        let input = self.input(&layer.input_norm.forward(x), pass);
        let q = place(heads(self.project(i, Module::Q, &input, pass)), q_norm);
        let k = place(heads(self.project(i, Module::K, &input, pass)), k_norm);
        let v = heads(self.project(i, Module::V, &input, pass)).transpose(1, 2);
        let mixed = attend(&q, k, v).transpose(1, 2).reshape([b, t, -1]);
        let x = x + self.project(i, Module::O, &self.input(&mixed, pass), pass);

        let input = self.input(&layer.post_attention_norm.forward(&x), pass);
        let up = self.project(i, Module::Up, &input, pass);
        let hidden = match layer.projections[Module::Gate as usize] {
            Some(_) => self.project(i, Module::Gate, &input, pass).silu() * up,
            None => up.gelu("tanh"),
        };
        &x + self.project(i, Module::Down, &self.input(&hidden, pass), pass)
    }

    /// The input of several projections, converted to the matrices' type once.
    fn input(&self, x: &Tensor, pass: &Pass) -> Input {
        let kind = if pass.mixed { Kind::BFloat16 } else { self.embed.kind() };
        let low = x.to_kind(kind);
        Input { full: if pass.mixed { low.shallow_clone() } else { x.shallow_clone() }, low }
    }

    fn project(&self, i: usize, module: Module, input: &Input, pass: &Pass) -> Tensor {
        let projection = self.layers[i].projections[module as usize].as_ref();
        let Projection { weight, bias } = projection.expect("only modules that the family has are asked for");
        let y =
            input.low.linear(&weight.to_kind(input.low.kind()), None::<&Tensor>).to_kind(input.full.kind());
        let y = bias.iter().fold(y, |y, bias| y + bias.to_kind(input.full.kind()));
        match &self.lora {
            Some(lora) if pass.adapters == Adapters::On => lora.add_to(y, i, module, &input.full),
            _ => y,
        }
    }
}

struct Input {
    full: Tensor,
    low: Tensor,
}

/// Attention of each token to itself and those before it, or to those that it sees: `q` `[B, H, T, hd]`, `k`, `v`
/// `[B, Hkv, T, hd]`, `visible` `[B, 1, T, T]` bool.
fn attention(q: &Tensor, k: &Tensor, v: &Tensor, visible: Option<&Tensor>) -> Tensor {
    let groups = q.size()[1] / k.size()[1];
    // The CPU kernel needs as many key heads as query heads.
    let spread = |x: &Tensor| {
        if groups == 1 { x.shallow_clone() } else { x.repeat_interleave_self_int(groups, 1, None) }
    };
    Tensor::scaled_dot_product_attention(
        q,
        &spread(k),
        &spread(v),
        visible,
        0.0,
        visible.is_none(),
        None,
        false,
    )
}
