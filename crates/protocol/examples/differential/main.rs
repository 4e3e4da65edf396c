//! Writes `target/differential/`: random cases of the reward rule with what this crate makes of them, for Solidity to
//! repeat (`contracts/test/Differential.t.sol`). `cargo run -p protocol --example differential [-- --seed N] [--cases N]`.
//!
//! A file `rewards-<n>.bin`, `payouts-<n>.bin`, `digests-<n>.bin` or `frauds-<n>.bin` is `abi.encode(bytes[])` of up to 50 cases, each the
//! `abi.encode` of one of the structs in `abi.rs`. `epochs-<n>.json` holds the same for the page's WebAssembly module
//! (`frontend/test/differential.test.ts`). Without arguments the files are the same every time.

#[path = "../../tests/random/mod.rs"]
mod random;

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::SolValue;
use protocol::{
    Choice, Epoch, LabelWord,
    eip712::{self, Preference, Receipt, SessionKeyAuthorization},
    labels::{MAX_BLOCKS, MAX_ROSTER, position},
    merkle::Tree,
    rewards::{
        CampaignTerms, EpochPayouts, EpochTerms, Reason, Statement, epoch_payouts, gold_bound::is_slashable,
        masks::BlockSlots,
    },
};
use random::{RandomEpoch, Rng, earlier};
use std::{collections::BTreeMap, error::Error, path::Path};

mod abi;
mod epochs;
mod frauds;

/// A file this small costs a test little memory.
const CASES_PER_FILE: usize = 50;

fn main() -> Result<(), Box<dyn Error>> {
    let (seed, n_rewards) = arguments()?;
    let mut rng = Rng::new(seed);
    let (mut n_reasons, mut n_golds) = (BTreeMap::<String, u32>::new(), BTreeMap::<&str, u32>::new());
    let rewards: Vec<Bytes> = (0..n_rewards)
        .map(|_| {
            let (case, statements) = reward_case(&mut rng);
            for statement in statements {
                *n_reasons.entry(format!("{:?}", statement.reason)).or_default() += 1;
                *n_golds.entry(random::gold_kind(&statement)).or_default() += 1;
            }
            case.abi_encode().into()
        })
        .collect();
    let counts = [1, 2, 3, 4, 5, 7, 8, 9, 31, 33].into_iter().cycle();
    let payouts: Vec<Bytes> = counts
        .zip(0..n_rewards / 8)
        .map(|(n, i)| if i % 3 == 2 { 1 + rng.below(70) } else { n })
        .collect::<Vec<_>>()
        .into_iter()
        .map(|n| payout_case(&mut rng, n).abi_encode().into())
        .collect();
    let digests: Vec<Bytes> =
        (0..n_rewards / 16).map(|_| digest_case(&mut rng).abi_encode().into()).collect();
    let epochs: Vec<_> = (0..n_rewards).map(|i| epochs::EpochCase::new(&mut rng, i)).collect();
    let rewards = rewards.into_iter().chain(epochs.iter().flat_map(|epoch| epoch.blocks()));
    let rewards: Vec<Bytes> = rewards.collect();
    let payouts: Vec<Bytes> = payouts.into_iter().chain(epochs.iter().map(|epoch| epoch.tree())).collect();
    let frauds: Vec<Bytes> = (0..n_rewards / 20)
        .flat_map(|_| frauds::cases(&mut rng))
        .map(|case| case.abi_encode().into())
        .collect();
    println!(
        "{} epochs, {} blocks, {} trees, {} messages, {} accusations; members by reason: {n_reasons:?}; by gold: \
         {n_golds:?}",
        epochs.len(),
        rewards.len(),
        payouts.len(),
        digests.len(),
        frauds.len()
    );

    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/differential"));
    if folder.exists() {
        // Fewer cases than last time must not leave old ones behind.
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    for (kind, cases) in
        [("rewards", rewards), ("payouts", payouts), ("digests", digests), ("frauds", frauds)]
    {
        for (n, batch) in cases.chunks(CASES_PER_FILE).enumerate() {
            std::fs::write(folder.join(format!("{kind}-{n}.bin")), batch.to_vec().abi_encode())?;
        }
    }
    for (n, batch) in epochs.chunks(CASES_PER_FILE).enumerate() {
        let cases: Vec<_> = batch.iter().map(epochs::EpochCase::to_json).collect();
        std::fs::write(folder.join(format!("epochs-{n}.json")), serde_json::to_vec(&cases)?)?;
    }
    Ok(())
}

/// Seed of the cases and number of blocks among them.
fn arguments() -> Result<(u64, u64), Box<dyn Error>> {
    let (mut seed, mut n_cases) = (1, 1_000);
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or("a number must follow")?.parse()?;
        match name.as_str() {
            "--seed" => seed = value,
            "--cases" => n_cases = value,
            other => return Err(format!("{other} is not known: --seed N, --cases N").into()),
        }
    }
    Ok((seed, n_cases))
}

