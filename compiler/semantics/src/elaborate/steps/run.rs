//! Running actions, naming what they bring out, and telling people through them.

use diagnostics::{Diagnostic, codes};
use smol_str::SmolStr;
use syntax::ast::{Expr, Name, Step};

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
}
