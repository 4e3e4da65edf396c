//! One block as the operator fills it: which task is in which slot of which seat, and what is right.

use alloy_primitives::{B256, U256};
use protocol::{CampaignTerms, labels::GoldWord, rewards::masks::BlockSlots};
use rand::{Rng, seq::SliceRandom};

const POL: u128 = 1_000_000_000_000_000_000;

/// The parameters of a simulated campaign.
#[derive(Clone, Debug)]
pub struct Setting {
    /// As opened on chain.
    pub terms: CampaignTerms,
    /// Seats of the block, at most 32.
    pub roster: usize,
    /// How often somebody who looks at a task is right, in [0.5, 1].
    pub accuracy: f64,
    /// Share of tasks, gold included, on which B is right.
    pub share_b: f64,
    /// Share of tasks, gold included, that mislead: who looks is wrong as often as right elsewhere.
    pub misleading: f64,
    /// Share of tasks, gold not included, in which there is nothing to see: who looks learns nothing.
    pub unclear: f64,
    /// Whether the operator reveals its secret.
    pub is_revealed: bool,
}

impl Setting {
    /// The default: 256 slots of which 64 overlap and 16 gold, 16 seats, 0.1 + 0.4 · score POL a label before the gold,
    /// three labels in four of the overlap and twelve seats needed for a score.
    pub fn standard() -> Self {
        let terms = CampaignTerms {
            budget: U256::from(10_000 * POL),
            base_pay: POL / 10,
            alpha_pay: 4 * POL / 10,
            block_slots: 256,
            overlap_slots: 64,
            gold_slots: 16,
            min_overlap: 48,
            min_roster: 12,
        };
        Self {
            terms,
            roster: 16,
            accuracy: 0.84,
            share_b: 0.5,
            misleading: 0.0,
            unclear: 0.0,
            is_revealed: true,
        }
    }

    /// What the page for new campaigns starts with: shorter queues.
    pub fn short_queues() -> Self {
        let mut setting = Self::standard();
        (setting.terms.block_slots, setting.terms.gold_slots) = (96, 8);
        setting
    }

    /// The least that public chains allow, all at once: `script/Config.sol`.
    pub fn floors(block_slots: u16) -> Self {
        let mut setting = Self::standard();
        let terms = &mut setting.terms;
        (terms.block_slots, terms.overlap_slots, terms.min_overlap) = (block_slots, 48, 32);
        (terms.gold_slots, terms.min_roster, terms.alpha_pay) = (8, 12, terms.base_pay * 3 / 2);
        setting.roster = 12;
        setting
    }

    fn look(&self, rng: &mut impl Rng) -> Look {
        match rng.random::<f64>() {
            draw if draw < self.misleading => Look::Misleading,
            draw if draw < self.misleading + self.unclear => Look::Unclear,
            _ => Look::Clear,
        }
    }
}

/// Number of a task in its block.
pub type Task = usize;

/// What a task is like to those who look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// The right answer is likelier.
    Clear,
    /// The wrong answer is likelier, for all together.
    Misleading,
    /// Neither.
    Unclear,
}

/// A filled block.
#[derive(Clone, Debug)]
pub struct World {
    /// The operator's.
    pub secret: B256,
    /// Of the half-splits; zero when the secret stays hidden.
    pub seed: B256,
    /// Slots that hold the same tasks for all.
    pub overlap: U256,
    /// Gold slots of each seat.
    pub gold: Vec<U256>,
    /// Task of each slot, by seat.
    pub queues: Vec<Vec<Task>>,
    /// By task: whether B is better.
    pub truths: Vec<bool>,
    /// By task.
    pub looks: Vec<Look>,
}

