//! Which task is in which slot of a seat: a pure function of the epoch's secret, the campaign's tasks and the seat's
//! number, so that a repeated request fills the same queue.
//!
//! - Overlap slots hold the same tasks for the whole block.
//! - Gold slots hold tasks with a known answer, each given to one seat of the epoch.
//! - About half of the other slots hold tasks that one other member of the block gets too, in other slots; who that is,
//!   is drawn from the secret. The rest are spread evenly over the campaign.
//! - The order in which tasks are shown is drawn per seat, so that nobody can tell which slot is which.
use alloy::{
    primitives::{B256, U256, keccak256},
    sol_types::SolValue,
};
use protocol::{Choice, EpochTerms, rewards::masks};
use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha20Rng;
use std::collections::BTreeMap;

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
    #[error("the epoch needs {needed} gold tasks by now and the campaign has {available}")]
    Gold { needed: usize, available: usize },
    #[error("a seat needs {needed} tasks without a known answer and the campaign has {available}")]
    Plain { needed: usize, available: usize },
}

/// The epoch that seats are filled in.
pub struct Assignment<'a> {
    pub epoch: u64,
    pub secret: B256,
    pub terms: &'a EpochTerms,
    /// Seats of a block.
    pub max_seats: u32,
    /// All tasks of the campaign and their gold answers.
    pub pool: &'a BTreeMap<B256, Option<Choice>>,
}

