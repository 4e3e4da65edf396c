//! Runs that another trainer makes: what it needs in its own words, and its weights back with where they came from.
//!
//! A folder of an export has the run spec, the parent, the samples as chat messages and a file that starts the trainer. It
//! is named by the hash of `export.json`, which lists every file and names the trainer. What comes back is a checkpoint of task
//! `import` that has this file beside its weights and names the spec and the datasets: they can be checked, the steps in
//! between cannot be repeated.

use std::path::{Component, Path, PathBuf};

use alloy_primitives::B256;
use protocol::manifest::{
    CheckpointTask, DpoLoss, FileEntry, PreferenceSample, RunParams, RunSpec, Split, canonical_json,
    parse_canonical,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tch::Device;

use super::{ConvertError, parquet, unknown_profile};
use crate::data::dataset::{Dataset, read_preferences};
use crate::model::{Config, Lora, Params, Precision};
use crate::run::{
    checkpoint::{self, Checkpoint, CheckpointError, Provenance},
    folder::PendingFolder,
};

/// A trainer that exports are made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Trainer {
    /// Hugging Face TRL: `trl sft|dpo --config config.yaml`.
    Trl,
    /// OpenRLHF: `sh train.sh`.
    Openrlhf,
    /// verl: `sh train.sh`; task `sft` only.
    Verl,
}

const EXPORT: &str = "export.json";
const FORMAT: &str = "polity.export.v1";

/// `export.json`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Export {
    format: String,
    trainer: Trainer,
    run_spec_hash: B256,
    spec: RunSpec,
    /// Every other file, sorted by name.
    files: Vec<FileEntry>,
}

impl Export {
    /// Reads an export and checks every file of it; also returns the bytes of `export.json`.
    fn open(dir: &Path) -> Result<(Self, Vec<u8>), ConvertError> {
        let about = read(&dir.join(EXPORT))?;
        let export: Self = parse_canonical(&about)?;
        if export.format != FORMAT || export.spec.hash()? != export.run_spec_hash {
            return Err(ConvertError::Unsupported(format!("{EXPORT} of format {:?}", export.format)));
        }
        for file in &export.files {
            let name = Path::new(&file.name);
            let is_inside = name.components().all(|part| matches!(part, Component::Normal(_)));
            if !is_inside || FileEntry::of(file.name.clone(), &read(&dir.join(name))?) != *file {
                return Err(CheckpointError::File { name: file.name.clone() }.into());
            }
        }
        Ok((export, about))
    }
}

/// Writes the folder `out` from which `trainer` can make the run `spec`, of task `sft` or `dpo`. Returns the hash of its
/// `export.json`.
///
/// # Errors
/// [`ConvertError::Unsupported`] for other tasks; when an input is not what the spec names. `out` does not exist then.
pub fn export(
    spec: &RunSpec,
    parent: &Path,
    preferences: &Path,
    trainer: Trainer,
    out: &Path,
) -> Result<B256, ConvertError> {
    let spec_hash = spec.hash()?;
    let expected = |name: &str| spec.inputs.get(name).copied().unwrap_or_default();
    let launch = launch(spec, trainer)?;
    let parent = Checkpoint::open_expected(parent, expected("parent"))?;
    let dataset = read_preferences(preferences)?;
    if dataset.hash != expected("preferences") {
        return Err(ConvertError::Unsupported(format!(
            "dataset {}: the spec names another one",
            dataset.hash
        )));
    }
    let folder = PendingFolder::create(out)?;
    let mut files = vec![launch, ("run.json".to_owned(), canonical_json(spec)?)];
    for (name, split) in [("train", Split::Train), ("test", Split::Test)] {
        files.push(match trainer {
            Trainer::Verl => (format!("data/{name}.parquet"), chats(&dataset, split)?),
            Trainer::Trl | Trainer::Openrlhf => (format!("data/{name}.jsonl"), lines(&dataset, spec, split)),
        });
    }
    for file in &parent.manifest.files {
        files.push((format!("parent/{}", file.name), read(&parent.dir.join(&file.name))?));
    }
    files.push(("parent/manifest.json".to_owned(), canonical_json(&parent.manifest)?));
    files.sort();
    for (name, bytes) in &files {
        write(&folder.path().join(name), bytes)?;
    }
    let files = files.iter().map(|(name, bytes)| FileEntry::of(name.clone(), bytes)).collect();
    let export =
        Export { format: FORMAT.into(), trainer, run_spec_hash: spec_hash, spec: spec.clone(), files };
    let about = canonical_json(&export)?;
    write(&folder.path().join(EXPORT), &about)?;
    folder.publish()?;
    Ok(alloy_primitives::keccak256(&about))
}

