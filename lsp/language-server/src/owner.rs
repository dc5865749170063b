//! The one owner of texts and projects: takes messages in order, and hands out views to be asked elsewhere.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use ide::Lines;
use project::{LOCK_FILE, PROJECT_FILE, root_of};
use tokio::runtime::Handle;
use tower_lsp::ls_types::{TextDocumentContentChangeEvent, Uri};

use crate::board::Board;
use crate::conversion::file_path;
use crate::documents::Document;
use crate::homes::{Home, overlay};
use crate::loader::{Job, Loader};
use crate::outbox::{Outbox, Word};
use crate::queue::{About, HomeId, Message, Question};
use crate::shared::Shared;
use crate::view::View;
use crate::workers::Workers;

/// The state of the server.
pub(crate) struct Owner {
    pub(crate) shared: Arc<Shared>,
    pub(crate) outbox: Outbox,
    pub(crate) board: Arc<Board>,
    pub(crate) workers: Workers,
    pub(crate) loader: Loader,
    /// Where questions are answered.
    pub(crate) runtime: Handle,
    pub(crate) homes: BTreeMap<HomeId, Home>,
    pub(crate) documents: BTreeMap<String, Document>,
    /// Questions about every project that came while one was read.
    pub(crate) waiting: Vec<Question>,
    /// Folders that are being searched.
    pub(crate) searching: usize,
    pub(crate) last_home: HomeId,
}

