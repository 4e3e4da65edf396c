//! The story: every hop of the two walkthroughs of ARCHITECTURE.md, on real parts.
use std::{collections::HashMap, path::PathBuf, time::Duration};

use alloy::{
    primitives::{
        Address, B256, U256,
        utils::{format_ether, parse_ether},
    },
    sol_types::SolCall,
};
use anyhow::{Context, Result, ensure};
use bindings::{GovernanceToken, IRewardDistributor, ModelRegistry, RewardDistributor};
use futures::future::try_join_all;
use serde_json::{Value, json};

use crate::{
    chain::{Call, Chain, signer},
    honesty::{CAST, FIRST_ACCOUNT, Honesty},
    labeling::{self, Labeler},
    oracle::Oracle,
    platform::Api,
    timeline::Timeline,
};

const OPERATOR: u32 = 1;
/// Token holders with 10 % of the supply each.
const HOLDERS: [u32; 3] = [3, 4, 5];
const AGAINST: u8 = 0;
const FOR: u8 = 1;
const EXECUTED: u8 = 7;
const ACTIVE: u8 = 1;

/// What differs between the full and the tiny story.
pub struct Size {
    /// Checkpoint folder of the first model.
    pub base: PathBuf,
    /// `{sampling, reward, ppo}`: `rlhf/presets/<name>.json`.
    pub preset: Value,
    /// How many of the prompts are used; the last `ppo.evalPrompts` of them are held out.
    pub n_prompts: usize,
}

pub struct Story<'a> {
    pub size: Size,
    pub chain: &'a Chain,
    pub url: &'a str,
    pub timeline: &'a mut Timeline,
    pub verifier: Verifier,
}

/// Longest wait for a verification.
const VERIFY_PATIENCE: Duration = Duration::from_secs(1800);

/// `polity verify` as a stranger would call it: with the chain and the published files alone.
pub struct Verifier {
    pub polity: PathBuf,
    pub rpc_url: String,
    pub deployment: PathBuf,
    pub url: String,
}

impl Verifier {
    async fn run(&self, what: &[&str]) -> Result<()> {
        let mut command = tokio::process::Command::new(&self.polity);
        command
            .arg("verify")
            .args(what)
            .args(["--rpc", &self.rpc_url, "--blobs", &self.url])
            .arg("--deployment")
            .arg(&self.deployment)
            .kill_on_drop(true);
        let ended = tokio::time::timeout(VERIFY_PATIENCE, command.output()).await;
        let output = ended.with_context(|| format!("polity verify {} did not end", what.join(" ")))??;
        ensure!(
            output.status.success(),
            "polity verify {} failed:\n{}{}",
            what.join(" "),
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(())
    }

    async fn deployment(&self) -> Result<()> {
        self.run(&["deployment"]).await
    }
}

impl Story<'_> {
    /// Tell it to the end; returns the final table.
    pub async fn tell(&mut self) -> Result<String> {
        let operator = Api::sign_in(self.url, &signer(OPERATOR)?).await?;
        self.timeline.chapter("A chain and its token holders");
        self.check_deployment().await?;
        self.delegate().await?;

        self.timeline.chapter("The first vote: a budget and a first model");
        self.first_vote(&operator).await?;

        self.timeline.chapter("Labels");
        let campaign = self.start_campaign(&operator).await?;
        let epoch = self.open_epoch(&operator, campaign).await?;
        self.label(epoch).await?;
        self.close(&operator, epoch).await?;

        self.timeline.chapter("Votes pay the labelers, labels train the model");
        let run = self.start_training(&operator, campaign, epoch).await?;
        self.pay(epoch).await?;
        self.claim().await?;
        self.verify_epoch(epoch).await?;
        let version = self.train_to_serve(run).await?;
        self.verify_model(version).await?;

        self.timeline.chapter("What is left for visitors");
        self.leave_something(&operator, campaign).await?;
        self.table(epoch).await
    }