/// Takes the weights that a trainer made of an export, merged or as PEFT adapters, into the checkpoint folder `out`.
/// Tokenizer and configuration stay those of the parent. Returns the manifest hash.
///
/// # Errors
/// [`ConvertError`] when a file of the export was changed or the weights are not those of such a model; `out` does not exist
/// then.
pub fn adopt(trained: &Path, export: &Path, out: &Path) -> Result<B256, ConvertError> {
    let (Export { spec, .. }, about) = Export::open(export)?;
    let expected = |name: &str| spec.inputs.get(name).copied().unwrap_or_default();
    let parent = Checkpoint::open_expected(&export.join("parent"), expected("parent"))?;
    let config = Config::load(&parent.dir)?;
    let weights = if trained.join("adapter_config.json").is_file() {
        let lora = Lora::load(&config, trained, Device::Cpu)?;
        lora.merge_into(&Params::load_model(&parent.dir, &config)?)?
    } else {
        Params::load_model(trained, &Config::load(trained)?)?
    };
    weights.check(&config.tensors())?;
    // What a trainer saved beside, a head that is tied to the embedding for example, is not the model's.
    let weights: Params = config
        .tensors()
        .into_iter()
        .map(|(name, _)| weights.get(&name).map(|tensor| (name, tensor)))
        .collect::<Result<_, _>>()?;
    let precision: Precision = config.torch_dtype.parse().map_err(ConvertError::Unsupported)?;
    let folder = PendingFolder::create(out)?;
    weights.save_model(folder.path(), &config, precision)?;
    config.save(folder.path())?;
    checkpoint::copy_companions(&parent.dir, folder.path())?;
    write(&folder.path().join(EXPORT), &about)?;
    let hash = checkpoint::seal(
        folder.path(),
        Provenance {
            task: CheckpointTask::Import,
            parent: Some(parent.hash),
            inputs: spec.inputs.clone(),
            run_spec_hash: Some(spec.hash()?),
            dataset_hashes: vec![expected("preferences")],
            steps_root: None,
            metrics: Default::default(),
            profile: unknown_profile(config.torch_dtype.clone()),
        },
    )?;
    folder.publish()?;
    Ok(hash)
}

/// The samples of one side as chat messages. A tie teaches neither task.
fn lines(dataset: &Dataset<PreferenceSample>, spec: &RunSpec, split: Split) -> Vec<u8> {
    let said = |role: &str, text: &str| json!([{"role": role, "content": text}]);
    let line = |sample: &PreferenceSample| -> Value {
        let (prompt, chosen) = (said("user", &sample.prompt), said("assistant", &sample.chosen));
        match spec.params {
            RunParams::Sft(_) => json!({"prompt": prompt, "completion": chosen}),
            _ => json!({"prompt": prompt, "chosen": chosen, "rejected": said("assistant", &sample.rejected)}),
        }
    };
    decided(dataset, split).flat_map(|sample| format!("{}\n", line(sample)).into_bytes()).collect()
}

/// The prompts of one side with what was preferred, as Parquet.
fn chats(dataset: &Dataset<PreferenceSample>, split: Split) -> Result<Vec<u8>, ConvertError> {
    let chats: Vec<Vec<[&str; 2]>> = decided(dataset, split)
        .map(|sample| vec![["user", &sample.prompt], ["assistant", &sample.chosen]])
        .collect();
    Ok(parquet::chats(&chats)?)
}

/// The samples of one side that are no ties.
fn decided(dataset: &Dataset<PreferenceSample>, split: Split) -> impl Iterator<Item = &PreferenceSample> {
    let side = dataset.samples.iter().filter(move |sample| sample.split == split);
    side.filter(|sample| sample.chosen_votes > sample.rejected_votes)
}

