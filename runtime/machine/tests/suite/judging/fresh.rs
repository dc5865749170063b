//! Samples that are of another time than the one they are asked for.

use std::collections::BTreeMap;

use machine::Moment;
use machine::evidence::Verdict;
use machine::ports::provider::{MetricReading, Reading, Sample};
use machine::sampling::{fresh, opening};

use super::held::{Held, later, sample, start};
use crate::fixture;

fn reading(total: u64) -> Reading {
    let metrics = BTreeMap::from([("errors".to_owned(), MetricReading::ratio(0, total))]);
    Reading { requests: total, metrics }
}

fn counted(ms: u64, total: u64) -> Sample {
    sample(ms, reading(total), reading(20 * total))
}

fn stale(of: &Sample, by_ms: i64) -> Sample {
    Sample { at_ms: of.at_ms - by_ms, ..of.clone() }
}

#[test]
fn a_window_does_not_open_with_counts_of_before() {
    // 10,000 requests were there before the window; the sample that should say so is older still.
    let mut held = Held::opened(fixture::plan("canary"), stale(&counted(0, 0), 1));
    let first = held.look(250, counted(250, 10_000));
    assert_eq!((first.verdict, first.n), (Verdict::Inconclusive, 0), "{}", first.cause);
    let second = held.look(500, counted(500, 10_099));
    assert_eq!((second.verdict, second.n), (Verdict::Inconclusive, 99), "{}", second.cause);
}

#[test]
fn a_look_rests_on_nothing_stale_and_says_why() {
    let mut held = Held::opened(fixture::plan("canary"), counted(0, 0));
    let evidence = held.look(1_000, counted(900, 10_000));
    assert_eq!(evidence.verdict, Verdict::Inconclusive);
    assert_eq!(evidence.cause, "no data: the counters are stale, taken 100 ms before they were asked for");
    assert_eq!(evidence.sampled_ms, None);
    let evidence = held.look(1_000, counted(1_000, 10_000));
    assert_eq!((evidence.verdict, evidence.sampled_ms), (Verdict::Pass, Some(later(1_000).wall_ms)));
}

#[test]
fn samples_are_not_of_the_future() {
    let ahead = counted(1, 10_000);
    let refused = fresh(&start(), &start(), ahead.clone()).unwrap_err();
    assert!(refused.starts_with("the counters say that they were taken 1 ms from now"), "{refused}");
    assert_eq!(opening(&start(), &start(), Ok(ahead)).0, None);
}

#[test]
fn a_look_is_not_older_than_the_last() {
    let mut held = Held::opened(fixture::plan("canary"), counted(0, 0));
    held.look(1_000, counted(1_000, 10_000));
    // Asked for before the last one, answered after it.
    let overtaken = machine::judge::look(&held.run, held.slot, &later(800), &later(1_010), Ok(counted(900, 9_000)));
    let Some(machine::judge::Look::Seen(evidence)) = overtaken else { panic!("{overtaken:?}") };
    assert_eq!(evidence.cause, "no data: the counters were taken 100 ms before those of the last look");
}

#[test]
fn a_stepped_clock_costs_no_evidence() {
    for step in [-86_400_000, 86_400_000] {
        let mut held = Held::opened(fixture::plan("canary"), counted(0, 0));
        held.look(500, counted(500, 5_000));
        let at = Moment { wall_ms: later(1_000).wall_ms + step, ..later(1_000) };
        let now = Sample { at_ms: at.wall_ms, ..counted(1_000, 10_000) };
        let evidence = held.look_at(&at, now);
        assert_eq!((evidence.verdict, evidence.n), (Verdict::Pass, 10_000), "{}", evidence.cause);
    }
}
