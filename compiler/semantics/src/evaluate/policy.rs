//! Policies judged: every thing that a policy is about against everything it requires.

use diagnostics::{Diagnostic, Span, codes};

use super::Evaluator;
use crate::core::{PolicyBody, RequirementBody};
use crate::queries::source::ItemNode;
use crate::types::DeclId;
use crate::value::Value;
use crate::view::Thing;

/// What a policy, declared by `item`, says of the things that it is about, and the declarations of each.
pub(crate) fn judge<'db>(
    db: &'db dyn salsa::Database,
    item: ItemNode<'db>,
    id: &DeclId,
    body: &PolicyBody,
    things: &[Thing],
) -> Vec<(Diagnostic, Vec<Span>)> {
    let about = things.iter().filter(|thing| thing.subject == body.subject);
    let judged = about.flat_map(|thing| {
        let found = Evaluator::new(db, item).judged(id, body, thing);
        found.into_iter().map(|finding| (finding, thing.about.clone()))
    });
    judged.collect()
}

impl Evaluator<'_> {
    fn judged(mut self, id: &DeclId, body: &PolicyBody, thing: &Thing) -> Vec<Diagnostic> {
        self.locals.insert(body.binder.clone(), thing.value.clone());
        let concerned = match &body.condition {
            Some(condition) => self.value(condition) == Value::Bool(true),
            None => true,
        };
        if concerned {
            for requirement in &body.requirements {
                if self.value(&requirement.condition) == Value::Bool(false) {
                    let broken = self.broken(id, requirement, thing);
                    self.diagnostics.push(broken);
                }
            }
        }
        self.diagnostics
    }

    fn broken(&mut self, id: &DeclId, requirement: &RequirementBody, thing: &Thing) -> Diagnostic {
        let message = format!("{} breaks the policy `{}`", thing.described, id.name);
        let mut diagnostic =
            Diagnostic::error(codes::POLICY_BROKEN, thing.span, message).also(requirement.span, "required here");
        if let Some(why) = requirement.because.as_ref().and_then(|core| self.plain_text(core, "`because`")) {
            diagnostic = diagnostic.note(format!("because {why}"));
        }
        let parts = self.parts(&requirement.condition);
        if !parts.is_empty() {
            diagnostic = diagnostic.note(format!("here {}", parts.join(", ")));
        }
        diagnostic.help(format!("keep to it, or say why not: `accept {} because \"…\" until DATE`", id.name))
    }
}
