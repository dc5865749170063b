//! Actions with their arguments, and what a rollback brings back.

use super::Evaluator;
use crate::core::{Body, Core, RunBody, StepBody};
use crate::model::{Rollback, Run};
use crate::queries::body::body_of;
use crate::queries::place::declared_at;
use crate::queries::signature::{Signature, signature_of};
use crate::queries::value::{Entity, entity_of};

impl Evaluator<'_> {
    pub(super) fn run(&mut self, run: &RunBody) -> Option<Run> {
        let (Body::Action(body), Signature::Callable { params, .. }) =
            (body_of(self.db, &run.action), signature_of(self.db, &run.action))
        else {
            return None;
        };
        let locals = self.bound(params, &body.defaults, &run.args);
        let outer = std::mem::replace(&mut self.locals, locals);
        let config = self.value(&body.runs);
        self.locals = outer;
        Some(Run {
            action: run.action.name.clone(),
            declared: declared_at(self.db, &run.action)?,
            class: body.class,
            provider: body.provider.clone(),
            config,
            binding: run.binding.clone(),
        })
    }

    pub(super) fn rollback(&mut self, step: &StepBody, target: &Core, environment: Option<&Core>) -> Option<Rollback> {
        let target_id = self.entity_id(target)?;
        let mut rollback = match entity_of(self.db, &target_id) {
            Entity::Service(service, _) => Rollback { service: Some(service.clone()), environment: None },
            Entity::Environment(_) => {
                Rollback { service: None, environment: Some(self.environment_at(step.span, target)?) }
            }
            _ => return None,
        };
        if let Some(environment) = environment {
            rollback.environment = Some(self.environment_at(step.span, environment)?);
        }
        Some(rollback)
    }
}
