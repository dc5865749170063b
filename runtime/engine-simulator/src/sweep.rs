//! Very many schedules of the engine, by number.

use std::sync::Arc;

use fastrand::Rng;
use simulator::fault::{Fault, Kind};
use simulator::schedule::Passed;
use simulator::sweep::{Report, sweep_by};
use simulator::{Answer, Case, History, Schedule};

use crate::run::run;

/// One schedule in so many has a store that is slow, or refuses a run.
const STORE_FAULTS: u8 = 3;

/// Whether the engine would take a plan, on a schedule in which nothing goes wrong; in words why not.
///
/// # Errors
/// What it refuses, or what became of the run instead of an end.
pub fn can_run(case: &Arc<Case>) -> Result<Passed, String> {
    let left = run(case, &Schedule::quiet(0))?;
    match left.status {
        Some(_) => Ok(left.passed),
        None => Err("the engine did not end a run in which nothing went wrong".to_owned()),
    }
}

/// The schedule with this number, of a plan whose doors are passed so often.
#[must_use]
pub fn schedule(seed: u64, passed: &Passed) -> Schedule {
    let mut schedule = Schedule::of_seed(seed, passed);
    // A day on which nobody says anything costs an engine hundreds of thousands of looks; the machine alone is tried on it.
    if schedule.people == Answer::Silent {
        schedule.people = Answer::Agree;
    }
    let mut rng = Rng::with_seed(seed ^ 0xe791);
    if rng.u8(..STORE_FAULTS) == 0 {
        let kind = Kind::OF_STORES[rng.usize(..Kind::OF_STORES.len())];
        schedule.faults.push(Fault { kind, nth: rng.u32(1..=passed.appends + 4), hit: None, phase: None });
    }
    schedule
}

/// Runs the schedules with these numbers, until one breaks a rule.
///
/// # Errors
/// The engine refuses the plan, or no runtime can be made on this host.
pub fn sweep(case: &Arc<Case>, seeds: impl IntoIterator<Item = u64>) -> Result<Report, String> {
    let passed = can_run(case)?;
    Ok(sweep_by(case, seeds, |seed| schedule(seed, &passed), |_, schedule| left(case, schedule)))
}

/// A history without an end where there is none.
fn left(case: &Arc<Case>, schedule: &Schedule) -> History {
    run(case, schedule).unwrap_or_else(|_| History::begun(case, schedule))
}

/// A text of a schedule, with the run's name as the simulator's own: an engine gives another each time.
#[must_use]
pub fn told(text: &str, left: &History) -> String {
    let started = left.journal.iter().find_map(|written| match &written.line {
        simulator::history::Line::Event(event) => match event.as_ref() {
            machine::event::Event::Started(started) => Some(started.run.clone()),
            _ => None,
        },
        _ => None,
    });
    started.map_or_else(|| text.to_owned(), |run| text.replace(&run, "run"))
}
