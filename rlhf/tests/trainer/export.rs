//! Another trainer gets what it needs, and its weights come back with where they came from.

use std::path::Path;

use alloy_primitives::keccak256;
use protocol::manifest::{CheckpointTask, FileEntry, RunParams, RunSpec, SftParams, parse_canonical};
use rlhf::convert::export::{Trainer, adopt, export};
use rlhf::model::{Config, Lora, LoraConfig, Module, Params, Precision};
use rlhf::run::checkpoint::Checkpoint;
use serde_json::{Value, json};
use tch::Device;

use crate::resume::direct::dpo_params;
use crate::toy::World;

fn spec_of(world: &World, params: RunParams) -> RunSpec {
    let inputs = [("parent", "parent", world.parent), ("preferences", "preferences", world.preferences)];
    let args = world.arguments("elsewhere", &inputs, params);
    parse_canonical(&std::fs::read(args.spec).unwrap()).unwrap()
}

fn sft() -> SftParams {
    serde_json::from_value(
        json!({"epochs": 2, "batchSize": 4, "learningRate": 0.001, "loraRank": 2, "loraAlpha": 4.0,
        "loraLayers": 1, "maxLength": 32, "adamEps": 1e-8}),
    )
    .unwrap()
}

fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn an_export_has_samples_spec_and_parent_and_says_what_is_in_it() {
    let world = World::new();
    let (parent, preferences) = (world.dir("parent"), world.dir("preferences"));
    let spec = spec_of(&world, RunParams::Dpo(dpo_params()));
    for trainer in [Trainer::Trl, Trainer::Openrlhf] {
        let out = world.dir(&format!("{trainer:?}"));
        let hash = export(&spec, &parent, &preferences, trainer, &out).unwrap();
        let about = std::fs::read(out.join("export.json")).unwrap();
        assert_eq!(keccak256(&about), hash);
        let about: Value = serde_json::from_slice(&about).unwrap();
        assert_eq!(about["runSpecHash"], json!(spec.hash().unwrap()));
        let files: Vec<FileEntry> = serde_json::from_value(about["files"].clone()).unwrap();
        for file in &files {
            assert_eq!(FileEntry::of(&file.name, &std::fs::read(out.join(&file.name)).unwrap()), *file);
        }
        let samples = lines(&out.join("data/train.jsonl"));
        let of_dataset = lines(&preferences.join("data.jsonl"));
        let decided = of_dataset.iter().filter(|sample| {
            sample["split"] == "train" && sample["chosenVotes"].as_u64() > sample["rejectedVotes"].as_u64()
        });
        assert_eq!(samples.len(), decided.count());
        assert_eq!(samples[0]["chosen"][0]["role"], "assistant");
        assert_eq!(samples[0]["prompt"], json!([{"role": "user", "content": of_dataset[0]["prompt"]}]));
        let launch = if trainer == Trainer::Trl { "config.yaml" } else { "train.sh" };
        let launch = std::fs::read_to_string(out.join(launch)).unwrap();
        assert!(launch.contains("trl dpo") || launch.contains("openrlhf.cli.train_dpo"), "{launch}");
        assert!(launch.contains("beta"), "{launch}");
    }
    let error =
        export(&spec, &parent, &preferences, Trainer::Verl, &world.dir("verl")).unwrap_err().to_string();
    assert!(error.contains("task dpo by verl"), "{error}");
    let imitation = spec_of(&world, RunParams::Sft(sft()));
    export(&imitation, &parent, &preferences, Trainer::Verl, &world.dir("verl")).unwrap();
    let launch = std::fs::read_to_string(world.dir("verl").join("train.sh")).unwrap();
    assert!(
        launch.contains("data.train_batch_size=4 ") && launch.contains("trainer.total_epochs=2 "),
        "{launch}"
    );
    let bytes = std::fs::read(world.dir("verl").join("data/train.parquet")).unwrap();
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));

    let out = world.dir("imitation");
    export(&imitation, &parent, &preferences, Trainer::Trl, &out).unwrap();
    assert_eq!(
        lines(&out.join("data/train.jsonl"))[0].as_object().unwrap().len(),
        2,
        "prompt and completion"
    );
}

