//! Workflows: parameters that a run is started with, and steps.

use diagnostics::{Diagnostic, codes};
use syntax::ast::{Modifiers, Param, Range, Step, StepKind, Workflow};
use syntax::walk::{self, Visitor};

use super::Elaborator;
use crate::core::{Body, ParameterBody, WorkflowBody};
use crate::model::ParameterType;
use crate::types::Type;

/// The approvals of a workflow, wherever they stand.
struct Approvals {
    any: bool,
    late: Option<Range>,
}

impl Visitor for Approvals {
    fn step(&mut self, step: &Step) {
        self.any |= matches!(step.kind, StepKind::Approval(_));
        self.late = self.late.or(step.modifiers.after_the_fact);
    }
}

impl Elaborator<'_> {
    pub(super) fn workflow(&mut self, workflow: &Workflow) -> Body {
        let before = self.diagnostics.len();
        let parameters = workflow.params.iter().filter_map(|param| self.workflow_parameter(param)).collect();
        self.parameters(&workflow.params);
        if workflow.steps.is_empty() {
            let message = format!("workflow `{}` has no steps", workflow.name.text);
            let diagnostic = Diagnostic::error(codes::MISSING_CLAUSE, self.span(workflow.name.range), message);
            self.report(
                diagnostic.help("say what it does: `rollout … to … using …`, `run …`, `check …`, `approval …`"),
            );
        }
        let (steps, finally) = match workflow.steps.split_last() {
            Some((Step { kind: StepKind::Finally(finally), modifiers, .. }, steps)) => {
                self.without_modifiers(modifiers, finally);
                (steps, finally.as_slice())
            }
            Some(_) | None => (workflow.steps.as_slice(), &[][..]),
        };
        let steps = self.steps(steps);
        let finally = self.finally(finally);
        self.answered_for(workflow);
        let emergency = workflow.emergency.map(|range| self.span(range));
        let during_freeze = workflow.during_freeze.is_some();
        let runbook = self.runbook(workflow.runbook.as_ref());
        let incomplete = self.diagnostics.len() > before;
        Body::Workflow(WorkflowBody { parameters, emergency, during_freeze, runbook, steps, finally, incomplete })
    }

    /// What happens at the end in any case has nothing left to fall back on.
    fn without_modifiers(&mut self, modifiers: &Modifiers, finally: &[Step]) {
        let Some(first) = finally.first().filter(|_| *modifiers != Modifiers::default()) else { return };
        let message = "nothing can stand behind `finally`";
        let diagnostic = Diagnostic::error(codes::MISPLACED_FINALLY, self.span(first.range), message);
        self.report(diagnostic.help("say it of the steps inside"));
    }

    /// An emergency skips gates, never the record of who answers for it.
    fn answered_for(&mut self, workflow: &Workflow) {
        let mut approvals = Approvals { any: false, late: None };
        walk::steps(&workflow.steps, &mut approvals);
        match workflow.emergency {
            Some(head) if !approvals.any => {
                let message = format!("nobody answers for the emergency `{}`", workflow.name.text);
                let diagnostic = Diagnostic::error(codes::NOBODY_ANSWERS, self.span(head), message)
                    .help("add an approval; it may come later: `approval from ... within 24h after the fact`");
                self.report(diagnostic);
            }
            None => {
                if let Some(late) = approvals.late {
                    let message = "an approval after the fact is for emergencies";
                    let diagnostic = Diagnostic::error(codes::NO_EMERGENCY, self.span(late), message)
                        .also(self.span(workflow.name.range), "this workflow is none")
                        .help("ask before: leave out `after the fact`, or write `emergency workflow`");
                    self.report(diagnostic);
                }
            }
            Some(_) => {}
        }
    }

    fn workflow_parameter(&mut self, param: &Param) -> Option<ParameterBody> {
        let ty = self.type_ref_quietly(&param.ty);
        let kind = match ty {
            Type::Digest => ParameterType::Digest,
            Type::String => ParameterType::String,
            Type::Int | Type::Count => ParameterType::Int,
            Type::Bool => ParameterType::Bool,
            Type::Duration => ParameterType::Duration,
            Type::Error => return None,
            other => {
                let message = format!("a run cannot be started with {}", other.with_article());
                let diagnostic =
                    Diagnostic::error(codes::BAD_TYPE, self.span(param.ty.range), message).help(match other {
                        Type::Environment | Type::Service => "name them: `for place in [staging, production] { ... }`",
                        _ => "parameters of a workflow are Digest, String, Int, Bool or Duration",
                    });
                self.report(diagnostic);
                return None;
            }
        };
        let what = format!("the default of `{}`", param.name.text);
        let default = param.default.as_ref().map(|value| self.expect(value, &ty, &what));
        Some(ParameterBody { name: param.name.text.clone(), ty: kind, span: self.span(param.range), default })
    }
}
