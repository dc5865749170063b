//! The thread that reads projects from the disk, so that edits need not wait for it.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::Builder;

use project::{Overlay, Project, Reading, projects_below, root_of};

use crate::outbox::{Outbox, Word};
use crate::queue::{HomeId, Message, Queue};
use crate::workers::STACK;

/// Projects of one folder that are loaded unasked; any other is when a file of it is opened.
const ROOTS_MAX: usize = 64;

/// How deep below a folder of the client projects are looked for.
const DEPTH_MAX: usize = 5;

/// Something to read.
pub(crate) enum Job {
    /// The roots of the projects of a folder, or of the one that it lies in.
    Search(PathBuf),
    /// A project for the first time.
    Load { home: HomeId, root: PathBuf },
    /// A project again; the texts stand for files that are open.
    Read { home: HomeId, root: PathBuf, overlay: Overlay },
}

/// What waits to be read.
pub(crate) struct Loader {
    jobs: Arc<(Mutex<VecDeque<Job>>, Condvar)>,
}

impl Loader {
    /// Starts the thread; it ends with the process.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub(crate) fn start(queue: &Queue, outbox: &Outbox) -> std::io::Result<Self> {
        let jobs = Arc::new((Mutex::new(VecDeque::new()), Condvar::new()));
        let (work, queue, outbox) = (Arc::clone(&jobs), queue.clone(), outbox.clone());
        Builder::new().name("loader".to_owned()).stack_size(STACK).spawn(move || {
            loop {
                queue.put(done(take(&work), &outbox));
            }
        })?;
        Ok(Self { jobs })
    }

    /// Reads something after what waits already; what somebody looks at comes before it.
    pub(crate) fn read(&self, job: Job, urgent: bool) {
        let mut jobs = self.jobs.0.lock().unwrap_or_else(PoisonError::into_inner);
        if urgent {
            jobs.push_front(job)
        } else {
            jobs.push_back(job)
        }
        self.jobs.1.notify_one();
    }
}

fn take(jobs: &(Mutex<VecDeque<Job>>, Condvar)) -> Job {
    let mut waiting = jobs.0.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        if let Some(job) = waiting.pop_front() {
            return job;
        }
        waiting = jobs.1.wait(waiting).unwrap_or_else(PoisonError::into_inner);
    }
}

fn done(job: Job, outbox: &Outbox) -> Message {
    match job {
        Job::Search(folder) => {
            let mut roots = projects_below(&folder, ROOTS_MAX, DEPTH_MAX);
            roots.extend(root_of(&folder).ok());
            let mut roots: Vec<PathBuf> = roots.into_iter().filter_map(|root| root_of(&root).ok()).collect();
            roots.sort();
            roots.dedup();
            Message::Roots(roots)
        }
        Job::Load { home, root } => {
            let (dropped, done) = tokio::sync::oneshot::channel::<()>();
            outbox.say(Word::Progress { title: format!("deployc: reading {}", root.display()), done });
            let project = Reading::of(root, &Overlay::new()).map(|reading| Box::new(Project::of(reading)));
            let project = project.ok();
            project.iter().for_each(|project| project.prepare());
            drop(dropped);
            Message::Loaded { home, project }
        }
        Job::Read { home, root, overlay } => {
            Message::Read { home, reading: Reading::of(root, &overlay).ok().map(Box::new) }
        }
    }
}
