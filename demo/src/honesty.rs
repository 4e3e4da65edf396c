//! Simulated labelers of different honesty. Pure: taste and randomness are passed in.
use std::{cmp::Ordering, collections::HashMap};

use alloy::primitives::B256;
use protocol::Choice;
use rand::{Rng, RngCore};

/// How somebody labels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Honesty {
    /// Looks at every task and errs with probability `1 - accuracy`.
    Works {
        accuracy: f64,
    },
    /// Looks at a task with probability `effort`, else answers at random.
    Lazy {
        effort: f64,
    },
    Random,
    AlwaysA,
    /// Copies the answers of the labeler with this index wherever both have the same task, else answers at random.
    Copies {
        leader: usize,
    },
}

/// One simulated labeler; its dev account is `FIRST_ACCOUNT + position in CAST`.
pub struct Role {
    pub name: &'static str,
    pub honesty: Honesty,
}

/// Dev account index of the first labeler.
pub const FIRST_ACCOUNT: u32 = 10;

const CAREFUL: Honesty = Honesty::Works { accuracy: 0.97 };
const AVERAGE: Honesty = Honesty::Works { accuracy: 0.86 };

/// The twelve labelers of the story.
pub const CAST: [Role; 12] = [
    Role { name: "careful 1", honesty: CAREFUL },
    Role { name: "careful 2", honesty: CAREFUL },
    Role { name: "careful 3", honesty: CAREFUL },
    Role { name: "careful 4", honesty: CAREFUL },
    Role { name: "average 1", honesty: AVERAGE },
    Role { name: "average 2", honesty: AVERAGE },
    Role { name: "average 3", honesty: AVERAGE },
    Role { name: "average 4", honesty: AVERAGE },
    Role { name: "copies average 4", honesty: Honesty::Copies { leader: 7 } },
    Role { name: "lazy", honesty: Honesty::Lazy { effort: 0.5 } },
    Role { name: "random", honesty: Honesty::Random },
    Role { name: "always A", honesty: Honesty::AlwaysA },
];

impl Honesty {
    /// The answer to `task_id`, whose better completion is A when `truth` is `Greater`.
    ///
    /// `leader` holds what the copied labeler answered so far.
    pub fn answer(
        self,
        truth: Ordering,
        task_id: B256,
        leader: &HashMap<B256, Choice>,
        rng: &mut impl RngCore,
    ) -> Choice {
        match self {
            Self::Works { accuracy } => look(truth, accuracy, rng),
            Self::Lazy { effort } if rng.random_bool(effort) => look(truth, 0.86, rng),
            Self::Lazy { .. } | Self::Random => coin(rng),
            Self::AlwaysA => Choice::A,
            Self::Copies { .. } => leader.get(&task_id).copied().unwrap_or_else(|| coin(rng)),
        }
    }
}

fn coin(rng: &mut impl RngCore) -> Choice {
    if rng.random_bool(0.5) { Choice::A } else { Choice::B }
}

fn look(truth: Ordering, accuracy: f64, rng: &mut impl RngCore) -> Choice {
    let right = rng.random_bool(accuracy);
    match (truth, right) {
        (Ordering::Equal, _) => Choice::Tie,
        (Ordering::Greater, true) | (Ordering::Less, false) => Choice::A,
        _ => Choice::B,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn each_kind_answers_as_described() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
        let task = B256::repeat_byte(1);
        let leader = HashMap::from([(task, Choice::B)]);
        let mut right = |honesty: Honesty| {
            (0..1000)
                .filter(|_| honesty.answer(Ordering::Greater, task, &leader, &mut rng) == Choice::A)
                .count()
        };
        assert!((930..=1000).contains(&right(CAREFUL)));
        assert!((820..=900).contains(&right(AVERAGE)));
        assert!((620..=740).contains(&right(Honesty::Lazy { effort: 0.5 })));
        assert!((430..=570).contains(&right(Honesty::Random)));
        assert_eq!(right(Honesty::AlwaysA), 1000);
        assert_eq!(right(Honesty::Copies { leader: 7 }), 0);
    }
}
