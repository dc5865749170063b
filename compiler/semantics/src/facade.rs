//! The one door through which checks, lowering and tools see what a project means.

use std::collections::BTreeSet;
use std::sync::Arc;

use diagnostics::{Diagnostic, FileId, SourceMap, Span, codes};
use smol_str::SmolStr;
use syntax::ParsedItem;

use crate::database::{Database, Project, SourceFile};
use crate::queries::body::check;
use crate::queries::cycles::links;
use crate::queries::place::Places;
use crate::queries::scope::{index, scope};
use crate::queries::signature::signed;
use crate::queries::source::{ItemNode, Kind, head, items, outline, parsed};
use crate::queries::value::{Entity, entity_of, value};
use crate::queries::{cycles, deprecated, releases, schema, unused};
use crate::types::DeclId;
use crate::{model, relocate};

/// What a project means. Cheap to make; answers are computed when asked for and remembered in the database.
#[derive(Clone, Copy, Debug)]
pub struct SemanticModel<'db> {
    db: &'db Database,
}

/// A workflow that can be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkflowRef {
    /// Its name.
    pub name: SmolStr,
    /// The file that declares it.
    pub file: FileId,
    /// Its doc comment.
    pub doc: Option<SmolStr>,
    /// Its name in the source.
    pub span: Span,
}

/// A declaration, for outlines and listings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// Its name.
    pub name: SmolStr,
    /// Its head word: `service`, `gate` …
    pub kind: &'static str,
    /// Its name in the source.
    pub span: Span,
    /// Its doc comment.
    pub doc: Option<SmolStr>,
    /// Whether other files may import it.
    pub public: bool,
}

/// One declaration as it was parsed.
#[derive(Clone, Copy, Debug)]
pub struct Tree<'db> {
    /// Where it begins in its file; the ranges inside count from here.
    pub start: u32,
    /// Its bytes, from its documentation to its end.
    pub text: &'db str,
    /// The tree, and what is wrong with its syntax.
    pub parsed: &'db ParsedItem,
}

impl<'db> SemanticModel<'db> {
    /// The model of what the database holds now.
    #[must_use]
    pub fn new(db: &'db Database) -> Self {
        Self { db }
    }

    /// The project's files, by path; the standard library is not among them.
    #[must_use]
    pub fn files(&self) -> Vec<FileId> {
        Project::get(self.db).files(self.db).iter().map(|file| FileId(file.number(self.db))).collect()
    }

    /// The project's file of that path.
    #[must_use]
    pub fn file_id(&self, path: &str) -> Option<FileId> {
        self.db.file(path).map(|file| FileId(file.number(self.db)))
    }

    /// The file of that path, of the project or of a package in it.
    #[must_use]
    pub fn place_of(&self, path: &str) -> Option<FileId> {
        let packaged =
            || Project::get(self.db).packaged(self.db).iter().find(|file| file.path(self.db) == path).copied();
        self.db.file(path).or_else(packaged).map(|file| FileId(file.number(self.db)))
    }

    /// The file of that path in the standard library: `std/gates.deploy`.
    #[must_use]
    pub fn library_file(&self, path: &str) -> Option<FileId> {
        let library = Project::get(self.db).library(self.db).iter();
        library.copied().find(|file| file.path(self.db) == path).map(|file| FileId(file.number(self.db)))
    }

    /// Whether the file is the standard library's, which lies in no folder.
    #[must_use]
    pub fn is_library(&self, file: FileId) -> bool {
        self.file(file).is_some_and(|file| file.library(self.db))
    }

