//! Flags as values.

use std::collections::BTreeSet;
use std::sync::Arc;

use diagnostics::{Diagnostic, codes};
use smol_str::SmolStr;

use super::Evaluator;
use crate::core::{Core, FlagBody};
use crate::model::Flag;
use crate::queries::value::{Entity, entity_of};
use crate::types::DeclId;
use crate::value::{Piece, Value};

impl Evaluator<'_> {
    pub(super) fn flag(&mut self, id: &DeclId, body: &FlagBody) -> Option<Entity> {
        let outside = match &body.id {
            Some(core) => self.outside_name(core),
            None => Some(id.name.replace('_', "-").into()),
        };
        let owner = self.plain_text(body.owner.as_ref()?, "`owner`");
        let expires = match self.value(body.expires.as_ref()?) {
            Value::Date(date) => Some(date),
            _ => None,
        };
        let cohorts = match &body.cohorts {
            Some(core) => self.cohorts(core),
            None => Some(Vec::new()),
        };
        let default = match &body.default {
            Some(core) => matches!(self.value(core), Value::Bool(true)),
            None => false,
        };
        let Entity::Service(service, _) = entity_of(self.db, body.service.as_ref()?) else { return None };
        let flag = Flag {
            name: id.name.clone(),
            id: outside?,
            span: self.named_at(),
            formerly: self.formerly(),
            owner: owner?,
            expires: expires?,
            service: service.clone(),
            default,
            cohorts: cohorts?,
        };
        Some(Entity::Flag(Arc::new(flag)))
    }

    fn cohorts(&mut self, core: &Core) -> Option<Vec<SmolStr>> {
        let Value::List(elements) = self.value(core) else { return None };
        let names: Vec<SmolStr> = elements.iter().filter_map(known_text).collect();
        let distinct: BTreeSet<&SmolStr> = names.iter().collect();
        if names.len() != elements.len() {
            return None;
        }
        if distinct.len() < names.len() || names.iter().any(|name| name.trim().is_empty()) {
            let message = "each cohort has a name of its own";
            self.report(Diagnostic::error(codes::IMPOSSIBLE_VALUE, core.span, message));
            return None;
        }
        Some(names)
    }

    /// Text that says something and is known when compiled.
    pub(super) fn plain_text(&mut self, core: &Core, what: &str) -> Option<SmolStr> {
        let value = self.value(core);
        match known_text(&value) {
            Some(text) if !text.trim().is_empty() => Some(text),
            Some(_) => {
                let message = format!("{what} says nothing");
                self.report(Diagnostic::error(codes::IMPOSSIBLE_VALUE, core.span, message));
                None
            }
            None => None,
        }
    }
}

/// The text of a value that is text and known as a whole.
pub(super) fn known_text(value: &Value) -> Option<SmolStr> {
    let Value::Text(pieces) = value else { return None };
    let known = |piece: &Piece| match piece {
        Piece::Known(text) => Some(text.to_string()),
        Piece::Parameter(_) | Piece::Output(..) => None,
    };
    pieces.iter().map(known).collect::<Option<String>>().map(SmolStr::from)
}
