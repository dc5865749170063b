//! Another name for what stands at a place, everywhere at once; or the reason why it keeps its name.

use std::collections::BTreeSet;

use diagnostics::{Edit, FileId, Span};
use semantics::{Mention, Symbol, VENDOR};
use smol_str::SmolStr;
use syntax::ast::{Decl, DeclKind};

use crate::Snapshot;

/// The edits of a new name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// Every place that is written anew.
    pub edits: Vec<Edit>,
    /// What a runtime remembers under the old name keeps what it knows of it, if this is written too.
    pub formerly: Option<Edit>,
}

/// The word at an offset that may get another name.
///
/// # Errors
/// Why it keeps its name, as a sentence.
pub fn prepare_rename(snapshot: &Snapshot, file: FileId, offset: u32) -> Result<(Span, SmolStr), String> {
    let mention = renamed(snapshot, file, offset)?;
    Ok((mention.span, snapshot.model().written(&mention)))
}

/// The edits that give what stands at an offset another name.
///
/// # Errors
/// Why that cannot be, as a sentence.
pub fn rename(snapshot: &Snapshot, file: FileId, offset: u32, name: &str) -> Result<Renamed, String> {
    let mention = renamed(snapshot, file, offset)?;
    let model = snapshot.model();
    let written = model.written(&mention);
    if written == name {
        return Ok(Renamed { edits: Vec::new(), formerly: None });
    }
    suits(name, &written)?;
    // Behind `as`, only this file's name for it changes.
    let aliased = written != *mention.symbol.name();
    let uses = if aliased { model.uses_in(file, &mention.symbol) } else { model.uses(&mention.symbol) };
    let uses: Vec<Mention> = uses.into_iter().filter(|it| model.written(it) == written).collect();
    is_free(snapshot, &mention.symbol, &uses, name)?;
    let edits = uses.iter().map(|it| Edit { span: it.span, text: name.to_owned() }).collect();
    let formerly = (!aliased).then(|| formerly(snapshot, &mention.symbol)).flatten();
    Ok(Renamed { edits, formerly })
}

/// The word that is to be renamed.
fn renamed(snapshot: &Snapshot, file: FileId, offset: u32) -> Result<Mention, String> {
    let model = snapshot.model();
    let mention = model.mention_at(file, offset).ok_or("nothing here has a name that can be changed")?;
    let name = mention.symbol.name();
    match &mention.symbol {
        Symbol::Builtin(_) | Symbol::Method { .. } => Err(format!("`{name}` is part of the language")),
        Symbol::Module(_) => Err(format!("`{name}` is a file: rename the file, and its imports follow")),
        symbol => match model.define(symbol).and_then(|it| it.name) {
            None => Err(format!("`{name}` is declared nowhere that can be changed")),
            Some(there) if model.is_library(there.file) => Err(format!("`{name}` is of the standard library")),
            Some(there) if is_packaged(snapshot, there.file) => {
                Err(format!("`{name}` is of a package: rename it where that is written"))
            }
            Some(_) => Ok(mention),
        },
    }
}

fn is_packaged(snapshot: &Snapshot, file: FileId) -> bool {
    snapshot.path(file).strip_prefix(VENDOR).is_some_and(|rest| rest.starts_with('/'))
}

/// Whether a name can stand for what another one stands for now.
fn suits(name: &str, old: &str) -> Result<(), String> {
    if !syntax::can_be_name(name) {
        return Err(format!("`{name}` is no name: names are letters, digits and `_`, and no words of the language"));
    }
    let is_type = |name: &str| name.starts_with(|it: char| it.is_ascii_uppercase());
    match (is_type(old), is_type(name)) {
        (true, false) => Err(format!("names of types begin with a capital letter: `{name}` does not")),
        (false, true) => Err(format!("only names of types begin with a capital letter: `{name}` does")),
        (true, true) | (false, false) => Ok(()),
    }
}

/// Whether nothing else has the name where it would be written.
fn is_free(snapshot: &Snapshot, symbol: &Symbol, uses: &[Mention], name: &str) -> Result<(), String> {
    let model = snapshot.model();
    let taken = |file: FileId| {
        format!("`{name}` is the name of something else in {}: take another, or rename that first", snapshot.path(file))
    };
    match symbol {
        Symbol::Part { .. } | Symbol::Case { .. } => {
            let other = with_name(symbol, name);
            match model.define(&other).and_then(|it| it.name) {
                Some(there) => Err(taken(there.file)),
                None => locally_free(snapshot, symbol, name).map_err(taken),
            }
        }
        Symbol::Local { .. } => locally_free(snapshot, symbol, name).map_err(taken),
        Symbol::Declaration { .. } => {
            let files: BTreeSet<FileId> = uses.iter().map(|it| it.span.file).collect();
            let clash = |file: &&FileId| model.sees(**file, name).is_some() || local_in(snapshot, **file, uses, name);
            files.iter().find(clash).map_or(Ok(()), |file| Err(taken(*file)))
        }
        Symbol::Module(_) | Symbol::Builtin(_) | Symbol::Method { .. } => Ok(()),
    }
}

