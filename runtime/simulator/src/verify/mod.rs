//! Proves a plan by trying it: every single fault at every instant, then random pairs of faults, each run held against
//! the world's own book.

mod carried;
mod pairs;
mod singles;
mod stories;
mod together;

use plan::Plan;

use crate::case::Case;
use crate::history::History;
use crate::oracle::{Violation, judge};
use crate::pure::{Depth, run};
use crate::schedule::Schedule;
use crate::shrink::shrink;

pub use carried::LeftOut;
use singles::Singles;
use stories::Story;

/// How much is tried.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// How many random pairs of faults.
    pub pairs: u64,
    /// The number of the first pair.
    pub first: u64,
    /// Instants at which something happens, over all schedules, beyond which single faults are spread evenly instead of
    /// standing at every instant, and pairs are fewer.
    pub instants_at_most: u64,
    /// How many threads work at it; no answer depends on it.
    pub threads: usize,
}

impl Wanted {
    /// Enough instants for every single fault of a plan of some three hundred steps.
    pub const INSTANTS: u64 = 40_000_000;
}

/// What came of a plan.
#[derive(Clone, Debug)]
pub struct Verified {
    /// Steps of the plan, those of the ways back included.
    pub steps: u64,
    /// Schedules with one fault, by what goes wrong.
    pub by_fault: Vec<(&'static str, u64)>,
    /// Schedules with one fault that were run.
    pub singles: u64,
    /// Schedules with one fault that there are.
    pub possible: u64,
    /// Random pairs that were run.
    pub pairs: u64,
    /// Random pairs that were asked for.
    pub pairs_wanted: u64,
    /// What of the plan was not verified, and why.
    pub left_out: Vec<LeftOut>,
    /// A run that did not end safe.
    pub failing: Option<Box<Counterexample>>,
}

impl Verified {
    /// Whether every run ended safe.
    #[must_use]
    pub fn is_safe(&self) -> bool {
        self.failing.is_none()
    }

    /// Whether nothing of the plan, and no fault at any instant, was left out.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.left_out.is_empty() && self.singles == self.possible && self.pairs == self.pairs_wanted
    }
}

/// A run that did not end safe, made small.
#[derive(Clone, Debug)]
pub struct Counterexample {
    /// What was run.
    pub case: Case,
    /// The smallest schedule found that still breaks a rule.
    pub schedule: Schedule,
    /// What it left behind.
    pub left: History,
    /// The rules it breaks.
    pub found: Vec<Violation>,
    /// The number of the pair it was found by; none for a single fault.
    pub pair: Option<u64>,
}

/// Tries a plan.
///
/// # Errors
/// Nothing can be run of it, in words.
pub fn verify(plan: &Plan, wanted: &Wanted) -> Result<Verified, String> {
    let (carried, left_out) = carried::carried(plan)?;
    let cases = cases(&carried)?;
    let stories = stories::stories(&cases);
    let singles = Singles::new(&cases, &stories);
    let mut verified = Verified {
        steps: cases.first().map_or(0, |case| u64::from(case.slots())),
        by_fault: Vec::new(),
        singles: 0,
        possible: singles.possible(),
        pairs: 0,
        pairs_wanted: wanted.pairs,
        left_out,
        failing: None,
    };
    let each = stories.iter().map(Story::instants).max().unwrap_or(1).max(1);
    let affordable = wanted.instants_at_most / each;
    let tried = singles.possible().min(affordable.max(1));
    let failing = together::first_that_fails(tried, wanted.threads, |index| {
        let (case, schedule) = singles.schedule(&cases, &stories, singles.spread(index, tried));
        fails(case, &schedule)
    });
    verified.singles = failing.map_or(tried, |index| index + 1);
    verified.by_fault = singles.by_fault((0..verified.singles).map(|index| singles.spread(index, tried)));
    if let Some(index) = failing {
        let (case, schedule) = singles.schedule(&cases, &stories, singles.spread(index, tried));
        verified.failing = Some(Box::new(made_small(case, &schedule, None)));
        return Ok(verified);
    }
    let count = wanted.pairs.min(affordable.max(1));
    let pair = |index: u64| pairs::pair(&cases, &stories, wanted.first.wrapping_add(index));
    let failing = together::first_that_fails(count, wanted.threads, |index| {
        let (case, schedule) = pair(index);
        fails(case, &schedule)
    });
    verified.pairs = failing.map_or(count, |index| index + 1);
    if let Some(index) = failing {
        let (case, schedule) = pair(index);
        verified.failing = Some(Box::new(made_small(case, &schedule, Some(wanted.first.wrapping_add(index)))));
    }
    Ok(verified)
}

/// A plan as it can be started: with every yes-or-no parameter yes, and with every one no.
fn cases(plan: &Plan) -> Result<Vec<Case>, String> {
    let asks = plan.body.parameters.values().any(|declared| declared.r#type == plan::ParameterType::Bool);
    let answers: &[bool] = if asks { &[true, false] } else { &[true] };
    answers.iter().map(|yes| Case::answering(plan.clone(), *yes)).collect()
}

fn fails(case: &Case, schedule: &Schedule) -> bool {
    !judge(case, schedule, &run(case, schedule, Depth::Ends)).is_empty()
}

fn made_small(case: &Case, schedule: &Schedule, pair: Option<u64>) -> Counterexample {
    let schedule = shrink(schedule, |schedule| fails(case, schedule));
    let left = run(case, &schedule, Depth::Ends);
    let found = judge(case, &schedule, &left);
    Counterexample { case: case.clone(), schedule, left, found, pair }
}
