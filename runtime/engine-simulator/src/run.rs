//! One schedule from its beginning to its end: process after process on the same state and in the same world.

use std::sync::Arc;

use engine::Submission;
use machine::ports::store::{Append, NewRun, Running, Store};
use simulator::{Case, History, Schedule};
use store::memory::MemoryStore;

use crate::life::{Ended, Life};
use crate::scene::Scene;

/// After so many processes a run is taken to be stuck.
const LIVES_MAX: u32 = 60;

/// Runs one schedule to its end.
///
/// # Errors
/// No runtime can be made on this host, or the state that the schedule begins with cannot be written.
pub fn run(case: &Arc<Case>, schedule: &Schedule) -> Result<History, String> {
    let scene = Scene::new(case, schedule);
    let root = MemoryStore::new();
    if !case.is_first(schedule) {
        on(runs_before(case, &root))??;
    }
    for _ in 0..LIVES_MAX {
        if on(live(&scene, root.reopen()))? != Ended::Early {
            break;
        }
        let until_ms = scene.lock().left.world.now_ms.saturating_add(schedule.away_ms);
        scene.lock().passes_alone(until_ms);
    }
    // What is still on its way when everything is over lands, and nothing else happens any more.
    let last_ms = scene.lock().orphans.iter().map(|(at_ms, _)| *at_ms).max();
    last_ms.into_iter().for_each(|last_ms| scene.lock().passes_alone(last_ms));
    Ok(scene.left())
}

/// One process, with a runtime of its own: when that goes, nothing of the process is left, wherever it waited.
async fn live(scene: &Arc<Scene>, store: MemoryStore) -> Ended {
    let (life, told) = Life::new(scene);
    life.live(told, store).await
}

fn on<T>(work: impl Future<Output = T>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    Ok(runtime.map_err(|why| format!("no runtime can be made: {why}"))?.block_on(work))
}

/// What runs before was made to by runs that have ended.
async fn runs_before(case: &Case, store: &MemoryStore) -> Result<(), String> {
    for ((environment, service), release) in &case.running {
        let run = format!("earlier-{environment}-{service}");
        let running = Running {
            environment: environment.clone(),
            service: service.clone(),
            release: Some(release.clone()),
            run: run.clone(),
            since_ms: 0,
        };
        let first = Append {
            run: run.clone(),
            epoch: store.epoch(),
            records: vec![],
            head: serde_json::json!({}),
            nodes: vec![],
            ended: true,
            moves_by_ms: None,
            running: vec![running],
            answers: vec![],
        };
        let new = NewRun {
            plan: vec![],
            workflow: "earlier".to_owned(),
            created_ms: 0,
            key: run,
            actor: "ann".to_owned(),
            targets: vec![],
            first,
        };
        store.create(new).await.map_err(|why| why.to_string())?;
    }
    Ok(())
}

/// What a run is started with.
pub(crate) fn submission(case: &Case) -> Submission {
    Submission {
        plan: case.plan.to_bytes(),
        parameters: case.given(),
        root: case.started.root.clone(),
        actor: case.started.actor.clone(),
        key: case.started.key.clone(),
        queue: false,
    }
}
