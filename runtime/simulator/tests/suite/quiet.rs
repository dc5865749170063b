//! Where nothing goes wrong, runs end as they should, and no rule is broken.

use machine::view::RunStatus;
use simulator::oracle::judge;
use simulator::timeline::timeline;
use simulator::{Depth, Schedule, plans, pure};

#[test]
fn good_releases_are_brought_and_bad_ones_brought_back() {
    for name in plans::names() {
        let case = plans::case(name).unwrap();
        let gated = !case.plan.body.gates.is_empty() && !case.plan.body.rollouts.is_empty() && name != "first-install";
        for (bad, end) in [(1_000, RunStatus::Completed), (200_000, RunStatus::RolledBack)] {
            let schedule = Schedule { bad, first: name == "first-install", ..Schedule::quiet(7) };
            let left = pure::run(&case, &schedule, Depth::Whole);
            let found = judge(&case, &schedule, &left);
            let story = || timeline(&case, &schedule, &left, &found);
            assert!(found.is_empty(), "{name}\n{}", story());
            let expected = if gated { end } else { RunStatus::Completed };
            assert_eq!(left.status, Some(expected), "{name}\n{}", story());
        }
    }
}

#[test]
fn a_schedule_is_the_same_each_time() {
    let case = plans::case("canary").unwrap();
    let passed = simulator::sweep::passed(&case);
    for seed in 0..50 {
        let schedule = Schedule::of_seed(seed, &passed);
        let story = || {
            let left = pure::run(&case, &schedule, Depth::Whole);
            timeline(&case, &schedule, &left, &[])
        };
        assert_eq!(story(), story());
    }
}
