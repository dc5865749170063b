//! The stages of a rollout: instances first, then traffic, then what may go, then the time it is held.

use diagnostics::{Diagnostic, codes};
use plan::{Guard, Hold, NodeId, Share, Stage, Subject, Which, Work};
use semantics::model::{self, Instances};

use super::Layout;
use crate::lowering::Lowering;
use crate::names::Repeats;

/// A stage on its way into the plan.
struct Lowered<'m> {
    index: u32,
    label: String,
    weight: Share,
    model: &'m model::Stage,
}

impl Lowering<'_> {
    /// Adds the nodes of every stage behind `last`; returns the stages and the last node.
    pub(super) fn stages(&mut self, layout: &Layout<'_>, mut last: NodeId) -> (Vec<Stage>, NodeId) {
        let mut labels = Repeats::default();
        let mut stages = Vec::new();
        let mut kept = layout.replicas;
        for (index, model) in (0..).zip(&layout.model.strategy.stages) {
            let weight = self.share(model.weight, model.span);
            let stage = Lowered { index, label: labels.tell_apart(&weight.to_string()), weight, model };
            last = self.start(layout, &stage, last);
            let keep = self.keeps(layout, &stage).filter(|keep| *keep < kept);
            kept = keep.unwrap_or(kept);
            last = self.shift(layout, &stage, (kept < layout.replicas).then_some(kept), last);
            last = self.keep(layout, &stage, keep, last);
            last = self.hold(layout, &stage, last);
            stages.push(Stage { label: stage.label, weight });
        }
        (stages, last)
    }

    fn start(&mut self, layout: &Layout<'_>, stage: &Lowered<'_>, last: NodeId) -> NodeId {
        let span = stage.model.span;
        let instances = match stage.model.instances {
            Instances::ByWeight => stage.weight.of_replicas(layout.replicas),
            Instances::Count(count) => self.count(count, 0, "instances", span),
            Instances::Share(ratio) => self.share(ratio, span).of_replicas(layout.replicas),
        };
        self.in_stage(layout, stage, "start", last, layout.ensure(Which::Incoming, instances))
    }

    /// Traffic leaves the instances that are about to stop before they do.
    fn shift(&mut self, layout: &Layout<'_>, stage: &Lowered<'_>, at_most: Option<u32>, last: NodeId) -> NodeId {
        if !layout.routed() {
            self.only_whole(layout, stage);
            return last;
        }
        let weights = [(Which::Incoming, stage.weight), (Which::Running, stage.weight.rest())];
        let weights: Vec<_> = weights.into_iter().filter(|(_, share)| *share != Share::NONE).collect();
        let at_most = at_most.filter(|_| weights.iter().any(|(which, _)| *which == Which::Running));
        self.in_stage(layout, stage, "shift", last, layout.shift(weights, at_most))
    }

    /// Without a traffic provider nothing divides the requests, so a stage has all of them.
    fn only_whole(&mut self, layout: &Layout<'_>, stage: &Lowered<'_>) {
        if stage.weight == Share::ALL {
            return;
        }
        let environment = &layout.model.environment;
        let message = format!("`{}` has no traffic provider, so no stage can have {}", environment.name, stage.label);
        self.report(
            Diagnostic::error(codes::NO_TRAFFIC_PROVIDER, layout.step.span, message)
                .also(stage.model.span, "this stage divides the traffic")
                .also(environment.span, "this environment binds no `traffic`")
                .help("bind one (`traffic = Proxy { listen = … }`), or use a strategy of 100 % stages"),
        );
    }

    /// How many instances of the running release a stage wants to stay.
    fn keeps(&mut self, layout: &Layout<'_>, stage: &Lowered<'_>) -> Option<u32> {
        let keeping = stage.model.keeping?;
        Some(self.share(keeping, stage.model.span).of_replicas(layout.replicas))
    }

    fn keep(&mut self, layout: &Layout<'_>, stage: &Lowered<'_>, keep: Option<u32>, last: NodeId) -> NodeId {
        let Some(keep) = keep else { return last };
        self.in_stage(layout, stage, "keep", last, layout.stop(Which::Running, keep))
    }

    fn hold(&mut self, layout: &Layout<'_>, stage: &Lowered<'_>, last: NodeId) -> NodeId {
        let duration_ms = self.milliseconds(stage.model.hold_ms, stage.model.span);
        let guard = stage.model.guard.as_ref().map(|gate| Guard {
            gate: self.gate(gate),
            continuous: true,
            shares: shares(&layout.model.strategy, gate),
        });
        if duration_ms == 0 && guard.is_none() {
            return last;
        }
        let hold = Hold { subject: Subject::Rollout, duration_ms, guard };
        self.in_stage(layout, stage, "hold", last, Work::Hold(hold))
    }

    fn in_stage(&mut self, layout: &Layout<'_>, stage: &Lowered<'_>, name: &str, last: NodeId, work: Work) -> NodeId {
        self.add(layout, &format!("{}/{name}", stage.label), Some(stage.index), Some(last), work)
    }
}

/// How many judgements share the gate's level in one rollout: its holds times its conditions (Bonferroni).
fn shares(strategy: &model::Strategy, gate: &model::Gate) -> u32 {
    let guards = strategy.stages.iter().filter_map(|stage| stage.guard.as_ref());
    let holds = guards.filter(|guard| guard.span == gate.span).count();
    u32::try_from(holds * gate.conditions.len()).unwrap_or(u32::MAX).max(1)
}
