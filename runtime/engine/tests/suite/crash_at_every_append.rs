//! Whole rollouts in a world in memory, under virtual time: a good release is promoted, a bad one is brought back,
//! and an engine that is lost before or after any append is followed by one that ends the run the same way, with
//! no key taking effect twice and no effect performed before its intent was durable.

use std::sync::Arc;
use std::time::Duration;

use crate::world::counted::{Counted, Then};
use crate::world::{Scene, chain_holds, ended, submission};
use machine::ports::store::Store;
use machine::view::{RunStatus, RunView};
use tokio::time::timeout;

/// Runs with an engine that is lost at append `at`, then with one that is not.
async fn run(scene: &mut Scene, plan: &str, at: u32, written: bool) -> Option<RunView> {
    let lossy = Counted::new(&scene.store, at, Then::Lost { written });
    let first = scene.engine(Arc::new(lossy));
    let submitted = timeout(Duration::from_secs(60), first.submit(submission(plan))).await;
    let followed = async {
        match submitted {
            Ok(run) => Some(ended(&first, &run.unwrap()).await),
            Err(_) => std::future::pending().await,
        }
    };
    if let Ok(view) = timeout(Duration::from_secs(60), followed).await {
        return view;
    }
    drop(first);
    scene.store = Arc::new(scene.store.reopen());
    let second = scene.engine(Arc::clone(&scene.store) as Arc<dyn Store>);
    let runs = second.resume_all().await.unwrap();
    let run = match runs.first() {
        Some(run) => run.clone(),
        None => second.runs(false, 2).await.unwrap().into_iter().find(|line| line.workflow != "earlier")?.run,
    };
    Some(ended(&second, &run).await)
}

/// Runs the plan without a loss, then with one at every append, and compares the ends.
async fn sweep(plan: &str, bad: u64, expected: RunStatus) {
    let mut reference = Scene::new(bad).await;
    let view = run(&mut reference, plan, u32::MAX, true).await.unwrap();
    assert_eq!(view.status, expected, "{:?}", view.reason);
    let appends = u32::try_from(reference.store.journal(&view.run, 1, u32::MAX).await.unwrap().len()).unwrap();
    assert!(appends > 5);
    for at in 1..=appends {
        for written in [false, true] {
            let mut scene = Scene::new(bad).await;
            let Some(found) = run(&mut scene, plan, at, written).await else {
                assert!(at == 1 && !written, "the run is lost at append {at}");
                continue;
            };
            let place = format!("{plan}, lost at append {at}, written: {written}: {:?}", found.reason);
            assert_eq!(found.status, expected, "{place}");
            chain_holds(&scene, &found.run).await;
            let (world, wanted) = (scene.world.lock().unwrap(), reference.world.lock().unwrap());
            assert_eq!(world.shares, wanted.shares, "{place}");
            assert_eq!(world.instances, wanted.instances, "{place}");
            assert!(world.took.values().all(|done| done.len() == 1), "{place}: {:?}", world.took);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_good_release_is_promoted_whatever_append_is_the_last() {
    sweep("canary", 1, RunStatus::Completed).await;
}

#[tokio::test(start_paused = true)]
async fn a_bad_release_is_brought_back_whatever_append_is_the_last() {
    sweep("canary", 100, RunStatus::RolledBack).await;
}
