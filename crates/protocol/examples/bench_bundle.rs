//! `make bench-bundle`: how long checking an epoch's bundle takes, and how much memory. Writes `bench/results/bundle.json`.
//!
//! Each measurement is a process of its own, because the peak of memory is a process's. The limit is the curve arithmetic that
//! any implementation must do: one recovery an answer, by the library that Bitcoin nodes run, on all cores. No other project
//! publishes this rule, so there is no peer; what holding the whole bundle costs is beside it.
use std::{
    collections::BTreeMap,
    fs::File,
    hint::black_box,
    io::{BufReader, BufWriter, Write},
    path::Path,
    process::Command,
    time::Instant,
};

use alloy_primitives::{Address, B256, U256, keccak256};
use protocol::{
    CampaignTerms, Choice, EpochTerms, Hasher,
    eip712::{self, Preference, SessionKeyAuthorization, SignatureBytes, recover},
    labels::{
        AnsweredSeat, Audit, Bundle, BundleReader, GoldAnswer, GoldSeat, GoldWord, Header, Session,
        SignedAnswer, gold_blocks, gold_tree,
    },
    manifest::canonical_json,
    rewards::{self, masks::BlockSlots},
};
use secp256k1::{Message, PublicKey, SECP256K1, SecretKey};
use serde_json::{Value, json};

const ROSTER: u32 = 16;
const SLOTS: u16 = 256;
const SECRET: B256 = B256::repeat_byte(1);
const SEED: B256 = B256::repeat_byte(2);
const FILE: &str = "target/bench-bundle.jsonl";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["write", n] => write(Path::new(FILE), n.parse().expect("a number of labelers")),
        [way, n, hash, gold_root] => {
            let (n, hash, gold_root) = (n.parse().expect("a number"), hash.parse(), gold_root.parse());
            println!("{}", measure(way, n, hash.expect("a hash"), gold_root.expect("a root")));
        }
        _ => compare(),
    }
}

fn compare() {
    let mut curve = Vec::new();
    for n in [1_000, 10_000] {
        let written = run(&["write", &n.to_string()]);
        let [hash, root] = ["hash", "goldRoot"].map(|key| written[key].as_str().expect("text").to_owned());
        let mut point =
            json!({"labelers": n, "answers": n * u32::from(SLOTS), "megabytes": written["megabytes"]});
        for way in ["stream", "single", "whole"] {
            point[way] = run(&[way, &n.to_string(), &hash, &root]);
        }
        point["limit"] = run(&["limit", &n.to_string(), &hash, &root]);
        eprintln!("{point}");
        curve.push(point);
    }
    std::fs::remove_file(FILE).expect("it was written");
    let last = &curve[curve.len() - 1];
    let (ours, limit) = (&last["stream"], &last["limit"]);
    let ratio =
        ours["cpuSeconds"].as_f64().zip(limit["cpuSeconds"].as_f64()).map(|(ours, limit)| ours / limit);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let result = json!({
        "name": "bundle",
        "work": format!("a bundle of {} labelers with {SLOTS} answers each: read, every signature checked, paid", last["labelers"]),
        "ours": {"seconds": ours["seconds"], "cpuSeconds": ours["cpuSeconds"], "megabytes": ours["megabytes"], "curve": curve},
        "peer": null,
        "ratio": null,
        "limit": {"seconds": limit["seconds"], "cpuSeconds": limit["cpuSeconds"], "what": format!("one recovery by libsecp256k1 an answer, on {cores} cores")},
        "limitRatio": ratio,
        "machine": format!("{} {}, {cores} cores", std::env::consts::OS, std::env::consts::ARCH),
        "commit": commit(),
    });
    let text = serde_json::to_string_pretty(&result).expect("a JSON value serialises") + "\n";
    print!("{text}");
    std::fs::write("bench/results/bundle.json", text).expect("run it from the repository's root");
}

/// This program in a process of its own.
fn run(arguments: &[&str]) -> Value {
    let program = std::env::current_exe().expect("it runs");
    let output = Command::new(program).args(arguments).output().expect("it starts again");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("it prints JSON")
}

