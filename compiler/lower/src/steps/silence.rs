//! Silences: of steps that change one environment, whose alerts somebody keeps.

use diagnostics::{Diagnostic, codes};
use plan::Silence;
use semantics::model::{Environment, Step, StepKind};

use crate::lowering::Lowering;

impl Lowering<'_> {
    /// The silence of a step that has one.
    pub(super) fn silence(&mut self, step: &Step) -> Option<Silence> {
        let silence = step.silence.as_ref()?;
        let Some(environment) = changed_by(step) else {
            let message = "nothing is silenced here: the step does not change one environment";
            let diagnostic = Diagnostic::error(codes::MODIFIER_NOT_TAKEN, silence.span, message);
            self.report(diagnostic.help("say it of the rollout, exposure or migration that sets alerts off"));
            return None;
        };
        if environment.alerts.is_none() {
            let message = format!("nobody keeps the alerts of `{}`", environment.name);
            let diagnostic = Diagnostic::error(codes::NOBODY_KEEPS_ALERTS, silence.span, message)
                .also(environment.span, "`alerts` is missing here")
                .help("say who does: `alerts = Alertmanager { url = \"…\" }`");
            self.report(diagnostic);
            return None;
        }
        Some(Silence {
            environment: self.environment(environment),
            matching: silence.matching.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
            at_most_ms: self.milliseconds(silence.at_most_ms, silence.span),
        })
    }
}

/// The one environment that a step changes.
fn changed_by(step: &Step) -> Option<&Environment> {
    match &step.kind {
        StepKind::Rollout(rollout) => Some(&rollout.environment),
        StepKind::Together(together) => Some(&together.environment),
        StepKind::Expose(expose) => Some(&expose.environment),
        StepKind::Mirror(mirror) => Some(&mirror.environment),
        StepKind::Migrate(migrate) => Some(&migrate.environment),
        StepKind::Run(_) | StepKind::Notify(_) | StepKind::Check(_) | StepKind::Approval(_) => None,
        StepKind::Wait(_) | StepKind::Rollback(_) | StepKind::When(_) | StepKind::For(_) => None,
        StepKind::Parallel(_) | StepKind::Series(_) => None,
    }
}
