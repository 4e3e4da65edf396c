//! One whole epoch: 14 labelers in block 2, 96 slots each.

use alloy_primitives::{Address, B256, U256, keccak256};
use protocol::{
    CampaignTerms, Choice, Epoch, EpochTerms, GoldWord, LabelWord,
    labels::{GoldAnswer, GoldSeat, block_count, gold_blocks, gold_tree},
    rewards::{
        EpochPayouts, PayoutLeaf, Statement,
        dmi::Tally,
        epoch_payouts,
        gold_bound::{MAX_ANSWERED, is_slashable},
        masks::BlockSlots,
        openings::{Gold, Labels},
        secret_hash, seed,
    },
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const EPOCH: Epoch = Epoch(5);
const BLOCK: u32 = 2;
const SLOTS: usize = 96;
const MEMBERS: usize = 14;

struct Case {
    terms: EpochTerms,
    secret: B256,
    block_hash: B256,
    words: Vec<LabelWord>,
    /// Of the members and of two seats that nobody took.
    gold: Vec<GoldSeat>,
    previous: BTreeMap<Address, U256>,
}

/// Seat of a member: some seats of the block stay empty.
fn seat_of(member: usize) -> u32 {
    member as u32 * 2 + u32::from(member > 6)
}

fn terms(secret: B256) -> EpochTerms {
    EpochTerms {
        campaign: CampaignTerms {
            budget: U256::from(100_000u64) * U256::from(10).pow(U256::from(18)),
            base_pay: 2_000_000_000_000_000_000,
            alpha_pay: 8_000_000_000_000_000_001,
            block_slots: SLOTS as u16,
            overlap_slots: 64,
            gold_slots: 8,
            min_overlap: 48,
            min_roster: 12,
        },
        gold_blocks: 0,
        gold_root: B256::ZERO,
        secret_hash: secret_hash(secret),
        campaign_hash: keccak256("campaign"),
    }
}

/// A draw below 100 that depends on its name alone.
fn percent(name: &str, member: usize, slot: usize) -> u8 {
    keccak256(format!("{name} {member} {slot}"))[31] % 100
}

/// What a slot is to a member.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Gold,
    FirstHalf,
    Other,
}

/// Members 0 to 8 are right in 84 % of their answers; the others show one special behaviour each.
fn answer(member: usize, slot: usize, truth: Choice, kind: Kind) -> Choice {
    let opposite = if truth == Choice::A { Choice::B } else { Choice::A };
    let honest = if percent("noise", member, slot) < 84 { truth } else { opposite };
    match (member, kind) {
        (11, Kind::Gold) => opposite, // gold all wrong: no pay
        (7, Kind::Gold) if slot.is_multiple_of(2) => Choice::Skip, // some gold left out
        (8, Kind::Gold) if slot.is_multiple_of(4) => Choice::Tie, // tied
        (6, Kind::Gold) if slot.is_multiple_of(3) => opposite, // some wrong
        (12, _) if !slot.is_multiple_of(3) => Choice::Skip, // too few answers for a score
        (_, Kind::Gold) => truth,     // everyone else has it right
        (9, _) => Choice::A,          // always A: score 0
        (10, Kind::FirstHalf) => opposite, // negative score
        (13, _) if percent("tie", member, slot) < 10 => Choice::Tie, // some ties
        (10 | 13, _) => truth,
        _ => honest,
    }
}

fn truth(owner: usize, slot: usize) -> Choice {
    if percent("truth", owner, slot) < 50 { Choice::A } else { Choice::B }
}

fn gold_seat(owner: usize, block: u32, seat: u32, mask: U256) -> GoldSeat {
    let known = |slot: usize| GoldAnswer {
        slot: slot as u8,
        task_id: keccak256(format!("task {owner} {slot}")),
        choice: truth(owner, slot),
    };
    GoldSeat { block, seat, answers: (0..SLOTS).filter(|&slot| mask.bit(slot)).map(known).collect() }
}

