//! The way back: capacity of the release that ran first, then all traffic to it, then the incoming one stops.
//!
//! Every step is repeatable and right in every state of the rollout, so one list serves all stages, and trying
//! it again after a crash is safe.

use plan::{Call, Effect, EffectClass, NodeId, RecoveryStep, Share, Which};

use super::{Layout, timing};
use crate::lowering::Lowering;

impl Lowering<'_> {
    /// The steps back of a rollout.
    pub(super) fn recovery(&mut self, layout: &Layout<'_>) -> Vec<RecoveryStep> {
        let ensure = Call::Ensure { release: Which::Running, instances: layout.replicas };
        let shift = Call::Shift { weights: vec![(Which::Running, Share::ALL)], running_at_most: None, cohort: None };
        let stop = Call::Stop { release: Which::Incoming, keep: 0 };
        // What never runs twice goes before the other comes back.
        let stop = self.step_back(layout, "back/stop", stop, layout.timing.stop_ms);
        let never_twice = layout.model.strategy.stages.iter().any(|stage| stage.after_stop);
        let (first, last) = if never_twice { (Some(stop), None) } else { (None, Some(stop)) };
        let mut steps: Vec<RecoveryStep> = first.into_iter().collect();
        steps.push(self.step_back(layout, "back/ensure", ensure, layout.timing.start_ms));
        if layout.routed() {
            steps.push(self.step_back(layout, "back/shift", shift, timing::SHIFT_MS));
        }
        steps.extend(last);
        steps
    }

    fn step_back(&mut self, layout: &Layout<'_>, name: &str, call: Call, timeout_ms: u64) -> RecoveryStep {
        let id = layout.id(&self.path, name);
        self.place(id.clone(), layout.step.span);
        let effect = Effect { call, class: EffectClass::Idempotent, timeout_ms, retry: timing::BACK, tolerated: false };
        RecoveryStep { id: NodeId(id), effect }
    }
}
