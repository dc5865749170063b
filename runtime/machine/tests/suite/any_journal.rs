//! Whatever a journal holds, the machine neither panics nor leaves its rows behind its state, a run that has ended
//! stays as it ended, and one that has not is never stuck.

use crate::fixture;
use std::collections::BTreeMap;
use std::sync::Arc;

use machine::evidence::{Evidence, Verdict};
use machine::journal::Record;
use machine::ports::provider::{Instance, Outcome, Outputs, Probe};
use machine::signal::{Actor, Signal, SignalKind};
use machine::state::SlotState;
use machine::{Action, Event, Moment, Run, Started};
use proptest::prelude::*;
use serde_json::{Value, json};

const PLANS: [&str; 16] = [
    "canary",
    "approved",
    "asking",
    "actions",
    "beside",
    "tidied",
    "handled",
    "going-on",
    "going-on-tidied",
    "bounded",
    "last-goes-on",
    "back-beside",
    "hours",
    "hours-asking",
    "brought",
    "earlier",
];

fn started(plan: &plan::Plan) -> Started {
    Started {
        run: "run".to_owned(),
        plan: plan.digest.clone(),
        root: "/project".into(),
        actor: actor(0),
        key: "key".to_owned(),
        parameters: BTreeMap::from([("image".to_owned(), String::from(fixture::digest("new")).into())]),
    }
}

fn actor(uid: u32) -> Actor {
    Actor { uid, name: ["ann", "bob", "eve"][uid as usize % 3].to_owned(), groups: vec![], owner: uid == 0 }
}

/// An event that fits an action, or a stray one, chosen by numbers.
fn event(run: &Run, asked: &[(String, u32, bool)], which: u8, pick: usize, how: u8) -> Event {
    let nodes = &run.plan().body.nodes;
    let body = &run.plan().body;
    let asides = body.scopes.values().flat_map(|scope| &scope.on_failure).chain(&body.finally);
    let ids = nodes.iter().chain(asides).map(|node| node.id.0.as_str());
    let begun: Vec<&str> = ids.filter(|id| has_begun(run, id)).collect();
    // Most events fit: they are of what has begun, and answer what was asked last.
    let any = || nodes[pick % nodes.len()].id.0.clone();
    let fitting = begun.get(pick % begun.len().max(1)).filter(|_| !how.is_multiple_of(8));
    let stray = (fitting.map_or_else(any, |id| (*id).to_owned()), 1, false);
    let latest = &asked[asked.len().saturating_sub(if how.is_multiple_of(8) { asked.len() } else { 3 })..];
    let (node, attempt, _) = latest.get(pick % latest.len().max(1)).unwrap_or(&stray).clone();
    let outputs = Outputs::Instances(vec![Instance { id: "i".to_owned(), address: "127.0.0.1:1".to_owned() }]);
    let signals = [
        SignalKind::Approve { step: None, plan: run.plan().digest.clone() },
        SignalKind::Reject { step: None },
        SignalKind::Pause,
        SignalKind::Resume,
        SignalKind::Abort,
        SignalKind::Rollback,
        SignalKind::Retry { step: None },
        SignalKind::Retry { step: Some(stray.0.clone()) },
        SignalKind::Skip { step: None },
        SignalKind::Skip { step: Some(stray.0.clone()) },
        SignalKind::Extend { step: None, by_ms: 1 + u64::from(how) },
        SignalKind::Steal,
    ];
    let reason = (!how.is_multiple_of(5)).then(|| "so".to_owned());
    let value = json!({ "image": String::from(fixture::digest("new")), "count": 2, "url": "http://x" });
    let built = if node.ends_with("/build") { Outputs::Value(value) } else { outputs.clone() };
    let performed = [
        Outcome::Done(built),
        Outcome::Failed { retryable: true, message: "busy".to_owned() },
        Outcome::Failed { retryable: false, message: "no".to_owned() },
        Outcome::Unknown { message: "lost".to_owned() },
    ];
    let probes = [Probe::Took(outputs), Probe::DidNot, Probe::CannotTell("?".to_owned())];
    let verdicts = [Verdict::Pass, Verdict::Fail, Verdict::Inconclusive];
    match which % 20 {
        0..=5 => Event::Performed { node, attempt, outcome: performed[usize::from(how) % 8 % 4].clone() },
        6 => Event::Probed { node, attempt, probe: probes[usize::from(how) % 3].clone() },
        7 if how.is_multiple_of(16) => Event::NotLookedUp { node: stray.0, problem: "the row is damaged".to_owned() },
        7 => {
            let running = (!how.is_multiple_of(4)).then(|| fixture::release("old"));
            let previous = how.is_multiple_of(3).then(|| fixture::release("older"));
            Event::LookedUp { node: stray.0, running, previous }
        }
        8 => Event::Opened { node: stray.0, sample: None, note: None },
        9 | 10 => Event::Judged {
            last: how.is_multiple_of(2),
            evidence: Box::new(evidence(verdicts[usize::from(how) % 3])),
            node: stray.0,
        },
        11..=13 => Event::Woke { node: stray.0 },
        14 if how.is_multiple_of(4) => Event::Barred { why: "eve may not run".to_owned() },
        number @ (14 | 15) => Event::Resumed { epoch: 1, settles: number == 15 },
        16 if how.is_multiple_of(2) => Event::Stopping,
        16 | 17 => {
            let observed = run.observed();
            let expected = observed.get(pick % observed.len().max(1)).map(|observation| run.id(observation.slot));
            Event::Observed { node: expected.map_or(stray.0, str::to_owned), drift: "it is gone".to_owned() }
        }
        _ => Event::Signalled(Signal {
            key: format!("{how}/{pick}"),
            actor: actor(u32::from(how)),
            // Most runs are not ended by a signal at once.
            kind: signals[if pick.is_multiple_of(3) { usize::from(how) } else { usize::from(how) % 4 + 6 } % 12]
                .clone(),
            reason,
        }),
    }
}