#[test]
fn weights_of_another_trainer_come_back_with_their_origin() {
    let world = World::new();
    let spec = spec_of(&world, RunParams::Dpo(dpo_params()));
    let export_dir = world.dir("export");
    export(&spec, &world.dir("parent"), &world.dir("preferences"), Trainer::Trl, &export_dir).unwrap();
    // What PEFT saves: adapters in all layers, here with numbers that change every matrix.
    let config = Config::load(&world.dir("parent")).unwrap();
    let lora_config =
        LoraConfig { rank: 2, alpha: 4.0, layers: config.num_hidden_layers, modules: Module::ALL.to_vec() };
    let mut lora = Lora::new(&config, lora_config, 3, Device::Cpu);
    for (name, tensor) in lora.named() {
        if name.contains("lora_B") {
            let _ = tch::no_grad(|| tensor.shallow_clone().fill_(0.5));
        }
    }
    let trained = world.dir("trained");
    std::fs::create_dir(&trained).unwrap();
    lora.save(&config, &trained).unwrap();
    lora = Lora::load(&config, &trained, Device::Cpu).unwrap();

    let hash = adopt(&trained, &export_dir, &world.dir("adopted")).unwrap();
    let adopted = Checkpoint::open_expected(&world.dir("adopted"), hash).unwrap();
    let manifest = &adopted.manifest;
    assert_eq!((manifest.task, manifest.parent), (CheckpointTask::Import, Some(world.parent)));
    assert_eq!(manifest.run_spec_hash, Some(spec.hash().unwrap()));
    assert_eq!((&manifest.dataset_hashes, manifest.steps_root), (&vec![world.preferences], None));
    // The checkpoint has the export's description, which names the trainer and every file that it was given.
    let about = std::fs::read(world.dir("adopted").join("export.json")).unwrap();
    assert_eq!(about, std::fs::read(export_dir.join("export.json")).unwrap());
    assert!(manifest.files.contains(&FileEntry::of("export.json", &about)));
    let parent = Params::load_model(&world.dir("parent"), &config).unwrap();
    let expected = lora.merge_into(&parent).unwrap();
    let found = Params::load_model(&world.dir("adopted"), &config).unwrap();
    assert!(found.iter().all(|(name, tensor)| *tensor == expected.get(name).unwrap()));
    assert!(found.iter().any(|(name, tensor)| *tensor != parent.get(name).unwrap()));

    // Adapters that mean something else are not merged as if they did not.
    let about = trained.join("adapter_config.json");
    let plain: Value = serde_json::from_slice(&std::fs::read(&about).unwrap()).unwrap();
    for (option, value) in
        [("use_dora", json!(true)), ("rank_pattern", json!({"q_proj": 4})), ("bias", json!("all"))]
    {
        let mut other = plain.clone();
        other[option] = value;
        std::fs::write(&about, other.to_string()).unwrap();
        let error = adopt(&trained, &export_dir, &world.dir("other")).unwrap_err().to_string();
        assert!(error.contains(option), "{error}");
    }
    std::fs::write(&about, plain.to_string()).unwrap();

    // The same weights, merged by the trainer itself, are the same checkpoint.
    let merged = world.dir("merged");
    std::fs::create_dir(&merged).unwrap();
    expected.save_model(&merged, &config, Precision::F32).unwrap();
    config.save(&merged).unwrap();
    assert_eq!(adopt(&merged, &export_dir, &world.dir("again")).unwrap(), hash);

    // An export in which anything was exchanged says nothing about the origin of weights.
    for name in ["data/train.jsonl", "config.yaml", "run.json", "parent/tokenizer.json"] {
        let path = export_dir.join(name);
        let original = std::fs::read(&path).unwrap();
        std::fs::write(&path, "{}").unwrap();
        let error = adopt(&trained, &export_dir, &world.dir("never")).unwrap_err().to_string();
        assert!(error.contains(name), "{error}");
        assert!(!world.dir("never").exists());
        std::fs::write(&path, original).unwrap();
    }
}
