//! `textDocument/codeAction`: the remedies of findings.

use std::collections::HashMap;

use diagnostics::{Diagnostic, Edit, FileId};
use ide::fixes::{Action, fix_all, fixes};
use tower_lsp::ls_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, CodeActionResponse, TextEdit, Uri, WorkspaceEdit,
};

use crate::conversion::said;
use crate::view::Desk;

/// What can be done about the findings of a range; and about all of a file, where that is asked for.
pub(crate) fn answer(desk: &Desk<'_>, file: FileId, params: &CodeActionParams) -> Option<CodeActionResponse> {
    let found = desk.findings(file);
    let wants = |kind: &CodeActionKind| {
        let only = params.context.only.as_ref();
        only.is_none_or(|only| only.iter().any(|wanted| is_within(kind, wanted)))
    };
    let mut actions = Vec::new();
    if wants(&CodeActionKind::QUICKFIX) {
        let range = desk.bytes(file, params.range);
        let all = fixes(desk.snapshot, file, &found, range).into_iter();
        actions.extend(all.filter_map(|it| action(desk, &found, it, CodeActionKind::QUICKFIX)));
    }
    if wants(&CodeActionKind::SOURCE_FIX_ALL) {
        let all = fix_all(desk.snapshot, file, &found);
        actions.extend(all.and_then(|it| action(desk, &found, it, CodeActionKind::SOURCE_FIX_ALL)));
    }
    Some(actions)
}

/// Whether `source.fixAll` is within `source`.
fn is_within(kind: &CodeActionKind, wanted: &CodeActionKind) -> bool {
    let rest = kind.as_str().strip_prefix(wanted.as_str());
    wanted.as_str().is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn action(desk: &Desk<'_>, found: &[Diagnostic], it: Action, kind: CodeActionKind) -> Option<CodeActionOrCommand> {
    let mends = it.mends.and_then(|at| found.get(at)).map(|one| said(desk, std::slice::from_ref(one)));
    Some(CodeActionOrCommand::CodeAction(CodeAction {
        title: it.title,
        kind: Some(kind),
        diagnostics: mends,
        edit: Some(workspace_edit(desk, it.edits)?),
        is_preferred: Some(it.certain),
        ..CodeAction::default()
    }))
}

/// Edits by file; nothing where a file has no address.
pub(crate) fn workspace_edit(desk: &Desk<'_>, edits: Vec<Edit>) -> Option<WorkspaceEdit> {
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for edit in edits {
        let uri = desk.uri(edit.span.file)?;
        changes.entry(uri).or_default().push(TextEdit::new(desk.range(edit.span), edit.text));
    }
    Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() })
}
