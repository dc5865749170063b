//! What every store must do, told once and run against each of them.

use std::sync::Arc;

use machine::Moment;
use machine::journal::Record;
use machine::ports::store::{Answered, Append, Lock, NewRun, Prune, Pruned, Running, Store, StoreError, Target};
use serde_json::{Value, json};

use crate::memory::MemoryStore;

/// A world whose store can be closed and opened again.
pub(crate) trait World {
    /// Closes the store that is open, if any, and opens it again. Callers have dropped their handles.
    fn open(&mut self) -> Arc<dyn Store>;
}

pub(crate) struct Memory(pub(crate) MemoryStore);

impl World for Memory {
    fn open(&mut self) -> Arc<dyn Store> {
        self.0 = self.0.reopen();
        Arc::new(self.0.reopen())
    }
}

pub(crate) struct Sqlite(pub(crate) tempfile::TempDir);

impl World for Sqlite {
    fn open(&mut self) -> Arc<dyn Store> {
        Arc::new(crate::sqlite::open(self.0.path()).unwrap())
    }
}

/// Records `from..=to` of a chain; record bodies hold what is hard to keep: floats, long numbers, odd text.
pub(crate) fn records(previous: &str, from: u64, to: u64) -> Vec<Record> {
    let mut previous = previous.to_owned();
    let seal = |seq| {
        let body = json!({ "n": seq, "rate": 0.1 + seq as f64 / 3.0, "text": "a\u{0}\"\u{1f680}", "big": u64::MAX });
        let at = Moment { wall_ms: -5, boot: "b".to_owned(), boot_ms: seq };
        let record = Record::seal(&previous, seq, at, body);
        previous.clone_from(&record.hash);
        record
    };
    (from..=to).map(seal).collect()
}

pub(crate) fn append(store: &dyn Store, run: &str, records: Vec<Record>) -> Append {
    Append {
        run: run.to_owned(),
        epoch: store.epoch(),
        records,
        head: json!({ "status": "advancing" }),
        nodes: Vec::new(),
        ended: false,
        moves_by_ms: None,
        running: Vec::new(),
        answers: Vec::new(),
    }
}

pub(crate) fn new_run(store: &dyn Store, run: &str, created_ms: i64) -> NewRun {
    let first = append(store, run, records("", 1, 1));
    NewRun {
        plan: vec![0, 159, 146, 150],
        workflow: "release".to_owned(),
        created_ms,
        key: format!("key of {run}"),
        actor: "ann".to_owned(),
        targets: Vec::new(),
        first,
    }
}

async fn hash_of_last(store: &dyn Store, run: &str) -> String {
    store.load(run).await.unwrap().last_hash
}

async fn keeps_what_it_was_given(world: &mut dyn World) {
    let store = world.open();
    store.create(new_run(&*store, "a", 7)).await.unwrap();
    let mut second = append(&*store, "a", records(&hash_of_last(&*store, "a").await, 2, 3));
    second.head = json!({ "status": "completed" });
    second.nodes = vec![(4, json!("x")), (0, json!([1]))];
    second.ended = true;
    store.append(second).await.unwrap();
    let mut third = append(&*store, "a", Vec::new());
    third.nodes = vec![(4, json!("y"))];
    store.append(third).await.unwrap();
    drop(store);

    let store = world.open();
    let stored = store.load("a").await.unwrap();
    assert_eq!(stored.plan, [0, 159, 146, 150]);
    assert_eq!(stored.head, json!({ "status": "advancing" }));
    assert_eq!(stored.nodes, [(0, json!([1])), (4, json!("y"))]);
    assert_eq!(stored.last_seq, 3);
    let journal = store.journal("a", 1, 100).await.unwrap();
    assert_eq!(journal.len(), 3);
    let mut previous = String::new();
    for (record, seq) in journal.iter().zip(1..) {
        record.verify(&previous, seq).unwrap();
        previous.clone_from(&record.hash);
    }
    assert_eq!(previous, stored.last_hash);
}

