//! What a schedule left behind: the world with its book, the journal, the registry, and what went wrong.

use std::collections::BTreeMap;
use std::sync::Arc;

use machine::Moment;
use machine::event::Event;
use machine::journal::Record;
use machine::ports::provider::Request;
use machine::view::RunStatus;
use plan::Release;
use serde_json::Value;

use crate::case::Case;
use crate::fault::{Fault, Hit, Phase};
use crate::schedule::{Passed, Schedule};
use crate::world::World;

/// One durable line.
#[derive(Clone, Debug)]
pub struct Written {
    /// Its number among all that happened, in the world too.
    pub order: u64,
    /// True time, in milliseconds.
    pub at_ms: u64,
    /// The epoch of the runtime that wrote it.
    pub epoch: u64,
    /// When, by the clock of that runtime.
    pub at: Moment,
    /// What it says.
    pub line: Line,
}

/// What a durable line says.
#[derive(Clone, Debug)]
pub enum Line {
    /// Something happened.
    Event(Arc<Event>),
    /// An effect is intended.
    Intent {
        /// What is asked.
        request: Arc<Request>,
    },
    /// What runs was recorded.
    Recorded {
        /// Where.
        place: (String, String),
        /// What.
        release: Option<Release>,
    },
}

/// A fault that took place.
#[derive(Clone, Copy, Debug)]
pub struct Injected {
    /// Its number among all that happened.
    pub order: u64,
    /// True time, in milliseconds.
    pub at_ms: u64,
    /// Which.
    pub fault: Fault,
    /// What it hit.
    pub hit: Hit,
    /// Where the run stood.
    pub phase: Phase,
    /// The step that it was about, by its slot.
    pub slot: Option<u32>,
    /// How often each door had been passed, this time included.
    pub passed: Passed,
}

/// What a schedule left behind.
#[derive(Clone, Debug)]
pub struct History {
    /// The world.
    pub world: World,
    /// What became durable.
    pub journal: Vec<Written>,
    /// The same as sealed records, where the schedule was run with them.
    pub records: Vec<Record>,
    /// The state apart from its rows, as stored; null where none was.
    pub head: Value,
    /// The state's rows, as stored.
    pub rows: BTreeMap<u32, Value>,
    /// What is registered as running, by environment and service.
    pub registry: BTreeMap<(String, String), Option<Release>>,
    /// How the run ended; none when it never did.
    pub status: Option<RunStatus>,
    /// When, true time.
    pub ended_ms: u64,
    /// The same among all that happened.
    pub ended_order: u64,
    /// What went wrong.
    pub injected: Vec<Injected>,
    /// What a fault hit, seen where it took its effect on the run.
    pub felt: Vec<(crate::fault::Kind, Hit, Phase)>,
    /// When each hold was durably begun first, true time.
    pub held: BTreeMap<String, u64>,
    /// Keys of what people said and were answered.
    pub answered: Vec<String>,
    /// How often each door was passed.
    pub passed: Passed,
}

impl History {
    /// The world as a schedule finds it, before anything has happened.
    #[must_use]
    pub fn begun(case: &Case, schedule: &Schedule) -> Self {
        let registered = |(place, release): (&(String, String), &Release)| (place.clone(), Some(release.clone()));
        let registry = match case.is_first(schedule) {
            true => BTreeMap::new(),
            false => case.running.iter().map(registered).collect(),
        };
        Self {
            world: case.world(schedule),
            journal: Vec::with_capacity(4 * case.plan.body.nodes.len()),
            records: Vec::new(),
            head: Value::Null,
            rows: BTreeMap::new(),
            registry,
            status: None,
            ended_ms: 0,
            ended_order: u64::MAX,
            injected: Vec::new(),
            felt: Vec::new(),
            held: BTreeMap::new(),
            answered: Vec::new(),
            passed: Passed::default(),
        }
    }
}