fn case() -> Case {
    let secret = keccak256("secret");
    let block_hash = keccak256("block");
    let mut terms = terms(secret);
    let slots = BlockSlots::new(&terms.campaign, secret, BLOCK);
    let overlap = slots.overlap();
    let [first_half, _] = slots.halves(seed(secret, block_hash));
    let (mut words, mut gold) = (vec![], vec![]);
    for member in 0..MEMBERS {
        let seat = seat_of(member);
        let labeler = Address::from_slice(&keccak256(format!("labeler {member}"))[12..]);
        let gold_mask = slots.gold(seat);
        gold.push(gold_seat(member, BLOCK, seat, gold_mask));
        let mut word = LabelWord::new(BLOCK, seat, labeler);
        for slot in 0..SLOTS {
            let owner = if overlap.bit(slot) { MEMBERS } else { member };
            let kind = match (gold_mask.bit(slot), first_half.bit(slot)) {
                (true, _) => Kind::Gold,
                (_, true) => Kind::FirstHalf,
                _ => Kind::Other,
            };
            word.set(slot as u8, answer(member, slot, truth(owner, slot), kind));
        }
        words.push(word);
    }
    for (owner, block, seat) in [(100, 0, 5), (101, 3, 31)] {
        let mask = BlockSlots::new(&terms.campaign, secret, block).gold(seat);
        gold.push(gold_seat(owner, block, seat, mask));
    }
    gold.sort_by_key(|gold| (gold.block, gold.seat));
    let gold_words: Vec<_> = gold.iter().map(GoldSeat::word).collect();
    terms.gold_blocks = gold_blocks(&gold_words);
    terms.gold_root = gold_tree(&gold_words).root();
    let previous = BTreeMap::from([
        (words[3].labeler, U256::from(123_456_789)),
        (Address::repeat_byte(0x42), U256::from(10).pow(U256::from(20))),
    ]);
    Case { terms, secret, block_hash, words, gold, previous }
}

impl Case {
    fn gold_words(&self) -> Vec<GoldWord> {
        self.gold.iter().map(GoldSeat::word).collect()
    }

    fn pay(&self, budget: U256) -> EpochPayouts {
        let mut terms = self.terms.clone();
        terms.campaign.budget = budget;
        let seed = seed(self.secret, self.block_hash);
        epoch_payouts(&terms, self.secret, seed, &self.words, &self.gold_words(), &self.previous).unwrap()
    }
}

/// One column of a table.
fn column<T, V: serde::Serialize>(rows: &[T], value: impl Fn(&T) -> V) -> Vec<V> {
    rows.iter().map(value).collect()
}

pub fn rewards() -> Value {
    let case = case();
    let (terms, words, secret) = (&case.terms.campaign, &case.words, case.secret);
    let seed = seed(secret, case.block_hash);
    let slots = BlockSlots::new(terms, secret, BLOCK);
    let overlap = slots.overlap();
    let halves = slots.halves(seed);
    let tally = Tally::new(words, overlap);
    let majorities: Vec<_> = words.iter().map(|w| tally.without(w)).collect();
    let payouts = case.pay(terms.budget);
    let scaled_budget = payouts.total_raw() / U256::from(3);
    let labels = Labels::new(EPOCH, words);
    json!({
        "terms": case.terms,
        "epoch": EPOCH,
        "block": BLOCK,
        "blockCount": block_count(words),
        "secret": secret,
        "blockHash": case.block_hash,
        "seed": seed,
        "overlapMask": B256::from(overlap),
        "firstHalfMask": B256::from(halves[0]),
        "secondHalfMask": B256::from(halves[1]),
        "labelers": column(words, |w| w.labeler.to_checksum(None)),
        "seats": column(words, |w| w.seat),
        "goldMasks": column(words, |w| B256::from(slots.gold(w.seat))),
        "answers": column(words, |w| B256::from(w.answers)),
        "valid": column(words, |w| B256::from(w.valid)),
        "labelLeaves": column(words, |w| w.leaf(EPOCH)),
        "labelProofs": column(words, |w| labels.open(w.position()).unwrap().proof),
        "labelsRoot": labels.tree().root(),
        "blockProof": labels.block(BLOCK).unwrap().proof,
        "gold": gold(&case),
        "majorityOnes": column(&majorities, |m| B256::from(m.ones)),
        "majorityDefined": column(&majorities, |m| B256::from(m.defined)),
        "statements": statements(&payouts.statements),
        "previous": {
            "accounts": case.previous.keys().map(|a| a.to_checksum(None)).collect::<Vec<_>>(),
            "cumulatives": case.previous.values().map(U256::to_string).collect::<Vec<_>>(),
        },
        "payouts": payout_table(&payouts),
        "scaled": {
            "budget": scaled_budget.to_string(),
            "pays": column(&case.pay(scaled_budget).statements, |s| s.pay.to_string()),
            "payouts": payout_table(&case.pay(scaled_budget)),
        },
        "mostSlashable": (0..=MAX_ANSWERED).map(most_slashable).collect::<Vec<_>>(),
    })
}

