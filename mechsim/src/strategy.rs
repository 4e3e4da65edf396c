//! What a labeler does with its queue.

use crate::world::{Look, Task, World};
use alloy_primitives::{Address, U256};
use protocol::{Choice, LabelWord};
use rand::{
    Rng,
    seq::{SliceRandom, index},
};

/// What is done with a task.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Act {
    /// Work: right with this probability, as far as the task lets one see what is right.
    Look(f64),
    /// The same, and a tie where there is nothing to see.
    LookOrTie(f64),
    /// Work, and say the opposite of what was seen.
    Invert(f64),
    /// Answer blindly.
    Coin,
    /// Say A.
    A,
    /// Say B.
    B,
    /// Say what the labeler in this earlier seat said; a coin where it has not got the task.
    Copy(usize),
    /// Say nothing that counts.
    Skip,
}

/// Tasks that a strategy treats differently from the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Known {
    /// None.
    Nothing,
    /// As many as this, picked blindly.
    Guess(usize),
    /// Those in the slots of this mask.
    Slots(U256),
    /// Those that every member of the clique finds in its queue.
    InEveryQueue,
    /// This share of the gold, recognised by its looks.
    Gold(f64),
    /// The overlap and the gold, told by the operator.
    OverlapAndGold,
    /// All.
    Everything,
}

/// Whether a labeler works with the others of its strategy in the block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Company {
    /// It does not.
    Alone,
    /// They compare their queues, and each answers for itself.
    Compares,
    /// They give the same answer to the same known task: one of them finds it for all.
    Agrees,
}

/// A labeler's way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Strategy {
    /// What it can tell apart.
    pub known: Known,
    /// What it does there.
    pub on_known: Act,
    /// What it does elsewhere.
    pub otherwise: Act,
    /// With whom.
    pub company: Company,
}

impl Strategy {
    /// The same with every task.
    pub const fn always(act: Act) -> Self {
        Self { known: Known::Nothing, on_known: act, otherwise: act, company: Company::Alone }
    }

    /// One thing with known tasks, another with the others.
    pub const fn split(known: Known, on_known: Act, otherwise: Act) -> Self {
        Self { known, on_known, otherwise, company: Company::Alone }
    }

    /// In a clique.
    pub const fn with(mut self, company: Company) -> Self {
        self.company = company;
        self
    }
}

/// What a seat answered.
#[derive(Clone, Copy, Debug)]
pub struct Played {
    /// For the labels tree.
    pub word: LabelWord,
    /// Tasks that somebody had to look at for it.
    pub n_looks: usize,
}

/// Let everybody answer, in the order of seats. Seats with a company are one clique.
pub fn play(world: &World, cast: &[Strategy], rng: &mut impl Rng) -> Vec<Played> {
    let clique: Vec<usize> = (0..cast.len()).filter(|&seat| cast[seat].company != Company::Alone).collect();
    let mut n_holders = vec![0; world.truths.len()];
    for &seat in &clique {
        world.queues[seat].iter().for_each(|&task| n_holders[task] += 1);
    }
    let mut game = Game {
        world,
        n_holders,
        n_members: clique.len(),
        agreed: vec![None; world.truths.len()],
        words: Vec::with_capacity(cast.len()),
        n_looks: 0,
    };
    cast.iter()
        .map(|strategy| {
            game.n_looks = 0;
            let word = game.answer_queue(strategy, rng);
            game.words.push(word);
            Played { word, n_looks: game.n_looks }
        })
        .collect()
}

struct Game<'a> {
    world: &'a World,
    /// Members of the clique that have the task.
    n_holders: Vec<usize>,
    n_members: usize,
    /// What the clique says to a task, once one of them had it.
    agreed: Vec<Option<Option<bool>>>,
    words: Vec<LabelWord>,
    n_looks: usize,
}