impl Owner {
    /// Takes messages until nobody can send one. What has come meanwhile is taken before anything is computed.
    pub(crate) fn run(mut self, inbox: &Receiver<Message>) {
        while let Ok(first) = inbox.recv() {
            self.take(first);
            while let Ok(next) = inbox.try_recv() {
                self.take(next);
            }
            self.settle();
        }
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Folders { added, removed } => self.folders(added, &removed),
            Message::Open { uri, version, text } => self.open(uri, version, text),
            Message::Change { uri, version, changes } => self.change(&uri, version, changes),
            Message::Close { uri } => self.close(&uri),
            Message::Watched(paths) => self.watched(&paths),
            Message::Roots(roots) => self.roots(roots),
            Message::Loaded { home, project } => {
                if let (Some(known), Some(project)) = (self.homes.get_mut(&home), project) {
                    known.loaded(*project, &self.shared);
                    self.ready(home);
                } else {
                    self.lost(home);
                }
            }
            Message::Read { home, reading } => match reading {
                Some(reading) => self.read(home, *reading),
                None => self.lost(home),
            },
            Message::Proved { home, revision, found } => self.proved(home, revision, found),
            Message::Ask(question) => self.ask(question),
        }
    }

    /// Tells the models what was edited, and has their findings told.
    fn settle(&mut self) {
        let edited: Vec<(HomeId, String)> =
            self.edited().map(|document| (document.home, document.path.clone())).collect();
        self.flush();
        let changed: Vec<HomeId> = self.homes.iter().filter(|(_, home)| home.changed).map(|(id, _)| *id).collect();
        for id in changed {
            self.tell(id, edited.iter().filter(|(home, _)| *home == id).map(|(_, path)| path.as_str()));
        }
    }

    fn tell<'p>(&mut self, id: HomeId, edited: impl Iterator<Item = &'p str>) {
        let Some(view) = self.view(id) else { return };
        let Some(home) = self.homes.get_mut(&id) else { return };
        home.changed = false;
        let revision = home.revision;
        if !self.shared.abilities().pulls {
            for path in edited {
                if let (Some(file), Some(view)) = (view.snapshot.file(path), self.view(id)) {
                    self.workers.tell(id, file, revision, view);
                }
            }
        }
        self.workers.prove(id, revision, view);
    }

    fn edited(&self) -> impl Iterator<Item = &Document> {
        self.documents.values().filter(|document| document.edited)
    }

    /// Tells the models what was edited.
    fn flush(&mut self) {
        for document in self.documents.values_mut().filter(|document| document.edited) {
            document.edited = false;
            if let Some(home) = self.homes.get_mut(&document.home) {
                self.workers.drop_waiting(document.home);
                home.edit(document);
            }
        }
    }

    fn view(&mut self, id: HomeId) -> Option<View> {
        let documents = self.documents.values().filter(|document| document.home == id);
        self.homes.get_mut(&id)?.view(&self.shared, documents)
    }

    fn ask(&mut self, question: Question) {
        if question.slip.is_withdrawn() {
            return;
        }
        self.flush();
        match &question.about {
            About::File(uri) => match self.home_of(uri) {
                Some(id) => match (self.view(id), self.homes.get_mut(&id)) {
                    (Some(view), _) => self.answer(question, vec![view]),
                    (None, Some(home)) => home.waiting.push(question),
                    (None, None) => self.answer(question, Vec::new()),
                },
                None => self.answer(question, Vec::new()),
            },
            About::All if self.is_loading() => self.waiting.push(question),
            About::All => {
                let ids: Vec<HomeId> = self.homes.keys().copied().collect();
                let views = ids.into_iter().filter_map(|id| self.view(id)).collect();
                self.answer(question, views);
            }
        }
    }

    fn is_loading(&self) -> bool {
        self.searching > 0 || self.homes.values().any(|home| home.project.is_none())
    }

    fn answer(&self, question: Question, views: Vec<View>) {
        views.iter().for_each(|view| question.slip.running(view.snapshot.withdrawal()));
        self.runtime.spawn_blocking(move || (question.answer)(views));
    }

    /// Where a file belongs: an open one, or one below the folder of a project that is known.
    fn home_of(&self, uri: &Uri) -> Option<HomeId> {
        if let Some(document) = self.documents.get(uri.as_str()) {
            return Some(document.home);
        }
        let path = file_path(uri)?;
        let around =
            self.homes.iter().filter(|(_, home)| !home.root.as_os_str().is_empty() && path.starts_with(&home.root));
        around.max_by_key(|(_, home)| home.root.as_os_str().len()).map(|(id, _)| *id)
    }

    fn open(&mut self, uri: Uri, version: i32, text: String) {
        let (home, path) = self.placed(&uri);
        let lines = Lines::of(&text);
        let document = Document { uri: uri.clone(), version, text, lines, home, path, edited: true };
        self.workers.drop_waiting(home);
        if let Some(home) = self.homes.get_mut(&home) {
            home.open(&document);
        }
        self.documents.insert(uri.to_string(), document);
        self.again_if_project_file(&uri);
    }

    fn change(&mut self, uri: &Uri, version: i32, changes: Vec<TextDocumentContentChangeEvent>) {
        let encoding = self.shared.abilities().encoding;
        let Some(document) = self.documents.get_mut(uri.as_str()) else { return };
        document.version = version;
        for change in changes {
            let replaced = document.change(change, encoding);
            if let Some(home) = self.homes.get_mut(&document.home) {
                home.moved(&document.path, replaced);
            }
        }
        self.again_if_project_file(uri);
    }

    fn close(&mut self, uri: &Uri) {
        let Some(document) = self.documents.remove(uri.as_str()) else { return };
        let id = document.home;
        self.workers.drop_waiting(id);
        let Some(home) = self.homes.get_mut(&id) else { return };
        let is_used = home.kept || self.documents.values().any(|other| other.home == id);
        if is_used && !home.root.as_os_str().is_empty() {
            home.close(&document.path);
            self.read_again(id);
        } else {
            self.homes.remove(&id);
            self.board.forget(id);
        }
    }

    /// The project that a file belongs to, and its path there; where there is none, it is one by itself.
    fn placed(&mut self, uri: &Uri) -> (HomeId, String) {
        let path = file_path(uri);
        let library = path.as_deref().and_then(|path| self.shared.library_path(path));
        let root = path.as_deref().filter(|_| library.is_none()).and_then(Path::parent).and_then(|it| root_of(it).ok());
        if let (Some(root), Some(path)) = (root, &path)
            && let Some(inside) = inside(&root, path)
        {
            let id = self.home_at(root, false, true);
            let admits = self.homes[&id].project.as_ref().is_none_or(|project| project.admits(&inside));
            if admits || inside == PROJECT_FILE {
                return (id, inside);
            }
        }
        let name = path.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        let name = library.or(name).unwrap_or_else(|| "untitled.deploy".to_owned());
        (self.add(Home::alone(&name)), name)
    }

    fn add(&mut self, home: Home) -> HomeId {
        self.last_home += 1;
        self.homes.insert(self.last_home, home);
        self.last_home
    }

    fn home_at(&mut self, root: PathBuf, kept: bool, urgent: bool) -> HomeId {
        if let Some((id, home)) = self.homes.iter_mut().find(|(_, home)| home.root == root) {
            home.kept |= kept;
            return *id;
        }
        let home = self.add(Home::to_load(root.clone(), kept));
        self.loader.read(Job::Load { home, root }, urgent);
        home
    }

    fn folders(&mut self, added: Vec<PathBuf>, removed: &[PathBuf]) {
        for folder in added {
            self.searching += 1;
            self.loader.read(Job::Search(folder), false);
        }
        let left = |home: &Home| removed.iter().any(|folder| home.root.starts_with(folder));
        let gone: Vec<HomeId> = self.homes.iter().filter(|(_, home)| left(home)).map(|(id, _)| *id).collect();
        for id in gone {
            let is_used = self.documents.values().any(|document| document.home == id);
            match self.homes.get_mut(&id) {
                Some(home) if is_used => home.kept = false,
                Some(_) | None => {
                    self.workers.drop_waiting(id);
                    self.homes.remove(&id);
                    self.board.forget(id);
                }
            }
        }
    }

    fn roots(&mut self, roots: Vec<PathBuf>) {
        self.searching = self.searching.saturating_sub(1);
        for root in roots {
            self.home_at(root, true, false);
        }
        self.ask_waiting();
    }

    fn ask_waiting(&mut self) {
        if !self.is_loading() {
            std::mem::take(&mut self.waiting).into_iter().for_each(|question| self.ask(question));
        }
    }

    /// A project was read for the first time: what waited for it goes on.
    fn ready(&mut self, id: HomeId) {
        self.reopen(id);
        let waiting = self.homes.get_mut(&id).map(|home| std::mem::take(&mut home.waiting));
        waiting.into_iter().flatten().for_each(|question| self.ask(question));
        self.ask_waiting();
    }

    /// Puts the open texts of a project in the place of those on the disk.
    fn reopen(&mut self, id: HomeId) {
        let Some(home) = self.homes.get_mut(&id) else { return };
        for document in self.documents.values_mut().filter(|document| document.home == id) {
            home.open(document);
            document.edited = true;
        }
    }

    fn read(&mut self, id: HomeId, reading: project::Reading) {
        self.workers.drop_waiting(id);
        let Some(home) = self.homes.get_mut(&id) else { return };
        home.reading_again = false;
        home.renewed(reading, &self.shared);
        let stale = std::mem::take(&mut home.stale);
        self.reopen(id);
        if stale {
            self.read_again(id);
        }
    }

    /// A project is none any more: its open texts go where they belong now.
    fn lost(&mut self, id: HomeId) {
        self.workers.drop_waiting(id);
        let Some(home) = self.homes.remove(&id) else { return };
        self.board.forget(id);
        let left: Vec<Document> = self.documents.values().filter(|document| document.home == id).cloned().collect();
        for document in left {
            self.open(document.uri, document.version, document.text);
        }
        home.waiting.into_iter().for_each(|question| self.ask(question));
        self.ask_waiting();
    }

    fn read_again(&mut self, id: HomeId) {
        let documents = self.documents.values().filter(|document| document.home == id);
        let overlay = overlay(documents);
        let Some(home) = self.homes.get_mut(&id).filter(|home| !home.root.as_os_str().is_empty()) else { return };
        if home.project.is_none() || home.reading_again {
            home.stale = home.project.is_some();
            return;
        }
        home.reading_again = true;
        self.loader.read(Job::Read { home: id, root: home.root.clone(), overlay }, true);
    }

    fn again_if_project_file(&mut self, uri: &Uri) {
        let home = self.documents.get(uri.as_str()).filter(|document| document.path == PROJECT_FILE);
        if let Some(home) = home.map(|document| document.home) {
            self.read_again(home);
        }
    }

    fn watched(&mut self, paths: &[PathBuf]) {
        let is_mark = |path: &PathBuf| path.file_name().is_some_and(|name| name == PROJECT_FILE || name == LOCK_FILE);
        if paths.iter().any(is_mark) {
            self.move_home(paths);
        }
        let around =
            |home: &Home| paths.iter().any(|path| !home.root.as_os_str().is_empty() && path.starts_with(&home.root));
        let touched: Vec<HomeId> = self.homes.iter().filter(|(_, home)| around(home)).map(|(id, _)| *id).collect();
        touched.into_iter().for_each(|id| self.read_again(id));
    }

    /// Projects came or went: open texts go where they belong now.
    fn move_home(&mut self, paths: &[PathBuf]) {
        let near = |document: &&Document| {
            let path = file_path(&document.uri);
            path.is_some_and(|path| paths.iter().filter_map(|it| it.parent()).any(|folder| path.starts_with(folder)))
        };
        let moved: Vec<Document> = self.documents.values().filter(near).cloned().collect();
        for document in moved {
            let root = file_path(&document.uri).as_deref().and_then(Path::parent).and_then(|it| root_of(it).ok());
            let home = self.homes.get(&document.home).map(|home| home.root.clone()).unwrap_or_default();
            if root.unwrap_or_default() != home {
                self.close(&document.uri);
                self.open(document.uri, document.version, document.text);
            }
        }
        let folders = paths.iter().filter_map(|path| path.parent());
        let roots: Vec<PathBuf> = folders.filter_map(|folder| root_of(folder).ok()).collect();
        for root in roots {
            self.home_at(root, false, false);
        }
    }

    fn proved(&mut self, id: HomeId, revision: u64, found: Vec<(String, diagnostics::Diagnostic)>) {
        let edited = self.edited().any(|document| document.home == id);
        let Some(home) = self.homes.get_mut(&id).filter(|home| home.revision == revision && !edited) else { return };
        let abilities = self.shared.abilities();
        if home.proved(found) && abilities.pulls && abilities.pulls_again {
            self.outbox.say(Word::AskAgain);
        }
    }
}

/// The path of a file in the folder of a project, which is without links where the file's address may have some.
fn inside(root: &Path, file: &Path) -> Option<String> {
    let folder = std::fs::canonicalize(file.parent()?).ok()?;
    let path = folder.join(file.file_name()?);
    let parts: Option<Vec<&str>> = path.strip_prefix(root).ok()?.iter().map(|part| part.to_str()).collect();
    parts.map(|parts| parts.join("/"))
}
