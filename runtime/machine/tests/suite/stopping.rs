//! A run that is stopped and taken up again, or lost and taken up again, at any of its points ends as one that was
//! left alone, and does what it does once.
//!
//! The world here answers only what the machine asks for: a wait that was never armed, or a step that was forgotten,
//! shows as a run that does not end.

use crate::fixture;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use machine::evidence::{Evidence, Verdict};
use machine::ports::provider::{Instance, Outcome, Outputs, Probe};
use machine::signal::{Actor, Signal, SignalKind};
use machine::state::SlotState;
use machine::view::RunStatus;
use machine::{Action, Event, Moment, Run, Started};
use serde_json::Value;

/// What is special about a world.
#[derive(Clone, Copy, Debug, Default)]
struct World {
    /// The plan.
    plan: &'static str,
    /// Each first attempt fails.
    busy: bool,
    /// Each first answer is lost.
    lossy: bool,
    /// What gates see.
    bad: bool,
    /// The node whose effect always fails.
    broken: &'static str,
    /// Once the first hold holds, a person says this.
    said: Option<fn() -> SignalKind>,
    /// Once the first hold holds, the weights are changed by hand.
    drift: bool,
}

/// How the runtime goes away.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Away {
    /// It is told to stop, and takes the answers of what is under way.
    Stops,
    /// It is told to stop, and is killed before an answer comes.
    IsKilledStopping,
    /// It is killed.
    IsKilled,
    /// The host is started again.
    Reboots,
}

struct Play {
    world: World,
    run: Run,
    rows: BTreeMap<u32, Value>,
    now: Moment,
    asked: VecDeque<Action>,
    /// Key and attempt of what took effect, in order.
    took: Vec<(String, u32)>,
    told: usize,
    /// Whether what is in store for the first hold has happened.
    happened: bool,
}

fn actor(uid: u32) -> Actor {
    Actor { uid, name: ["ann", "bob"][uid as usize].to_owned(), groups: vec![], owner: true }
}

impl Play {
    fn new(world: World) -> Self {
        let plan = Arc::new(fixture::plan(world.plan));
        let started = Started {
            run: "run".to_owned(),
            plan: plan.digest.clone(),
            root: "/project".into(),
            actor: actor(0),
            key: "key".to_owned(),
            parameters: BTreeMap::from([("image".to_owned(), String::from(fixture::digest("new")).into())]),
        };
        let now = Moment { wall_ms: 0, boot: "boot".to_owned(), boot_ms: 0 };
        let run = Run::new(plan, &started, &now);
        let asked = VecDeque::new();
        let mut play = Self { world, run, rows: BTreeMap::new(), now, asked, took: vec![], told: 0, happened: false };
        play.apply(Event::Started(started));
        play
    }

    fn apply(&mut self, event: Event) {
        let actions = self.run.apply(&self.now, &event);
        self.rows.extend(self.run.take_touched());
        let kept = |action: &Action| {
            !matches!(action, Action::Watch { .. } | Action::Record(_) | Action::Note { .. } | Action::End(_))
        };
        self.asked.extend(actions.into_iter().filter(kept));
    }

    fn say(&mut self, uid: u32, kind: SignalKind) {
        self.told += 1;
        let signal = Signal { key: self.told.to_string(), actor: actor(uid), kind, reason: Some("so".to_owned()) };
        if self.run.consider(&signal).is_ok() {
            self.apply(Event::Signalled(signal));
        }
    }

    /// Runs to the end, away once before the event of this number; gives the number of events.
    fn play_out(&mut self, away: Option<(usize, Away)>) -> usize {
        for event in 0..1_000 {
            if self.run.head().status.ended() {
                return event;
            }
            if let Some((_, away)) = away.filter(|(at, _)| *at == event) {
                self.goes_away(away);
            }
            self.happens();
            self.people_decide();
            if !self.run.head().status.ended() {
                self.next();
            }
        }
        panic!("the run does not end: {:#?}", self.run.view(&self.now, 0, &|_| None));
    }

