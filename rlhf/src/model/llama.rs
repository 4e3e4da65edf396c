//! Llama (Touvron et al., arXiv 2302.13971), computed as Hugging Face's `LlamaForCausalLM` does.

use std::path::Path;

use tch::{Device, Kind, Tensor, no_grad};

use super::{
    Config, KvCache, Lora, ModelError, Module, Params, Precision,
    rope::{Rope, rotate},
};

/// Whether a pass goes through the LoRA adapters. `Off` gives the reference policy that the adapters started from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adapters {
    On,
    Off,
}

/// A Llama trunk with an optional language-model head and optional adapters.
///
/// The residual stream, norms, attention and adapters are f32; the frozen matrices are in [`Precision`] and so are the
/// products with them. A pass records gradients exactly for what requires them: with frozen weights, the layers below the
/// first adapter build no graph.
#[derive(Debug)]
pub struct Llama {
    pub config: Config,
    /// The weights as they are computed with (matrices in the chosen precision), sharing storage with the layers.
    pub params: Params,
    pub lora: Option<Lora>,
    embed: Tensor,
    layers: Vec<Layer>,
    norm: Tensor,
    lm_head: Option<Tensor>,
    rope: Rope,
}

#[derive(Debug)]
struct Layer {
    input_norm: Tensor,
    post_attention_norm: Tensor,
    /// In the order of [`Module::ALL`].
    weights: Vec<Tensor>,
}