fn with_name(symbol: &Symbol, new: &str) -> Symbol {
    let mut other = symbol.clone();
    match &mut other {
        Symbol::Part { name, .. } | Symbol::Case { name, .. } | Symbol::Local { name, .. } => *name = new.into(),
        Symbol::Declaration { name, .. } | Symbol::Method { name, .. } => *name = new.into(),
        Symbol::Module(name) | Symbol::Builtin(name) => *name = new.into(),
    }
    other
}

/// Whether nothing in the declaration of a name that holds for a part of it is called so.
fn locally_free(snapshot: &Snapshot, symbol: &Symbol, name: &str) -> Result<(), FileId> {
    let model = snapshot.model();
    let Some(there) = model.define(symbol).and_then(|it| it.name) else { return Ok(()) };
    let Some((_, whole)) = model.declaration_at(there.file, there.start) else { return Ok(()) };
    let inside =
        model.mentions(there.file).into_iter().filter(|it| whole.start <= it.span.start && it.span.end <= whole.end);
    let mut inside = inside.filter(|it| !matches!(it.symbol, Symbol::Part { .. } | Symbol::Case { .. }) || it.declares);
    if inside.any(|it| model.written(&it) == name) { Err(there.file) } else { Ok(()) }
}

/// Whether a declaration that names the symbol has a name of its own that is called so.
fn local_in(snapshot: &Snapshot, file: FileId, uses: &[Mention], name: &str) -> bool {
    let model = snapshot.model();
    let own = uses.iter().filter(|it| it.span.file == file);
    let around: BTreeSet<Span> =
        own.filter_map(|it| model.declaration_at(file, it.span.start).map(|(_, whole)| whole)).collect();
    let locals = model.mentions(file).into_iter();
    let mut locals = locals.filter(|it| it.declares && it.symbol.name() == name);
    locals.any(|it| around.iter().any(|whole| whole.start <= it.span.start && it.span.end <= whole.end))
}

/// `formerly old` behind the name of what a runtime remembers, unless something else tells it that they are one.
fn formerly(snapshot: &Snapshot, symbol: &Symbol) -> Option<Edit> {
    let name = snapshot.model().define(symbol)?.name?;
    let tree = snapshot.tree_at(name.file, name.start)?;
    if !remembered(&tree.parsed.decl) || tree.parsed.decl.formerly.is_some() {
        return None;
    }
    let text = format!(" formerly {}", symbol.name());
    Some(Edit { span: Span::new(name.file, name.end, name.end), text })
}

/// Whether a runtime knows the declaration by its name.
fn remembered(decl: &Decl) -> bool {
    match &decl.kind {
        DeclKind::Service(it) => it.fields.get("id").is_none(),
        DeclKind::Flag(it) => it.fields.get("id").is_none(),
        DeclKind::Environment(_) | DeclKind::Database(_) | DeclKind::Migration(_) => true,
        DeclKind::Use(_) | DeclKind::Type(_) | DeclKind::Let(_) | DeclKind::Function(_) => false,
        DeclKind::Released(_) | DeclKind::Metric(_) | DeclKind::Slo(_) | DeclKind::Gate(_) => false,
        DeclKind::Strategy(_) | DeclKind::Action(_) | DeclKind::Workflow(_) | DeclKind::Group(_) => false,
        DeclKind::Policy(_) | DeclKind::Test(_) | DeclKind::Error(_) => false,
    }
}

/// The edits of imports when a file gets another path, counted from the project's root.
#[must_use]
pub fn rename_file(snapshot: &Snapshot, file: FileId, path: &str) -> Vec<Edit> {
    let model = snapshot.model();
    let (Some(module), Some(path)) = (model.module_of(file), path.strip_suffix(".deploy")) else { return Vec::new() };
    if model.is_library(file) || is_packaged(snapshot, file) || snapshot.path(file) == path {
        return Vec::new();
    }
    let written = path.replace('/', ".");
    let named = model.uses(&Symbol::Module(module)).into_iter();
    let own = named.filter(|it| !is_packaged(snapshot, it.span.file));
    own.map(|it| Edit { span: it.span, text: written.clone() }).collect()
}
