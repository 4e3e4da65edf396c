//! What the answers to a task say to a trainer: one function for who writes a dataset and who checks it.
use alloy::primitives::{Address, B256};
use label_quality::preferences::{Answer, soft_labels};
use protocol::{Choice, manifest::SoftLabel};
use std::collections::BTreeMap;

/// A task on which the answers take a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Whether completion A is probably better, else B.
    pub a_is_better: bool,
    /// Half votes for the better and for the other completion: a win counts 2, a tie 1 for each side.
    pub votes: (u32, u32),
    pub soft: SoftLabel,
}

/// Verdicts by task; the order of the answers does not matter. Skips are no answers, and a task without a probable side is
/// left out.
pub fn verdicts(answers: impl IntoIterator<Item = (B256, Address, Choice)>) -> BTreeMap<B256, Verdict> {
    let rows = rows(answers);
    let mut votes: BTreeMap<B256, (u32, u32)> = BTreeMap::new();
    for (task_id, _, answer) in &rows {
        let (a, b) = votes.entry(*task_id).or_default();
        match answer {
            Answer::A => *a += 2,
            Answer::B => *b += 2,
            Answer::Tie => (*a, *b) = (*a + 1, *b + 1),
        }
    }
    soft_labels(&rows)
        .into_iter()
        .filter(|soft| soft.weight_bps > 0)
        .map(|soft| {
            let (a, b) = votes[&soft.task];
            let a_is_better = soft.a_bps > 5_000;
            let verdict = Verdict {
                a_is_better,
                votes: if a_is_better { (a, b) } else { (b, a) },
                soft: SoftLabel {
                    probability_bps: soft.a_bps.max(10_000 - soft.a_bps),
                    weight_bps: soft.weight_bps,
                },
            };
            (soft.task, verdict)
        })
        .collect()
}

/// The answers without the skips.
pub fn rows(answers: impl IntoIterator<Item = (B256, Address, Choice)>) -> Vec<(B256, Address, Answer)> {
    let row = |(task_id, labeler, choice)| match choice {
        Choice::A => Some((task_id, labeler, Answer::A)),
        Choice::B => Some((task_id, labeler, Answer::B)),
        Choice::Tie => Some((task_id, labeler, Answer::Tie)),
        Choice::Skip => None,
    };
    answers.into_iter().filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(task: u8, choices: &[Choice]) -> Vec<(B256, Address, Choice)> {
        let answer = |(labeler, choice): (usize, &Choice)| {
            (B256::repeat_byte(task), Address::repeat_byte(labeler as u8), *choice)
        };
        choices.iter().enumerate().map(answer).collect()
    }

    #[test]
    fn the_better_side_is_chosen_and_a_task_without_one_left_out() {
        let found = verdicts(
            [
                answers(1, &[Choice::B, Choice::Tie, Choice::Skip, Choice::B]),
                answers(
                    2,
                    &[Choice::Skip, Choice::Skip, Choice::Skip, Choice::Skip, Choice::Tie, Choice::Tie],
                ),
                answers(3, &[Choice::Skip]),
            ]
            .concat(),
        );
        assert_eq!(found.keys().collect::<Vec<_>>(), [&B256::repeat_byte(1)]);
        let verdict = found[&B256::repeat_byte(1)];
        assert!(!verdict.a_is_better && verdict.soft.probability_bps > 8_000, "{verdict:?}");
        assert_eq!(verdict.votes, (5, 1));
    }

    #[test]
    fn labelers_who_are_usually_right_outvote_those_who_are_not() {
        // 20 tasks on which labelers 0 to 2 agree and 3 and 4 answer at random, then one with 0 and 1 against 2, 3 and 4.
        let (a, b) = (Choice::A, Choice::B);
        let mut all = Vec::new();
        for task in 0..20u8 {
            let coin = |k: u8| if (task / k).is_multiple_of(2) { a } else { b };
            let truth = coin(1);
            all.extend(answers(task, &[truth, truth, truth, coin(2), coin(4)]));
        }
        all.extend(answers(99, &[a, a, Choice::Skip, b, b]));
        let verdict = verdicts(all)[&B256::repeat_byte(99)];
        assert!(verdict.a_is_better && verdict.soft.weight_bps > 5_000, "{verdict:?}");
        assert_eq!(verdict.votes, (4, 4));
    }
}
