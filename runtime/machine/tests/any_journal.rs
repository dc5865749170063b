//! Whatever a journal holds, the machine neither panics nor leaves its rows behind its state, and a run that has
//! ended stays as it ended.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

mod fixture;

use std::collections::BTreeMap;
use std::sync::Arc;

use machine::evidence::{Evidence, Verdict};
use machine::ports::provider::{Instance, Outcome, Outputs, Probe};
use machine::signal::{Actor, Signal, SignalKind};
use machine::{Action, Event, Moment, Run, Started};
use proptest::prelude::*;

const PLANS: [&str; 4] = ["canary", "approved", "asking", "actions"];

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
    let stray = (nodes[pick % nodes.len()].id.0.clone(), 1, false);
    let (node, attempt, _) = if asked.is_empty() { stray.clone() } else { asked[pick % asked.len()].clone() };
    let outputs = Outputs::Instances(vec![Instance { id: "i".to_owned(), address: "127.0.0.1:1".to_owned() }]);
    let signals = [
        SignalKind::Approve { step: None, plan: run.plan().digest.clone() },
        SignalKind::Reject { step: None },
        SignalKind::Pause,
        SignalKind::Resume,
        SignalKind::Abort,
        SignalKind::Rollback,
    ];
    let performed = [
        Outcome::Done(outputs.clone()),
        Outcome::Failed { retryable: true, message: "busy".to_owned() },
        Outcome::Failed { retryable: false, message: "no".to_owned() },
        Outcome::Unknown { message: "lost".to_owned() },
    ];
    let probes = [Probe::Took(outputs), Probe::DidNot, Probe::CannotTell("?".to_owned())];
    let verdicts = [Verdict::Pass, Verdict::Fail, Verdict::Inconclusive];
    match which % 16 {
        0..=5 => Event::Performed { node, attempt, outcome: performed[usize::from(how) % 8 % 4].clone() },
        6 => Event::Probed { node, attempt, probe: probes[usize::from(how) % 3].clone() },
        7 => Event::LookedUp { node: stray.0, running: (!how.is_multiple_of(4)).then(|| fixture::release("old")) },
        8 => Event::Opened { node: stray.0, sample: None, note: None },
        9 | 10 => Event::Judged {
            last: how.is_multiple_of(2),
            evidence: Box::new(evidence(verdicts[usize::from(how) % 3])),
            node: stray.0,
        },
        11..=13 => Event::Woke { node: stray.0 },
        14 if how.is_multiple_of(4) => Event::Barred { why: "eve may not run".to_owned() },
        14 => Event::Resumed { epoch: 1 },
        _ => Event::Signalled(Signal {
            key: how.to_string(),
            actor: actor(u32::from(how)),
            kind: signals[usize::from(how) % 6].clone(),
            reason: None,
        }),
    }
}

fn evidence(verdict: Verdict) -> Evidence {
    Evidence {
        gate: "healthy".to_owned(),
        place: None,
        node: String::new(),
        at_ms: 0,
        window_ms: 0,
        verdict,
        cause: String::new(),
        n: 0,
        at_least: 0,
        confidence: "0.95".to_owned(),
        conditions: vec![],
        observed_share: None,
    }
}

fn note(run: &Run, actions: &[Action], asked: &mut Vec<(String, u32, bool)>) {
    for action in actions {
        match action {
            Action::Perform { slot, request, .. } => asked.push((run.id(*slot).to_owned(), request.attempt, false)),
            Action::Probe { slot, request, .. } => asked.push((run.id(*slot).to_owned(), request.attempt, true)),
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_follow_state_and_an_end_is_an_end(
        plan in 0..4_usize,
        moves in proptest::collection::vec((any::<u8>(), any::<usize>(), any::<u8>(), 0..2_000_u64), 1..120),
    ) {
        let plan = Arc::new(fixture::plan(PLANS[plan]));
        let mut now = Moment { wall_ms: 0, boot: "b".to_owned(), boot_ms: 0 };
        let started = started(&plan);
        let mut run = Run::new(Arc::clone(&plan), &started, &now);
        let (mut asked, mut rows) = (vec![], BTreeMap::new());
        let actions = run.apply(&now, &Event::Started(started));
        note(&run, &actions, &mut asked);
        rows.extend(run.take_touched());
        for (which, pick, how, wait) in moves {
            now.boot_ms += wait;
            let ended = run.head().status.ended().then(|| run.head().clone());
            let event = event(&run, &asked, which, pick, how);
            let actions = run.apply(&now, &event);
            note(&run, &actions, &mut asked);
            rows.extend(run.take_touched());
            if let Some(head) = ended {
                prop_assert_eq!(&head, run.head());
                prop_assert!(actions.is_empty());
            }
            let head = serde_json::to_value(run.head()).unwrap();
            let restored = Run::restore(Arc::clone(&plan), head, rows.clone().into_iter().collect()).unwrap();
            prop_assert_eq!(restored.view(&now, 0, &|_| None), run.view(&now, 0, &|_| None));
        }
    }
}
