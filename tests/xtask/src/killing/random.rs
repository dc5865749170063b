//! The long run: random rollouts, killed at random times and points, with supervisors killed beside the runtime.

use std::fmt;
use std::time::{Duration, Instant};

use super::case::{Case, Kill, Prey};
use super::drive::roll;
use super::outcome;
use super::rules;
use super::scenario::SCENARIOS;
use super::sweep::{Reference, reference, settle, timeline};
use super::world::World;

/// Most kills of the runtime in one rollout.
const KILLS_MAX: usize = 4;
/// Most other kills in one rollout.
const RAIDS_MAX: usize = 2;
/// A kill by time comes at most this long after the runtime was started, in milliseconds.
const AFTER_MS: u64 = 500;
/// Longest wait of an action before its effect, in milliseconds.
const DELAY_MS: u32 = 400;

/// What it came to.
pub struct Report {
    seed: u64,
    rollouts: u64,
    kills: u64,
    raids: u64,
    answers: u64,
    failed: u64,
    doubled: usize,
    lost: usize,
    settled: usize,
    /// The first violation, with its timeline.
    wrong: Option<String>,
}

/// Kills at random for so long, or until the first violation.
///
/// # Errors
/// The world itself broke, or an uninterrupted rollout failed.
pub fn kill(world: &mut World, time: Duration, seed: u64) -> Result<Report, String> {
    let mut dice = fastrand::Rng::with_seed(seed);
    let references = SCENARIOS.iter().map(|scenario| reference(world, scenario)).collect::<Result<Vec<_>, _>>()?;
    let mut report = Report {
        seed,
        rollouts: 0,
        kills: 0,
        raids: 0,
        answers: 0,
        failed: 0,
        doubled: 0,
        lost: 0,
        settled: 0,
        wrong: None,
    };
    let end = Instant::now() + time;
    while Instant::now() < end && report.wrong.is_none() {
        let reference = &references[dice.usize(..references.len())];
        let case = draw(&mut dice, reference);
        report.add(world, reference, &case)?;
    }
    (report.rollouts, report.kills, report.raids) = (world.rollouts, world.kills, world.raids);
    report.wrong = report.wrong.or_else(|| world.audit().err());
    Ok(report)
}

fn draw(dice: &mut fastrand::Rng, reference: &Reference) -> Case {
    let scenario = reference.scenario;
    let after = |dice: &mut fastrand::Rng| Kill::After(Duration::from_millis(dice.u64(..AFTER_MS)));
    let mut kills = vec![match dice.u8(..4) {
        0 | 1 => dice.choice(&reference.points).map_or_else(|| after(dice), |point| Kill::At(point.clone())),
        2 => dice.choice(scenario.actions).map_or_else(|| after(dice), |action| Kill::Asked(action)),
        _ => after(dice),
    }];
    // A point or an effect may lie behind a run that was taken up, a time never does.
    kills.extend((0..dice.usize(..KILLS_MAX)).map(|_| after(dice)));
    let mut raids: Vec<(Duration, Prey)> = (0..dice.usize(..=RAIDS_MAX)).map(|_| raid(dice)).collect();
    raids.sort_by_key(|(after, _)| *after);
    let delay_ms = if dice.bool() { dice.u32(..DELAY_MS) } else { 0 };
    let name = format!("{}/random", scenario.workflow);
    Case { name, delay_ms, kills, raids, all_reached: false, scenario }
}

fn raid(dice: &mut fastrand::Rng) -> (Duration, Prey) {
    let prey = if dice.bool() { Prey::Supervisor(dice.usize(..)) } else { Prey::ProxySupervisor };
    (Duration::from_millis(dice.u64(..2 * AFTER_MS)), prey)
}

impl Report {
    fn add(&mut self, world: &mut World, reference: &Reference, case: &Case) -> Result<(), String> {
        let rolled = match roll(world, case) {
            Ok(rolled) => rolled,
            Err(problem) => {
                self.wrong = Some(format!("{problem}\n{case:?}\n{}", world.timeline.with([])));
                return Ok(());
            }
        };
        let outcome = outcome::of(world, &rolled)?;
        let mut wrong = outcome.differences(&reference.outcome, false);
        self.doubled += outcome.doubled();
        self.lost += outcome.lost(&reference.outcome);
        self.settled += rolled.questions.len();
        let seen = world.users()?;
        if seen.failed > self.failed {
            wrong.push(format!("{} requests of users failed", seen.failed - self.failed));
        }
        (self.answers, self.failed) = (seen.answers, seen.failed);
        match world.journal(&rolled.run) {
            Ok(journal) => wrong.extend(rules::broken(&journal, &rolled)),
            Err(problem) => wrong.push(problem),
        }
        if !wrong.is_empty() {
            self.wrong = Some(format!("{}\n{case:?}\n{}", wrong.join("\n"), timeline(world, &rolled)));
        }
        settle(world, case.scenario, &rolled);
        Ok(())
    }

    /// Whether nothing was done twice, lost, or failed.
    #[must_use]
    pub fn good(&self) -> bool {
        self.wrong.is_none()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(wrong) = &self.wrong {
            writeln!(f, "the first violation:\n{wrong}")?;
        }
        write!(
            f,
            "seed {}: {} rollouts, {} kills of the runtime and {} of supervisors, {} requests: {} effects doubled, {} lost, {} requests failed, {} settled by a person",
            self.seed,
            self.rollouts,
            self.kills,
            self.raids,
            self.answers,
            self.doubled,
            self.lost,
            self.failed,
            self.settled,
        )
    }
}
