//! What stands at a place: what it is, of what type, what is written about it, what it comes to, and what it risks.

mod risk_of;

use diagnostics::{FileId, Span};
use semantics::Symbol;

use crate::{Risks, Snapshot};

/// What is told of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// The word or expression that it is about.
    pub span: Span,
    /// In Markdown.
    pub markdown: String,
}

/// What stands at an offset. What it risks is told as it was assessed last.
#[must_use]
pub fn hover(snapshot: &Snapshot, risks: &Risks, file: FileId, offset: u32) -> Option<Hover> {
    let model = snapshot.model();
    if let Some(mention) = model.mention_at(file, offset)
        && let Some(mut parts) = symbol(snapshot, &mention.symbol)
    {
        parts.extend(risk_of::symbol(snapshot, risks, &mention.symbol));
        // A step or a stage begins with a name as often as not.
        parts.extend(risk_of::place(snapshot, risks, file, offset));
        return Some(Hover { span: mention.span, markdown: parts.join("\n\n") });
    }
    let risk = risk_of::place(snapshot, risks, file, offset);
    match (model.expression_at(file, offset), risk) {
        (None, None) => None,
        (Some(it), risk) => {
            let written = snapshot.text(file).get(it.span.start as usize..it.span.end as usize).unwrap_or_default();
            let shown = if written.len() <= WRITTEN_MAX { format!("{written}: {}", it.ty) } else { it.ty.clone() };
            let about = model.define(&Symbol::Builtin(it.ty.as_str().into())).and_then(|it| it.doc);
            let parts = std::iter::once(code(&shown)).chain(about.map(|doc| doc.to_string())).chain(risk);
            Some(Hover { span: it.span, markdown: parts.collect::<Vec<_>>().join("\n\n") })
        }
        (None, Some(risk)) => Some(Hover { span: Span::new(file, offset, offset), markdown: risk }),
    }
}

/// Bytes of an expression that are shown beside its type.
const WRITTEN_MAX: usize = 80;

fn symbol(snapshot: &Snapshot, symbol: &Symbol) -> Option<Vec<String>> {
    let defined = snapshot.model().define(symbol)?;
    let mut parts = vec![code(&defined.text)];
    parts.extend(defined.value.map(|value| format!("= `{value}`")));
    let origins = defined.origins.iter().map(|it| {
        let lines = snapshot.lines(it.span.file);
        let place = format!("{}:{}", snapshot.path(it.span.file), lines.line_of(it.span.start) + 1);
        let value = it.value.as_ref().map_or(String::new(), |value| format!(" = `{value}`"));
        format!("from `{}`{value} ({place})", it.name)
    });
    let origins: Vec<String> = origins.collect();
    parts.extend((!origins.is_empty()).then(|| origins.join("  \n")));
    parts.extend(defined.doc.map(|doc| doc.to_string()));
    Some(parts)
}

fn code(text: &str) -> String {
    format!("```deploy\n{text}\n```")
}
