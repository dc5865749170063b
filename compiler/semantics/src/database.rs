//! The inputs of the compiler and the store of everything derived from them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use diagnostics::FileId;
use salsa::{Database as _, Durability, Setter};
use smol_str::SmolStr;

use crate::library;
use crate::queries::module::module_of;

/// One source file, as a project hands it over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceText {
    /// From the project's root, with `/`.
    pub path: String,
    /// UTF-8, without byte order mark.
    pub text: Arc<str>,
}

/// One source file, as queries see it.
#[salsa::input(debug)]
pub(crate) struct SourceFile {
    /// Its number in spans; kept for as long as the database lives.
    #[returns(copy)]
    pub(crate) number: u32,
    /// From the project's root.
    #[returns(deref)]
    pub(crate) path: String,
    /// What it is imported by.
    #[returns(ref)]
    pub(crate) module: SmolStr,
    #[returns(ref)]
    pub(crate) text: Arc<str>,
    /// Part of the standard library.
    #[returns(copy)]
    pub(crate) library: bool,
}

/// All source files.
#[salsa::input(singleton, debug)]
pub(crate) struct Project {
    /// The language edition of the project.
    #[returns(deref)]
    pub(crate) edition: String,
    /// Those of the project, by path.
    #[returns(deref)]
    pub(crate) files: Vec<SourceFile>,
    /// Schema files of databases, by path; what is not there is unknown.
    #[returns(deref)]
    pub(crate) schemas: Vec<SourceFile>,
    /// Those of the standard library, by path.
    #[returns(deref)]
    pub(crate) library: Vec<SourceFile>,
    /// Those of vendored packages, by path.
    #[returns(deref)]
    pub(crate) packaged: Vec<SourceFile>,
    /// Which packages each one imports from.
    #[returns(ref)]
    pub(crate) uses: Uses,
}

/// Which packages a package may import from, by its name; the project itself has the empty name.
pub type Uses = BTreeMap<SmolStr, BTreeSet<SmolStr>>;

/// Sources and everything derived from them, recomputed only where an edit matters.
///
/// Clones share everything and may be read from other threads. A writer waits until every clone is dropped, so
/// a clone lives no longer than its job.
#[salsa::db]
#[derive(Clone)]
pub struct Database {
    storage: salsa::Storage<Self>,
    files: BTreeMap<String, SourceFile>,
    /// Every file there ever was, at the index of its number.
    numbered: Vec<SourceFile>,
    schemas: BTreeMap<String, SourceFile>,
    packaged: BTreeMap<String, SourceFile>,
}

#[salsa::db]
impl salsa::Database for Database {}

impl Default for Database {
    fn default() -> Self {
        Self::over(salsa::Storage::new(None))
    }
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database").field("files", &self.files.len()).finish_non_exhaustive()
    }
}

/// Why a question has no answer: the sources changed while it was answered, or nobody waits for it any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Cancelled {
    /// The sources are to be changed: what was being computed is about texts that are no more.
    #[error("the sources changed meanwhile")]
    Edited,
    /// Whoever asked has withdrawn the question.
    #[error("the question was withdrawn")]
    Withdrawn,
}

/// Withdraws the questions that are being answered on one clone of a database.
#[derive(Clone, Debug)]
pub struct Withdrawal(salsa::CancellationToken);

impl Withdrawal {
    /// Ends what is being computed on the clone at its next query.
    pub fn withdraw(&self) {
        self.0.cancel();
    }
}

/// Answers a question on clones of databases that it owns.
///
/// # Errors
/// A writer waits, or the question was withdrawn: the answer was given up.
pub fn answered<T>(question: impl FnOnce() -> T) -> Result<T, Cancelled> {
    // What a question leaves half done is in the database alone, which takes that back by itself.
    let question = std::panic::AssertUnwindSafe(question);
    salsa::Cancelled::catch(question).map_err(|cancelled| match cancelled {
        salsa::Cancelled::Local => Cancelled::Withdrawn,
        _ => Cancelled::Edited,
    })
}

impl Database {
    /// What withdraws the questions on this clone; a clone of it has one of its own.
    #[must_use]
    pub fn withdrawal(&self) -> Withdrawal {
        Withdrawal(self.cancellation_token())
    }

    /// Ends the computation here when its answer is no longer wanted; for what takes long and asks nothing.
    pub fn stop_if_cancelled(&self) {
        self.unwind_if_revision_cancelled();
    }

    /// A database that writes the name of every query that runs into `log`; for tests and measurements.
    #[must_use]
    pub fn logged(log: Arc<Mutex<Vec<String>>>) -> Self {
        Self::over(salsa::Storage::new(Some(Box::new(move |event: salsa::Event| {
            if let salsa::EventKind::WillExecute { database_key } = event.kind
                && let Ok(mut log) = log.lock()
            {
                log.push(format!("{database_key:?}"));
            }
        }))))
    }

