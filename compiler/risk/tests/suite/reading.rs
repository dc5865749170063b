//! The report as it is read.

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
