//! Actions: parameters, an effect class, and the provider's record that carries them out.

use syntax::ast::{Action, EffectClass};

use super::Elaborator;
use crate::core::{ActionBody, Body};
use crate::model;

impl Elaborator<'_> {
    pub(super) fn action(&mut self, action: &Action) -> Body {
        let defaults = self.defaults(None, &action.params);
        self.parameters(&action.params);
        let before = self.diagnostics.len();
        let mut runs = None;
        for field in self.once(&action.fields) {
            match field.name.text.as_str() {
                "runs" => runs = self.provided(field, "action"),
                _ => self.unknown_field(field, &action.name.text, &["runs"]),
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
}