async fn pages_the_journal(world: &mut dyn World) {
    let store = world.open();
    store.create(new_run(&*store, "a", 0)).await.unwrap();
    let more = records(&hash_of_last(&*store, "a").await, 2, 10);
    store.append(append(&*store, "a", more)).await.unwrap();
    let page = |from, limit| {
        let store = Arc::clone(&store);
        async move { store.journal("a", from, limit).await.unwrap().iter().map(|r| r.seq).collect::<Vec<_>>() }
    };
    assert_eq!(page(0, 2).await, [1, 2]);
    assert_eq!(page(9, 50).await, [9, 10]);
    assert_eq!(page(11, 50).await, Vec::<u64>::new());
    assert_eq!(page(u64::MAX, 50).await, Vec::<u64>::new());
}

async fn refuses_gaps_and_forks(world: &mut dyn World) {
    let store = world.open();
    store.create(new_run(&*store, "a", 0)).await.unwrap();
    let last = hash_of_last(&*store, "a").await;
    let gap = |found| StoreError::Gap { run: "a".to_owned(), last: 1, found };
    let skip = append(&*store, "a", records(&last, 3, 3));
    assert_eq!(store.append(skip).await, Err(gap(3)));
    let again = append(&*store, "a", records("", 1, 1));
    assert_eq!(store.append(again).await, Err(gap(1)));
    let fork = append(&*store, "a", records("another past", 2, 2));
    assert_eq!(store.append(fork).await, Err(gap(2)));
    let mut half = records(&last, 2, 2);
    half.extend(records("x", 4, 4));
    assert!(store.append(append(&*store, "a", half)).await.is_err());
    assert_eq!(store.load("a").await.unwrap().last_seq, 1, "a refused append leaves nothing behind");
}

async fn refuses_an_older_epoch(world: &mut dyn World) {
    let store = world.open();
    let ours = store.epoch();
    store.create(new_run(&*store, "a", 0)).await.unwrap();
    let mut late = append(&*store, "a", Vec::new());
    drop(store);
    let store = world.open();
    let current = store.epoch();
    assert!(current > ours);
    late.epoch = ours;
    assert_eq!(store.append(late).await, Err(StoreError::Fenced { current, ours }));
    let mut run = new_run(&*store, "b", 0);
    run.first.epoch = ours;
    assert_eq!(store.create(run).await, Err(StoreError::Fenced { current, ours }));
    assert!(matches!(store.load("b").await, Err(StoreError::Missing(_))));
}

async fn names_what_exists_and_what_is_missing(world: &mut dyn World) {
    let store = world.open();
    store.create(new_run(&*store, "a", 0)).await.unwrap();
    assert_eq!(store.create(new_run(&*store, "a", 1)).await, Err(StoreError::Exists("a".to_owned())));
    let missing = StoreError::Missing("b".to_owned());
    assert_eq!(store.append(append(&*store, "b", Vec::new())).await, Err(missing.clone()));
    assert_eq!(store.load("b").await.unwrap_err(), missing);
    assert_eq!(store.journal("b", 1, 1).await.unwrap_err(), missing);
}

async fn lists_newest_first(world: &mut dyn World) {
    let store = world.open();
    for (run, created_ms) in [("a", 3), ("b", 1), ("c", 2), ("d", 2)] {
        store.create(new_run(&*store, run, created_ms)).await.unwrap();
    }
    let mut end = append(&*store, "c", Vec::new());
    end.ended = true;
    store.append(end).await.unwrap();
    let names = |lines: Vec<machine::ports::store::RunLine>| lines.into_iter().map(|l| l.run).collect::<Vec<_>>();
    assert_eq!(names(store.runs(false, 10).await.unwrap()), ["a", "d", "c", "b"]);
    assert_eq!(names(store.runs(true, 10).await.unwrap()), ["a", "d", "b"]);
    assert_eq!(names(store.runs(false, 2).await.unwrap()), ["a", "d"]);
}

async fn knows_what_runs_where(world: &mut dyn World) {
    let store = world.open();
    store.create(new_run(&*store, "a", 0)).await.unwrap();
    let entry = |since_ms| Running {
        environment: "production".to_owned(),
        service: "shop".to_owned(),
        release: Some(plan::Release::new("shop", plan::Digest::of(b"v1"), Value::Null, json!({ "drain": 5 }), 2)),
        run: "a".to_owned(),
        since_ms,
    };
    let mut shift = append(&*store, "a", Vec::new());
    shift.running = vec![entry(1), entry(2)];
    store.append(shift).await.unwrap();
    drop(store);
    let store = world.open();
    assert_eq!(store.running("production", "shop").await.unwrap(), Some(entry(2)));
    assert_eq!(store.running("staging", "shop").await.unwrap(), None);
    assert_eq!(store.registry(9).await.unwrap(), [entry(2)]);
    assert_eq!(store.registry(0).await.unwrap(), []);
}

