//! Declarations as lists: of one file as a tree, and of the project by what is typed.

use std::ops::Range;

use diagnostics::{FileId, Span};
use semantics::Tree;
use smol_str::{SmolStr, format_smolstr};
use syntax::ast::{Decl, DeclKind, Param, Step, TypeBody};

use crate::Snapshot;

/// How many symbols of a project are listed at most.
pub const SYMBOLS_MAX: usize = 512;

/// The most characters of a step that are shown.
const SHOWN_MAX: usize = 60;

/// One thing that is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Its name; a test's title.
    pub name: SmolStr,
    /// Its head word, such as `service`; `field`, `case`, `parameter` or `step` inside one.
    pub kind: &'static str,
    /// All of it.
    pub range: Range<u32>,
    /// Its name.
    pub name_range: Range<u32>,
    /// Whether it is on its way out.
    pub deprecated: bool,
    /// What stands inside.
    pub children: Vec<Symbol>,
}

/// What a file declares, in the order of the text.
#[must_use]
pub fn document_symbols(snapshot: &Snapshot, file: FileId) -> Vec<Symbol> {
    snapshot.trees(file).iter().filter_map(symbol).collect()
}

/// A declaration of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its name.
    pub name: SmolStr,
    /// Its head word.
    pub kind: &'static str,
    /// Its name in the source.
    pub span: Span,
}

/// The declarations of the project whose names have the letters of `query` in this order, those that begin with it first;
/// at most [`SYMBOLS_MAX`].
#[must_use]
pub fn workspace_symbols(snapshot: &Snapshot, query: &str) -> Vec<Found> {
    let model = snapshot.model();
    let declared = model.files().into_iter().flat_map(|file| model.declarations(file));
    let query = query.to_lowercase();
    let mut found: Vec<(bool, Found)> = declared
        .filter(|it| has_letters(&it.name, &query))
        .map(|it| {
            let begins = it.name.to_lowercase().starts_with(&query);
            (!begins, Found { name: it.name, kind: it.kind, span: it.span })
        })
        .collect();
    found.sort_by(|(late, one), (later, other)| {
        (late, one.name.len(), &one.name, one.span).cmp(&(later, other.name.len(), &other.name, other.span))
    });
    found.into_iter().map(|(_, it)| it).take(SYMBOLS_MAX).collect()
}

fn has_letters(name: &str, query: &str) -> bool {
    let name = name.to_lowercase();
    let mut letters = name.chars();
    query.chars().filter(|c| !c.is_whitespace()).all(|wanted| letters.any(|letter| letter == wanted))
}

fn symbol(tree: &Tree<'_>) -> Option<Symbol> {
    let decl = &tree.parsed.decl;
    let (name, kind, at) = head(decl, tree)?;
    let moved = |range: Range<u32>| range.start.saturating_add(tree.start)..range.end.saturating_add(tree.start);
    Some(Symbol {
        name,
        kind,
        range: moved(0..u32::try_from(tree.text.len()).unwrap_or(u32::MAX)),
        name_range: moved(at.start..at.end),
        deprecated: decl.annotations.iter().any(|it| it.name.text == "deprecated"),
        children: children(&decl.kind, tree),
    })
}

