//! Properties of the reward rule over random epochs.

use alloy_primitives::{Address, B256, I256, U256, keccak256};
use protocol::{
    CampaignTerms, Choice, EpochTerms, GoldWord, LabelWord,
    labels::{GoldAnswer, GoldSeat, MAX_BLOCKS},
    merkle,
    rewards::{EpochPayouts, Reason, RewardError, epoch_payouts, masks::BlockSlots},
};
use std::collections::BTreeMap;

const SLOTS: usize = 128;
const HONEST_ACCURACY: f64 = 0.84;

/// A stream of numbers in [0, 1) that is the same on every run.
struct Noise(B256);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = keccak256(self.0);
        f64::from(u32::from_be_bytes(self.0[..4].try_into().unwrap())) / 4_294_967_296.0
    }

    fn coin(&mut self) -> Choice {
        if self.next() < 0.5 { Choice::A } else { Choice::B }
    }

    fn honest(&mut self, truth: Choice) -> Choice {
        let right = self.next() < HONEST_ACCURACY;
        if right == (truth == Choice::B) { Choice::B } else { Choice::A }
    }
}

fn terms() -> EpochTerms {
    EpochTerms {
        campaign: CampaignTerms {
            budget: U256::from(1_000_000) * wad(),
            base_pay: 1_000_000_000_000_000_000,
            alpha_pay: 4_000_000_000_000_000_000,
            block_slots: SLOTS as u16,
            overlap_slots: 64,
            gold_slots: 8,
            min_overlap: 48,
            min_roster: 12,
        },
        gold_blocks: 1,
        gold_root: B256::repeat_byte(1),
        secret_hash: B256::repeat_byte(2),
        campaign_hash: B256::repeat_byte(3),
    }
}

fn wad() -> U256 {
    U256::from(10).pow(U256::from(18))
}

fn labeler(i: usize) -> Address {
    Address::from_slice(&keccak256(i.to_be_bytes())[12..])
}

/// An epoch of one block in which every slot has a true answer.
struct World {
    terms: EpochTerms,
    secret: B256,
    seed: B256,
    words: Vec<LabelWord>,
    gold: Vec<GoldWord>,
}

impl World {
    /// All `n` members are honest but for those that [`World::answers`] changes.
    fn honest(case: u64, n: usize) -> Self {
        let terms = terms();
        let secret = keccak256(case.to_be_bytes());
        let seed = protocol::rewards::seed(secret, B256::repeat_byte(9));
        let slots = BlockSlots::new(&terms.campaign, secret, 0);
        let mut noise = Noise(secret);
        let truths = Self::truths(case);
        let mut world = Self { terms, secret, seed, words: vec![], gold: vec![] };
        for member in 0..n {
            let seat = member as u32;
            let mask = slots.gold(seat);
            let known = |slot: usize| GoldAnswer {
                slot: slot as u8,
                task_id: keccak256([member, slot].map(usize::to_be_bytes).concat()),
                choice: truths[slot],
            };
            let answers = (0..SLOTS).filter(|&slot| mask.bit(slot)).map(known).collect();
            world.gold.push(GoldSeat { block: 0, seat, answers }.word());
            world.words.push(LabelWord::new(0, seat, labeler(member)));
            world.answers(member, |slot| noise.honest(truths[slot]));
        }
        world
    }

    fn truths(case: u64) -> Vec<Choice> {
        let mut noise = Noise(keccak256([case.to_be_bytes(), [1; 8]].concat()));
        (0..SLOTS).map(|_| noise.coin()).collect()
    }

    fn answers(&mut self, member: usize, mut answer: impl FnMut(usize) -> Choice) {
        (0..SLOTS).for_each(|slot| self.words[member].set(slot as u8, answer(slot)));
    }

    fn pay(&self) -> EpochPayouts {
        self.try_pay(&BTreeMap::new()).unwrap()
    }

    fn try_pay(&self, previous: &BTreeMap<Address, U256>) -> Result<EpochPayouts, RewardError> {
        let Self { terms, secret, seed, words, gold } = self;
        epoch_payouts(terms, *secret, *seed, words, gold, previous)
    }
}

/// Score as a number.
fn score_of(payouts: &EpochPayouts, member: usize) -> f64 {
    let statement = payouts.statements.iter().find(|s| s.labeler == labeler(member)).unwrap();
    let score = protocol::rewards::dmi::score(&statement.m1, &statement.m2).unwrap();
    assert_eq!(statement.score, I256::try_from(score).unwrap());
    score as f64 / 1e18
}

