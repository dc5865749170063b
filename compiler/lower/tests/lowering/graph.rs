//! Times of a plan, and a graph that goes round.

use plan::{NodeId, Undecided};
use risk::graph::analyse;
use semantics::model::EffectClass;

use crate::models::{approval, careful, environment, lowered, rollout, run};

#[test]
fn holds_make_the_shortest_time_and_limits_the_longest() {
    let plan = lowered(vec![rollout(environment(2, true), careful())]);
    let analysis = analyse(&plan.body).unwrap();
    assert_eq!(analysis.shortest_ms, 22_000);
    assert_eq!(analysis.order.len(), plan.body.nodes.len());
    assert_eq!(analysis.critical.len(), plan.body.nodes.len(), "one step after another is one chain");
    assert!(analysis.longest_ms > Some(22_000 + 40_000));
}

#[test]
fn the_longest_time_of_an_action_and_an_approval_is_exact() {
    let mut action = run(EffectClass::Idempotent);
    (action.within_ms, action.retry) = (Some(100_000), Some(4));
    let plan = lowered(vec![action, approval()]);
    // Five attempts of 15 s, waits of 0.5, 1, 2 and 4 s, then eight hours.
    assert_eq!(analyse(&plan.body).unwrap().longest_ms, Some(75_000 + 7_500 + 28_800_000));
    assert_eq!(analyse(&plan.body).unwrap().shortest_ms, 0);
}

#[test]
fn a_gate_that_waits_for_a_person_has_no_longest_time() {
    let mut body = lowered(vec![rollout(environment(2, true), careful())]).body;
    body.gates.get_mut("healthy").unwrap().inconclusive.then = Undecided::Ask;
    assert_eq!(analyse(&body).unwrap().longest_ms, None);
}

#[test]
fn a_circle_is_named() {
    let mut body = lowered(vec![run(EffectClass::Once), run(EffectClass::Once)]).body;
    let last = body.nodes[1].id.clone();
    body.nodes[0].after.push(last);
    assert!(matches!(analyse(&body), Err(NodeId(id)) if id.starts_with("release/run-smoke")));
}

#[test]
fn a_body_without_work_takes_no_time() {
    let analysis = analyse(&lowered(vec![]).body).unwrap();
    assert_eq!((analysis.shortest_ms, analysis.longest_ms, analysis.critical), (0, Some(0), vec![]));
}
