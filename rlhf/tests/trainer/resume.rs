//! A killed run goes on where it was and writes the same bytes; any step of a run can be repeated and compared.

// Tasks that are tested one by one, their resumption by the functions here.
pub mod direct;
mod group;
mod pretrain;

use std::io::{BufRead, BufReader};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::{Command, Stdio};

use alloy_primitives::{B256, keccak256};
use protocol::manifest::{
    FileEntry, PpoParams, RewardParams, RunParams, SftParams, StepLog, TrainingPrecision, canonical_json,
    parse_canonical,
};
use rlhf::report::{Event, Report};
use rlhf::run::{ReplayArgs, SaveStates, TrainArgs, TrainError, replay, train};

use crate::toy::{Log, World, ppo_params, reward_params};

/// Ends the run, as a power cut would, when it tells of step `at`.
struct Interrupt {
    at: u64,
}

impl Report for Interrupt {
    fn event(&mut self, event: &Event) {
        if let Event::Progress { step, metrics, .. } = event
            && *step == self.at
            && !metrics.is_empty()
        {
            panic!("interrupted");
        }
    }
}

/// First step that a run told of with numbers.
#[derive(Default)]
struct FirstStep(Option<u64>);

impl Report for FirstStep {
    fn event(&mut self, event: &Event) {
        if let Event::Progress { step, metrics, .. } = event
            && !metrics.is_empty()
        {
            self.0.get_or_insert(*step);
        }
    }
}

fn sft_params() -> SftParams {
    SftParams {
        epochs: 1,
        batch_size: 16,
        learning_rate: 1e-2,
        lora_rank: 4,
        lora_alpha: 8.0,
        lora_layers: 2,
        max_length: 32,
        adam_eps: 1e-5,
    }
}

/// Arguments of a short run of each kind, into folders that begin with `out`.
pub fn one_of_each(world: &World, out: &str) -> Vec<TrainArgs> {
    let (reward, _) =
        world.train_reward(&format!("{out}-judge"), RewardParams { epochs: 1, ..reward_params() });
    let judge = format!("{out}-judge");
    let parent = ("parent", "parent", world.parent);
    let preferences = ("preferences", "preferences", world.preferences);
    let ppo = [parent, ("prompts", "prompts", world.prompts), ("reward", judge.as_str(), reward)];
    let params = PpoParams { steps: 4, eval_prompts: 4, ..ppo_params() };
    vec![
        world.arguments(&format!("{out}-sft"), &[parent, preferences], RunParams::Sft(sft_params())),
        world.arguments(&format!("{out}-reward"), &[parent, preferences], RunParams::Reward(reward_params())),
        world.arguments(&format!("{out}-ppo"), &ppo, RunParams::Ppo(params)),
    ]
}

fn interrupt(args: &TrainArgs, at: u64) {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    let outcome = catch_unwind(AssertUnwindSafe(|| train(args, &mut Interrupt { at })));
    std::panic::set_hook(hook);
    assert!(outcome.is_err(), "the run was over before step {at}");
    assert!(!args.out.exists());
}

fn states_of(out: &Path) -> std::path::PathBuf {
    let name = out.file_name().unwrap().to_string_lossy();
    out.with_file_name(format!(".{name}.states"))
}

fn log_of(out: &Path) -> StepLog {
    parse_canonical(&std::fs::read(out.join("steps.json")).unwrap()).unwrap()
}

fn replay_args(run: &TrainArgs, from: u64, to: u64) -> ReplayArgs {
    ReplayArgs {
        spec: run.spec.clone(),
        inputs: run.inputs.clone(),
        checkpoint: run.out.clone(),
        states: run.save.keep.clone(),
        from,
        to: Some(to),
        gradient_checkpointing: false,
    }
}

/// Both are the same run: one in one go, one interrupted at its third step. Ends with the same bytes, and every step of them
/// can be repeated, also from a saved state. The second one computes with gradient checkpointing from there on.
pub fn assert_resumes_and_replays(mut whole: TrainArgs, broken: &TrainArgs) {
    whole.save = SaveStates { every: 2, keep: Some(whole.out.with_extension("states")) };
    let expected = train(&whole, &mut Log::default()).unwrap();
    interrupt(broken, 3);
    let mut first = FirstStep::default();
    let rest = TrainArgs { gradient_checkpointing: true, ..broken.clone() };
    assert_eq!(train(&rest, &mut first).unwrap(), expected);
    assert_eq!(first.0, Some(3), "two steps were saved");
    let n_steps = log_of(&whole.out).n_steps();
    assert!(n_steps >= 4, "{n_steps}");
    let from_start = ReplayArgs { states: None, to: None, ..replay_args(&whole, 0, 0) };
    assert_eq!(replay(&from_start, &mut Log::default()).unwrap(), n_steps);
    let mut first = FirstStep::default();
    assert_eq!(replay(&replay_args(&whole, 3, 4), &mut first).unwrap(), 4);
    assert_eq!(first.0, Some(3), "from the state after step 2");
    forge(&whole.out, 3);
    let error = replay(&replay_args(&whole, 2, 4), &mut Log::default()).unwrap_err();
    assert!(matches!(error, TrainError::Replay { step: 3, .. }), "{error}");
}

