//! The one queue into the server's state: edits and questions in the order in which they came.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use diagnostics::Diagnostic;
use ide::Withdrawal;
use project::{Project, Reading};
use tower_lsp::ls_types::{TextDocumentContentChangeEvent, Uri};

use crate::view::View;

/// A project, or a text that belongs to none, for as long as the server knows it.
pub(crate) type HomeId = u64;

/// What can happen.
pub(crate) enum Message {
    /// The client's folders.
    Folders {
        added: Vec<PathBuf>,
        removed: Vec<PathBuf>,
    },
    Open {
        uri: Uri,
        version: i32,
        text: String,
    },
    Change {
        uri: Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
    },
    Close {
        uri: Uri,
    },
    /// Files came, went or changed on the disk.
    Watched(Vec<PathBuf>),
    /// Roots of projects that a folder has.
    Roots(Vec<PathBuf>),
    Loaded {
        home: HomeId,
        /// Nothing where there is no project to look at any more.
        project: Option<Box<Project>>,
    },
    Read {
        home: HomeId,
        reading: Option<Box<Reading>>,
    },
    Proved {
        home: HomeId,
        revision: u64,
        /// Each with the path of the file that it is said of.
        found: Vec<(String, Diagnostic)>,
    },
    Ask(Question),
}

/// What a question is about.
pub(crate) enum About {
    /// The project of one file.
    File(Uri),
    /// Every project.
    All,
}

/// A question, and what becomes of its answer.
pub(crate) struct Question {
    pub(crate) about: About,
    pub(crate) slip: Arc<Slip>,
    pub(crate) answer: Box<dyn FnOnce(Vec<View>) + Send>,
}

/// Whether somebody still waits for an answer.
#[derive(Debug, Default)]
pub(crate) struct Slip(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    withdrawn: bool,
    running: Vec<Withdrawal>,
}

impl Slip {
    /// Nobody waits any more: what computes is stopped.
    pub(crate) fn withdraw(&self) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.withdrawn = true;
        waiting.running.drain(..).for_each(|running| running.withdraw());
    }

    /// Stops what computes as soon as nobody waits.
    pub(crate) fn running(&self, withdrawal: Withdrawal) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.withdrawn { withdrawal.withdraw() } else { waiting.running.push(withdrawal) }
    }

    /// Whether nobody waits.
    pub(crate) fn is_withdrawn(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).withdrawn
    }
}

/// The end of the queue into which everything is put.
#[derive(Clone, Debug)]
pub(crate) struct Queue(Sender<Message>);

impl Queue {
    /// A queue, and its other end.
    pub(crate) fn new() -> (Self, Receiver<Message>) {
        let (sender, receiver) = channel();
        (Self(sender), receiver)
    }

    /// Puts something in; never waits. At the end of the process nobody takes it out, and that is well.
    pub(crate) fn put(&self, message: Message) {
        let _ = self.0.send(message);
    }
}
