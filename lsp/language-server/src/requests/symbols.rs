//! `textDocument/documentSymbol` and `workspace/symbol`.

use diagnostics::FileId;
use ide::symbols::{Symbol, document_symbols, workspace_symbols};
use tower_lsp::ls_types::{DocumentSymbol, DocumentSymbolResponse, OneOf, SymbolKind, SymbolTag, WorkspaceSymbol};

use crate::view::Desk;

/// What a file declares.
pub(crate) fn document(desk: &Desk<'_>, file: FileId) -> Option<DocumentSymbolResponse> {
    let symbols = document_symbols(desk.snapshot, file).into_iter();
    Some(DocumentSymbolResponse::Nested(symbols.map(|symbol| nested(desk, file, symbol)).collect()))
}

/// The declarations of a project that fit what is typed.
pub(crate) fn workspace(desk: &Desk<'_>, query: &str) -> Vec<WorkspaceSymbol> {
    let found = workspace_symbols(desk.snapshot, query).into_iter();
    let symbol = |it: ide::symbols::Found| {
        Some(WorkspaceSymbol {
            name: it.name.to_string(),
            kind: kind(it.kind),
            tags: None,
            container_name: Some(desk.snapshot.path(it.span.file).to_owned()),
            location: OneOf::Left(desk.location(it.span)?),
            data: None,
        })
    };
    found.filter_map(symbol).collect()
}

#[expect(deprecated, reason = "the field that is on its way out has to be there")]
fn nested(desk: &Desk<'_>, file: FileId, symbol: Symbol) -> DocumentSymbol {
    let children = symbol.children.into_iter().map(|child| nested(desk, file, child)).collect::<Vec<_>>();
    DocumentSymbol {
        name: symbol.name.to_string(),
        detail: Some(symbol.kind.to_owned()),
        kind: kind(symbol.kind),
        tags: symbol.deprecated.then(|| vec![SymbolTag::DEPRECATED]),
        deprecated: None,
        range: desk.range_of(file, symbol.range),
        selection_range: desk.range_of(file, symbol.name_range),
        children: (!children.is_empty()).then_some(children),
    }
}

/// The nearest of the protocol's kinds, which decide the icon.
fn kind(word: &str) -> SymbolKind {
    match word {
        "type" => SymbolKind::STRUCT,
        "let" => SymbolKind::CONSTANT,
        "fn" => SymbolKind::FUNCTION,
        "strategy" => SymbolKind::OPERATOR,
        "action" | "step" => SymbolKind::METHOD,
        "workflow" => SymbolKind::CLASS,
        "environment" => SymbolKind::NAMESPACE,
        "service" => SymbolKind::MODULE,
        "database" | "migration" | "released" => SymbolKind::OBJECT,
        "metric" | "slo" => SymbolKind::NUMBER,
        "gate" | "policy" => SymbolKind::INTERFACE,
        "flag" => SymbolKind::BOOLEAN,
        "group" => SymbolKind::PACKAGE,
        "test" => SymbolKind::EVENT,
        "field" => SymbolKind::FIELD,
        "case" => SymbolKind::ENUM_MEMBER,
        _ => SymbolKind::VARIABLE,
    }
}
