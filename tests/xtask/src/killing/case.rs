//! One rollout of a sweep: what is done in it, and when the runtime is killed meanwhile.

use std::time::Duration;

use super::scenario::Scenario;

/// When the runtime is killed. The next one is started at once.
#[derive(Clone, Debug)]
pub(crate) enum Kill {
    /// When it has come to this point.
    At(String),
    /// When the ledger was asked for this effect, before it happens.
    Asked(&'static str),
    /// So long after it was started.
    After(Duration),
}

/// A process that is killed beside the runtime: one that user traffic does not need.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Prey {
    /// A supervisor of the service's instances: this one, counted round.
    Supervisor(usize),
    /// The proxy's supervisor.
    ProxySupervisor,
}

/// A rollout.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// What it is called in tables and on the command line.
    pub(crate) name: String,
    pub(crate) scenario: &'static Scenario,
    /// How long each action waits before its effect, in milliseconds.
    pub(crate) delay_ms: u32,
    pub(crate) kills: Vec<Kill>,
    /// Other kills, so long after the beginning.
    pub(crate) raids: Vec<(Duration, Prey)>,
    /// Whether every kill must have happened: not where they depend on time.
    pub(crate) all_reached: bool,
}

impl Case {
    /// A rollout that nothing interrupts.
    pub(crate) fn quiet(scenario: &'static Scenario) -> Self {
        let name = format!("{}/uninterrupted", scenario.workflow);
        Self { name, scenario, delay_ms: 0, kills: Vec::new(), raids: Vec::new(), all_reached: true }
    }

    /// One that is killed at these points, one after the other.
    pub(crate) fn at(scenario: &'static Scenario, points: &[&str]) -> Self {
        let name = format!("{}/{}", scenario.workflow, points.join("+"));
        let kills = points.iter().map(|point| Kill::At((*point).to_owned())).collect();
        Self { name, kills, ..Self::quiet(scenario) }
    }
}