    async fn check_deployment(&mut self) -> Result<()> {
        let step = self.timeline.step("contracts deployed, every role and parameter checked");
        self.verifier.deployment().await?;
        let governor = self.chain.deployment.contracts.governor;
        self.timeline.done(step, format!("governor {governor}"));
        Ok(())
    }

    async fn delegate(&mut self) -> Result<()> {
        let step = self.timeline.step("token holders delegate to themselves");
        let chain = self.chain;
        try_join_all(HOLDERS.map(|holder| async move {
            let data = GovernanceToken::delegateCall { delegatee: signer(holder)?.address() }.abi_encode();
            chain.send(holder, chain.deployment.contracts.governance_token, data).await
        }))
        .await?;
        self.timeline.done(step, "3 holders with 10 % of the supply each");
        Ok(())
    }

    async fn first_vote(&mut self, operator: &Api) -> Result<()> {
        let step = self.timeline.step("base model registered");
        operator.post("/base-models", json!({"path": self.size.base})).await?;
        let version = self.wait_for_version(|_| true).await?;
        self.timeline.done(step, short(&version));

        let contracts = &self.chain.deployment.contracts;
        let pool = parse_ether("50000")?;
        let budget = parse_ether("5000")?;
        let calls = vec![
            call(
                contracts.governance_token,
                GovernanceToken::approveCall { spender: contracts.reward_distributor, value: pool },
            ),
            call(contracts.reward_distributor, RewardDistributor::fundCall { amount: pool }),
            call(contracts.reward_distributor, RewardDistributor::setEpochBudgetCall { amount: budget }),
            call(contracts.model_registry, ModelRegistry::activateCall { versionId: version.parse()? }),
        ];
        let description = "# Start: a reward pool and a first model\n\nMove 50,000 POL into the reward pool, allow 5,000 POL an epoch, and serve the base model.";
        let step = self.timeline.step("proposed: pool 50,000 POL, 5,000 POL an epoch, serve the base model");
        let id = self.chain.propose(HOLDERS[0], calls, description).await?;
        self.timeline.done(step, format!("proposal {}", short(&id.to_string())));
        self.vote_through(id, "start").await?;

        let step = self.timeline.step("model served");
        self.wait_for_served(&version).await?;
        self.timeline.done(step, "the platform answers with the approved version only");
        Ok(())
    }

    /// Wait for the vote to open, let the holders vote, wait until the platform queued and executed it.
    async fn vote_through(&mut self, id: U256, name: &str) -> Result<()> {
        let step = self.timeline.step("voting");
        self.chain.wait_for_state(id, ACTIVE).await?;
        let ballots = [
            (HOLDERS[0], FOR, "The figures are public and I recomputed them."),
            (HOLDERS[1], FOR, "Agreed."),
            (HOLDERS[2], AGAINST, "Too early for me."),
        ];
        for (holder, support, reason) in ballots {
            self.chain.vote(holder, id, support, reason).await?;
        }
        step.note("2 for, 1 against; waiting for the end of the vote and the timelock");
        self.chain.wait_for_state(id, EXECUTED).await?;
        self.timeline.done(step, "2,000,000 POL for, 1,000,000 against: passed, queued, executed");
        self.timeline.fact(&format!("proposal.{name}"), "executed");
        Ok(())
    }