fn target(service: &str) -> Target {
    Target { environment: "production".to_owned(), service: service.to_owned() }
}

async fn finds_a_run_by_its_key(world: &mut dyn World) {
    let store = world.open();
    store.create(new_run(&*store, "a", 7)).await.unwrap();
    let mut second = new_run(&*store, "b", 8);
    second.key = "key of a".to_owned();
    second.targets = vec![target("shop")];
    let used = StoreError::KeyUsed { key: "key of a".to_owned(), run: "a".to_owned() };
    assert_eq!(store.create(second).await, Err(used));
    assert!(store.locks(9).await.unwrap().is_empty(), "a refused run leaves no lock behind");
    drop(store);
    let store = world.open();
    let line = store.with_key("key of a").await.unwrap().unwrap();
    assert_eq!((line.run.as_str(), line.created_ms, line.ended), ("a", 7, false));
    assert_eq!(store.with_key("key of b").await.unwrap(), None);
}

async fn keeps_targets_to_one_run(world: &mut dyn World) {
    let store = world.open();
    let mut first = new_run(&*store, "a", 7);
    first.targets = vec![target("shop"), target("api")];
    first.first.moves_by_ms = Some(60);
    store.create(first).await.unwrap();
    let lock = |service: &str, expires_ms| Lock {
        environment: "production".to_owned(),
        service: service.to_owned(),
        run: "a".to_owned(),
        actor: "ann".to_owned(),
        since_ms: 7,
        expires_ms,
    };
    assert_eq!(store.locks(9).await.unwrap(), [lock("api", 60), lock("shop", 60)]);
    assert_eq!(store.locks(1).await.unwrap(), [lock("api", 60)]);
    let second = |store: &dyn Store| {
        let mut second = new_run(store, "b", 8);
        second.targets = vec![target("cart"), target("shop")];
        second
    };
    let held = store.create(second(&*store)).await;
    assert_eq!(held, Err(StoreError::Held(Box::new(lock("shop", 60)))));
    assert!(matches!(store.load("b").await, Err(StoreError::Missing(_))));
    assert_eq!(store.locks(9).await.unwrap().len(), 2, "a refused run leaves no lock behind");
    drop(store);

    let store = world.open();
    store.append(append(&*store, "a", Vec::new())).await.unwrap();
    assert_eq!(store.locks(9).await.unwrap(), [lock("api", Lock::UNBOUNDED), lock("shop", Lock::UNBOUNDED)]);
    let mut end = append(&*store, "a", Vec::new());
    end.ended = true;
    store.append(end).await.unwrap();
    assert!(store.locks(9).await.unwrap().is_empty());
    store.create(second(&*store)).await.unwrap();
    let held = store.locks(9).await.unwrap();
    assert_eq!(held.iter().map(Lock::target).collect::<Vec<_>>(), [target("cart"), target("shop")]);
}

async fn anchors_the_ends_of_journals(world: &mut dyn World) {
    let store = world.open();
    for run in ["a", "b"] {
        store.create(new_run(&*store, run, 3)).await.unwrap();
        assert!(store.anchors(1, 9).await.unwrap().iter().all(|anchor| anchor.run != run));
        let mut end = append(&*store, run, records(&hash_of_last(&*store, run).await, 2, 2));
        end.ended = true;
        store.append(end).await.unwrap();
    }
    drop(store);
    let store = world.open();
    let mut instant = new_run(&*store, "c", 3);
    instant.first.records.clear();
    instant.first.ended = true;
    instant.targets = vec![target("shop")];
    store.create(instant).await.unwrap();
    assert!(store.locks(9).await.unwrap().is_empty());
    let anchors = store.anchors(0, 9).await.unwrap();
    let mut previous = String::new();
    for (anchor, seq) in anchors.iter().zip(1..) {
        anchor.verify(&previous, seq).unwrap();
        previous.clone_from(&anchor.hash);
    }
    let ends: Vec<_> = anchors.iter().map(|end| (end.run.as_str(), end.last_seq, end.at_ms)).collect();
    assert_eq!(ends, [("a", 2, -5), ("b", 2, -5), ("c", 0, 3)]);
    assert_eq!(anchors[1].last_hash, hash_of_last(&*store, "b").await);
    assert_eq!(store.anchors(2, 1).await.unwrap(), anchors[1..2]);
}

