//! Several processes make the checkpoint that one makes. Here each is a thread; what they share is a TCP port.

use std::net::TcpListener;
use std::time::Duration;

use alloy_primitives::B256;
use rlhf::report::{Event, Report};
use rlhf::run::{ProcessGroupConfig, ProcessGroupError, TrainArgs, TrainError, train, train_in_group};

use crate::resume::one_of_each;
use crate::toy::{Log, World};

type Outcome = Result<B256, TrainError>;

/// Ends a process's part in a run when it tells of step `at`.
struct Leave {
    at: u64,
}

impl Report for Leave {
    fn event(&mut self, event: &Event) {
        if let Event::Progress { step, metrics, .. } = event
            && *step == self.at
            && !metrics.is_empty()
        {
            std::panic::resume_unwind(Box::new("gone"));
        }
    }
}

/// Runs `args[rank]` at each rank; `None` for one that left by itself.
fn together<R: Report + Send>(args: &[TrainArgs], reports: Vec<R>) -> Vec<Option<Outcome>> {
    // A loopback address of this process alone: nobody else can take the port before rank 0 does.
    let [.., high, low] = std::process::id().to_be_bytes();
    let address =
        TcpListener::bind(format!("127.77.{high}.{low}:0")).unwrap().local_addr().unwrap().to_string();
    let size = args.len();
    std::thread::scope(|scope| {
        let threads: Vec<_> = args
            .iter()
            .zip(reports)
            .enumerate()
            .map(|(rank, (args, mut report))| {
                let config = ProcessGroupConfig {
                    rank,
                    size,
                    address: address.clone(),
                    patience: Duration::from_secs(300),
                };
                scope.spawn(move || train_in_group(args, Some(&config), &mut report))
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().ok()).collect()
    })
}

/// The same run for each of three processes.
fn three(args: &TrainArgs) -> Vec<TrainArgs> {
    vec![args.clone(); 3]
}

#[test]
fn three_processes_write_what_one_writes_also_after_one_was_lost() {
    let world = World::new();
    for (alone, shared) in one_of_each(&world, "alone").iter().zip(&one_of_each(&world, "shared")) {
        let expected = train(alone, &mut Log::default()).unwrap();
        let args = three(shared);
        let at = [u64::MAX, 3, u64::MAX].map(|at| Leave { at });
        let outcomes = together(&args, at.into());
        assert!(outcomes[1].is_none(), "rank 1 left in step 3");
        for rank in [0, 2] {
            let error = outcomes[rank].as_ref().unwrap().as_ref().unwrap_err();
            assert!(
                matches!(error, TrainError::ProcessGroup(ProcessGroupError::Lost { .. })),
                "{rank}: {error}"
            );
        }
        assert!(!shared.out.exists());
        let outcomes = together(&args, (0..3).map(|_| Log::default()).collect());
        for outcome in outcomes {
            assert_eq!(outcome.unwrap().unwrap(), expected);
        }
        let weights = |args: &TrainArgs| std::fs::read(args.out.join("model.safetensors")).unwrap();
        assert_eq!(weights(shared), weights(alone));
    }
}

#[test]
fn processes_with_different_specs_do_not_start() {
    let world = World::new();
    let args = one_of_each(&world, "mixed");
    let two = [three(&args[0]).remove(0), three(&args[1]).remove(0)];
    for outcome in together(&two, vec![Log::default(), Log::default()]) {
        let error = outcome.unwrap().unwrap_err();
        assert!(
            matches!(error, TrainError::ProcessGroup(ProcessGroupError::Different { rank: 1, .. })),
            "{error}"
        );
    }
    assert!(!two[0].out.exists() && !two[1].out.exists());
}