/// Name, head word, and where the name stands.
fn head(decl: &Decl, tree: &Tree<'_>) -> Option<(SmolStr, &'static str, syntax::ast::Range)> {
    let named = |kind| decl.name().map(|name| (name.text.clone(), kind, name.range));
    match &decl.kind {
        DeclKind::Use(_) | DeclKind::Error(None) => None,
        DeclKind::Error(Some(_)) => named("error"),
        DeclKind::Type(_) => named("type"),
        DeclKind::Let(_) => named("let"),
        DeclKind::Function(_) => named("fn"),
        DeclKind::Environment(_) => named("environment"),
        DeclKind::Service(_) => named("service"),
        DeclKind::Database(_) => named("database"),
        DeclKind::Migration(_) => named("migration"),
        DeclKind::Released(it) => {
            Some((format_smolstr!("{} in {}", it.service.text, it.environment.text), "released", it.service.range))
        }
        DeclKind::Metric(_) => named("metric"),
        DeclKind::Slo(_) => named("slo"),
        DeclKind::Gate(_) => named("gate"),
        DeclKind::Strategy(_) => named("strategy"),
        DeclKind::Action(_) => named("action"),
        DeclKind::Workflow(_) => named("workflow"),
        DeclKind::Group(_) => named("group"),
        DeclKind::Flag(_) => named("flag"),
        DeclKind::Policy(_) => named("policy"),
        DeclKind::Test(_) => Some((shown(title(tree, decl)), "test", decl.head)),
    }
}

/// The title of a test as it is written.
fn title(tree: &Tree<'_>, decl: &Decl) -> SmolStr {
    let behind = tree.text.get(decl.head.end as usize..).unwrap_or_default();
    SmolStr::from(behind.split('"').nth(1).unwrap_or_default().lines().next().unwrap_or_default())
}

fn children(kind: &DeclKind, tree: &Tree<'_>) -> Vec<Symbol> {
    let params = |list: &[Param], kind| list.iter().map(|param| param_symbol(param, kind, tree)).collect::<Vec<_>>();
    match kind {
        DeclKind::Type(it) => match &it.body {
            TypeBody::Record(list) => params(list, "field"),
            TypeBody::Union(cases) => {
                cases.iter().map(|case| leaf(case.name.text.clone(), "case", case.name.range, tree)).collect()
            }
            TypeBody::Refined { .. } | TypeBody::Error => Vec::new(),
        },
        DeclKind::Function(it) => params(&it.params, "parameter"),
        DeclKind::Strategy(it) => params(&it.params, "parameter"),
        DeclKind::Action(it) => params(&it.params, "parameter"),
        DeclKind::Workflow(it) => {
            let steps = it.steps.iter().map(|step| step_symbol(step, tree));
            params(&it.params, "parameter").into_iter().chain(steps).collect()
        }
        DeclKind::Use(_) | DeclKind::Let(_) | DeclKind::Environment(_) | DeclKind::Service(_) => Vec::new(),
        DeclKind::Database(_) | DeclKind::Migration(_) | DeclKind::Released(_) | DeclKind::Metric(_) => Vec::new(),
        DeclKind::Slo(_) | DeclKind::Gate(_) | DeclKind::Group(_) | DeclKind::Flag(_) => Vec::new(),
        DeclKind::Policy(_) | DeclKind::Test(_) | DeclKind::Error(_) => Vec::new(),
    }
}

fn param_symbol(param: &Param, kind: &'static str, tree: &Tree<'_>) -> Symbol {
    let name = leaf(param.name.text.clone(), kind, param.name.range, tree);
    Symbol { range: leaf(SmolStr::default(), kind, param.range, tree).range, ..name }
}

/// A step by its first line.
fn step_symbol(step: &Step, tree: &Tree<'_>) -> Symbol {
    let text = tree.text.get(step.range.start as usize..step.range.end as usize).unwrap_or_default();
    let line = text.lines().next().unwrap_or_default().trim_end().trim_end_matches('{').trim_end();
    leaf(line.chars().take(SHOWN_MAX).collect(), "step", step.range, tree)
}

fn leaf(name: SmolStr, kind: &'static str, range: syntax::ast::Range, tree: &Tree<'_>) -> Symbol {
    let range = range.start.saturating_add(tree.start)..range.end.saturating_add(tree.start);
    Symbol { name: shown(name), kind, range: range.clone(), name_range: range, deprecated: false, children: Vec::new() }
}

/// An editor refuses a name that is empty.
fn shown(name: SmolStr) -> SmolStr {
    if name.is_empty() { SmolStr::new_static("…") } else { name }
}
