//! A run whose first stage holds, and is looked at.

use std::collections::BTreeMap;
use std::sync::Arc;

use machine::evidence::Evidence;
use machine::judge::{Look, look};
use machine::ports::provider::{Instance, Outcome, Outputs, Reading, Sample};
use machine::sampling::opening;
use machine::signal::Actor;
use machine::{Action, Event, Moment, Run, SlotIndex, Started};
use plan::Plan;

use crate::fixture;

/// When the window opens.
pub(super) fn start() -> Moment {
    Moment { wall_ms: 1_000_000, boot: "boot".to_owned(), boot_ms: 50_000 }
}

/// So many milliseconds after that.
pub(super) fn later(ms: u64) -> Moment {
    let start = start();
    Moment { wall_ms: start.wall_ms + i64::try_from(ms).unwrap(), boot_ms: start.boot_ms + ms, ..start }
}

/// What a source shows so many milliseconds after the start: readings of the new release and the one that ran.
pub(super) fn sample(ms: u64, new: Reading, old: Reading) -> Sample {
    let releases = BTreeMap::from([(fixture::release("new").id, new), (fixture::release("old").id, old)]);
    Sample { incarnation: "p".to_owned(), at_ms: later(ms).wall_ms, releases, arms: BTreeMap::new() }
}

/// A run of the plan `canary` whose gate is looked at.
pub(super) struct Held {
    pub(super) run: Run,
    pub(super) slot: SlotIndex,
    /// When the window was to open, in milliseconds after the hold began.
    pub(super) opens_after_ms: u64,
}

impl Held {
    /// Whose window opens with this sample, asked for at the start.
    pub(super) fn opened(plan: Plan, sample: Sample) -> Self {
        let started = Started {
            run: "run".to_owned(),
            plan: plan.digest.clone(),
            root: "/project".into(),
            actor: Actor { uid: 1, name: "ann".to_owned(), groups: vec![], owner: true },
            key: "key".to_owned(),
            parameters: BTreeMap::from([("image".to_owned(), String::from(fixture::digest("new")).into())]),
        };
        let mut run = Run::new(Arc::new(plan), &started, &start());
        let mut due = run.apply(&start(), &Event::Started(started));
        loop {
            let node = |slot: &SlotIndex| run.id(*slot).to_owned();
            let event = match &due[0] {
                Action::LookUp { slot, .. } => {
                    Event::LookedUp { node: node(slot), running: Some(fixture::release("old")), previous: None }
                }
                Action::Perform { slot, request, .. } => {
                    let instance = Instance { id: "i".to_owned(), address: "127.0.0.1:1".to_owned() };
                    let outcome = Outcome::Done(Outputs::Instances(vec![instance]));
                    Event::Performed { node: node(slot), attempt: request.attempt, outcome }
                }
                Action::Open { slot, warm_up_ms, .. } => {
                    let (slot, opens_after_ms) = (*slot, *warm_up_ms);
                    let mut held = Self { run, slot, opens_after_ms };
                    held.open(&start(), Ok(sample));
                    return held;
                }
                other => panic!("{other:?} before the hold"),
            };
            due = run.apply(&start(), &event);
        }
    }

    fn open(&mut self, at: &Moment, answer: Result<Sample, String>) {
        let (sample, note) = opening(at, at, answer);
        self.apply(at, &Event::Opened { node: self.run.id(self.slot).to_owned(), sample, note });
    }

    fn apply(&mut self, at: &Moment, event: &Event) {
        // What becomes durable is read again as it was.
        let written = serde_json::to_string(event).unwrap();
        assert_eq!(&serde_json::from_str::<Event>(&written).unwrap(), event);
        self.run.apply(at, event);
    }

    /// A look with a sample that is of this instant.
    pub(super) fn look(&mut self, ms: u64, sample: Sample) -> Evidence {
        self.look_at(&later(ms), sample)
    }

    /// A look that is kept, and opens the window again where it must, as drivers do.
    pub(super) fn look_at(&mut self, at: &Moment, sample: Sample) -> Evidence {
        let evidence = match look(&self.run, self.slot, at, at, Ok(sample.clone())).unwrap() {
            Look::Seen(evidence) => evidence,
            Look::Restarted(restarted) => {
                self.open(at, Ok(restarted));
                match look(&self.run, self.slot, at, at, Ok(sample)).unwrap() {
                    Look::Seen(evidence) => evidence,
                    Look::Restarted(_) => panic!("the window opens again and again"),
                }
            }
        };
        let node = self.run.id(self.slot).to_owned();
        self.apply(at, &Event::Judged { node, last: false, evidence: evidence.clone() });
        *evidence
    }
}