    async fn start_campaign(&mut self, operator: &Api) -> Result<i64> {
        let prompts = prompts(&self.size)?;
        let mut sampling = self.size.preset["sampling"].clone();
        sampling["seed"] = json!(11);
        let step = self.timeline.step("the served model answers the prompts");
        let campaign = operator
            .post(
                "/campaigns",
                json!({
                    "name": "Cheerful answers",
                    "familyId": self.chain.deployment.family.family_id,
                    "guidelines": "Choose the answer that leaves the reader in a better mood. If both are equally cheerful, choose the one that says more.",
                    "minimumStake": parse_ether("100")?.to_string(),
                    "terms": {
                        "budget": parse_ether("3000")?.to_string(),
                        "basePay": parse_ether("0.135")?.to_string(),
                        "alphaPay": parse_ether("1.35")?.to_string(),
                        "blockSlots": 160, "overlapSlots": 64, "goldSlots": 12,
                        "minOverlap": 48, "minRoster": 12
                    },
                    "sampling": sampling,
                    "maxSeats": 16,
                    "prompts": prompts,
                }),
            )
            .await?;
        let campaign = campaign["campaignId"].as_i64().context("the API gave the campaign no id")?;
        let path = format!("/campaigns/{campaign}");
        operator.post(&format!("{path}/sampling"), json!({})).await?;
        self.chain
            .wait_long("the completions", 900, async || {
                step.note(format!("{} comparisons so far", operator.get(&path).await?["nTasks"]));
                job_is_done(operator, "sample_completions").await
            })
            .await?;
        let tasks = operator.get(&format!("{path}/tasks")).await?;
        let tasks = tasks.as_array().context("tasks is not a list")?;
        self.timeline.done(step, format!("{} prompts, {} comparisons", prompts.len(), tasks.len()));
        self.set_gold(operator, campaign, tasks).await?;
        Ok(campaign)
    }

    /// The operator plays the expert: the clearest cases become gold.
    async fn set_gold(&mut self, operator: &Api, campaign: i64, tasks: &[Value]) -> Result<()> {
        let step = self.timeline.step("gold: the clearest cases, answered by an expert");
        let oracle = Oracle::new();
        let mut clear: Vec<(f64, Value)> = tasks
            .iter()
            .filter_map(|task| {
                let (a, b) = (task["completionA"].as_str()?, task["completionB"].as_str()?);
                let choice = if oracle.compare(a, b).is_gt() { 0 } else { 1 };
                Some((oracle.margin(a, b), json!({"taskId": task["taskId"], "choice": choice})))
            })
            .collect();
        clear.sort_by(|a, b| b.0.total_cmp(&a.0));
        // Sixteen seats of twelve gold slots.
        clear.truncate(192);
        let answers: Vec<Value> = clear.into_iter().map(|(_, answer)| answer).collect();
        operator.put(&format!("/campaigns/{campaign}/gold"), json!({"answers": answers})).await?;
        self.timeline.done(step, format!("{} tasks; their root is committed with the epoch", answers.len()));
        Ok(())
    }

    async fn open_epoch(&mut self, operator: &Api, campaign: i64) -> Result<u64> {
        let step = self.timeline.step("epoch opened on chain");
        operator.post(&format!("/campaigns/{campaign}/epochs"), json!({})).await?;
        let path = format!("/campaigns/{campaign}");
        self.chain.wait("the epoch", async || Ok(operator.get(&path).await?["openEpoch"].is_u64())).await?;
        let epoch = operator.get(&path).await?["openEpoch"].as_u64().context("no open epoch")?;
        let account = format!("/accounts/{}", signer(OPERATOR)?.address());
        let indexed = async || Ok(operator.get(&account).await?["bond"]["reserved"] != "0");
        self.chain.wait("the bond to be indexed", indexed).await?;
        let account = operator.get(&account).await?;
        let bond = format_ether(text(&account["bond"]["reserved"])?.parse::<U256>()?);
        self.timeline.done(
            step,
            format!(
                "epoch {epoch}: terms, gold root, the hash of the operator's secret; {} POL stand behind it",
                decimals(&bond)
            ),
        );
        Ok(epoch)
    }

