//! Control flow as the engine carries it out: what only the shell around the machine does.

use std::sync::Arc;

use crate::world::{self, Scene, ended, fixture, submission};
use engine::Submission;
use machine::ports::store::Store;
use machine::view::RunStatus;
use plan::Release;
use serde_json::json;

fn mail(name: &str) -> Release {
    Release::new("mail", fixture::digest(name), json!("files"), json!({}), 2)
}

/// The run that brought what runs knows what ran before it.
#[tokio::test(start_paused = true)]
async fn the_release_before_the_one_that_runs_is_found() {
    let scene = Scene::new(1).await;
    let engine = scene.engine(Arc::clone(&scene.store) as Arc<dyn Store>);
    let first = engine.submit(submission("canary")).await.unwrap();
    assert_eq!(ended(&engine, &first).await.status, RunStatus::Completed);
    let back = engine.submit(Submission { key: "back".to_owned(), ..submission("earlier") }).await.unwrap();
    let view = ended(&engine, &back).await;
    assert_eq!(view.status, RunStatus::Completed, "{:?}", view.reason);
    let running = scene.store.running("local", "shop").await.unwrap().unwrap().release.unwrap();
    assert_eq!((running.artifact, running.runs), (fixture::digest("old"), json!({ "machine": "large" })));
}

#[tokio::test(start_paused = true)]
async fn a_step_that_fails_is_handled_and_the_end_is_done() {
    let scene = Scene::new(300).await;
    world::set_running(&*scene.store, mail("old")).await;
    let engine = scene.engine(Arc::clone(&scene.store) as Arc<dyn Store>);
    let run = engine.submit(submission("handled")).await.unwrap();
    let view = ended(&engine, &run).await;
    assert_eq!(view.status, RunStatus::RolledBack, "{:?}", view.reason);
    let steps: Vec<(&str, Option<&str>)> =
        view.steps.iter().map(|step| (step.id.as_str(), step.aside.as_deref())).collect();
    let handler = Some("on failure of `release/rollout-shop-to-local`");
    let expected = [
        ("release/handler/tell", handler),
        ("release/handler/back", handler),
        ("release/finally/tidy", Some("finally")),
        ("release/finally/told", Some("finally")),
    ];
    assert_eq!(steps, expected);
    let running = scene.store.running("local", "mail").await.unwrap().unwrap();
    assert_eq!((running.release, running.run), (Some(mail("old")), run.clone()), "it was brought back");
    let journal = scene.store.journal(&run, 1, u32::MAX).await.unwrap();
    let about = journal.iter().filter_map(|record| record.body["note"]["node"].as_str());
    assert_eq!(about.collect::<Vec<_>>(), ["release/rollout-shop-to-local", "release"]);
    world::chain_holds(&scene, &run).await;
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_the_clock_on_the_wall_goes_on_when_it_shows_the_time() {
    let scene = Scene::new(1).await;
    let engine = scene.engine(Arc::clone(&scene.store) as Arc<dyn Store>);
    let run = engine.submit(submission("hours")).await.unwrap();
    let mut view = engine.watch(&run).await.unwrap();
    let waits = view.wait_for(|view| view.steps.iter().any(|step| step.message.is_some())).await.unwrap().clone();
    let message = waits.steps[0].message.clone().unwrap();
    assert!(message.starts_with("waits for 00:18 in UTC, until "), "{message}");
    assert_eq!(ended(&engine, &run).await.status, RunStatus::Completed);
}
