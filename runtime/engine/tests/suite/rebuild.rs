//! What is a copy of what the journals say is made anew from them, where somebody asks for it and the world agrees.

use crate::world;
use std::path::Path;
use std::sync::Arc;

use crate::world::{Scene, ended, fixture, submission};
use engine::{Engine, Rebuild, Submission};
use machine::ports::store::{Store, StoreError, Target};
use machine::signal::Actor;
use machine::view::RunStatus;

const LOST: [&str; 3] = [
    "UPDATE running SET json = 'torn'",
    "UPDATE running SET json = replace(json, 'local', 'other')",
    "DELETE FROM running",
];

fn shop() -> Target {
    Target { environment: "local".to_owned(), service: "shop".to_owned() }
}

fn service(run: Option<&str>) -> Rebuild {
    Rebuild::Service { target: shop(), run: run.map(str::to_owned) }
}

async fn rebuild(engine: &Engine, what: Rebuild, key: &str) -> Result<String, String> {
    let actor = Actor { uid: 0, name: "ann".to_owned(), groups: vec![], owner: true };
    let done = engine.rebuild(what, actor, "the disk lied".to_owned(), key.to_owned()).await;
    done.map_err(|error| error.to_string())
}

/// A state on a disk, with a run that has brought `new`.
struct Site {
    scene: Arc<Scene>,
    directory: tempfile::TempDir,
    run: String,
}

impl Site {
    async fn new() -> Self {
        let scene = Arc::new(Scene::new(1).await);
        let directory = tempfile::tempdir().unwrap();
        let site = Self { scene, directory, run: String::new() };
        let (engine, store) = site.open();
        world::set_running(&*store, fixture::release("old")).await;
        let run = engine.submit(submission("canary")).await.unwrap();
        assert_eq!(ended(&engine, &run).await.status, RunStatus::Completed);
        engine.stop().await;
        Self { run, ..site }
    }

    /// A copy with something said to its database, beside the same world.
    fn damaged(&self, sql: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        // Its runtime has the same epochs again.
        self.scene.world.lock().unwrap().latest = (0, 0);
        let database = store::sqlite::database(directory.path());
        std::fs::copy(store::sqlite::database(self.directory.path()), database).unwrap();
        let copy = Self { scene: Arc::clone(&self.scene), directory, run: self.run.clone() };
        copy.say(&sql.replace("RUN", &self.run));
        copy
    }

    fn open(&self) -> (Engine, Arc<dyn Store>) {
        let store: Arc<dyn Store> = Arc::new(store::sqlite::open(self.directory.path()).unwrap());
        (self.scene.engine(Arc::clone(&store)), store)
    }

    fn say(&self, sql: &str) {
        say(self.directory.path(), sql);
    }

    fn problems(&self) -> Vec<String> {
        let audit = store::audit::verify(self.directory.path(), None).unwrap();
        audit.problems.into_iter().map(|problem| problem.what).collect()
    }
}

fn say(directory: &Path, sql: &str) {
    rusqlite::Connection::open(store::sqlite::database(directory)).unwrap().execute_batch(sql).unwrap();
}

#[tokio::test]
async fn what_runs_is_known_again_from_the_journal_of_the_run_that_brought_it() {
    let whole = Site::new().await;
    let before = whole.open().1.running("local", "shop").await.unwrap();
    for sql in LOST {
        let site = whole.damaged(sql);
        let (engine, store) = site.open();
        assert!(matches!(store.running("local", "shop").await, Err(StoreError::Damaged(_))), "{sql}");
        let answer = rebuild(&engine, service(None), "k").await.unwrap();
        assert!(answer.contains(&format!("as the journal of run {} says", site.run)), "{answer}");
        assert_eq!(store.running("local", "shop").await.unwrap(), before, "{sql}");
        let records = store.journal(&site.run, 1, 999).await.unwrap();
        let note = &records.last().unwrap().body["rebuilt"];
        assert_eq!((&note["reason"], &note["by"]["name"]), (&"the disk lied".into(), &"ann".into()));
        assert_eq!(rebuild(&engine, service(None), "k").await, Ok(answer));
        assert_eq!(store.journal(&site.run, 1, 999).await.unwrap().len(), records.len(), "said twice, done once");
        let refused = rebuild(&engine, service(Some(&site.run)), "k").await.unwrap_err();
        assert!(refused.contains("came with another request first"), "{refused}");
        let whole = rebuild(&engine, service(None), "another").await.unwrap_err();
        assert!(whole.contains("is what was written"), "{whole}");
        assert_eq!(site.problems(), Vec::<String>::new(), "{sql}");
        let image = [("image".to_owned(), String::from(fixture::digest(sql)))];
        let next = Submission { key: "next".to_owned(), parameters: image.into(), ..submission("canary") };
        let next = engine.submit(next).await.unwrap();
        assert_eq!(ended(&engine, &next).await.status, RunStatus::Completed, "it can be deployed again");
    }
}