/// Mean score of each of 16 members over `n` epochs, after `mutate` changed some members' answers.
fn mean_scores(n: u64, mutate: impl Fn(&mut World, u64)) -> [f64; 16] {
    let mut means = [0.0; 16];
    for case in 0..n {
        let mut world = World::honest(case, 16);
        mutate(&mut world, case);
        let payouts = world.pay();
        for (member, mean) in means.iter_mut().enumerate() {
            *mean += score_of(&payouts, member) / n as f64;
        }
    }
    means
}

#[test]
fn the_order_of_words_and_gold_changes_nothing() {
    for case in 0..4 {
        let mut world = World::honest(case, 14);
        let expected = world.pay();
        world.words.reverse();
        world.words.swap(0, 5);
        world.gold.rotate_left(3);
        assert_eq!(world.pay(), expected);
    }
}

#[test]
fn renaming_a_labeler_moves_its_pay_and_nothing_else() {
    let mut world = World::honest(5, 14);
    let before = world.pay();
    let (old, new) = (world.words[4].labeler, Address::repeat_byte(0xff));
    world.words[4].labeler = new;
    let after = world.pay();
    for mut statement in before.statements {
        if statement.labeler == old {
            statement.labeler = new;
        }
        assert!(after.statements.contains(&statement));
    }
}

#[test]
fn pays_are_scaled_down_to_the_budget_and_never_exceed_it() {
    for (case, budget) in [1u64, 2, 17, 1_000_000_007].into_iter().enumerate() {
        let mut world = World::honest(case as u64, 13);
        world.terms.campaign.budget = U256::from(budget);
        let payouts = world.pay();
        let paid: U256 = payouts.statements.iter().map(|s| s.pay).sum();
        assert!(paid <= world.terms.campaign.budget);
        assert!(paid + U256::from(13) > world.terms.campaign.budget, "floors lose less than a wei each");
        assert_eq!(payouts.total_cumulative(), paid);
        assert_eq!(payouts.total_raw(), payouts.statements.iter().map(|s| s.raw).sum::<U256>());
    }
    assert!(
        World::honest(9, 13).pay().statements.iter().all(|s| s.pay == s.raw),
        "a large budget scales nothing"
    );
}

#[test]
fn honest_work_beats_random_and_lazy_answers_and_better_work_pays_more() {
    let scores = mean_scores(40, |world, case| {
        let truths = World::truths(case);
        let mut noise = Noise(keccak256([case as u8; 3]));
        world.answers(0, |_| Choice::A);
        world.answers(1, |_| noise.coin());
        world.answers(2, |slot| truths[slot]);
    });
    let work = scores[3..].iter().sum::<f64>() / 13.0;
    assert_eq!(scores[0], 0.0, "whoever always says A tells nothing");
    assert!(scores[1].abs() < 0.04, "random answers: {}", scores[1]);
    assert!((0.40..0.52).contains(&work), "honest work: {work}");
    assert!(scores[2] > 1.5 * work, "perfect work: {}", scores[2]);
}

#[test]
fn a_small_clique_of_copies_earns_what_its_original_earns_and_hardly_more_than_others() {
    let scores = mean_scores(40, |world, _| {
        let original = world.words[0];
        (1..3).for_each(|member| world.answers(member, |slot| original.get(slot).unwrap()));
    });
    let work = scores[3..].iter().sum::<f64>() / 13.0;
    assert!((scores[0] - scores[1]).abs() < 1e-9 && (scores[0] - scores[2]).abs() < 1e-9);
    assert!(scores[0] < work * 1.2, "copies: {}, honest work: {work}", scores[0]);
}

#[test]
fn a_small_clique_that_shares_nonsense_earns_about_nothing() {
    let scores = mean_scores(40, |world, case| {
        let mut script = Noise(keccak256([case as u8; 5]));
        let script: Vec<_> = (0..SLOTS).map(|_| script.coin()).collect();
        (0..3).for_each(|member| world.answers(member, |slot| script[slot]));
    });
    let nonsense = (scores[0] + scores[1] + scores[2]) / 3.0;
    let work = scores[3..].iter().sum::<f64>() / 13.0;
    assert!(nonsense.abs() < 0.06, "shared nonsense: {nonsense}");
    assert!(work > 0.35, "honest work beside it: {work}");
}

