//! Checking a bundle while it is read finds what checking a whole one finds.

mod example;
mod random;
#[path = "../src/test_keys.rs"]
mod test_keys;

use alloy_primitives::{B256, keccak256};
use example::{SECRET, SLOTS, example, sign_answers};
use protocol::{
    Choice, EpochTerms,
    labels::{
        Audit, AuditError, Audited, Bundle, BundleError, BundleReader, InvalidBundle, Record, gold_blocks,
        gold_tree,
    },
};
use random::Rng;

fn audit(
    bytes: &[u8],
    terms: &EpochTerms,
    secret: Option<B256>,
    threads: usize,
) -> Result<Audited, AuditError> {
    let reader = BundleReader::open(bytes, keccak256(bytes))?;
    Audit { terms, secret, threads }.read(reader, |_| ())
}

#[test]
fn what_is_kept_is_what_the_whole_bundle_says() {
    for n in [0, 1, 5, 40] {
        let (terms, bundle) = example(n);
        let (bytes, hash) = bundle.to_bytes();
        for threads in [0, 3] {
            for secret in [None, Some(SECRET)] {
                let (mut sessions, mut gold, mut seats, mut answers) = (vec![], vec![], vec![], vec![]);
                let audited = Audit { terms: &terms, secret, threads }
                    .read(BundleReader::open(bytes.as_slice(), hash).unwrap(), |record| match record {
                        Record::Session(session) => sessions.push(session),
                        Record::Gold(seat) => gold.push(seat),
                        Record::Seat(seat) => {
                            let (seat, mut own) = seat.split().unwrap();
                            seats.push(seat);
                            answers.append(&mut own);
                        }
                    })
                    .unwrap();
                assert_eq!(audited.n_answers, u64::from(n) * SLOTS as u64);
                assert_eq!((audited.words, audited.gold), (bundle.label_words(), bundle.gold_words()));
                let expiry = bundle.sessions.iter().map(|s| (s.expires_at, s.session_key)).min();
                assert_eq!(audited.first_expiry, expiry);
                let seen = Bundle { sessions, gold, seats, preferences: answers, ..bundle.clone() };
                assert_eq!(seen, bundle, "every record, in the order of the file");
            }
        }
    }
}

#[test]
fn the_key_that_expires_first_and_the_contract_wallets_are_kept() {
    let (terms, mut bundle) = example(3);
    bundle.sessions[1].verified_block = Some(7);
    bundle.sessions[1].expires_at -= 1;
    let audited = audit(&bundle.to_bytes().0, &terms, None, 2).unwrap();
    assert_eq!(audited.contract_sessions, [bundle.sessions[1].clone()]);
    assert_eq!(audited.first_expiry, Some((1_999_999_999, bundle.sessions[1].session_key)));
}

