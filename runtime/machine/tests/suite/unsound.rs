//! Plans that no compiler makes are refused before a run relies on them.

use crate::fixture;
use plan::{Arm, Body, Call, Exact, NodeId, Share, Which, Work};

fn refusal(change: impl FnOnce(&mut Body)) -> String {
    let mut body = fixture::plan("canary").body;
    change(&mut body);
    plan::validate::sound(&body).unwrap_err()
}

#[test]
fn a_step_back_with_the_name_of_a_node_is_refused() {
    let message = refusal(|body| {
        let taken = body.nodes[1].id.clone();
        body.rollouts.values_mut().next().unwrap().recovery[0].id = taken;
    });
    assert!(message.ends_with("stands twice"), "{message}");
}

#[test]
fn a_rollout_begins_once_and_first() {
    let message = refusal(|body| body.nodes[1].after = vec![]);
    assert!(message.contains("waits for nothing of its rollout"), "{message}");
    let message = refusal(|body| {
        let again = plan::Node { id: NodeId("again".to_owned()), ..body.nodes[0].clone() };
        body.nodes.push(again);
    });
    assert!(message.contains("a second time"), "{message}");
}

#[test]
fn gates_that_would_pass_anything_are_refused() {
    for confidence in ["0", "0.5", "1", "-3", "7"] {
        let message = refusal(|body| {
            body.gates.values_mut().next().unwrap().confidence = Exact::try_from(confidence.to_owned()).unwrap();
        });
        assert!(message.contains("is not between 0.5 and 1"), "{message}");
    }
    let message = refusal(|body| body.gates.values_mut().next().unwrap().against = Some(Arm::Canary));
    assert!(message.contains("compares an arm with itself"), "{message}");
}

#[test]
fn very_many_weights_are_summed_and_refused() {
    let message = refusal(|body| {
        let shift = body.nodes.iter_mut().find_map(|node| match &mut node.work {
            Work::Effect(plan::Effect { call: Call::Shift { weights, .. }, .. }) => Some(weights),
            Work::Effect(_) | Work::Begin | Work::Hold(_) | Work::Approval(_) | Work::Finish => None,
            Work::WaitUntil(_) | Work::Rollback(_) | Work::Expose(_) | Work::Mirror(_) | Work::Migrate(_) => None,
        });
        *shift.unwrap() = vec![(Which::Incoming, Share::ALL); 500_000];
    });
    assert!(message.contains("miss 100 %"), "{message}");
}

#[test]
fn a_step_stands_in_one_place() {
    let handler_of_the_way_forward = refusal(|body| {
        let scope = plan::Scope::default();
        let act = fixture::plan("actions").body.nodes[0].clone();
        let tell = plan::Node { id: NodeId("tell".to_owned()), scope: Some("inner".to_owned()), ..act };
        let outer = plan::Scope { on_failure: vec![tell], ..scope.clone() };
        let inner = plan::Scope { within: Some("outer".to_owned()), ..scope };
        body.nodes[0].scope = Some("outer".to_owned());
        body.scopes = [("outer".to_owned(), outer), ("inner".to_owned(), inner)].into();
    });
    assert_eq!(handler_of_the_way_forward, "`tell` belongs to the step `outer`, which stands elsewhere");
}