impl World {
    /// Draw a block. Overlap tasks are everybody's and gold tasks one seat's; half of the other tasks are shared with one
    /// other seat, in other slots, and the rest are one seat's.
    pub fn new(setting: &Setting, rng: &mut impl Rng) -> Self {
        let (terms, roster) = (&setting.terms, setting.roster);
        let (secret, seed) = (B256::from(rng.random::<[u8; 32]>()), B256::from(rng.random::<[u8; 32]>()));
        let slots = BlockSlots::new(terms, secret, 0);
        let (overlap, n_overlap) = (slots.overlap(), usize::from(terms.overlap_slots));
        let n_single = usize::from(terms.block_slots - terms.overlap_slots - terms.gold_slots);
        let n_paired = n_single / 2;

        let mut n_tasks = n_overlap;
        let mut fresh = |n: usize| {
            n_tasks += n;
            n_tasks - n..n_tasks
        };
        let paired: Vec<_> = (0..roster.div_ceil(2)).map(|_| fresh(n_paired)).collect();
        let mut places: Vec<usize> = (0..roster).collect();
        places.shuffle(rng);
        let gold: Vec<U256> = (0..roster as u32).map(|seat| slots.gold(seat)).collect();
        let queues = (0..roster)
            .map(|seat| {
                let mut singles: Vec<Task> = paired[places[seat] / 2].clone().collect();
                singles.extend(fresh(n_single - n_paired));
                singles.shuffle(rng);
                let (mut common, mut own) = (0..n_overlap, fresh(terms.gold_slots.into()));
                let task = |slot| match () {
                    () if overlap.bit(slot) => common.next(),
                    () if gold[seat].bit(slot) => own.next(),
                    () => singles.pop(),
                };
                (0..usize::from(terms.block_slots)).map_while(task).collect()
            })
            .collect::<Vec<Vec<Task>>>();
        let truths = (0..n_tasks).map(|_| rng.random_bool(setting.share_b)).collect();
        let mut looks: Vec<_> = (0..n_tasks).map(|_| setting.look(rng)).collect();
        for (queue, gold) in queues.iter().zip(&gold) {
            // An expert answers only what can be answered.
            for (_, &task) in queue.iter().enumerate().filter(|&(slot, _)| gold.bit(slot)) {
                if looks[task] == Look::Unclear {
                    looks[task] = Look::Clear;
                }
            }
        }
        let seed = if setting.is_revealed { seed } else { B256::ZERO };
        Self { secret, seed, overlap, gold, queues, truths, looks }
    }

    /// What the operator commits to when it opens the epoch, but for the tasks' ids: nothing is paid by those.
    pub fn gold_words(&self) -> Vec<GoldWord> {
        let seats = self.queues.iter().zip(&self.gold).zip(0..);
        seats
            .map(|((queue, gold), seat)| {
                let mut answers = U256::ZERO;
                for (slot, &task) in queue.iter().enumerate() {
                    answers.set_bit(slot, gold.bit(slot) && self.truths[task]);
                }
                let tasks_hash = if gold.is_zero() { B256::ZERO } else { B256::repeat_byte(1) };
                GoldWord { block: 0, seat, answers, tasks_hash }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_block_shares_its_overlap_pairs_share_half_of_the_rest_and_gold_is_ones_own() {
        let world = World::new(&Setting::standard(), &mut crate::dice::Dice::new(1));
        let mut holders: BTreeMap<Task, usize> = BTreeMap::new();
        world.queues.iter().flatten().for_each(|&task| *holders.entry(task).or_default() += 1);
        let count = |n| holders.values().filter(|&&m| m == n).count();
        assert_eq!((count(16), count(2), count(1)), (64, 8 * 88, 16 * (88 + 16)));
        for (queue, gold) in world.queues.iter().zip(&world.gold) {
            assert_eq!(queue.len(), 256);
            for (slot, task) in queue.iter().enumerate() {
                assert_eq!(world.overlap.bit(slot), holders[task] == 16);
                assert!(!gold.bit(slot) || holders[task] == 1);
            }
        }
        assert_eq!(holders.len(), world.truths.len());
    }
}
