//! Schedules by number on the engine: no rule is broken, and what is seen is seen again.

use std::sync::Arc;

use engine_simulator::{can_run, run, schedule, sweep, told};
use machine::view::RunStatus;
use simulator::oracle::judge;
use simulator::timeline::timeline;
use simulator::{Fault, Kind, Schedule, plans};

/// Schedules of each plan.
const SEEDS: u64 = 40;

#[test]
fn no_rule_is_broken() {
    let mut faults = 0;
    for name in plans::for_engines() {
        let case = Arc::new(plans::case(name).unwrap());
        let report = sweep(&case, 0..SEEDS).unwrap();
        faults += report.faults;
        if let Some(failing) = report.failing {
            let text = timeline(&case, &failing.schedule, &failing.left, &failing.found);
            panic!("plan {name}, {}", told(&text, &failing.left));
        }
    }
    assert!(faults > SEEDS, "{faults}");
}

#[test]
fn a_quiet_run_ends_as_on_the_machine_alone() {
    for name in plans::for_engines() {
        let case = plans::case(name).unwrap();
        let alone = simulator::pure::run(&case, &Schedule::quiet(0), simulator::Depth::Ends);
        let left = run(&Arc::new(case), &Schedule::quiet(0)).unwrap();
        assert_eq!((name, left.status), (name, alone.status));
        assert_eq!(left.registry, alone.registry, "{name}");
    }
}

#[test]
fn a_number_gives_the_same_story_again() {
    let case = Arc::new(plans::case("canary").unwrap());
    let passed = can_run(&case).unwrap();
    for seed in 0..12 {
        let schedule = schedule(seed, &passed);
        let story = || {
            let left = run(&case, &schedule).unwrap();
            told(&timeline(&case, &schedule, &left, &judge(&case, &schedule, &left)), &left)
        };
        assert_eq!(story(), story(), "seed {seed}");
    }
}

/// Each thing that can happen to a store, at each append: the run ends as without it, or is unsafe for a reason.
#[test]
fn a_store_that_fails_at_any_append_loses_nothing() {
    let case = Arc::new(plans::case("canary").unwrap());
    let passed = can_run(&case).unwrap();
    let ends =
        [Kind::CrashBeforeAppend, Kind::TornAppend, Kind::CrashAfterAppend, Kind::StoreFull, Kind::AppendUnknown];
    for kind in ends.into_iter().chain([Kind::Partition]).chain(Kind::OF_STORES) {
        for nth in 1..=passed.appends {
            let faults = vec![Fault { kind, nth, hit: None, phase: None }];
            let schedule = Schedule { faults, ..Schedule::quiet(u64::from(nth)) };
            let left = run(&case, &schedule).unwrap();
            let found = judge(&case, &schedule, &left);
            let story = || told(&timeline(&case, &schedule, &left, &found), &left);
            assert!(found.is_empty(), "{}", story());
            assert_eq!((left.injected.len(), left.status), (1, Some(RunStatus::Completed)), "{}", story());
        }
    }
}
