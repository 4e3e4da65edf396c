//! Transactions against a real Postgres, without a chain.

use super::*;
use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolEvent,
};
use bindings::{GovernanceToken, RewardDistributor, StakingPool};
use chrono::DateTime;
use proptest::prelude::*;
use sqlx::AssertSqlSafe;
use storage::chain::{PROJECTIONS, Position, accounts, quarantine};

fn block(number: u64) -> Block {
    let hash = B256::with_last_byte(u8::try_from(number).unwrap());
    let parent_hash = B256::with_last_byte(u8::try_from(number.saturating_sub(1)).unwrap());
    Block { number, hash, parent_hash, mined_at: DateTime::UNIX_EPOCH, verified: Verified::Not }
}

fn log(log_index: u32, address: Address, event: &impl SolEvent) -> Log {
    let data = event.encode_log_data();
    Log {
        position: Position { block_number: 1, log_index },
        tx_hash: B256::ZERO,
        address,
        topics: data.topics().to_vec(),
        data: data.data.to_vec(),
        mined_at: DateTime::UNIX_EPOCH,
    }
}

fn contracts() -> Contracts {
    let address = Address::with_last_byte;
    Contracts {
        governance_token: address(1),
        timelock: address(2),
        access_manager: address(3),
        governor: address(4),
        staking_pool: address(5),
        label_epochs: address(6),
        reward_distributor: address(7),
        model_registry: address(8),
        dataset_registry: address(9),
        epoch_referee: address(10),
        optimistic_governor: address(11),
    }
}

fn start() -> Cursor {
    Cursor {
        chain_id: 31337,
        genesis_hash: B256::ZERO,
        deployment_hash: B256::ZERO,
        block_number: 0,
        block_hash: block(0).hash,
        marks: Marks::default(),
        journal_block: 0,
        violated_block: None,
    }
}

#[tokio::test]
async fn events_that_cannot_be_decoded_or_applied_are_set_aside_and_the_others_count() {
    let db = testkit::TestDb::new().await;
    let writer = Writer { pool: db.pool.clone(), contracts: contracts(), projects: true, fail_point: None };
    let start = start();
    assert!(writer.begin_at(&start, &block(0)).await.unwrap());
    assert!(!writer.begin_at(&start, &block(0)).await.unwrap());

    let holder = Address::repeat_byte(0xaa);
    let mint = bindings::GovernanceToken::Transfer { from: Address::ZERO, to: holder, value: U256::from(7) };
    let vote = bindings::ProtocolGovernor::VoteCast {
        voter: holder,
        proposalId: U256::from(1),
        support: 1,
        weight: U256::from(7),
        reason: "of a proposal that nobody made".into(),
    };
    let logs = vec![
        log(0, contracts().governor, &mint),
        log(1, contracts().governor, &vote),
        log(2, contracts().governance_token, &mint),
    ];
    let batch = Batch { blocks: vec![block(1)], logs, marks: Marks::default(), hot: true };
    assert!(writer.extend(&start, &batch).await.unwrap());

    let mut conn = db.pool.acquire().await.unwrap();
    let set_aside = quarantine::list(&mut conn).await.unwrap();
    assert_eq!(set_aside.iter().map(|q| q.position.log_index).collect::<Vec<_>>(), [0, 1]);
    let account = accounts::find(&mut conn, holder).await.unwrap().unwrap();
    assert_eq!(account.balance, U256::from(7));

    // The cursor has moved, so a writer that still believes in the old one changes nothing.
    let late = Batch { blocks: vec![block(1)], logs: vec![], marks: Marks::default(), hot: true };
    assert!(!writer.extend(&start, &late).await.unwrap());
    assert!(!writer.unwind(&start, &block(0)).await.unwrap());
    assert_eq!(cursor::get(&mut conn).await.unwrap().unwrap().block_number, 1);
}

/// Logs of one block with every number of topics, some without data.
fn many(n: u32, number: u64) -> Vec<Log> {
    let log = |log_index: u32| Log {
        position: Position { block_number: number, log_index },
        tx_hash: B256::from(U256::from(log_index)),
        address: contracts().governance_token,
        topics: vec![B256::repeat_byte(5); log_index as usize % 5],
        data: vec![1; log_index as usize % 3],
        mined_at: DateTime::UNIX_EPOCH,
    };
    (0..n).map(log).collect()
}

