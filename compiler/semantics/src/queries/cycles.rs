//! Declarations and files that lead back to themselves, found in one query so that no other can go round.

use std::collections::{BTreeMap, BTreeSet};

use diagnostics::{Diagnostic, Span, codes};
use smol_str::SmolStr;
use syntax::ast::DeclKind;

use crate::database::{Project, SourceFile};
use crate::queries::body::needs;
use crate::queries::module::{modules, named};
use crate::queries::place::{declared_at, span};
use crate::queries::scope::scope;
use crate::queries::source::{Kind, decl_id, head, items, parsed};
use crate::types::DeclId;

/// Cycles of the project, each listed once, from its smallest member round.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Cycles {
    declarations: Vec<Vec<DeclId>>,
    modules: Vec<Vec<SmolStr>>,
    members: BTreeSet<DeclId>,
}

/// Places of a round that are shown beside the first.
const HOPS_SHOWN: usize = 8;

/// What leads out of a file and out of its declarations; what leads nowhere is on no way round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Links {
    imports: Vec<SmolStr>,
    needed: BTreeMap<DeclId, Box<[DeclId]>>,
}

/// The links of a file.
#[salsa::tracked]
pub(crate) fn links(db: &dyn salsa::Database, file: SourceFile) -> Links {
    let mut needed = BTreeMap::new();
    for item in items(db, file).iter().filter(|item| can_go_round(head(db, **item).kind)) {
        if let Some(id) = decl_id(db, *item) {
            needed.entry(id).or_insert_with(|| needs(db, *item));
        }
    }
    needed.retain(|_, needed| !needed.is_empty());
    Links { imports: scope(db, file).imports.clone(), needed }
}

/// All cycles.
#[salsa::tracked]
pub(crate) fn cycles(db: &dyn salsa::Database, project: Project) -> Cycles {
    let mut needed = BTreeMap::new();
    let mut imported = BTreeMap::new();
    for file in project.files(db).iter().chain(project.packaged(db)) {
        let links = links(db, *file);
        imported.insert(file.module(db).clone(), links.imports.as_slice());
        needed.extend(links.needed.iter().map(|(id, needed)| (id.clone(), needed)));
    }
    let declarations = rounds(&needed);
    let members = declarations.iter().flatten().cloned().collect();
    Cycles { declarations, modules: rounds(&imported), members }
}

/// Whether the declaration leads back to itself; then it has no value.
pub(crate) fn goes_round(db: &dyn salsa::Database, id: &DeclId) -> bool {
    cycles(db, Project::get(db)).members.contains(id)
}

fn can_go_round(kind: Kind) -> bool {
    match kind {
        Kind::Let | Kind::Function | Kind::Record | Kind::Union | Kind::Environment => true,
        Kind::Use | Kind::Refined | Kind::Service | Kind::Metric | Kind::Slo | Kind::Gate => false,
        Kind::Database | Kind::Migration | Kind::Released => false,
        Kind::Strategy | Kind::Action | Kind::Workflow | Kind::Broken => false,
        Kind::Group | Kind::Flag | Kind::Policy | Kind::Test => false,
    }
}

/// Cycles whose first member is declared in `file`.
pub(crate) fn reports(db: &dyn salsa::Database, file: SourceFile) -> Vec<Diagnostic> {
    let module = file.module(db).clone();
    let all = cycles(db, Project::get(db));
    let declared = all.declarations.iter().filter(|cycle| cycle.first().is_some_and(|id| id.module == module));
    let imported = all.modules.iter().filter(|cycle| cycle.first() == Some(&module));
    let declared = declared.filter_map(|cycle| declaration_report(db, cycle));
    declared.chain(imported.filter_map(|cycle| import_report(db, cycle))).collect()
}

fn declaration_report(db: &dyn salsa::Database, cycle: &[DeclId]) -> Option<Diagnostic> {
    let (first, rest) = cycle.split_first()?;
    let names = cycle.iter().chain([first]).map(|id| format!("`{}`", id.name));
    let path = names.collect::<Vec<_>>().join(" → ");
    let message = format!("`{}` leads back to itself", first.name);
    let mut diagnostic = Diagnostic::error(codes::DEFINITION_CYCLE, declared_at(db, first)?, message)
        .note(format!("the way round: {path}"));
    for id in rest.iter().take(HOPS_SHOWN) {
        if let Some(there) = declared_at(db, id) {
            diagnostic = diagnostic.also(there, format!("by way of `{}`", id.name));
        }
    }
    Some(diagnostic)
}

