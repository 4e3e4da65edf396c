//! Labelers who sign two answers, or who do not look at their tasks.
use super::{
    court::{Court, EPOCH, WATCHER},
    draft::{labeler, other, signed, small_terms},
};
use alloy::primitives::{U256, utils::parse_ether};
use backend::challenge::Verdict;
use bindings::StakingPool;
use protocol::CampaignTerms;

/// Stake of a labeler, in wei.
async fn stake(court: &Court, i: u32) -> U256 {
    let call = StakingPool::stakeOfCall { account: labeler(i) };
    U256::from(court.chain.call(court.chain.deployment().contracts.staking_pool, &call).await.active)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_answers_to_one_slot_cost_stake() {
    let mut second = None;
    let mut court = Court::with_labels(|draft| second = Some(draft.second_answer(3, 6))).await;
    let staked = stake(&court, 3).await;
    court.keep(&[second.unwrap()]);
    // The operator receipted both, and the labels can hold one only: that is its fraud, and the labeler's is slashed first
    // or after it.
    let reward = court.balance(WATCHER).await;
    assert_eq!(court.watch().await, Verdict::Proved);
    assert!(court.reader.is_slashed(EPOCH, labeler(3)).await.unwrap());
    assert_eq!(staked - stake(&court, 3).await, parse_ether("50").unwrap());
    assert!(court.balance(WATCHER).await > reward);
    // Once.
    assert_eq!(court.look().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn gold_that_nobody_who_tries_gets_so_wrong_costs_stake() {
    let terms = CampaignTerms { block_slots: 40, gold_slots: 20, ..small_terms() };
    let court = Court::with(terms, |draft| {
        let gold = draft.bundle.as_ref().unwrap().gold[2].clone();
        draft.change(|bundle| {
            for known in &gold.answers {
                let at = bundle.preferences.iter().position(|p| (p.seat, p.slot) == (2, known.slot)).unwrap();
                bundle.preferences[at] = signed(bundle, 2, 2, known.slot, known.task_id, other(known.choice));
            }
        });
    })
    .await;
    let staked = stake(&court, 2).await;
    assert_eq!(court.watch().await, Verdict::Proved);
    assert_eq!(staked - stake(&court, 2).await, parse_ether("50").unwrap());
    assert_eq!(court.watch().await, Verdict::Right);
    assert_eq!(court.proved().await, []);
}
