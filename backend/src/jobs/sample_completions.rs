//! Has the served version answer a campaign's prompts and makes tasks of pairs of its answers.
use super::Outcome;
use crate::{app::AppState, engine::Sampling};
use alloy::primitives::{B256, keccak256};
use anyhow::Context;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use storage::app::{
    campaigns::{self, Campaign},
    prompts::{self, Prompt},
    tasks::{self, Task},
};

/// Payload of the job.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SampleCompletions {
    pub campaign_id: i64,
}

/// Sample every prompt that was not sampled yet. One prompt is one transaction, so a restart goes on where it stopped.
pub async fn run(app: &AppState, payload: SampleCompletions) -> anyhow::Result<Outcome> {
    let mut conn = app.pool.acquire().await?;
    let campaign = campaigns::find(&mut conn, payload.campaign_id).await?;
    let campaign = campaign.with_context(|| format!("there is no campaign {}", payload.campaign_id))?;
    let mut prompts = prompts::list(&mut conn, payload.campaign_id).await?;
    drop(conn);
    prompts.retain(|prompt| prompt.sampled_at.is_none());
    for prompt in &prompts {
        let sampling = Sampling {
            n: campaign.sampling.completions_per_prompt,
            max_tokens: campaign.sampling.max_tokens,
            temperature: campaign.sampling.temperature,
            // The engine draws the n completions of one seed one after the other; prompts must not share draws.
            seed: campaign.sampling.seed.wrapping_add(u64::from(prompt.position)),
        };
        let (version_id, completions) = app.engine.chat(&prompt.prompt, &sampling).await?;
        let tasks = pair(&campaign, prompt, version_id, completions);
        store(app, &campaign, prompt, &tasks).await?;
    }
    Ok(Outcome::Done)
}

async fn store(
    app: &AppState,
    campaign: &Campaign,
    prompt: &Prompt,
    tasks: &[Task],
) -> Result<(), sqlx::Error> {
    let now = app.clock.now();
    let mut db = app.pool.begin().await?;
    for task in tasks {
        tasks::insert(&mut db, task, now).await?;
    }
    prompts::mark_sampled(&mut db, campaign.campaign_id, prompt.position, now).await?;
    db.commit().await
}

/// Every pair of distinct completions, in an order drawn by the campaign's seed: whoever wrote first must not show.
fn pair(campaign: &Campaign, prompt: &Prompt, version_id: B256, completions: Vec<String>) -> Vec<Task> {
    let mut distinct: Vec<String> = Vec::new();
    for completion in completions.iter().map(|completion| completion.trim()) {
        if is_presentable(completion) && !distinct.iter().any(|other| other == completion) {
            distinct.push(completion.to_owned());
        }
    }
    let seed = [campaign.sampling.seed.to_be_bytes(), u64::from(prompt.position).to_be_bytes()].concat();
    let mut rng = ChaCha8Rng::from_seed(keccak256(seed).0);
    let mut tasks = Vec::new();
    for (i, first) in distinct.iter().enumerate() {
        for second in &distinct[i + 1..] {
            let (a, b) = if rng.random() { (first, second) } else { (second, first) };
            tasks.push(Task {
                task_id: protocol::task_id(&prompt.prompt, a, b, version_id),
                campaign_id: campaign.campaign_id,
                prompt_position: prompt.position,
                prompt: prompt.prompt.clone(),
                completion_a: a.clone(),
                completion_b: b.clone(),
                version_id,
                gold_choice: None,
            });
        }
    }
    tasks
}

/// Whether a person can be asked about it. Control characters cannot be seen, and Postgres refuses NUL.
fn is_presentable(completion: &str) -> bool {
    !completion.is_empty() && !completion.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::U256;
    use protocol::CampaignTerms;
    use storage::app::campaigns::Sampling as CampaignSampling;

    fn campaign() -> Campaign {
        let terms = CampaignTerms {
            budget: U256::from(1),
            base_pay: 0,
            alpha_pay: 0,
            block_slots: 4,
            overlap_slots: 2,
            gold_slots: 0,
            min_overlap: 2,
            min_roster: 2,
        };
        Campaign {
            campaign_id: 1,
            name: "c".into(),
            family_id: B256::ZERO,
            guidelines: String::new(),
            minimum_stake: U256::ZERO,
            terms,
            sampling: CampaignSampling {
                completions_per_prompt: 4,
                max_tokens: 8,
                temperature: 1.0,
                seed: 7,
            },
            max_seats: 4,
            status: "active".into(),
            created_at: chrono::DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn pairs_distinct_completions_in_an_order_that_the_seed_decides() {
        let prompt = Prompt { position: 3, prompt: "Hello?".into(), sampled_at: None };
        let completions = ["a", " a ", "", "b", "c", "d\0"].map(str::to_owned).to_vec();
        let tasks = pair(&campaign(), &prompt, B256::ZERO, completions.clone());
        assert_eq!(tasks.len(), 3);
        assert!(tasks.iter().all(|task| task.completion_a != task.completion_b));
        assert_eq!(tasks, pair(&campaign(), &prompt, B256::ZERO, completions.clone()));

        let swapped = (0..64).filter(|&position| {
            let prompt = Prompt { position, ..prompt.clone() };
            pair(&campaign(), &prompt, B256::ZERO, completions.clone())[0].completion_a == "b"
        });
        assert!((16..48).contains(&swapped.count()), "either order is as likely");
    }
}