    /// What the world has in store for this moment; said or done only once the run is there again.
    fn happens(&mut self) {
        let hold = self.run.slot("release/shop-to-local/5%/hold").map(|slot| self.run.state(slot));
        if self.happened || !matches!(hold, Some(SlotState::Holding(_))) {
            return;
        }
        self.happened = true;
        if let Some(kind) = self.world.said {
            self.say(0, kind());
        }
        if self.world.drift {
            let gone = self.run.observed().into_iter().next_back();
            if let Some(observation) = gone {
                let node = self.run.id(observation.slot).to_owned();
                self.apply(Event::Observed { node, drift: "the weights were changed by hand".to_owned() });
            }
        }
    }

    /// Two people agree to whatever waits. Of what nobody knows they look whether it did take effect.
    fn people_decide(&mut self) {
        let waiting = self.run.view(&self.now, 0, &|_| None).waiting;
        for waiting in waiting {
            let (step, plan) = (Some(waiting.step), self.run.plan().digest.clone());
            if let Some(asked) = waiting.asked {
                let took = self.took.contains(&(asked.key, asked.attempt));
                self.say(0, if took { SignalKind::Skip { step } } else { SignalKind::Retry { step } });
            } else {
                self.say(0, SignalKind::Approve { step: step.clone(), plan: plan.clone() });
                self.say(1, SignalKind::Approve { step, plan });
            }
        }
    }

    /// Answers what was asked first; lets time pass when there is nothing but waits.
    fn next(&mut self) {
        let first = self.asked.iter().position(|action| !is_timer(action));
        let at = first.or_else(|| {
            let waits = self.asked.iter().enumerate();
            waits.min_by_key(|(_, wait)| self.left_ms(wait)).map(|(at, _)| at)
        });
        let at = at.unwrap_or_else(|| panic!("nothing is asked: {:#?}", self.run.view(&self.now, 0, &|_| None)));
        let action = self.asked.remove(at).unwrap();
        let left_ms = self.left_ms(&action);
        self.now.boot_ms += left_ms;
        self.now.wall_ms += i64::try_from(left_ms).unwrap();
        let event = self.answer(&action);
        self.apply(event);
    }

    fn left_ms(&self, action: &Action) -> u64 {
        match action {
            Action::Wake { since, after_ms, .. } => self.now.left_of(*after_ms, since),
            Action::WakeAt { at_ms, .. } => u64::try_from(at_ms - self.now.wall_ms).unwrap_or(0),
            Action::Probe { since, request, .. } => self.now.left_of(request.timeout_ms, since),
            _ => 0,
        }
    }

    fn answer(&mut self, action: &Action) -> Event {
        let id = |slot: &u32| self.run.id(*slot).to_owned();
        match action {
            Action::LookUp { slot, .. } => {
                let (running, previous) = (Some(fixture::release("old")), None);
                Event::LookedUp { node: id(slot), running, previous }
            }
            Action::Open { slot, .. } => Event::Opened { node: id(slot), sample: None, note: None },
            Action::Conclude { slot, .. } => {
                let (node, evidence) = (id(slot), Box::new(evidence(self.world.bad)));
                Event::Judged { node, last: true, evidence }
            }
            Action::Wake { slot, .. } | Action::WakeAt { slot, .. } => Event::Woke { node: id(slot) },
            Action::Probe { slot, request, .. } => {
                let took = self.took.contains(&(request.key.clone(), request.attempt));
                let probe = if took { Probe::Took(Outputs::None) } else { Probe::DidNot };
                Event::Probed { node: id(slot), attempt: request.attempt, probe }
            }
            Action::Perform { slot, request, .. } => {
                let (node, attempt, key) = (id(slot), request.attempt, request.key.clone());
                let outcome = self.perform(&node, attempt, key);
                Event::Performed { node, attempt, outcome }
            }
            Action::Settle { slot, request, .. } => {
                let outcome = Outcome::Unknown { message: "no trace of it".to_owned() };
                Event::Performed { node: id(slot), attempt: request.attempt, outcome }
            }
            Action::Watch { .. } | Action::Record(_) | Action::Note { .. } | Action::End(_) => {
                unreachable!("these are not answered")
            }
        }
    }

