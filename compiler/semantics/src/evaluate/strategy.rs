//! Strategies unrolled: arguments applied, loops run, stages typed.

use std::sync::Arc;

use diagnostics::{Diagnostic, Span, codes};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::Evaluator;
use crate::core::Body;
use crate::core::{Core, CoreKind, InstancesBody, Named, OneStage, PauseBody, StageBody};
use crate::model::{Gate, Instances, Pause, Stage, Strategy};
use crate::queries::body::body_of;
use crate::queries::signature::{Signature, signature_of};
use crate::queries::value::{Entity, entity_of};
use crate::types::{DeclId, Type};
use crate::value::Value;

/// Stages that one strategy may unroll to.
const STAGES_MAX: usize = 1_000;
/// Instances that one stage may ask for.
const INSTANCES_MAX: i64 = 10_000;

impl Evaluator<'_> {
    /// The stages of a strategy with its arguments; nothing if something was reported.
    pub(super) fn strategy(&mut self, at: Span, id: &DeclId, args: &Named) -> Option<Strategy> {
        let (Body::Strategy(body), Signature::Callable { params, .. }) =
            (body_of(self.db, id), signature_of(self.db, id))
        else {
            return None;
        };
        let is_gate = |name: &SmolStr| params.iter().any(|slot| slot.name == *name && matches!(slot.ty, Type::Gate(_)));
        let (gates, values): (Named, Named) = args.iter().cloned().partition(|(name, _)| is_gate(name));
        let locals = self.bound(params, &body.defaults, &values);
        let defaults = body.defaults.iter().filter(|default| is_gate(&default.name));
        let defaults = defaults.map(|default| (default.name.clone(), default.value.clone()));
        // Those that are given come later and win.
        let gates = defaults.chain(gates);
        self.gates = gates.filter_map(|(name, core)| named_gate(&core).map(|id| (name, id))).collect();
        let outer = std::mem::replace(&mut self.locals, locals);
        let via = self.via.replace(at);
        let mut stages = Vec::new();
        let guard = self.guard(body.guard.as_ref());
        let whole = guard.and_then(|guard| {
            let all = self.unroll(&body.stages, guard.as_ref(), &mut stages);
            all.then_some(())
        });
        self.locals = outer;
        self.via = via;
        self.gates.clear();
        whole?;
        Some(Strategy { name: id.name.clone(), span: at, stages })
    }

    /// Whether every stage could be read.
    fn unroll(&mut self, bodies: &[StageBody], guard: Option<&Arc<Gate>>, into: &mut Vec<Stage>) -> bool {
        // The first that cannot be read ends it: those after it would only be wrong in its wake.
        bodies.iter().all(|body| self.unroll_one(body, guard, into))
    }

    fn unroll_one(&mut self, body: &StageBody, guard: Option<&Arc<Gate>>, into: &mut Vec<Stage>) -> bool {
        match body {
            StageBody::Stage(stage) => {
                if into.len() >= STAGES_MAX {
                    if into.len() == STAGES_MAX {
                        let message = format!("this strategy has more than {STAGES_MAX} stages");
                        self.report(Diagnostic::error(codes::OUT_OF_FUEL, stage.weight.span, message));
                    }
                    return false;
                }
                let stage = self.stage(stage, guard);
                let read = stage.is_some();
                into.extend(stage);
                read
            }
            StageBody::For { binder, list, stages } => {
                let elements = match self.value(list) {
                    Value::List(elements) => elements,
                    other => return self.not_constant::<()>(list, &other).is_some(),
                };
                let outer = self.locals.get(binder).cloned();
                let mut all = true;
                for element in elements {
                    self.locals.insert(binder.clone(), element);
                    all &= self.unroll(stages, guard, into);
                    if !all {
                        break;
                    }
                }
                match outer {
                    Some(value) => self.locals.insert(binder.clone(), value),
                    None => self.locals.remove(binder),
                };
                all
            }
        }
    }

    fn stage(&mut self, body: &OneStage, inherited: Option<&Arc<Gate>>) -> Option<Stage> {
        let share = self.share(&body.weight, if body.mirrored { "`mirror`" } else { "a weight" });
        let (weight, mirror) = if body.mirrored { (Some(Decimal::ZERO), Some(share?)) } else { (share, None) };
        let instances = match &body.instances {
            None => Some(Instances::ByWeight),
            Some(InstancesBody::Count(core)) => {
                self.int(core, "a number of instances", 1, INSTANCES_MAX).map(Instances::Count)
            }
            Some(InstancesBody::Share(core)) => self.share(core, "a share of the replicas").map(Instances::Share),
        };
        let keeping = match &body.keeping {
            Some(core) => Some(self.share(core, "`keeping`")?),
            None => None,
        };
        let hold_ms = match &body.hold {
            Some(core) => self.period(core, "a hold"),
            None => Some(0),
        };
        let cohort = self.constant_value(body.cohort.as_ref())?;
        let sticky = self.constant_value(body.sticky.as_ref())?;
        let surge = self.optional_share(body.surge.as_ref(), "`surge`")?;
        let unavailable = self.optional_share(body.unavailable.as_ref(), "`unavailable`")?;
        let pause = match &body.pause {
            Some(pause) => Some(self.pause(pause)?),
            None => None,
        };
        let own = self.guard(body.guard.as_ref())?;
        let guard = own.or_else(|| inherited.cloned());
        let span = body.weight.span;
        Some(Stage {
            span,
            weight: weight?,
            mirror,
            cohort,
            sticky,
            instances: instances?,
            keeping,
            surge,
            unavailable,
            after_stop: body.after_stop.is_some(),
            hold_ms: hold_ms?,
            guard,
            pause,
        })
    }

    /// The inner option is empty where none is written, the outer where it was reported.
    fn constant_value(&mut self, core: Option<&Core>) -> Option<Option<Value>> {
        let Some(core) = core else { return Some(None) };
        match self.value(core) {
            other @ (Value::Parameter(_) | Value::Error) => self.not_constant(core, &other),
            value => Some(Some(value)),
        }
    }

    fn optional_share(&mut self, core: Option<&Core>, what: &str) -> Option<Option<Decimal>> {
        match core {
            Some(core) => Some(Some(self.share(core, what)?)),
            None => Some(None),
        }
    }

    fn pause(&mut self, body: &PauseBody) -> Option<Pause> {
        let Entity::Metric(metric) = entity_of(self.db, &body.metric) else { return None };
        let text = self.pause_text(metric, body.op, &body.limit)?;
        Some(Pause { span: body.span, metric: metric.clone(), text })
    }

    /// The inner option is empty where none is written, the outer where it was reported.
    pub(super) fn guard(&self, core: Option<&Core>) -> Option<Option<Arc<Gate>>> {
        let Some(core) = core else { return Some(None) };
        let id = match &core.kind {
            CoreKind::Gate(id) => id,
            CoreKind::Local(name) => self.gates.get(name)?,
            _ => return None,
        };
        match entity_of(self.db, id) {
            Entity::Gate(gate) => Some(Some(gate.clone())),
            _ => None,
        }
    }
}

fn named_gate(core: &Core) -> Option<DeclId> {
    match &core.kind {
        CoreKind::Gate(id) => Some(id.clone()),
        _ => None,
    }
}
