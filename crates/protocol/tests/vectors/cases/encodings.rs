//! Trees, leaves, signed messages and version ids.

use super::test_keys::{address, secret, sign};
use alloy_primitives::{Address, B256, U256, address, keccak256};
use protocol::{
    Choice, Epoch, LabelWord,
    eip712::{self, Preference, Receipt, SessionKeyAuthorization},
    labels::gold_leaf,
    merkle::Tree,
    rewards::PayoutLeaf,
    task_id,
    version::{VersionDigest, dataset_root, family_id},
};
use serde_json::{Value, json};

const CHAIN_ID: u64 = 31337;
const LABEL_EPOCHS: Address = address!("0x5FbDB2315678afecb367f032d93F642f64180aa3");

fn hash(text: &str, n: u64) -> B256 {
    keccak256(format!("{text} {n}"))
}

pub fn merkle() -> Value {
    let tree = |n: u64| {
        let tree = Tree::new((0..n).map(|i| hash("leaf", i)).collect());
        let proofs: Vec<_> = (0..n as usize).map(|i| tree.proof(i)).collect();
        json!({ "leaves": tree.leaves(), "root": tree.root(), "proofs": proofs })
    };
    let trees = [1, 2, 3, 5, 16].map(tree);
    json!({ "trees": trees, "emptyRoot": Tree::new(vec![]).root() })
}

pub fn leaves() -> Value {
    let words: Vec<_> = (0..5u8)
        .map(|i| {
            let mut word =
                LabelWord::new(u32::from(i) * 7, Address::from_slice(&hash("labeler", i.into())[12..]));
            for slot in 0..=255u8 {
                let choice = Choice::try_from(hash("choice", u64::from(slot))[usize::from(i)] % 4).unwrap();
                word.set(slot, if i == 0 { Choice::Skip } else { choice });
            }
            word
        })
        .collect();
    let epochs: Vec<u64> = vec![1, 2, 3, 1 << 32, u64::MAX];
    let payouts: Vec<_> = [(0u64, 0u64), (1, 0), (10, 1), (11, 11)]
        .iter()
        .map(|&(cumulative, running_total)| PayoutLeaf {
            account: words[1].labeler,
            cumulative: U256::from(cumulative) * U256::from(10).pow(U256::from(18)),
            running_total: U256::from(running_total),
        })
        .chain([PayoutLeaf {
            account: Address::repeat_byte(0xff),
            cumulative: U256::MAX,
            running_total: U256::MAX,
        }])
        .collect();
    let gold: Vec<_> =
        (0..3).map(|i| (hash("task", i), if i % 2 == 0 { Choice::A } else { Choice::B })).collect();
    let tasks = [("", "", ""), ("Say hello.", "Hello!", "Bye."), ("Grüße 🌍\n\"x\"", "ünïcode", "\\")];
    let version_id = hash("version", 0);
    json!({
        "payoutTypehash": keccak256("PayoutLeaf(address account,uint256 cumulative,uint256 runningTotal)"),
        "payout": {
            "accounts": payouts.iter().map(|l| l.account.to_checksum(None)).collect::<Vec<_>>(),
            "cumulatives": payouts.iter().map(|l| l.cumulative.to_string()).collect::<Vec<_>>(),
            "runningTotals": payouts.iter().map(|l| l.running_total.to_string()).collect::<Vec<_>>(),
            "leaves": payouts.iter().map(PayoutLeaf::hash).collect::<Vec<_>>(),
        },
        "labelTypehash":
            keccak256("LabelLeaf(uint64 epoch,address labeler,uint32 block,uint256 answers,uint256 valid)"),
        "label": {
            "epochs": epochs.iter().map(u64::to_string).collect::<Vec<_>>(),
            "labelers": words.iter().map(|w| w.labeler.to_checksum(None)).collect::<Vec<_>>(),
            "blocks": words.iter().map(|w| w.block).collect::<Vec<_>>(),
            "answers": words.iter().map(|w| B256::from(w.answers)).collect::<Vec<_>>(),
            "valid": words.iter().map(|w| B256::from(w.valid)).collect::<Vec<_>>(),
            "leaves": words.iter().zip(&epochs).map(|(w, &e)| w.leaf(Epoch(e))).collect::<Vec<_>>(),
        },
        "goldTypehash": keccak256("GoldLeaf(bytes32 taskId,uint8 choice)"),
        "gold": {
            "taskIds": gold.iter().map(|g| g.0).collect::<Vec<_>>(),
            "choices": gold.iter().map(|g| g.1).collect::<Vec<_>>(),
            "leaves": gold.iter().map(|g| gold_leaf(g.0, g.1)).collect::<Vec<_>>(),
        },
        "taskTypehash":
            keccak256("Task(string prompt,string completionA,string completionB,bytes32 versionId)"),
        "task": {
            "prompts": tasks.map(|t| t.0),
            "completionsA": tasks.map(|t| t.1),
            "completionsB": tasks.map(|t| t.2),
            "versionId": version_id,
            "taskIds": tasks.map(|t| task_id(t.0, t.1, t.2, version_id)),
        },
    })
}

