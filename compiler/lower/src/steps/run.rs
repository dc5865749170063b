//! Actions: run, or told something.

use plan::{Binding, Call, Effect, EffectClass, NodeId, Retry, Work};
use semantics::model::{self, Step};

use super::Frontier;
use crate::lowering::Lowering;
use crate::rollout::timing;

impl Lowering<'_> {
    pub(super) fn run(&mut self, step: &Step, run: &model::Run, after: Frontier) -> NodeId {
        let id = self.step_id(&format!("run-{}", run.action));
        let effect = self.action(step, run);
        let node = self.outside(id, step, after, Work::Effect(effect));
        if let Some(name) = &run.binding {
            self.outputs.insert(name.clone(), node.clone());
        }
        node
    }

    /// Nothing fails because people could not be told.
    pub(super) fn notify(&mut self, step: &Step, run: &model::Run, after: Frontier) -> NodeId {
        let id = self.step_id(&format!("notify-{}", run.action));
        let effect = Effect { tolerated: true, ..self.action(step, run) };
        self.outside(id, step, after, Work::Effect(effect))
    }

    fn action(&mut self, step: &Step, run: &model::Run) -> Effect {
        let binding = Binding { provider: run.provider.to_string(), config: self.json(&run.config, step.span) };
        let limit = step.within_ms.map(|limit| self.milliseconds(limit, step.span));
        if timing::open_limit(&run.config) {
            self.unfit(step.span, "`within` of the action bounds it, so write it there, not as a parameter of the run");
        }
        let (timeout_ms, retry) = timing::action(&run.config, limit, step.retry.unwrap_or(0));
        Effect {
            call: Call::Act { action: run.action.to_string(), binding },
            class: class(run.class),
            timeout_ms,
            retry,
            tolerated: false,
        }
    }
}

fn class(class: model::EffectClass) -> EffectClass {
    match class {
        model::EffectClass::Idempotent => EffectClass::Idempotent,
        model::EffectClass::Probeable => EffectClass::Probeable,
        model::EffectClass::Once => EffectClass::Once,
    }
}

/// Attempts beyond the first, as a bound on all of them.
pub(crate) fn attempts(further: u32) -> u32 {
    further.saturating_add(1)
}

/// A bound that never waits longer than `backoff_max_ms` between two attempts.
pub(crate) fn retry(attempts: u32, backoff_ms: u64, backoff_max_ms: u64) -> Retry {
    Retry { attempts, backoff_ms: backoff_ms.min(backoff_max_ms), backoff_max_ms }
}