async fn one_bad_write_spares_its_neighbours(world: &mut dyn World) {
    let store = world.open();
    let runs: Vec<String> = (0..64).map(|n| format!("run{n:02}")).collect();
    let writes = runs.iter().flat_map(|run| [new_run(&*store, run, 0), new_run(&*store, run, 0)]);
    let answers = futures_util::future::join_all(writes.map(|run| store.create(run))).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 64);
    assert_eq!(store.runs(true, 1000).await.unwrap().len(), 64);
}

fn said(key: &str, run: Option<&str>) -> Answered {
    Answered {
        key: key.to_owned(),
        request: json!({ "what": "pause", "why": key }),
        answer: json!("it goes no further"),
        done: true,
        run: run.map(str::to_owned),
        at_ms: 3,
    }
}

async fn answers_a_key_once_and_for_all(world: &mut dyn World) {
    let store = world.open();
    store.create(new_run(&*store, "a", 0)).await.unwrap();
    let mut more = append(&*store, "a", records(&hash_of_last(&*store, "a").await, 2, 2));
    more.answers = vec![said("k", Some("a"))];
    store.append(more).await.unwrap();
    let mut late = append(&*store, "a", records("another past", 3, 3));
    late.answers = vec![said("never", Some("a"))];
    assert!(store.append(late).await.is_err());
    let begun = Answered { answer: json!({}), done: false, ..said("prune", None) };
    store.note(store.epoch(), begun.clone()).await.unwrap();
    drop(store);

    let store = world.open();
    assert_eq!(store.answered("k").await, Ok(Some(said("k", Some("a")))));
    assert_eq!(store.answered("prune").await, Ok(Some(begun)));
    for unknown in ["never", "key of a"] {
        assert_eq!(store.answered(unknown).await, Ok(None), "{unknown}");
    }
    store.note(store.epoch(), said("prune", None)).await.unwrap();
    let again = Answered { answer: json!("another answer"), ..said("prune", None) };
    store.note(store.epoch(), again).await.unwrap();
    assert_eq!(store.answered("prune").await, Ok(Some(said("prune", None))), "the first answer stays");
    let other = Answered { request: json!({ "what": "backup" }), ..said("k", None) };
    let taken = StoreError::KeyTaken { key: "k".to_owned(), first: "`pause` to run a".to_owned() };
    assert_eq!(store.note(store.epoch(), other).await, Err(taken.clone()));
    let mut second = new_run(&*store, "b", 0);
    second.key = "k".to_owned();
    assert_eq!(store.create(second).await, Err(taken));
    let used = StoreError::KeyUsed { key: "key of a".to_owned(), run: "a".to_owned() };
    assert_eq!(store.note(store.epoch(), said("key of a", None)).await, Err(used));
    assert!(matches!(store.note(store.epoch() - 1, said("x", None)).await, Err(StoreError::Fenced { .. })));
}

/// What went is told under the key of who asked for it in the transaction in which it went.
async fn notes_what_is_forgotten_under_its_key(world: &mut dyn World) {
    let store = world.open();
    for run in ["a", "b"] {
        ended(&*store, run).await;
    }
    let mut more = append(&*store, "a", Vec::new());
    (more.ended, more.answers) = (true, vec![said("said to a", Some("a"))]);
    store.append(more).await.unwrap();
    let begun = Answered { answer: json!({ "x": 1 }), done: false, ..said("k", None) };
    store.note(store.epoch(), begun).await.unwrap();
    for _ in 0..3 {
        let (epoch, actor, key) = (store.epoch(), "olga".to_owned(), Some("k".to_owned()));
        let one = Prune { epoch, ended_before_ms: 0, limit: 1, actor, at_ms: 9, dry_run: false, key };
        store.prune(one).await.unwrap();
    }
    let noted = store.answered("k").await.unwrap().unwrap();
    assert_eq!((noted.answer, noted.done), (json!({ "x": 1, "runs": ["a", "b"], "records": 4 }), false));
    assert_eq!(store.answered("said to a").await, Ok(None), "what was said to a run goes with it");
}