/// The file that starts the trainer, with the hyper-parameters of the spec.
fn launch(spec: &RunSpec, trainer: Trainer) -> Result<(String, Vec<u8>), ConvertError> {
    let seed = spec.seed;
    let (own, common, eps, rank, alpha) = match &spec.params {
        RunParams::Sft(p) => {
            let common = (p.epochs, p.batch_size, p.learning_rate, p.max_length);
            (vec![], common, p.adam_eps, p.lora_rank, p.lora_alpha)
        }
        RunParams::Dpo(p) => {
            let loss = match p.loss {
                DpoLoss::Sigmoid => "sigmoid",
                DpoLoss::Ipo => "ipo",
            };
            let own = vec![
                ("beta", p.beta.to_string()),
                ("label_smoothing", p.label_smoothing.to_string()),
                ("loss_type", loss.to_owned()),
            ];
            let common = (p.epochs, p.batch_size, p.learning_rate, p.max_length);
            (own, common, p.adam_eps, p.lora_rank, p.lora_alpha)
        }
        _ => return Err(ConvertError::Unsupported(format!("export of task {}", spec.task().name()))),
    };
    let (epochs, batch_size, learning_rate, max_length) = common;
    let alpha = alpha.round() as i64;
    let task = spec.task().name();
    Ok(match trainer {
        Trainer::Trl => {
            let fixed = [
                ("model_name_or_path", "parent".to_owned()),
                ("dataset_name", "data".to_owned()),
                ("output_dir", "trained".to_owned()),
                ("num_train_epochs", epochs.to_string()),
                ("per_device_train_batch_size", batch_size.to_string()),
                ("learning_rate", learning_rate.to_string()),
                ("lr_scheduler_type", "linear".to_owned()),
                ("weight_decay", "0.0".to_owned()),
                ("adam_beta1", "0.9".to_owned()),
                ("adam_beta2", "0.999".to_owned()),
                ("adam_epsilon", eps.to_string()),
                ("max_grad_norm", "1.0".to_owned()),
                ("max_length", max_length.to_string()),
                ("use_peft", "true".to_owned()),
                ("lora_r", rank.to_string()),
                ("lora_alpha", alpha.to_string()),
                ("lora_dropout", "0.0".to_owned()),
                ("lora_target_modules", "all-linear".to_owned()),
                ("seed", seed.to_string()),
                ("report_to", "none".to_owned()),
            ];
            let lines = fixed.into_iter().chain(own).map(|(key, value)| format!("{key}: {value}\n"));
            let head = format!("# trl {task} --config config.yaml\n");
            ("config.yaml".to_owned(), ([head].into_iter().chain(lines)).collect::<String>().into_bytes())
        }
        Trainer::Openrlhf => {
            let keys = match task {
                "sft" => "--input_key prompt --output_key completion",
                _ => "--prompt_key prompt --chosen_key chosen --rejected_key rejected",
            };
            let own: String = own
                .iter()
                .map(|(key, value)| match (*key, value.as_str()) {
                    ("loss_type", "ipo") => " --ipo".to_owned(),
                    ("loss_type", _) => String::new(),
                    _ => format!(" --{key} {value}"),
                })
                .collect();
            let text = format!(
                "#!/bin/sh\n# pip install 'openrlhf<0.10': later releases name their options otherwise.\nset -e\ncd \"$(dirname \"$0\")\"\npython -m openrlhf.cli.train_{task} --pretrain parent --dataset data/train.jsonl \
                 --eval_dataset data/test.jsonl --apply_chat_template {keys} --max_epochs {epochs} --train_batch_size {batch_size} \
                 --micro_train_batch_size {batch_size} --learning_rate {learning_rate} --lr_scheduler linear --lr_warmup_ratio 0 \
                 --adam_betas 0.9 0.999 --max_len {max_length} --lora_rank {rank} --lora_alpha {alpha} --seed {seed} \
                 --save_path trained{own}\n",
            );
            ("train.sh".to_owned(), text.into_bytes())
        }
        Trainer::Verl if task != "sft" => {
            return Err(ConvertError::Unsupported(format!(
                "task {task} by verl: it has no trainer for it, so it"
            )));
        }
        Trainer::Verl => {
            let text = format!(
                "#!/bin/sh\n# pip install 'verl>=0.5,<0.7': later releases name their options otherwise. Then, for rlhf import:\n\
                 # python -m verl.model_merger merge --backend fsdp --local_dir trained/global_step_N --target_dir merged\n\
                 set -e\ncd \"$(dirname \"$0\")\"\ntorchrun --standalone --nproc_per_node=\"${{GPUS:-1}}\" -m \
                 verl.trainer.fsdp_sft_trainer data.train_files=data/train.parquet data.val_files=data/test.parquet \
                 data.multiturn.enable=true data.multiturn.messages_key=messages data.train_batch_size={batch_size} \
                 data.micro_batch_size_per_gpu=1 data.max_length={max_length} data.truncation=right \
                 model.partial_pretrain=parent model.lora_rank={rank} model.lora_alpha={alpha} model.target_modules=all-linear \
                 optim.lr={learning_rate} 'optim.betas=[0.9,0.999]' optim.weight_decay=0 optim.clip_grad=1.0 \
                 trainer.total_epochs={epochs} trainer.default_local_dir=trained trainer.project_name=polity \
                 trainer.experiment_name=export 'trainer.logger=[console]' trainer.seed={seed}\n",
            );
            ("train.sh".to_owned(), text.into_bytes())
        }
    })
}

fn read(path: &Path) -> Result<Vec<u8>, ConvertError> {
    std::fs::read(path).map_err(|source| ConvertError::Read { path: path.into(), source })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), ConvertError> {
    let failed = |path: PathBuf| move |source| ConvertError::Write { path, source };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed(folder.into()))?;
    }
    std::fs::write(path, bytes).map_err(failed(path.into()))
}
