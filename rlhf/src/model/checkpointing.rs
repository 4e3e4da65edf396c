//! Gradient checkpointing (Chen et al., arXiv 1604.06174): of a pass that is learned from, only the input of each layer is
//! kept, and the layer is computed again for its gradient.
//!
//! Memory is that of one layer and all boundaries instead of all layers; time is one more forward pass. The same kernels see
//! the same numbers in the same order, so gradients have the same bits as without, and whoever repeats a run may choose.

use std::cell::RefCell;

use tch::{Kind, Tensor, no_grad};

use super::{
    Llama,
    llama::{Adapters, Pass},
};

/// What is kept of the last pass that was learned from.
pub(super) type Tape = RefCell<Option<Kept>>;

/// A pass through consecutive layers.
#[derive(Debug)]
pub(super) struct Kept {
    from: usize,
    /// What the first layer got, with the gradient graph below it.
    source: Tensor,
    /// Input of each layer, `[B, T, d]`.
    inputs: Vec<Tensor>,
    /// What the last layer gave, a leaf.
    output: Tensor,
    pass: Pass,
}

impl Llama {
    /// The same model with passes that keep less than their gradient needs; take gradients with [`Llama::gradients`] only.
    #[must_use]
    pub fn with_gradient_checkpointing(mut self, on: bool) -> Self {
        self.tape = on.then(Tape::default);
        self
    }

    /// Runs layers `from..to` over `x` `[B, T, d]`.
    pub(super) fn run_layers(&self, x: &Tensor, from: usize, to: usize, pass: Pass) -> Tensor {
        let Some(tape) = self.tape.as_ref().filter(|_| from < to && self.records(x, from, &pass)) else {
            return (from..to).fold(x.shallow_clone(), |x, i| self.uncached_layer(i, &x, &pass));
        };
        let mut inputs = Vec::with_capacity(to - from);
        let output = no_grad(|| {
            (from..to).fold(x.detach(), |x, i| {
                let y = self.uncached_layer(i, &x, &pass);
                inputs.push(x);
                y
            })
        });
        let output = output.set_requires_grad(true);
        let kept = Kept { from, source: x.shallow_clone(), inputs, output: output.shallow_clone(), pass };
        tape.replace(Some(kept));
        output
    }

    /// Whether a pass from layer `from` would build a gradient graph.
    fn records(&self, x: &Tensor, from: usize, pass: &Pass) -> bool {
        let adapter = match pass.adapters {
            Adapters::On => self.lora.as_ref().and_then(|lora| lora.trainable().into_iter().next()),
            Adapters::Off => None,
        };
        // A view requires a gradient only where gradients are recorded at all.
        let recorded = |x: &Tensor| x.alias().requires_grad();
        recorded(x) || recorded(self.first_weight(from)) || adapter.is_some_and(|a| recorded(&a))
    }

    /// Gradients of a scalar that was computed from the last pass, in the order of `params`.
    ///
    /// # Panics
    /// When the scalar does not depend on one of `params`, which is a programming error.
    pub fn gradients(&self, scalar: &Tensor, params: &[Tensor]) -> Vec<Tensor> {
        let Some(kept) = self.tape.as_ref().and_then(RefCell::take) else {
            return Tensor::run_backward(&[scalar], params, false, false);
        };
        let Kept { from, source, inputs, output, pass } = kept;
        let mut sums = Sums { params, sums: params.iter().map(|_| None).collect() };
        let mut to_output = sums.add(scalar, &output);
        let below = source.requires_grad();
        for (i, x) in inputs.into_iter().enumerate().rev() {
            let x = x.set_requires_grad(i > 0 || below);
            let y = self.uncached_layer(from + i, &x, &pass);
            if !y.requires_grad() {
                // The lowest layer, and nothing in it is learned.
                break;
            }
            // The gradient of a sum of products with constants is those constants.
            to_output = sums.add(&(y * to_output).sum(Kind::Float), &x);
        }
        if below {
            let _ = sums.add(&(&source * to_output).sum(Kind::Float), &source);
        }
        sums.complete()
    }
}

/// Gradients of `params` that several stretches of a computation add to.
struct Sums<'a> {
    params: &'a [Tensor],
    sums: Vec<Option<Tensor>>,
}