/// A run that has ended at -5, when the records of these tests were written.
async fn ended(store: &dyn Store, run: &str) {
    store.create(new_run(store, run, 0)).await.unwrap();
    let mut end = append(store, run, records(&hash_of_last(store, run).await, 2, 2));
    end.ended = true;
    store.append(end).await.unwrap();
}

async fn forgets_what_ended_long_ago(world: &mut dyn World) {
    let store = world.open();
    for run in ["a", "b", "c"] {
        ended(&*store, run).await;
    }
    store.create(new_run(&*store, "d", 0)).await.unwrap();
    let mut made = append(&*store, "b", Vec::new());
    made.ended = true;
    made.running = vec![Running {
        environment: "e".to_owned(),
        service: "s".to_owned(),
        release: None,
        run: "b".to_owned(),
        since_ms: 0,
    }];
    store.append(made).await.unwrap();
    let anchors = store.anchors(1, 100).await.unwrap();
    let ask = |ended_before_ms, limit, dry_run| {
        let prune = Prune {
            epoch: store.epoch(),
            ended_before_ms,
            limit,
            actor: "olga".to_owned(),
            at_ms: 9,
            dry_run,
            key: None,
        };
        store.prune(prune)
    };
    let named = |runs: &[&str]| Pruned {
        runs: runs.iter().map(|&run| run.to_owned()).collect(),
        records: 2 * runs.len() as u64,
        kept: Vec::new(),
    };
    assert_eq!(ask(-5, 9, false).await, Ok(named(&[])), "what ended at that moment did not end before it");
    assert_eq!(ask(0, 9, true).await, Ok(named(&["a", "c"])), "neither what made what runs nor what is under way");
    assert_eq!(store.runs(false, 9).await.unwrap().len(), 4, "a dry run removes nothing");
    assert_eq!(ask(0, 1, false).await, Ok(named(&["a"])));
    assert_eq!(ask(0, 9, false).await, Ok(named(&["c"])));
    assert_eq!(ask(0, 9, false).await, Ok(named(&[])));
    assert_eq!(store.load("a").await.unwrap_err(), StoreError::Missing("a".to_owned()));
    assert_eq!(store.journal("c", 1, 9).await.unwrap_err(), StoreError::Missing("c".to_owned()));
    assert_eq!(store.anchors(1, 100).await.unwrap(), anchors, "anchors stay");
    let late = Prune {
        epoch: store.epoch() - 1,
        ended_before_ms: 0,
        limit: 9,
        actor: String::new(),
        at_ms: 9,
        dry_run: false,
        key: None,
    };
    assert!(matches!(store.prune(late).await, Err(StoreError::Fenced { .. })));
}

async fn everything(fresh: &dyn Fn() -> Box<dyn World>) {
    keeps_what_it_was_given(&mut *fresh()).await;
    pages_the_journal(&mut *fresh()).await;
    refuses_gaps_and_forks(&mut *fresh()).await;
    refuses_an_older_epoch(&mut *fresh()).await;
    names_what_exists_and_what_is_missing(&mut *fresh()).await;
    lists_newest_first(&mut *fresh()).await;
    knows_what_runs_where(&mut *fresh()).await;
    finds_a_run_by_its_key(&mut *fresh()).await;
    keeps_targets_to_one_run(&mut *fresh()).await;
    anchors_the_ends_of_journals(&mut *fresh()).await;
    forgets_what_ended_long_ago(&mut *fresh()).await;
    answers_a_key_once_and_for_all(&mut *fresh()).await;
    notes_what_is_forgotten_under_its_key(&mut *fresh()).await;
    one_bad_write_spares_its_neighbours(&mut *fresh()).await;
}

#[tokio::test]
async fn memory_conforms() {
    everything(&|| Box::new(Memory(MemoryStore::new()))).await;
}

#[tokio::test]
async fn sqlite_conforms() {
    everything(&|| Box::new(Sqlite(tempfile::tempdir().unwrap()))).await;
}
