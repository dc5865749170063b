//! Makes a gate of its own of conditions of another.

use diagnostics::{Edit, Span};
use syntax::ast::{DeclKind, GateClause, GateClauseKind};

use super::{Change, Refactoring, before, free_name};
use crate::Snapshot;

/// A new gate with the conditions that are selected, which the gate around them keeps no longer.
pub(super) fn extract_gate(snapshot: &Snapshot, selected: Span) -> Option<Refactoring> {
    let tree = snapshot.tree_at(selected.file, selected.start)?;
    let DeclKind::Gate(gate) = &tree.parsed.decl.kind else { return None };
    if tree.parsed.decl.damaged {
        return None;
    }
    let span = |clause: &GateClause| clause.range.at(selected.file, tree.start);
    let conditions: Vec<&GateClause> = gate.clauses.iter().filter(|clause| is_condition(clause)).collect();
    let touched = |clause: &&&GateClause| span(clause).start <= selected.end && selected.start <= span(clause).end;
    let moved: Vec<&GateClause> = conditions.iter().filter(touched).copied().collect();
    if moved.is_empty() || moved.len() == conditions.len() {
        return None;
    }
    let text = |range: syntax::ast::Range| tree.text.get(range.start as usize..range.end as usize).unwrap_or_default();
    let kept = gate.clauses.iter().filter(|clause| !is_condition(clause) || moved.contains(clause));
    let clauses: Vec<String> = kept.map(|clause| format!("  {}", text(clause.range))).collect();
    let name = free_name(snapshot, selected.file, &format!("{}_apart", gate.name.text));
    let header = tree.text.get(gate.name.range.end as usize..gate.range.start as usize)?.trim();
    let new = format!("gate {name} {header} {{\n{}\n}}", clauses.join("\n"));
    let mut edits = vec![before(selected.file, tree.start, &new)];
    edits.extend(moved.iter().map(|clause| gone(snapshot, span(clause))));
    let title =
        format!("move {} into a gate `{name}`", if moved.len() == 1 { "this condition" } else { "these conditions" });
    Some(Refactoring { title, sort: Change::Extract, edits })
}

fn is_condition(clause: &GateClause) -> bool {
    match clause.kind {
        GateClauseKind::Condition(_) | GateClauseKind::Advisory(_) => true,
        GateClauseKind::AtLeast(_) | GateClauseKind::Confidence(_) | GateClauseKind::Inconclusive { .. } => false,
        GateClauseKind::WarmUp(_) | GateClauseKind::Lag(_) | GateClauseKind::Accept(_) | GateClauseKind::Error => false,
    }
}

/// The clause taken out, with what separates it from the next one: its comma, or its line.
fn gone(snapshot: &Snapshot, clause: Span) -> Edit {
    let text = snapshot.text(clause.file);
    let rest = text.get(clause.end as usize..).unwrap_or_default();
    let behind = rest.trim_start_matches([' ', '\t']);
    let separator = if behind.starts_with(',') || behind.starts_with('\n') { 1 } else { 0 };
    let blank = behind.get(separator..).unwrap_or_default();
    let blank = blank.len() - blank.trim_start_matches([' ', '\t']).len();
    let end = clause.end as usize + (rest.len() - behind.len()) + separator + if separator == 1 { blank } else { 0 };
    Edit { span: Span { end: u32::try_from(end).unwrap_or(clause.end), ..clause }, text: String::new() }
}