    async fn label(&mut self, epoch: u64) -> Result<()> {
        let step = self.timeline.step("twelve labelers stake 100 POL each and label");
        let labelers = try_join_all((0..CAST.len()).map(|i| Labeler::join(self.chain, self.url, i))).await?;
        step.note("staked and signed in");
        let (copycats, others): (Vec<_>, Vec<_>) =
            labelers.into_iter().partition(|l| matches!(l.role().honesty, Honesty::Copies { .. }));
        let nothing = HashMap::new();
        let answers = try_join_all(others.iter().map(|l| l.work(epoch, &nothing))).await?;
        let mut by_labeler: HashMap<usize, _> = others.iter().map(|l| l.position).zip(answers).collect();
        for copycat in &copycats {
            let Honesty::Copies { leader } = copycat.role().honesty else { continue };
            let answers = copycat.work(epoch, &by_labeler[&leader]).await?;
            by_labeler.insert(copycat.position, answers);
        }
        let n: usize = by_labeler.values().map(HashMap::len).sum();
        self.timeline.fact("labels", n);
        self.timeline.done(step, format!("{n} signed preferences, each with a countersigned receipt"));
        Ok(())
    }

    async fn close(&mut self, operator: &Api, epoch: u64) -> Result<()> {
        let step = self.timeline.step("epoch closed: labels committed, secret revealed, payouts proposed");
        operator.post(&format!("/epochs/{epoch}/close"), json!({})).await?;
        let path = format!("/epochs/{epoch}");
        self.chain
            .wait("the payouts", async || Ok(operator.get(&path).await?["payouts"].is_object()))
            .await?;
        let now = operator.get(&path).await?;
        let payouts = &now["payouts"];
        let total = format_ether(text(&payouts["totalCumulative"])?.parse::<U256>()?);
        let reward = text(&payouts["bond"])?.parse::<U256>()? / U256::from(2);
        self.timeline.done(
            step,
            format!(
                "{} POL to {} labelers, payouts root {}; {} POL for whoever proves an error in it",
                decimals(&total),
                payouts["accountCount"],
                short(text(&payouts["payoutsRoot"])?),
                decimals(&format_ether(reward))
            ),
        );
        Ok(())
    }

    async fn start_training(&mut self, operator: &Api, campaign: i64, epoch: u64) -> Result<i64> {
        let step = self.timeline.step("training started in the background");
        let run = operator
            .post(
                "/runs",
                json!({
                    "campaignId": campaign, "epochs": [epoch], "seed": 7, "profile": "cpu",
                    "reward": self.size.preset["reward"], "ppo": self.size.preset["ppo"],
                }),
            )
            .await?;
        self.timeline.done(step, "dataset → reward model → PPO → evaluation");
        run["runId"].as_i64().context("the API gave the run no id")
    }

    async fn pay(&mut self, epoch: u64) -> Result<()> {
        let api = Api::anonymous(self.url);
        let step = self.timeline.step("challenge window");
        let path = format!("/epochs/{epoch}");
        let proposal =
            async || -> Result<Value> { Ok(api.get(&path).await?["payouts"]["proposalId"].clone()) };
        self.chain.wait("the proposal to pay", async || Ok(proposal().await?.is_string())).await?;
        let id: U256 = text(&proposal().await?)?.parse()?;
        self.timeline
            .done(step, format!("over; proposal {} is to pay epoch {epoch}", short(&id.to_string())));
        self.vote_through(id, "pay").await?;
        self.chain
            .wait("the approval to be indexed", async || Ok(api.get(&path).await?["status"] == "accepted"))
            .await
    }

    /// All but the first labeler claim.
    async fn claim(&mut self) -> Result<()> {
        let step = self.timeline.step("labelers claim");
        let api = Api::anonymous(self.url);
        let mut claimed = 0;
        for position in 1..CAST.len() {
            let account = FIRST_ACCOUNT + position as u32;
            let address = signer(account)?.address();
            let leaf = api.get(&format!("/payouts/{address}")).await?;
            if leaf["claimable"] == "0" {
                continue;
            }
            self.chain
                .send(
                    account,
                    self.chain.deployment.contracts.reward_distributor,
                    claim_data(address, &leaf)?,
                )
                .await?;
            claimed += 1;
        }
        self.timeline
            .done(step, format!("{claimed} claims paid; «{}» is left to claim in the page", CAST[0].name));
        Ok(())
    }

