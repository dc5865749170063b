//! Makes a failing schedule small: without faults that are not needed, in the plainest world that still fails.

use crate::schedule::{Answer, Schedule, USUAL_BAD};
use crate::world::Shape;

/// The smallest schedule found that still fails; `fails` is asked for each.
pub fn shrink(schedule: &Schedule, fails: impl Fn(&Schedule) -> bool) -> Schedule {
    let mut smallest = schedule.clone();
    while let Some(smaller) = simpler(&smallest).into_iter().find(|candidate| fails(candidate)) {
        smallest = smaller;
    }
    smallest
}

/// Schedules that are one step simpler, each different from the one given.
fn simpler(schedule: &Schedule) -> Vec<Schedule> {
    let with = |change: &dyn Fn(&mut Schedule)| {
        let mut other = schedule.clone();
        change(&mut other);
        other
    };
    let mut all: Vec<Schedule> = (0..schedule.faults.len()).map(|at| with(&|s| _ = s.faults.remove(at))).collect();
    all.extend((0..schedule.lasting.len()).map(|at| with(&|s| _ = s.lasting.remove(at))));
    all.push(with(&|s| s.shape = Shape::Constant));
    all.push(with(&|s| s.first = false));
    all.push(with(&|s| s.people = Answer::Agree));
    all.push(with(&|s| s.bad = USUAL_BAD));
    all.push(with(&|s| s.rate = 20_000));
    all.push(with(&|s| s.away_ms = 1_000));
    all.retain(|candidate| candidate != schedule);
    all
}
