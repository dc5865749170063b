//! Rows and records as the first version wrote them: a run in flight in them is taken up and goes on.

use crate::fixture;
use std::sync::Arc;

use machine::journal::Record;
use machine::state::FORMAT;
use machine::view::RunStatus;
use machine::{Action, Event, Moment, Run};
use plan::Plan;
use serde_json::{Value, json};

fn head(plan: &Plan) -> Value {
    json!({
        "format": 1, "run": "01a", "plan": plan.digest, "root": "/project",
        "actor": { "uid": 7, "name": "ann", "groups": [], "owner": true }, "key": "k",
        "started": { "wall_ms": 1_000, "boot": "boot", "boot_ms": 0 },
        "parameters": { "image": String::from(fixture::digest("new")) },
        "status": "advancing", "paused": false, "cause": null, "ended": null, "signals": {}, "in_flight": 0, "open": 3
    })
}

fn at(boot: &str, boot_ms: u64) -> Moment {
    Moment { wall_ms: 1_000 + i64::try_from(boot_ms).unwrap(), boot: boot.to_owned(), boot_ms }
}

fn since(boot_ms: u64) -> Value {
    serde_json::to_value(at("boot", boot_ms)).unwrap()
}

fn restored(name: &str, rows: Value) -> Run {
    let plan = Arc::new(fixture::plan(name));
    let rows: Vec<(u32, Value)> = serde_json::from_value(rows).unwrap();
    Run::restore(Arc::clone(&plan), head(&plan), rows).unwrap()
}

fn resume(run: &mut Run, at: &Moment) -> Vec<String> {
    let actions = run.apply(at, &Event::Resumed { epoch: 2, settles: true });
    let shown = |action: &Action| match action {
        Action::Wake { slot, since, after_ms } => format!("wake {} {after_ms} after {}", run.id(*slot), since.boot_ms),
        Action::Perform { slot, request, .. } => format!("perform {} {}", run.id(*slot), request.key),
        Action::Watch { slot, .. } => format!("watch {}", run.id(*slot)),
        other => format!("{other:?}"),
    };
    actions.iter().map(shown).collect()
}

#[test]
fn an_unknown_outcome_has_its_day_from_when_it_is_taken_up() {
    let attempt = json!({ "number": 1, "group": 1, "since": since(0) });
    let mut run = restored(
        "actions",
        json!([
            [0, { "state": "done", "evidence": null }],
            [1, { "state": "done", "evidence": null }],
            [2, { "state": "unknown", "attempt": attempt, "message": "no answer" }],
        ]),
    );
    assert_eq!(run.head().format, FORMAT);
    assert_eq!(resume(&mut run, &at("boot", 900_000_000)), ["wake release/once 86400000 after 900000000"]);
}

#[test]
fn a_hold_and_a_question_go_on_where_they_were() {
    let holding = json!({
        "since": since(200), "duration_ms": 1_000, "extended": false, "opened": since(200), "baseline": null,
        "evidence": null, "concluding": false, "due": false
    });
    let mut rows = vec![json!([4, {}]), json!([4, {}])];
    let done: Vec<Value> = (0..4).map(|slot| json!([slot, { "state": "done", "evidence": null }])).collect();
    let rollout = json!({
        "entered": true, "finished": false, "returned": false, "incoming": fixture::release("new"),
        "running": fixture::release("old"), "instances": { "incoming": [], "running": [] }
    });
    let mut state = holding.clone();
    state["state"] = "holding".into();
    rows[0][1] = state;
    rows[1][1] = json!({ "state": "asking", "since": since(700), "holding": holding });
    let node = "release/shop-to-local/5%/hold";
    for (row, wait) in
        rows.into_iter().zip([format!("wake {node} 1000 after 200"), format!("wake {node} 86400000 after 700")])
    {
        let all: Vec<Value> = done.iter().cloned().chain([row, json!([13, rollout])]).collect();
        let mut run = restored("canary", Value::Array(all));
        assert_eq!(resume(&mut run, &at("boot", 800)), [format!("watch {node}"), wait]);
        // What was done before attempts were kept is done again under a key that none of them had.
        let shift = run.slot("release/shop-to-local/5%/shift").unwrap();
        assert!(run.observed().iter().any(|observation| observation.slot == shift));
        let drift = Event::Observed { node: run.id(shift).to_owned(), drift: "gone".to_owned() };
        let actions = run.apply(&at("boot", 900), &drift);
        let key = "01a/release/shop-to-local/5%/shift/4";
        assert!(matches!(&actions[..], [Action::Perform { request, .. }] if request.key == key), "{actions:?}");
    }
}

