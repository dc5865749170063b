//! What every part of the server knows: what the client can do, and the folder of files that editors are shown.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tower_lsp::ls_types::{ClientCapabilities, Uri};

use crate::conversion::{Encoding, uri_of};

/// What the client can do, as far as it matters.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Abilities {
    /// What positions count.
    pub(crate) encoding: Encoding,
    /// It asks for findings itself, so that none are sent.
    pub(crate) pulls: bool,
    /// It asks for all findings again when it is told to.
    pub(crate) pulls_again: bool,
    /// It can be told which files to watch.
    pub(crate) watches: bool,
    /// It shows the progress of what takes long.
    pub(crate) progress: bool,
}

impl Abilities {
    /// What the client says of itself.
    pub(crate) fn of(client: &ClientCapabilities) -> Self {
        let (text, workspace) = (client.text_document.as_ref(), client.workspace.as_ref());
        let diagnostics = workspace.and_then(|it| it.diagnostics.as_ref());
        let watched = workspace.and_then(|it| it.did_change_watched_files.as_ref());
        Self {
            encoding: Encoding::agreed(client),
            pulls: text.is_some_and(|it| it.diagnostic.is_some()),
            pulls_again: diagnostics.and_then(|it| it.refresh_support).unwrap_or(false),
            watches: watched.and_then(|it| it.dynamic_registration).unwrap_or(false),
            progress: client.window.as_ref().and_then(|it| it.work_done_progress).unwrap_or(false),
        }
    }
}

/// The pages of errors: each code with its markdown.
pub type Pages = &'static [(&'static str, &'static str)];

/// What a server is given.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The pages of errors.
    pub pages: Pages,
    /// The folder in which files are written for the editor to show; nothing where none can be shown.
    pub shown: Option<PathBuf>,
}

impl Setting {
    /// With a folder of this version below the user's folder for what can be made again.
    #[must_use]
    pub fn of_user(pages: Pages) -> Self {
        Self { pages, shown: shown_in() }
    }
}

/// What every part knows.
#[derive(Debug)]
pub(crate) struct Shared {
    abilities: OnceLock<Abilities>,
    pages: Pages,
    /// Where files are written for the editor to show: the standard library, and the pages of errors.
    shown: Option<PathBuf>,
    /// Those that were written, by their paths there; nothing for one that could not be.
    written: Mutex<BTreeMap<String, Option<PathBuf>>>,
}

impl Shared {
    /// Before the client has said who it is.
    pub(crate) fn new(Setting { pages, shown }: Setting) -> Arc<Self> {
        Arc::new(Self { abilities: OnceLock::new(), pages, shown, written: Mutex::default() })
    }

    /// Keeps what the client can do; the first word counts.
    pub(crate) fn agree(&self, abilities: Abilities) {
        let _ = self.abilities.set(abilities);
    }

    /// What the client can do.
    pub(crate) fn abilities(&self) -> Abilities {
        self.abilities.get().copied().unwrap_or_default()
    }

    /// The address of an error's page, which is written when it is first asked for.
    pub(crate) fn page(&self, code: &str) -> Option<Uri> {
        let (_, text) = self.pages.iter().find(|(name, _)| *name == code)?;
        uri_of(&self.once_written(&format!("errors/{code}.md"), text)?)
    }

    /// Where a file of the standard library can be looked at.
    pub(crate) fn library(&self, path: &str, text: &str) -> Option<PathBuf> {
        self.once_written(path, text)
    }

    /// The path in the standard library of a file that was written for the editor.
    pub(crate) fn library_path(&self, file: &Path) -> Option<String> {
        let inside = file.strip_prefix(self.shown.as_ref()?).ok()?.to_str()?;
        inside.starts_with("std/").then(|| inside.to_owned())
    }

    fn once_written(&self, path: &str, text: &str) -> Option<PathBuf> {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = written.get(path) {
            return known.clone();
        }
        let file = self.write(path, text);
        written.insert(path.to_owned(), file.clone());
        file
    }

    fn write(&self, path: &str, text: &str) -> Option<PathBuf> {
        let file = self.shown.as_ref()?.join(path);
        if std::fs::read_to_string(&file).is_ok_and(|there| there == text) {
            return Some(file);
        }
        std::fs::create_dir_all(file.parent()?).ok()?;
        // Another server may write the same: each writes beside it and moves it there.
        let beside = file.with_extension(format!("{}.new", std::process::id()));
        std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, &file)).ok()?;
        Some(file)
    }
}

fn shown_in() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")))?;
    Some(caches.join("deployc").join(env!("CARGO_PKG_VERSION")))
}
