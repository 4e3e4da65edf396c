//! Which task is in which slot of a seat: a pure function of the epoch's secret, its gold, the campaign's tasks and the
//! seat's number, so that a repeated request fills the same queue.
//!
//! - Overlap slots hold the same tasks for the whole block.
//! - Gold slots hold tasks with a known answer, each given to one seat of the epoch. They are drawn for every seat that can
//!   be given out before the epoch is opened, because the opening commits to them.
//! - About half of the other slots hold tasks that one other member of the block gets too, in other slots; who that is,
//!   is drawn from the secret. The rest are spread evenly over the campaign.
//! - The order in which tasks are shown is drawn per seat, so that nobody can tell which slot is which.
use alloy::{
    primitives::{B256, U256, keccak256},
    sol_types::SolValue,
};
use protocol::{
    CampaignTerms, Choice,
    labels::{GoldAnswer, GoldSeat, MAX_BLOCKS},
    rewards::masks::BlockSlots,
};
use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha20Rng;
use std::collections::{BTreeMap, BTreeSet};

/// A filled seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// Task of each slot.
    pub task_ids: Vec<B256>,
    /// Place of each slot in the order of showing.
    pub display_order: Vec<u16>,
}

/// Why a seat cannot be filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PoolTooSmall {
    #[error("the epoch was opened with gold for {seats} seats, and they are taken")]
    Gold { seats: usize },
    #[error("a seat needs {needed} tasks without a known answer and the campaign has {available}")]
    Plain { needed: usize, available: usize },
}

/// The gold of every seat that can be given out, block by block: as many seats as there are gold tasks for.
///
/// `gold`: the campaign's tasks with answers known beforehand.
pub fn gold_seats(
    terms: &CampaignTerms,
    secret: B256,
    max_seats: u32,
    gold: &BTreeMap<B256, Choice>,
) -> Vec<GoldSeat> {
    let mut tasks: Vec<(B256, Choice)> = gold.iter().map(|(&task_id, &choice)| (task_id, choice)).collect();
    tasks.shuffle(&mut rng(secret, "gold", 0, 0));
    let n_gold = usize::from(terms.gold_slots);
    if n_gold == 0 {
        return Vec::new();
    }
    let mut seats = Vec::with_capacity(tasks.len() / n_gold);
    for (own, ordinal) in tasks.chunks_exact(n_gold).zip(0..) {
        let (block, seat) = (ordinal / max_seats, ordinal % max_seats);
        if block >= MAX_BLOCKS {
            break;
        }
        let mask = BlockSlots::new(terms, secret, block).gold(seat);
        let slots = (0..=u8::MAX).filter(|&slot| mask.bit(slot.into()));
        let answers = slots.zip(own).map(|(slot, &(task_id, choice))| GoldAnswer { slot, task_id, choice });
        seats.push(GoldSeat { block, seat, answers: answers.collect() });
    }
    seats
}

/// The epoch that seats are filled in.
pub struct Assignment<'a> {
    pub secret: B256,
    pub terms: &'a CampaignTerms,
    /// Seats of a block.
    pub max_seats: u32,
    /// [`gold_seats`] of the epoch, as it was opened with.
    pub gold: &'a [GoldSeat],
    /// All tasks of the campaign and their gold answers.
    pub pool: &'a BTreeMap<B256, Option<Choice>>,
}