    fn perform(&mut self, node: &str, attempt: u32, key: String) -> Outcome {
        if self.world.busy && attempt == 1 {
            return Outcome::Failed { retryable: true, message: "busy".to_owned() };
        }
        if !self.world.broken.is_empty() && node.ends_with(self.world.broken) {
            return Outcome::Failed { retryable: false, message: "broken".to_owned() };
        }
        self.took.push((key, attempt));
        if self.world.lossy && attempt == 1 {
            return Outcome::Unknown { message: "no answer".to_owned() };
        }
        let address = format!("127.0.0.1:{attempt}");
        Outcome::Done(Outputs::Instances(vec![Instance { id: "i".to_owned(), address }]))
    }

    fn goes_away(&mut self, away: Away) {
        if matches!(away, Away::Stops | Away::IsKilledStopping) {
            self.apply(Event::Stopping);
        }
        if away == Away::Stops {
            self.answers_come();
        } else {
            self.answers_are_lost();
        }
        let head = serde_json::to_value(self.run.head()).unwrap();
        let rows = self.rows.clone().into_iter().collect();
        self.run = Run::restore(Arc::clone(self.run.plan()), head, rows).unwrap();
        self.asked.clear();
        if away == Away::Reboots {
            self.now = Moment { boot: "other".to_owned(), boot_ms: 3, wall_ms: self.now.wall_ms + 3_600_000 };
        }
        self.apply(Event::Resumed { epoch: 2, settles: true });
    }

    /// What is under way takes effect, and nobody hears of it.
    fn answers_are_lost(&mut self) {
        for action in std::mem::take(&mut self.asked) {
            if let Action::Perform { .. } = action {
                self.answer(&action);
            }
        }
    }

    /// What is under way answers; nothing is asked because of it.
    fn answers_come(&mut self) {
        let under_way: Vec<Action> = self.asked.drain(..).filter(|action| !is_timer(action)).collect();
        for action in under_way {
            if !matches!(action, Action::Probe { .. } | Action::Settle { .. }) {
                let event = self.answer(&action);
                self.apply(event);
            }
        }
        assert!(self.asked.iter().all(is_timer), "a runtime that stops is asked for {:?}", self.asked);
    }
}

fn is_timer(action: &Action) -> bool {
    matches!(action, Action::Wake { .. } | Action::WakeAt { .. })
}

fn evidence(bad: bool) -> Evidence {
    Evidence {
        gate: "healthy".to_owned(),
        place: None,
        node: String::new(),
        at_ms: 0,
        sampled_ms: None,
        window_ms: 0,
        verdict: if bad { Verdict::Inconclusive } else { Verdict::Pass },
        cause: String::new(),
        n: 0,
        at_least: 0,
        confidence: "0.95".to_owned(),
        conditions: vec![],
        observed_share: None,
        runbooks: Vec::new(),
    }
}

/// What took effect, without the repetitions of a request that may be repeated.
fn once_each(took: &[(String, u32)]) -> Vec<(String, u32)> {
    let mut seen = Vec::new();
    for one in took {
        if !seen.contains(one) {
            seen.push(one.clone());
        }
    }
    seen
}

fn sweep(world: World, expected: RunStatus) {
    let mut reference = Play::new(world);
    let events = reference.play_out(None);
    let reason = |play: &Play| play.run.view(&play.now, 0, &|_| None).reason;
    assert_eq!(reference.run.head().status, expected, "{world:?}: {:?}", reason(&reference));
    assert!(events >= 3, "{world:?}");
    for at in 0..events {
        for away in [Away::Stops, Away::IsKilledStopping, Away::IsKilled, Away::Reboots] {
            let place = format!("{world:?}, {away:?} before event {at}");
            let mut play = Play::new(world);
            play.play_out(Some((at, away)));
            assert_eq!(play.run.head().status, expected, "{place}: {:?}", reason(&play));
            assert_eq!(sorted(&play.took), sorted(&reference.took), "{place}");
            let once = |took: &[(String, u32)]| took.iter().filter(|(key, _)| key.contains("/once/")).count();
            assert!(once(&play.took) <= once(&reference.took), "{place}: {:?}", play.took);
            if away == Away::Stops && !world.lossy {
                assert_eq!(play.took.len(), reference.took.len(), "{place}: nothing is even repeated");
            }
        }
    }
}