#[test]
fn an_interrupted_run_goes_on_and_writes_the_same_bytes() {
    let world = World::new();
    for (whole, broken) in one_of_each(&world, "whole").iter().zip(&one_of_each(&world, "broken")) {
        let expected = train(whole, &mut Log::default()).unwrap();
        // The report of step 3 comes before its state is saved, so that step is done again.
        interrupt(broken, 3);
        let mut first = FirstStep::default();
        let rest = TrainArgs { gradient_checkpointing: true, ..broken.clone() };
        assert_eq!(train(&rest, &mut first).unwrap(), expected);
        assert_eq!(first.0, Some(3), "two steps were saved");
        assert!(!states_of(&broken.out).exists(), "a complete run needs no states");
        let manifest = std::fs::read(broken.out.join("manifest.json")).unwrap();
        assert_eq!(keccak256(&manifest), expected);
    }
}

#[test]
fn half_the_bits_lead_along_the_same_curve_and_are_as_repeatable() {
    let world = World::new();
    let mut half = World::new();
    half.precision = Some(TrainingPrecision::Bfloat16);
    let (full, halves) = (one_of_each(&world, "full"), one_of_each(&half, "half"));
    for (i, (args, again)) in halves.iter().zip(&one_of_each(&half, "again")).enumerate() {
        let (mut full_log, mut log) = (Log::default(), Log::default());
        train(&full[i], &mut full_log).unwrap();
        let expected = train(args, &mut log).unwrap();
        let manifest = half.manifest(args.out.file_name().unwrap().to_str().unwrap());
        assert_eq!(manifest.profile.precision, "bfloat16");
        interrupt(again, 3);
        assert_eq!(train(again, &mut Log::default()).unwrap(), expected, "after an interruption too");
        // PPO samples other completions as soon as a probability differs, so its curve is its own.
        if i < 2 {
            let (full, found) = (full_log.values("loss"), log.values("loss"));
            assert_eq!(full.len(), found.len());
            for (full, found) in full.iter().zip(&found) {
                assert!((full - found).abs() < 0.03 * full.max(0.1), "loss {found}, in f32 {full}");
            }
        }
    }
}

#[test]
fn a_run_killed_with_signal_9_goes_on_and_writes_the_same_bytes() {
    let world = World::new();
    let whole = one_of_each(&world, "whole").pop().unwrap();
    let expected = train(&whole, &mut Log::default()).unwrap();
    let broken = one_of_each(&world, "broken").pop().unwrap();
    let command = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rlhf"));
        command.arg("train").arg("--spec").arg(&broken.spec).arg("--out").arg(&broken.out);
        for (name, dir) in &broken.inputs {
            command.arg("--input").arg(format!("{name}={}", dir.display()));
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        command
    };
    let rollouts = |line: &str| {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        (event["phase"] == "rollout").then(|| event["step"].as_u64().unwrap())
    };
    let mut child = command().spawn().unwrap();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        if rollouts(&line.unwrap()) == Some(3) {
            child.kill().unwrap();
            break;
        }
    }
    assert!(!child.wait().unwrap().success());
    assert!(!broken.out.exists());

    let output = command().output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let steps: Vec<u64> = lines.lines().filter_map(rollouts).collect();
    assert!(steps == [3, 4] || steps == [4], "{steps:?}");
    let manifest = std::fs::read(broken.out.join("manifest.json")).unwrap();
    assert_eq!(keccak256(&manifest), expected);
}

