//! Very many schedules of one plan, by number.

use crate::case::Case;
use crate::coverage::Coverage;
use crate::history::History;
use crate::oracle::{Violation, judge};
use crate::pure::{Depth, run};
use crate::schedule::{Passed, Schedule};
use crate::shrink::shrink;

/// A schedule that breaks a rule, made small.
#[derive(Clone, Debug)]
pub struct Failing {
    /// Its number.
    pub seed: u64,
    /// The smallest schedule that still breaks one.
    pub schedule: Schedule,
    /// What that left behind.
    pub left: History,
    /// The rules it breaks.
    pub found: Vec<Violation>,
}

/// What came of many schedules.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How many were run.
    pub schedules: u64,
    /// Faults that took place.
    pub faults: u64,
    /// What they hit.
    pub coverage: Coverage,
    /// The first that breaks a rule.
    pub failing: Option<Box<Failing>>,
}

/// How often the doors of a plan are passed when nothing goes wrong.
#[must_use]
pub fn passed(case: &Case) -> Passed {
    run(case, &Schedule::quiet(0), Depth::Ends).passed
}

/// Runs the schedules with these numbers, until one breaks a rule.
#[must_use]
pub fn sweep(case: &Case, seeds: impl IntoIterator<Item = u64>, depth: Depth) -> Report {
    let passed = passed(case);
    let of_seed = |seed| Schedule::of_seed(seed, &passed);
    sweep_by(case, seeds, of_seed, |case, schedule| run(case, schedule, depth))
}

/// The same, of schedules and runs that somebody else makes.
#[must_use]
pub fn sweep_by(
    case: &Case,
    seeds: impl IntoIterator<Item = u64>,
    of_seed: impl Fn(u64) -> Schedule,
    run: impl Fn(&Case, &Schedule) -> History,
) -> Report {
    let mut report = Report::default();
    for seed in seeds {
        let schedule = of_seed(seed);
        let left = run(case, &schedule);
        report.schedules += 1;
        report.faults += left.injected.len() as u64;
        report.coverage.add(&left);
        if !judge(case, &schedule, &left).is_empty() {
            report.failing = Some(Box::new(made_small(case, seed, &schedule, &run)));
            break;
        }
    }
    report
}

fn made_small(case: &Case, seed: u64, schedule: &Schedule, run: &impl Fn(&Case, &Schedule) -> History) -> Failing {
    let fails = |schedule: &Schedule| !judge(case, schedule, &run(case, schedule)).is_empty();
    let schedule = shrink(schedule, fails);
    let left = run(case, &schedule);
    let found = judge(case, &schedule, &left);
    Failing { seed, schedule, left, found }
}
