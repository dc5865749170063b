//! What is wrong with one run is that run's alone: the others go on, and its lock stays until a person takes it.

use std::sync::Arc;

use crate::world::counted::{Counted, Then};
use crate::world::{Scene, chain_holds, ended, submission};
use engine::{Engine, Submission};
use machine::ports::store::{Store, StoreError, StoredRun, Target};
use machine::signal::{Actor, Signal, SignalKind};
use machine::view::RunStatus;
use serde_json::Value;

fn bob() -> Actor {
    Actor { uid: 7, name: "bob".to_owned(), groups: vec![], owner: true }
}

fn target() -> Target {
    Target { environment: "local".to_owned(), service: "shop".to_owned() }
}

/// A scene with a run that waits for a person, and nobody who carries it out.
async fn with_a_waiting_run() -> (Scene, String) {
    let mut scene = Scene::new(1).await;
    let first = scene.engine(Arc::clone(&scene.store) as Arc<dyn Store>);
    let run = first.submit(submission("approved")).await.unwrap();
    first.stop().await;
    scene.store = Arc::new(scene.store.reopen());
    (scene, run)
}

async fn steal(engine: &Engine, reason: Option<&str>) -> Result<String, String> {
    let stolen = engine.steal(target(), bob(), reason.map(str::to_owned), "k".to_owned()).await;
    stolen.map_err(|refused| refused.to_string())
}

async fn signals(scene: &Scene, run: &str) -> Vec<Value> {
    let journal = scene.store.journal(run, 1, u32::MAX).await.unwrap();
    journal.into_iter().map(|record| record.body).filter(|body| body["event"] == "signalled").collect()
}

/// Something else can be rolled out now.
async fn another_begins(engine: &Engine) {
    let another = Submission { key: "another".to_owned(), ..submission("canary") };
    let run = engine.submit(another).await.unwrap();
    assert_eq!(ended(engine, &run).await.status, RunStatus::Completed);
}

