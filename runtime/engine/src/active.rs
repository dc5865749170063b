//! The runs that this engine drives.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use machine::ports::store::Target;
use machine::view::RunView;
use tokio::sync::{broadcast, mpsc, watch};
use tokio::task::JoinHandle;

use crate::driver::Message;

/// Queued messages a run accepts before its senders wait.
pub(crate) const MAILBOX_LENGTH: usize = 1_024;

/// Begun runs that a slow listener may fall behind.
const BEGUN_LENGTH: usize = 1_024;

pub(crate) struct Entry {
    pub(crate) mailbox: mpsc::Sender<Message>,
    pub(crate) view: watch::Receiver<RunView>,
    pub(crate) targets: Vec<Target>,
    pub(crate) task: Option<JoinHandle<()>>,
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

    /// False when no run is taken up any more.
    pub(crate) fn insert(&self, run: &str, entry: Entry) -> bool {
        let mut state = self.lock();
        if !state.stopped {
            state.runs.insert(run.to_owned(), entry);
            // Nobody has to listen.
            let _ = self.begun.send(run.to_owned());
        }
        !state.stopped
    }

    pub(crate) fn begun(&self) -> broadcast::Receiver<String> {
        self.begun.subscribe()
    }

    /// Keeps the driver's task, unless the run has ended meanwhile.
    pub(crate) fn set_task(&self, run: &str, task: JoinHandle<()>) {
        if let Some(entry) = self.lock().runs.get_mut(run) {
            entry.task = Some(task);
        }
    }

    pub(crate) fn remove(&self, run: &str) {
        self.lock().runs.remove(run);
    }

    pub(crate) fn mailbox(&self, run: &str) -> Option<mpsc::Sender<Message>> {
        self.lock().runs.get(run).map(|entry| entry.mailbox.clone())
    }

    pub(crate) fn view(&self, run: &str) -> Option<watch::Receiver<RunView>> {
        self.lock().runs.get(run).map(|entry| entry.view.clone())
    }

    /// The run that holds one of these targets, with the name of who started it.
    pub(crate) fn holder(&self, targets: &[Target]) -> Option<(String, String, Target)> {
        let state = self.lock();
        state.runs.iter().find_map(|(run, entry)| {
            let target = entry.targets.iter().find(|target| targets.contains(target))?;
            Some((run.clone(), entry.view.borrow().actor.name.clone(), target.clone()))
        })
    }

    pub(crate) fn leave_alone(&self, run: String, problem: String) {
        self.lock().left_alone.insert(run, problem);
    }

    pub(crate) fn left_alone(&self) -> BTreeMap<String, String> {
        self.lock().left_alone.clone()
    }

    pub(crate) async fn stop(&self) {
        let runs = {
            let mut state = self.lock();
            state.stopped = true;
            std::mem::take(&mut state.runs)
        };
        for entry in runs.into_values() {
            // A run whose driver has ended already has no mailbox to tell.
            let _ = entry.mailbox.send(Message::Stop).await;
            if let Some(task) = entry.task {
                let _ = task.await;
            }
        }
    }
}
