//! What stands behind a whole step: its deadline, its handler, and why the workflow goes on without it.

use plan::Scope;
use semantics::model::{Step, StepKind};

use crate::lowering::Lowering;

impl Lowering<'_> {
    /// Opens the scope of a step that needs one, and returns its key.
    pub(super) fn enter(&mut self, step: &Step) -> Option<String> {
        let deadline_ms = self.deadline(step);
        let silence = self.silence(step);
        let bare = step.on_failure.is_empty() && step.go_on.is_none() && step.runbook.is_none();
        if bare && deadline_ms.is_none() && silence.is_none() {
            return None;
        }
        let key = self.scope_key(step);
        let scope = Scope {
            within: self.scope.replace(key.clone()),
            deadline_ms,
            on_failure: Vec::new(),
            goes_on: step.go_on.as_ref().map(ToString::to_string),
            silence,
            runbook: step.runbook.as_ref().map(ToString::to_string),
        };
        self.place(format!("scope:{key}"), step.span);
        self.body.scopes.insert(key.clone(), scope);
        Some(key)
    }

    /// A step of one node is called like it, so that a modifier that is added changes no id.
    fn scope_key(&mut self, step: &Step) -> String {
        let name = name_of(step);
        match &step.kind {
            StepKind::Run(_) | StepKind::Notify(_) | StepKind::Approval(_) | StepKind::Wait(_) => self.next_id(&name),
            _ => self.scopes.tell_apart(&format!("{}/{name}", self.path)),
        }
    }

    /// Closes it: its handler comes last, because it may name what the step did.
    pub(super) fn leave(&mut self, step: &Step, key: Option<String>) {
        let Some(key) = key else { return };
        let handler = self.aside(&format!("{key}/on-failure"), &step.on_failure);
        if let Some(scope) = self.body.scopes.get_mut(&key) {
            scope.on_failure = handler;
            self.scope = scope.within.clone();
        }
    }

    /// The nodes of steps that stand beside the way forward, under a path of their own.
    pub(crate) fn aside(&mut self, path: &str, steps: &[Step]) -> Vec<plan::Node> {
        let forward = std::mem::take(&mut self.body.nodes);
        let outer = std::mem::replace(&mut self.path, path.to_owned());
        let (scope, conditions) = (self.scope.take(), std::mem::take(&mut self.conditions));
        self.steps(steps, Vec::new());
        (self.path, self.scope, self.conditions) = (outer, scope, conditions);
        std::mem::replace(&mut self.body.nodes, forward)
    }

    /// `within` of a step that does not bound its one effect or wait by itself.
    fn deadline(&mut self, step: &Step) -> Option<u64> {
        let within_ms = step.within_ms?;
        match &step.kind {
            StepKind::Run(_) | StepKind::Notify(_) | StepKind::Approval(_) => None,
            // Refused before.
            StepKind::Check(_) | StepKind::Wait(_) | StepKind::Mirror(_) => None,
            StepKind::Rollout(_) | StepKind::Expose(_) | StepKind::Together(_) => {
                Some(self.milliseconds(within_ms, step.span))
            }
            StepKind::Parallel(_) | StepKind::Series(_) | StepKind::For(_) | StepKind::When(_) => {
                Some(self.milliseconds(within_ms, step.span))
            }
            StepKind::Rollback(_) | StepKind::Migrate(_) => Some(self.milliseconds(within_ms, step.span)),
        }
    }
}

/// What a scope is called in ids.
fn name_of(step: &Step) -> String {
    match &step.kind {
        StepKind::Rollout(rollout) => format!("rollout-{}-to-{}", rollout.service.name, rollout.environment.name),
        StepKind::Run(run) => format!("run-{}", run.action),
        StepKind::Notify(run) => format!("notify-{}", run.action),
        StepKind::Check(check) => format!("check-{}", check.gate.name),
        StepKind::Approval(_) => "approval".to_owned(),
        StepKind::Wait(_) => "wait".to_owned(),
        StepKind::Expose(expose) => format!("expose-{}", expose.flag.name),
        StepKind::Mirror(mirror) => format!("mirror-{}", mirror.service.name),
        StepKind::Together(_) => "together".to_owned(),
        StepKind::Migrate(migrate) => format!("migrate-in-{}", migrate.environment.name),
        StepKind::Parallel(_) => "parallel".to_owned(),
        StepKind::Series(_) => "series".to_owned(),
        StepKind::For(each) => format!("for-{}", each.binder),
        StepKind::When(_) => "when".to_owned(),
        StepKind::Rollback(_) => "rollback".to_owned(),
    }
}
