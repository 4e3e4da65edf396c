//! Trees, leaves, signed messages and version ids.

use super::test_keys::{address, secret, sign};
use alloy_primitives::{Address, B256, U256, address, keccak256};
use protocol::{
    Choice, Epoch, LabelWord,
    eip712::{self, Preference, Receipt, SessionKeyAuthorization},
    labels::{GoldAnswer, GoldSeat},
    merkle::Tree,
    rewards::{PayoutLeaf, RawPay},
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
    let tree = |leaves: Vec<B256>| {
        let tree = Tree::new(leaves.iter().copied());
        let proofs: Vec<_> = (0..tree.count()).map(|i| tree.proof(i)).collect();
        json!({ "leaves": leaves, "root": tree.root(), "depth": tree.depth(), "proofs": proofs })
    };
    let full = |n: u64| (0..n).map(|i| hash("leaf", i)).collect::<Vec<_>>();
    let mut trees: Vec<_> = [1, 2, 3, 5, 16].map(|n| tree(full(n))).into();
    // Positions between taken ones may be empty, as seats are.
    let with_gaps = full(11).into_iter().enumerate();
    trees.push(tree(with_gaps.map(|(i, leaf)| if i % 4 == 1 { leaf } else { B256::ZERO }).collect()));
    json!({ "trees": trees, "emptyRoot": Tree::new(vec![]).root() })
}

pub fn leaves() -> Value {
    let words: Vec<_> = (0..5u8)
        .map(|i| {
            let labeler = Address::from_slice(&hash("labeler", i.into())[12..]);
            let mut word = LabelWord::new(u32::from(i) * 7, (u32::from(i) * 13) % 32, labeler);
            for slot in 0..=255u8 {
                let choice = Choice::try_from(hash("choice", u64::from(slot))[usize::from(i)] % 4).unwrap();
                word.set(slot, if i == 0 { Choice::Skip } else { choice });
            }
            word
        })
        .collect();
    let epochs: Vec<u64> = vec![1, 2, 3, 1 << 32, u64::MAX];
    let wad = U256::from(10).pow(U256::from(18));
    let payouts: Vec<_> = [(0u64, 0u64), (1, 0), (10, 1), (11, 11)]
        .iter()
        .zip(0..)
        .map(|(&(cumulative, running_total), i)| PayoutLeaf {
            account: words[1].labeler,
            cumulative: U256::from(cumulative) * wad,
            running_total: U256::from(running_total),
            raw_pay: RawPay { position: i * 40, raw: U256::from(i) * wad, running_raw: U256::from(i * 9) },
        })
        .chain([PayoutLeaf {
            account: Address::repeat_byte(0xff),
            cumulative: U256::MAX,
            running_total: U256::MAX,
            raw_pay: RawPay { position: u32::MAX, raw: U256::MAX, running_raw: U256::MAX },
        }])
        .collect();
    let gold: Vec<_> = (0..4u8)
        .map(|i| {
            let slots = (0..=255u8).filter(|slot| i > 0 && slot % 64 == i);
            let answer = |slot: u8| GoldAnswer {
                slot,
                task_id: hash("task", u64::from(slot)),
                choice: if slot < 128 { Choice::B } else { Choice::A },
            };
            GoldSeat { block: 0, seat: i.into(), answers: slots.map(answer).collect() }
        })
        .collect();
    let tasks = [("", "", ""), ("Say hello.", "Hello!", "Bye."), ("Grüße 🌍\n\"x\"", "ünïcode", "\\")];
    let version_id = hash("version", 0);
    json!({
        "payoutTypehash": keccak256("PayoutLeaf(address account,uint256 cumulative,uint256 runningTotal,bytes32 rawPayHash)"),
        "rawPayTypehash": keccak256("RawPay(uint32 position,uint256 raw,uint256 runningRaw)"),
        "payout": {
            "accounts": payouts.iter().map(|l| l.account.to_checksum(None)).collect::<Vec<_>>(),
            "cumulatives": payouts.iter().map(|l| l.cumulative.to_string()).collect::<Vec<_>>(),
            "runningTotals": payouts.iter().map(|l| l.running_total.to_string()).collect::<Vec<_>>(),
            "positions": payouts.iter().map(|l| l.raw_pay.position).collect::<Vec<_>>(),
            "raws": payouts.iter().map(|l| l.raw_pay.raw.to_string()).collect::<Vec<_>>(),
            "runningRaws": payouts.iter().map(|l| l.raw_pay.running_raw.to_string()).collect::<Vec<_>>(),
            "rawPayHashes": payouts.iter().map(|l| l.raw_pay.hash()).collect::<Vec<_>>(),
            "leaves": payouts.iter().map(PayoutLeaf::hash).collect::<Vec<_>>(),
        },
        "labelTypehash":
            keccak256("LabelLeaf(uint64 epoch,uint32 block,uint32 seat,address labeler,uint256 answers,uint256 valid)"),
        "label": {
            "epochs": epochs.iter().map(u64::to_string).collect::<Vec<_>>(),
            "labelers": words.iter().map(|w| w.labeler.to_checksum(None)).collect::<Vec<_>>(),
            "blocks": words.iter().map(|w| w.block).collect::<Vec<_>>(),
            "seats": words.iter().map(|w| w.seat).collect::<Vec<_>>(),
            "positions": words.iter().map(LabelWord::position).collect::<Vec<_>>(),
            "answers": words.iter().map(|w| B256::from(w.answers)).collect::<Vec<_>>(),
            "valid": words.iter().map(|w| B256::from(w.valid)).collect::<Vec<_>>(),
            "leaves": words.iter().zip(&epochs).map(|(w, &e)| w.leaf(Epoch(e))).collect::<Vec<_>>(),
        },
        "goldTypehash": keccak256("GoldLeaf(uint256 answers,bytes32 tasksHash)"),
        "gold": {
            "slots": gold.iter().map(|g| g.answers.iter().map(|a| a.slot).collect()).collect::<Vec<Vec<u8>>>(),
            "taskIds": gold.iter().map(|g| g.answers.iter().map(|a| a.task_id).collect()).collect::<Vec<Vec<B256>>>(),
            "choices": gold.iter().map(|g| g.answers.iter().map(|a| a.choice).collect()).collect::<Vec<Vec<Choice>>>(),
            "answers": gold.iter().map(|g| B256::from(g.word().answers)).collect::<Vec<_>>(),
            "tasksHashes": gold.iter().map(|g| g.word().tasks_hash).collect::<Vec<_>>(),
            "leaves": gold.iter().map(|g| g.word().leaf()).collect::<Vec<_>>(),
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
            seat: u32::from(i) * 9,
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
