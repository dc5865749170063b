//! What a sweep came to: a row for every point, and the sums.

use std::fmt;
use std::time::{Duration, Instant};

use super::case::{Case, Kill};
use super::drive::{Rolled, roll};
use super::outcome;
use super::rules;
use super::sweep::{Reference, settle, timeline};
use super::users::Seen;
use super::world::World;

/// Failures after which the rest is not tried.
const FAILURES_MAX: usize = 3;

/// One point and what came of it.
struct Row {
    name: String,
    took: Duration,
    /// What is not as it must be, with the timeline.
    wrong: Option<String>,
}

/// What a sweep came to.
#[derive(Default)]
pub struct Report {
    rows: Vec<Row>,
    not_tried: usize,
    kills: u64,
    answers: u64,
    failed: u64,
    doubled: usize,
    lost: usize,
    /// Effects whose answer was lost and which a person settled.
    settled: usize,
    /// Rollouts in which an effect took place and its answer was lost, and in which an effect came late.
    answers_lost: usize,
    came_late: usize,
    /// What does not hold in everything that was recorded.
    audit: Option<String>,
    time: Duration,
}

impl Report {
    /// A sweep of these cases; nothing more is tried after a few failures.
    pub(super) fn try_all(&mut self, world: &mut World, reference: &Reference, cases: impl Iterator<Item = Case>) {
        for case in cases {
            if self.failures() < FAILURES_MAX {
                self.add(world, reference, &case);
            } else {
                self.not_tried += 1;
            }
        }
    }

    /// The sums at the end of a sweep that began at `begun`.
    pub(super) fn close(&mut self, world: &mut World, begun: Instant) -> Result<(), String> {
        self.audit = world.audit().err();
        let seen = world.users()?;
        (self.kills, self.answers, self.failed) = (world.kills, seen.answers, seen.failed);
        self.time = begun.elapsed();
        Ok(())
    }

    fn add(&mut self, world: &mut World, reference: &Reference, case: &Case) {
        let begun = Instant::now();
        let before = world.users().unwrap_or_default();
        let rolled = roll(world, case);
        let wrong = match &rolled {
            Err(problem) => Some(format!("{problem}\n{}", world.timeline.with([]))),
            Ok(rolled) => self.judge(world, reference, case, rolled, before),
        };
        if let Ok(rolled) = &rolled {
            settle(world, case.scenario, rolled);
        }
        println!(
            "{:>5} ms  {}  {}",
            begun.elapsed().as_millis(),
            if wrong.is_none() { "ok" } else { "WRONG" },
            case.name
        );
        self.rows.push(Row { name: case.name.clone(), took: begun.elapsed(), wrong });
    }

    fn judge(
        &mut self,
        world: &mut World,
        reference: &Reference,
        case: &Case,
        rolled: &Rolled,
        before: Seen,
    ) -> Option<String> {
        self.settled += rolled.questions.len();
        let lost = |kill: &Kill| matches!(kill, Kill::At(point) if point.starts_with("after-perform@"));
        self.answers_lost += usize::from(case.kills.iter().any(lost));
        self.came_late += usize::from(case.kills.iter().any(|kill| matches!(kill, Kill::Asked(_))));
        let mut wrong = match outcome::of(world, rolled) {
            Err(problem) => vec![problem],
            Ok(outcome) => {
                self.doubled += outcome.doubled();
                self.lost += outcome.lost(&reference.outcome);
                outcome.differences(&reference.outcome, case.raids.is_empty())
            }
        };
        match world.journal(&rolled.run) {
            Ok(journal) => wrong.extend(rules::broken(&journal, rolled)),
            Err(problem) => wrong.push(problem),
        }
        match world.users() {
            Ok(seen) if seen.failed > before.failed => {
                wrong.push(format!("{} requests of users failed", seen.failed - before.failed));
            }
            Ok(_) => {}
            Err(problem) => wrong.push(problem),
        }
        (!wrong.is_empty()).then(|| format!("{}\n{}", wrong.join("\n"), timeline(world, rolled)))
    }

    /// Effects that took place more often than asked for.
    #[must_use]
    pub fn doubled(&self) -> usize {
        self.doubled
    }

    fn failures(&self) -> usize {
        self.rows.iter().filter(|row| row.wrong.is_some()).count()
    }

    /// Whether every point was tried and came out as without interruption.
    #[must_use]
    pub fn good(&self) -> bool {
        self.failures() == 0 && self.not_tried == 0 && self.failed == 0 && self.audit.is_none() && !self.rows.is_empty()
    }

    /// The longest row of the sweep, for whoever wants to shorten it.
    fn slowest(&self) -> Option<&Row> {
        self.rows.iter().max_by_key(|row| row.took)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.good() {
            for row in &self.rows {
                writeln!(f, "{}  {}", if row.wrong.is_none() { "ok   " } else { "WRONG" }, row.name)?;
            }
            for row in self.rows.iter().filter(|row| row.wrong.is_some()) {
                writeln!(f, "\n{}\n{}", row.name, row.wrong.as_deref().unwrap_or_default())?;
            }
        }
        writeln!(
            f,
            "{} points, {} kills, {} requests in {} s: {} effects doubled, {} lost, {} requests failed, {} settled by a person",
            self.rows.len(),
            self.kills,
            self.answers,
            self.time.as_secs(),
            self.doubled,
            self.lost,
            self.failed,
            self.settled,
        )?;
        writeln!(
            f,
            "effect performed, answer lost: {}; effect after the kill: {}; doubled in all of them: {}",
            self.answers_lost, self.came_late, self.doubled,
        )?;
        if let Some(audit) = &self.audit {
            writeln!(f, "the audit: {audit}")?;
        }
        if self.not_tried > 0 {
            writeln!(f, "{} points were not tried after {FAILURES_MAX} failures", self.not_tried)?;
        }
        match self.slowest() {
            Some(row) => writeln!(f, "the longest took {} ms: {}", row.took.as_millis(), row.name),
            None => Ok(()),
        }
    }
}