#[test]
fn tie_and_skip_are_not_paid_and_do_not_count_in_the_majority() {
    let mut with_ties = World::honest(7, 14);
    let mut alone = World::honest(7, 14);
    with_ties.answers(13, |slot| if slot % 2 == 0 { Choice::Tie } else { Choice::Skip });
    alone.words.truncate(13);
    let (with_ties, alone) = (with_ties.pay(), alone.pay());
    let silent = with_ties.statements.iter().find(|s| s.labeler == labeler(13)).unwrap();
    assert_eq!((silent.n_valid, silent.pay, silent.reason), (0, U256::ZERO, Reason::ShortOverlap));
    let others: Vec<_> = with_ties.statements.iter().filter(|s| s.labeler != labeler(13)).collect();
    assert_eq!(others, alone.statements.iter().collect::<Vec<_>>());
}

#[test]
fn small_rosters_get_base_pay_and_more_wrong_than_right_gold_gets_nothing() {
    let mut world = World::honest(11, 11);
    let truths = World::truths(11);
    for member in 0..11 {
        world.answers(member, |slot| truths[slot]);
    }
    for statement in world.pay().statements {
        assert_eq!((statement.reason, statement.score), (Reason::SmallRoster, I256::ZERO));
        assert_eq!(statement.pay, U256::from(SLOTS) * wad());
        assert_eq!((statement.gold_right, statement.gold_answered, statement.gold_slots), (8, 8, 8));
    }
    world.answers(4, |slot| if truths[slot] == Choice::A { Choice::B } else { Choice::A });
    let payouts = world.pay();
    let failed = payouts.statements.iter().find(|s| s.labeler == labeler(4)).unwrap();
    assert_eq!((failed.reason, failed.gold_right, failed.gold_answered), (Reason::SmallRoster, 0, 8));
    assert_eq!((failed.base, failed.raw, failed.pay), (U256::from(SLOTS) * wad(), U256::ZERO, U256::ZERO));
    let leaf = payouts.proof(labeler(4)).unwrap().leaf;
    assert_eq!((leaf.cumulative, leaf.raw_pay.position, leaf.raw_pay.raw), (U256::ZERO, 5, U256::ZERO));
}

#[test]
fn gold_left_out_or_tied_counts_like_gold_that_is_half_wrong() {
    let mut world = World::honest(11, 11);
    let truths = World::truths(11);
    let gold = BlockSlots::new(&world.terms.campaign, world.secret, 0).gold(4);
    let mut gold = (0..SLOTS).filter(|&slot| gold.bit(slot));
    let [tied, skipped, wrong] = [(); 3].map(|()| gold.next().unwrap());
    let opposite = |slot: usize| if truths[slot] == Choice::A { Choice::B } else { Choice::A };
    world.answers(4, |slot| match slot {
        _ if slot == tied => Choice::Tie,
        _ if slot == skipped => Choice::Skip,
        _ if slot == wrong => opposite(slot),
        _ => truths[slot],
    });
    let statement = world.pay().statements[4].clone();
    assert_eq!((statement.gold_right, statement.gold_answered, statement.gold_slots), (5, 6, 8));
    assert_eq!(statement.base, U256::from(SLOTS - 2) * wad());
    assert_eq!(statement.raw, statement.base * U256::from(4) / U256::from(8));

    world.answers(4, |slot| if slot == tied || slot == skipped { Choice::Skip } else { opposite(slot) });
    let statement = world.pay().statements[4].clone();
    assert_eq!((statement.gold_right, statement.gold_answered), (0, 6));
    assert_eq!(statement.raw, U256::ZERO);
}

#[test]
fn a_seat_without_committed_gold_is_paid_in_full() {
    let mut world = World::honest(11, 12);
    let truths = World::truths(11);
    world.answers(4, |slot| if truths[slot] == Choice::A { Choice::B } else { Choice::A });
    let of_four = |world: &World| world.pay().statements[4].clone();
    assert_eq!((of_four(&world).gold_slots, of_four(&world).raw), (8, U256::ZERO));
    let gold = world.gold.remove(4);
    let is_paid_in_full = |statement: protocol::rewards::Statement| {
        assert_eq!((statement.gold_answered, statement.gold_slots), (0, 0));
        assert_eq!(I256::from_raw(statement.raw), I256::from_raw(statement.base) + statement.alpha);
        assert!(!statement.raw.is_zero());
    };
    is_paid_in_full(of_four(&world));
    world.gold.push(GoldWord { tasks_hash: B256::ZERO, ..gold });
    is_paid_in_full(of_four(&world));
    world.gold[11] = gold;
    world.terms.gold_blocks = 0;
    is_paid_in_full(of_four(&world));
    world.terms.gold_blocks = 1;
    assert_eq!(of_four(&world).gold_answered, 8);
}

