//! Labels and gold that are not what people signed, or that nobody can see.
use super::{
    court::{Court, WATCHER},
    draft::{labeler, other, session, signed, stray},
};
use alloy::primitives::{B256, U256, utils::parse_ether};
use backend::chain::EpochStatus;
use backend::challenge::Verdict;
use protocol::labels::Seat;

const DUPLICATE_LABELER: u8 = 9;
const STRAY_BITS: u8 = 10;
const RECEIPT: u8 = 11;
const LABELS_UNOPENED: u8 = 12;
const GOLD_UNOPENED: u8 = 13;

/// The fraud is proved by the watcher: the epoch is void and half of the operator's bond the reward, less what answers cost.
async fn is_proved(court: &Court, fraud: u8, n_answers: usize, before: U256) {
    assert_eq!(court.proved().await, [(fraud, WATCHER.address())]);
    assert_eq!(court.epoch().await.status, EpochStatus::Voided);
    let cost = parse_ether("100").unwrap() * U256::from(n_answers);
    let reward = parse_ether("500").unwrap();
    assert!(court.balance(WATCHER).await + cost >= before + reward);
}

/// Labeler 0 in a second seat.
fn second_seat(draft: &mut super::draft::Draft) {
    draft.change(|bundle| {
        let task_ids: Vec<_> = (0..20).map(B256::repeat_byte).collect();
        bundle.preferences.push(signed(bundle, 0, 6, 3, task_ids[3], protocol::Choice::A));
        bundle.seats.push(Seat { block: 0, seat: 6, labeler: labeler(0), task_ids });
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_labeler_with_two_seats_is_disproved() {
    let court = Court::with_labels(second_seat).await;
    let before = court.balance(WATCHER).await;
    assert_eq!(court.watch().await, Verdict::Proved);
    is_proved(&court, DUPLICATE_LABELER, 0, before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_seat_that_was_committed_and_not_published_is_found_by_demands() {
    let court = Court::with_labels(|draft| {
        let honest = draft.bundle.clone();
        second_seat(draft);
        draft.bundle = honest;
    })
    .await;
    let before = court.balance(WATCHER).await;
    let (verdict, n_answers) = court.watch_and_answer(None).await;
    assert_eq!(verdict, Verdict::Proved);
    assert!((1..=6).contains(&n_answers), "{n_answers}");
    is_proved(&court, DUPLICATE_LABELER, n_answers, before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stray_bits_are_found_by_demands() {
    let court = Court::with_labels(|draft| draft.words[2] = stray(&draft.words[2])).await;
    let before = court.balance(WATCHER).await;
    let (verdict, n_answers) = court.watch_and_answer(None).await;
    assert_eq!(verdict, Verdict::Proved);
    is_proved(&court, STRAY_BITS, n_answers, before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipted_answer_that_was_altered_is_disproved() {
    let mut receipt = None;
    let mut court = Court::with_labels(|draft| {
        receipt = Some(draft.receipt(2, 7));
        draft.change(|bundle| {
            let at = bundle.preferences.iter().position(|p| (p.seat, p.slot) == (2, 7)).unwrap();
            let given = bundle.preferences[at].clone();
            bundle.preferences[at] = signed(bundle, 2, 2, 7, given.task_id, other(given.choice));
        });
    })
    .await;
    let before = court.balance(WATCHER).await;
    assert_eq!(court.watch().await, Verdict::Right);
    court.keep(&[receipt.unwrap()]);
    assert_eq!(court.watch().await, Verdict::Proved);
    is_proved(&court, RECEIPT, 0, before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipted_answer_that_was_left_out_is_disproved() {
    let mut receipts = vec![];
    let mut court = Court::with_labels(|draft| {
        receipts = vec![draft.receipt(1, 4), draft.receipt(3, 5)];
        draft.change(|bundle| {
            bundle.preferences.retain(|p| p.seat != 3);
            bundle.seats.retain(|seat| seat.seat != 3);
        });
    })
    .await;
    let before = court.balance(WATCHER).await;
    court.keep(&receipts);
    assert_eq!(court.watch().await, Verdict::Proved);
    is_proved(&court, RECEIPT, 0, before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_of_answers_that_are_there_prove_nothing() {
    let mut receipts = vec![];
    let mut court = Court::with_labels(|draft| {
        receipts = (0..20).map(|slot| draft.receipt(2, slot)).collect();
    })
    .await;
    court.keep(&receipts);
    assert_eq!(court.watch().await, Verdict::Right);
    assert_eq!(court.proved().await, []);
}

/// The contract does not know of session keys: only a vote can throw such labels away.
#[tokio::test(flavor = "multi_thread")]
async fn answers_by_a_session_key_that_expired_before_the_epoch_was_opened_are_reported() {
    let court = Court::with_labels(|draft| {
        draft.change(|bundle| {
            let key = session(bundle, 0, 1_700_000_000);
            let old = bundle.sessions.iter_mut().find(|session| session.labeler == labeler(0)).unwrap();
            *old = key;
        });
    })
    .await;
    assert_eq!(court.watch().await, Verdict::Vote);
    let [found] = court.look().await.try_into().unwrap();
    assert!(found.what.contains("expired at 1700000000, before the epoch was opened"), "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_that_nobody_can_see_are_disproved_by_their_absence() {
    let court = Court::with_labels(|draft| draft.bundle = None).await;
    let before = court.balance(WATCHER).await;
    // A server may be down for a while.
    assert_eq!(court.watch().await, Verdict::Waiting);
    assert_eq!(court.epoch().await.challenger, None);
    court.chain.warp(16).await;
    assert_eq!(court.watch().await, Verdict::Waiting);
    assert_eq!(court.epoch().await.challenger, Some(WATCHER.address()));
    court.chain.warp(21).await;
    assert_eq!(court.watch().await, Verdict::Proved);
    is_proved(&court, LABELS_UNOPENED, 0, before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn gold_that_was_committed_and_not_published_is_disproved_by_its_absence() {
    let court = Court::with_labels(|draft| draft.gold[2].answers ^= U256::from(1)).await;
    let before = court.balance(WATCHER).await;
    assert_eq!(court.watch().await, Verdict::Waiting);
    court.chain.warp(21).await;
    assert_eq!(court.watch().await, Verdict::Proved);
    is_proved(&court, GOLD_UNOPENED, 0, before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn gold_that_is_shown_on_demand_is_paid_by() {
    let court = Court::with_labels(|draft| draft.gold[2].answers ^= U256::from(1)).await;
    // What the bundle says about gold is wrong, but what was committed is known now: payouts by it are right.
    court.propose(|_| {}).await;
    let (verdict, n_answers) = court.watch_and_answer(None).await;
    assert_eq!(verdict, Verdict::Vote);
    assert!((1..=6).contains(&n_answers), "{n_answers}");
    assert_eq!(court.proved().await, []);
}
