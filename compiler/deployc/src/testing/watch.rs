//! Waiting for a project to change: its folders are watched, and what is saved in several steps is one change.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use notify_debouncer_mini::notify::{self, RecommendedWatcher, RecursiveMode};
use notify_debouncer_mini::{DebounceEventResult, Debouncer, new_debouncer};

use crate::failure::Failure;

/// How long nothing more must change before a change is taken up.
const SETTLED: Duration = Duration::from_millis(100);

/// How the names of files end that a project is made of.
const EXTENSIONS: [&str; 4] = ["deploy", "lock", "sql", "toml"];

/// Watches the folders of a project.
pub(crate) struct Watch {
    debouncer: Debouncer<RecommendedWatcher>,
    changes: Receiver<DebounceEventResult>,
    watched: BTreeSet<PathBuf>,
}

impl Watch {
    /// Watches nothing yet.
    pub(crate) fn new() -> Result<Self, Failure> {
        let (sender, changes) = channel();
        let debouncer = new_debouncer(SETTLED, sender).map_err(|error| refused(&error))?;
        Ok(Self { debouncer, changes, watched: BTreeSet::new() })
    }

    /// Watches the root and every folder of it that holds sources, new ones too.
    pub(crate) fn folders_of(&mut self, root: &Path) -> Result<(), Failure> {
        let mut folders = BTreeSet::from([root.to_owned()]);
        for source in project::sources_below(root)?.sources {
            let path = root.join(source);
            let own = path.ancestors().skip(1).take_while(|folder| folder.starts_with(root));
            folders.extend(own.map(Path::to_owned));
        }
        for gone in self.watched.difference(&folders) {
            // A folder that was removed is watched no more already.
            let _ = self.debouncer.watcher().unwatch(gone);
        }
        for new in folders.difference(&self.watched) {
            self.debouncer.watcher().watch(new, RecursiveMode::NonRecursive).map_err(|error| refused(&error))?;
        }
        self.watched = folders;
        Ok(())
    }

    /// Waits until something changes that the project may be made of.
    pub(crate) fn wait(&self) -> Result<(), Failure> {
        loop {
            let change = self.changes.recv().map_err(|_| Failure::internal("nobody watches any more"))?;
            let events = change.map_err(|error| refused(&error))?;
            if events.iter().any(|event| concerns(&event.path)) {
                return Ok(());
            }
        }
    }
}

fn concerns(path: &Path) -> bool {
    let extension = path.extension().and_then(|it| it.to_str());
    path.is_dir() || extension.is_some_and(|it| EXTENSIONS.contains(&it))
}

fn refused(error: &notify::Error) -> Failure {
    let help = "run `deployc test` without `--watch`, or let more folders be watched (`fs.inotify.max_user_watches`)";
    Failure::refused(format!("the project's folders cannot be watched: {error}"), help)
}
