//! What an earlier attempt at the same step left behind: it may still be at work when the runtime that started it is
//! gone.
//!
//! Whoever holds the folder's lock is the attendant of an attempt, or makes sure that there is none. A task is taken
//! back under the lock, so that an attendant which is only about to begin does nothing.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::mark::Mark;
use super::task::Task;
use super::{LOCK, SECRETS};
use crate::host::files;
use crate::host::identity::{self, Identity};
use crate::host::lock::try_lock;

/// The note of the process that carries out the action.
const PROGRAM: &str = "process.json";
/// What an attendant is given to end all that it attends to, before it is ended itself.
const TERM_WITHIN: Duration = Duration::from_secs(2);
/// What the kernel is given to end a process after SIGKILL.
const KILL_WITHIN: Duration = Duration::from_secs(5);
/// Time between two looks.
const BETWEEN: Duration = Duration::from_millis(5);

/// Notes the process that carries out the action.
pub(super) fn note_program(folder: &Path, identity: &Identity) -> Result<(), String> {
    files::write_json(&folder.join(PROGRAM), identity)
}

/// Notes in the lock that is held who holds it.
pub(super) fn note_attendant(lock: &mut File) -> Result<(), String> {
    let fail = |e: std::io::Error| format!("cannot note the attendant of an action: {e}");
    let me = Identity::of(std::process::id());
    let text = serde_json::to_vec(&me).map_err(|e| fail(e.into()))?;
    lock.set_len(0).and_then(|()| lock.seek(SeekFrom::Start(0))).map_err(fail)?;
    lock.write_all(&text).map_err(fail)
}

/// Ends what is still at work, and returns when nothing of it is. A folder that is not there has nothing at work.
pub(super) fn end(folder: &Path) -> Result<(), String> {
    files::private_dir(folder)?;
    let lock = end_attendant(folder)?;
    Task::revoke(folder)?;
    end_program(folder)?;
    files::remove(&folder.join(PROGRAM))?;
    files::remove_dir(&folder.join(SECRETS))?;
    drop(lock);
    Ok(())
}

/// The lock, once its holder has ended: asked to first, because it ends all that descends from it.
fn end_attendant(folder: &Path) -> Result<File, String> {
    let (begun, path) = (Instant::now(), folder.join(LOCK));
    let mut asked: Option<Identity> = None;
    loop {
        if let Some(lock) = try_lock(&path)? {
            return Ok(lock);
        }
        // An attendant that has just begun has not noted itself yet.
        let attendant = attendant(folder);
        if begun.elapsed() >= TERM_WITHIN + KILL_WITHIN {
            return Err(stubborn(attendant.as_ref()));
        } else if let Some(attendant) = &attendant {
            if begun.elapsed() >= TERM_WITHIN {
                attendant.signal(Signal::KILL);
            } else if asked.as_ref() != Some(attendant) {
                attendant.signal(Signal::TERM);
                asked = Some(attendant.clone());
            }
        }
        std::thread::sleep(BETWEEN);
    }
}

fn attendant(folder: &Path) -> Option<Identity> {
    files::read_json::<Identity>(&folder.join(LOCK)).ok().flatten().filter(Identity::alive)
}

/// Ends what an attendant left that was killed itself.
fn end_program(folder: &Path) -> Result<(), String> {
    if let Some(leader) = program(folder) {
        leader.signal_group(Signal::KILL);
        let begun = Instant::now();
        while leader.alive() {
            if begun.elapsed() >= KILL_WITHIN {
                return Err(stubborn(Some(&leader)));
            }
            std::thread::sleep(BETWEEN);
        }
    }
    Mark::of(folder).end().map_err(|left| stubborn(Some(&left)))
}

fn program(folder: &Path) -> Option<Identity> {
    files::read_json::<Identity>(&folder.join(PROGRAM)).ok().flatten().filter(Identity::alive)
}

fn stubborn(process: Option<&Identity>) -> String {
    let who = process.map_or_else(|| "a process that is not known".to_owned(), |p| identity::describe(p.pid));
    format!("an earlier attempt still runs as {who} and does not end")
}

/// What is at work on an attempt.
pub(super) enum AtWork {
    /// Its attendant, which keeps its time.
    Attended,
    /// Processes of it without an attendant, of which nobody keeps the time.
    Alone,
    /// Nothing.
    Nothing,
}

/// Looks at what is at work.
pub(super) fn at_work(folder: &Path) -> Result<AtWork, String> {
    files::private_dir(folder)?;
    if try_lock(&folder.join(LOCK))?.is_none() {
        return Ok(AtWork::Attended);
    }
    let alone = program(folder).is_some() || Mark::of(folder).is_carried();
    Ok(if alone { AtWork::Alone } else { AtWork::Nothing })
}

/// Asks what is alone to end.
pub(super) fn ask_to_end(folder: &Path) {
    if let Some(leader) = program(folder) {
        leader.signal_group(Signal::TERM);
    }
    Mark::of(folder).signal(Signal::TERM);
}
