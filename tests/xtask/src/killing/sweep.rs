//! The sweep: a rollout for every point, each compared with the uninterrupted one.

use std::time::Instant;

use super::case::{Case, Kill};
use super::drive::{Rolled, roll};
use super::outcome::{self, Outcome};
use super::points;
use super::report::Report;
use super::scenario::{CARELESS, SCENARIOS, Scenario, Step};
use super::world::World;

/// How long an action waits before its effect where the effect shall land after the runtime was killed, in milliseconds.
const LATE_MS: u32 = 400;

/// A scenario as it goes when nothing interrupts it.
pub(crate) struct Reference {
    pub(crate) scenario: &'static Scenario,
    pub(crate) outcome: Outcome,
    pub(crate) points: Vec<String>,
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
        let meant = |case: &Case| only.is_none_or(|only| case.name.contains(only));
        report.try_all(world, reference, cases(reference).into_iter().filter(meant));
    }
    report.close(world, begun)?;
    Ok(report)
}

/// Loses the answer of an effect that is declared idempotent and is not: what a sweep that can see must report as doubled.
///
/// # Errors
/// As [`sweep`].
pub fn careless(world: &mut World) -> Result<Report, String> {
    let reference = reference(world, CARELESS)?;
    let mut report = Report::default();
    report.try_all(world, &reference, [Case::at(CARELESS, &["after-perform@careless/run-repeat#1"])].into_iter());
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
        // Where the runtime is also started again without a kill, the first record of a start is not the one that is meant.
        let starts_once = !scenario.script.contains(&Step::Restart);
        if starts_once && (node.ends_with("/shift") || node.ends_with("run-stamp")) {
            cases.push(Case::at(scenario, &[&lost(node), "before-append:resumed@#1"]));
            cases.push(Case::at(scenario, &[&lost(node), "after-append:resumed@#1"]));
        }
        if node.ends_with("run-announce") {
            let again = ["before-probe", "after-probe", "before-append:probed", "after-append:probed"];
            cases.extend(again.map(|place| Case::at(scenario, &[&lost(node), &format!("{place}@{node}#1")])));
        }
        if node.ends_with("run-charge") {
            let again = ["before-settle", "after-settle", "before-append:performed", "after-append:performed"];
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
