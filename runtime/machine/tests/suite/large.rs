//! Plans of a size that a stack or a square would not bear.

use crate::fixture;
use std::collections::BTreeMap;
use std::sync::Arc;

use machine::ports::provider::{Outcome, Outputs};
use machine::signal::Actor;
use machine::view::RunStatus;
use machine::{Action, Event, Moment, Run, Started};
use plan::{Call, Node, NodeId, Plan, Which, Work};
use serde_json::Value;

/// A rollout with a long chain of calls on a release that is not there: each is complete at once.
fn chain(length: usize) -> Plan {
    let mut body = fixture::plan("canary").body;
    let key = body.rollouts.keys().next().unwrap().clone();
    body.rollouts.get_mut(&key).unwrap().needs_running = false;
    let begin = body.nodes.iter().find(|node| node.work == Work::Begin).unwrap().clone();
    let ensure = body.nodes.iter().find_map(|node| match &node.work {
        Work::Effect(effect) => Some(effect.clone()),
        Work::Begin | Work::Hold(_) | Work::Approval(_) | Work::Finish => None,
        Work::WaitUntil(_) | Work::Rollback(_) | Work::Expose(_) | Work::Mirror(_) | Work::Migrate(_) => None,
    });
    let call = Call::Ensure { release: Which::Running, instances: 1 };
    let work = Work::Effect(plan::Effect { call, ..ensure.unwrap() });
    let link = |index: usize, before: &NodeId| Node {
        id: NodeId(format!("link/{index}")),
        after: vec![before.clone()],
        rollout: Some(key.clone()),
        stage: None,
        work: work.clone(),
        past_return: false,
        scope: None,
        when: None,
        during_freeze: false,
    };
    body.nodes = vec![begin];
    for index in 0..length {
        let next = link(index, &body.nodes[index].id);
        body.nodes.push(next);
    }
    plan::validate::sound(&body).unwrap();
    Plan::new(body, BTreeMap::new())
}

fn started(plan: &Plan) -> Started {
    Started {
        run: "run".to_owned(),
        plan: plan.digest.clone(),
        root: "/project".into(),
        actor: Actor { uid: 1, name: "ann".to_owned(), groups: vec![], owner: true },
        key: "start".to_owned(),
        parameters: BTreeMap::from([("image".to_owned(), Value::String(fixture::digest("new").into()))]),
    }
}

#[test]
fn a_long_chain_of_steps_that_are_complete_at_once_ends() {
    let plan = chain(20_000);
    let started = started(&plan);
    let at = Moment { wall_ms: 0, boot: "boot".to_owned(), boot_ms: 0 };
    let node = plan.body.nodes[0].id.0.clone();
    let mut run = Run::new(Arc::new(plan), &started, &at);
    run.apply(&at, &Event::Started(started));
    run.apply(&at, &Event::LookedUp { node, running: None, previous: None });
    assert_eq!(run.head().status, RunStatus::Completed);
}

#[test]
fn a_long_chain_of_steps_that_fail_at_once_and_are_gone_on_behind_ends() {
    let plan = fixture::plan("in-vain");
    let started = started(&plan);
    let at = Moment { wall_ms: 0, boot: "boot".to_owned(), boot_ms: 0 };
    let node = plan.body.nodes[0].id.0.clone();
    let mut run = Run::new(Arc::new(plan), &started, &at);
    run.apply(&at, &Event::Started(started));
    let nothing = Outcome::Done(Outputs::None);
    let actions = run.apply(&at, &Event::Performed { node, attempt: 1, outcome: nothing });
    assert_eq!(run.head().status, RunStatus::Completed);
    assert_eq!(actions.iter().filter(|action| matches!(action, Action::Note { .. })).count(), 2_000);
}
