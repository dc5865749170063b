//! A project looked at by several threads at once.

use std::sync::atomic::{AtomicUsize, Ordering};

use semantics::{Database, SemanticModel};

/// Finds out on so many threads what is to be said about every file; whoever asks then is answered at once.
pub fn prepare(database: &Database, threads: usize) {
    let files = SemanticModel::new(database).files();
    let next = AtomicUsize::new(0);
    let work = |database: Database| {
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            drop(SemanticModel::new(&database).file_diagnostics(*file));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(files.len()) {
            let database = database.clone();
            scope.spawn(|| work(database));
        }
        work(database.clone());
    });
}
