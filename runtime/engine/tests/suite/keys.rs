//! A key belongs to the first request that came with it: its repetition is answered the same and does nothing, however
//! many runs came since and in whichever runtime; another request with it is refused.

use std::sync::Arc;

use crate::world::{Scene, ended, fixture, submission};
use engine::{Engine, Submission};
use machine::ports::store::{Append, NewRun, Store, Target};
use machine::signal::{Actor, Signal, SignalKind};

/// More runs than are read at a time anywhere.
const NEWER: usize = 1_100;

fn person(uid: u32) -> Actor {
    Actor { uid, name: format!("person {uid}"), groups: vec![], owner: true }
}

fn shop() -> Target {
    Target { environment: "local".to_owned(), service: "shop".to_owned() }
}

async fn steal(engine: &Engine, reason: &str) -> Result<String, String> {
    let stolen = engine.steal(shop(), person(0), Some(reason.to_owned()), "s".to_owned()).await;
    stolen.map_err(|error| error.to_string())
}

async fn say(engine: &Engine, run: &str, kind: SignalKind, uid: u32) -> Result<String, (u8, String)> {
    let signal = Signal { key: "k".to_owned(), actor: person(uid), kind, reason: None };
    engine.signal(run, signal).await.map_err(|error| (error.exit_code(), error.to_string()))
}

/// A run that has ended, without anything done.
async fn newer(store: &dyn Store, number: usize) {
    let name = format!("newer-{number:05}");
    let first = Append {
        run: name.clone(),
        epoch: store.epoch(),
        records: vec![],
        head: serde_json::json!({}),
        nodes: vec![],
        ended: true,
        moves_by_ms: None,
        running: vec![],
        answers: vec![],
    };
    let new = NewRun {
        plan: vec![],
        workflow: "w".to_owned(),
        created_ms: i64::MAX,
        key: name,
        actor: "ann".to_owned(),
        targets: vec![],
        first,
    };
    store.create(new).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_steal_is_answered_again_behind_any_number_of_newer_runs() {
    let scene = Scene::new(1).await;
    let engine = scene.engine(Arc::clone(&scene.store) as Arc<dyn Store>);
    let run = engine.submit(submission("approved")).await.unwrap();
    let answer = steal(&engine, "it is mine").await.unwrap();
    ended(&engine, &run).await;
    let second = engine.submit(Submission { key: "second".to_owned(), ..submission("approved") }).await.unwrap();
    for number in 0..NEWER {
        newer(&*scene.store, number).await;
    }
    assert_eq!(steal(&engine, "it is mine").await, Ok(answer.clone()));
    engine.stop().await;
    let store = Arc::new(scene.store.reopen());
    let engine = scene.engine(store as Arc<dyn Store>);
    engine.resume_all().await.unwrap();
    assert_eq!(steal(&engine, "it is mine").await, Ok(answer), "said to the next runtime");
    assert_eq!(engine.locks(9).await.unwrap()[0].run, second, "and nothing is taken from anybody else");
}

#[tokio::test(start_paused = true)]
async fn another_request_with_the_same_key_is_refused_and_does_nothing() {
    let scene = Scene::new(1).await;
    let engine = scene.engine(Arc::clone(&scene.store) as Arc<dyn Store>);
    let run = engine.submit(submission("approved")).await.unwrap();
    let answer = say(&engine, &run, SignalKind::Pause, 0).await.unwrap();
    let records = engine.journal(&run, 1, 99).await.unwrap().len();
    for (kind, uid) in [(SignalKind::Abort, 0), (SignalKind::Resume, 0), (SignalKind::Pause, 7)] {
        let (code, words) = say(&engine, &run, kind, uid).await.unwrap_err();
        assert_eq!(code, 1);
        assert!(words.contains("the key `k` came with another request first"), "{words}");
        assert!(words.contains("give this one another key"), "{words}");
    }
    assert!(say(&engine, "another run", SignalKind::Pause, 0).await.is_err());
    let (begins, of_a_run) = (submission("approved"), "key".to_owned());
    let taken = engine.submit(Submission { key: "k".to_owned(), ..begins }).await.unwrap_err();
    assert_eq!((taken.exit_code(), taken.to_string().contains("`pause` to run")), (1, true), "{taken}");
    let signal = Signal { key: of_a_run, actor: person(0), kind: SignalKind::Abort, reason: None };
    let used = engine.signal(&run, signal).await.unwrap_err();
    assert!(used.to_string().contains("has started run"), "{used}");
    assert_eq!(say(&engine, &run, SignalKind::Pause, 0).await, Ok(answer));
    assert_eq!(engine.journal(&run, 1, 99).await.unwrap().len(), records);
    assert_eq!(engine.said_to("k").await.unwrap(), Some(run));
}

#[tokio::test(start_paused = true)]
async fn a_key_names_one_submission_with_all_that_it_says() {
    let scene = Scene::new(1).await;
    let engine = scene.engine(Arc::clone(&scene.store) as Arc<dyn Store>);
    let run = engine.submit(submission("approved")).await.unwrap();
    assert_eq!(engine.submit(submission("approved")).await.unwrap(), run);
    let image = [("image".to_owned(), String::from(fixture::digest("another")))];
    let others = [
        (submission("canary"), "has another plan"),
        (Submission { parameters: image.into(), ..submission("approved") }, "has other parameters"),
        (Submission { root: "/elsewhere".into(), ..submission("approved") }, "was started in another project folder"),
        (Submission { actor: person(7), ..submission("approved") }, "was started by somebody else"),
    ];
    for (other, differs) in others {
        let refused = engine.submit(other).await.unwrap_err();
        assert_eq!(refused.exit_code(), 1);
        assert!(refused.to_string().contains(&format!("started run {run}, which {differs}")), "{refused}");
    }
}
