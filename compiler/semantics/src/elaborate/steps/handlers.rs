//! `on failure` and `finally`: what may be done when a way back is being taken, or the end is near.

use diagnostics::{Diagnostic, codes};
use syntax::ast::{Step, StepKind};

use super::Elaborator;
use crate::core::StepBody;

impl Elaborator<'_> {
    /// The steps of `on failure`.
    pub(super) fn on_failure(&mut self, steps: &[Step]) -> Vec<StepBody> {
        self.fit_for(steps, "on failure");
        self.steps(steps)
    }

    /// The steps of `finally`, where it ends the workflow.
    pub(in crate::elaborate) fn finally(&mut self, steps: &[Step]) -> Vec<StepBody> {
        self.fit_for(steps, "finally");
        self.steps(steps)
    }

    pub(super) fn misplaced_finally(&mut self, step: &Step) {
        let message = "`finally` is the end of a workflow";
        let diagnostic = Diagnostic::error(codes::MISPLACED_FINALLY, self.span(step.range), message)
            .help("move it behind the last step of the workflow; there is one `finally` for all of them");
        self.report(diagnostic);
    }

    /// Reports what would need a way back of its own.
    fn fit_for(&mut self, steps: &[Step], place: &str) {
        for step in steps {
            if let Some(verb) = with_a_way_back(&step.kind) {
                let message =
                    format!("`{verb}` cannot stand in `{place}`: if it failed, it would need a way back of its own");
                let diagnostic = Diagnostic::error(codes::UNFIT_HANDLER, self.span(step.range), message)
                    .help("run an action, notify, wait, ask for an approval, check a gate or roll back there");
                self.report(diagnostic);
            }
            if step.modifiers.on_failure.is_some() {
                let message = format!("a step in `{place}` has no handler of its own");
                let diagnostic = Diagnostic::error(codes::UNFIT_HANDLER, self.span(step.range), message)
                    .help("say `retry N times`, or `on failure continue because \"...\"`");
                self.report(diagnostic);
            }
            inner(&step.kind).into_iter().for_each(|steps| self.fit_for(steps, place));
        }
    }
}

fn with_a_way_back(kind: &StepKind) -> Option<&'static str> {
    match kind {
        StepKind::Rollout(_) => Some("rollout"),
        StepKind::Migrate(_) => Some("migrate"),
        StepKind::Together(_) => Some("together"),
        StepKind::Mirror(_) => Some("mirror"),
        StepKind::Expose(_) => Some("expose"),
        StepKind::Run(_) | StepKind::Check(_) | StepKind::Approval(_) | StepKind::Wait(_) => None,
        StepKind::Notify(_) | StepKind::Rollback(_) => None,
        StepKind::Parallel(_) | StepKind::Series(_) | StepKind::For(_) | StepKind::When(_) => None,
        // What is misplaced is said elsewhere.
        StepKind::Finally(_) | StepKind::Accept(_) | StepKind::Error => None,
    }
}

/// The lists of steps inside a step, modifiers not counted.
fn inner(kind: &StepKind) -> Vec<&[Step]> {
    match kind {
        StepKind::Parallel(steps) | StepKind::Series(steps) | StepKind::Finally(steps) => vec![steps],
        StepKind::For(each) => vec![&each.steps],
        StepKind::When(when) => vec![&when.then, &when.otherwise],
        StepKind::Rollout(_) | StepKind::Migrate(_) | StepKind::Run(_) | StepKind::Check(_) => Vec::new(),
        StepKind::Approval(_) | StepKind::Wait(_) | StepKind::Expose(_) | StepKind::Mirror(_) => Vec::new(),
        StepKind::Notify(_) | StepKind::Together(_) | StepKind::Rollback(_) => Vec::new(),
        StepKind::Accept(_) | StepKind::Error => Vec::new(),
    }
}
