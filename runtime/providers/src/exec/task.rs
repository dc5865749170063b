//! What an attendant is told, and the note that it leaves of the end: files in the folder of the step.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use machine::ports::provider::Request;
use serde::{Deserialize, Serialize};

use super::output::Written;
use crate::host::files;
use crate::host::identity::{boot_id, boot_ms};

/// Version of both files.
const FORMAT: u32 = 1;
const TASK: &str = "task.json";
const NOTE: &str = "end.json";

/// One attempt, to be carried out once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Task {
    /// Version of this file.
    pub(super) format: u32,
    /// Known to one attendant: a late one does not take another's task for its own.
    pub(super) token: String,
    /// The run.
    pub(super) run: String,
    /// The idempotency key.
    pub(super) key: String,
    /// Which attempt under it.
    pub(super) attempt: u32,
    /// The program, found.
    pub(super) program: PathBuf,
    /// Its arguments.
    pub(super) arguments: Vec<String>,
    /// Its whole environment.
    pub(super) environment: BTreeMap<String, String>,
    /// The folder it starts in.
    pub(super) root: PathBuf,
    /// Files of handed-over secrets, whose values are scrubbed from the output; removed at the end.
    pub(super) secrets: BTreeMap<String, PathBuf>,
    /// Bytes of output that are kept.
    pub(super) output_max: usize,
    /// Time after which it is stopped, in milliseconds.
    pub(super) within_ms: u64,
    /// The boot in which it was handed over.
    boot: String,
    /// When, in milliseconds since that boot.
    since_ms: u64,
}

impl Task {
    /// Puts together what is handed over now.
    #[expect(clippy::too_many_arguments, reason = "the parts of one file, put together here only")]
    pub(super) fn new(
        token: String,
        request: &Request,
        program: PathBuf,
        arguments: Vec<String>,
        environment: BTreeMap<String, String>,
        secrets: BTreeMap<String, PathBuf>,
        output_max: usize,
        within_ms: u64,
    ) -> Self {
        Self {
            format: FORMAT,
            token,
            run: request.run.clone(),
            key: request.key.clone(),
            attempt: request.attempt,
            program,
            arguments,
            environment,
            root: request.root.clone(),
            secrets,
            output_max,
            within_ms,
            boot: boot_id().to_owned(),
            since_ms: boot_ms(),
        }
    }

    /// Hands it over.
    pub(super) fn write(&self, folder: &Path) -> Result<(), String> {
        files::write_json(&folder.join(TASK), self)
    }

    /// What was handed over; none when nothing was, or it was taken back.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, String> {
        let read: Option<Self> = files::read_json(&folder.join(TASK))?;
        Ok(read.filter(|task| task.format == FORMAT))
    }

    /// Takes it back: an attendant that comes later does nothing.
    pub(super) fn revoke(folder: &Path) -> Result<(), String> {
        files::remove(&folder.join(TASK))
    }

    /// Milliseconds until its time is over; none when it was handed over in another boot, of which nothing runs.
    pub(super) fn left_ms(&self) -> Option<u64> {
        (self.boot == boot_id()).then(|| self.since_ms.saturating_add(self.within_ms).saturating_sub(boot_ms()))
    }
}

/// How a run of a program ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum End {
    /// The program ended by itself, with this code.
    Exit(i32, Written),
    /// A signal ended it; which one, in words.
    Killed(String, Written),
    /// It was stopped because its time was over.
    TooLong(Written),
    /// It was ended before its time was over, because nobody waited for its answer any more.
    Ended,
    /// It never ran.
    NotStarted(String),
    /// It ran and its end is not known.
    Lost(String),
}

/// The note of an end, which outlives whoever waited for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    format: u32,
    key: String,
    attempt: u32,
    /// How it ended.
    pub(super) end: End,
}

impl Note {
    /// Leaves the note, durably.
    pub(super) fn leave(folder: &Path, task: &Task, end: End) -> Result<(), String> {
        let note = Self { format: FORMAT, key: task.key.clone(), attempt: task.attempt, end };
        files::write_json(&folder.join(NOTE), &note)
    }

    /// The note of this attempt; none when there is none. One that cannot be read proves nothing.
    pub(super) fn of(folder: &Path, key: &str, attempt: u32) -> Result<Option<Self>, String> {
        let read: Option<Self> = files::read_json(&folder.join(NOTE))?;
        Ok(read.filter(|note| note.format == FORMAT && note.key == key && note.attempt == attempt))
    }

    /// Removes the note of an earlier attempt.
    pub(super) fn remove(folder: &Path) -> Result<(), String> {
        files::remove(&folder.join(NOTE))
    }
}