fn has_begun(run: &Run, id: &str) -> bool {
    let over = |state: &SlotState| {
        matches!(state, SlotState::Pending | SlotState::Done { .. } | SlotState::Failed { .. } | SlotState::Skipped)
    };
    run.slot(id).is_some_and(|slot| !over(run.state(slot)))
}

fn evidence(verdict: Verdict) -> Evidence {
    Evidence {
        gate: "healthy".to_owned(),
        place: None,
        node: String::new(),
        at_ms: 0,
        sampled_ms: None,
        window_ms: 0,
        verdict,
        cause: String::new(),
        n: 0,
        at_least: 0,
        confidence: "0.95".to_owned(),
        conditions: vec![],
        observed_share: None,
        runbooks: Vec::new(),
    }
}

fn note(run: &Run, actions: &[Action], asked: &mut Vec<(String, u32, bool)>) {
    for action in actions {
        match action {
            Action::Perform { slot, request, .. } | Action::Settle { slot, request, .. } => {
                asked.push((run.id(*slot).to_owned(), request.attempt, false));
            }
            Action::Probe { slot, request, .. } => asked.push((run.id(*slot).to_owned(), request.attempt, true)),
            _ => {}
        }
    }
}

/// A run with its stored rows and its journal, as an engine keeps them.
struct Kept {
    run: Run,
    rows: BTreeMap<u32, Value>,
    journal: Vec<Record>,
}

impl Kept {
    fn apply(&mut self, at: &Moment, event: &Event) -> Vec<Action> {
        let actions = self.run.apply(at, event);
        let kept = event.is_always_kept() || !actions.is_empty() || self.run.has_touched();
        if kept {
            self.seal(at, serde_json::to_value(event).unwrap());
            for action in &actions {
                if let Action::Perform { slot, provider, request } = action {
                    let node = self.run.id(*slot).to_owned();
                    self.seal(at, json!({ "intent": { "node": node, "provider": provider, "request": request } }));
                }
            }
        }
        self.rows.extend(self.run.take_touched());
        actions
    }

    fn seal(&mut self, at: &Moment, body: Value) {
        let previous = self.journal.last().map(|record| record.hash.clone()).unwrap_or_default();
        self.journal.push(Record::seal(&previous, self.journal.len() as u64 + 1, at.clone(), body));
    }

    /// What is stored, and what is journalled, give the same run.
    fn agrees(&self, now: &Moment) {
        let plan = self.run.plan();
        let head = serde_json::to_value(self.run.head()).unwrap();
        let restored = Run::restore(Arc::clone(plan), head, self.rows.clone().into_iter().collect()).unwrap();
        assert_eq!(restored.view(now, 0, &|_| None), self.run.view(now, 0, &|_| None));
        assert_eq!(restored.observed(), self.run.observed());
    }