impl Assignment<'_> {
    /// Fill seat `seat` of block `block`.
    ///
    /// # Errors
    /// [`PoolTooSmall`] says how many tasks are missing.
    pub fn queue(&self, block: u32, seat: u32) -> Result<Queue, PoolTooSmall> {
        let terms = &self.terms.campaign;
        let overlap = masks::overlap(terms, self.secret, protocol::Epoch(self.epoch), block);
        let gold = masks::gold(terms, self.secret, protocol::Epoch(self.epoch), block, seat);
        let n_slots = usize::from(terms.block_slots);
        let n_overlap = usize::from(terms.overlap_slots);
        let n_single = n_slots - n_overlap - usize::from(terms.gold_slots);

        let plain = self.shuffled_plain(block, n_overlap + n_single)?;
        let (common, rest) = plain.split_at(n_overlap);
        let singles = self.single_tasks(rest, n_single, block, seat);
        let mut sources = [common.to_vec(), self.gold_tasks(block, seat)?, singles].map(Vec::into_iter);
        let kind = |slot| match (overlap.bit(slot), gold.bit(slot)) {
            (true, _) => 0,
            (_, true) => 1,
            _ => 2,
        };
        let task_ids = (0..n_slots)
            .map(|slot| sources[kind(slot)].next().expect("each list has as many tasks as its mask has bits"))
            .collect();
        let mut display_order: Vec<u16> = (0..terms.block_slots).collect();
        display_order.shuffle(&mut self.rng("display", block, seat));
        Ok(Queue { task_ids, display_order })
    }

    /// Tasks without a known answer in the block's order; the first ones are its overlap.
    fn shuffled_plain(&self, block: u32, needed: usize) -> Result<Vec<B256>, PoolTooSmall> {
        let mut plain: Vec<B256> =
            self.pool.iter().filter(|(_, gold)| gold.is_none()).map(|(&id, _)| id).collect();
        if plain.len() < needed {
            return Err(PoolTooSmall::Plain { needed, available: plain.len() });
        }
        plain.shuffle(&mut self.rng("plain", block, 0));
        Ok(plain)
    }

    /// The seat's own stretch of the epoch's shuffled gold tasks.
    fn gold_tasks(&self, block: u32, seat: u32) -> Result<Vec<B256>, PoolTooSmall> {
        let n_gold = usize::from(self.terms.campaign.gold_slots);
        let mut gold: Vec<B256> =
            self.pool.iter().filter(|(_, gold)| gold.is_some()).map(|(&id, _)| id).collect();
        gold.shuffle(&mut self.rng("gold", 0, 0));
        let ordinal = block as usize * self.max_seats as usize + seat as usize;
        let (from, to) = (ordinal * n_gold, (ordinal + 1) * n_gold);
        let stretch = gold.get(from..to);
        Ok(stretch.ok_or(PoolTooSmall::Gold { needed: to, available: gold.len() })?.to_vec())
    }

    /// `n` tasks of `rest` (at least `n` long): half of them the pair's, half the seat's own. Pairs take neighbouring
    /// stretches, around the end, so that a campaign is covered evenly.
    fn single_tasks(&self, rest: &[B256], n: usize, block: u32, seat: u32) -> Vec<B256> {
        if n == 0 {
            return Vec::new();
        }
        let mut places: Vec<u32> = (0..self.max_seats).collect();
        places.shuffle(&mut self.rng("pairs", block, 0));
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
        tasks.shuffle(&mut self.rng("single", block, seat));
        tasks
    }

    /// A generator for one purpose. Its seed names the purpose, so that no two draws depend on each other.
    fn rng(&self, purpose: &str, block: u32, seat: u32) -> ChaCha20Rng {
        let words = (
            self.secret,
            format!("assignment/{purpose}"),
            U256::from(self.epoch),
            U256::from(block),
            U256::from(seat),
        );
        ChaCha20Rng::from_seed(keccak256(words.abi_encode_params()).0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::CampaignTerms;
    use std::collections::BTreeSet;

    fn terms() -> EpochTerms {
        EpochTerms {
            campaign: CampaignTerms {
                budget: U256::from(1),
                base_pay: 1,
                alpha_pay: 4,
                block_slots: 16,
                overlap_slots: 6,
                gold_slots: 2,
                min_overlap: 4,
                min_roster: 3,
                gold_pass_bps: 5_000,
            },
            gold_root: B256::repeat_byte(1),
            secret_hash: B256::repeat_byte(2),
            campaign_hash: B256::repeat_byte(3),
        }
    }

    fn pool(n_plain: u64, n_gold: u64) -> BTreeMap<B256, Option<Choice>> {
        let id = |i: u64| keccak256(i.to_be_bytes());
        (0..n_plain + n_gold).map(|i| (id(i), (i >= n_plain).then_some(Choice::A))).collect()
    }

    #[test]
    fn a_block_shares_its_overlap_and_every_gold_task_has_one_seat() {
        let (terms, pool) = (terms(), pool(60, 16));
        let secret = B256::repeat_byte(9);
        let assignment = Assignment { epoch: 3, secret, terms: &terms, max_seats: 4, pool: &pool };
        let mut golds = BTreeSet::new();
        for block in 0..2 {
            let overlap = masks::overlap(&terms.campaign, secret, protocol::Epoch(3), block);
            let first = assignment.queue(block, 0).unwrap();
            let mut singles: BTreeMap<B256, usize> = BTreeMap::new();
            for seat in 0..4 {
                let queue = assignment.queue(block, seat).unwrap();
                assert_eq!(queue, assignment.queue(block, seat).unwrap(), "the same again");
                let distinct: BTreeSet<_> = queue.task_ids.iter().collect();
                assert_eq!(distinct.len(), 16, "no task twice in a queue");
                let gold = masks::gold(&terms.campaign, secret, protocol::Epoch(3), block, seat);
                for (slot, task) in queue.task_ids.iter().enumerate() {
                    assert_eq!(pool[task].is_some(), gold.bit(slot));
                    if overlap.bit(slot) {
                        assert_eq!(*task, first.task_ids[slot]);
                    } else if gold.bit(slot) {
                        assert!(golds.insert(*task), "a gold task was given out twice");
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
        let assignment =
            Assignment { epoch: 1, secret: B256::repeat_byte(4), terms: &terms, max_seats: 4, pool: &pool };
        for seat in 0..4 {
            let queue = assignment.queue(0, seat).unwrap();
            assert_eq!(queue.task_ids.iter().collect::<BTreeSet<_>>().len(), 16);
        }
        let needed = PoolTooSmall::Gold { needed: 10, available: 8 };
        assert_eq!(assignment.queue(1, 0), Err(needed), "block 1 begins after the gold of block 0");
    }

    #[test]
    fn a_small_pool_says_what_is_missing() {
        let (terms, pool) = (terms(), pool(13, 8));
        let assignment =
            Assignment { epoch: 1, secret: B256::repeat_byte(4), terms: &terms, max_seats: 4, pool: &pool };
        assert_eq!(assignment.queue(0, 0), Err(PoolTooSmall::Plain { needed: 14, available: 13 }));
    }
}
