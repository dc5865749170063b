//! Names: what a file declares, imports and sees.

use std::collections::BTreeMap;

use diagnostics::{Applicability, Diagnostic, Fix, Span, codes, nearest};
use smol_str::SmolStr;
use syntax::ast::{DeclKind, Import, Use};

use crate::database::{Project, SourceFile};
use crate::queries::module::{VENDOR, modules, named, package_of, root_of, visible};
use crate::queries::place::{declared_at, made_public_at, span};
use crate::queries::source::{Head, ItemNode, Kind, head, items, parsed};
use crate::types::DeclId;

/// The file whose public names need no import.
const PRELUDE: &str = "std/prelude.deploy";
const PRELUDE_MODULE: &str = "std.prelude";

/// A word that can key a map of items.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, salsa::SalsaValue)]
pub(crate) struct Word(SmolStr);

impl Word {
    pub(crate) fn new(text: impl Into<SmolStr>) -> Self {
        Self(text.into())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a file declares, by name; the first of two equal names counts.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub(crate) struct Index<'db> {
    entries: BTreeMap<Word, ItemNode<'db>>,
    /// A declaration is there whose name cannot be read.
    incomplete: bool,
}

impl<'db> Index<'db> {
    /// What the file declares under that name.
    pub(crate) fn get(&self, name: &str) -> Option<ItemNode<'db>> {
        self.entries.get(name).copied()
    }
}

impl std::borrow::Borrow<str> for Word {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// The index of a file.
#[salsa::tracked]
pub(crate) fn index<'db>(db: &'db dyn salsa::Database, file: SourceFile) -> Index<'db> {
    let mut entries = BTreeMap::new();
    for item in items(db, file) {
        if let Some(name) = &head(db, *item).name {
            entries.entry(Word(name.clone())).or_insert(*item);
        }
    }
    let nameless = |head: &Head| head.kind != Kind::Use && brings_names_unread(head);
    Index { entries, incomplete: items(db, file).iter().any(|item| nameless(head(db, *item))) }
}

#[salsa::interned(debug)]
pub(crate) struct DeclKey<'db> {
    #[returns(ref)]
    pub(crate) id: DeclId,
}

#[salsa::interned(debug)]
pub(crate) struct NameKey<'db> {
    #[returns(ref)]
    pub(crate) text: SmolStr,
}

#[salsa::tracked(returns(copy))]
fn definition<'db>(db: &'db dyn salsa::Database, key: DeclKey<'db>) -> Option<ItemNode<'db>> {
    let id = key.id(db);
    let file = modules(db, Project::get(db)).get(&id.module)?;
    index(db, *file).get(&id.name)
}

/// The item that declares `id`.
pub(crate) fn definition_of<'db>(db: &'db dyn salsa::Database, id: &DeclId) -> Option<ItemNode<'db>> {
    definition(db, DeclKey::new(db, id.clone()))
}

/// What a name means in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A readable declaration.
    Declared(DeclId, Kind),
    /// Something that was already reported.
    Broken,
}

/// The names that a file sees, and what is wrong with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) names: BTreeMap<SmolStr, Target>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Modules of the project that it imports from, in order.
    pub(crate) imports: Vec<SmolStr>,
    /// Something of it cannot be read that may bring names: a name that is not known may be one of those.
    pub(crate) incomplete: bool,
}

/// The scope of a file.
#[salsa::tracked]
pub(crate) fn scope(db: &dyn salsa::Database, file: SourceFile) -> Scope {
    let module = file.module(db).clone();
    let mut builder = Builder {
        db,
        file,
        module,
        names: BTreeMap::new(),
        seen: BTreeMap::new(),
        diagnostics: Vec::new(),
        imports: Vec::new(),
    };
    for item in items(db, file) {
        builder.item(*item);
    }
    builder.imports.sort();
    builder.imports.dedup();
    let incomplete = items(db, file).iter().any(|item| brings_names_unread(head(db, *item)));
    Scope { names: builder.names, diagnostics: builder.diagnostics, imports: builder.imports, incomplete }
}

/// What `name` means in `file`; a query of its own, so that a new declaration beside it changes nothing.
#[salsa::tracked(returns(clone))]
fn resolve<'db>(db: &'db dyn salsa::Database, file: SourceFile, name: NameKey<'db>) -> Option<Target> {
    scope(db, file).names.get(name.text(db)).cloned().or_else(|| prelude(db, file, name.text(db)))
}