#[test]
fn a_torn_or_foreign_state_is_not_used() {
    let world = World::new();
    let whole = one_of_each(&world, "whole").remove(1);
    let expected = train(&whole, &mut Log::default()).unwrap();
    for damage in [
        (|file: &Path| {
            let bytes = std::fs::read(file).unwrap();
            std::fs::write(file, &bytes[..bytes.len() - 9]).unwrap();
        }) as fn(&Path),
        |file| {
            let mut bytes = std::fs::read(file).unwrap();
            *bytes.last_mut().unwrap() ^= 1;
            std::fs::write(file, bytes).unwrap();
        },
        |file| std::fs::remove_file(file.with_file_name("state.json")).unwrap(),
    ] {
        let broken = TrainArgs { out: world.dir("broken"), ..whole.clone() };
        interrupt(&broken, 4);
        let state = std::fs::read_dir(states_of(&broken.out)).unwrap().next().unwrap().unwrap().path();
        damage(&state.join("model.safetensors"));
        let mut first = FirstStep::default();
        assert_eq!(train(&broken, &mut first).unwrap(), expected);
        assert_eq!(first.0, Some(1));
        std::fs::remove_dir_all(&broken.out).unwrap();
    }

    let other = RewardParams { learning_rate: 1e-3, ..reward_params() };
    let inputs = [("parent", "parent", world.parent), ("preferences", "preferences", world.preferences)];
    interrupt(&world.arguments("shared", &inputs, RunParams::Reward(other)), 4);
    let same_place = TrainArgs { out: world.dir("shared"), ..whole.clone() };
    assert_eq!(train(&same_place, &mut Log::default()).unwrap(), expected);
}

#[test]
fn every_step_can_be_repeated_and_a_wrong_one_is_named() {
    let world = World::new();
    for mut run in one_of_each(&world, "run") {
        run.save = SaveStates { every: 2, keep: Some(run.out.with_extension("states")) };
        train(&run, &mut Log::default()).unwrap();
        let log = log_of(&run.out);
        assert!(log.n_steps() >= 4);
        let manifest = world.manifest(run.out.file_name().unwrap().to_str().unwrap());
        assert_eq!(manifest.steps_root, Some(log.root()));

        let whole = ReplayArgs { states: None, to: None, ..replay_args(&run, 0, 0) };
        assert_eq!(replay(&whole, &mut Log::default()).unwrap(), log.n_steps());
        let mut first = FirstStep::default();
        assert_eq!(replay(&replay_args(&run, 3, 4), &mut first).unwrap(), 4);
        assert_eq!(first.0, Some(3), "from the state after step 2");

        forge(&run.out, 3);
        let error = replay(&replay_args(&run, 2, 4), &mut Log::default()).unwrap_err();
        assert!(matches!(error, TrainError::Replay { step: 3, .. }), "{error}");
        assert!(replay(&replay_args(&run, 0, 2), &mut Log::default()).is_ok());
    }
}

#[test]
fn a_replay_says_why_nothing_can_be_compared() {
    let world = World::new();
    let run = one_of_each(&world, "run").remove(0);
    train(&run, &mut Log::default()).unwrap();
    let n_steps = log_of(&run.out).n_steps();
    let unfit = |args: &ReplayArgs| match replay(args, &mut Log::default()).unwrap_err() {
        TrainError::Unfit(reason) => reason,
        other => panic!("{other}"),
    };
    assert!(unfit(&replay_args(&run, 0, n_steps + 1)).contains("no stretch"));
    assert!(unfit(&replay_args(&run, 2, 2)).contains("no stretch"));
    let other_spec = ReplayArgs { spec: world.dir("run-reward.json"), ..replay_args(&run, 0, 1) };
    assert!(unfit(&other_spec).contains("another spec"));
    let log = StepLog { states: vec![B256::ZERO; 5], ..StepLog::default() };
    rewrite(&run.out, |_| log.clone(), false);
    assert!(unfit(&replay_args(&run, 0, 1)).contains("stepsRoot"));
}

/// Makes a checkpoint claim another state after `step`, consistently.
fn forge(out: &Path, step: usize) {
    let change = |mut log: StepLog| {
        log.states[step] = B256::repeat_byte(7);
        log
    };
    rewrite(out, change, true);
}

/// Exchanges the step log of a checkpoint and its entry in the manifest, and its root too if `with_root`.
fn rewrite(out: &Path, change: impl Fn(StepLog) -> StepLog, with_root: bool) {
    let log = change(log_of(out));
    let bytes = canonical_json(&log).unwrap();
    std::fs::write(out.join("steps.json"), &bytes).unwrap();
    let path = out.join("manifest.json");
    let mut manifest: protocol::manifest::CheckpointManifest =
        parse_canonical(&std::fs::read(&path).unwrap()).unwrap();
    let entry = manifest.files.iter_mut().find(|file| file.name == "steps.json").unwrap();
    *entry = FileEntry::of("steps.json", &bytes);
    if with_root {
        manifest.steps_root = Some(log.root());
    }
    std::fs::write(&path, canonical_json(&manifest).unwrap()).unwrap();
}