    async fn verify_epoch(&mut self, epoch: u64) -> Result<()> {
        let step = self.timeline.step(format!("polity verify epoch {epoch}"));
        self.verifier.run(&["epoch", &epoch.to_string()]).await?;
        self.timeline.fact("epochVerified", true);
        self.timeline.done(step, "recomputed from chain and signed labels: equal");
        Ok(())
    }

    async fn train_to_serve(&mut self, run: i64) -> Result<String> {
        let api = Api::anonymous(self.url);
        let step = self.timeline.step("reward model and PPO");
        let path = format!("/runs/{run}");
        self.chain
            .wait_long("the training run", 1500, async || {
                let now = api.get(&path).await?;
                ensure!(now["state"] != "failed", "the training run failed: {}", now["error"]);
                step.note(progress(&now));
                Ok(now["state"] == "done")
            })
            .await?;
        let done = api.get(&path).await?["results"].clone();
        let version = text(&done["versionId"])?.to_owned();
        let about = api.get(&format!("/models/{version}")).await?;
        let evaluation = &about["evaluation"];
        for name in ["winRateBps", "ciLowBps", "ciHighBps"] {
            self.timeline.fact(name, evaluation[name].clone());
        }
        self.timeline.fact("oracle", evaluation["oracle"].clone());
        self.timeline.fact("rewardAccuracy", done["rewardAccuracy"].clone());
        self.timeline.done(
            step,
            format!("held-out accuracy {}; {}", percent(&done["rewardAccuracy"]), win_rate(evaluation)),
        );

        let id: U256 = text(&done["proposalId"])?.parse()?;
        let step = self.timeline.step("version registered, activation proposed");
        self.timeline.done(step, format!("version {}, proposal {}", short(&version), short(&id.to_string())));
        self.vote_through(id, "serve").await?;
        let step = self.timeline.step("new version served");
        self.wait_for_served(&version).await?;
        let answer = api
            .post(
                "/v1/chat/completions",
                json!({"model": version, "messages": [{"role": "user", "content": "Tell me about a birthday."}], "max_tokens": 24, "seed": 1}),
            )
            .await?;
        ensure!(
            answer["model"] == version.as_str(),
            "the answer came from {}, not from {version}",
            answer["model"]
        );
        let said = text(&answer["choices"][0]["message"]["content"])?.replace('\n', " ");
        self.timeline.done(step, format!("“Tell me about a birthday.” → “{said}”"));
        Ok(version)
    }

    async fn verify_model(&mut self, version: String) -> Result<()> {
        let step = self.timeline.step(format!("polity verify model {}", short(&version)));
        self.verifier.run(&["model", &version]).await?;
        self.timeline.fact("modelVerified", true);
        self.timeline.done(step, "digest, manifest, weights, run spec, datasets and labels agree");
        Ok(())
    }

    async fn leave_something(&mut self, operator: &Api, campaign: i64) -> Result<()> {
        let epoch = self.open_epoch(operator, campaign).await?;
        let step = self.timeline.step("a proposal to vote on");
        let distributor = self.chain.deployment.contracts.reward_distributor;
        let calls =
            vec![call(distributor, RewardDistributor::setEpochBudgetCall { amount: parse_ether("6000")? })];
        let description =
            "# Raise the epoch budget\n\nAllow 6,000 POL an epoch, so that more labelers can join.";
        let id = self.chain.propose(HOLDERS[0], calls, description).await?;
        self.chain.wait_for_state(id, ACTIVE).await?;
        self.timeline
            .done(step, format!("proposal {} is open; epoch {epoch} takes labels", short(&id.to_string())));
        Ok(())
    }

    async fn wait_for_version(&self, wanted: impl Fn(&Value) -> bool) -> Result<String> {
        let api = Api::anonymous(self.url);
        let find = async || -> Result<Option<String>> {
            let families = api.get("/models").await?;
            let versions =
                families.as_array().into_iter().flatten().filter_map(|f| f["versions"].as_array()).flatten();
            Ok(versions.filter(|v| wanted(v)).find_map(|v| v["versionId"].as_str().map(str::to_owned)))
        };
        self.chain.wait_long("the registered version", 300, async || Ok(find().await?.is_some())).await?;
        find().await?.context("the version vanished")
    }