fn measure(way: &str, n: u32, hash: B256, gold_root: B256) -> Value {
    let terms = terms(n, gold_root);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let start = Instant::now();
    let pay = |words: &[_], gold: &[_]| {
        let payouts = rewards::epoch_payouts(&terms, SECRET, SEED, words, gold, &BTreeMap::new());
        black_box(payouts.expect("the epoch is well-formed").tree.root());
    };
    match way {
        "whole" => {
            let bytes = std::fs::read(FILE).expect("it was written");
            let bundle = Bundle::from_bytes(&bytes, hash).expect("a bundle");
            bundle.validate(&terms).expect("in order");
            bundle.check_assignment(&terms, SECRET).expect("by the rule");
            pay(&bundle.label_words(), &bundle.gold_words());
        }
        "limit" => limit(n, cores),
        _ => {
            let file = BufReader::with_capacity(1 << 20, File::open(FILE).expect("it was written"));
            let reader = BundleReader::open(file, hash).expect("a header");
            let threads = if way == "single" { 1 } else { cores };
            let audit = Audit { terms: &terms, secret: Some(SECRET), threads };
            let audited = audit.read(reader, |_| ()).expect("in order");
            pay(&audited.words, &audited.gold);
        }
    }
    json!({"seconds": start.elapsed().as_secs_f64(), "cpuSeconds": cpu_seconds(), "megabytes": peak_megabytes()})
}

/// All threads together (Linux): what is comparable on a machine that does other things too.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok());
    // utime and stime, in hundredths: `proc(5)` counts from the command's name.
    Some((ticks(11)? + ticks(12)?) / 100.0)
}

/// The same number of recoveries and nothing else.
fn limit(n: u32, cores: usize) {
    let digest = keccak256("digest");
    let signature = sign(&key("wallet", 0), digest);
    let each = n * u32::from(SLOTS) / cores as u32;
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| (0..each).for_each(|_| _ = black_box(recover(black_box(&digest), &signature))));
        }
    });
}

/// Peak resident memory of this process (Linux).
fn peak_megabytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? / 1000)
}

fn campaign() -> CampaignTerms {
    CampaignTerms {
        budget: U256::from(10).pow(U256::from(30)),
        base_pay: 100_000_000_000_000_000,
        alpha_pay: 1_000_000_000_000_000_000,
        block_slots: SLOTS,
        overlap_slots: 64,
        gold_slots: 16,
        min_overlap: 48,
        min_roster: 12,
    }
}

fn terms(n: u32, gold_root: B256) -> EpochTerms {
    EpochTerms {
        campaign: campaign(),
        gold_blocks: n.div_ceil(ROSTER),
        gold_root,
        secret_hash: rewards::secret_hash(SECRET),
        campaign_hash: B256::repeat_byte(4),
    }
}

/// Every answer signed for real; line by line, because the whole would not fit everywhere.
fn write(path: &Path, n: u32) {
    let header = Header {
        format: Default::default(),
        chain_id: 31337,
        verifying_contract: Address::repeat_byte(0xcc),
        epoch: 1,
        sessions: n.into(),
        gold: n.into(),
        seats: n.into(),
    };
    let separator = eip712::domain(header.chain_id, header.verifying_contract).separator();
    let mut file = BufWriter::new(File::create(path).expect("run it from the repository's root"));
    let (mut hasher, mut n_bytes) = (Hasher::default(), 0);
    let mut line = |bytes: Vec<u8>| {
        for bytes in [bytes.as_slice(), b"\n"] {
            hasher.update(bytes);
            n_bytes += bytes.len();
            file.write_all(bytes).expect("room on the disk");
        }
    };
    line(canonical_json(&header).expect("plain data"));
    let mut sessions: Vec<Session> = (0..n).map(|i| session(i, separator)).collect();
    sessions.sort_by_key(|session| session.session_key);
    sessions.iter().for_each(|session| line(canonical_json(session).expect("plain data")));
    let gold: Vec<GoldSeat> = (0..n).map(gold).collect();
    gold.iter().for_each(|gold| line(canonical_json(gold).expect("plain data")));
    (0..n).for_each(|i| line(canonical_json(&seat(i, separator)).expect("plain data")));
    file.flush().expect("room on the disk");
    let words: Vec<GoldWord> = gold.iter().map(GoldSeat::word).collect();
    assert_eq!(gold_blocks(&words), n.div_ceil(ROSTER));
    let root = gold_tree(&words).root();
    println!("{}", json!({"hash": hasher.finalize(), "goldRoot": root, "megabytes": n_bytes / 1_000_000}));
}

