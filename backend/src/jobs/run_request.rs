//! What an admin asks to be trained.
use protocol::manifest::{
    DpoParams, GroupParams, PpoParams, Profile, RewardParams, RunParams, RunSpecError, RunTask, SftParams,
    TrainingPrecision,
};
use serde::{Deserialize, Serialize};

/// What an admin asks for: `app.runs.request`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunRequest {
    pub epochs: Vec<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reward: Option<RewardParams>,
    #[serde(flatten)]
    pub policy: Policy,
    pub seed: u64,
    pub profile: Profile,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub precision: Option<TrainingPrecision>,
}

/// How the policy learns: the hyper-parameters of one task.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Policy {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sft: Option<SftParams>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dpo: Option<DpoParams>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ppo: Option<PpoParams>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grpo: Option<GroupParams>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rloo: Option<GroupParams>,
}

/// Why nothing can be trained as asked.
#[derive(Debug, thiserror::Error)]
pub enum RunRequestError {
    #[error("Give the hyper-parameters of one of sft, dpo, ppo, grpo and rloo, not of {0}.")]
    OnePolicy(usize),
    #[error("{} learns from a reward model; give its hyper-parameters as reward.", .0.name())]
    NoReward(RunTask),
    #[error("{} learns from the preferences themselves; leave reward out.", .0.name())]
    NeedlessReward(RunTask),
    #[error(transparent)]
    Params(#[from] RunSpecError),
}

impl RunRequest {
    /// The task that makes the policy, checked.
    ///
    /// # Errors
    /// [`RunRequestError`] names what is missing, too much, or out of range.
    pub fn policy(&self) -> Result<RunParams, RunRequestError> {
        let Policy { sft, dpo, ppo, grpo, rloo } = self.policy.clone();
        let given = [
            sft.map(RunParams::Sft),
            dpo.map(RunParams::Dpo),
            ppo.map(RunParams::Ppo),
            grpo.map(RunParams::Grpo),
            rloo.map(RunParams::Rloo),
        ];
        let given: Vec<RunParams> = given.into_iter().flatten().collect();
        let n = given.len();
        let Ok([params]) = <[RunParams; 1]>::try_from(given) else {
            return Err(RunRequestError::OnePolicy(n));
        };
        params.check()?;
        let task = params.task();
        match (&self.reward, task.inputs().contains(&"reward")) {
            (None, true) => Err(RunRequestError::NoReward(task)),
            (Some(_), false) => Err(RunRequestError::NeedlessReward(task)),
            (None, false) => Ok(params),
            (Some(reward), true) => {
                RunParams::Reward(reward.clone()).check()?;
                Ok(params)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn preset() -> Value {
        serde_json::from_str(include_str!("../../../rlhf/presets/tiny.json")).unwrap()
    }

    fn request(fields: Value) -> RunRequest {
        let mut request = json!({"epochs": [1], "seed": 7, "profile": "cpu"});
        request.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        serde_json::from_value(request).unwrap()
    }

    fn refusal(fields: Value) -> String {
        request(fields).policy().unwrap_err().to_string()
    }

    #[test]
    fn one_task_makes_the_policy_and_those_that_learn_from_scores_need_a_reward_model() {
        let Value::Object(preset) = preset() else { panic!("a preset is an object") };
        let (reward, ppo) = (&preset["reward"], &preset["ppo"]);
        let dpo = json!({"epochs": 1, "batchSize": 8, "learningRate": 0.001, "loraRank": 4, "loraAlpha": 8.0,
            "loraLayers": 2, "maxLength": 64, "adamEps": 1e-8, "loss": "sigmoid", "beta": 0.1, "labelSmoothing": 0.0});
        let kind = |fields| request(fields).policy().unwrap().task();
        assert_eq!(kind(json!({"reward": reward, "ppo": ppo})), RunTask::Ppo);
        assert_eq!(kind(json!({"dpo": dpo})), RunTask::Dpo);
        assert!(refusal(json!({"reward": reward})).ends_with("not of 0."));
        assert!(refusal(json!({"reward": reward, "ppo": ppo, "dpo": dpo})).ends_with("not of 2."));
        assert!(refusal(json!({"ppo": ppo})).starts_with("ppo learns from a reward model"));
        assert!(refusal(json!({"reward": reward, "dpo": dpo})).contains("leave reward out"));
        let mut wrong = dpo;
        wrong["beta"] = json!(0.0);
        assert_eq!(refusal(json!({"dpo": wrong})), "params of task dpo: beta must be more than 0");
    }

    #[test]
    fn what_is_stored_is_what_is_read() {
        let preset = preset();
        let stored = json!({"epochs": [1], "reward": preset["reward"], "ppo": preset["ppo"], "seed": 7,
            "profile": "cpu", "precision": "bfloat16"});
        let read: RunRequest = serde_json::from_value(stored.clone()).unwrap();
        let written = serde_json::to_value(&read).unwrap();
        assert_eq!(written.as_object().unwrap().len(), stored.as_object().unwrap().len());
        assert_eq!(
            serde_json::from_value::<RunRequest>(written).unwrap().policy().unwrap(),
            read.policy().unwrap()
        );
    }
}
