//! Steps made of other steps: branches, loops, conditions.

use diagnostics::{Diagnostic, codes};
use syntax::ast::{ForEach, Step, When};

use super::Elaborator;
use crate::core::{LoopBody, StepBody, StepKindBody};
use crate::types::Type;

impl Elaborator<'_> {
    /// Branches know nothing of each other's outputs.
    pub(super) fn branches(&mut self, branches: &[Step]) -> Vec<StepBody> {
        branches.iter().flat_map(|branch| self.steps(std::slice::from_ref(branch))).collect()
    }

    pub(super) fn for_each(&mut self, each: &ForEach, on_failure: Option<&[Step]>) -> Option<StepKindBody> {
        let (list, ty) = self.infer(&each.list);
        let element = match ty {
            Type::List(of) => *of,
            Type::Error => Type::Error,
            other => {
                let message = format!("`for` goes over a list, but this is {}", other.with_article());
                self.report(Diagnostic::error(codes::TYPE_MISMATCH, list.span, message));
                Type::Error
            }
        };
        let outside = self.scope();
        let binder = self.introduce(&each.binder, element);
        let steps = self.steps(&each.steps);
        let on_failure = on_failure.map_or_else(Vec::new, |steps| self.on_failure(steps));
        self.leave(outside);
        Some(StepKindBody::For(Box::new(LoopBody { binder, list, at_once: each.at_once, steps, on_failure })))
    }

    pub(super) fn when(&mut self, when: &When) -> StepKindBody {
        StepKindBody::When {
            condition: self.expect(&when.condition, &Type::Bool, "the condition"),
            then: self.steps(&when.then),
            otherwise: self.steps(&when.otherwise),
        }
    }
}