    fn replays(&self) {
        let mut again = Run::replay(Arc::clone(self.run.plan()), &self.journal).unwrap();
        assert_eq!(again.head(), self.run.head());
        assert_eq!(again.take_touched().into_iter().collect::<BTreeMap<_, _>>(), self.rows);
    }

    /// A run that has not ended waits for an answer, for a time or for a person, and all of them are bounded.
    fn is_not_stuck(&self, now: &Moment) {
        let run = &self.run;
        assert_eq!(run.moves_by_ms(now).is_none(), run.head().status.ended(), "{:#?}", run.view(now, 0, &|_| None));
        let counted = self.under_way();
        assert!(run.head().in_flight == counted || run.head().stopping, "{} of {counted}", run.head().in_flight);
        assert!(!run.head().status.ended() || run.observed().is_empty());
    }

    fn under_way(&self) -> u32 {
        let slots = (0..).map_while(|slot| (slot < self.slots()).then(|| self.run.state(slot)));
        let under_way = slots.filter(|state| match state {
            SlotState::Performing(_) | SlotState::Probing(_) => true,
            SlotState::Mending(mending) => mending.waits.is_none(),
            _ => false,
        });
        u32::try_from(under_way.count()).unwrap()
    }

    fn slots(&self) -> u32 {
        let body = &self.run.plan().body;
        let back: usize = body.rollouts.values().map(|rollout| rollout.recovery.len()).sum();
        let asides: usize = body.scopes.values().map(|scope| scope.on_failure.len()).sum();
        u32::try_from(body.nodes.len() + back + asides + body.finally.len()).unwrap()
    }
}

/// What begins something new in the world.
fn begins(action: &Action) -> bool {
    match action {
        Action::Perform { .. }
        | Action::Settle { .. }
        | Action::Probe { .. }
        | Action::LookUp { .. }
        | Action::Open { .. }
        | Action::Conclude { .. }
        | Action::Record(_) => true,
        Action::Watch { .. } | Action::Wake { .. } | Action::WakeAt { .. } | Action::Note { .. } | Action::End(_) => {
            false
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_follow_state_and_an_end_is_an_end(
        plan in 0..PLANS.len(),
        moves in proptest::collection::vec((any::<u8>(), any::<usize>(), any::<u8>(), 0..2_000_u64), 1..120),
    ) {
        let plan = Arc::new(fixture::plan(PLANS[plan]));
        let mut now = Moment { wall_ms: 0, boot: "b".to_owned(), boot_ms: 0 };
        let started = started(&plan);
        let run = Run::new(Arc::clone(&plan), &started, &now);
        let mut kept = Kept { run, rows: BTreeMap::new(), journal: vec![] };
        let mut asked = vec![];
        let actions = kept.apply(&now, &Event::Started(started));
        note(&kept.run, &actions, &mut asked);
        for (which, pick, how, wait) in moves {
            now = later(now, wait, which, how);
            let ended = kept.run.head().status.ended().then(|| kept.run.head().clone());
            let stopping = kept.run.head().stopping;
            let event = event(&kept.run, &asked, which, pick, how);
            let actions = kept.apply(&now, &event);
            note(&kept.run, &actions, &mut asked);
            if let Some(head) = ended {
                prop_assert_eq!(&head, kept.run.head());
                prop_assert!(actions.is_empty());
            }
            if stopping && !matches!(event, Event::Resumed { .. }) {
                prop_assert!(!actions.iter().any(begins), "{:?} begins {:?}", event, actions);
            }
            kept.agrees(&now);
            kept.is_not_stuck(&now);
        }
        kept.replays();
    }
}

/// Time goes on: seldom by more than people have to decide, seldom with a stepped clock, and on another boot where the
/// run is taken up next.
fn later(mut now: Moment, wait: u64, which: u8, how: u8) -> Moment {
    let day_ms = 24 * 60 * 60 * 1_000;
    let wait = if wait.is_multiple_of(40) { 31 * day_ms } else { wait };
    now.boot_ms += wait;
    now.wall_ms += i64::try_from(wait).unwrap();
    if wait.is_multiple_of(17) {
        now.wall_ms += (i64::from(how) - 128) * 3_600_000;
    }
    if which % 20 == 15 {
        now = Moment { boot: format!("b{wait}"), boot_ms: u64::from(how), ..now };
    }
    now
}