fn reward_case(rng: &mut Rng) -> (abi::RewardCase, Vec<Statement>) {
    let block = match rng.below(4) {
        0 => 0,
        1 => MAX_BLOCKS - 1,
        2 => rng.below(40) as u32,
        _ => rng.below(MAX_BLOCKS.into()) as u32,
    };
    let epoch = Epoch(if rng.in_percent(10) { u64::MAX } else { 1 + rng.below(1 << 40) });
    let random = RandomEpoch::new(rng, &[block]);
    let RandomEpoch { terms, secret, seed, words, gold } = &random;
    let payouts = epoch_payouts(terms, *secret, *seed, words, gold, &BTreeMap::new());
    let statements = payouts.expect("random epochs are well-formed").statements;
    (block_case(epoch, &random, words, &statements), statements)
}

/// One block of an epoch, with what its members' statements say.
fn block_case(
    epoch: Epoch,
    random: &RandomEpoch,
    words: &[LabelWord],
    statements: &[Statement],
) -> abi::RewardCase {
    let RandomEpoch { terms, secret, seed, .. } = random;
    let block = words[0].block;
    let gold: Vec<_> = random.gold.iter().filter(|gold| gold.block == block).collect();
    let slots = (!seed.is_zero()).then(|| BlockSlots::new(&terms.campaign, *secret, block));
    let leaves = words.iter().map(|word| (word.seat.into(), word.leaf(epoch)));
    abi::RewardCase {
        secret: *secret,
        seed: *seed,
        epoch: epoch.0,
        blockIndex: block,
        seats: words.iter().map(|word| word.seat as u8).collect(),
        words: words.iter().map(label_word).collect(),
        gold: gold
            .iter()
            .map(|gold| abi::GoldWord { answers: gold.answers, tasksHash: gold.tasks_hash })
            .collect(),
        overlap: slots.as_ref().map_or(U256::ZERO, BlockSlots::overlap),
        firstHalf: slots.as_ref().map_or(U256::ZERO, |slots| slots.halves(*seed)[0]),
        blockRoot: Tree::sparse(MAX_ROSTER as u64, leaves).root(),
        expected: statements
            .iter()
            .zip(words.iter().zip(&gold))
            .map(|(s, (word, gold))| abi::Expected {
                reason: reason(s.reason),
                nValid: s.n_valid,
                goldMask: slots.as_ref().map_or(U256::ZERO, |slots| slots.gold(s.seat)),
                goldRight: s.gold_right,
                goldAnswered: s.gold_answered,
                goldSlots: s.gold_slots,
                slashable: is_slashable(s.gold_right, s.gold_answered),
                first: flat(s.m1.0),
                second: flat(s.m2.0),
                score: s.score,
                raw: s.raw,
                labelLeaf: word.leaf(epoch),
                goldLeaf: gold.leaf(),
            })
            .collect(),
        terms: abi_terms(terms),
    }
}

/// `n` accounts of which some label, some earned before and some did both.
fn payout_case(rng: &mut Rng, n: u64) -> abi::PayoutCase {
    let n_workers = rng.below(n + 1);
    let mut positions: Vec<u32> = vec![];
    while positions.len() < n_workers as usize {
        let block = if rng.in_percent(10) { MAX_BLOCKS - 1 } else { rng.below(4) as u32 };
        let position = position(block, rng.below(32) as u32);
        if !positions.contains(&position) {
            positions.push(position);
        }
    }
    let roster = MAX_ROSTER as u32;
    let words: Vec<_> = positions
        .iter()
        .map(|at| LabelWord {
            block: at / roster,
            seat: at % roster,
            labeler: rng.address(),
            answers: U256::ZERO,
            valid: if rng.in_percent(15) { U256::ZERO } else { rng.word() },
        })
        .collect();
    let mut previous = earlier(rng, &words, 0);
    for _ in n_workers..n {
        previous.insert(rng.address(), rng.amount(90).max(U256::from(1)));
    }
    for _ in 0..rng.below(3) {
        previous.insert(rng.address(), U256::ZERO);
    }
    // Without a seed everybody gets base pay: raw pays are then whatever `basePay` and the valid labels make them.
    let pay = |budget: U256, base_pay: u128| -> EpochPayouts {
        let terms = base_pay_terms(budget, base_pay);
        epoch_payouts(&terms, B256::ZERO, B256::ZERO, &words, &[], &previous).expect("well-formed")
    };
    let base_pay = rng.amount(72).to();
    let total = pay(U256::MAX, base_pay).total_raw();
    let budget = match rng.below(4) {
        0 => total,
        1 => total + rng.amount(80),
        _ => total * U256::from(rng.below(1_000)) / U256::from(1_000),
    };
    let budget = budget.max(U256::from(1));
    let payouts = pay(budget, base_pay);
    let opened = rng.pick(&payouts.leaves).account;
    tree_case(budget, &previous, &words, &payouts, Some(opened))
}