#[tokio::test]
async fn few_and_many_logs_are_stored_alike_and_one_that_differs_is_found() {
    let db = testkit::TestDb::new().await;
    let writer = Writer { pool: db.pool.clone(), contracts: contracts(), projects: false, fail_point: None };
    assert!(writer.begin_at(&start(), &block(0)).await.unwrap());
    // The first is copied, the second is inserted, the third has none.
    let stored = [many(3500, 1), many(7, 2), vec![]];
    for (number, logs) in (1..).zip(&stored) {
        let cursor = cursor::get(&mut writer.pool.acquire().await.unwrap()).await.unwrap().unwrap();
        let blocks = vec![block(number)];
        let batch = Batch { blocks, logs: logs.clone(), marks: Marks::default(), hot: true };
        assert!(writer.extend(&cursor, &batch).await.unwrap());
    }
    let read = logs::list_of_blocks(&mut writer.pool.acquire().await.unwrap(), &[1, 2, 3]).await.unwrap();
    assert_eq!(read, stored);

    let differing = async |proved: [Vec<Log>; 3]| {
        let proofs = proved.map(|logs| (logs, Verified::Receipts)).to_vec();
        let checked = writer.compare([1, 2, 3].map(block).to_vec(), proofs).await.unwrap();
        checked.iter().map(|checked| checked.correct.is_some()).collect::<Vec<_>>()
    };
    assert_eq!(differing(stored.clone()).await, [false; 3]);
    let mut other_data = stored.clone();
    other_data[0][3499].data.push(1);
    assert_eq!(differing(other_data).await, [true, false, false]);
    let mut one_less = stored.clone();
    one_less[1].pop();
    assert_eq!(differing(one_less).await, [false, true, false]);
    let mut one_more = stored.clone();
    one_more[2] = many(1, 3);
    assert_eq!(differing(one_more).await, [false, false, true]);
    let mut swapped = stored.clone();
    swapped[1][2].tx_hash = swapped[1][3].tx_hash;
    assert_eq!(differing(swapped).await, [false, true, false]);
}

/// What happens between two looks at the tables.
#[derive(Clone, Debug)]
enum Act {
    /// Blocks near the head, with their events' seeds.
    Extend(Vec<Vec<u16>>),
    /// Old blocks, which are not journaled.
    Backfill(Vec<Vec<u16>>),
    /// Go back so many blocks.
    Fork(u8),
    /// All but so many blocks are final.
    Finalize(u8),
    /// The same batch once more, from a writer that did not notice that it was written.
    Duplicate,
    /// A batch that does not follow the cursor.
    Gap,
}

fn act() -> impl Strategy<Value = Act> {
    let blocks = || prop::collection::vec(prop::collection::vec(any::<u16>(), 0..6), 1..5);
    prop_oneof![
        5 => blocks().prop_map(Act::Extend),
        1 => blocks().prop_map(Act::Backfill),
        4 => (1..9_u8).prop_map(Act::Fork),
        2 => (0..9_u8).prop_map(Act::Finalize),
        1 => Just(Act::Duplicate),
        1 => Just(Act::Gap),
    ]
}

/// An event of few accounts, so that rows are changed, made and removed again and again; some are of no ABI. Nobody
/// spends what it never got: no token says so.
fn event(seed: u16, log_index: u32) -> Log {
    let account = |n: u16| Address::repeat_byte(u8::try_from(n % 5).unwrap() + 1);
    let (a, b, amount) = (account(seed), account(seed / 5), U256::from(seed) + U256::from(1_000_000));
    let c = contracts();
    if seed.is_multiple_of(11) && seed > 0 {
        let from = GovernanceToken::Transfer { from: a, to: b, value: amount };
        return log(log_index, c.governor, &from);
    }
    match seed % 7 {
        0 => log(
            log_index,
            c.governance_token,
            &GovernanceToken::Transfer { from: Address::ZERO, to: a, value: amount },
        ),
        1 => log(
            log_index,
            c.governance_token,
            &GovernanceToken::Transfer { from: a, to: b, value: U256::from(3) },
        ),
        2 => log(
            log_index,
            c.governance_token,
            &GovernanceToken::DelegateChanged { delegator: a, fromDelegate: b, toDelegate: b },
        ),
        3 => log(log_index, c.staking_pool, &StakingPool::Staked { account: a, amount, active: amount }),
        4 => {
            let available = alloy::primitives::aliases::U48::from(seed);
            let thaw = StakingPool::UnstakeRequested {
                account: a,
                amount,
                active: amount,
                thawing: amount,
                availableAt: available,
            };
            log(log_index, c.staking_pool, &thaw)
        }
        5 => log(log_index, c.staking_pool, &StakingPool::Withdrawn { account: a, amount, active: amount }),
        _ => {
            let claim = RewardDistributor::Claimed { account: a, recipient: b, amount, totalClaimed: amount };
            log(log_index, c.reward_distributor, &claim)
        }
    }
}