impl Game<'_> {
    fn answer_queue(&mut self, strategy: &Strategy, rng: &mut impl Rng) -> LabelWord {
        let seat = self.words.len();
        let known = self.known(strategy.known, seat, rng);
        let mut word = LabelWord::new(0, seat as u32, Address::from(rng.random::<[u8; 20]>()));
        let world = self.world;
        let (mut answers, mut valid) = ([0; 4], [0; 4]);
        for (slot, &task) in world.queues[seat].iter().enumerate() {
            let act = if known.bit(slot) { strategy.on_known } else { strategy.otherwise };
            let is_agreed = known.bit(slot) && strategy.company == Company::Agrees;
            let answer = match self.agreed[task] {
                Some(answer) if is_agreed => answer,
                _ => self.answer(act, task, rng),
            };
            if is_agreed {
                self.agreed[task] = Some(answer);
            }
            answers[slot / 64] |= u64::from(answer == Some(true)) << (slot % 64);
            valid[slot / 64] |= u64::from(answer.is_some()) << (slot % 64);
        }
        (word.answers, word.valid) = (U256::from_limbs(answers), U256::from_limbs(valid));
        word
    }

    fn known(&self, known: Known, seat: usize, rng: &mut impl Rng) -> U256 {
        let queue = &self.world.queues[seat];
        let slots = |is_known: &mut dyn FnMut(usize) -> bool| {
            let mut mask = U256::ZERO;
            (0..queue.len()).for_each(|slot| mask.set_bit(slot, is_known(slot)));
            mask
        };
        let gold = self.world.gold[seat];
        match known {
            Known::Nothing => U256::ZERO,
            Known::Everything => U256::MAX,
            Known::Slots(mask) => mask,
            Known::Guess(n) => {
                let guess = index::sample(rng, queue.len(), n.min(queue.len())).into_vec();
                slots(&mut |slot| guess.contains(&slot))
            }
            Known::InEveryQueue => {
                slots(&mut |slot| self.n_members > 1 && self.n_holders[queue[slot]] == self.n_members)
            }
            Known::Gold(share) => slots(&mut |slot| gold.bit(slot) && rng.random_bool(share)),
            Known::OverlapAndGold => self.world.overlap | gold,
        }
    }

    /// Whether somebody of this accuracy takes the right answer for right.
    fn sees_right(&mut self, accuracy: f64, task: Task, rng: &mut impl Rng) -> bool {
        self.n_looks += 1;
        rng.random_bool(match self.world.looks[task] {
            Look::Clear => accuracy,
            Look::Misleading => 1.0 - accuracy,
            Look::Unclear => 0.5,
        })
    }

    /// `Some(true)` for B, `None` for nothing that counts.
    fn answer(&mut self, act: Act, task: Task, rng: &mut impl Rng) -> Option<bool> {
        let truth = self.world.truths[task];
        match act {
            Act::Look(accuracy) => Some(truth == self.sees_right(accuracy, task, rng)),
            Act::LookOrTie(accuracy) => {
                let is_right = self.sees_right(accuracy, task, rng);
                (self.world.looks[task] != Look::Unclear).then_some(truth == is_right)
            }
            Act::Invert(accuracy) => Some(truth != self.sees_right(accuracy, task, rng)),
            Act::Coin => Some(rng.random_bool(0.5)),
            Act::A => Some(false),
            Act::B => Some(true),
            Act::Skip => None,
            Act::Copy(leader) => {
                let slot = self.world.queues[leader].iter().position(|&other| other == task);
                match slot {
                    Some(slot) => self.words[leader].get(slot).map(|choice| choice == Choice::B),
                    None => self.answer(Act::Coin, task, rng),
                }
            }
        }
    }
}

/// Honest seats and `n` deviating ones, in random order: seats have pairs, and nobody may depend on a number. A copied
/// leader keeps seat 0.
pub fn cast(
    roster: usize,
    honest: Strategy,
    deviant: Strategy,
    n: usize,
    rng: &mut impl Rng,
) -> Vec<Strategy> {
    let mut cast = vec![honest; roster];
    cast[roster - n..].fill(deviant);
    let first = usize::from(matches!(deviant.on_known, Act::Copy(_))).min(roster);
    cast[first..].shuffle(rng);
    cast
}
