//! One single-threaded engine per core.
//!
//! Small matrices gain little from threads inside an operation, and such threads wait for each other on a busy machine.
//! So every operation runs on one thread, and independent pieces of a batch run side by side. Which pieces there are and
//! the order in which their results are added do not depend on the number of workers, and so neither do the results.
//! With a [group](super::process_group) of processes the pieces are divided among them first.

use super::exchange::Exchange;
use super::process_group::ProcessGroup;
use crate::model::Llama;

/// What pieces of work run on.
pub struct Workers<W> {
    /// One a thread.
    pub each: Vec<W>,
    /// The other processes, if there are any.
    pub group: Option<&'static ProcessGroup>,
}

/// Applies `work` to every item, side by side on the given workers, and returns the results in the order of the items.
///
/// Each worker owns what it computes with (tensors can be sent to a thread, not shared with it). A panic in `work` goes on
/// in the caller; so does the loss of another process, as a [`ProcessGroupError`](super::process_group::ProcessGroupError).
pub fn map<W: Send, I: Send, T: Send + Exchange>(
    workers: Workers<W>,
    items: Vec<I>,
    work: impl Fn(&W, I) -> T + Sync,
) -> Vec<T> {
    let Workers { each, group } = workers;
    let Some(group) = group else { return map_here(each, items, work) };
    let own = map_here(each, group.own(items), work);
    group.gather(own).unwrap_or_else(|lost| std::panic::resume_unwind(Box::new(lost)))
}

fn map_here<W: Send, I: Send, T: Send>(
    workers: Vec<W>,
    items: Vec<I>,
    work: impl Fn(&W, I) -> T + Sync,
) -> Vec<T> {
    let n_workers = workers.len().min(items.len());
    if n_workers <= 1 {
        let worker = workers.into_iter().next();
        return worker
            .map_or_else(Vec::new, |worker| items.into_iter().map(|item| work(&worker, item)).collect());
    }
    let mut queues: Vec<Vec<(usize, I)>> = (0..n_workers).map(|_| Vec::new()).collect();
    for (i, item) in items.into_iter().enumerate() {
        queues[i % n_workers].push((i, item));
    }
    let mut results: Vec<(usize, T)> = std::thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = workers
            .into_iter()
            .zip(queues)
            .map(|(worker, queue)| {
                scope.spawn(move || {
                    tch::set_num_threads(1);
                    queue.into_iter().map(|(i, item)| (i, work(&worker, item))).collect::<Vec<_>>()
                })
            })
            .collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, Vec<(usize, T)>>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().flat_map(join).collect()
    });
    results.sort_by_key(|(i, _)| *i);
    results.into_iter().map(|(_, result)| result).collect()
}

/// The same model for another thread: weights and adapters are shared, not copied.
pub fn share(model: &Llama) -> Llama {
    let mut shared = model.share();
    shared.lora = model.lora.as_ref().map(|lora| lora.share());
    shared
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items_whatever_the_number_of_workers() {
        for n_workers in [1, 2, 3, 20] {
            let found = map_here(vec![10; n_workers], (0..7).collect(), |offset, item: i32| offset + item);
            assert_eq!(found, [10, 11, 12, 13, 14, 15, 16]);
        }
        assert!(map_here(vec![0; 2], Vec::<i32>::new(), |_, item| item).is_empty());
    }
}
