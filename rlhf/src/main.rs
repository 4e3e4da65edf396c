//! Command line of the trainer. Results and progress are JSON lines on standard output, logs go to standard error.

use std::{
    collections::BTreeMap,
    io::{IsTerminal, Read, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use alloy_primitives::B256;
use anyhow::{Context, anyhow};
use clap::{Args, Parser, Subcommand};
use rand::{RngCore, SeedableRng};
use rlhf::{
    convert::{self, export::Trainer},
    model::Precision,
    report::{All, Bar, Event, JsonLines, Logs, Report},
    run::{self, EvalArgs, EvalSettings, ProcessGroupConfig, ReplayArgs, SaveStates, TrainArgs},
    serve::{Limits, ModelFolder, ServeOptions, serve},
};
use tracing_subscriber::EnvFilter;

/// Trains language models from human preferences, and serves them.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// End when standard input is closed, which happens when the parent process ends.
    #[arg(long, global = true)]
    exit_with_parent: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a model folder, or a dataset of texts.
    #[command(subcommand)]
    Convert(Source),
    /// Check a Hugging Face folder and write its manifest.json; with an export, make a checkpoint of what its trainer made.
    Import {
        dir: PathBuf,
        /// The folder of `export` that the weights were trained from.
        #[arg(long, requires = "out")]
        export: Option<PathBuf>,
        /// The checkpoint folder to write; must not exist.
        #[arg(long, requires = "export")]
        out: Option<PathBuf>,
    },
    /// Write a folder from which another trainer can make a run of task sft or dpo.
    Export {
        /// The run spec, a JSON file.
        #[arg(long)]
        spec: PathBuf,
        /// A folder that the spec names, as name=DIR; once for each.
        #[arg(long = "input", value_parser = parse_input)]
        inputs: Vec<(String, PathBuf)>,
        #[arg(long)]
        trainer: Trainer,
        /// The folder to write; must not exist.
        #[arg(long)]
        out: PathBuf,
    },
    /// Run a training spec and write a checkpoint folder.
    Train {
        /// The run spec, a JSON file.
        #[arg(long)]
        spec: PathBuf,
        /// A folder that the spec names, as name=DIR; once for each.
        #[arg(long = "input", value_parser = parse_input)]
        inputs: Vec<(String, PathBuf)>,
        /// The checkpoint folder to write; must not exist.
        #[arg(long)]
        out: PathBuf,
        /// Steps between two saved states; a killed run goes on after the last one.
        #[arg(long, default_value_t = 1)]
        save_every: u64,
        /// Keep every saved state in this folder, for `replay`; by default they go when the run is complete.
        #[arg(long)]
        states: Option<PathBuf>,
        /// Folder for the logs: metrics.jsonl, TensorBoard events, metrics.prom, samples.jsonl; OUT.logs by default.
        #[arg(long)]
        logs: Option<PathBuf>,
        /// Take less memory and more time: layers are computed again for their gradient. The result is the same.
        #[arg(long)]
        gradient_checkpointing: bool,
    },
    /// Repeat steps of a run and compare what each makes with what the checkpoint says that it made.
    Replay {
        /// The run spec, a JSON file.
        #[arg(long)]
        spec: PathBuf,
        /// A folder that the spec names, as name=DIR; once for each.
        #[arg(long = "input", value_parser = parse_input)]
        inputs: Vec<(String, PathBuf)>,
        /// The checkpoint that the run made.
        #[arg(long)]
        checkpoint: PathBuf,
        /// Saved states of the run; without them, it is repeated from its start.
        #[arg(long)]
        states: Option<PathBuf>,
        /// Repeat from the last saved state at or before this step.
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// Repeat up to this step; to the last by default.
        #[arg(long)]
        to: Option<u64>,
        /// Take less memory and more time: layers are computed again for their gradient. The result is the same.
        #[arg(long)]
        gradient_checkpointing: bool,
    },
    /// Compare models with their parent: win rates, divergence, perplexity. Writes JSON that names all that it read.
    Eval(EvalCommand),
    /// Serve a checkpoint over an OpenAI-compatible API.
    Serve {
        #[arg(long)]
        model: PathBuf,
        /// Manifest hash of the checkpoint; another one is not served.
        #[arg(long)]
        expect: B256,
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: SocketAddr,
        /// The `model` of every answer.
        #[arg(long)]
        model_id: String,
        /// f32 or bf16; the faster one for the model on this processor by default.
        #[arg(long)]
        precision: Option<Precision>,
        /// Threads that decode, each with rows of its own; one for each core by default.
        #[arg(long)]
        engines: Option<usize>,
        /// Completions that one engine decodes together.
        #[arg(long, default_value_t = Limits::default().rows)]
        rows: usize,
        /// Prompts that may wait; more are refused.
        #[arg(long, default_value_t = Limits::default().queue)]
        queue: usize,
        /// Memory for the keys and values of each engine's rows, in MiB.
        #[arg(long, default_value_t = Limits::default().kv_bytes >> 20)]
        kv_mib: usize,
        /// Memory for the keys and values of prompts before, in MiB.
        #[arg(long, default_value_t = Limits::default().prefix_bytes >> 20)]
        prefix_mib: usize,
        /// Read lines `{"model": DIR, "expect": HASH, "modelId": NAME}` from standard input, and serve that model from then on.
        #[arg(long)]
        obey_stdin: bool,
    },
}

#[derive(Debug, Args)]
struct EvalCommand {
    /// A checkpoint to judge; several give a frontier of divergence and score.
    #[arg(long = "model", required = true)]
    models: Vec<PathBuf>,
    /// The checkpoint that they are compared with.
    #[arg(long)]
    parent: PathBuf,
    /// The reward model.
    #[arg(long)]
    reward: PathBuf,
    /// A dataset of prompts.
    #[arg(long)]
    prompts: PathBuf,
    /// Only its last so many prompts, as `evalPrompts` of a run holds them out.
    #[arg(long)]
    last_prompts: Option<usize>,
    /// A dataset whose held-out preferences the reward model shall predict.
    #[arg(long)]
    preferences: Option<PathBuf>,
    /// Preferences are cut to this many tokens.
    #[arg(long, default_value_t = 512)]
    max_length: usize,
    /// A text to measure the perplexity of.
    #[arg(long)]
    text: Option<PathBuf>,
    /// Scores of an independent judge, lines {"prompt", "completion", "score"}; the sentiment by VADER by default.
    #[arg(long)]
    oracle: Option<PathBuf>,
    /// Write what such a judge should score, lines {"prompt", "completion"}.
    #[arg(long)]
    completions: Option<PathBuf>,
    /// Completions per prompt and model.
    #[arg(long, default_value_t = 4)]
    samples: usize,
    #[arg(long, default_value_t = 64)]
    max_new_tokens: usize,
    #[arg(long, default_value_t = 1.0)]
    temperature: f64,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// All cores and the processor's fastest number format; by default one core in f32, whose bits are easier to repeat.
    #[arg(long)]
    fast: bool,
    /// Where to write; standard output by default.
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Source {
    /// From llama.cpp's file format.
    Gguf {
        #[arg(long)]
        from: PathBuf,
        #[arg(long)]
        out: PathBuf,
    },
    /// A dataset for task `pretrain`: every line {"text"} of .jsonl files, and every other file, is a document.
    Text {
        #[arg(long, required = true)]
        from: Vec<PathBuf>,
        /// SPDX expression.
        #[arg(long)]
        licence: String,
        #[arg(long)]
        out: PathBuf,
    },
    /// A small model made on the spot.
    Tiny {
        #[arg(long, default_value_t = 1)]
        seed: u64,
        #[arg(long)]
        out: PathBuf,
    },
}

fn main() -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let ansi = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(ansi).init();
    let cli = Cli::parse();
    rlhf::memory::keep_freed();
    // Where standard input is obeyed, its reader also notices its end.
    let obeys = matches!(cli.command, Command::Serve { obey_stdin: true, .. });
    if cli.exit_with_parent && !obeys {
        exit_with_parent();
    }
    match cli.command {
        Command::Convert(Source::Gguf { from, out }) => {
            done(convert::create(&out, |dir| convert::gguf::convert(&from, dir))?);
        }
        Command::Convert(Source::Text { from, licence, out }) => {
            done(convert::text::convert(&from, &licence, &out)?);
        }
        Command::Convert(Source::Tiny { seed, out }) => {
            done(convert::create(&out, |dir| convert::tiny::make(seed, dir))?);
        }
        Command::Import { dir, export, out } => done(match export.zip(out) {
            Some((export, out)) => convert::export::adopt(&dir, &export, &out)?,
            None => convert::import(&dir)?,
        }),
        Command::Export { spec, inputs, trainer, out } => {
            let text = std::fs::read(&spec).with_context(|| format!("read {}", spec.display()))?;
            let spec = serde_json::from_slice(&text).with_context(|| format!("parse {}", spec.display()))?;
            let inputs: BTreeMap<String, PathBuf> = inputs.into_iter().collect();
            let input = |name: &str| inputs.get(name).with_context(|| format!("give --input {name}=DIR"));
            let hash =
                convert::export::export(&spec, input("parent")?, input("preferences")?, trainer, &out)?;
            println!("{}", serde_json::json!({"event": "done", "exportHash": hash}));
        }
        Command::Train { spec, inputs, out, save_every, states, logs, gradient_checkpointing } => {
            let save = SaveStates { every: save_every, keep: states };
            let inputs = inputs.into_iter().collect();
            let group = ProcessGroupConfig::from_env()?;
            let mut report = All(vec![Box::new(JsonLines(std::io::stdout()))]);
            if group.as_ref().is_none_or(|group| group.rank == 0) {
                let dir = logs.unwrap_or_else(|| beside(&out, ".logs"));
                let logs = Logs::open(&dir, Box::new(seconds)).with_context(|| dir.display().to_string())?;
                report.0.extend([Box::new(logs) as Box<dyn Report>, Box::new(Bar::default())]);
            }
            let args = TrainArgs { spec, inputs, out, save, gradient_checkpointing };
            run::train_in_group(&args, group.as_ref(), &mut report)?;
        }
        Command::Replay { spec, inputs, checkpoint, states, from, to, gradient_checkpointing } => {
            let inputs = inputs.into_iter().collect();
            let args = ReplayArgs { spec, inputs, checkpoint, states, from, to, gradient_checkpointing };
            let mut report = JsonLines(std::io::stdout());
            let to = run::replay(&args, &mut report)?;
            report.event(&Event::Replayed { to });
        }
        Command::Eval(command) => evaluate(command)?,
        Command::Serve {
            model,
            expect,
            listen,
            model_id,
            precision,
            engines,
            rows,
            queue,
            kv_mib,
            prefix_mib,
            obey_stdin,
        } => {
            let default = Limits::default();
            let options = ServeOptions {
                folder: ModelFolder { model, expect, model_id },
                listen,
                precision,
                seed: rand_chacha::ChaCha8Rng::from_os_rng().next_u64(),
                limits: Limits {
                    engines: engines.unwrap_or(default.engines).max(1),
                    rows: rows.max(1),
                    queue,
                    kv_bytes: kv_mib << 20,
                    prefix_bytes: prefix_mib << 20,
                    ..default
                },
                obey_stdin,
                exit_with_parent: cli.exit_with_parent,
            };
            tokio::runtime::Runtime::new()
                .context("start the runtime")?
                .block_on(serve(options, shutdown()))?;
        }
    }
    Ok(())
}

fn evaluate(command: EvalCommand) -> anyhow::Result<()> {
    let report = run::eval(&EvalArgs {
        models: command.models,
        parent: command.parent,
        reward: command.reward,
        prompts: command.prompts,
        preferences: command.preferences,
        text: command.text,
        oracle: command.oracle,
        completions: command.completions,
        fast: command.fast,
        settings: EvalSettings {
            seed: command.seed,
            last_prompts: command.last_prompts,
            samples: command.samples,
            max_new_tokens: command.max_new_tokens,
            temperature: command.temperature,
            max_length: command.max_length,
        },
    })?;
    match command.out {
        Some(path) => std::fs::write(&path, report).with_context(|| format!("write {}", path.display())),
        None => std::io::stdout().write_all(&[report, b"\n".to_vec()].concat()).context("write the report"),
    }
}

fn done(manifest_hash: B256) {
    JsonLines(std::io::stdout()).event(&Event::Done { manifest_hash });
}

/// `path` with `suffix` behind its name.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Since 1970.
fn seconds() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64())
}

fn parse_input(text: &str) -> anyhow::Result<(String, PathBuf)> {
    let (name, dir) = text.split_once('=').ok_or_else(|| anyhow!("write inputs as name=DIR"))?;
    Ok((name.to_owned(), PathBuf::from(dir)))
}

/// Ends the process when the other end of standard input goes away. Unfinished output folders are left under their
/// temporary names.
fn exit_with_parent() {
    std::thread::spawn(|| {
        let mut stdin = std::io::stdin().lock();
        let mut buffer = [0u8; 256];
        while matches!(stdin.read(&mut buffer), Ok(n) if n > 0) {}
        std::process::exit(1);
    });
}

/// Completes on an interrupt or a request to terminate.
async fn shutdown() {
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => (),
        () = terminate => (),
    }
}
