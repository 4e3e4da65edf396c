//! What a bundle of signed labels must hold to be believed.

mod example;
mod random;
#[path = "../src/test_keys.rs"]
mod test_keys;

use alloy_primitives::{B256, keccak256};
use example::{SECRET, SLOTS, example};
use protocol::{
    Choice, Seat,
    eip712::SignatureBytes,
    labels::{
        Bundle, BundleError, BundlePreference, BundleReader, GoldAnswer, GoldSeat, InvalidBundle,
        MAX_LINE_BYTES, Record, Session,
    },
};
use random::Rng;

#[test]
fn an_honest_bundle_survives_its_file_and_every_check() {
    let (terms, bundle) = example(3);
    let (bytes, hash) = bundle.to_bytes();
    let read = Bundle::from_bytes(&bytes, hash).unwrap();
    assert_eq!(read, bundle);
    assert_eq!(read.validate(&terms), Ok(()));
    assert_eq!(read.check_assignment(&terms, SECRET), Ok(()));
    let words = read.label_words();
    assert_eq!(words.len(), 3);
    assert!(words.iter().all(|word| word.valid.count_ones() == SLOTS / 2));
}

#[test]
fn another_file_than_the_committed_one_is_refused() {
    let (_, bundle) = example(3);
    let (mut bytes, hash) = bundle.to_bytes();
    bytes.push(b'\n');
    assert!(matches!(Bundle::from_bytes(&bytes, hash), Err(BundleError::WrongHash { .. })));
    let read = |bytes: &[u8]| {
        let mut reader = BundleReader::open(bytes, hash).unwrap();
        loop {
            match reader.read() {
                Ok(Some(_)) => {}
                Ok(None) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    };
    bytes.pop();
    assert!(read(&bytes).is_ok());
    let answer = bytes.windows(9).rposition(|window| window == b"\"choice\":").unwrap() + 9;
    bytes[answer] = if bytes[answer] == b'0' { b'1' } else { b'0' };
    assert!(matches!(read(&bytes), Err(BundleError::WrongHash { .. })), "known at the end of the stream");
}

/// What is wrong with a file that hashes to what is expected.
fn fault(bytes: &[u8]) -> BundleError {
    Bundle::from_bytes(bytes, keccak256(bytes)).unwrap_err()
}

#[test]
fn a_hostile_file_is_refused_with_the_line_that_is_wrong() {
    let (_, bundle) = example(3);
    let bytes = bundle.to_bytes().0;
    let lines: Vec<&[u8]> = bytes.split_inclusive(|&b| b == b'\n').collect();
    assert_eq!(lines.len(), 1 + 3 + 4 + 3, "header, sessions, gold, seats");
    let with = |n: usize, line: &[u8]| {
        let mut lines = lines.clone();
        lines[n] = line;
        fault(&lines.concat())
    };
    let text = |n: usize| String::from_utf8(lines[n].to_vec()).unwrap();
    let header = |from: &str, to: &str| with(0, text(0).replace(from, to).as_bytes());
    use BundleError as E;

    assert!(matches!(fault(b""), E::Truncated { line: 1 }));
    assert!(matches!(fault(&bytes[..bytes.len() - 1]), E::Truncated { line: 11 }));
    assert!(matches!(fault(&lines[..10].concat()), E::Truncated { line: 11 }));
    assert!(matches!(fault(&[&bytes[..], lines[10]].concat()), E::Trailing { line: 12 }));
    assert!(matches!(fault(&[&bytes[..], b"x"].concat()), E::Trailing { line: 12 }));
    let endless = vec![b' '; MAX_LINE_BYTES + 1];
    assert!(matches!(with(5, &endless), E::LongLine { line: 6 }));
    assert!(matches!(header("labels.v3", "labels.v2"), E::Line { line: 1, .. }));
    assert!(matches!(header("\"seats\":3", "\"seats\":4"), E::Truncated { line: 12 }));
    assert!(matches!(header("\"seats\":3", "\"seats\":2"), E::Trailing { line: 11 }));
    assert!(matches!(header("\"seats\":3", "\"seats\":18446744073709551615"), E::Header(_)));
    // No room is made for what a header merely announces.
    assert!(matches!(header("\"sessions\":3", "\"sessions\":18446744073709551615"), E::Line { line: 5, .. }));
    assert!(matches!(with(1, lines[4]), E::Line { line: 2, .. }), "gold among the sessions");
    assert!(matches!(with(8, b"\xff\xfe\n"), E::Line { line: 9, .. }));
    let nested = [vec![b'['; 10_000], vec![b'\n']].concat();
    assert!(matches!(with(8, &nested), E::Line { line: 9, .. }), "depth is limited");
    for (n, from, to) in [
        (8, "\"block\":0", "\"block\": 0"),
        (8, "\"block\":0", "\"block\":0,\"block\":0"),
        (8, "\"block\":0", "\"block\":-1"),
        (8, "\"slot\":0", "\"slot\":256"),
        (8, "\"choice\":0", "\"choice\":4"),
        (8, "0x", "0X"),
        (1, "\"label\"", "\"label\",\"name\":\"Ada\""),
    ] {
        let changed = text(n).replacen(from, to, 1);
        assert_ne!(changed, text(n));
        assert!(matches!(with(n, changed.as_bytes()), E::Line { .. }), "{to}");
    }
    let beyond = text(8).replace("\"slot\":15}", "\"slot\":16}");
    assert!(matches!(with(8, beyond.as_bytes()), E::Slot { block: 0, seat: 0 }));
}

/// Random lists of any shape that the format can hold, whether or not they mean anything.
fn random_bundle(rng: &mut Rng) -> Bundle {
    let signature =
        |rng: &mut Rng| SignatureBytes::from_slice(&[rng.hash().0.as_slice(), &rng.hash().0, &[27]].concat());
    let sessions = (0..rng.below(5)).map(|_| {
        let length = rng.below(200) as usize;
        Session {
            labeler: rng.address(),
            session_key: rng.address(),
            scope: ["label", "", "ü\n\"\\\u{2028}"][rng.below(3) as usize].into(),
            expires_at: rng.word().as_limbs()[0],
            signature: rng.hash().0.repeat(7)[..length].to_vec().into(),
            verified_block: rng.in_percent(50).then(|| rng.below(u64::MAX)),
        }
    });
    let sessions = sessions.collect();
    let choice = |rng: &mut Rng| Choice::try_from(rng.below(4) as u8).unwrap();
    let answer =
        |rng: &mut Rng| GoldAnswer { slot: rng.below(256) as u8, task_id: rng.hash(), choice: choice(rng) };
    let mut gold = Vec::new();
    for i in 0..rng.below(4) {
        let answers = (0..rng.below(4)).map(|_| answer(rng)).collect();
        gold.push(GoldSeat { block: i as u32, seat: rng.below(32) as u32, answers });
    }
    let (mut seats, mut preferences) = (Vec::new(), Vec::new());
    for i in 0..rng.below(4) {
        let (block, seat, labeler) = (i as u32, rng.below(32) as u32, rng.address());
        let task_ids: Vec<_> = (0..rng.below(257)).map(|_| rng.hash()).collect();
        for (slot, &task_id) in task_ids.iter().enumerate() {
            if rng.in_percent(30) {
                let (choice, session_key) = (choice(rng), rng.address());
                let (slot, signature) = (slot as u8, signature(rng));
                preferences.push(BundlePreference {
                    block,
                    seat,
                    slot,
                    labeler,
                    task_id,
                    choice,
                    session_key,
                    signature,
                });
            }
        }
        seats.push(Seat { block, seat, labeler, task_ids });
    }
    let (chain_id, epoch) = (rng.below(u64::MAX), rng.below(u64::MAX));
    let verifying_contract = rng.address();
    let mut bundle = Bundle { chain_id, verifying_contract, epoch, gold, sessions, seats, preferences };
    bundle.sort();
    bundle
}

#[test]
fn what_is_written_is_read_and_written_again_the_same() {
    let mut rng = Rng::new(3);
    for _ in 0..300 {
        let bundle = random_bundle(&mut rng);
        let (bytes, hash) = bundle.to_bytes();
        let read = Bundle::from_bytes(&bytes, hash).unwrap();
        assert_eq!(read, bundle);
        assert_eq!(read.to_bytes(), (bytes, hash));
    }
}

/// Cuts and flipped bytes: never a panic, and never another bundle than the one that was written.
#[test]
fn damaged_files_are_errors() {
    let mut rng = Rng::new(4);
    let bundle = example(3).1;
    let (bytes, hash) = bundle.to_bytes();
    for _ in 0..500 {
        let mut damaged = bytes.clone();
        let at = rng.below(bytes.len() as u64) as usize;
        if rng.in_percent(20) {
            damaged.truncate(at)
        } else {
            damaged[at] ^= 1 << rng.below(8)
        }
        assert!(matches!(Bundle::from_bytes(&damaged, hash), Err(BundleError::WrongHash { .. })));
        // Committed by a hostile operator: either it says something else, or it is no bundle.
        if let Ok(read) = Bundle::from_bytes(&damaged, keccak256(&damaged)) {
            assert_ne!(read, bundle);
        }
    }
}

#[test]
fn a_stream_holds_one_line_at_a_time() {
    /// Hands out one seat over and over without ever having more than its bytes.
    struct Endless {
        head: Vec<u8>,
        line: Vec<u8>,
        left: u64,
    }
    impl std::io::Read for Endless {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            if self.head.is_empty() {
                if self.left == 0 {
                    return Ok(0);
                }
                self.left -= 1;
                self.head.clone_from(&self.line);
            }
            let n = out.len().min(self.head.len());
            out[..n].copy_from_slice(&self.head[..n]);
            self.head.drain(..n);
            Ok(n)
        }
    }
    let (_, bundle) = example(3);
    let bytes = bundle.to_bytes().0;
    let lines: Vec<&[u8]> = bytes.split_inclusive(|&b| b == b'\n').collect();
    let n_seats = 2_000;
    let header = String::from_utf8(lines[0].to_vec()).unwrap();
    let header = header
        .replace("\"seats\":3", &format!("\"seats\":{n_seats}"))
        .replace("\"sessions\":3", "\"sessions\":0")
        .replace("\"gold\":4", "\"gold\":0");
    let mut hasher = protocol::Hasher::default();
    hasher.update(header.as_bytes());
    (0..n_seats).for_each(|_| hasher.update(lines[8]));
    let input = Endless { head: header.into_bytes(), line: lines[8].to_vec(), left: n_seats };
    let mut reader = BundleReader::open(std::io::BufReader::new(input), hasher.finalize()).unwrap();
    let mut n_answers = 0;
    while let Some(record) = reader.read().unwrap() {
        let Record::Seat(seat) = record else { panic!("{record:?}") };
        n_answers += seat.answers.len();
    }
    assert_eq!(n_answers, n_seats as usize * SLOTS);
}

#[test]
fn what_a_contract_wallet_authorised_is_left_to_the_chain() {
    let (terms, mut bundle) = example(3);
    assert_eq!(bundle.contract_sessions().count(), 0);
    bundle.sessions[1].signature = vec![1; 300].into();
    assert!(
        matches!(bundle.validate(&terms), Err(InvalidBundle::Authorization { .. })),
        "no key's signature"
    );
    bundle.sessions[1].verified_block = Some(7);
    assert_eq!(bundle.validate(&terms), Ok(()));
    assert_eq!(bundle.contract_sessions().collect::<Vec<_>>(), [&bundle.sessions[1]]);
}

#[test]
fn every_tampering_is_found() {
    let found = |mutate: fn(&mut Bundle)| {
        let (terms, mut bundle) = example(3);
        mutate(&mut bundle);
        bundle.validate(&terms).unwrap_err()
    };
    use InvalidBundle as E;
    assert!(matches!(found(|b| b.preferences.swap(0, 1)), E::Order { list: "preferences", position: 1 }));
    assert!(matches!(found(|b| b.seats.push(b.seats[2].clone())), E::Order { list: "seats", .. }));
    assert!(matches!(found(|b| b.gold.swap(0, 1)), E::Order { list: "gold", .. }));
    assert!(matches!(found(|b| b.gold[1].answers.swap(0, 1)), E::Order { list: "gold.answers", .. }));
    assert!(matches!(found(|b| b.gold[0].answers[0].choice = Choice::A), E::GoldRoot { .. }));
    assert!(matches!(found(|b| b.gold[0].answers[0].task_id = B256::ZERO), E::GoldRoot { .. }));
    assert!(matches!(found(|b| drop(b.gold.pop())), E::GoldRoot { .. }));
    let gold = |mutate| match found(mutate) {
        E::GoldSeat { problem, .. } => problem,
        other => panic!("{other}"),
    };
    assert_eq!(gold(|b| b.gold[0].answers[0].choice = Choice::Tie), "an answer is neither A nor B");
    assert_eq!(
        gold(|b| b.gold[1].answers[0].task_id = b.gold[0].answers[1].task_id),
        "a task is the gold of another slot already"
    );
    assert_eq!(
        gold(|b| b.gold[0].answers.truncate(1)),
        "it has another number of answers than the terms say"
    );
    assert_eq!(gold(|b| b.gold[3].seat = 32), "its number is too high");
    assert_eq!(gold(|b| b.gold[3].block = u32::MAX), "its number is too high");
    assert!(matches!(found(|b| b.sessions[0].scope = "vote".into()), E::Scope(_)));
    assert!(matches!(found(|b| b.sessions[0].expires_at += 1), E::Authorization { .. }));
    assert!(matches!(
        found(|b| {
            let mut signature = b.sessions[0].signature.to_vec();
            signature[64] = 0;
            b.sessions[0].signature = signature.into();
        }),
        E::Signature { .. }
    ));
    assert!(matches!(found(|b| b.seats[2].seat = 32), E::Seat { .. }));
    assert!(matches!(found(|b| b.seats[2].block = 1 << 21), E::Seat { .. }));
    assert!(matches!(found(|b| b.seats[1].labeler = b.seats[0].labeler), E::Seat { .. }));
    assert!(matches!(found(|b| b.seats[0].task_ids.truncate(3)), E::Seat { .. }));
    let preference = |mutate| match found(mutate) {
        E::Preference { problem, .. } => problem,
        other => panic!("{other}"),
    };
    assert_eq!(preference(|b| b.preferences[0].choice = Choice::B), "the session key did not sign it");
    assert_eq!(preference(|b| b.preferences[0].task_id = B256::ZERO), "the slot holds another task");
    assert_eq!(preference(|b| b.epoch += 1), "the session key did not sign it");
    assert_eq!(preference(|b| drop(b.sessions.remove(0))), "the session key is not the labeler's");
    assert_eq!(preference(|b| drop(b.seats.remove(0))), "the seat is not the labeler's");
    assert_eq!(
        preference(|b| {
            b.seats[2].seat = 9;
            b.preferences.iter_mut().filter(|p| p.seat == 2).for_each(|p| p.seat = 9);
        }),
        "the session key did not sign it",
        "the seat is part of what is signed"
    );
}

#[test]
fn an_assignment_that_breaks_the_rule_is_found() {
    let found = |mutate: fn(&mut Bundle)| {
        let (terms, mut bundle) = example(3);
        mutate(&mut bundle);
        match bundle.check_assignment(&terms, SECRET) {
            Err(InvalidBundle::Seat { problem, .. }) => problem,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        found(|b| b.seats[1].task_ids.iter_mut().for_each(|id| *id = B256::ZERO)),
        "the overlap differs from the block's first seat"
    );
    assert_eq!(found(|b| drop(b.gold.remove(1))), "no gold was committed for it");
    assert_eq!(found(|b| b.seats[1].seat = 9), "no gold was committed for it");
    assert_eq!(
        found(|b| {
            let gold = b.gold[1].answers[0];
            b.seats[1].task_ids[usize::from(gold.slot)] = B256::ZERO;
        }),
        "a gold slot holds another task than was committed"
    );
    let (terms, mut bundle) = example(3);
    let other = (0..=255).find(|slot| bundle.gold[3].answers.iter().all(|gold| gold.slot != *slot)).unwrap();
    bundle.gold[3].answers[0].slot = other;
    assert!(
        matches!(bundle.check_assignment(&terms, SECRET), Err(InvalidBundle::GoldSeat { seat: 3, .. })),
        "gold of a seat that nobody took"
    );
}
