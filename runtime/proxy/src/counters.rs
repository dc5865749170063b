//! Counting requests exactly without making cores wait for each other.
//!
//! Each release has a few tallies, each behind a lock of its own; a thread always uses the same one, so the lock is
//! practically never contended. A snapshot takes all locks before it reads anything: an instant at which everything
//! held together, which sums over plain atomics could not give.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::StatusCode;

use crate::protocol::{LATENCY_BOUNDS_US, Latency, ReleaseCounters};

/// Tallies of a release. More threads than this share them.
const SHARDS: usize = 8;

/// How a request ended on the release that was chosen first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Informational,
    Success,
    Redirect,
    ClientError,
    ServerError,
    Unanswered,
}

impl Class {
    pub(crate) fn of(status: StatusCode) -> Self {
        match status.as_u16() / 100 {
            1 => Self::Informational,
            2 => Self::Success,
            3 => Self::Redirect,
            4 => Self::ClientError,
            _ => Self::ServerError,
        }
    }
}

/// The counters of one release.
#[derive(Debug, Default)]
pub(crate) struct Tallies {
    shards: [Padded; SHARDS],
}

/// Keeps the shards of different threads out of each other's cache lines.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Padded(Mutex<Tally>);

#[derive(Debug, Default)]
struct Tally {
    classes: [u64; 6],
    abandoned: u64,
    rescued: u64,
    /// May be negative in one shard (a request can end on another thread than it began); the sum is not.
    in_flight: i64,
    buckets: [u64; LATENCY_BOUNDS_US.len() + 1],
    sum_us: u64,
}

impl Tallies {
    pub(crate) fn count(&self, class: Class, took: Duration) {
        let took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = LATENCY_BOUNDS_US.partition_point(|bound| *bound < took_us);
        let mut tally = self.mine();
        tally.classes[class as usize] += 1;
        tally.buckets[bucket] += 1;
        tally.sum_us = tally.sum_us.saturating_add(took_us);
    }

    pub(crate) fn count_abandoned(&self) {
        self.mine().abandoned += 1;
    }

    pub(crate) fn count_rescued(&self) {
        self.mine().rescued += 1;
    }

    pub(crate) fn enter(&self) {
        self.mine().in_flight += 1;
    }

    pub(crate) fn leave(&self) {
        self.mine().in_flight -= 1;
    }

    fn mine(&self) -> MutexGuard<'_, Tally> {
        lock(&self.shards[shard()])
    }

    fn all(&self) -> [MutexGuard<'_, Tally>; SHARDS] {
        self.shards.each_ref().map(lock)
    }
}

/// Reads the counters of several releases at one instant.
///
/// Writers hold one lock at a time, so the order matters only between snapshots: the caller lets one at a time in.
pub(crate) fn snapshot<'a>(releases: impl Iterator<Item = &'a Tallies>) -> Vec<ReleaseCounters> {
    let held: Vec<_> = releases.map(Tallies::all).collect();
    held.iter().map(|shards| sum(shards)).collect()
}

fn sum(shards: &[MutexGuard<'_, Tally>; SHARDS]) -> ReleaseCounters {
    let mut total = Tally::default();
    for shard in shards {
        add(&mut total.classes, &shard.classes);
        add(&mut total.buckets, &shard.buckets);
        total.abandoned += shard.abandoned;
        total.rescued += shard.rescued;
        total.in_flight += shard.in_flight;
        total.sum_us = total.sum_us.saturating_add(shard.sum_us);
    }
    let [informational, success, redirect, client_error, server_error, unanswered] = total.classes;
    ReleaseCounters {
        informational,
        success,
        redirect,
        client_error,
        server_error,
        unanswered,
        abandoned: total.abandoned,
        rescued: total.rescued,
        in_flight: u64::try_from(total.in_flight).unwrap_or(0),
        latency: Latency {
            bounds_us: LATENCY_BOUNDS_US.to_vec(),
            counts: total.buckets.to_vec(),
            sum_us: total.sum_us,
        },
    }
}

fn add<const N: usize>(total: &mut [u64; N], part: &[u64; N]) {
    for (sum, value) in total.iter_mut().zip(part) {
        *sum += value;
    }
}

/// A panic while a tally is held cannot leave it half changed in a way that matters, so poison is ignored.
fn lock(padded: &Padded) -> MutexGuard<'_, Tally> {
    padded.0.lock().unwrap_or_else(PoisonError::into_inner)
}

fn shard() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static MINE: usize = NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS;
    }
    MINE.with(|mine| *mine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_latency_on_a_bound_belongs_to_that_bucket() {
        let tallies = Tallies::default();
        tallies.count(Class::Success, Duration::from_micros(500));
        tallies.count(Class::Success, Duration::from_micros(501));
        tallies.count(Class::Unanswered, Duration::from_secs(61));
        let seen = snapshot(std::iter::once(&tallies)).remove(0);
        assert_eq!((seen.latency.counts[0], seen.latency.counts[1], seen.latency.counts[24]), (1, 1, 1));
        assert_eq!((seen.success, seen.unanswered, seen.requests()), (2, 1, 3));
    }

    #[test]
    fn a_snapshot_is_one_instant() {
        let tallies = Tallies::default();
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| (0..20_000).for_each(|_| tallies.count(Class::Success, Duration::from_micros(1))));
            }
            for _ in 0..200 {
                let seen = snapshot(std::iter::once(&tallies)).remove(0);
                assert_eq!(seen.success, seen.latency.counts.iter().sum::<u64>());
            }
        });
        assert_eq!(snapshot(std::iter::once(&tallies)).remove(0).success, 60_000);
    }

    #[test]
    fn a_request_may_end_on_another_thread() {
        let tallies = Tallies::default();
        tallies.enter();
        tallies.enter();
        std::thread::scope(|scope| {
            scope.spawn(|| tallies.leave());
        });
        assert_eq!(snapshot(std::iter::once(&tallies)).remove(0).in_flight, 1);
    }
}