fn without_rows(stored: StoredRun) -> StoredRun {
    StoredRun {
        head: Value::Null,
        nodes: vec![],
        damage: Some("its head is not what was written".to_owned()),
        ..stored
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_whose_rows_are_damaged_is_rebuilt_from_its_journal() {
    let (scene, run) = with_a_waiting_run().await;
    let engine = scene.engine(Arc::new(Counted::spoiled(&scene.store, without_rows)));
    assert_eq!(engine.resume_all().await.unwrap(), std::slice::from_ref(&run));
    assert_eq!(engine.view(&run).await.unwrap().waiting.len(), 1, "it waits for the same person");
    let abort = Signal { key: "a".to_owned(), actor: bob(), kind: SignalKind::Abort, reason: None };
    engine.signal(&run, abort).await.unwrap();
    assert_eq!(ended(&engine, &run).await.status, RunStatus::Aborted);
    let journal = scene.store.journal(&run, 1, u32::MAX).await.unwrap();
    let notes: Vec<&Value> =
        journal.iter().map(|record| &record.body["rebuilt"]["why"]).filter(|why| !why.is_null()).collect();
    assert_eq!(notes, ["its head is not what was written"]);
    chain_holds(&scene, &run).await;
    another_begins(&engine).await;
}

#[tokio::test(start_paused = true)]
async fn damaged_rows_beside_a_journal_that_was_cut_leave_the_run_alone() {
    let (scene, run) = with_a_waiting_run().await;
    let cut = |stored: StoredRun| StoredRun { last_seq: stored.last_seq + 1, ..without_rows(stored) };
    let engine = scene.engine(Arc::new(Counted::spoiled(&scene.store, cut)));
    assert_eq!(engine.resume_all().await.unwrap(), [] as [String; 0]);
    let why = engine.left_alone().remove(&run).unwrap();
    assert!(why.contains("its journal does not end with record"), "{why}");
    assert_eq!(engine.locks(10).await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_left_alone_keeps_its_lock_until_it_is_stolen() {
    let (scene, run) = with_a_waiting_run().await;
    let unreadable = |stored: StoredRun| StoredRun { plan: b"{}".to_vec(), ..stored };
    let engine = scene.engine(Arc::new(Counted::spoiled(&scene.store, unreadable)));
    assert_eq!(engine.resume_all().await.unwrap(), [] as [String; 0]);
    let refused = engine.submit(Submission { key: "second".to_owned(), ..submission("canary") }).await.unwrap_err();
    let words = "this runtime leaves that run alone (its plan cannot be read";
    assert!(refused.exit_code() == 3 && refused.to_string().contains(words), "{refused}");

    let abort = Signal { key: "a".to_owned(), actor: bob(), kind: SignalKind::Abort, reason: None };
    let refused = engine.signal(&run, abort).await.unwrap_err();
    assert_eq!(refused.exit_code(), 1);
    assert!(refused.to_string().starts_with(&format!("this runtime leaves run {run} alone (its plan")), "{refused}");
    assert!(steal(&engine, None).await.unwrap_err().contains("--reason"));
    let answer = steal(&engine, Some("nobody can read it")).await.unwrap();
    assert!(answer.starts_with(&format!("the lock of run {run} is taken")), "{answer}");
    assert!(scene.world.lock().unwrap().ended.contains(&run), "what an earlier runtime began may be at work");
    assert_eq!(steal(&engine, Some("nobody can read it")).await.unwrap(), answer);
    assert!(steal(&engine, Some("again")).await.unwrap_err().contains("came with another request first"));
    let signals = signals(&scene, &run).await;
    assert_eq!(signals.len(), 1, "{signals:?}");
    assert_eq!((&signals[0]["actor"]["name"], &signals[0]["reason"]), (&"bob".into(), &"nobody can read it".into()));
    chain_holds(&scene, &run).await;
    let line = engine.runs(false, 10).await.unwrap().into_iter().find(|line| line.run == run).unwrap();
    assert_eq!(line.status, RunStatus::Unsafe);
    assert_eq!((engine.left_alone().len(), engine.locks(10).await.unwrap().len()), (0, 0));
    another_begins(&engine).await;
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_carried_out_ends_where_it_stands_when_its_lock_is_stolen() {
    let (scene, run) = with_a_waiting_run().await;
    let engine = scene.engine(Arc::clone(&scene.store) as Arc<dyn Store>);
    engine.resume_all().await.unwrap();
    let answer = steal(&engine, Some("ann is on holiday")).await.unwrap();
    let view = ended(&engine, &run).await;
    assert_eq!((view.status, view.status.exit_code()), (RunStatus::Unsafe, 30));
    assert!(view.reason.unwrap().contains("taken by bob: ann is on holiday"));
    assert_eq!(
        steal(&engine, Some("ann is on holiday")).await.unwrap(),
        answer,
        "a repeated key is answered as the first time"
    );
    assert_eq!(signals(&scene, &run).await.len(), 1);
    let nobody = engine.steal(target(), bob(), Some("why not".to_owned()), "other".to_owned()).await.unwrap_err();
    assert_eq!(nobody.to_string(), "no run holds `shop` in `local`; `deployd lock list` shows what is held");
    another_begins(&engine).await;
}

#[tokio::test(start_paused = true)]
async fn what_runs_cannot_be_read_for_one_service_and_its_rollout_does_not_begin() {
    let scene = Scene::new(1).await;
    let why = StoreError::Damaged("the entry of `shop` is not what was written".to_owned());
    let engine = scene.engine(Arc::new(Counted::without_registry(&scene.store, why)));
    let run = engine.submit(submission("canary")).await.unwrap();
    let view = ended(&engine, &run).await;
    assert_eq!(view.status, RunStatus::Failed);
    assert!(view.reason.as_ref().unwrap().contains("what runs cannot be looked up"), "{:?}", view.reason);
    assert!(scene.world.lock().unwrap().performed.is_empty());
    let other = engine.submit(Submission { key: "other".to_owned(), ..submission("actions") }).await.unwrap();
    assert_eq!(ended(&engine, &other).await.status, RunStatus::Completed, "the engine goes on");
    assert!(engine.fatal().borrow().is_none());
}

#[tokio::test(start_paused = true)]
async fn what_runs_cannot_be_read_for_one_service_and_the_runtime_goes_on() {
    let scene = Scene::new(1).await;
    let first = scene.engine(Arc::clone(&scene.store) as Arc<dyn Store>);
    let run = first.submit(submission("canary")).await.unwrap();
    assert_eq!(ended(&first, &run).await.status, RunStatus::Completed);
    first.stop().await;
    let why = StoreError::Damaged("the entry of `shop` is not what was written".to_owned());
    let engine = scene.engine(Arc::new(Counted::without_registry(&Arc::new(scene.store.reopen()), why)));
    engine.look_after();
    let (mut concerns, mut fatal) = (engine.concerns(), engine.fatal());
    tokio::select! {
        concerns = concerns.wait_for(|concerns| !concerns.is_empty()) => {
            let words: Vec<String> = concerns.unwrap().values().map(|concern| concern.words.clone()).collect();
            let expected = "`shop` in `local` cannot be looked after: ";
            assert!(words[0].starts_with(expected) && words[0].contains("not what was written"), "{words:?}");
        }
        error = fatal.wait_for(Option::is_some) => panic!("the runtime ends: {:?}", *error.unwrap()),
    }
    assert!(engine.fatal().borrow().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_run_whose_own_driver_panics_is_left_alone_and_the_others_go_on() {
    let scene = Scene::new(1).await;
    let engine = scene.engine(Arc::new(Counted::new(&scene.store, 2, Then::Panic)));
    let run = engine.submit(submission("canary")).await.unwrap();
    let other = Submission { key: "other".to_owned(), ..submission("actions") };
    while engine.left_alone().is_empty() {
        tokio::task::yield_now().await;
    }
    let why = engine.left_alone().remove(&run).unwrap();
    assert!(why.starts_with("carrying it out broke off, which is a defect of this program"), "{why}");
    let other = engine.submit(other).await.unwrap();
    assert_eq!(ended(&engine, &other).await.status, RunStatus::Completed);
    assert!(engine.fatal().borrow().is_none(), "the engine goes on");
    chain_holds(&scene, &run).await;

    engine.stop().await;
    let next = scene.engine(Arc::new(scene.store.reopen()));
    assert_eq!(next.resume_all().await.unwrap(), std::slice::from_ref(&run));
    assert_eq!(ended(&next, &run).await.status, RunStatus::Completed, "what is not recorded has not happened");
}
