//! A project looked at by several threads at once.

use std::sync::atomic::{AtomicUsize, Ordering};

use diagnostics::FileId;
use semantics::{Database, SemanticModel};

/// Finds out on so many threads what is to be said about every file; whoever asks then is answered at once.
///
/// First what each file says by itself: the questions about all files at once, such as what leads back to itself, are
/// answered by whoever asks first, and would leave the others waiting for the reading of the whole project.
pub fn prepare(database: &Database, threads: usize) {
    each_file(database, threads, |model, file| model.settle(file));
    each_file(database, threads, |model, file| drop(model.file_diagnostics(file)));
}

/// Reads every file.
pub(crate) fn read(database: &Database, threads: usize) {
    each_file(database, threads, |model, file| model.read(file));
}

/// Every file by one of the threads, which take them one by one.
fn each_file(database: &Database, threads: usize, look: impl Fn(&SemanticModel<'_>, FileId) + Sync) {
    let files = SemanticModel::new(database).files();
    let next = AtomicUsize::new(0);
    let work = |database: Database| {
        let model = SemanticModel::new(&database);
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            look(&model, *file);
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

/// The processors that there are.
pub(crate) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
