//! Actions: parameters, an effect class, and the provider's record that carries them out.

use diagnostics::{Diagnostic, codes};
use syntax::ast::{Action, EffectClass};

use super::Elaborator;
use super::known_fields::ACTION;
use crate::core::{ActionBody, Body};
use crate::model;
use crate::queries::signature::{Signature, signature_of};
use crate::types::Type;

impl Elaborator<'_> {
    pub(super) fn action(&mut self, action: &Action) -> Body {
        let defaults = self.defaults(None, &action.params);
        self.parameters(&action.params);
        self.outputs(action);
        let before = self.diagnostics.len();
        let mut runs = None;
        for field in self.once(&action.fields) {
            match field.name.text.as_str() {
                "runs" => runs = self.provided(field, "action"),
                _ => self.unknown_field(field, &action.name.text, &ACTION),
            }
        }
        if self.diagnostics.len() == before {
            self.mandatory(&action.name, &action.fields, &["runs"]);
        }
        let Some((runs, provider)) = runs else { return Body::Nothing };
        let class = match action.effect {
            EffectClass::Idempotent => model::EffectClass::Idempotent,
            EffectClass::Probeable => model::EffectClass::Probeable,
            EffectClass::Once => model::EffectClass::Once,
        };
        Body::Action(ActionBody { defaults, class, provider: provider.name, runs })
    }

    /// What an action brings out is recorded and passed on, so it holds no secret, and nothing that is only a name.
    fn outputs(&mut self, action: &Action) {
        let Some(mention) = &action.result else { return };
        let ty = self.type_ref_quietly(mention);
        if let Some(part) = self.unrecordable(&ty, 0) {
            let message = format!("an action cannot bring out {}", part.with_article());
            let diagnostic = Diagnostic::error(codes::BAD_TYPE, self.span(mention.range), message)
                .note("what an action brings out is written into the journal of the run");
            self.report(diagnostic);
        }
    }

    /// The part of a type that no journal can hold.
    fn unrecordable(&self, ty: &Type, depth: u8) -> Option<Type> {
        match ty {
            Type::Secret(_) | Type::Gate(_) | Type::Environment | Type::Service => Some(ty.clone()),
            Type::List(of) | Type::Map(of) | Type::Optional(of) | Type::Range(of) => self.unrecordable(of, depth),
            // Deeper records are refused where they are used.
            Type::Record(id) if depth < 8 => match signature_of(self.db, id) {
                Signature::Record { fields, .. } => {
                    fields.iter().find_map(|slot| self.unrecordable(&slot.ty, depth + 1))
                }
                _ => None,
            },
            _ => None,
        }
    }
}
