//! Branches, loops unrolled, conditions settled where they can be.

use diagnostics::{Diagnostic, codes};
use smol_str::SmolStr;

use super::Evaluator;
use super::decision::Settled;
use crate::core::{Core, LoopBody, StepBody};
use crate::evaluate::display;
use crate::model::{Loop, Round, Step, StepKind, When};
use crate::types::DeclId;
use crate::value::Value;

impl Evaluator<'_> {
    pub(super) fn branches(&mut self, branches: &[StepBody]) -> Vec<Step> {
        branches.iter().flat_map(|branch| self.steps(std::slice::from_ref(branch))).collect()
    }

    pub(super) fn for_each(&mut self, body: &LoopBody) -> Option<Loop> {
        let LoopBody { binder, list, at_once, steps, on_failure } = body;
        let elements = match self.value(list) {
            Value::List(elements) => elements,
            other => return self.not_constant(list, &other),
        };
        let outer = self.locals.get(binder).cloned();
        let mut rounds: Vec<Round> = Vec::new();
        for element in elements {
            let label = label(&element)?;
            if rounds.iter().any(|round| round.label == label) {
                let message = format!("`{label}` stands twice in this list");
                let diagnostic = Diagnostic::error(codes::TWICE_IN_LOOP, list.span, message)
                    .note("each round of a loop is known by its element")
                    .help("keep one of them");
                self.report(diagnostic);
                return None;
            }
            self.locals.insert(binder.clone(), element);
            let (steps, on_failure) = (self.steps(steps), self.steps(on_failure));
            rounds.push(Round { label, steps, on_failure });
        }
        match outer {
            Some(value) => self.locals.insert(binder.clone(), value),
            None => self.locals.remove(binder),
        };
        Some(Loop { binder: binder.clone(), at_once: *at_once, rounds })
    }

    pub(super) fn when(&mut self, condition: &Core, then: &[StepBody], otherwise: &[StepBody]) -> Option<StepKind> {
        let settled = self.settle(condition);
        let (then, otherwise) = (self.steps(then), self.steps(otherwise));
        match settled? {
            Settled::Known(true) => Some(StepKind::Series(then)),
            Settled::Known(false) => Some(StepKind::Series(otherwise)),
            Settled::Open(condition) => Some(StepKind::When(When { condition, then, otherwise })),
        }
    }
}

/// What ids call a round; nothing for what was reported.
fn label(element: &Value) -> Option<SmolStr> {
    match element {
        Value::Error => None,
        Value::Entity(full) => Some(DeclId::of_full(full).name),
        other => Some(display::text(other).into()),
    }
}
