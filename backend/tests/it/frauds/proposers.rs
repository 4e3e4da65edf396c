//! Payouts that are not what the labels give.
use super::{
    court::{Court, EPOCH, LIAR, Lie, WATCHER},
    draft::{labeler, small_terms},
};
use alloy::primitives::{Address, U256, utils::parse_ether};
use backend::challenge::Verdict;
use protocol::{
    CampaignTerms,
    rewards::{PayoutLeaf, RawPay, openings::Payouts},
};
use testkit::account;

const ORDER: u8 = 1;
const RUNNING_TOTAL: u8 = 2;
const TOTAL: u8 = 3;
const CARRY_OVER: u8 = 4;
const MISSING_ACCOUNT: u8 = 5;
const LABEL_POSITION: u8 = 6;
const SCORE: u8 = 7;
const PAYOUTS_UNOPENED: u8 = 8;

fn pol(amount: &str) -> U256 {
    parse_ether(amount).unwrap()
}

/// The lie is proved as `fraud`, from published leaves and from leaves shown one by one, and half of the bond is the reward.
async fn is_proved(fraud: u8, lie: impl Fn(&mut Lie)) {
    is_proved_in(Court::honest().await, fraud, lie).await;
}

async fn is_proved_in(mut court: Court, fraud: u8, lie: impl Fn(&mut Lie)) {
    let before = court.balance(WATCHER).await;
    let said = court.propose(&lie).await;
    let (verdict, n_answers) = court.watch_and_answer(Some(&said)).await;
    assert_eq!(verdict, Verdict::Proved);
    let depth = protocol::merkle::depth(said.leaves.len() as u64);
    assert!(n_answers <= depth + 2, "{n_answers}");
    let cost = pol("100") * U256::from(n_answers);
    assert!(court.balance(WATCHER).await + cost >= before + pol("500"));
    // The next proposer publishes its leaves, so that nothing has to be asked.
    court.propose_openly(&lie).await;
    assert_eq!(court.watch().await, Verdict::Proved);
    let proved = court.proved().await;
    assert_eq!(proved.len(), 2);
    assert_eq!(proved[1], (fraud, WATCHER.address()));
    // Asked one by one, a lie may show at another place first.
    assert!(proved[0].0 < PAYOUTS_UNOPENED);
    let (free, reserved) = bond(&court, LIAR.address()).await;
    assert!(reserved.is_zero() && free <= pol("3000"), "{free} {reserved}");
}