impl Assignment<'_> {
    /// Fill seat `seat` of block `block`.
    ///
    /// # Errors
    /// [`PoolTooSmall`] says what is missing.
    pub fn queue(&self, block: u32, seat: u32) -> Result<Queue, PoolTooSmall> {
        let overlap = BlockSlots::new(self.terms, self.secret, block).overlap();
        let gold = self.gold_tasks(block, seat)?;
        let n_slots = usize::from(self.terms.block_slots);
        let n_overlap = usize::from(self.terms.overlap_slots);
        let n_single = n_slots - n_overlap - gold.len();

        let plain = self.shuffled_plain(block, n_overlap + n_single)?;
        let (common, rest) = plain.split_at(n_overlap);
        let (mut common, mut singles) =
            (common.iter(), self.single_tasks(rest, n_single, block, seat).into_iter());
        let task_ids = (0..n_slots)
            .map(|slot| match gold.get(&slot) {
                Some(task_id) => *task_id,
                None if overlap.bit(slot) => *common.next().expect("as many tasks as the overlap has slots"),
                None => singles.next().expect("as many tasks as there are other slots"),
            })
            .collect();
        let mut display_order: Vec<u16> = (0..self.terms.block_slots).collect();
        display_order.shuffle(&mut rng(self.secret, "display", block, seat));
        Ok(Queue { task_ids, display_order })
    }

    /// Tasks without a known answer in the block's order; the first ones are its overlap.
    fn shuffled_plain(&self, block: u32, needed: usize) -> Result<Vec<B256>, PoolTooSmall> {
        let committed: BTreeSet<B256> =
            self.gold.iter().flat_map(|seat| &seat.answers).map(|gold| gold.task_id).collect();
        let plain = self.pool.iter().filter(|(id, gold)| gold.is_none() && !committed.contains(*id));
        let mut plain: Vec<B256> = plain.map(|(&id, _)| id).collect();
        if plain.len() < needed {
            return Err(PoolTooSmall::Plain { needed, available: plain.len() });
        }
        plain.shuffle(&mut rng(self.secret, "plain", block, 0));
        Ok(plain)
    }

    /// The seat's committed gold by slot.
    fn gold_tasks(&self, block: u32, seat: u32) -> Result<BTreeMap<usize, B256>, PoolTooSmall> {
        if self.terms.gold_slots == 0 {
            return Ok(BTreeMap::new());
        }
        let own = self.gold.iter().find(|gold| (gold.block, gold.seat) == (block, seat));
        let own = own.ok_or(PoolTooSmall::Gold { seats: self.gold.len() })?;
        Ok(own.answers.iter().map(|gold| (usize::from(gold.slot), gold.task_id)).collect())
    }

    /// `n` tasks of `rest` (at least `n` long): half of them the pair's, half the seat's own. Pairs take neighbouring
    /// stretches, around the end, so that a campaign is covered evenly.
    fn single_tasks(&self, rest: &[B256], n: usize, block: u32, seat: u32) -> Vec<B256> {
        if n == 0 {
            return Vec::new();
        }
        let mut places: Vec<u32> = (0..self.max_seats).collect();
        places.shuffle(&mut rng(self.secret, "pairs", block, 0));
        let place = places[seat as usize] as usize;
        let (pair, second) = (place / 2, place % 2);
        let n_common = n / 2;
        let n_own = n - n_common;
        let start = pair * (n_common + 2 * n_own);
        // With few tasks the second member's own stretch would run into the common one: it then shares the first's.
        let skip = if second == 1 && rest.len() >= n_common + 2 * n_own { n_own } else { 0 };
        let at = |i: usize| rest[(start + i) % rest.len()];
        let common = (0..n_common).map(at);
        let own = (n_common + skip..n_common + skip + n_own).map(at);
        let mut tasks: Vec<B256> = common.chain(own).collect();
        tasks.shuffle(&mut rng(self.secret, "single", block, seat));
        tasks
    }
}

