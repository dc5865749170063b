//! Channels: actions that take one text, where people are told something.

use diagnostics::{Diagnostic, codes};
use syntax::ast::{Expr, ExprKind, Name, Notify};

use super::Elaborator;
use crate::core::{Channel, RunBody, StepKindBody};
use crate::queries::scope::Target;
use crate::queries::signature::{Signature, signature_of};
use crate::queries::source::Kind;
use crate::types::Type;

impl Elaborator<'_> {
    /// `notify channel "text"`, or `notify environment "text"` to all who watch it.
    pub(super) fn notify(&mut self, notify: &Notify) -> Option<StepKindBody> {
        if self.is_environment(&notify.channel) {
            let environment = self.entity(&notify.channel, Kind::Environment);
            let text = self.expect(&notify.text, &Type::String, "what is said");
            return Some(StepKindBody::NotifyAll { environment: environment?, text });
        }
        let channel = self.channel(&notify.channel);
        let text = self.expect(&notify.text, &Type::String, "what is said");
        let Channel { action, parameter } = channel?;
        Some(StepKindBody::Notify(RunBody { action, args: vec![(parameter, text)], binding: None }))
    }

    /// Whether a name stands for an environment, here or in a loop.
    pub(super) fn is_environment(&mut self, name: &Name) -> bool {
        match self.local(&name.text) {
            Some(ty) => *ty == Type::Environment,
            None => matches!(self.target(&name.text), Some(Target::Declared(_, Kind::Environment))),
        }
    }

    /// The channels of an environment: one, or a list.
    pub(super) fn channels(&mut self, value: &Expr) -> Vec<Channel> {
        let names = match &value.kind {
            ExprKind::List(list) => list.as_slice(),
            _ => std::slice::from_ref(value),
        };
        names.iter().filter_map(|name| self.named_channel(name)).collect()
    }

    fn named_channel(&mut self, expr: &Expr) -> Option<Channel> {
        match &expr.kind {
            ExprKind::Name(word) => self.channel(&Name { text: word.clone(), range: expr.range }),
            ExprKind::Error => None,
            _ => {
                let message = "`notify` names channels: actions that take one text";
                let diagnostic = Diagnostic::error(codes::NO_CHANNEL, self.span(expr.range), message);
                self.report(diagnostic.help("write `notify = team`, or `notify = [team, on_call]`"));
                None
            }
        }
    }

    fn channel(&mut self, name: &Name) -> Option<Channel> {
        let action = self.declared(name, Kind::Action)?;
        let Signature::Callable { params, .. } = signature_of(self.db, &action) else { return None };
        let mut needed = params.iter().filter(|slot| !slot.optional);
        match (needed.next(), needed.next()) {
            (Some(slot), None) if slot.ty == Type::String => Some(Channel { action, parameter: slot.name.clone() }),
            _ => {
                let message = format!("`{}` cannot be notified: it does not take one text", name.text);
                let diagnostic = Diagnostic::error(codes::NO_CHANNEL, self.span(name.range), message).help(
                    "a channel is an action with one parameter: `action team(text: String) idempotent { runs = ... }`",
                );
                self.report(diagnostic);
                None
            }
        }
    }
}