    /// The edition that the project is written in.
    #[must_use]
    pub fn edition(&self) -> &'db str {
        Project::get(self.db).edition(self.db)
    }

    /// The schema files that databases of the project name, by path, each with the place of its first mention; paths
    /// that lead out of the project are left out, and reported elsewhere.
    #[must_use]
    pub fn schema_files(&self) -> Vec<(SmolStr, Span)> {
        let places = Places::new(self.db);
        let named = schema::named(self.db).into_iter();
        named.map(|(path, span)| (path, places.absolute(span))).collect()
    }

    /// Everything that syntax and meaning say about all files, sorted by file and place; of vendored packages only the
    /// errors, because what could be nicer there is for others to mend.
    #[must_use]
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let sources = self.files().into_iter().flat_map(|file| self.file_diagnostics(file));
        sources.chain(self.packaged_diagnostics()).chain(self.schema_diagnostics()).collect()
    }

    /// The errors in vendored packages.
    #[must_use]
    pub fn packaged_diagnostics(&self) -> Vec<Diagnostic> {
        let packaged = Project::get(self.db).packaged(self.db).iter();
        let found = packaged.flat_map(|file| self.file_diagnostics(FileId(file.number(self.db))));
        found.filter(Diagnostic::is_error).collect()
    }

    /// What is wrong with the schemas of databases, and with what the migrations make of them.
    #[must_use]
    pub fn schema_diagnostics(&self) -> Vec<Diagnostic> {
        schema::reports(self.db)
    }

    /// What syntax and meaning say about one file, sorted by place.
    #[must_use]
    pub fn file_diagnostics(&self, file: FileId) -> Vec<Diagnostic> {
        let Some(source) = self.file(file) else { return Vec::new() };
        if source.text(self.db).len() > syntax::FILE_BYTES_MAX {
            return syntax::parse(source.text(self.db), file).diagnostics;
        }
        let hidden = syntax::hidden(source.text(self.db), file);
        let found = self.found(source);
        if found.is_empty() {
            return hidden;
        }
        let places = Places::new(self.db);
        let mut found: Vec<Diagnostic> = found.into_iter().map(|it| seen_from(file, places.diagnostic(it))).collect();
        found.extend(hidden);
        found.sort_by_key(Diagnostic::sort_key);
        once(found)
    }

    /// Reads the declarations of one file; of that, too, files can be done side by side.
    pub fn read(&self, file: FileId) {
        let Some(source) = self.file(file) else { return };
        for item in items(self.db, source) {
            head(self.db, *item);
        }
    }

    /// Finds out of one file what needs no other file's bodies: its syntax, names and types. Files can be settled side by
    /// side; what is asked of them all afterwards has little left to do.
    pub fn settle(&self, file: FileId) {
        let Some(source) = self.file(file) else { return };
        scope(self.db, source);
        for item in items(self.db, source) {
            signed(self.db, *item);
            check(self.db, *item);
        }
        links(self.db, source);
    }

    /// Every workflow of the project, by file and place.
    #[must_use]
    pub fn workflows(&self) -> Vec<WorkflowRef> {
        let workflows = self.files().into_iter().flat_map(|file| {
            let declared = self.declarations(file).into_iter().filter(|it| it.kind == Kind::Workflow.word());
            declared.map(move |it| WorkflowRef { name: it.name, file, doc: it.doc, span: it.span })
        });
        workflows.collect()
    }

    /// The workflow of that full name, `module.name`, as tests name the one that they simulate.
    #[must_use]
    pub fn workflow_named(&self, full: &str) -> Option<WorkflowRef> {
        let is_it = |it: &WorkflowRef| {
            self.file(it.file).is_some_and(|file| format!("{}.{}", file.module(self.db), it.name) == full)
        };
        self.workflows().into_iter().find(is_it)
    }

    /// Every database of the project, by file and place.
    #[must_use]
    pub fn databases(&self) -> Vec<Declaration> {
        let sources = Project::get(self.db).files(self.db).iter();
        let declared = sources.flat_map(|source| {
            let file = FileId(source.number(self.db));
            let found = outline(self.db, *source).databases.iter();
            found.filter_map(move |item| self.declaration(file, *item))
        });
        declared.collect()
    }

    /// The workflow of that name, evaluated; the first by file if several files have one, nothing if none has.
    /// What was reported as an error is left out of it, so a plan is made only when no diagnostic is an error.
    #[must_use]
    pub fn workflow(&self, name: &str) -> Option<Arc<model::Workflow>> {
        let declares = |file: &&SourceFile| index(self.db, **file).get(name).is_some();
        let files = Project::get(self.db).files(self.db).iter().filter(declares);
        files.copied().find_map(|file| self.evaluated(file, name))
    }

    /// The very workflow that a reference names, as [`Self::workflow`] gives it.
    #[must_use]
    pub fn workflow_of(&self, it: &WorkflowRef) -> Option<Arc<model::Workflow>> {
        self.evaluated(self.file(it.file)?, &it.name)
    }

    fn evaluated(&self, file: SourceFile, name: &str) -> Option<Arc<model::Workflow>> {
        let id = DeclId { module: file.module(self.db).clone(), name: name.into() };
        let Entity::Workflow(workflow) = entity_of(self.db, &id) else { return None };
        let places = Places::new(self.db);
        Some(Arc::new(relocate::workflow(workflow, &|span| places.absolute(span))))
    }

    /// What a file declares, in the order of the text.
    #[must_use]
    pub fn declarations(&self, file: FileId) -> Vec<Declaration> {
        let Some(source) = self.file(file) else { return Vec::new() };
        items(self.db, source).iter().filter_map(|item| self.declaration(file, *item)).collect()
    }

    /// The declarations of a file as they were parsed, in the order of the text, unreadable ones included.
    #[must_use]
    pub fn trees(&self, file: FileId) -> Vec<Tree<'db>> {
        let Some(source) = self.file(file) else { return Vec::new() };
        let tree = |item: &ItemNode<'db>| Tree {
            start: item.start(self.db),
            text: item.text(self.db),
            parsed: parsed(self.db, *item),
        };
        items(self.db, source).iter().map(tree).collect()
    }

    fn declaration(&self, file: FileId, item: ItemNode<'db>) -> Option<Declaration> {
        let decl = &parsed(self.db, item).decl;
        let name = decl.name()?;
        Some(Declaration {
            name: name.text.clone(),
            kind: head(self.db, item).kind.word(),
            span: name.range.at(file, item.start(self.db)),
            doc: (!decl.docs.is_empty()).then(|| decl.docs.clone()),
            public: decl.public.is_some(),
        })
    }

    /// All findings of a file, places still relative to declarations.
    fn found(&self, file: SourceFile) -> Vec<Diagnostic> {
        let mut found = scope(self.db, file).diagnostics.clone();
        for item in items(self.db, file) {
            let parsed = parsed(self.db, *item);
            found.extend(parsed.diagnostics.iter().cloned());
            // What follows from a syntax error is not said.
            if parsed.decl.damaged {
                continue;
            }
            found.extend(signed(self.db, *item).diagnostics.iter().cloned());
            found.extend(check(self.db, *item).diagnostics.iter().cloned());
            found.extend(value(self.db, *item).diagnostics.iter().cloned());
        }
        found.extend(releases::reports(self.db, file));
        found.extend(cycles::reports(self.db, file));
        found.extend(unused::reports(self.db, file));
        found.extend(deprecated::reports(self.db, file));
        found
    }

    pub(crate) fn db(&self) -> &'db Database {
        self.db
    }

    pub(crate) fn file(&self, id: FileId) -> Option<SourceFile> {
        self.db.numbered(id)
    }
}

/// The finding at its place in `file`: what goes wrong in another file's function or strategy is wrong where it is
/// used.
fn seen_from(file: FileId, mut it: Diagnostic) -> Diagnostic {
    if it.primary.span.file != file
        && let Some(here) = it.secondary.iter_mut().find(|label| label.span.file == file)
    {
        std::mem::swap(&mut it.primary, here);
        it.primary.text.clear();
    }
    it
}

/// The same said of the same name once, at its first place; the same said of one place once.
fn once(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut said = BTreeSet::new();
    let by_name = |it: &Diagnostic| it.code == codes::UNKNOWN_NAME;
    found
        .into_iter()
        .filter(|it| {
            let place = if by_name(it) { Span::default() } else { it.primary.span };
            said.insert((it.code, place, it.message.clone()))
        })
        .collect()
}

impl SourceMap for SemanticModel<'_> {
    fn path(&self, file: FileId) -> &str {
        self.file(file).map_or("<unknown>", |file| file.path(self.db))
    }

    fn text(&self, file: FileId) -> &str {
        self.file(file).map_or("", |file| file.text(self.db))
    }
}