fn import_report(db: &dyn salsa::Database, cycle: &[SmolStr]) -> Option<Diagnostic> {
    let first = cycle.first()?;
    let path = cycle.iter().chain([first]).map(SmolStr::as_str).collect::<Vec<_>>().join(" → ");
    let mut hops = cycle.iter().zip(cycle.iter().skip(1).chain([first]));
    let message = format!("files import each other: {path}");
    let (from, to) = hops.next()?;
    let mut diagnostic = Diagnostic::error(codes::IMPORT_CYCLE, import_of(db, from, to)?, message)
        .label(format!("`{from}` imports from `{to}`"))
        .help("move what both need into a file of its own");
    for (from, to) in hops.take(HOPS_SHOWN) {
        if let Some(there) = import_of(db, from, to) {
            diagnostic = diagnostic.also(there, format!("`{from}` imports from `{to}`"));
        }
    }
    Some(diagnostic)
}

/// Where a module names another one as what it imports from.
fn import_of(db: &dyn salsa::Database, from: &str, module: &str) -> Option<Span> {
    let file = *modules(db, Project::get(db)).get(from)?;
    items(db, file).iter().find_map(|item| {
        let DeclKind::Use(it) = &parsed(db, *item).decl.kind else { return None };
        let path = it.path.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
        let (first, last) = (it.path.first()?, it.path.last()?);
        let leads_there = named(db, file, &path).is_some_and(|(found, _)| found == module);
        leads_there.then(|| span(*item, first.range.to(last.range)))
    })
}

/// For every edge that closes a round, that round; without them the graph has none. Iterative, so that a long
/// chain is no danger to the stack.
fn rounds<N: Ord + Clone, L: AsRef<[N]>>(graph: &BTreeMap<N, L>) -> Vec<Vec<N>> {
    let mut done: BTreeSet<&N> = BTreeSet::new();
    let mut found = BTreeSet::new();
    for start in graph.keys() {
        let mut path: Vec<&N> = Vec::new();
        let mut on_path: BTreeSet<&N> = BTreeSet::new();
        let mut work = vec![Work::Enter(start)];
        while let Some(next) = work.pop() {
            match next {
                Work::Leave(node) => {
                    path.pop();
                    on_path.remove(node);
                    done.insert(node);
                }
                Work::Enter(node) if on_path.contains(node) => {
                    let from = path.iter().position(|on| *on == node).unwrap_or(0);
                    found.insert(from_smallest(&path[from..]));
                }
                Work::Enter(node) => {
                    let Some(next) = graph.get(node).filter(|_| !done.contains(node)) else { continue };
                    path.push(node);
                    on_path.insert(node);
                    work.push(Work::Leave(node));
                    work.extend(next.as_ref().iter().map(Work::Enter));
                }
            }
        }
    }
    found.into_iter().collect()
}

enum Work<'n, N> {
    Enter(&'n N),
    Leave(&'n N),
}

fn from_smallest<N: Ord + Clone>(cycle: &[&N]) -> Vec<N> {
    let smallest = (0..cycle.len()).min_by_key(|at| cycle[*at]).unwrap_or(0);
    (0..cycle.len()).map(|at| cycle[(smallest + at) % cycle.len()].clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(&'static str, &'static str)]) -> BTreeMap<&'static str, Vec<&'static str>> {
        let mut graph: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (from, to) in edges {
            graph.entry(*from).or_default().push(*to);
        }
        graph
    }

    #[test]
    fn rounds_start_at_their_smallest_member() {
        assert_eq!(rounds(&graph(&[("b", "c"), ("c", "a"), ("a", "b")])), [["a", "b", "c"]]);
        assert_eq!(rounds(&graph(&[("a", "a")])), [["a"]]);
        assert!(rounds(&graph(&[("a", "b"), ("b", "c"), ("a", "c")])).is_empty());
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let chain: BTreeMap<u32, [u32; 1]> = (0..100_000).map(|n| (n, [n + 1])).collect();
        assert!(rounds(&chain).is_empty());
    }
}
