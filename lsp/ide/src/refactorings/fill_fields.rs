//! Writes the fields that a record does not have yet.

use diagnostics::{Edit, Span};
use semantics::Given;

use super::{Change, Refactoring};
use crate::Snapshot;

/// Fields that must be given, and all that may be; nothing where none is open.
pub(super) fn fill_fields(snapshot: &Snapshot, selected: Span) -> Vec<Refactoring> {
    let Some((symbol, braces, given)) = snapshot.model().record_at(selected.file, selected.start) else {
        return Vec::new();
    };
    let name = symbol.name();
    let open: Vec<&Given> = given.iter().filter(|it| !it.given).collect();
    let needed: Vec<&Given> = open.iter().copied().filter(|it| !it.optional).collect();
    let both = [(needed.clone(), "the fields that it needs"), (open.clone(), "all its fields")];
    let worth = both.into_iter().enumerate().filter(|(at, (fields, _))| {
        !fields.is_empty() && (*at == 0 || fields.len() > needed.len()) && fields.iter().any(|it| it.shape.is_some())
    });
    worth
        .map(|(_, (fields, which))| Refactoring {
            title: format!("give `{name}` {which}"),
            sort: Change::Rewrite,
            edits: vec![filled(snapshot, braces, &fields)],
        })
        .collect()
}

/// The fields behind the last one that is there.
fn filled(snapshot: &Snapshot, braces: Span, fields: &[&Given]) -> Edit {
    let text = snapshot.text(braces.file).get(braces.start as usize..braces.end as usize).unwrap_or_default();
    let inside = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or_default();
    let kept = inside.trim_end();
    let written = fields.iter().filter_map(|it| Some(format!("{} = {}", it.name, it.shape.as_ref()?)));
    let written: Vec<String> = written.collect();
    let at = braces.start + 1 + u32::try_from(kept.len()).unwrap_or(0);
    let rest = &inside[kept.len()..];
    let lines = inside.contains('\n');
    let indent = kept.lines().next_back().map_or("", |line| &line[..line.len() - line.trim_start().len()]);
    let (before, between) = match (kept.trim().is_empty(), lines) {
        (true, _) => (" ".to_owned(), ", ".to_owned()),
        (false, true) => (format!("\n{indent}"), format!("\n{indent}")),
        (false, false) => (if kept.ends_with(',') { " " } else { ", " }.to_owned(), ", ".to_owned()),
    };
    let after = if rest.is_empty() { " " } else { "" };
    let span = Span::new(braces.file, at, at);
    Edit { span, text: format!("{before}{}{after}", written.join(&between)) }
}