#[tokio::test]
async fn where_the_world_shows_something_else_a_person_names_the_run() {
    let site = Site::new().await.damaged(LOST[2]);
    let (engine, store) = site.open();
    site.scene.world.lock().unwrap().drift = Some("0 of 2 instances are there".to_owned());
    let refused = rebuild(&engine, service(None), "k").await.unwrap_err();
    assert!(refused.contains(&format!("say so with `--run {}`", site.run)), "{refused}");
    assert!(store.running("local", "shop").await.is_err(), "nothing is done");
    rebuild(&engine, service(Some(&site.run)), "k").await.unwrap();
    assert_eq!(store.running("local", "shop").await.unwrap().unwrap().run, site.run);
}

#[tokio::test]
async fn a_newer_run_that_cannot_be_read_keeps_the_truth_from_being_known() {
    let site = Site::new().await;
    let (engine, store) = site.open();
    let image = [("image".to_owned(), String::from(fixture::digest("newer")))];
    let newer = Submission { key: "newer".to_owned(), parameters: image.into(), ..submission("canary") };
    let newer = engine.submit(newer).await.unwrap();
    ended(&engine, &newer).await;
    engine.stop().await;
    drop((engine, store));
    site.say(&format!("DELETE FROM running; UPDATE records SET json = 'torn' WHERE run = '{newer}' AND seq = 3"));
    let (engine, store) = site.open();
    let refused = rebuild(&engine, service(None), "k").await.unwrap_err();
    assert!(refused.contains(&format!("run {newer} may have made what runs")), "{refused}");
    assert!(refused.contains("name it with `--run`"), "{refused}");
    rebuild(&engine, service(Some(&site.run)), "k").await.unwrap();
    assert_eq!(store.running("local", "shop").await.unwrap().unwrap().run, site.run);
}

#[tokio::test]
async fn the_state_of_an_ended_run_is_made_anew_from_its_journal() {
    let whole = Site::new().await;
    let before = whole.open().0.view(&whole.run).await.unwrap();
    for sql in [
        "UPDATE runs SET head = 'torn' WHERE run = 'RUN'",
        "DELETE FROM runs WHERE run = 'RUN'",
        "UPDATE node_state SET json = '1' WHERE run = 'RUN' AND idx = 1",
        "DELETE FROM node_state WHERE run = 'RUN'",
    ] {
        let site = whole.damaged(sql);
        assert!(!site.problems().is_empty(), "{sql}");
        let (engine, _store) = site.open();
        let what = Rebuild::Run { run: site.run.clone() };
        let answer = rebuild(&engine, what.clone(), "k").await.unwrap();
        assert_eq!(site.problems(), Vec::<String>::new(), "{sql}");
        let mut after = engine.view(&site.run).await.unwrap();
        after.seq = before.seq;
        assert_eq!(after, before, "{sql}");
        assert_eq!(rebuild(&engine, what.clone(), "k").await, Ok(answer));
        assert!(rebuild(&engine, what, "l").await.unwrap_err().contains("is what was written"));
    }
}

#[tokio::test]
async fn what_the_journal_does_not_say_is_not_made_up() {
    let site = Site::new().await.damaged("DELETE FROM records WHERE run = 'RUN' AND seq > 5");
    let (engine, _store) = site.open();
    let refused = rebuild(&engine, Rebuild::Run { run: site.run.clone() }, "k").await.unwrap_err();
    assert!(refused.contains("`deployd restore` brings a backup back"), "{refused}");
    let missing = rebuild(&engine, Rebuild::Run { run: "none".to_owned() }, "k").await.unwrap_err();
    assert!(missing.contains("there is no run none"), "{missing}");
}
