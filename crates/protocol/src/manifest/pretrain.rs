//! Parameters of task `pretrain`.

use super::run::{OutOfRange, require};
use serde::{Deserialize, Serialize};

/// Self-supervised training of every weight: each token of a text from those before it.
///
/// Documents, each with an end token, are packed into rows of one length. A document sees nothing of its neighbours and its
/// positions begin at 0; one that does not fit goes on in the next row, where its context begins anew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PretrainParams {
    /// What training starts from.
    pub start: Start,
    /// Passes over the dataset.
    pub epochs: u32,
    /// Rows per optimiser step.
    pub batch_size: u32,
    /// Tokens of a row.
    pub row_length: u32,
    /// Peak learning rate of AdamW; falls along half a cosine to 0.
    pub learning_rate: f64,
    /// Steps of linear growth from 0 to the peak.
    pub warmup_steps: u32,
    /// Decoupled weight decay, of every weight.
    pub weight_decay: f64,
    /// Decay of AdamW's second moment.
    pub beta2: f64,
    /// AdamW's epsilon.
    pub adam_eps: f64,
    /// Gradients are scaled down to this norm.
    pub max_grad_norm: f64,
    /// The last so many documents of the dataset are held out.
    pub eval_documents: u32,
}

/// Weights before the first step. JSON: lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Start {
    /// Those of the parent.
    Parent,
    /// Random ones drawn from the run's seed, with a standard deviation of 0.02; the parent gives shape and tokenizer only.
    Random,
}

impl PretrainParams {
    /// # Errors
    /// [`OutOfRange`] names the first parameter that the task cannot work with.
    pub fn check(&self) -> Result<(), OutOfRange> {
        let row_fits = self.row_length > 0 && self.row_length.is_multiple_of(8);
        require(&[
            ("epochs", self.epochs > 0, "1 or more"),
            ("batchSize", self.batch_size > 0, "1 or more"),
            // Kernels then take the same path for every thread count, which keeps bits equal.
            ("rowLength", row_fits, "a multiple of 8"),
            ("learningRate", self.learning_rate >= 0.0, "0 or more"),
            ("weightDecay", self.weight_decay >= 0.0, "0 or more"),
            ("beta2", (0.0..1.0).contains(&self.beta2), "0 or more and below 1"),
            ("adamEps", self.adam_eps > 0.0, "more than 0"),
            ("maxGradNorm", self.max_grad_norm > 0.0, "more than 0"),
        ])
    }
}

#[cfg(test)]
mod tests {
    use crate::manifest::{RunSpec, RunTask};
    use alloy_primitives::B256;
    use serde_json::{Value, json};

    #[test]
    fn a_parameter_that_cannot_be_worked_with_is_refused_by_name() {
        let spec = || {
            json!({
                "format": "polity.run.v1", "task": "pretrain", "seed": 7, "profile": "cpu",
                "inputs": {"parent": B256::ZERO, "texts": B256::ZERO},
                "params": {"start": "random", "epochs": 1, "batchSize": 16, "rowLength": 512,
                           "learningRate": 3e-4, "warmupSteps": 100, "weightDecay": 0.1, "beta2": 0.95,
                           "adamEps": 1e-8, "maxGradNorm": 1.0, "evalDocuments": 10}
            })
        };
        let good: RunSpec = serde_json::from_value(spec()).unwrap();
        assert_eq!((good.task(), good.task().name()), (RunTask::Pretrain, "pretrain"));
        for (field, value, reason) in [
            ("rowLength", json!(100), "rowLength must be a multiple of 8"),
            ("beta2", json!(1.0), "beta2 must be 0 or more and below 1"),
            ("start", json!("zeros"), "start: unknown variant `zeros`"),
            ("evalDocuments", Value::Null, "evalDocuments: invalid type: null"),
        ] {
            let mut bad = spec();
            bad["params"][field] = value;
            let error = serde_json::from_value::<RunSpec>(bad).unwrap_err().to_string();
            assert!(error.starts_with("params of task pretrain: ") && error.contains(reason), "{error}");
        }
    }
}
