//! Strings that another parser reads: their text, and the places of what that parser finds inside them.

use std::ops::Range as Bytes;

use diagnostics::{Code, Diagnostic, Span, codes};
use foreign::{Fault, promql};
use syntax::ast::{Expr, ExprKind, Foreign, Range, StrPart};

use super::Elaborator;

impl Elaborator<'_> {
    /// The text of a string of SQL, which takes no values of ours.
    pub(super) fn sql_text<'e>(&mut self, expr: &'e Expr) -> Option<&'e str> {
        let ExprKind::Str(parts) = &expr.kind else { return None };
        match parts.as_slice() {
            [] => Some(""),
            [StrPart::Text(text)] => Some(text),
            parts => {
                let inserted = parts.iter().find_map(|part| match part {
                    StrPart::Expr(inner) => Some(inner),
                    StrPart::Text(_) => None,
                })?;
                if !matches!(inserted.kind, ExprKind::Error) {
                    self.put_together(inserted, Foreign::Sql);
                }
                None
            }
        }
    }

    /// The place of bytes of a string's text; of all of it where they are not known.
    pub(super) fn inside(&self, string: Range, bytes: Option<Bytes<usize>>) -> Span {
        let written = self.item.text(self.db).get(string.start as usize..string.end as usize);
        // A word may stand before the quote.
        let token = written.and_then(|written| Some((written.find('"')?, written)));
        let (Some(bytes), Some((quote, written))) = (bytes, token) else { return self.span(string) };
        let at = |byte| {
            let place = quote + syntax::place_in_string(&written[quote..], byte);
            string.start.saturating_add(u32::try_from(place).unwrap_or(u32::MAX))
        };
        let (start, end) = (at(bytes.start), at(bytes.end));
        self.span(Range::new(start, end.max(start.saturating_add(1))))
    }

    /// Reports what a parser says of the string.
    pub(super) fn unreadable(&mut self, string: Range, code: Code, language: &str, fault: &Fault) {
        let at = self.inside(string, fault.range.clone());
        self.report(Diagnostic::error(code, at, format!("this {language} cannot be read: {}", fault.message)));
    }

    /// Whether the text is a query; reports it otherwise.
    pub(super) fn is_promql(&mut self, string: Range, text: &str) -> bool {
        let read = promql::query(text);
        if let Err(fault) = &read {
            self.unreadable(string, codes::BAD_PROMQL, "PromQL", fault);
        }
        read.is_ok()
    }
}
