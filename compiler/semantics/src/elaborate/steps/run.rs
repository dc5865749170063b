//! Running actions, naming what they bring out, and telling people through them.

use diagnostics::{Diagnostic, codes};
use smol_str::SmolStr;
use syntax::ast::{Expr, Name, Notify, Step};

use super::Elaborator;
use crate::core::{RunBody, StepKindBody};
use crate::queries::signature::{Signature, signature_of};
use crate::queries::source::Kind;
use crate::types::{DeclId, Type};

impl Elaborator<'_> {
    pub(super) fn run(&mut self, call: &Expr) -> Option<StepKindBody> {
        let (action, args) = self.called(call, Kind::Action)?;
        Some(StepKindBody::Run(RunBody { action, args, binding: None }))
    }

    /// The step with a name for its outputs, if it has one.
    pub(super) fn bound(&mut self, step: &Step, kind: Option<StepKindBody>) -> Option<StepKindBody> {
        let Some(name) = &step.binding else { return kind };
        let outputs = match &kind {
            Some(StepKindBody::Run(run)) => self.outputs_of(&run.action),
            _ => Type::Error,
        };
        let binding = self.bind_outputs(name, outputs);
        match kind {
            Some(StepKindBody::Run(run)) => Some(StepKindBody::Run(RunBody { binding: Some(binding), ..run })),
            other => other,
        }
    }

    fn outputs_of(&self, action: &DeclId) -> Type {
        match signature_of(self.db, action) {
            Signature::Callable { result, .. } => result.clone(),
            _ => Type::Error,
        }
    }

    fn bind_outputs(&mut self, name: &Name, outputs: Type) -> SmolStr {
        if outputs != Type::Nothing {
            return self.introduce(name, outputs);
        }
        let message = format!("this action brings nothing out that `{}` could stand for", name.text);
        let diagnostic = Diagnostic::error(codes::NO_OUTPUTS, self.span(name.range), message)
            .help("declare what it brings out, `action name(...) -> Type ...`, or write `run` without `let`");
        self.report(diagnostic);
        self.introduce(name, Type::Error)
    }

    /// `notify channel "text"`: a channel is an action that takes one text.
    pub(super) fn notify(&mut self, notify: &Notify) -> Option<StepKindBody> {
        let channel = self.declared(&notify.channel, Kind::Action);
        let text = self.expect(&notify.text, &Type::String, "what is said");
        let action = channel?;
        let Signature::Callable { params, .. } = signature_of(self.db, &action) else { return None };
        let mut needed = params.iter().filter(|slot| !slot.optional);
        let parameter = match (needed.next(), needed.next()) {
            (Some(slot), None) if slot.ty == Type::String => slot.name.clone(),
            _ => {
                let message = format!("`{}` cannot be notified: it does not take one text", notify.channel.text);
                let diagnostic = Diagnostic::error(codes::NO_CHANNEL, self.span(notify.channel.range), message).help(
                    "a channel is an action with one parameter: `action team(text: String) idempotent { runs = ... }`",
                );
                self.report(diagnostic);
                return None;
            }
        };
        Some(StepKindBody::Notify(RunBody { action, args: vec![(parameter, text)], binding: None }))
    }
}