impl Sums<'_> {
    /// Adds the gradients of `scalar` and returns that of `input`, the scalar itself where `input` needs none.
    fn add(&mut self, scalar: &Tensor, input: &Tensor) -> Tensor {
        let wanted: Vec<&Tensor> =
            self.params.iter().chain(Some(input).filter(|input| input.requires_grad())).collect();
        let mut found = Tensor::run_backward(&[scalar], &wanted, false, false);
        let to_input = if wanted.len() > self.params.len() { found.pop() } else { None }
            .unwrap_or_else(|| scalar.detach());
        for (sum, part) in self.sums.iter_mut().zip(found) {
            // Undefined: the parameter is not a part of this stretch.
            if part.defined() {
                *sum = Some(match sum.take() {
                    Some(sum) => sum + part,
                    None => part,
                });
            }
        }
        to_input
    }

    fn complete(self) -> Vec<Tensor> {
        let found = |sum: Option<Tensor>| sum.expect("every parameter is a part of the pass");
        self.sums.into_iter().map(found).collect()
    }
}

#[cfg(test)]
mod tests {
    use tch::Device;

    use super::*;
    use crate::model::{Config, Lora, LoraConfig, Module, Params, Precision, test_model};

    /// Gradients of the mean log-probability of some tokens, with and without checkpointing.
    fn both(model: impl Fn() -> Llama, params: impl Fn(&Llama) -> Vec<Tensor>) -> [Vec<Tensor>; 2] {
        let ids = Tensor::from_slice(&[3i64, 9, 27, 5, 11, 4, 1, 2]).view([2, 4]);
        [false, true].map(|on| {
            let model = model().with_gradient_checkpointing(on);
            let hidden = model.forward(&ids, Adapters::On).flatten(0, 1);
            assert_eq!(model.tape.as_ref().is_some_and(|tape| tape.borrow().is_some()), on);
            let loss =
                |logprobs: &Tensor| Ok::<_, std::convert::Infallible>((-logprobs.mean(Kind::Float), ()));
            let Ok(((), found)) =
                model.token_gradients(&hidden, &ids.flatten(0, 1), 1.0, &params(&model), loss);
            found
        })
    }

    fn weights(model: &Llama) -> Vec<Tensor> {
        model.params.iter().map(|(_, weight)| weight.shallow_clone()).collect()
    }

    #[test]
    fn gradients_of_all_weights_have_the_same_bits() {
        for (architecture, tied) in
            [("LlamaForCausalLM", true), ("Qwen3ForCausalLM", false), ("GPT2LMHeadModel", true)]
        {
            for precision in [Precision::F32, Precision::Bf16] {
                let model = || {
                    let config = Config::from_json(serde_json::json!({
                        "architectures": [architecture], "tie_word_embeddings": tied, "vocab_size": 48,
                        "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4,
                        "num_key_value_heads": 2, "max_position_embeddings": 64, "rms_norm_eps": 1e-5,
                        "n_embd": 32, "n_layer": 3, "n_head": 4, "n_positions": 64, "layer_norm_epsilon": 1e-5,
                        "activation_function": "gelu_new",
                    }));
                    let config = config.unwrap();
                    let mut rng = <rand_chacha::ChaCha8Rng as rand::SeedableRng>::seed_from_u64(1);
                    let leaves: Params = Params::random(&config, 0.3, &mut rng)
                        .iter()
                        .map(|(name, weight)| (name.to_owned(), weight.copy().set_requires_grad(true)))
                        .collect();
                    Llama::new(config, &leaves, Precision::F32, Device::Cpu).unwrap().training_in(precision)
                };
                let [whole, again] = both(model, weights);
                assert!(whole.iter().any(|gradient| gradient.abs().max().double_value(&[]) > 0.0));
                assert_eq!(whole, again, "{architecture} {precision:?}");
            }
        }
    }

    #[test]
    fn gradients_of_adapters_have_the_same_bits() {
        let model = || {
            let base = test_model(1);
            let config = LoraConfig { rank: 2, alpha: 4.0, layers: 1, modules: Module::ALL.to_vec() };
            let lora = Lora::new(&base.config, config, 7, Device::Cpu);
            base.with_lora(lora)
        };
        let [whole, again] = both(model, |model| model.lora.as_ref().unwrap().trainable());
        assert_eq!(whole, again);
    }

    #[test]
    fn passes_that_are_not_learned_from_keep_nothing() {
        let model = test_model(1).with_gradient_checkpointing(true);
        let _ = model.forward(&Tensor::from_slice(&[1i64, 2]).unsqueeze(0), Adapters::Off);
        assert!(model.tape.unwrap().borrow().is_none());
    }
}