/// Seat 33 of 40 comes in a later part than the first seats do.
#[test]
fn every_tampering_that_a_file_can_hold_is_found() {
    let found = |mutate: fn(&mut Bundle, &mut EpochTerms)| {
        let (mut terms, mut bundle) = example(40);
        mutate(&mut bundle, &mut terms);
        let bytes = bundle.to_bytes().0;
        let errors = [1, 3].map(|threads| match audit(&bytes, &terms, Some(SECRET), threads) {
            Err(AuditError::Invalid(error)) => error,
            other => panic!("{other:?}"),
        });
        assert_eq!(errors[0], errors[1], "whatever the number of threads");
        let whole = bundle.validate(&terms).and_then(|()| bundle.check_assignment(&terms, SECRET));
        assert!(
            whole.is_err(),
            "checking the whole bundle finds nothing, checking the stream says {}",
            errors[0]
        );
        errors[0].clone()
    };
    use InvalidBundle as E;
    assert!(matches!(found(|b, _| b.sessions.swap(0, 1)), E::Order { list: "sessions", position: 1 }));
    assert!(matches!(found(|b, _| b.gold.swap(4, 5)), E::Order { list: "gold", position: 5 }));
    assert!(matches!(found(|b, _| b.gold[1].answers.swap(0, 1)), E::Order { list: "gold.answers", .. }));
    assert!(matches!(found(|b, _| b.gold[33].answers[0].choice = Choice::A), E::GoldRoot { .. }));
    assert!(matches!(found(|b, _| drop(b.gold.pop())), E::GoldRoot { .. }));
    assert!(matches!(found(|b, _| b.sessions[9].scope = "vote".into()), E::Scope(_)));
    assert!(matches!(found(|b, _| b.sessions[9].expires_at += 1), E::Authorization { .. }));
    let gold = |mutate| match found(mutate) {
        E::GoldSeat { problem, .. } => problem,
        other => panic!("{other}"),
    };
    assert_eq!(gold(|b, _| b.gold[5].answers[0].choice = Choice::Tie), "an answer is neither A nor B");
    assert_eq!(
        gold(|b, _| b.gold[5].answers.truncate(1)),
        "it has another number of answers than the terms say"
    );
    assert_eq!(gold(|b, _| b.gold[40].seat = 32), "its number is too high");
    assert_eq!(
        gold(|b, _| b.gold[5].answers[0].task_id = b.gold[33].answers[1].task_id),
        "a task is the gold of another slot already"
    );
    assert_eq!(
        gold(|b, _| {
            let other =
                (0..=255).find(|slot| b.gold[5].answers.iter().all(|gold| gold.slot != *slot)).unwrap();
            b.gold[5].answers[0].slot = other;
            b.gold[5].answers.sort_by_key(|gold| gold.slot);
        }),
        "the slots are not those of the secret"
    );
    let seat = |mutate| match found(mutate) {
        E::Seat { problem, block: 3, seat: 3 } => problem,
        other => panic!("{other}"),
    };
    assert_eq!(
        seat(|b, _| {
            b.preferences.retain(|p| (p.block, p.seat) != (3, 3));
            b.seats[33].task_ids.truncate(3);
        }),
        "the queue has another length than the terms say"
    );
    assert_eq!(
        seat(|b, _| {
            b.preferences.retain(|p| (p.block, p.seat) != (3, 3));
            b.seats[33].labeler = b.seats[0].labeler;
        }),
        "the labeler has another seat already"
    );
    assert_eq!(
        seat(|b, _| {
            let shared = (0..SLOTS).find(|&s| b.seats[33].task_ids[s] == b.seats[32].task_ids[s]).unwrap();
            reassigned(b, shared);
        }),
        "the overlap differs from the block's first seat"
    );
    assert_eq!(
        seat(|b, _| {
            let slot = b.gold[33].answers[1].slot;
            reassigned(b, slot.into());
        }),
        "a gold slot holds another task than was committed"
    );
    assert_eq!(
        seat(|b, terms| {
            b.gold.remove(33);
            terms.gold_root = gold_tree(&b.gold_words()).root();
            terms.gold_blocks = gold_blocks(&b.gold_words());
        }),
        "no gold was committed for it"
    );
    let answer = |mutate| match found(mutate) {
        E::Preference { problem, .. } => problem,
        other => panic!("{other}"),
    };
    assert_eq!(answer(|b, _| b.preferences[600].choice = Choice::Skip), "the session key did not sign it");
    assert_eq!(answer(|b, _| b.epoch += 1), "the session key did not sign it");
    assert_eq!(answer(|b, _| drop(b.sessions.remove(0))), "the session key is not the labeler's");
    let other_key =
        |b: &mut Bundle, _: &mut EpochTerms| b.preferences[600].session_key = b.sessions[0].session_key;
    assert_eq!(answer(other_key), "the session key is not the labeler's");
    assert!(matches!(found(|b, _| b.preferences[600].signature[64] = 0), E::Signature { .. }));
    let swapped = |b: &mut Bundle, _: &mut EpochTerms| {
        b.preferences.retain(|p| p.block != 3);
        b.seats.swap(32, 33);
    };
    assert!(matches!(found(swapped), E::Order { list: "seats", position: 33 }));
}

