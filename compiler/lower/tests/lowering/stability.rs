//! The digest covers what is done and nothing else: not the places, not the order in which files were numbered.

use diagnostics::{FileId, Span};
use plan::{Place, Plan};

use crate::models::{careful, environment, lowered, place, rollout, workflow};

#[test]
fn moving_the_sources_keeps_the_digest() {
    let steps = || vec![rollout(environment(2, true), careful())];
    let elsewhere = |span: Span| Place { file: "moved.deploy".to_owned(), ..place(span) };
    let moved = lower::lower(&workflow(steps()), "2026", &elsewhere).unwrap();
    let plan = lowered(steps());
    assert_eq!(plan.digest, moved.digest);
    assert_ne!(plan.to_bytes(), moved.to_bytes());
}

#[test]
fn equal_models_give_equal_bytes_and_the_runtime_reads_them() {
    let steps = || vec![rollout(environment(2, true), careful())];
    let bytes = lowered(steps()).to_bytes();
    assert_eq!(bytes, lowered(steps()).to_bytes());
    assert_eq!(Plan::read(&bytes).unwrap(), lowered(steps()));
}

#[test]
fn two_services_of_one_name_are_two() {
    let mut other = rollout(environment(2, true), careful());
    let semantics::model::StepKind::Rollout(rolled) = &mut other.kind else { unreachable!() };
    let mut service = crate::models::service();
    service.span = Span::new(FileId(7), 1, 2);
    rolled.service = service.into();
    let plan = lowered(vec![rollout(environment(2, true), careful()), other]);
    assert_eq!(plan.body.services.keys().collect::<Vec<_>>(), ["shop", "shop#2"]);
    assert_eq!(plan.body.rollouts.keys().collect::<Vec<_>>(), ["shop#2-to-local", "shop-to-local"]);
}

#[test]
fn every_node_and_gate_has_its_place() {
    let plan = lowered(vec![rollout(environment(2, true), careful())]);
    let recovery = plan.body.rollouts.values().flat_map(|r| r.recovery.iter().map(|step| step.id.0.clone()));
    let wanted = plan.body.nodes.iter().map(|node| node.id.0.clone()).chain(recovery);
    let gates = plan.body.gates.keys().flat_map(|gate| [format!("gate:{gate}"), format!("gate:{gate}/0")]);
    for key in wanted.chain(gates) {
        assert!(plan.source_map.contains_key(&key), "{key}");
    }
}
