//! One flipped bit anywhere in the database: it is named, or changes nothing that is used; never another state, and
//! never a panic.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use machine::ports::store::{Running, Store, StoreError, StoredRun, Target};

use super::{append, go_on, new_run, open, records, wait};
use crate::sqlite::SqliteStore;

const FLIPS: usize = 600;

fn build(directory: &Path) {
    let store = open(directory).unwrap();
    for run in ["a", "b", "c"] {
        let mut new = new_run(&store, run, 5);
        new.targets = vec![Target { environment: "local".to_owned(), service: run.to_owned() }];
        new.first.running = vec![Running {
            environment: "local".to_owned(),
            service: run.to_owned(),
            release: None,
            run: run.to_owned(),
            since_ms: 1,
        }];
        wait(store.create(new)).unwrap();
        (0..12).for_each(|_| go_on(&store, run).unwrap());
    }
    let mut end = append(&store, "c", records(&wait(store.load("c")).unwrap().last_hash, 14, 14));
    end.ended = true;
    wait(store.append(end)).unwrap();
}

/// All that a runtime would act on, or the first error.
fn seen(store: &SqliteStore) -> Result<Vec<String>, StoreError> {
    let mut seen = Vec::new();
    for run in ["a", "b"] {
        let stored = wait(store.load(run))?;
        // A damaged run is rebuilt from its journal, which verifies or does not.
        seen.push(match &stored.damage {
            Some(_) => "damaged".to_owned(),
            None => rows(&stored),
        });
        seen.push(journal(store, run, &stored)?);
        seen.push(match wait(store.running("local", run)) {
            Ok(running) => format!("{running:?}"),
            Err(StoreError::Damaged(_)) => "damaged".to_owned(),
            Err(error) => return Err(error),
        });
    }
    let mut unended: Vec<String> = wait(store.runs(true, 99))?.into_iter().map(|line| line.run).collect();
    unended.sort();
    seen.push(format!("{unended:?}"));
    let locks = wait(store.locks(99))?;
    seen.push(format!("{:?}", locks.iter().map(|lock| (lock.target(), &lock.run)).collect::<Vec<_>>()));
    Ok(seen)
}

fn rows(stored: &StoredRun) -> String {
    format!("{:?} {:?} {} {} {:?}", stored.head, stored.nodes, stored.last_seq, stored.last_hash, stored.plan)
}

/// The journal, or that it is known not to be what was written.
fn journal(store: &SqliteStore, run: &str, stored: &StoredRun) -> Result<String, StoreError> {
    let records = match wait(store.journal(run, 1, u32::MAX)) {
        Err(StoreError::Damaged(_)) => return Ok("damaged".to_owned()),
        found => found?,
    };
    let mut previous = String::new();
    for (record, seq) in records.iter().zip(1..) {
        if record.verify(&previous, seq).is_err() {
            return Ok("damaged".to_owned());
        }
        previous.clone_from(&record.hash);
    }
    let whole = previous == stored.last_hash && records.len() as u64 == stored.last_seq;
    Ok(if whole { format!("{previous} {}", records.len()) } else { "damaged".to_owned() })
}

#[derive(Debug, Default)]
struct Found {
    unchanged: usize,
    refused: usize,
    named: usize,
}

impl Found {
    fn judge(&mut self, directory: &Path, truth: &[String], place: &str) {
        let answer = catch_unwind(AssertUnwindSafe(|| open(directory).and_then(|store| seen(&store))));
        match answer {
            Err(_) => panic!("a panic at {place}"),
            Ok(Err(StoreError::Malformed { .. } | StoreError::Newer { .. } | StoreError::Damaged(_))) => {
                self.refused += 1;
            }
            Ok(Err(StoreError::Io(error))) => {
                assert!(error.contains(&directory.display().to_string()), "{place}: {error}");
                self.refused += 1;
            }
            Ok(Err(error)) => panic!("at {place}: {error}"),
            Ok(Ok(seen)) if seen == truth => self.unchanged += 1,
            Ok(Ok(seen)) => {
                for (seen, truth) in seen.iter().zip(truth) {
                    assert!(seen == truth || seen == "damaged", "at {place} silently: {seen}\nthe truth: {truth}");
                }
                self.named += 1;
            }
        }
    }
}

#[test]
fn a_flipped_bit_is_named_or_changes_nothing() {
    let whole = tempfile::tempdir().unwrap();
    build(whole.path());
    let bytes = std::fs::read(crate::sqlite::database(whole.path())).unwrap();
    let truth = seen(&open(whole.path()).unwrap()).unwrap();
    let mut random = fastrand::Rng::with_seed(20_260_101);
    let mut found = Found::default();
    for _ in 0..FLIPS {
        let (at, bit) = (random.usize(..bytes.len()), random.u8(..8));
        let directory = tempfile::tempdir().unwrap();
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << bit;
        std::fs::write(crate::sqlite::database(directory.path()), flipped).unwrap();
        found.judge(directory.path(), &truth, &format!("byte {at}, bit {bit}"));
    }
    println!("{FLIPS} flips in {} bytes: {found:?}", bytes.len());
    assert!(found.refused > 0 && found.named > 0, "{found:?}");
}
