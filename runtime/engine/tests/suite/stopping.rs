//! A runtime that is told to stop, at any point of a run and however often: what is under way is waited for and
//! recorded, nothing new begins, and the run ends as without it, with every effect performed once.

use std::sync::Arc;
use std::time::Duration;

use crate::world::counted::{Counted, Then};
use crate::world::{Scene, chain_holds, ended, submission};
use engine::Engine;
use machine::ports::store::Store;
use machine::view::{RunStatus, RunView};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

/// How long an effect takes in these tests, in milliseconds.
const EFFECT_MS: u64 = 40;

/// Appends of a run that is never stopped.
const NEVER: u32 = u32::MAX;

async fn scene(bad: u64) -> Scene {
    let scene = Scene::new(bad).await;
    scene.world.lock().unwrap().effect_ms = EFFECT_MS;
    scene
}

/// An engine whose bell rings at this append, of those from now on.
fn ringing(scene: &Scene, at: u32) -> (Engine, Arc<Notify>) {
    let bell = Arc::new(Notify::new());
    let store = Counted::new(&scene.store, at, Then::Ring(Arc::clone(&bell)));
    (scene.engine(Arc::new(store)), bell)
}

/// Drives a run until the bell; none when the run has ended before.
async fn until_bell(engine: &Engine, bell: &Notify, run: &str) -> Option<RunView> {
    tokio::select! {
        biased;
        view = ended(engine, run) => Some(view),
        () = bell.notified() => None,
    }
}

/// Runs a plan with a stop at append `at`, and at the same append again of each runtime that follows.
async fn run(scene: &mut Scene, plan: &str, at: u32) -> (RunView, u32) {
    let (mut engine, mut bell) = ringing(scene, at);
    let run = engine.submit(submission(plan)).await.unwrap();
    let mut stops = 0;
    loop {
        if let Some(view) = until_bell(&engine, &bell, &run).await {
            return (view, stops);
        }
        engine.stop().await;
        stops += 1;
        let view = engine.view(&run).await.unwrap();
        if view.status.ended() {
            return (view, stops);
        }
        scene.store = Arc::new(scene.store.reopen());
        (engine, bell) = ringing(scene, at);
        assert_eq!(engine.resume_all().await.unwrap(), std::slice::from_ref(&run));
    }
}

/// Compares the ends of runs that are stopped at each append with that of one that is not.
async fn sweep(plan: &str, bad: u64, expected: RunStatus) {
    let mut reference = scene(bad).await;
    let (view, _) = run(&mut reference, plan, NEVER).await;
    assert_eq!(view.status, expected, "{:?}", view.reason);
    // One that is stopped at its first append does nothing but take the run up.
    for at in 2.. {
        let mut scene = scene(bad).await;
        let (found, stops) = timeout(Duration::from_secs(3_600), run(&mut scene, plan, at)).await.unwrap();
        let place = format!("{plan}, stopped {stops} times, at append {at}: {:?}", found.reason);
        assert_eq!(found.status, expected, "{place}");
        if stops == 0 {
            assert!(at > 3, "{place}");
            return;
        }
        chain_holds(&scene, &found.run).await;
        let (world, wanted) = (scene.world.lock().unwrap(), reference.world.lock().unwrap());
        assert_eq!((&world.shares, &world.instances), (&wanted.shares, &wanted.instances), "{place}");
        assert!(world.performed.values().all(|times| *times == 1), "{place}: {:?}", world.performed);
        assert_eq!(world.performed.len(), wanted.performed.len(), "{place}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_good_release_is_promoted_however_often_the_runtime_is_stopped() {
    sweep("canary", 1, RunStatus::Completed).await;
}

#[tokio::test(start_paused = true)]
async fn a_bad_release_is_brought_back_however_often_the_runtime_is_stopped() {
    sweep("canary", 100, RunStatus::RolledBack).await;
}

#[tokio::test(start_paused = true)]
async fn no_action_is_repeated_and_none_is_left_to_a_person() {
    sweep("actions", 1, RunStatus::Completed).await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_is_journalled_and_waits_for_the_effect_under_way() {
    let scene = scene(1).await;
    let engine = scene.engine(Arc::clone(&scene.store) as Arc<dyn Store>);
    let run = engine.submit(submission("actions")).await.unwrap();
    let begun = Instant::now();
    engine.stop().await;
    assert_eq!(begun.elapsed(), Duration::from_millis(EFFECT_MS), "as long as the effect takes");
    let journal = scene.store.journal(&run, 1, u32::MAX).await.unwrap();
    let events: Vec<&str> = journal.iter().filter_map(|record| record.body["event"].as_str()).collect();
    assert_eq!(events, ["started", "stopping", "performed"]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_does_not_wait_longer_than_it_may() {
    let scene = scene(1).await;
    let engine = scene.engine(Arc::clone(&scene.store) as Arc<dyn Store>);
    scene.world.lock().unwrap().effect_ms = 600;
    let run = engine.submit(submission("actions")).await.unwrap();
    let (begun, grace) = (Instant::now(), Duration::from_millis(100));
    engine.stop_within(grace).await;
    assert_eq!(begun.elapsed(), grace);
    assert_eq!(engine.view(&run).await.unwrap().status, RunStatus::Advancing, "the next runtime settles it");
}
