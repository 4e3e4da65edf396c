//! The language-model head for training: log-probabilities of chosen tokens and their gradient, some rows at a time.
//!
//! Logits `[N, V]` are the largest tensor of a training pass. They are made for a block of rows, used, and made again for the
//! gradient, so that never more than a block of them exists. The gradient of a log-probability is simple enough to be
//! written down: `∂ log p(token) / ∂ logits = (onehot(token) − softmax) / temperature`.

use tch::{Kind, Tensor, no_grad};

use super::Llama;

/// Logits that exist at a time in f32, 16 MiB of them: making them again costs more than looking at much memory.
const BLOCK_LOGITS: i64 = 4 << 20;
/// The same in bf16, where the product is cheap and a block that stays in the cache is what saves time.
const BLOCK_LOGITS_BF16: i64 = 1 << 19;
/// Fewer rows would make the matrix product inefficient.
const MIN_ROWS: i64 = 128;

/// What a model says about chosen tokens, f32 `[N]`, no gradient.
pub struct TokenStatistics {
    /// Log-probability of each token.
    pub logprobs: Tensor,
    /// Entropy in nats of the distribution that each token was chosen from.
    pub entropy: Tensor,
}

/// The logits of some rows, divided by the temperature, and their log-normaliser.
struct Block {
    logits: Tensor,
    normaliser: Tensor,
}

impl Llama {
    /// Log-probabilities `[N]` of `token_ids` `[N]` under `softmax(logits / temperature)`, no gradient.
    ///
    /// `hidden` `[N, d]`: states after the final norm that predict the tokens.
    pub fn token_logprobs(&self, hidden: &Tensor, token_ids: &Tensor, temperature: f64) -> Tensor {
        self.each_block(hidden, token_ids, temperature, |block, token_ids| block.logprobs(token_ids))
    }

    /// [`Llama::token_logprobs`] with the entropies, which cost another pass over the logits.
    pub fn token_statistics(&self, hidden: &Tensor, token_ids: &Tensor, temperature: f64) -> TokenStatistics {
        let both = self.each_block(hidden, token_ids, temperature, |block, token_ids| {
            Tensor::stack(&[block.logprobs(token_ids), block.entropy()], 1)
        });
        TokenStatistics { logprobs: both.select(1, 0), entropy: both.select(1, 1) }
    }

    /// Gradients of a loss of log-probabilities with respect to `params`, all of which `hidden` or the head must depend on.
    ///
    /// `hidden` as for [`Llama::token_logprobs`], with gradient; `loss` gets the log-probabilities `[N]` as a leaf and returns
    /// a scalar and whatever else it found.
    ///
    /// # Errors
    /// Those of `loss`.
    pub fn token_gradients<T, E>(
        &self,
        hidden: &Tensor,
        token_ids: &Tensor,
        temperature: f64,
        params: &[Tensor],
        loss: impl FnOnce(&Tensor) -> Result<(Tensor, T), E>,
    ) -> Result<(T, Vec<Tensor>), E> {
        let n = hidden.size()[0];
        let states = hidden.detach();
        let weight = self.head_weight();
        let rows = self.rows_per_block();
        // A single block is kept instead of made again.
        let only = (n <= rows).then(|| no_grad(|| Self::block(&states, &weight, temperature)));
        let logprobs = match &only {
            Some(block) => no_grad(|| block.logprobs(token_ids)),
            None => self.token_logprobs(&states, token_ids, temperature),
        };
        let logprobs = logprobs.set_requires_grad(true);
        let (loss, found) = loss(&logprobs)?;
        let outer = Tensor::run_backward(&[loss], &[&logprobs], false, false).remove(0) / temperature;
        let (to_hidden, to_weight) = no_grad(|| {
            let mut only = only;
            let (mut to_hidden, mut to_weight) = (Vec::new(), None::<Tensor>);
            for (start, n) in blocks(n, rows) {
                let part = |x: &Tensor| x.narrow(0, start, n);
                let states = part(&states);
                let block = only.take().unwrap_or_else(|| Self::block(&states, &weight, temperature));
                let change = block.gradient(&part(token_ids), &part(&outer)).to_kind(weight.kind());
                to_hidden.push(change.matmul(&weight).to_kind(Kind::Float));
                if self.head_is_trained() {
                    let part = change.tr().matmul(&states.to_kind(weight.kind())).to_kind(Kind::Float);
                    to_weight = Some(to_weight.map_or_else(|| part.shallow_clone(), |sum| sum + &part));
                }
            }
            (Tensor::cat(&to_hidden, 0), to_weight)
        });
        // The gradient of a sum of products with constants is those constants.
        let mut outcome = (hidden * to_hidden).sum(Kind::Float);
        if let Some(change) = to_weight {
            outcome += (self.head() * change).sum(Kind::Float);
        }
        Ok((found, self.gradients(&outcome, params)))
    }

    fn rows_per_block(&self) -> i64 {
        let block = if self.head_kind() == Kind::Float { BLOCK_LOGITS } else { BLOCK_LOGITS_BF16 };
        (block / self.config.vocab_size).max(MIN_ROWS)
    }

    fn each_block(
        &self,
        hidden: &Tensor,
        token_ids: &Tensor,
        temperature: f64,
        look: impl Fn(&Block, &Tensor) -> Tensor,
    ) -> Tensor {
        let weight = self.head_weight();
        let found = no_grad(|| {
            blocks(hidden.size()[0], self.rows_per_block())
                .map(|(start, n)| {
                    look(
                        &Self::block(&hidden.narrow(0, start, n), &weight, temperature),
                        &token_ids.narrow(0, start, n),
                    )
                })
                .collect::<Vec<_>>()
        });
        Tensor::cat(&found, 0)
    }

