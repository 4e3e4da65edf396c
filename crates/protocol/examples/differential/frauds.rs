//! Accusations of proposers: of wrong ones, which the referee must uphold, and of honest ones, which it must not.

use crate::{
    abi, abi_terms, label_word,
    random::{
        RandomEpoch, Rng, blocks, earlier,
        proposals::{approved, record, wrong},
    },
};
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::SolCall;
use protocol::{
    Epoch,
    labels::{block_count, gold_blocks, gold_tree},
    rewards::{
        RawPay,
        disproof::{Disproof, EpochRecord, Proposal, disprove},
        epoch_payouts,
        openings::{BlockOpening, GoldOpening, LabelOpening, PayoutOpening},
        search::{Claim, Verdict, search},
    },
};

/// `Fraud.None` of `IEpochReferee`: the accusation is unfounded.
const NONE: u8 = 0;

/// One random epoch with some wrong proposals and what shows it, and the honest one with what shows nothing.
pub fn cases(rng: &mut Rng) -> Vec<abi::FraudCase> {
    let epoch = Epoch(1 + rng.below(1 << 20));
    let blocks = blocks(rng);
    let mut random = RandomEpoch::new(rng, &blocks);
    if random.terms.campaign.gold_slots == 0 || rng.in_percent(20) {
        random.gold.retain(|gold| random.terms.campaign.gold_slots > 0 && gold.block == blocks[0]);
    }
    random.terms.gold_blocks = gold_blocks(&random.gold);
    random.terms.gold_root = gold_tree(&random.gold).root();
    let n_others = rng.below(7);
    let previous = earlier(rng, &random.words, n_others);
    let RandomEpoch { terms, secret, seed, words, gold } = &random;
    let payouts = epoch_payouts(terms, *secret, *seed, words, gold, &previous).expect("well-formed");
    let record = record(epoch, &random, approved(rng, &previous));
    let honest = Proposal::from(&payouts);

    let mut cases = vec![];
    for _ in 0..8 {
        let proposal = wrong(rng, &honest, &record);
        if let Some(disproof) = disprove(&record, &proposal).expect("well-formed labels") {
            cases.push(case(epoch, &record, &proposal, fraud(&disproof), call(epoch, &disproof)));
            let asked = by_asking(&record, &proposal);
            cases.push(case(epoch, &record, &proposal, fraud(&asked), call(epoch, &asked)));
        }
    }
    for unfounded in unfounded(rng, &record, &honest) {
        cases.push(case(epoch, &record, &honest, NONE, call(epoch, &unfounded)));
    }
    cases
}

/// What shows a wrong proposal whose leaves are seen one by one.
fn by_asking(record: &EpochRecord, proposal: &Proposal) -> Disproof {
    let claim = Claim {
        payouts_root: proposal.payouts.tree().root(),
        account_count: u32::try_from(proposal.payouts.leaves().len()).expect("few leaves"),
        total_cumulative: proposal.total_cumulative,
        total_raw: proposal.total_raw,
    };
    let mut shown = vec![];
    loop {
        match search(record, &claim, &shown).expect("well-formed labels") {
            Verdict::Wrong(disproof) => return *disproof,
            Verdict::Ask(index) => shown.push(proposal.payouts.open(index).expect("it is a leaf")),
            verdict => panic!("{verdict:?} of a wrong proposal"),
        }
    }
}

/// One accusation of each kind against an honest proposal, with openings that are true.
fn unfounded(rng: &mut Rng, record: &EpochRecord, honest: &Proposal) -> Vec<Disproof> {
    let payouts = &honest.payouts;
    let count = payouts.leaves().len() as u64;
    let words = record.labels.words();
    let mut open = |n: u64| payouts.open(rng.below(n) as u32).expect("it is a leaf");
    let leaf = open(count);
    let mut accusations = vec![
        Disproof::Total { leaf: payouts.open(0).expect("somebody labeled") },
        Disproof::Total { leaf: payouts.open(count as u32 - 1).expect("somebody labeled") },
        Disproof::Total { leaf: leaf.clone() },
        Disproof::CarryOver { previous: record.approved.around(leaf.leaf.account), leaf: leaf.clone() },
    ];
    if count > 1 {
        let a = open(count - 1);
        let b = payouts.open(a.index + 1).expect("not the last");
        accusations.push(Disproof::Order { a: a.clone(), b: b.clone() });
        accusations.push(Disproof::RunningTotal { a, b });
    }
    let word = words[rng.below(words.len() as u64) as usize];
    let leaf = payouts.of(word.labeler).expect("whoever labels has a leaf");
    let label = record.labels.open(word.position()).expect("it is in the tree");
    let other = words[rng.below(words.len() as u64) as usize].position();
    let other = record.labels.open(other).expect("it is in the tree");
    let stranger = payouts.around(rng.address());
    accusations.extend([
        Disproof::LabelPosition { leaf: leaf.clone(), label: label.clone() },
        // Somebody else's label that the leaf does not name.
        Disproof::LabelPosition { leaf: leaf.clone(), label: other },
        Disproof::Score {
            roster: record.labels.block(word.block).expect("it is in the tree"),
            gold: record.gold.open(word.position()),
            leaf,
        },
        Disproof::MissingLabeler { label: label.clone(), around: stranger.clone() },
        Disproof::MissingLabeler { label, around: payouts.around(word.labeler) },
    ]);
    if let Some(previous) = record.approved.open(0) {
        accusations.push(Disproof::MissingEarner { previous, around: stranger });
    }
    accusations
}

