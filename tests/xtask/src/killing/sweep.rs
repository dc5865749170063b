//! The sweep: a rollout for every point, each compared with the uninterrupted one.

use std::fmt;
use std::time::{Duration, Instant};

use super::case::{Case, Kill};
use super::drive::{Rolled, roll};
use super::outcome::{self, Outcome};
use super::points;
use super::rules;
use super::scenario::{CARELESS, SCENARIOS, Scenario};
use super::users::Seen;
use super::world::World;

/// How long an action waits before its effect where the effect shall land after the runtime was killed, in milliseconds.
const LATE_MS: u32 = 400;

/// Failures after which the rest is not tried.
const FAILURES_MAX: usize = 3;

/// A scenario as it goes when nothing interrupts it.
pub(crate) struct Reference {
    pub(crate) scenario: &'static Scenario,
    pub(crate) outcome: Outcome,
    pub(crate) points: Vec<String>,
}

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

/// Sweeps the points whose names contain a text, or all of them.
///
/// # Errors
/// The world itself broke, or an uninterrupted rollout failed.
pub fn sweep(world: &mut World, only: Option<&str>) -> Result<Report, String> {
    let begun = Instant::now();
    let references = SCENARIOS.iter().map(|scenario| reference(world, scenario)).collect::<Result<Vec<_>, _>>()?;
    let mut report = Report::default();
    for reference in &references {
        for case in cases(reference).into_iter().filter(|case| only.is_none_or(|only| case.name.contains(only))) {
            if report.failures() < FAILURES_MAX {
                report.add(world, reference, &case);
            } else {
                report.not_tried += 1;
            }
        }
    }
    report.audit = world.audit().err();
    let seen = world.users()?;
    (report.kills, report.answers, report.failed) = (world.kills, seen.answers, seen.failed);
    report.time = begun.elapsed();
    Ok(report)
}

/// Loses the answer of an effect that is declared idempotent and is not: what a sweep that can see must report as doubled.
///
/// # Errors
/// As [`sweep`].
pub fn careless(world: &mut World) -> Result<Report, String> {
    let reference = reference(world, CARELESS)?;
    let mut report = Report::default();
    report.add(world, &reference, &Case::at(CARELESS, &["after-perform@careless/run-repeat#1"]));
    Ok(report)
}

/// Carries a scenario out without interruption.
pub(crate) fn reference(world: &mut World, scenario: &'static Scenario) -> Result<Reference, String> {
    let case = Case::quiet(scenario);
    let rolled = roll(world, &case).map_err(|e| format!("{}: {e}\n{}", case.name, world.timeline.with([])))?;
    let journal = world.journal(&rolled.run)?;
    let outcome = outcome::of(world, &rolled)?;
    if rolled.code != scenario.code {
        return Err(format!("{}: the run ended with {}: {}", case.name, rolled.code, timeline(world, &rolled)));
    }
    settle(world, scenario, &rolled);
    let points = if scenario.stays() { points::of(&journal) } else { points::of_way_back(&journal) };
    Ok(Reference { scenario, outcome, points })
}

/// The rollouts of a scenario's sweep: one for each point; those whose effect lands late, and those in which the runtime
/// that took the run up is killed as well.
fn cases(reference: &Reference) -> Vec<Case> {
    let scenario = reference.scenario;
    let mut cases: Vec<Case> = reference.points.iter().map(|point| Case::at(scenario, &[point])).collect();
    let lost = |node: &str| format!("after-perform@{node}#1");
    for point in reference.points.iter().filter(|point| point.starts_with("after-perform@")) {
        let node = point.trim_start_matches("after-perform@").trim_end_matches("#1");
        if node.ends_with("/shift") || node.ends_with("run-stamp") {
            cases.push(Case::at(scenario, &[&lost(node), "before-append:resumed@#1"]));
            cases.push(Case::at(scenario, &[&lost(node), "after-append:resumed@#1"]));
        }
        if node.ends_with("run-announce") {
            let again = ["before-probe", "after-probe", "before-append:probed", "after-append:probed"];
            cases.extend(again.map(|place| Case::at(scenario, &[&lost(node), &format!("{place}@{node}#1")])));
        }
    }
    cases.extend(scenario.actions.iter().map(|action| Case {
        name: format!("{}/late@{action}", scenario.workflow),
        delay_ms: LATE_MS,
        kills: vec![Kill::Asked(action)],
        ..Case::quiet(scenario)
    }));
    cases
}

/// After a rollout the standing version is the one that stayed.
pub(crate) fn settle(world: &mut World, scenario: &Scenario, rolled: &Rolled) {
    if scenario.stays() && rolled.code == 0 {
        world.standing = rolled.version.clone();
    }
}

/// What happened, with the run's journal.
pub(crate) fn timeline(world: &World, rolled: &Rolled) -> String {
    let records = world.journal(&rolled.run).unwrap_or_default();
    let lines = records.iter().filter_map(|record| {
        let body = record["body"].to_string();
        let cut: String = body.chars().take(220).collect();
        Some((record["at"]["wall_ms"].as_i64()?, format!("record {}: {cut}", record["seq"])))
    });
    world.timeline.with(lines)
}

impl Report {
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