fn gold(case: &Case) -> Value {
    let words = case.gold_words();
    let opener = Gold::new(&words);
    json!({
        "blocks": column(&words, |w| w.block),
        "seats": column(&words, |w| w.seat),
        "slots": column(&case.gold, |g| column(&g.answers, |a| a.slot)),
        "taskIds": column(&case.gold, |g| column(&g.answers, |a| a.task_id)),
        "choices": column(&case.gold, |g| column(&g.answers, |a| a.choice)),
        "answers": column(&words, |w| B256::from(w.answers)),
        "tasksHashes": column(&words, |w| w.tasks_hash),
        "leaves": column(&words, GoldWord::leaf),
        "proofs": column(&words, |w| opener.open(w.position()).unwrap().proof),
    })
}

/// Most right answers that are slashed when `answered` were given; -1 for none.
fn most_slashable(answered: u16) -> i32 {
    (0..=answered).filter(|&right| is_slashable(right, answered)).map(i32::from).max().unwrap_or(-1)
}

fn statements(rows: &[Statement]) -> Value {
    let flat = |m: [[u16; 2]; 2]| m.concat();
    json!({
        "nValid": column(rows, |s| s.n_valid),
        "t1": column(rows, |s| s.t1),
        "t2": column(rows, |s| s.t2),
        "m1": column(rows, |s| flat(s.m1.0)),
        "m2": column(rows, |s| flat(s.m2.0)),
        "scores": column(rows, |s| s.score.to_string()),
        "goldRight": column(rows, |s| s.gold_right),
        "goldAnswered": column(rows, |s| s.gold_answered),
        "goldSlots": column(rows, |s| s.gold_slots),
        "bases": column(rows, |s| s.base.to_string()),
        "alphas": column(rows, |s| s.alpha.to_string()),
        "raws": column(rows, |s| s.raw.to_string()),
        "pays": column(rows, |s| s.pay.to_string()),
        "reasons": column(rows, |s| s.reason),
    })
}

fn payout_table(payouts: &EpochPayouts) -> Value {
    let leaves = &payouts.leaves;
    json!({
        "accounts": column(leaves, |l| l.account.to_checksum(None)),
        "cumulatives": column(leaves, |l| l.cumulative.to_string()),
        "runningTotals": column(leaves, |l| l.running_total.to_string()),
        "positions": column(leaves, |l| l.raw_pay.position),
        "raws": column(leaves, |l| l.raw_pay.raw.to_string()),
        "runningRaws": column(leaves, |l| l.raw_pay.running_raw.to_string()),
        "rawPayHashes": column(leaves, |l| l.raw_pay.hash()),
        "leaves": column(leaves, PayoutLeaf::hash),
        "proofs": column(leaves, |l| payouts.proof(l.account).unwrap().proof),
        "root": payouts.tree.root(),
        "totalCumulative": payouts.total_cumulative().to_string(),
        "totalRaw": payouts.total_raw().to_string(),
    })
}