/// Rotary factors and the adapter switch of one pass.
struct Pass {
    rotary: (Tensor, Tensor),
    adapters: Adapters,
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
                let kind = if shape.len() == 2 { precision.kind() } else { Kind::Float };
                Ok((name.clone(), params.get(&name)?.to_device(device).to_kind(kind)))
            })
            .collect::<Result<_, ModelError>>()?;
        Self::assemble(config, prepared, device)
    }

    /// Reads a model folder.
    ///
    /// # Errors
    /// As [`Config::load`], [`Params::load`] and [`Llama::new`].
    pub fn load(dir: &Path, precision: Precision, device: Device) -> Result<Self, ModelError> {
        Self::new(Config::load(dir)?, &Params::load(dir)?, precision, device)
    }

    fn assemble(config: Config, params: Params, device: Device) -> Result<Self, ModelError> {
        let layers = (0..config.num_hidden_layers)
            .map(|i| {
                let get = |name: &str| params.get(&format!("model.layers.{i}.{name}.weight"));
                Ok(Layer {
                    input_norm: get("input_layernorm")?,
                    post_attention_norm: get("post_attention_layernorm")?,
                    weights: Module::ALL.iter().map(|module| get(module.path())).collect::<Result<_, _>>()?,
                })
            })
            .collect::<Result<_, ModelError>>()?;
        let embed = params.get("model.embed_tokens.weight")?;
        let lm_head = match (config.has_lm_head(), config.tie_word_embeddings) {
            (false, _) => None,
            (true, true) => Some(embed.shallow_clone()),
            (true, false) => Some(params.get("lm_head.weight")?),
        };
        let norm = params.get("model.norm.weight")?;
        Ok(Self {
            rope: Rope::new(&config, device),
            config,
            lora: None,
            embed,
            layers,
            norm,
            lm_head,
            params,
        })
    }

    /// A second model over the same weights, without adapters: a reward model on the policy's trunk, or the copy that
    /// another thread computes with.
    pub fn share(&self) -> Self {
        let layer = |layer: &Layer| Layer {
            input_norm: layer.input_norm.shallow_clone(),
            post_attention_norm: layer.post_attention_norm.shallow_clone(),
            weights: layer.weights.iter().map(Tensor::shallow_clone).collect(),
        };
        Self {
            config: self.config.clone(),
            params: self.params.share(),
            lora: None,
            embed: self.embed.shallow_clone(),
            layers: self.layers.iter().map(layer).collect(),
            norm: self.norm.shallow_clone(),
            lm_head: self.lm_head.as_ref().map(Tensor::shallow_clone),
            rope: self.rope.share(),
        }
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
        self.rope.max_positions()
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

    /// Token embeddings: `[B, T]` i64 to `[B, T, d]` f32.
    pub fn embed(&self, input_ids: &Tensor) -> Tensor {
        Tensor::embedding(&self.embed, input_ids, -1, false, false).to_kind(Kind::Float)
    }

    /// Runs layers `from..to` over the residual stream `x` `[B, T, d]`, positions `0..T`.
    pub fn forward_range(&self, x: &Tensor, from: usize, to: usize, adapters: Adapters) -> Tensor {
        let pass = Pass { rotary: self.rope.prefix(x.size()[1]), adapters };
        (from..to)
            .fold(x.shallow_clone(), |x, i| self.layer(i, &x, &pass, |q, k, v| causal_attention(q, &k, &v)))
    }

    /// The norm between the last layer and the heads.
    pub fn final_norm(&self, x: &Tensor) -> Tensor {
        self.rms_norm(x, &self.norm)
    }

    /// Language-model logits in f32: `[.., d]` to `[.., V]`.
    ///
    /// # Panics
    /// On a model without a language-model head (a reward model), which is a programming error.
    pub fn logits(&self, hidden: &Tensor) -> Tensor {
        let head =
            self.lm_head.as_ref().expect("only models with a language-model head are asked for logits");
        hidden.to_kind(head.kind()).linear(head, None::<&Tensor>).to_kind(Kind::Float)
    }

    /// Starts a cached generation: runs the prompts and returns the cache and the logits `[B, V]` that follow each row's
    /// last real token.
    ///
    /// Shapes: `input_ids` `[B, T]` i64 right-padded, `lengths` the `B` real lengths, each `1..=T`; `capacity` tokens a row,
    /// `T <= capacity <= max_positions`.
    pub fn prefill(
        &self,
        input_ids: &Tensor,
        lengths: &[i64],
        capacity: i64,
        adapters: Adapters,
    ) -> (KvCache, Tensor) {
        no_grad(|| {
            let mut cache = KvCache::new(&self.config, lengths, capacity, self.device());
            let pass = Pass { rotary: self.rope.prefix(input_ids.size()[1]), adapters };
            let mut x = self.embed(input_ids);
            for i in 0..self.layers.len() {
                x = self.layer(i, &x, &pass, |q, k, v| {
                    cache.fill(i, &k, &v);
                    causal_attention(q, &k, &v)
                });
            }
            let last = (Tensor::from_slice(lengths) - 1).to_device(self.device()).view([-1, 1, 1]);
            let last = x.gather(1, &last.expand([-1, 1, x.size()[2]], false), false).squeeze_dim(1);
            let logits = self.logits(&self.final_norm(&last));
            (cache, logits)
        })
    }

    /// One step of a cached generation: appends one token to every row and returns the next logits `[B, V]`.
    ///
    /// Shapes: `token_ids` `[B]` i64, one per row of the cache.
    pub fn decode(&self, token_ids: &Tensor, cache: &mut KvCache, adapters: Adapters) -> Tensor {
        no_grad(|| {
            let step = cache.begin_step();
            let pass = Pass { rotary: self.rope.at(&step.positions), adapters };
            let mut x = self.embed(&token_ids.unsqueeze(1));
            for i in 0..self.layers.len() {
                x = self.layer(i, &x, &pass, |q, k, v| cache.attend(i, &step, q, &k, &v));
            }
            self.logits(&self.final_norm(&x).squeeze_dim(1))
        })
    }

    fn rms_norm(&self, x: &Tensor, weight: &Tensor) -> Tensor {
        x.rms_norm([self.config.hidden_size], Some(weight), self.config.rms_norm_eps)
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
        let heads = |x: Tensor| x.view([b, t, -1, self.config.head_dim]).transpose(1, 2);
        let input = self.input(&self.rms_norm(x, &self.layers[i].input_norm));
        let q = rotate(&heads(self.project(i, Module::Q, &input, pass)), &pass.rotary);
        let k = rotate(&heads(self.project(i, Module::K, &input, pass)), &pass.rotary);
        let v = heads(self.project(i, Module::V, &input, pass));
        let mixed = attend(&q, k, v).transpose(1, 2).reshape([b, t, -1]);
        let x = x + self.project(i, Module::O, &self.input(&mixed), pass);

        let input = self.input(&self.rms_norm(&x, &self.layers[i].post_attention_norm));
        let gate = self.project(i, Module::Gate, &input, pass).silu();
        let hidden = gate * self.project(i, Module::Up, &input, pass);
        &x + self.project(i, Module::Down, &self.input(&hidden), pass)
    }

    /// The input of several projections, converted to the matrices' type once.
    fn input(&self, x: &Tensor) -> Input {
        Input { full: x.shallow_clone(), low: x.to_kind(self.embed.kind()) }
    }

    fn project(&self, i: usize, module: Module, input: &Input, pass: &Pass) -> Tensor {
        let weight = &self.layers[i].weights[module as usize];
        let y = input.low.linear(weight, None::<&Tensor>).to_kind(Kind::Float);
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

/// Causal attention without a mask: `q` `[B, H, T, hd]`, `k`, `v` `[B, Hkv, T, hd]`.
fn causal_attention(q: &Tensor, k: &Tensor, v: &Tensor) -> Tensor {
    let groups = q.size()[1] / k.size()[1];
    // The CPU kernel needs as many key heads as query heads.
    let spread = |x: &Tensor| {
        if groups == 1 { x.shallow_clone() } else { x.repeat_interleave_self_int(groups, 1, None) }
    };
    Tensor::scaled_dot_product_attention(q, &spread(k), &spread(v), None::<&Tensor>, 0.0, true, None, false)
}
