//! Waiting for a project to change: its folders are watched, and what is saved in several steps is one change.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher, recommended_watcher};

use crate::failure::Failure;

/// How long nothing more must change before a change is taken up.
const SETTLED: Duration = Duration::from_millis(100);

/// How the names of files end that a project is made of.
const EXTENSIONS: [&str; 4] = ["deploy", "lock", "sql", "toml"];

/// Watches the folders of a project.
pub(crate) struct Watch {
    watcher: RecommendedWatcher,
    changes: Receiver<notify::Result<Event>>,
    watched: BTreeSet<PathBuf>,
}

impl Watch {
    /// Watches nothing yet.
    pub(crate) fn new() -> Result<Self, Failure> {
        let (sender, changes) = channel();
        let watcher = recommended_watcher(sender).map_err(|error| refused(&error))?;
        Ok(Self { watcher, changes, watched: BTreeSet::new() })
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
            let _ = self.watcher.unwatch(gone);
        }
        for new in folders.difference(&self.watched) {
            self.watcher.watch(new, RecursiveMode::NonRecursive).map_err(|error| refused(&error))?;
        }
        self.watched = folders;
        Ok(())
    }

    /// Waits until something has changed that the project may be made of, and nothing more does.
    pub(crate) fn wait(&self) -> Result<(), Failure> {
        while !concerns(&self.changes.recv().map_err(|_| Failure::internal("nobody watches any more"))?)? {}
        while let Ok(change) = self.changes.recv_timeout(SETTLED) {
            concerns(&change)?;
        }
        Ok(())
    }
}

/// Whether a change concerns the project; that somebody reads a file, as this program does itself, is none.
fn concerns(change: &notify::Result<Event>) -> Result<bool, Failure> {
    let event = change.as_ref().map_err(refused)?;
    let is_part = |path: &PathBuf| {
        let extension = path.extension().and_then(|it| it.to_str());
        path.is_dir() || extension.is_some_and(|it| EXTENSIONS.contains(&it))
    };
    Ok(!event.kind.is_access() && event.paths.iter().any(is_part))
}

fn refused(error: &notify::Error) -> Failure {
    let help = "run `deployc test` without `--watch`, or let more folders be watched (`fs.inotify.max_user_watches`)";
    Failure::refused(format!("the project's folders cannot be watched: {error}"), help)
}