    async fn wait_for_served(&self, version: &str) -> Result<()> {
        let api = Api::anonymous(self.url);
        self.chain
            .wait("the model server", async || Ok(api.get("/status").await?["servedVersion"] == version))
            .await
    }

    async fn table(&self, epoch: u64) -> Result<String> {
        let api = Api::anonymous(self.url);
        let statements = api.get(&format!("/epochs/{epoch}/statements")).await?;
        labeling::pay_table(statements.as_array().context("statements is not a list")?)
    }
}

fn call(target: Address, call: impl SolCall) -> Call {
    Call { target, data: call.abi_encode() }
}

/// Whether the newest job of this kind is done.
///
/// # Errors
/// When it failed for good.
async fn job_is_done(operator: &Api, kind: &str) -> Result<bool> {
    let jobs = operator.get("/jobs").await?;
    let job =
        jobs.as_array().into_iter().flatten().find(|job| job["kind"] == kind).cloned().unwrap_or_default();
    ensure!(job["state"] != "failed", "{kind} failed: {}", job["lastError"]);
    Ok(job["state"] == "done")
}

/// Calldata of `RewardDistributor.claim` from the API's payout leaf.
fn claim_data(account: Address, leaf: &Value) -> Result<Vec<u8>> {
    let proof: Vec<B256> = serde_json::from_value(leaf["proof"].clone())?;
    let data = IRewardDistributor::ClaimData {
        account,
        index: leaf["index"].as_u64().context("the leaf has no index")?.try_into()?,
        cumulative: text(&leaf["cumulative"])?.parse()?,
        runningTotal: text(&leaf["runningTotal"])?.parse()?,
        rawPayHash: text(&leaf["rawPayHash"])?.parse()?,
        proof,
    };
    Ok(RewardDistributor::claimCall { data }.abi_encode())
}

fn prompts(size: &Size) -> Result<Vec<String>> {
    let all = match size.preset["prompts"].as_array() {
        Some(own) => own.iter().filter_map(|p| p.as_str().map(str::to_owned)).collect(),
        None => include_str!("../prompts.txt").lines().map(str::to_owned).collect::<Vec<_>>(),
    };
    ensure!(all.len() >= size.n_prompts, "{} prompts are needed, {} are known", size.n_prompts, all.len());
    Ok(all.into_iter().take(size.n_prompts).collect())
}

pub fn text(value: &Value) -> Result<&str> {
    value.as_str().with_context(|| format!("expected text, got {value}"))
}

fn short(id: &str) -> String {
    if id.len() > 12 { format!("{}…", &id[..10]) } else { id.to_owned() }
}

/// At most two decimals of a decimal number.
pub fn decimals(number: &str) -> String {
    match number.split_once('.') {
        Some((whole, fraction)) => format!("{whole}.{}", &fraction[..fraction.len().min(2)]),
        None => number.to_owned(),
    }
}

fn percent(value: &Value) -> String {
    value.as_f64().map_or("unknown".into(), |v| format!("{:.0} %", v * 100.0))
}

fn bps(value: &Value) -> String {
    value.as_f64().map_or("?".into(), |v| format!("{:.0} %", v / 100.0))
}

fn win_rate(evaluation: &Value) -> String {
    let one = |e: &Value| {
        format!("{} (95 %: {} to {})", bps(&e["winRateBps"]), bps(&e["ciLowBps"]), bps(&e["ciHighBps"]))
    };
    format!("win rate {} by the reward model, {} by VADER", one(evaluation), one(&evaluation["oracle"]))
}

fn progress(run: &Value) -> String {
    let p = &run["progress"];
    format!(
        "{} {} {}/{}",
        run["stage"].as_str().unwrap_or(""),
        p["phase"].as_str().unwrap_or(""),
        p["step"],
        p["steps"]
    )
}
