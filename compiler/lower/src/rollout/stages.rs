//! The stages of a rollout: instances first, then traffic, then what may go, then the time it is held.

use diagnostics::{Diagnostic, codes};
use plan::{Guard, Hold, NodeId, Pause, Share, Stage, Subject, Which, Work};
use semantics::model::{self, Instances};

use super::Layout;
use super::batches::{Batch, Bounds, Held, batches};
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
        let mut held = Held { incoming: 0, running: layout.replicas };
        for (index, model) in (0..).zip(&layout.model.strategy.stages) {
            let weight = self.share(model.weight, model.span);
            let label = match model.mirror {
                Some(share) => format!("mirror {}", self.share(share, model.span)),
                None => weight.to_string(),
            };
            let stage = Lowered { index, label: labels.tell_apart(&label), weight, model };
            last = if in_place(model) {
                self.replace(layout, &stage, &mut held, last)
            } else {
                self.stand_beside(layout, &stage, &mut held, last)
            };
            last = self.hold(layout, &stage, last);
            stages.push(self.particulars(stage));
        }
        (stages, last)
    }

    fn particulars(&mut self, stage: Lowered<'_>) -> Stage {
        let Lowered { label, weight, model, .. } = stage;
        let mut share = |share: Option<rust_decimal::Decimal>| share.map(|share| self.share(share, model.span));
        let (mirror, keeping) = (share(model.mirror), share(model.keeping));
        let (surge, unavailable) = (share(model.surge), share(model.unavailable));
        let pause = model.pause.as_ref().map(|pause| self.pause(pause));
        let mut value = |value: &Option<_>| value.as_ref().map(|value| self.json(value, model.span));
        let (cohort, sticky) = (value(&model.cohort), value(&model.sticky));
        let after_stop = model.after_stop;
        Stage { mirror, keeping, surge, unavailable, pause, cohort, sticky, after_stop, ..Stage::new(label, weight) }
    }

    pub(crate) fn pause(&mut self, pause: &model::Pause) -> Pause {
        Pause { metric: self.metric(&pause.metric), text: pause.text.to_string() }
    }

    /// The incoming release's instances come beside those of the running one.
    fn stand_beside(&mut self, layout: &Layout<'_>, stage: &Lowered<'_>, held: &mut Held, mut last: NodeId) -> NodeId {
        let keep = self.keeps(layout, stage).filter(|keep| *keep < held.running);
        if stage.model.after_stop {
            let keep = keep.unwrap_or(0);
            last = self.in_stage(layout, stage, "stop", last, layout.stop(Which::Running, keep));
            held.running = keep;
        }
        let instances = self.instances(layout, stage);
        held.incoming = held.incoming.max(instances);
        last = self.in_stage(layout, stage, "start", last, layout.ensure(Which::Incoming, instances));
        held.running = keep.unwrap_or(held.running);
        let at_most = (held.running < layout.replicas).then_some(held.running);
        last = self.shift(layout, stage, "shift", stage.weight, at_most, last);
        if stage.model.after_stop { last } else { self.keep(layout, stage, keep, last) }
    }

    /// The running release's instances are replaced in batches, and traffic follows the instances.
    fn replace(&mut self, layout: &Layout<'_>, stage: &Lowered<'_>, held: &mut Held, mut last: NodeId) -> NodeId {
        let instances = self.instances(layout, stage);
        let keep = self.keeps(layout, stage).unwrap_or(layout.replicas.saturating_sub(instances));
        let to = Held { incoming: instances.max(held.incoming), running: keep.min(held.running) };
        let bounds = self.bounds(layout, stage);
        let Some(found) = batches(*held, to, bounds) else {
            self.nothing_happens(layout, stage);
            return last;
        };
        let mut names = Repeats::default();
        let ends_with_a_start = matches!(found.last(), Some(Batch::Start(_)) | None);
        for batch in found {
            match batch {
                Batch::Start(instances) => {
                    let name = names.tell_apart("start");
                    last = self.in_stage(layout, stage, &name, last, layout.ensure(Which::Incoming, instances));
                    held.incoming = instances;
                }
                Batch::Stop(keep) => {
                    held.running = keep;
                    let weight = follows(*held, stage.weight);
                    last = self.shift(layout, stage, &names.tell_apart("shift"), weight, Some(keep), last);
                    let name = names.tell_apart("keep");
                    last = self.in_stage(layout, stage, &name, last, layout.stop(Which::Running, keep));
                }
            }
        }
        // What has just started gets requests only by a shift.
        if !ends_with_a_start && follows(*held, stage.weight) == stage.weight {
            return last;
        }
        let name = names.tell_apart("shift");
        let at_most = (held.running < layout.replicas).then_some(held.running);
        self.shift(layout, stage, &name, stage.weight, at_most, last)
    }

    /// Rounded so that no bound is ever passed.
    fn bounds(&mut self, layout: &Layout<'_>, stage: &Lowered<'_>) -> Bounds {
        let mut part = |share: Option<rust_decimal::Decimal>| {
            let share = share.map_or(Share::NONE, |share| self.share(share, stage.model.span));
            layout.replicas - share.rest().of_replicas(layout.replicas)
        };
        let (surge, missing) = (part(stage.model.surge), part(stage.model.unavailable));
        Bounds { most: layout.replicas.saturating_add(surge), least: layout.replicas - missing }
    }

    fn nothing_happens(&mut self, layout: &Layout<'_>, stage: &Lowered<'_>) {
        let message = format!("of {} replicas nothing can be replaced within these bounds", layout.replicas);
        self.report(
            Diagnostic::error(codes::NO_BATCH, layout.step.span, message)
                .also(stage.model.span, "this stage replaces in place")
                .help("allow a larger `surge` or `unavailable`: of either at least one instance"),
        );
    }

    fn instances(&mut self, layout: &Layout<'_>, stage: &Lowered<'_>) -> u32 {
        let span = stage.model.span;
        match stage.model.instances {
            Instances::ByWeight => {
                let share = stage.model.mirror.map_or(stage.weight, |share| self.share(share, span));
                share.of_replicas(layout.replicas)
            }
            Instances::Count(count) => self.count(count, 0, "instances", span),
            Instances::Share(ratio) => self.share(ratio, span).of_replicas(layout.replicas),
        }
    }

    /// Traffic leaves the instances that are about to stop before they do.
    fn shift(
        &mut self,
        layout: &Layout<'_>,
        stage: &Lowered<'_>,
        name: &str,
        weight: Share,
        at_most: Option<u32>,
        last: NodeId,
    ) -> NodeId {
        if !layout.routed() {
            self.only_whole(layout, stage);
            return last;
        }
        let weights = [(Which::Incoming, weight), (Which::Running, weight.rest())];
        let weights: Vec<_> = weights.into_iter().filter(|(_, share)| *share != Share::NONE).collect();
        let at_most = at_most.filter(|_| weights.iter().any(|(which, _)| *which == Which::Running));
        let cohort = stage.model.cohort.as_ref().map(|cohort| self.json(cohort, stage.model.span));
        self.in_stage(layout, stage, name, last, layout.shift(weights, at_most, cohort))
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

/// Whether a stage replaces instances instead of adding some beside them.
fn in_place(stage: &model::Stage) -> bool {
    stage.surge.is_some() || stage.unavailable.is_some()
}

/// The share that follows the instances, at most that of the stage; all of it when no other instance is left.
fn follows(held: Held, weight: Share) -> Share {
    if held.running == 0 {
        return weight;
    }
    let (incoming, all) = (u64::from(held.incoming), u64::from(held.incoming) + u64::from(held.running));
    let points = u32::try_from(incoming * u64::from(Share::ALL.basis_points()) / all).unwrap_or(u32::MAX);
    Share::from_basis_points(points.min(weight.basis_points())).unwrap_or(weight)
}

/// How many judgements share the gate's level in one rollout: its holds times its conditions (Bonferroni).
fn shares(strategy: &model::Strategy, gate: &model::Gate) -> u32 {
    let guards = strategy.stages.iter().filter_map(|stage| stage.guard.as_ref());
    let holds = guards.filter(|guard| guard.span == gate.span).count();
    u32::try_from(holds * gate.conditions.len()).unwrap_or(u32::MAX).max(1)
}
