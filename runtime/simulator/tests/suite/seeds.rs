//! Thousands of schedules of every plan: no rule is broken, at either depth.

use simulator::timeline::timeline;
use simulator::{Depth, plans, sweep};

fn holds(depth: Depth, seeds: std::ops::Range<u64>) {
    for name in plans::names() {
        let case = plans::case(name).unwrap();
        if let Some(failing) = sweep(&case, seeds.clone(), depth).failing {
            let story = timeline(&case, &failing.schedule, &failing.left, &failing.found);
            panic!("plan {name}, seed {}: {story}", failing.seed);
        }
    }
}

#[test]
fn no_rule_is_broken() {
    holds(Depth::Ends, 0..400);
}

#[test]
fn state_and_journal_agree() {
    holds(Depth::Whole, 1_000_000..1_000_060);
}