/// Whether a declaration declares or imports something, and it cannot be read what.
fn brings_names_unread(head: &Head) -> bool {
    match head.kind {
        Kind::Use => head.damaged,
        Kind::Test | Kind::Released => false,
        _ => head.name.is_none(),
    }
}

/// Whether the declaration is of the prelude, which anything may hide.
pub(crate) fn in_prelude(id: &DeclId) -> bool {
    id.module == PRELUDE_MODULE
}

/// What is in scope everywhere, hidden by whatever a file itself calls so.
fn prelude(db: &dyn salsa::Database, file: SourceFile, name: &SmolStr) -> Option<Target> {
    let home = Project::get(db).library(db).iter().find(|file| file.path(db) == PRELUDE)?;
    // The prelude is made of the standard library, which therefore does not see it.
    if file.library(db) {
        return None;
    }
    let item = index(db, *home).get(name)?;
    let Head { kind, public, .. } = *head(db, item);
    public.then(|| Target::Declared(DeclId { module: SmolStr::new_static(PRELUDE_MODULE), name: name.clone() }, kind))
}

/// What `name` means in `file`.
pub(crate) fn lookup(db: &dyn salsa::Database, file: SourceFile, name: &str) -> Option<Target> {
    resolve(db, file, NameKey::new(db, SmolStr::from(name)))
}

struct Builder<'db> {
    db: &'db dyn salsa::Database,
    file: SourceFile,
    module: SmolStr,
    names: BTreeMap<SmolStr, Target>,
    seen: BTreeMap<SmolStr, ItemNode<'db>>,
    diagnostics: Vec<Diagnostic>,
    imports: Vec<SmolStr>,
}

impl<'db> Builder<'db> {
    fn item(&mut self, item: ItemNode<'db>) {
        let Head { kind, name, damaged, .. } = head(self.db, item);
        if *kind == Kind::Use {
            // Only imports are read here in full: the bodies of others may change without touching names.
            if let DeclKind::Use(import) = &parsed(self.db, item).decl.kind {
                self.import(item, import, *damaged);
            }
            return;
        }
        let Some(name) = name else { return };
        let target = match kind {
            Kind::Broken => Target::Broken,
            readable => Target::Declared(DeclId { module: self.module.clone(), name: name.clone() }, *readable),
        };
        self.add(name, item, target);
    }

    fn add(&mut self, name: &SmolStr, item: ItemNode<'db>, target: Target) {
        if let Some(first) = self.seen.get(name).copied() {
            let message = format!("`{name}` is declared twice in this file");
            let diagnostic = Diagnostic::error(codes::DUPLICATE_NAME, self.named(item, name, true), message)
                .label("the second")
                .also(self.named(first, name, false), "the first")
                .help("rename one of them");
            return self.diagnostics.push(diagnostic);
        }
        self.seen.insert(name.clone(), item);
        self.names.insert(name.clone(), target);
    }

    /// Where `item` brings `name` into scope: the last or the first time.
    fn named(&self, item: ItemNode<'db>, name: &str, last: bool) -> Span {
        let decl = &parsed(self.db, item).decl;
        let imports = match &decl.kind {
            DeclKind::Use(it) => it.imports.as_slice(),
            _ => &[],
        };
        let mut places = imports.iter().map(Import::local).chain(decl.name()).filter(|local| local.text == name);
        let found = if last { places.next_back() } else { places.next() };
        span(item, found.map_or(decl.head, |name| name.range))
    }

    fn import(&mut self, item: ItemNode<'db>, import: &Use, damaged: bool) {
        let path: Vec<&str> = import.path.iter().map(|name| name.text.as_str()).collect();
        let written = path.join(".");
        let found = named(self.db, self.file, &written);
        match &found {
            Some((module, _)) => self.imports.push(module.clone()),
            None if damaged || self.is_missing_package(&written) => {}
            None => self.unknown_module(item, import, &written),
        }
        for name in &import.imports {
            let target =
                found.as_ref().map_or(Target::Broken, |(module, file)| self.imported(item, *file, module, name));
            self.add(&name.local().text, item, target);
        }
    }

    /// Whether it is of a package that is stated and not there, which is said where it is stated.
    fn is_missing_package(&self, written: &str) -> bool {
        let project = Project::get(self.db);
        let (first, _) = written.split_once('.').unwrap_or((written, ""));
        let stated =
            project.uses(self.db).get(package_of(self.file.path(self.db))).is_some_and(|it| it.contains(first));
        stated && !project.packaged(self.db).iter().any(|file| package_of(file.path(self.db)) == first)
    }

