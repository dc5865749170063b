//! Workflows: parameters that a run is started with, and steps.

use diagnostics::{Diagnostic, codes};
use syntax::ast::{Param, Workflow};

use super::Elaborator;
use crate::core::{Body, ParameterBody, WorkflowBody};
use crate::model::ParameterType;
use crate::types::Type;

impl Elaborator<'_> {
    pub(super) fn workflow(&mut self, workflow: &Workflow) -> Body {
        let parameters = workflow.params.iter().filter_map(|param| self.workflow_parameter(param)).collect();
        self.parameters(&workflow.params);
        if workflow.steps.is_empty() {
            let message = format!("workflow `{}` has no steps", workflow.name.text);
            let diagnostic = Diagnostic::error(codes::MISSING_CLAUSE, self.span(workflow.name.range), message);
            self.report(
                diagnostic.help("say what it does: `rollout … to … using …`, `run …`, `check …`, `approval …`"),
            );
        }
        let steps = self.steps(&workflow.steps);
        Body::Workflow(WorkflowBody { parameters, steps })
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
                let diagnostic = Diagnostic::error(codes::BAD_TYPE, self.span(param.ty.range), message)
                    .help("parameters of a workflow are Digest, String, Int, Bool or Duration");
                self.report(diagnostic);
                return None;
            }
        };
        let what = format!("the default of `{}`", param.name.text);
        let default = param.default.as_ref().map(|value| self.expect(value, &ty, &what));
        Some(ParameterBody { name: param.name.text.clone(), ty: kind, span: self.span(param.range), default })
    }
}