/// Give another task to slot of the fourth seat of the fourth block, and sign the answer to it.
fn reassigned(bundle: &mut Bundle, slot: usize) {
    bundle.seats[33].task_ids[slot] = B256::ZERO;
    bundle.preferences[33 * SLOTS + slot].task_id = B256::ZERO;
    sign_answers(bundle);
}

#[test]
fn a_seat_whose_answers_are_out_of_order_is_refused() {
    let (terms, bundle) = example(3);
    let text = String::from_utf8(bundle.to_bytes().0).unwrap();
    let changed = text.replacen("\"slot\":1}", "\"slot\":0}", 1);
    assert_ne!(changed, text);
    assert!(audit(changed.as_bytes(), &terms, None, 1).is_err());
    let last = text.rfind("\"slot\":15}").unwrap();
    let doubled = format!("{}\"slot\":14}}{}", &text[..last], &text[last + 10..]);
    match audit(doubled.as_bytes(), &terms, None, 1) {
        Err(AuditError::Invalid(InvalidBundle::Seat { problem, seat: 2, .. })) => {
            assert_eq!(problem, "its answers do not ascend by slot")
        }
        other => panic!("{other:?}"),
    }
}

/// Files that a hostile operator committed to: cut, bent, with lines moved. The stream is refused where the whole is.
#[test]
fn damaged_files_are_refused_by_both_ways_or_by_neither() {
    let (terms, bundle) = example(5);
    let (bytes, _) = bundle.to_bytes();
    let lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
    let mut rng = Rng::new(11);
    let (mut n_readable, mut n_same) = (0, 0);
    for _ in 0..300 {
        let mut damaged = bytes.clone();
        match rng.below(4) {
            0 => damaged.truncate(rng.below(bytes.len() as u64) as usize),
            1 => {
                let mut lines = lines.clone();
                let (a, b) = (rng.below(lines.len() as u64), rng.below(lines.len() as u64));
                lines.swap(a as usize, b as usize);
                damaged = lines.concat();
            }
            _ => {
                // Another digit: most of them are still a bundle of the right form.
                let at = rng.below(bytes.len() as u64) as usize;
                let digits: Vec<usize> = (0..bytes.len())
                    .map(|i| (at + i) % bytes.len())
                    .filter(|&i| bytes[i].is_ascii_digit())
                    .take(1)
                    .collect();
                damaged[digits[0]] = b'0' + rng.below(10) as u8;
            }
        }
        let whole = Bundle::from_bytes(&damaged, keccak256(&damaged));
        n_readable += usize::from(whole.is_ok());
        let is_right = whole.is_ok_and(|whole| {
            whole.validate(&terms).is_ok() && whole.check_assignment(&terms, SECRET).is_ok()
        });
        n_same += usize::from(is_right);
        let stream = audit(&damaged, &terms, Some(SECRET), 2);
        assert_eq!(stream.is_ok(), is_right, "{stream:?}");
    }
    assert!(n_readable > n_same + 50, "{n_readable} bundles can be read, {n_same} are right");
}

#[test]
fn another_file_than_the_committed_one_is_refused_at_its_end() {
    let (terms, bundle) = example(3);
    let bytes = bundle.to_bytes().0;
    let reader = BundleReader::open(bytes.as_slice(), B256::ZERO).unwrap();
    let result = Audit { terms: &terms, secret: None, threads: 2 }.read(reader, |_| ());
    assert!(matches!(result, Err(AuditError::Unreadable(BundleError::WrongHash { .. }))), "{result:?}");
    let cut = &bytes[..bytes.len() - 1];
    assert!(matches!(
        audit(cut, &terms, None, 2),
        Err(AuditError::Unreadable(BundleError::Truncated { line: 11 }))
    ));
    let header = |to: &str| String::from_utf8(bytes.clone()).unwrap().replacen("\"sessions\":3", to, 1);
    let result = audit(header("\"sessions\":18446744073709551615").as_bytes(), &terms, None, 2);
    assert!(matches!(result, Err(AuditError::Unreadable(BundleError::Line { line: 5, .. }))), "{result:?}");
}