pub fn eip712() -> Value {
    let domain = eip712::domain(CHAIN_ID, LABEL_EPOCHS);
    let (wallet, session, operator) = (11, 12, 13);
    let signed = |key: u8, struct_hash: B256, digest: B256| {
        json!({ "structHash": struct_hash, "digest": digest, "signer": address(key).to_checksum(None),
                "signature": sign(key, &digest) })
    };
    let authorization = SessionKeyAuthorization {
        labeler: address(wallet),
        session_key: address(session),
        scope: eip712::LABEL_SCOPE.to_owned(),
        expires_at: 1_900_000_000,
    };
    let preferences: Vec<_> = (0..4u8)
        .map(|i| Preference {
            epoch: 3,
            block: u32::from(i / 2),
            slot: u16::from(i) * 85,
            task_id: hash("task", i.into()),
            choice: Choice::try_from(i).unwrap(),
            labeler: address(wallet),
        })
        .collect();
    let receipt = Receipt { preference_hash: preferences[0].hash_struct(), received_at: 1_800_000_000 };
    let sign_preference = |p: &Preference| signed(session, p.hash_struct(), p.signing_hash(&domain));
    json!({
        "domain": { "name": "Polity", "version": "1", "chainId": CHAIN_ID,
                    "verifyingContract": LABEL_EPOCHS.to_checksum(None) },
        "domainSeparator": domain.separator(),
        "keys": { "wallet": secret(wallet), "session": secret(session), "operator": secret(operator) },
        "sessionKeyAuthorization": {
            "message": authorization,
            "signed": signed(wallet, authorization.hash_struct(), authorization.signing_hash(&domain)),
        },
        "preferences": preferences.iter()
            .map(|p| json!({ "message": p, "signed": sign_preference(p) })).collect::<Vec<_>>(),
        "receipt": {
            "message": receipt,
            "signed": signed(operator, receipt.hash_struct(), receipt.signing_hash(&domain)),
        },
    })
}

pub fn version() -> Value {
    let datasets = vec![hash("dataset", 0), hash("dataset", 1)];
    let family = family_id("polity-chat");
    let base = VersionDigest {
        manifest_hash: hash("manifest", 0),
        weights_hash: hash("weights", 0),
        ..VersionDigest::default()
    };
    let trained = VersionDigest {
        manifest_hash: hash("manifest", 1),
        weights_hash: hash("weights", 1),
        run_spec_hash: hash("run", 1),
        dataset_root: dataset_root(&datasets),
        evaluation_hash: hash("evaluation", 1),
        parent: base.version_id(family),
    };
    let versions = [base, trained].map(
        |digest| json!({ "familyId": family, "digest": digest, "versionId": digest.version_id(family) }),
    );
    json!({
        "families": [{ "name": "polity-chat", "familyId": family }, { "name": "", "familyId": family_id("") }],
        "datasetRoots": [
            { "datasetHashes": [], "datasetRoot": dataset_root(&[]) },
            { "datasetHashes": [datasets[0]], "datasetRoot": dataset_root(&datasets[..1]) },
            { "datasetHashes": datasets, "datasetRoot": dataset_root(&datasets) },
        ],
        "versions": versions,
    })
}