    fn unknown_module(&mut self, item: ItemNode<'db>, import: &Use, module: &str) {
        let (Some(first), Some(last)) = (import.path.first(), import.path.last()) else { return };
        let at = span(item, first.range.to(last.range));
        let mut diagnostic = Diagnostic::error(codes::UNKNOWN_MODULE, at, format!("there is no module `{module}`"));
        let seen = visible(self.db, self.file);
        diagnostic = match nearest(module, seen.iter().map(SmolStr::as_str)) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(Fix::replace(
                format!("write `{near}`"),
                at,
                near,
                Applicability::Guess,
            )),
            None => diagnostic.help(self.where_modules_are(module)),
        };
        self.diagnostics.push(diagnostic);
    }

    /// What a module that is not there would be.
    fn where_modules_are(&self, module: &str) -> String {
        let first = module.split('.').next().unwrap_or(module);
        if let Some(package) = module.strip_prefix("vendor.") {
            return format!("a package is imported by its own name: `use {package}.{{…}}`");
        }
        if Project::get(self.db).uses(self.db).contains_key(first) {
            return format!("the package `{first}` is not stated, or has no such file: look into `{VENDOR}/{first}`");
        }
        let file = module.replace('.', "/");
        format!(
            "a module is a file: `{}{file}.deploy`, counted from the project's root",
            root_of(self.file.path(self.db))
        )
    }

    fn imported(&mut self, item: ItemNode<'db>, file: SourceFile, module: &SmolStr, import: &Import) -> Target {
        let name = &import.name;
        let at = span(item, name.range);
        let found = index(self.db, file);
        let Some(found) = found.get(&name.text) else {
            if found.incomplete {
                return Target::Broken;
            }
            let public = found.entries.iter().filter(|(_, item)| head(self.db, **item).public);
            let near = nearest(&name.text, public.map(|(word, _)| word.0.as_str()));
            let message = format!("`{module}` has no `{}`", name.text);
            let mut diagnostic = Diagnostic::error(codes::UNKNOWN_NAME, at, message);
            if let Some(near) = near {
                let fix = Fix::replace(format!("write `{near}`"), at, near, Applicability::Guess);
                diagnostic = diagnostic.help(format!("did you mean `{near}`?")).fix(fix);
            }
            self.diagnostics.push(diagnostic);
            return Target::Broken;
        };
        let id = DeclId { module: module.clone(), name: name.text.clone() };
        let Head { kind, public, .. } = *head(self.db, found);
        if kind == Kind::Broken {
            return Target::Broken;
        }
        if !public && *module != self.module {
            let mut diagnostic =
                Diagnostic::error(codes::PRIVATE_NAME, at, format!("`{}` is private to `{module}`", name.text));
            if let Some(there) = declared_at(self.db, &id) {
                diagnostic = diagnostic.also(there, "declared here, without `pub`");
            }
            diagnostic = match made_public_at(self.db, &id) {
                Some(at) => {
                    let title = format!("write `pub` before `{} {}`", kind.word(), name.text);
                    diagnostic.help(title.clone()).fix(Fix::replace(title, at, "pub ", Applicability::Guess))
                }
                None => diagnostic.help("it is not meant for others: use what is public there"),
            };
            self.diagnostics.push(diagnostic);
        }
        Target::Declared(id, kind)
    }
}

/// The names that a file sees, those that need no import included.
pub(crate) fn seen(db: &dyn salsa::Database, file: SourceFile) -> BTreeMap<SmolStr, Target> {
    let mut names = scope(db, file).names.clone();
    let home = Project::get(db).library(db).iter().find(|file| file.path(db) == PRELUDE);
    for (name, id, kind) in home.filter(|_| !file.library(db)).into_iter().flat_map(|home| public_names(db, *home)) {
        names.entry(name).or_insert(Target::Declared(id, kind));
    }
    names
}

/// What a file exports.
pub(crate) fn public_names(db: &dyn salsa::Database, file: SourceFile) -> Vec<(SmolStr, DeclId, Kind)> {
    let module = file.module(db);
    let public = index(db, file).entries.iter().filter_map(|(name, item)| {
        let Head { kind, public, .. } = *head(db, *item);
        let id = DeclId { module: module.clone(), name: name.0.clone() };
        public.then(|| (name.0.clone(), id, kind))
    });
    public.collect()
}
