//! The small process that carries out one attempt at an action and outlives the runtime: it keeps the action's time,
//! ends all that the action started, and leaves a note of the end that proves the outcome.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicI32;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::task::{End, Note, Task};
use super::{LOCK, SECRETS, command, earlier};
use crate::host::files;
use crate::host::lock::wait_for_lock;
use crate::supervisor::{EXIT_BROKEN, EXIT_DONE, strays};

/// Attends to the attempt that was handed over in a folder under this token, and returns the exit status. The hidden
/// subcommand `internal attend --folder FOLDER --token TOKEN` is this call; it must not be made inside an async
/// runtime.
pub fn run(folder: &Path, token: &str) -> u8 {
    crate::memory::keep_private();
    match attend(folder, token) {
        Ok(()) => EXIT_DONE,
        Err(message) => {
            eprintln!("{message}");
            EXIT_BROKEN
        }
    }
}

fn attend(folder: &Path, token: &str) -> Result<(), String> {
    let mut lock = wait_for_lock(&folder.join(LOCK))?;
    // Read under the lock: whoever takes it back holds the lock too.
    let Some(task) = Task::read(folder)?.filter(|task| task.token == token) else { return Ok(()) };
    earlier::note_attendant(&mut lock)?;
    strays::adopt();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| format!("cannot attend to an action: {e}"))?;
    let end = runtime.block_on(see_to_its_end(folder, &task))?;
    let _ = files::remove_dir(&folder.join(SECRETS));
    Note::leave(folder, &task, end)
}

async fn see_to_its_end(folder: &Path, task: &Task) -> Result<End, String> {
    let mut told = signal(SignalKind::terminate()).map_err(|e| format!("cannot listen for signals: {e}"))?;
    let own = Arc::new(AtomicI32::new(0));
    let orphans = tokio::spawn(strays::bury_orphans(Arc::clone(&own)));
    let end = carry_out(folder, task, &own, &mut told).await;
    strays::end_descendants().await;
    orphans.abort();
    Ok(end)
}

/// Given up, the run of the program is dropped, which ends it.
async fn carry_out(folder: &Path, task: &Task, own: &Arc<AtomicI32>, told: &mut Signal) -> End {
    tokio::select! {
        end = command::run(folder, task, own) => end,
        _ = told.recv() => End::Ended,
    }
}
