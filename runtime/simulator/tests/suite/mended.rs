//! Defects that the simulator has found, each as the small schedule that showed it.

use simulator::oracle::judge;
use simulator::timeline::timeline;
use simulator::{Depth, Fault, Kind, Schedule, plans, pure};

/// A window that began with counters of other releases took all that was counted before for what was in it, and passed on
/// fifteen requests.
#[test]
fn a_window_counts_nothing_that_was_before_it() {
    let case = plans::case("approved").unwrap();
    let fault = |kind, nth| Fault { kind, nth, hit: None, phase: None };
    let faults = vec![fault(Kind::Foreign, 1), fault(Kind::Stopped, 6)];
    let schedule = Schedule { faults, rate: 300, away_ms: 250_000_000, ..Schedule::quiet(23_694) };
    let left = pure::run(&case, &schedule, Depth::Whole);
    let found = judge(&case, &schedule, &left);
    assert!(found.is_empty(), "{}", timeline(&case, &schedule, &left, &found));
}

/// A window that began with counters of an earlier moment took what was counted in between for what was in it: it passed on
/// 81 requests of at least 100.
#[test]
fn a_window_does_not_begin_with_counters_of_an_earlier_moment() {
    let case = plans::case("asking").unwrap();
    let fault = |kind, nth| Fault { kind, nth, hit: None, phase: None };
    let faults = vec![fault(Kind::CrashBeforeAppend, 6), fault(Kind::Stale, 2)];
    let schedule = Schedule { faults, rate: 2_000, away_ms: 250_000_000, ..Schedule::quiet(35_492) };
    let left = pure::run(&case, &schedule, Depth::Whole);
    let found = judge(&case, &schedule, &left);
    assert!(found.is_empty(), "{}", timeline(&case, &schedule, &left, &found));
}

/// A comparison with more bad requests than requests took the running release for entirely broken, and a window that began
/// with such counts hid what came after: both passed a canary with one bad request in five.
#[test]
fn impossible_counts_of_the_running_release_excuse_nothing() {
    let case = plans::case("canary").unwrap();
    for nth in 1..8 {
        let fault = |kind, nth| Fault { kind, nth, hit: None, phase: None };
        let faults = vec![fault(Kind::Stopped, 5), fault(Kind::Impossible, nth)];
        let schedule = Schedule { faults, bad: 200_000, ..Schedule::quiet(4_369) };
        let left = pure::run(&case, &schedule, Depth::Whole);
        let found = judge(&case, &schedule, &left);
        assert!(found.is_empty(), "{}", timeline(&case, &schedule, &left, &found));
    }
}

/// What drifts while what stands at the end is done is mended all the same; the oracle took that for a step behind the end.
#[test]
fn what_drifts_at_the_end_is_mended() {
    let case = plans::case("going-on").unwrap();
    let fault = |kind, nth| Fault { kind, nth, hit: None, phase: None };
    let faults = vec![
        fault(Kind::CrashLateEffect, 1),
        fault(Kind::Refused, 14),
        fault(Kind::Stopped, 29),
        fault(Kind::RoutesForgotten, 28),
    ];
    let schedule = Schedule { faults, rate: 0, ..Schedule::quiet(5_289) };
    let left = pure::run(&case, &schedule, Depth::Whole);
    let found = judge(&case, &schedule, &left);
    assert!(found.is_empty(), "{}", timeline(&case, &schedule, &left, &found));
}
