//! Random histories, told to SQLite and to memory at once: both must answer alike, also across restarts.

use std::sync::Arc;

use machine::ports::store::{Append, Running, Store, Target};
use proptest::prelude::*;
use serde_json::json;

use crate::conformance::{Memory, Sqlite, World, append, new_run, records};
use crate::memory::MemoryStore;

#[derive(Clone, Debug)]
enum Step {
    Create { run: u8, created_ms: i8, key: u8, target: Option<u8> },
    Append { run: u8, skip: bool, count: u8, node: u8, ended: bool, service: Option<u8>, late: bool },
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let run = 0..3u8;
    let odd = || prop::bool::weighted(0.15);
    let append = (run.clone(), odd(), 0..4u8, 0..3u8, any::<bool>(), prop::option::of(0..2u8), odd());
    prop_oneof![
        2 => (run, any::<i8>(), 0..4u8, prop::option::of(0..2u8))
            .prop_map(|(run, created_ms, key, target)| Step::Create { run, created_ms, key, target }),
        8 => append.prop_map(|(run, skip, count, node, ended, service, late)| {
            Step::Append { run, skip, count, node, ended, service, late }
        }),
        1 => Just(Step::Reopen),
    ]
}

async fn appended(store: &dyn Store, step: &Step) -> Option<Append> {
    let Step::Append { run, skip, count, node, ended, service, late } = step else { return None };
    let name = run.to_string();
    let tail = store.load(&name).await.map_or((0, String::new()), |stored| (stored.last_seq, stored.last_hash));
    let from = tail.0 + 1 + u64::from(*skip);
    let mut append = append(store, &name, records(&tail.1, from, from + u64::from(*count)));
    append.epoch -= u64::from(*late);
    append.nodes = vec![(u32::from(*node), json!({ "n": count }))];
    append.ended = *ended;
    append.moves_by_ms = (!skip).then_some(i64::from(*count));
    append.running = service.iter().map(|service| entry(*service, &name, from)).collect();
    Some(append)
}

fn entry(service: u8, run: &str, from: u64) -> Running {
    Running {
        environment: "e".to_owned(),
        service: service.to_string(),
        release: None,
        run: run.to_owned(),
        since_ms: from.cast_signed(),
    }
}

async fn perform(store: &dyn Store, step: &Step) -> String {
    match step {
        Step::Create { run, created_ms, key, target } => {
            let mut new = new_run(store, &run.to_string(), i64::from(*created_ms));
            new.key = key.to_string();
            let target = target.iter().map(u8::to_string);
            new.targets = target.map(|service| Target { environment: "e".to_owned(), service }).collect();
            new.first.moves_by_ms = Some(new.created_ms);
            format!("{:?}", store.create(new).await)
        }
        Step::Append { .. } => match appended(store, step).await {
            Some(append) => format!("{:?}", store.append(append).await.map_err(|error| error.to_string())),
            None => String::new(),
        },
        Step::Reopen => String::new(),
    }
}

/// Everything a store can be asked.
async fn state(store: &dyn Store) -> String {
    let mut text = format!("{:?} {:?}", store.runs(false, 9).await, store.runs(true, 9).await);
    text += &format!("{:?} {:?}", store.locks(9).await, store.anchors(1, 99).await);
    for name in ["0", "1", "2"] {
        text += &format!("{:?}", store.with_key(name).await);
        let journal = store.journal(name, 2, 5).await;
        text += &format!("{:?} {journal:?} {:?}", store.load(name).await, store.running("e", name).await);
    }
    text
}

async fn compare(steps: Vec<Step>) {
    let mut worlds: [Box<dyn World>; 2] =
        [Box::new(Memory(MemoryStore::new())), Box::new(Sqlite(tempfile::tempdir().unwrap()))];
    let mut stores: Vec<Arc<dyn Store>> = worlds.iter_mut().map(|world| world.open()).collect();
    for step in &steps {
        if matches!(step, Step::Reopen) {
            stores.clear();
            stores = worlds.iter_mut().map(|world| world.open()).collect();
        }
        let (memory, sqlite) = (perform(&*stores[0], step).await, perform(&*stores[1], step).await);
        // Epochs count differently from the start on; which writes are refused does not.
        assert_eq!(memory.starts_with("Ok"), sqlite.starts_with("Ok"), "{step:?}: {memory} {sqlite}");
    }
    assert_eq!(state(&*stores[0]).await, state(&*stores[1]).await);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sqlite_answers_like_memory(steps in prop::collection::vec(step(), 1..25)) {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(compare(steps));
    }
}
