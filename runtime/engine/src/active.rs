//! The runs that this engine drives.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::future::join_all;
use machine::ports::BoxFuture;
use machine::view::RunView;
use tokio::sync::broadcast;
use tokio::sync::mpsc::Sender;
use tokio::sync::watch::Receiver;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::driver::Message;

/// Queued messages a run accepts before its senders wait.
pub(crate) const MAILBOX_LENGTH: usize = 1_024;

/// Begun runs that a slow listener may fall behind.
const BEGUN_LENGTH: usize = 1_024;

struct Entry {
    mailbox: Sender<Message>,
    view: Receiver<RunView>,
    /// None once somebody waits for its end.
    task: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct State {
    runs: BTreeMap<String, Entry>,
    left_alone: BTreeMap<String, String>,
    /// No run is taken up any more.
    stopped: bool,
}

pub(crate) struct Active {
    state: Mutex<State>,
    begun: broadcast::Sender<String>,
}

impl Default for Active {
    fn default() -> Self {
        Self { state: Mutex::default(), begun: broadcast::Sender::new(BEGUN_LENGTH) }
    }
}

impl Active {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Drives a run from now on; not when no run is taken up any more.
    pub(crate) fn drive(
        &self,
        run: &str,
        mailbox: Sender<Message>,
        view: Receiver<RunView>,
        work: BoxFuture<'static, ()>,
    ) {
        let mut state = self.lock();
        if !state.stopped {
            let task = Some(tokio::spawn(work));
            state.runs.insert(run.to_owned(), Entry { mailbox, view, task });
            // Nobody has to listen.
            let _ = self.begun.send(run.to_owned());
        }
    }

    pub(crate) fn begun(&self) -> broadcast::Receiver<String> {
        self.begun.subscribe()
    }

    /// The run is driven no more; with a problem it has not ended and is left alone.
    pub(crate) fn remove(&self, run: &str, problem: Option<String>) {
        let mut state = self.lock();
        state.runs.remove(run);
        if let Some(problem) = problem {
            state.left_alone.insert(run.to_owned(), problem);
        }
    }

    pub(crate) fn mailbox(&self, run: &str) -> Option<Sender<Message>> {
        self.lock().runs.get(run).map(|entry| entry.mailbox.clone())
    }

    pub(crate) fn view(&self, run: &str) -> Option<Receiver<RunView>> {
        self.lock().runs.get(run).map(|entry| entry.view.clone())
    }

    pub(crate) fn leave_alone(&self, run: String, problem: String) {
        self.lock().left_alone.insert(run, problem);
    }

    pub(crate) fn left_alone(&self) -> BTreeMap<String, String> {
        self.lock().left_alone.clone()
    }

    pub(crate) fn why_left_alone(&self, run: &str) -> Option<String> {
        self.lock().left_alone.get(run).cloned()
    }

    /// Takes a run out of those that are left alone, for who decides on it, with the reason; none when it is not there.
    pub(crate) fn claim(&self, run: &str) -> Option<String> {
        self.lock().left_alone.remove(run)
    }

    /// The run is left alone no more.
    pub(crate) fn settle(&self, run: &str) {
        self.lock().left_alone.remove(run);
    }

    /// Takes no run up any more, tells those that are driven to come to rest until then, and waits for it.
    pub(crate) async fn stop(&self, until: Instant) {
        let driven = self.close();
        join_all(driven.into_iter().map(|(mailbox, task)| async move {
            // A run whose driver has ended already has no mailbox to tell.
            let _ = mailbox.send(Message::Stop { until }).await;
            if let Some(task) = task {
                let _ = task.await;
            }
        }))
        .await;
    }

    fn close(&self) -> Vec<(Sender<Message>, Option<JoinHandle<()>>)> {
        let mut state = self.lock();
        state.stopped = true;
        state.runs.values_mut().map(|entry| (entry.mailbox.clone(), entry.task.take())).collect()
    }
}
