//! Services as values.

use std::sync::Arc;

use diagnostics::{Diagnostic, codes};
use smol_str::SmolStr;

use super::Evaluator;
use crate::core::{Core, ServiceBody};
use crate::model;
use crate::queries::value::Entity;
use crate::types::DeclId;
use crate::value::{Piece, Value};

impl Evaluator<'_> {
    pub(super) fn service(&mut self, id: &DeclId, body: &ServiceBody) -> Option<Entity> {
        let outside = match &body.id {
            Some(core) => self.outside_name(core),
            None => Some(id.name.replace('_', "-").into()),
        };
        let artifact = body.artifact.as_ref().map(|core| self.value(core));
        let runs = body.runs.as_ref().map(|core| self.value(core));
        let runbook = self.runbook(body.runbook.as_ref());
        let contract = self.contract(&body.contract);
        let service = model::Service {
            name: id.name.clone(),
            id: outside?,
            span: self.named_at(),
            formerly: self.formerly(),
            artifact: artifact?,
            runs: runs?,
            runbook,
            contract: contract?,
        };
        Some(Entity::Service(Arc::new(service), body.provider.clone()?))
    }

    /// Labels and host names are made of it.
    pub(super) fn outside_name(&mut self, core: &Core) -> Option<SmolStr> {
        let value = self.value(core);
        let Value::Text(pieces) = &value else { return self.not_constant(core, &value) };
        let text: String = pieces.iter().filter_map(known).collect();
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let edges = text.starts_with('-') || text.ends_with('-');
        if !text.is_empty() && text.len() <= 63 && text.chars().all(fits) && !edges {
            return Some(text.into());
        }
        let message = "an `id` is made of `a`..`z`, `0`..`9` and `-` inside, at most 63";
        self.report(Diagnostic::error(codes::IMPOSSIBLE_VALUE, core.span, message));
        None
    }
}

fn known(piece: &Piece) -> Option<&str> {
    match piece {
        Piece::Known(text) => Some(text),
        Piece::Parameter(_) | Piece::Output(..) => None,
    }
}