/// A generator for one purpose. Its seed names the purpose, so that no two draws depend on each other; the secret is a
/// new one in every epoch.
fn rng(secret: B256, purpose: &str, block: u32, seat: u32) -> ChaCha20Rng {
    let words = (secret, format!("assignment/{purpose}"), U256::from(block), U256::from(seat));
    ChaCha20Rng::from_seed(keccak256(words.abi_encode_params()).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: B256 = B256::repeat_byte(9);

    fn terms() -> CampaignTerms {
        CampaignTerms {
            budget: U256::from(1),
            base_pay: 1,
            alpha_pay: 4,
            block_slots: 16,
            overlap_slots: 6,
            gold_slots: 2,
            min_overlap: 4,
            min_roster: 3,
        }
    }

    fn pool(n_plain: u64, n_gold: u64) -> BTreeMap<B256, Option<Choice>> {
        let id = |i: u64| keccak256(i.to_be_bytes());
        (0..n_plain + n_gold).map(|i| (id(i), (i >= n_plain).then_some(Choice::A))).collect()
    }

    fn gold(pool: &BTreeMap<B256, Option<Choice>>) -> Vec<GoldSeat> {
        let known = pool.iter().filter_map(|(&id, choice)| choice.map(|choice| (id, choice))).collect();
        gold_seats(&terms(), SECRET, 4, &known)
    }

    fn assignment<'a>(
        terms: &'a CampaignTerms,
        pool: &'a BTreeMap<B256, Option<Choice>>,
        gold: &'a [GoldSeat],
    ) -> Assignment<'a> {
        Assignment { secret: SECRET, terms, max_seats: 4, gold, pool }
    }

    #[test]
    fn a_block_shares_its_overlap_and_every_seat_has_the_gold_that_was_committed() {
        let (terms, pool) = (terms(), pool(60, 17));
        let committed = gold(&pool);
        assert_eq!(committed.len(), 8, "the seventeenth gold task is not enough for another seat");
        let assignment = assignment(&terms, &pool, &committed);
        let mut golds = BTreeSet::new();
        for block in 0..2 {
            let slots = BlockSlots::new(&terms, SECRET, block);
            let first = assignment.queue(block, 0).unwrap();
            let mut singles: BTreeMap<B256, usize> = BTreeMap::new();
            for seat in 0..4 {
                let queue = assignment.queue(block, seat).unwrap();
                assert_eq!(queue, assignment.queue(block, seat).unwrap(), "the same again");
                let distinct: BTreeSet<_> = queue.task_ids.iter().collect();
                assert_eq!(distinct.len(), 16, "no task twice in a queue");
                let own = committed.iter().find(|gold| (gold.block, gold.seat) == (block, seat)).unwrap();
                for (slot, task) in queue.task_ids.iter().enumerate() {
                    let known = own.answers.iter().find(|gold| usize::from(gold.slot) == slot);
                    assert_eq!(known.is_some(), slots.gold(seat).bit(slot));
                    assert_eq!(pool[task].is_some(), known.is_some());
                    if let Some(known) = known {
                        assert_eq!(known.task_id, *task);
                        assert!(golds.insert(*task), "a gold task was given out twice");
                    } else if slots.overlap().bit(slot) {
                        assert_eq!(*task, first.task_ids[slot]);
                    } else {
                        *singles.entry(*task).or_default() += 1;
                    }
                }
                let order: BTreeSet<_> = queue.display_order.iter().copied().collect();
                assert_eq!(order, (0..16).collect());
            }
            // 8 singles a seat: 4 shared with one other, 4 of its own.
            assert_eq!(singles.values().filter(|&&n| n == 2).count(), 8);
            assert_eq!(singles.values().filter(|&&n| n == 1).count(), 16);
        }
        assert_eq!(golds.len(), 16);
    }

    #[test]
    fn the_smallest_pool_that_fits_one_queue_fills_every_seat() {
        let (terms, pool) = (terms(), pool(14, 8));
        let committed = gold(&pool);
        let assignment = assignment(&terms, &pool, &committed);
        for seat in 0..4 {
            let queue = assignment.queue(0, seat).unwrap();
            assert_eq!(queue.task_ids.iter().collect::<BTreeSet<_>>().len(), 16);
        }
        assert_eq!(assignment.queue(1, 0), Err(PoolTooSmall::Gold { seats: 4 }));
    }

    #[test]
    fn a_task_that_was_committed_as_gold_stays_gold_when_its_answer_is_taken_back() {
        let (terms, mut pool) = (terms(), pool(14, 2));
        let committed = gold(&pool);
        let before = assignment(&terms, &pool, &committed).queue(0, 0).unwrap();
        pool.values_mut().for_each(|choice| *choice = None);
        assert_eq!(assignment(&terms, &pool, &committed).queue(0, 0).unwrap(), before);
    }

    #[test]
    fn without_gold_slots_every_seat_can_be_given_out() {
        let (mut terms, pool) = (terms(), pool(16, 1));
        terms.gold_slots = 0;
        let known = BTreeMap::from([(B256::ZERO, Choice::B)]);
        assert_eq!(gold_seats(&terms, SECRET, 4, &known), []);
        assert!(assignment(&terms, &pool, &[]).queue(7, 3).is_ok());
    }

    #[test]
    fn a_small_pool_says_what_is_missing() {
        let (terms, pool) = (terms(), pool(13, 8));
        let committed = gold(&pool);
        let assignment = assignment(&terms, &pool, &committed);
        assert_eq!(assignment.queue(0, 0), Err(PoolTooSmall::Plain { needed: 14, available: 13 }));
    }
}