/// Rollouts beside each other may take turns otherwise.
fn sorted(took: &[(String, u32)]) -> Vec<(String, u32)> {
    let mut once = once_each(took);
    once.sort();
    once
}

#[test]
fn a_good_release() {
    for plan in ["canary", "approved", "asking", "actions", "beside", "tidied", "handled", "going-on", "hours"] {
        sweep(World { plan, ..World::default() }, RunStatus::Completed);
        sweep(World { plan, busy: true, ..World::default() }, RunStatus::Completed);
        sweep(World { plan, lossy: true, ..World::default() }, RunStatus::Completed);
    }
}

#[test]
fn a_bad_release() {
    for plan in ["canary", "approved", "beside", "tidied"] {
        sweep(World { plan, bad: true, ..World::default() }, RunStatus::RolledBack);
        sweep(World { plan, bad: true, busy: true, ..World::default() }, RunStatus::RolledBack);
    }
}

#[test]
fn a_step_that_fails() {
    let world = World { plan: "canary", ..World::default() };
    sweep(World { broken: "100%/shift", ..world }, RunStatus::RolledBack);
    sweep(World { broken: "retire", ..world }, RunStatus::Unsafe);
    sweep(World { bad: true, broken: "back/ensure", ..world }, RunStatus::Unsafe);
    sweep(World { bad: true, broken: "back/stop", ..world }, RunStatus::Unsafe);
}

#[test]
fn handlers_and_the_end() {
    let handled = World { plan: "handled", ..World::default() };
    sweep(World { broken: "shop-to-local/100%/shift", ..handled }, RunStatus::RolledBack);
    sweep(World { broken: "shop-to-local/100%/shift", busy: true, ..handled }, RunStatus::RolledBack);
    sweep(World { broken: "shop-to-local/100%/shift", lossy: true, ..handled }, RunStatus::RolledBack);
    sweep(World { broken: "mail-to-local/100%/shift", ..handled }, RunStatus::RolledBack);
    sweep(World { broken: "finally/tidy", ..handled }, RunStatus::Failed);
    sweep(World { broken: "shop-to-local/back/shift", bad: true, ..handled }, RunStatus::RolledBack);
    sweep(World { said: Some(|| SignalKind::Abort), ..handled }, RunStatus::Aborted);
    sweep(World { said: Some(|| SignalKind::Rollback), ..handled }, RunStatus::RolledBack);
    let going_on = World { plan: "going-on", ..World::default() };
    sweep(World { broken: "mail-to-local/100%/shift", ..going_on }, RunStatus::Completed);
    sweep(World { broken: "mail-to-local/100%/shift", busy: true, ..going_on }, RunStatus::Completed);
    sweep(World { broken: "mail-to-local/back/stop", bad: true, ..going_on }, RunStatus::Unsafe);
    sweep(World { broken: "shop-to-local/back/shift", ..going_on }, RunStatus::Unsafe);
}

#[test]
fn people_and_drift() {
    let world = World { plan: "canary", ..World::default() };
    sweep(World { said: Some(|| SignalKind::Abort), ..world }, RunStatus::Aborted);
    sweep(World { said: Some(|| SignalKind::Extend { step: None, by_ms: 500 }), ..world }, RunStatus::Completed);
    sweep(World { drift: true, ..world }, RunStatus::Completed);
    sweep(World { drift: true, busy: true, ..world }, RunStatus::Completed);
}