    /// `weight`: the head in the format of training passes.
    fn block(hidden: &Tensor, weight: &Tensor, temperature: f64) -> Block {
        let mut logits = hidden.to_kind(weight.kind()).linear(weight, None::<&Tensor>).to_kind(Kind::Float);
        if temperature != 1.0 {
            let _ = logits.g_div_scalar_(temperature);
        }
        Block { normaliser: logits.logsumexp([-1].as_slice(), true), logits }
    }
}

impl Block {
    fn logprobs(&self, token_ids: &Tensor) -> Tensor {
        (self.logits.gather(-1, &token_ids.unsqueeze(-1), false) - &self.normaliser).squeeze_dim(-1)
    }

    fn entropy(&self) -> Tensor {
        let logprobs = &self.logits - &self.normaliser;
        -(logprobs.exp() * logprobs).sum_dim_intlist([-1].as_slice(), false, Kind::Float)
    }

    /// Gradient `[n, V]` with respect to the undivided logits; `outer` `[n]`: that of the log-probabilities over the
    /// temperature.
    fn gradient(mut self, token_ids: &Tensor, outer: &Tensor) -> Tensor {
        let outer = outer.unsqueeze(-1);
        let _ = self.logits.g_sub_(&self.normaliser).exp_().g_mul_(&-&outer);
        let _ = self.logits.scatter_add_(-1, &token_ids.unsqueeze(-1), &outer);
        self.logits
    }
}

/// Start and length of every block of at most `rows` rows.
fn blocks(n: i64, rows: i64) -> impl Iterator<Item = (i64, i64)> {
    (0..n).step_by(rows as usize).map(move |start| (start, rows.min(n - start)))
}

#[cfg(test)]
mod tests {
    use super::super::{Adapters, test_model};
    use super::*;
    use crate::algo::loss::{entropy, token_logprobs};

    /// Largest difference of two lists of tensors, relative to the largest element.
    fn difference(a: &[Tensor], b: &[Tensor]) -> f64 {
        let largest = |x: &Tensor| x.abs().max().double_value(&[]);
        a.iter().zip(b).map(|(a, b)| largest(&(a - b)) / largest(b).max(1e-9)).fold(0.0, f64::max)
    }

    #[test]
    fn parts_of_a_batch_add_up_to_its_gradient_whatever_the_split() {
        tch::manual_seed(4);
        let model = test_model(2);
        let (rows, width) = (8i64, 16i64);
        let ids = Tensor::randint(48, [rows, width], (Kind::Int64, tch::Device::Cpu));
        let params: Vec<Tensor> =
            model.params.iter().map(|(_, tensor)| tensor.set_requires_grad(true)).collect();
        let gradient = |ids: &Tensor| {
            let hidden = model.forward(ids, Adapters::Off).flatten(0, 1);
            let loss =
                |logprobs: &Tensor| Ok::<_, ()>((logprobs.sum(Kind::Float) / (rows * width) as f64, ()));
            model.token_gradients(&hidden, &ids.flatten(0, 1), 1.0, &params, loss).unwrap().1
        };
        let whole = gradient(&ids);
        for size in [1, 2, 4] {
            let mut total: Vec<Tensor> = whole.iter().map(Tensor::zeros_like).collect();
            for part in ids.split(size, 0) {
                total.iter_mut().zip(gradient(&part)).for_each(|(sum, part)| *sum += part);
            }
            let largest = |(a, b): (&Tensor, &Tensor)| (a - b).abs().max().double_value(&[]);
            assert!(total.iter().zip(&whole).map(largest).fold(0.0, f64::max) < 1e-6);
        }
    }

    #[test]
    fn gradients_and_statistics_are_those_of_all_logits_at_once() {
        tch::manual_seed(3);
        let (model, temperature) = (test_model(1), 0.7);
        // More rows than a block has.
        let n = 2 * model.rows_per_block() / 64 + 1;
        let ids = Tensor::randint(48, [n, 64], (Kind::Int64, tch::Device::Cpu));
        let token_ids = Tensor::randint(48, [n * 64], (Kind::Int64, tch::Device::Cpu));
        let params: Vec<Tensor> =
            model.params.iter().map(|(_, tensor)| tensor.set_requires_grad(true)).collect();
        let weights = Tensor::randn([n * 64], (Kind::Float, tch::Device::Cpu));
        let hidden = || model.forward(&ids, Adapters::Off).flatten(0, 1);
        let logits = model.logits(&hidden());
        let expected = token_logprobs(&logits, &token_ids, temperature);
        let (found, gradients) = model
            .token_gradients(&hidden(), &token_ids, temperature, &params, |logprobs| {
                Ok::<_, ()>(((logprobs * &weights).sum(Kind::Float), logprobs.detach()))
            })
            .unwrap();
        assert!((&found - &expected).abs().max().double_value(&[]) < 1e-5);
        let loss = (&expected * &weights).sum(Kind::Float);
        let whole = Tensor::run_backward(&[loss], &params, false, false);
        assert!(difference(&gradients, &whole) < 1e-4, "{}", difference(&gradients, &whole));
        let statistics = model.token_statistics(&hidden(), &token_ids, temperature);
        assert!(difference(&[statistics.entropy], &[entropy(&logits.detach(), temperature)]) < 1e-5);
        assert!(difference(&[statistics.logprobs], &[expected.detach()]) < 1e-5);
    }
}