async fn bond(court: &Court, account: Address) -> (U256, U256) {
    let call = bindings::LabelEpochs::bondOfCall { account };
    let bond = court.chain.call(court.chain.deployment().contracts.label_epochs, &call).await;
    (bond.free, bond.reserved)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_labels_give_is_challenged_by_nobody() {
    let court = Court::honest().await;
    court.propose(|_| {}).await;
    assert_eq!(court.look().await, []);
    assert_eq!(court.watch().await, Verdict::Right);
    assert_eq!(court.proved().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accomplice_who_did_nothing_cannot_be_paid() {
    is_proved(CARRY_OVER, |lie| {
        let raw_pay = RawPay { position: 0, raw: U256::ZERO, running_raw: U256::ZERO };
        let account = Address::repeat_byte(0x55);
        lie.leaves.push(PayoutLeaf { account, cumulative: pol("10"), running_total: U256::ZERO, raw_pay });
        lie.leaves.sort_by_key(|leaf| leaf.account);
        lie.add_up();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_carry_over_is_disproved() {
    is_proved(CARRY_OVER, |lie| {
        lie.of(labeler(4)).cumulative += pol("1");
        lie.add_up();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_running_total_is_disproved() {
    is_proved(RUNNING_TOTAL, |lie| lie.leaves[3].running_total += U256::from(1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_total_is_disproved() {
    is_proved(TOTAL, |lie| lie.total_cumulative += pol("7")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_out_of_order_are_disproved() {
    is_proved(ORDER, |lie| {
        lie.leaves.swap(2, 3);
        lie.add_up();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_with_two_leaves_is_disproved() {
    is_proved(ORDER, |lie| {
        lie.leaves.insert(2, lie.leaves[1]);
        lie.add_up();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earner_of_the_past_who_is_left_out_is_disproved() {
    // The contract refuses sums below those of the epoch before, so this one pays more than anybody earned there.
    let (base_pay, alpha_pay) = (20_000_000_000_000_000_000, 30_000_000_000_000_000_000);
    let terms = CampaignTerms { base_pay, alpha_pay, ..small_terms() };
    is_proved_in(Court::with(terms, |_| {}).await, MISSING_ACCOUNT, |lie| {
        lie.leaves.retain(|leaf| leaf.account != labeler(4));
        lie.add_up();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_labeler_who_is_left_out_is_disproved() {
    is_proved(MISSING_ACCOUNT, |lie| {
        lie.leaves.retain(|leaf| leaf.account != labeler(5));
        lie.add_up();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_label_position_of_somebody_else_is_disproved() {
    is_proved(LABEL_POSITION, |lie| {
        let (mine, theirs) = (lie.of(labeler(0)).raw_pay.position, lie.of(labeler(2)).raw_pay.position);
        lie.of(labeler(0)).raw_pay.position = theirs;
        lie.of(labeler(2)).raw_pay.position = mine;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pay_for_labels_that_are_not_in_the_labels_root_is_disproved() {
    is_proved(LABEL_POSITION, |lie| {
        let leaf = lie.of(labeler(4));
        (leaf.raw_pay.position, leaf.raw_pay.raw) = (1 + 32 * 9, pol("20"));
        leaf.cumulative += pol("20");
        lie.add_up();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_score_is_disproved() {
    is_proved(SCORE, |lie| {
        let leaf = lie.of(labeler(3));
        leaf.raw_pay.raw += pol("10");
        leaf.cumulative += pol("10");
        lie.add_up();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_gold_factor_is_disproved() {
    is_proved(SCORE, |lie| {
        // Labeler 1 had one of two gold tasks wrong, and is paid as if it had them right.
        let leaf = lie.of(labeler(1));
        assert_eq!(leaf.raw_pay.raw, U256::ZERO);
        leaf.raw_pay.raw += pol("40");
        leaf.cumulative += pol("40");
        lie.add_up();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_payouts_that_are_never_shown_are_disproved_by_their_absence() {
    let court = Court::honest().await;
    court
        .propose(|lie| {
            lie.of(labeler(0)).cumulative += pol("1");
            lie.add_up();
        })
        .await;
    assert_eq!(court.watch().await, Verdict::Waiting);
    assert_eq!(court.watch().await, Verdict::Waiting);
    court.chain.warp(21).await;
    let before = court.balance(WATCHER).await;
    assert_eq!(court.watch().await, Verdict::Proved);
    assert!(court.balance(WATCHER).await >= before + pol("500"));
    assert_eq!(court.proved().await, [(PAYOUTS_UNOPENED, WATCHER.address())]);
    // The bond of the demand is free again.
    assert_eq!(bond(&court, WATCHER.address()).await, (pol("5000"), U256::ZERO));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_demands_a_leaf_of_the_right_payouts_pays_whoever_shows_it() {
    let court = Court::honest().await;
    let said = court.propose(|_| {}).await;
    super::court::lock(
        &court.chain,
        account::labeler(20),
        court.chain.deployment().contracts.label_epochs,
        "100",
    )
    .await;
    let demand = court.reader.demand_opening(EPOCH, backend::chain::DemandedTree::Payouts, 2);
    court.chain.send_raw(account::labeler(20), demand.to, demand.data).await.unwrap();
    let before = court.balance(WATCHER).await;
    assert_eq!(court.watch().await, Verdict::Proved);
    assert_eq!(court.balance(WATCHER).await, before + pol("50"));
    let on_chain = court.epoch().await;
    assert_eq!(on_chain.challenger, None);
    assert_eq!(on_chain.payouts_root, Payouts::new(said.leaves).tree().root());
    assert_eq!(court.watch().await, Verdict::Right);
}
