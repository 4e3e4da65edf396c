//! Parameters of task `dpo`.

use super::run::{OutOfRange, require};
use serde::{Deserialize, Serialize};

/// Direct preference optimisation (Rafailov et al. 2023, arXiv 2305.18290): the policy learns the preferences without a
/// reward model, tied to the parent, which is the reference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DpoParams {
    /// Passes over the dataset.
    pub epochs: u32,
    /// Pairs per optimiser step.
    pub batch_size: u32,
    /// Peak learning rate of Adam; falls in a straight line to 0.
    pub learning_rate: f64,
    /// Rank of the low-rank adapters (LoRA, arXiv 2106.09685).
    pub lora_rank: u32,
    /// Scale of the adapters: they add `loraAlpha / loraRank` times their product.
    pub lora_alpha: f64,
    /// Adapters on the top n layers only.
    pub lora_layers: u32,
    /// Tokens of prompt and completion together; longer completions are cut, pairs without room for one are left out.
    pub max_length: u32,
    /// Adam's epsilon.
    pub adam_eps: f64,
    /// What is made of the margin.
    pub loss: DpoLoss,
    /// Strength of the tie to the parent.
    pub beta: f64,
    /// Probability that a label is wrong, below ½: conservative DPO (Mitchell 2023); 0 for off.
    pub label_smoothing: f64,
}

/// Losses of a pair's margin, by how much more the policy prefers the chosen completion than its parent does. JSON: lower
/// case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DpoLoss {
    /// `-log sigmoid(beta h)`, DPO; `h` sums the log-ratios of a completion's tokens.
    Sigmoid,
    /// `(h - 1 / (2 beta))^2`, IPO (Azar et al. 2023, arXiv 2310.12036, eq. 17); `h` takes the mean over a completion's tokens,
    /// as TRL does, so that long completions have no larger margins.
    Ipo,
}

impl DpoParams {
    /// # Errors
    /// [`OutOfRange`] names the first parameter that the task cannot work with.
    pub fn check(&self) -> Result<(), OutOfRange> {
        require(&[
            ("epochs", self.epochs > 0, "1 or more"),
            ("batchSize", self.batch_size > 0, "1 or more"),
            ("learningRate", self.learning_rate >= 0.0, "0 or more"),
            ("loraRank", self.lora_rank > 0, "1 or more"),
            ("loraAlpha", self.lora_alpha > 0.0, "more than 0"),
            ("loraLayers", self.lora_layers > 0, "1 or more"),
            ("maxLength", self.max_length > 0, "1 or more"),
            ("adamEps", self.adam_eps > 0.0, "more than 0"),
            ("beta", self.beta > 0.0, "more than 0"),
            ("labelSmoothing", (0.0..0.5).contains(&self.label_smoothing), "0 or more and below 0.5"),
        ])
    }
}

#[cfg(test)]
mod tests {
    use crate::manifest::{RunSpec, RunTask};
    use serde_json::{Value, json};

    fn spec() -> Value {
        json!({
            "format": "polity.run.v1", "task": "dpo", "seed": 7, "profile": "cpu-deterministic",
            "inputs": {"parent": alloy_primitives::B256::ZERO, "preferences": alloy_primitives::B256::ZERO},
            "params": {"epochs": 1, "batchSize": 16, "learningRate": 5e-6, "loraRank": 8, "loraAlpha": 16.0,
                       "loraLayers": 2, "maxLength": 512, "adamEps": 1e-5, "loss": "sigmoid", "beta": 0.1,
                       "labelSmoothing": 0.0}
        })
    }

    #[test]
    fn a_parameter_that_cannot_be_worked_with_is_refused_by_name() {
        let good: RunSpec = serde_json::from_value(spec()).unwrap();
        assert_eq!(good.task(), RunTask::Dpo);
        for (field, value, reason) in [
            ("beta", json!(0.0), "beta must be more than 0"),
            ("labelSmoothing", json!(0.5), "labelSmoothing must be 0 or more and below 0.5"),
            ("batchSize", json!(0), "batchSize must be 1 or more"),
            ("batchSize", json!(-1), "batchSize: invalid value"),
            ("learningRate", Value::Null, "learningRate: invalid type: null"),
            ("loss", json!("kto"), "loss: unknown variant `kto`"),
            ("momentum", json!(1), "momentum: unknown field"),
        ] {
            let mut bad = spec();
            bad["params"][field] = value;
            let error = serde_json::from_value::<RunSpec>(bad).unwrap_err().to_string();
            assert!(error.starts_with("params of task dpo: ") && error.contains(reason), "{error}");
        }
    }
}