/// A payouts tree with what it is made from; the leaf of `opened` is opened.
fn tree_case(
    budget: U256,
    previous: &BTreeMap<Address, U256>,
    words: &[LabelWord],
    payouts: &EpochPayouts,
    opened: Option<Address>,
) -> abi::PayoutCase {
    let opening = opened.map(|account| payouts.proof(account).expect("it is a leaf"));
    abi::PayoutCase {
        budget,
        previous: previous
            .iter()
            .map(|(&account, &cumulative)| abi::Earner { account, cumulative })
            .collect(),
        workers: words
            .iter()
            .map(|word| {
                let leaf = payouts.proof(word.labeler).expect("whoever labels has a leaf").leaf;
                abi::Worker { account: word.labeler, position: word.position(), raw: leaf.raw_pay.raw }
            })
            .collect(),
        leaves: payouts
            .leaves
            .iter()
            .map(|leaf| abi::Leaf {
                account: leaf.account,
                cumulative: leaf.cumulative,
                runningTotal: leaf.running_total,
                position: leaf.raw_pay.position,
                raw: leaf.raw_pay.raw,
                runningRaw: leaf.raw_pay.running_raw,
            })
            .collect(),
        hashes: payouts.leaves.iter().map(|leaf| leaf.hash()).collect(),
        root: payouts.tree.root(),
        totalCumulative: payouts.total_cumulative().to(),
        totalRaw: payouts.total_raw().to(),
        proofIndex: opening.as_ref().map_or(0, |opening| opening.index),
        proof: opening.map_or_else(Vec::new, |opening| opening.proof),
    }
}

fn digest_case(rng: &mut Rng) -> abi::DigestCase {
    let (chain_id, label_epochs) = (rng.below(1 << 40), rng.address());
    let domain = eip712::domain(chain_id, label_epochs);
    let preference = Preference {
        epoch: rng.below(u64::MAX),
        block: rng.below(1 << 32) as u32,
        seat: rng.below(1 << 32) as u32,
        slot: rng.below(1 << 16) as u16,
        task_id: rng.hash(),
        choice: Choice::try_from(rng.below(4) as u8).expect("below 4"),
        labeler: rng.address(),
    };
    let receipt = Receipt { preference_hash: preference.hash_struct(), received_at: rng.below(u64::MAX) };
    let session = SessionKeyAuthorization {
        labeler: preference.labeler,
        session_key: rng.address(),
        scope: rng
            .pick(&["label", "", "vote", "ünïcode and longer than a word of thirty-two bytes"])
            .to_owned(),
        expires_at: rng.below(u64::MAX),
    };
    abi::DigestCase {
        chainId: chain_id,
        labelEpochs: label_epochs,
        receivedAt: receipt.received_at,
        sessionKey: session.session_key,
        scope: session.scope.clone(),
        expiresAt: session.expires_at,
        preferenceHash: preference.hash_struct(),
        preferenceDigest: preference.signing_hash(&domain),
        receiptDigest: receipt.signing_hash(&domain),
        sessionDigest: session.signing_hash(&domain),
        preference: abi::Preference {
            epoch: preference.epoch,
            blockIndex: preference.block,
            seat: preference.seat,
            slot: preference.slot,
            taskId: preference.task_id,
            choice: preference.choice.into(),
            labeler: preference.labeler,
        },
    }
}

fn base_pay_terms(budget: U256, base_pay: u128) -> EpochTerms {
    EpochTerms {
        campaign: CampaignTerms {
            budget,
            base_pay,
            alpha_pay: 0,
            block_slots: 256,
            overlap_slots: 0,
            gold_slots: 0,
            min_overlap: 0,
            min_roster: 0,
        },
        gold_blocks: 0,
        gold_root: B256::ZERO,
        secret_hash: B256::ZERO,
        campaign_hash: B256::ZERO,
    }
}

fn abi_terms(terms: &EpochTerms) -> abi::Terms {
    let campaign = &terms.campaign;
    abi::Terms {
        budget: campaign.budget,
        basePay: campaign.base_pay,
        alphaPay: campaign.alpha_pay,
        blockSlots: campaign.block_slots,
        overlapSlots: campaign.overlap_slots,
        goldSlots: campaign.gold_slots,
        minOverlap: campaign.min_overlap,
        minRoster: campaign.min_roster,
        goldBlocks: terms.gold_blocks,
        goldRoot: terms.gold_root,
        secretHash: terms.secret_hash,
        campaignHash: terms.campaign_hash,
    }
}

fn label_word(word: &LabelWord) -> abi::LabelWord {
    abi::LabelWord { labeler: word.labeler, answers: word.answers, valid: word.valid }
}

fn flat(counts: [[u16; 2]; 2]) -> [u16; 4] {
    [counts[0][0], counts[0][1], counts[1][0], counts[1][1]]
}

/// Numbers of `PayRule.Reason`.
fn reason(reason: Reason) -> u8 {
    match reason {
        Reason::NoSeed => 0,
        Reason::SmallRoster => 1,
        Reason::ShortOverlap => 2,
        Reason::Scored => 3,
    }
}
