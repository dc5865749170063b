//! One rollout: what it does stage by stage, and the one list of steps that brings it back from any of them.

mod back;
mod batches;
mod release;
mod stages;
pub(crate) mod timing;

use plan::{Call, Effect, EffectClass, Exact, NodeId, Retry, Rollout, Share, Traffic, Which, Work};
use semantics::model::{self, Arm, Step};
use serde_json::Value as Json;

use crate::lowering::{At, Lowering};
use crate::steps::Frontier;
use timing::Timing;

/// What the nodes of one rollout share.
struct Layout<'m> {
    step: &'m Step,
    model: &'m model::Rollout,
    /// The rollout's key in the body, also part of every id.
    key: String,
    replicas: u32,
    timing: Timing,
    retry: Retry,
}

impl Lowering<'_> {
    /// Adds a rollout behind `last` and returns the node that the next step waits for.
    pub(crate) fn rollout(&mut self, step: &Step, model: &model::Rollout, after: Frontier) -> Frontier {
        let (service, environment) = self.placed(&model.service, &model.environment);
        let layout = Layout {
            step,
            model,
            key: self.rollouts.tell_apart(&format!("{service}-to-{environment}")),
            replicas: self.replicas(model),
            timing: Timing::of(&model.service.runs),
            retry: timing::forward(step.retry),
        };
        let (artifact, overrides) = self.release(&model.release, step.span);
        let begin = self.add(&layout, "begin", None, after, Work::Begin);
        let running = layout.ensure(Which::Running, layout.replicas);
        let mut last = self.add(&layout, "running/ensure", None, Some(begin), running);
        let (stages, nodes_after) = self.stages(&layout, last);
        last = self.add(&layout, "finish", None, Some(nodes_after), Work::Finish);
        last = self.retire(&layout, last);
        let rollout = Rollout {
            environment,
            service,
            artifact,
            overrides,
            replicas: layout.replicas,
            traffic: traffic(model),
            may_spend: step.may_spend.map(|limit| Exact::new(limit.share)),
            strategy: model.strategy.name.to_string(),
            needs_running: needs_running(&model.strategy),
            stages,
            recovery: self.recovery(&layout),
        };
        if let Some(limit) = step.may_spend {
            self.place(format!("spend:{}", layout.key), limit.span);
        }
        self.rolled_out.push(layout.key.clone());
        self.body.rollouts.insert(layout.key, rollout);
        vec![last]
    }

    fn replicas(&mut self, model: &model::Rollout) -> u32 {
        let bind = model.environment.binds.iter().find(|bind| bind.service == model.service.name);
        bind.map_or(1, |bind| self.count(bind.replicas, 1, "replicas", bind.span))
    }

    /// Beyond the point of no return: the release that ran before is drained and stopped.
    fn retire(&mut self, layout: &Layout<'_>, after: NodeId) -> NodeId {
        let at = At { span: layout.step.span, rollout: Some(&layout.key), stage: None, past_return: true };
        let id = layout.id(&self.path, "retire");
        self.node(id, Some(after), &at, layout.stop(Which::Running, 0))
    }

    fn add(
        &mut self,
        layout: &Layout<'_>,
        name: &str,
        stage: Option<u32>,
        after: impl IntoIterator<Item = NodeId>,
        work: Work,
    ) -> NodeId {
        let stages = &layout.model.strategy.stages;
        let in_stage = stage.and_then(|stage| stages.get(stage as usize));
        let span = in_stage.map_or(layout.step.span, |stage| stage.span);
        let at = At { span, rollout: Some(&layout.key), stage, past_return: false };
        self.node(layout.id(&self.path, name), after, &at, work)
    }
}

impl Layout<'_> {
    fn id(&self, path: &str, name: &str) -> String {
        format!("{path}/{}/{name}", self.key)
    }

    fn routed(&self) -> bool {
        self.model.environment.traffic.is_some()
    }

    fn ensure(&self, release: Which, instances: u32) -> Work {
        self.effect(Call::Ensure { release, instances }, self.timing.start_ms)
    }

    fn stop(&self, release: Which, keep: u32) -> Work {
        self.effect(Call::Stop { release, keep }, self.timing.stop_ms)
    }

    fn shift(&self, weights: Vec<(Which, Share)>, running_at_most: Option<u32>, cohort: Option<Json>) -> Work {
        self.effect(Call::Shift { weights, running_at_most, cohort }, timing::SHIFT_MS)
    }

    fn effect(&self, call: Call, timeout_ms: u64) -> Work {
        Work::Effect(Effect { call, class: EffectClass::Idempotent, timeout_ms, retry: self.retry, tolerated: false })
    }
}

/// The requests that are declared for the service there.
fn traffic(model: &model::Rollout) -> Option<Traffic> {
    let bind = model.environment.binds.iter().find(|bind| bind.service == model.service.name)?;
    bind.traffic.map(|(least, most)| Traffic { least: Exact::new(least), most: Exact::new(most) })
}

/// A stage below 100 % leaves the rest to a release that runs, and a comparison needs one to compare with.
fn needs_running(strategy: &model::Strategy) -> bool {
    strategy.stages.iter().any(|stage| {
        let compared = stage.guard.as_ref().is_some_and(|gate| gate.against.is_some() || gate.arm == Arm::Shadow);
        compared || stage.cohort.is_some() || stage.weight < rust_decimal::Decimal::ONE
    })
}