fn case(epoch: Epoch, record: &EpochRecord, proposal: &Proposal, fraud: u8, call: Vec<u8>) -> abi::FraudCase {
    let count = |n: usize| u32::try_from(n).expect("few leaves");
    abi::FraudCase {
        terms: abi_terms(&record.terms),
        secret: record.secret,
        seed: record.seed,
        epoch: epoch.0,
        labelsRoot: record.labels.tree().root(),
        blockCount: block_count(record.labels.words()),
        payoutsRoot: proposal.payouts.tree().root(),
        accountCount: count(proposal.payouts.leaves().len()),
        totalCumulative: proposal.total_cumulative.to(),
        totalRaw: proposal.total_raw.to(),
        approvedRoot: record.approved.tree().root(),
        approvedCount: count(record.approved.leaves().len()),
        fraud,
        call: Bytes::from(call),
    }
}

/// Numbers of `Fraud`.
fn fraud(disproof: &Disproof) -> u8 {
    match disproof {
        Disproof::Order { .. } => 1,
        Disproof::RunningTotal { .. } => 2,
        Disproof::Total { .. } => 3,
        Disproof::CarryOver { .. } => 4,
        Disproof::MissingEarner { .. } | Disproof::MissingLabeler { .. } => 5,
        Disproof::LabelPosition { .. } => 6,
        Disproof::Score { .. } => 7,
    }
}

fn call(epoch: Epoch, disproof: &Disproof) -> Vec<u8> {
    let epoch = epoch.0;
    match disproof {
        Disproof::Order { a, b } => abi::disproveOrderCall { epoch, a: payout(a), b: payout(b) }.abi_encode(),
        Disproof::RunningTotal { a, b } => {
            let (pay_a, pay_b) = (raw_pay(a), raw_pay(b));
            abi::disproveRunningTotalCall { epoch, a: payout(a), payA: pay_a, b: payout(b), payB: pay_b }
                .abi_encode()
        }
        Disproof::Total { leaf } => {
            abi::disproveTotalCall { epoch, leaf: payout(leaf), pay: raw_pay(leaf) }.abi_encode()
        }
        Disproof::CarryOver { leaf, previous } => abi::disproveCarryOverCall {
            epoch,
            leaf: payout(leaf),
            pay: raw_pay(leaf),
            previous: previous.iter().map(payout).collect(),
        }
        .abi_encode(),
        Disproof::MissingEarner { previous, around } => abi::disproveMissingEarnerCall {
            epoch,
            previous: payout(previous),
            around: around.iter().map(payout).collect(),
        }
        .abi_encode(),
        Disproof::MissingLabeler { label, around } => abi::disproveMissingLabelerCall {
            epoch,
            label: self::label(label),
            around: around.iter().map(payout).collect(),
        }
        .abi_encode(),
        Disproof::LabelPosition { leaf, label } => abi::disproveLabelPositionCall {
            epoch,
            leaf: payout(leaf),
            pay: raw_pay(leaf),
            label: self::label(label),
        }
        .abi_encode(),
        Disproof::Score { leaf, roster, gold } => abi::disproveScoreCall {
            epoch,
            leaf: payout(leaf),
            pay: raw_pay(leaf),
            roster: block(roster),
            gold: self::gold(gold.as_ref()),
        }
        .abi_encode(),
    }
}

fn payout(opening: &PayoutOpening) -> abi::PayoutOpening {
    let leaf = &opening.leaf;
    abi::PayoutOpening {
        index: opening.index,
        account: leaf.account,
        cumulative: leaf.cumulative,
        runningTotal: leaf.running_total,
        rawPayHash: leaf.raw_pay.hash(),
        proof: opening.proof.clone(),
    }
}

fn raw_pay(opening: &PayoutOpening) -> abi::RawPay {
    let RawPay { position, raw, running_raw } = opening.leaf.raw_pay;
    abi::RawPay { position, raw, runningRaw: running_raw }
}

fn label(opening: &LabelOpening) -> abi::LabelOpening {
    let empty = abi::LabelWord { labeler: Address::ZERO, answers: U256::ZERO, valid: U256::ZERO };
    abi::LabelOpening {
        position: opening.position,
        word: opening.word.as_ref().map_or(empty, label_word),
        proof: opening.proof.clone(),
    }
}

fn block(opening: &BlockOpening) -> abi::BlockOpening {
    abi::BlockOpening {
        blockIndex: opening.block,
        seats: opening.words.iter().map(|word| word.seat as u8).collect(),
        words: opening.words.iter().map(label_word).collect(),
        proof: opening.proof.clone(),
    }
}

fn gold(opening: Option<&GoldOpening>) -> abi::GoldOpening {
    let word = opening.and_then(|opening| opening.word);
    abi::GoldOpening {
        answers: word.map_or(U256::ZERO, |word| word.answers),
        tasksHash: word.map_or(B256::ZERO, |word| word.tasks_hash),
        proof: opening.map_or_else(Vec::new, |opening| opening.proof.clone()),
    }
}