    fn over(storage: salsa::Storage<Self>) -> Self {
        let mut db = Self {
            storage,
            files: BTreeMap::new(),
            schemas: BTreeMap::new(),
            packaged: BTreeMap::new(),
            numbered: Vec::new(),
        };
        let library = library::FILES.iter().map(|(path, text)| db.add(path, Arc::from(*text), true)).collect();
        let _ = Project::builder(String::new(), Vec::new(), Vec::new(), library, Vec::new(), Uses::new())
            .library_durability(Durability::NEVER_CHANGE)
            .edition_durability(Durability::HIGH)
            .files_durability(Durability::MEDIUM)
            .schemas_durability(Durability::MEDIUM)
            .packaged_durability(Durability::HIGH)
            .uses_durability(Durability::HIGH)
            .new(&db);
        db
    }

    /// Makes `files` the project's files: unchanged ones cost nothing, those not named are forgotten.
    pub fn set_sources(&mut self, edition: &str, files: Vec<SourceText>) {
        let project = Project::get(self);
        if project.edition(self) != edition {
            project.set_edition(self).to(edition.to_owned());
        }
        let paths: BTreeSet<String> = files.iter().map(|file| file.path.clone()).collect();
        self.files.retain(|path, _| paths.contains(path));
        for file in files {
            self.put(&file.path, file.text);
        }
        self.list();
    }

    /// Sets the text of one file, which is added if it is new; that of a package's file stays the package's.
    pub fn set_text(&mut self, path: &str, text: impl Into<Arc<str>>) {
        if self.put(path, text.into()) {
            self.list();
        }
    }

    /// Expects edits of one file from now on, as of one that an editor shows: after each, what rests on other files alone
    /// is not looked at. What rests on this one is computed again once, so it is asked for before the first edit.
    pub fn open(&mut self, path: &str) {
        self.expect(path, Durability::LOW);
    }

    /// Expects no more edits of one file.
    pub fn close(&mut self, path: &str) {
        self.expect(path, Durability::MEDIUM);
    }

    fn expect(&mut self, path: &str, durability: Durability) {
        if let Some(file) = self.files.get(path).or_else(|| self.packaged.get(path)).copied() {
            let text = file.text(self).clone();
            file.set_text(self).with_durability(durability).to(text);
        }
    }

    /// Makes `files` the project's schema files: unchanged ones cost nothing, those not named are forgotten.
    pub fn set_schemas(&mut self, files: Vec<SourceText>) {
        let schemas = self.refill(|db| &mut db.schemas, files);
        let project = Project::get(self);
        if project.schemas(self) != schemas {
            project.set_schemas(self).to(schemas);
        }
    }

    /// Makes `files`, whose paths begin with `vendor/NAME/`, the sources of the vendored packages, and `uses` what each
    /// package and the project itself may import from. Unchanged ones cost nothing.
    pub fn set_packages(&mut self, uses: Uses, files: Vec<SourceText>) {
        let packaged = self.refill(|db| &mut db.packaged, files);
        let project = Project::get(self);
        if project.packaged(self) != packaged {
            project.set_packaged(self).to(packaged);
        }
        if *project.uses(self) != uses {
            project.set_uses(self).to(uses);
        }
    }

    /// Makes `files` those of a list, which it returns by path.
    fn refill(
        &mut self,
        list: fn(&mut Self) -> &mut BTreeMap<String, SourceFile>,
        files: Vec<SourceText>,
    ) -> Vec<SourceFile> {
        let paths: BTreeSet<String> = files.iter().map(|file| file.path.clone()).collect();
        list(self).retain(|path, _| paths.contains(path));
        for SourceText { path, text } in files {
            match list(self).get(&path).copied() {
                Some(file) if *file.text(self) == text => {}
                Some(file) => {
                    file.set_text(self).to(text);
                }
                None => {
                    let file = self.add(&path, text, false);
                    list(self).insert(path, file);
                }
            }
        }
        list(self).values().copied().collect()
    }

    /// Forgets one file.
    pub fn remove(&mut self, path: &str) {
        if self.files.remove(path).is_some() {
            self.list();
        }
    }

    /// The project's file of that path.
    pub(crate) fn file(&self, path: &str) -> Option<SourceFile> {
        self.files.get(path).copied()
    }

    /// The file of that number, the standard library's included.
    pub(crate) fn numbered(&self, id: FileId) -> Option<SourceFile> {
        self.numbered.get(id.0 as usize).copied()
    }

    /// Whether the file is new.
    fn put(&mut self, path: &str, text: Arc<str>) -> bool {
        match self.files.get(path).or_else(|| self.packaged.get(path)).copied() {
            Some(file) => {
                if *file.text(self) != text {
                    file.set_text(self).to(text);
                }
                false
            }
            None => {
                let file = self.add(path, text, false);
                self.files.insert(path.to_owned(), file);
                true
            }
        }
    }

    fn add(&mut self, path: &str, text: Arc<str>, library: bool) -> SourceFile {
        let number = u32::try_from(self.numbered.len()).unwrap_or(u32::MAX);
        // Most files stay as they are while others are edited: see `open`.
        let durability = if library { Durability::NEVER_CHANGE } else { Durability::MEDIUM };
        let file = SourceFile::builder(number, path.to_owned(), module_of(path), text, library)
            .durability(Durability::NEVER_CHANGE)
            .text_durability(durability)
            .new(self);
        self.numbered.push(file);
        file
    }

    fn list(&mut self) {
        let files: Vec<SourceFile> = self.files.values().copied().collect();
        let project = Project::get(self);
        if project.files(self) != files {
            project.set_files(self).to(files);
        }
    }
}
