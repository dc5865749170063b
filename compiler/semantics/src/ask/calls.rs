//! The call around a place: what it may be given, and which of that stands there.

use diagnostics::{FileId, Span};
use smol_str::SmolStr;
use syntax::ast::Range;

use super::settle::settled;
use super::symbol::Symbol;
use crate::SemanticModel;
use crate::elaborate::shapes::DEPTH_MAX;
use crate::elaborate::{Elaborator, notes};
use crate::evaluate::shown;
use crate::queries::signature::{Signature, signature_of};
use crate::queries::source::ItemNode;
use crate::types::Type;

/// A call that somebody writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// What is called: a declaration, or a case.
    pub symbol: Symbol,
    /// What it may be given, in order.
    pub params: Vec<Given>,
    /// Which of that stands at the place.
    pub active: Option<usize>,
}

/// Something that a call or a record may be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Its name.
    pub name: SmolStr,
    /// Its type, as users read it.
    pub ty: String,
    /// Whether it may be left out.
    pub optional: bool,
    /// Its doc comment.
    pub doc: Option<SmolStr>,
    /// Whether it is given.
    pub given: bool,
    /// What may be written for it: its default, or a value to be replaced.
    pub shape: Option<String>,
}

impl SemanticModel<'_> {
    /// The call whose arguments are written at an offset.
    #[must_use]
    pub fn call_at(&self, file: FileId, offset: u32) -> Option<Called> {
        let typed = super::draft::typed(diagnostics::SourceMap::text(self, file), file, offset);
        let drafted = || {
            let draft = self.draft(file, typed.span)?;
            self.innermost(&draft.notes.calls, draft.asked.start)
        };
        let standing = || {
            let placed = self.placed_at(file, offset)?;
            self.innermost(&settled(self.db(), placed.item, None).calls, offset - placed.start)
        };
        if typed.inside.is_none() { drafted().or_else(standing) } else { standing() }
    }

    fn innermost(&self, calls: &[notes::Called], at: u32) -> Option<Called> {
        let around = |call: &&notes::Called| call.args.iter().any(|(_, range)| holds(*range, at));
        let call = calls.iter().filter(around).min_by_key(|call| call.range.end - call.range.start)?;
        let active = call.args.iter().find(|(_, range)| holds(*range, at)).and_then(|(place, _)| *place);
        let whose = &call.whose;
        let symbol = match &whose.case {
            Some(case) => Symbol::case(&whose.id, case),
            None => Symbol::declaration(&whose.id),
        };
        let params = call.params.iter().enumerate().map(|(place, slot)| {
            let doc = self.param_of(&Symbol::part(whose, &slot.name)).map(|(_, param)| param.docs.clone());
            Given {
                name: slot.name.clone(),
                ty: slot.ty.to_string(),
                optional: slot.optional,
                doc: doc.filter(|doc| !doc.is_empty()),
                given: call.args.iter().any(|(given, _)| *given == Some(place)),
                shape: None,
            }
        });
        Some(Called { symbol, params: params.collect(), active })
    }

    /// The record between whose braces an offset lies: its type, where the braces are, and what it may be given.
    #[must_use]
    pub fn record_at(&self, file: FileId, offset: u32) -> Option<(Symbol, Span, Vec<Given>)> {
        let placed = self.placed_at(file, offset)?;
        let notes = settled(self.db(), placed.item, None);
        let around = notes.records.iter().filter(|it| holds(it.range, offset - placed.start));
        let record = around.min_by_key(|it| it.range.end - it.range.start)?;
        let given = record.slots.iter().map(|slot| {
            let doc = self.param_of(&Symbol::part(&record.whose, &slot.name)).map(|(_, param)| param.docs.clone());
            Given {
                name: slot.name.clone(),
                ty: slot.ty.to_string(),
                optional: slot.optional,
                doc: doc.filter(|doc| !doc.is_empty()),
                given: record.given.contains(&slot.name),
                shape: self.shape_of(placed.item, &Symbol::part(&record.whose, &slot.name), &slot.ty),
            }
        });
        Some((Symbol::declaration(&record.whose.id), placed.span(record.range), given.collect()))
    }

    /// The default of a part as it is written, or a value of its type.
    fn shape_of(&self, item: ItemNode<'_>, part: &Symbol, ty: &Type) -> Option<String> {
        let default = self.param_of(part).and_then(|(placed, param)| {
            let range = param.default.as_ref()?.range;
            let text = placed.item.text(self.db()).get(range.start as usize..range.end as usize)?;
            // A default may name what only its own file sees.
            Some(text.to_owned()).filter(|text| !text.contains(|c: char| c.is_ascii_alphabetic() || c == '\n'))
        });
        default.or_else(|| match ty {
            Type::Refined(id) => match signature_of(self.db(), id) {
                Signature::Refined { low, .. } => shown(low),
                _ => None,
            },
            _ => Elaborator::new(self.db(), item).shape(ty, DEPTH_MAX),
        })
    }
}

fn holds(range: Range, at: u32) -> bool {
    range.start <= at && at <= range.end
}
