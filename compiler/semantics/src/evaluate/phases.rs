//! When a value is known: what is open until a run starts, or until an action has run, decides nothing before.

use diagnostics::{Diagnostic, Span, codes};
use smol_str::SmolStr;
use syntax::ast::DeclKind;

use super::Evaluator;
use crate::queries::source::parsed;
use crate::value::{Piece, Value};

/// What a value lacks.
pub(super) enum Open<'v> {
    /// The value of this parameter.
    Parameter(&'v SmolStr),
    /// What the action behind this name brings out.
    Output(&'v SmolStr),
    /// A part of it was reported.
    Reported,
}

/// What the value lacks, however deep inside; nothing if it is known.
pub(super) fn open(value: &Value) -> Option<Open<'_>> {
    match value {
        Value::Parameter(name) => Some(Open::Parameter(name)),
        Value::Output(name, _) => Some(Open::Output(name)),
        Value::Error => Some(Open::Reported),
        Value::Text(pieces) => pieces.iter().find_map(|piece| match piece {
            Piece::Parameter(name) => Some(Open::Parameter(name)),
            Piece::Output(name, _) => Some(Open::Output(name)),
            Piece::Known(_) => None,
        }),
        Value::List(elements) => elements.iter().find_map(open),
        Value::Map(fields) | Value::Record(_, fields) | Value::Case(_, _, fields) => fields.values().find_map(open),
        Value::Range(low, high) => open(low).or_else(|| open(high)),
        Value::Bool(_) | Value::Int(_) | Value::Duration(_) | Value::Ratio(_) | Value::Points(_) => None,
        Value::Factor(_) | Value::Rate(_) | Value::Bytes(_) | Value::Money(..) | Value::Date(_) => None,
        Value::Time(_) | Value::Window(_) | Value::Freeze(_) | Value::Digest(_) | Value::Secret(_) => None,
        Value::None | Value::PromQl(_) | Value::Sql(_) | Value::Entity(_) => None,
    }
}

impl Evaluator<'_> {
    /// Whether the value is known, every part of it; reports what it waits for.
    pub(super) fn known(&mut self, at: Span, value: &Value) -> bool {
        match open(value) {
            None => true,
            Some(Open::Reported) => false,
            Some(Open::Output(name)) => {
                let message = format!("`{name}` is known only once its action has run, but this must be known before");
                self.report(Diagnostic::error(codes::KNOWN_DURING_RUN, at, message));
                false
            }
            Some(Open::Parameter(name)) => {
                let diagnostic = self.known_at_run(at, name);
                self.report(diagnostic);
                false
            }
        }
    }

    /// Nothing, and the reason unless it was given before.
    pub(super) fn unknown_yet(&mut self, at: Span, value: &Value) -> Value {
        self.known(at, value);
        Value::Error
    }

    fn known_at_run(&self, at: Span, name: &SmolStr) -> Diagnostic {
        let message = format!("`{name}` is known only when a run starts, but this must be known before");
        let diagnostic = Diagnostic::error(codes::KNOWN_AT_RUN, at, message);
        match self.parameter_at(name) {
            Some(there) => diagnostic.also(there, "it comes from here"),
            None => diagnostic,
        }
    }

    /// Where the workflow under evaluation declares the parameter.
    fn parameter_at(&self, name: &SmolStr) -> Option<Span> {
        let DeclKind::Workflow(workflow) = &parsed(self.db, self.item).decl.kind else { return None };
        let parameter = workflow.params.iter().find(|param| param.name.text == *name)?;
        Some(crate::queries::place::span(self.item, parameter.name.range))
    }
}
