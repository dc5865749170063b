//! The report as it is read.

use plan::contract::Clause;
use risk::{assess, text};

use crate::fixture::{MINUTE, SECOND, Scene};

#[test]
fn watched_and_unwatched_stages() {
    let scene = Scene {
        stages: vec![(500, 30 * MINUTE, true), (5_000, 30 * MINUTE, true), (10_000, 0, false)],
        traffic: Some(("300", "450")),
        back_ms: 30 * SECOND,
        ..Scene::default()
    };
    insta::assert_snapshot!(text::text(&assess(&scene.plan()).unwrap()));
}

#[test]
fn nothing_declared() {
    let scene = Scene { traffic: None, usual: None, ..Scene::default() };
    insta::assert_snapshot!(text::text(&assess(&scene.plan()).unwrap()));
}

/// Of a service whose running release nobody records, it is not known what it answers.
#[test]
fn calls_of_what_is_not_recorded_are_unknown() {
    let mut plan = Scene::default().plan();
    let call = Clause::Calls { service: "pricing".to_owned(), interface: "quote".to_owned(), version: 2 };
    plan.body.services.get_mut("shop").unwrap().contract.push(call);
    let unknown = assess(&plan).unwrap().unchecked.into_iter().find(|it| it.proof == "P11").unwrap();
    assert_eq!(unknown.what, "whether pricing in prod answers quote as shop calls it");
}
