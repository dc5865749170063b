//! Many runs on several threads, with an answer that does not depend on how many.

use std::sync::atomic::{AtomicU64, Ordering};

/// The lowest number below `count` that fails; none if none does. Every lower one has been asked.
pub(super) fn first_that_fails(count: u64, threads: usize, fails: impl Fn(u64) -> bool + Sync) -> Option<u64> {
    let (next, lowest) = (AtomicU64::new(0), AtomicU64::new(u64::MAX));
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count || index > lowest.load(Ordering::Relaxed) {
                break;
            }
            if fails(index) {
                lowest.fetch_min(index, Ordering::Relaxed);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.max(1) {
            scope.spawn(work);
        }
        work();
    });
    Some(lowest.into_inner()).filter(|lowest| *lowest < u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::first_that_fails;

    #[test]
    fn it_is_the_lowest_with_any_number_of_threads() {
        for threads in 0..5 {
            assert_eq!(first_that_fails(10_000, threads, |index| index % 1_000 == 777), Some(777));
            assert_eq!(first_that_fails(777, threads, |index| index == 777), None);
            assert_eq!(first_that_fails(0, threads, |_| true), None);
        }
    }
}