#[test]
fn an_approval_goes_on_with_those_who_agreed() {
    let ann = json!({ "uid": 7, "name": "ann" });
    let mut run = restored("approved", json!([[0, { "state": "approving", "since": since(500), "by": [ann] }]]));
    assert_eq!(resume(&mut run, &at("boot", 800)), ["wake release/approval 60000 after 500"]);
    let question = run.view(&at("boot", 800), 0, &|_| None).waiting.remove(0);
    assert_eq!((question.question.as_str(), question.left_ms), ("approval from ann, bob: 1 of 2 so far", Some(59_700)));
}

/// A record as the first version sealed it.
fn record(previous: &str, seq: u64, body: Value) -> Record {
    let at = at("boot", seq);
    let covered = json!([1, seq, at, body, previous]);
    let hash = plan::Digest::of(&plan::canonical::to_bytes(&covered)).digits().to_owned();
    Record { format: 1, seq, at, body, previous: previous.to_owned(), hash }
}

fn journal(bodies: Vec<Value>) -> Vec<Record> {
    let mut records: Vec<Record> = Vec::new();
    for body in bodies {
        let previous = records.last().map(|record| record.hash.clone()).unwrap_or_default();
        records.push(record(&previous, records.len() as u64 + 1, body));
    }
    records
}

#[test]
fn a_journal_gives_its_run() {
    let plan = Arc::new(fixture::plan("actions"));
    let started = json!({
        "event": "started", "run": "01a", "plan": plan.digest, "root": "/project",
        "actor": { "uid": 7, "name": "ann", "groups": [], "owner": true }, "key": "k",
        "parameters": { "image": String::from(fixture::digest("new")) }
    });
    let intent = |node: &str, attempt: u32, group: u32| {
        let request = json!({ "key": format!("01a/{node}/{group}"), "attempt": attempt });
        json!({ "intent": { "node": node, "provider": "exec", "request": request } })
    };
    let performed =
        |node: &str, outcome: Value| json!({ "event": "performed", "node": node, "attempt": 1, "outcome": outcome });
    let bodies = vec![
        started,
        intent("release/again", 1, 1),
        performed("release/again", json!({ "done": "none" })),
        intent("release/asked", 1, 1),
        json!({ "event": "resumed", "epoch": 2 }),
        json!({ "event": "probed", "node": "release/asked", "attempt": 1, "probe": { "took": "none" } }),
        intent("release/once", 1, 1),
        performed("release/once", json!({ "unknown": { "message": "no answer" } })),
        json!({ "event": "signalled", "key": "x", "actor": { "uid": 7, "name": "ann" }, "kind": { "kind": "approve", "step": null, "plan": plan.digest }, "reason": null }),
    ];
    let records = journal(bodies.clone());
    let run = Run::replay(Arc::clone(&plan), &records).unwrap();
    assert_eq!(run.head().status, RunStatus::Completed);

    let refused = |bodies: Vec<Value>| Run::replay(Arc::clone(&plan), &journal(bodies)).unwrap_err().to_string();
    let mut lost = bodies.clone();
    lost.remove(3);
    assert!(refused(lost).contains("the intent of attempt 1 at `release/asked` is missing"));
    let mut twice = bodies.clone();
    twice.insert(2, bodies[1].clone());
    assert!(refused(twice).contains("attempt 1 at `release/again` was not to be made"));
    assert!(refused(bodies[1..].to_vec()).contains("was not to be made"));
    assert!(refused(vec![]).contains("does not begin with the start"));
    assert!(
        refused(vec![bodies[0].clone(), bodies[1].clone(), json!({ "event": "of a later version" })])
            .contains("cannot be read")
    );
    // A note of the runtime is no event.
    let mut noted = bodies;
    noted.push(json!({ "note": "taken up from the journal" }));
    assert_eq!(Run::replay(Arc::clone(&plan), &journal(noted)).unwrap().head(), run.head());

    let mut changed = records;
    changed[7].body["outcome"] = json!({ "done": "none" });
    let broken = Run::replay(plan, &changed).unwrap_err().to_string();
    assert!(broken.contains("record 8 is not the one that was written"), "{broken}");
}