#[test]
fn known_answers_outside_the_gold_slots_count_nothing() {
    let mut world = World::honest(15, 12);
    let before = world.pay();
    let slots = BlockSlots::new(&world.terms.campaign, world.secret, 0);
    for gold in &mut world.gold {
        gold.answers |= !slots.gold(gold.seat);
    }
    assert_eq!(world.pay(), before);
}

#[test]
fn without_a_revealed_secret_everyone_gets_base_pay() {
    let mut world = World::honest(12, 14);
    world.seed = B256::ZERO;
    let payouts = world.pay();
    assert!(payouts.statements.iter().all(|s| s.reason == Reason::NoSeed && s.gold_slots == 0));
    assert!(payouts.statements.iter().all(|s| s.pay == U256::from(SLOTS) * wad()));
    world.secret = B256::repeat_byte(0x55);
    assert_eq!(world.pay(), payouts, "the secret is not read");
}

#[test]
fn the_tree_carries_earlier_earnings_on_and_sums_them_up() {
    let world = World::honest(13, 14);
    let (veteran, newcomer) = (Address::repeat_byte(0x77), Address::repeat_byte(0x78));
    let previous =
        BTreeMap::from([(veteran, U256::from(5)), (labeler(0), U256::from(7)), (newcomer, U256::ZERO)]);
    let payouts = world.try_pay(&previous).unwrap();
    assert!(payouts.leaves.windows(2).all(|pair| pair[0].account < pair[1].account));
    let (mut running_total, mut running_raw) = (U256::ZERO, U256::ZERO);
    for leaf in &payouts.leaves {
        assert_eq!(leaf.running_total, running_total);
        assert_eq!(leaf.raw_pay.running_raw, running_raw);
        running_total += leaf.cumulative;
        running_raw += leaf.raw_pay.raw;
        let claim = payouts.proof(leaf.account).unwrap();
        assert_eq!(claim.leaf, *leaf);
        let (root, count) = (payouts.tree.root(), payouts.leaves.len() as u64);
        assert!(merkle::verify(root, count, leaf.hash(), claim.index.into(), &claim.proof));
    }
    let paid: U256 = payouts.statements.iter().map(|s| s.pay).sum();
    assert_eq!(payouts.total_cumulative(), paid + U256::from(12));
    let veteran = payouts.proof(veteran).unwrap().leaf;
    assert_eq!((veteran.cumulative, veteran.raw_pay.position), (U256::from(5), 0));
    assert!(payouts.statements.iter().all(|s| {
        let leaf = payouts.proof(s.labeler).unwrap().leaf;
        (leaf.raw_pay.position, leaf.raw_pay.raw) == (s.seat + 1, s.raw)
    }));
    assert_eq!(payouts.proof(newcomer), None);
}

#[test]
fn inputs_that_are_no_epoch_are_refused() {
    let after = |mutate: fn(&mut World)| {
        let mut world = World::honest(14, 12);
        mutate(&mut world);
        world.try_pay(&BTreeMap::new()).map(|_| ())
    };
    assert_eq!(after(|_| ()), Ok(()));
    assert!(matches!(after(|w| w.terms.campaign.overlap_slots = 63), Err(RewardError::Terms(_))));
    assert!(matches!(after(|w| w.words[0].block = MAX_BLOCKS), Err(RewardError::Position { .. })));
    assert!(matches!(after(|w| w.words[0].block = u32::MAX), Err(RewardError::Position { .. })));
    assert!(matches!(after(|w| w.words[0].seat = 32), Err(RewardError::Position { seat: 32, .. })));
    assert!(matches!(after(|w| w.words[0].seat = 1), Err(RewardError::Position { seat: 1, .. })));
    assert!(matches!(after(|w| w.words[0].labeler = Address::ZERO), Err(RewardError::Position { .. })));
    assert!(matches!(after(|w| w.words[0].labeler = w.words[1].labeler), Err(RewardError::TwoSeats(_))));
    assert!(matches!(after(|w| w.words.push(w.words[0])), Err(RewardError::TwoSeats(_))));
    assert!(matches!(after(|w| w.words[0].set(128, Choice::A)), Err(RewardError::StrayBits(_))));
    assert!(matches!(after(|w| w.words[0].valid = U256::ZERO), Err(RewardError::StrayBits(_))));
    for rich in [U256::MAX, U256::from(1) << 112] {
        let previous = BTreeMap::from([(labeler(0), rich)]);
        assert_eq!(World::honest(14, 12).try_pay(&previous), Err(RewardError::Overflow));
    }
}