/// The blocks that follow a cursor; a salt makes each branch's hashes its own.
fn batch(from: &Cursor, seeds: &[Vec<u16>], salt: u64, hot: bool) -> Batch {
    let (mut blocks, mut logs, mut parent) = (vec![], vec![], from.block_hash);
    for (number, seeds) in (from.block_number + 1..).zip(seeds) {
        let hash = alloy::primitives::keccak256([parent.as_slice(), &salt.to_be_bytes()].concat());
        blocks.push(Block { hash, parent_hash: parent, ..block(0) });
        blocks.last_mut().unwrap().number = number;
        for (index, seed) in (0..).zip(seeds) {
            let mut log = event(*seed, index);
            log.position.block_number = number;
            logs.push(log);
        }
        parent = hash;
    }
    let finalized = if hot { 0 } else { blocks.last().unwrap().number };
    Batch { blocks, logs, marks: Marks { safe: finalized, finalized }, hot }
}

/// All rows of all tables, a line a table.
async fn dump(pool: &PgPool) -> Vec<String> {
    let rows = |table| {
        format!(
            "select '{table}: ' || coalesce(jsonb_agg(to_jsonb(t) order by to_jsonb(t)::text)::text, '[]') from chain.{table} t"
        )
    };
    let all = AssertSqlSafe(PROJECTIONS.map(rows).join(" union all "));
    sqlx::query_scalar(all).fetch_all(pool).await.unwrap()
}

async fn take_part(writer: &Writer, model: &mut Vec<(Block, Vec<Log>)>, salt: u64, act: &Act) {
    let cursor = cursor::get(&mut writer.pool.acquire().await.unwrap()).await.unwrap().unwrap();
    match act {
        Act::Extend(seeds) | Act::Backfill(seeds) => {
            let batch = batch(&cursor, seeds, salt, matches!(act, Act::Extend(_)));
            assert!(writer.extend(&cursor, &batch).await.unwrap());
            for block in batch.blocks {
                let of_block = |log: &&Log| log.position.block_number == block.number;
                model.push((block.clone(), batch.logs.iter().filter(of_block).cloned().collect()));
            }
        }
        Act::Fork(depth) => {
            let to = model.len().saturating_sub(usize::from(*depth)).max(2) - 1;
            model.truncate(to + 1);
            assert!(writer.unwind(&cursor, &model[to].0).await.unwrap());
        }
        Act::Finalize(above) => {
            let finalized = cursor.block_number.saturating_sub(u64::from(*above));
            assert!(writer.finalize(&cursor, Marks { safe: finalized, finalized }).await.unwrap());
        }
        Act::Duplicate | Act::Gap => {
            let mut elsewhere = cursor.clone();
            elsewhere.block_hash = B256::with_last_byte(77);
            if matches!(act, Act::Gap) {
                elsewhere.block_number += 3;
            }
            let stray = batch(&elsewhere, &[vec![7, 3]], salt, true);
            assert!(!writer.extend(&elsewhere, &stray).await.unwrap());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sequence_of_batches_forks_and_strays_leaves_what_a_fresh_replay_leaves() {
    let db = testkit::TestDb::new().await;
    let writer = Writer { pool: db.pool.clone(), contracts: contracts(), projects: true, fail_point: None };
    let runtime = tokio::runtime::Handle::current();
    let tried = tokio::task::spawn_blocking(move || {
        proptest!(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() },
            |(acts in prop::collection::vec(act(), 1..16))| {
            runtime.block_on(async {
                writer.reset().await.unwrap();
                assert!(writer.begin_at(&start(), &block(0)).await.unwrap());
                let mut model = vec![(block(0), vec![])];
                // Everybody is given something, in a block that stays.
                take_part(&writer, &mut model, 0, &Act::Extend(vec![vec![0, 7, 14, 21, 28]])).await;
                for (salt, act) in (1..).zip(&acts) {
                    take_part(&writer, &mut model, salt, act).await;
                }
                let conn = &mut *writer.pool.acquire().await.unwrap();
                let cursor = cursor::get(conn).await.unwrap().unwrap();
                let (last, _) = model.last().unwrap();
                assert_eq!((cursor.block_number, cursor.block_hash), (last.number, last.hash));
                let stored = logs::list_after(conn, None, 10_000).await.unwrap();
                let expected: Vec<Log> = model.into_iter().flat_map(|(_, logs)| logs).collect();
                assert_eq!(stored, expected);
                let before = dump(&writer.pool).await;
                writer.rebuild().await.unwrap();
                assert_eq!(before, dump(&writer.pool).await);
            });
        });
    });
    tried.await.unwrap();
}
