//! What can be done with a declaration: shown above it.

use diagnostics::{FileId, Span};
use semantics::Symbol;
use smol_str::SmolStr;
use syntax::ast::{DeclKind, StrPart};

use crate::Snapshot;

/// Something that can be done with a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// The declaration's name.
    pub span: Span,
    /// What can be done.
    pub act: Act,
}

/// What can be done with a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Show what the workflow risks.
    Plan(SmolStr),
    /// Show the workflow's graph.
    Graph(SmolStr),
    /// Try the workflow's plan under every fault.
    Verify(SmolStr),
    /// Run the test of that title.
    Simulate(String),
    /// Show where it is named; how often is counted by [`references_of`].
    References(Symbol),
}

/// The lenses of a file, in the order of the text.
#[must_use]
pub fn lenses(snapshot: &Snapshot, file: FileId) -> Vec<Lens> {
    let module = snapshot.model().module_of(file).unwrap_or_default();
    let mut found = Vec::new();
    for tree in snapshot.trees(file) {
        let decl = &tree.parsed.decl;
        if let DeclKind::Test(test) = &decl.kind {
            if let [StrPart::Text(title)] = test.title.as_slice() {
                let span = test.title_range.at(file, tree.start);
                found.push(Lens { span, act: Act::Simulate(title.clone()) });
            }
            continue;
        }
        let Some(name) = decl.name() else { continue };
        let span = name.range.at(file, tree.start);
        if let DeclKind::Workflow(_) = &decl.kind {
            let acts = [Act::Plan, Act::Graph, Act::Verify];
            found.extend(acts.map(|act| Lens { span, act: act(name.text.clone()) }));
        }
        let symbol = Symbol::Declaration { module: module.clone(), name: name.text.clone() };
        if !matches!(decl.kind, DeclKind::Error(_)) {
            found.push(Lens { span, act: Act::References(symbol) });
        }
    }
    found
}

/// Where a declaration is named besides where it is declared.
#[must_use]
pub fn references_of(snapshot: &Snapshot, symbol: &Symbol) -> Vec<Span> {
    let uses = snapshot.model().uses(symbol).into_iter();
    uses.filter(|it| !it.declares).map(|it| it.span).collect()
}