fn tasks(i: u32) -> Vec<B256> {
    let (block, seat) = (i / ROSTER, i % ROSTER);
    let overlap = BlockSlots::new(&campaign(), SECRET, block).overlap();
    let owner = |slot| if overlap.bit(slot) { ROSTER } else { seat };
    (0..usize::from(SLOTS)).map(|slot| keccak256(format!("{block} {} {slot}", owner(slot)))).collect()
}

fn truth(task: B256) -> Choice {
    if task[0] & 1 == 0 { Choice::A } else { Choice::B }
}

fn gold(i: u32) -> GoldSeat {
    let (block, seat) = (i / ROSTER, i % ROSTER);
    let (mask, tasks) = (BlockSlots::new(&campaign(), SECRET, block).gold(seat), tasks(i));
    let known =
        |slot: usize| GoldAnswer { slot: slot as u8, task_id: tasks[slot], choice: truth(tasks[slot]) };
    GoldSeat { block, seat, answers: (0..tasks.len()).filter(|&slot| mask.bit(slot)).map(known).collect() }
}

fn session(i: u32, separator: B256) -> Session {
    let authorization = SessionKeyAuthorization {
        labeler: address(&key("wallet", i)),
        session_key: address(&key("session", i)),
        scope: eip712::LABEL_SCOPE.into(),
        expires_at: 1_900_000_000,
    };
    let signature = sign(&key("wallet", i), eip712::digest(separator, authorization.hash_struct()));
    let SessionKeyAuthorization { labeler, session_key, scope, expires_at } = authorization;
    Session { labeler, session_key, scope, expires_at, signature: signature.into(), verified_block: None }
}

/// Four answers of five are right.
fn seat(i: u32, separator: B256) -> AnsweredSeat {
    let (block, seat, task_ids) = (i / ROSTER, i % ROSTER, tasks(i));
    let (labeler, session) = (address(&key("wallet", i)), key("session", i));
    let session_key = address(&session);
    let answer = |(slot, &task_id): (usize, &B256)| {
        let is_right = keccak256([task_id.as_slice(), &i.to_be_bytes()].concat())[0] >= 51;
        let choice = if is_right == (truth(task_id) == Choice::A) { Choice::A } else { Choice::B };
        let message = Preference { epoch: 1, block, seat, slot: slot as u16, task_id, choice, labeler };
        let signature = sign(&session, eip712::digest(separator, message.hash_struct()));
        SignedAnswer { choice, session_key, signature, slot: slot as u8 }
    };
    let answers = task_ids.iter().enumerate().map(answer).collect();
    AnsweredSeat { answers, block, labeler, seat, task_ids }
}

fn key(name: &str, i: u32) -> SecretKey {
    let secret = keccak256(format!("{name} {i}"));
    SecretKey::from_byte_array(secret.0).expect("a hash is a key but for one in 2^128")
}

fn address(key: &SecretKey) -> Address {
    let key = PublicKey::from_secret_key(SECP256K1, key);
    Address::from_raw_public_key(&key.serialize_uncompressed()[1..])
}

fn sign(key: &SecretKey, digest: B256) -> SignatureBytes {
    let signature = SECP256K1.sign_ecdsa_recoverable(Message::from_digest(digest.0), key);
    let (id, bytes) = signature.serialize_compact();
    SignatureBytes::from_slice(&[&bytes[..], &[27 + i32::from(id) as u8]].concat())
}

fn commit() -> String {
    let output = Command::new("git").args(["rev-parse", "HEAD"]).output();
    output.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned()).unwrap_or_default()
}
