//! Records and maps: their fields against their type.

use diagnostics::{Diagnostic, Span, codes};
use smol_str::SmolStr;
use syntax::ast::{Field, Fields};

use super::Elaborator;
use super::names::{listed, suggest};
use super::notes::{Filled, Meaning, Whose};
use crate::core::{Core, CoreKind, Named};
use crate::queries::signature::{Signature, signature_of};
use crate::types::{DeclId, Type};

impl Elaborator<'_> {
    pub(super) fn record(&mut self, at: Span, id: &DeclId, fields: &Fields) -> Core {
        let Signature::Record { fields: slots, .. } = signature_of(self.db, id) else { return Core::error(at) };
        self.note_record(|| Filled {
            range: fields.range,
            whose: Whose::of(id),
            slots: slots.clone(),
            given: fields.list.iter().map(|field| field.name.text.clone()).collect(),
        });
        let mut given: Named = Vec::new();
        for field in self.once(fields) {
            match slots.iter().find(|slot| slot.name == field.name.text) {
                Some(slot) => {
                    self.note(field.name.range, || Meaning::Part(Whose::of(id), slot.name.clone()));
                    let value = self.expect(&field.value, &slot.ty, &format!("`{}`", slot.name));
                    given.push((slot.name.clone(), value));
                }
                None => {
                    let words: Vec<&str> = slots.iter().map(|slot| slot.name.as_str()).collect();
                    self.unknown_field(field, &id.name, &words);
                }
            }
        }
        let missing = slots.iter().filter(|slot| !slot.optional && !given.iter().any(|(name, _)| *name == slot.name));
        let missing: Vec<(&str, Type)> = missing.map(|slot| (slot.name.as_str(), slot.ty.clone())).collect();
        // A misspelled field is reported as unknown; that it is missing follows.
        if !missing.is_empty() && !fields.incomplete && given.len() == fields.list.len() {
            self.missing_fields(at, &id.name, fields, &missing);
        }
        Core::new(at, CoreKind::Record(id.clone(), given))
    }

    pub(super) fn map(&mut self, at: Span, fields: &Fields, of: &Type) -> Core {
        let mut entries: Named = Vec::new();
        for field in self.once(fields) {
            let value = self.expect(&field.value, of, &format!("`{}`", field.name.text));
            entries.push((field.name.text.clone(), value));
        }
        Core::new(at, CoreKind::Map(entries))
    }

    /// The fields, each name once; further ones are reported.
    pub(super) fn once<'f>(&mut self, fields: &'f Fields) -> Vec<&'f Field> {
        let mut kept: Vec<&Field> = Vec::new();
        for (at, field) in fields.list.iter().enumerate() {
            match kept.iter().find(|first| first.name.text == field.name.text) {
                Some(first) => {
                    let message = format!("`{}` is given twice", field.name.text);
                    let mut diagnostic =
                        Diagnostic::error(codes::DUPLICATE_FIELD, self.span(field.name.range), message)
                            .label("the second")
                            .also(self.span(first.name.range), "the first");
                    let whole = |field: &Field| field.name.range.to(field.value.range);
                    let before = at.checked_sub(1).and_then(|at| fields.list.get(at)).map(whole);
                    if let Some(fix) = before.and_then(|before| self.entry_removed(before, whole(field))) {
                        diagnostic = diagnostic.fix(fix);
                    }
                    self.report(diagnostic);
                }
                None => kept.push(field),
            }
        }
        kept
    }

    pub(super) fn unknown_field(&mut self, field: &Field, owner: &SmolStr, words: &[&str]) {
        let at = self.span(field.name.range);
        let message = format!("`{owner}` has no field `{}`", field.name.text);
        let diagnostic = Diagnostic::error(codes::UNKNOWN_FIELD, at, message);
        self.report(suggest(diagnostic, at, &field.name.text, words));
        let reported = self.diagnostics.len();
        if !matches!(field.value.kind, syntax::ast::ExprKind::Record(None, _)) {
            let _ = self.infer(&field.value);
        }
        self.diagnostics.truncate(reported);
    }

    /// Reports fields without which a record means nothing.
    pub(super) fn missing_fields(&mut self, at: Span, owner: &SmolStr, fields: &Fields, missing: &[(&str, Type)]) {
        let names: Vec<&str> = missing.iter().map(|(name, _)| *name).collect();
        let message = format!("`{owner}` needs {}", listed(&names));
        let mut diagnostic = Diagnostic::error(codes::MISSING_FIELD, at, message);
        if let Some(fix) = self.filled(fields, missing) {
            diagnostic = diagnostic.fix(fix);
        }
        self.report(diagnostic);
    }
}
