//! The stages of a rollout with what is known of each: its hold, its gate, its part of the requests.

use plan::{Arm, Gate, Guard, Hold, Place, Plan, Rollout, Stage, Traffic, Work};

use crate::index::Index;

/// A stage of a rollout.
pub(crate) struct Facts<'p> {
    pub(crate) stage: &'p Stage,
    pub(crate) place: Option<&'p Place>,
    pub(crate) hold_ms: u64,
    pub(crate) guard: Option<Guarded<'p>>,
    pub(crate) traffic: Option<Traffic>,
}

/// The gate of a stage.
#[derive(Clone, Copy)]
pub(crate) struct Guarded<'p> {
    pub(crate) guard: &'p Guard,
    pub(crate) gate: &'p Gate,
}

impl<'p> Facts<'p> {
    /// The stages of a rollout, in order.
    pub(crate) fn all(index: &Index<'p>, key: &str, rollout: &'p Rollout) -> Vec<Self> {
        let stages = (0..).zip(&rollout.stages);
        stages.map(|(number, stage)| Self::of(index, key, rollout, number, stage)).collect()
    }

    fn of(index: &Index<'p>, key: &str, rollout: &Rollout, number: u32, stage: &'p Stage) -> Self {
        let plan = index.plan;
        let own = index.nodes(key, number);
        let place = own.first().and_then(|node| plan.source_map.get(&node.id.0));
        let hold = own.iter().find_map(|node| match &node.work {
            Work::Hold(hold) => Some(hold),
            _ => None,
        });
        Self {
            stage,
            place,
            hold_ms: hold.map_or(0, |hold| hold.duration_ms),
            guard: hold.and_then(|hold| guarded(plan, hold)),
            // Of a part of the users nobody declared how many requests it sends.
            traffic: rollout.traffic.filter(|_| stage.cohort.is_none()),
        }
    }

    /// The part of the requests that the new release answers, with copies as requests that do no harm.
    pub(crate) fn weight(&self) -> f64 {
        self.stage.weight.to_f64()
    }

    /// The judged arm's part of the requests.
    pub(crate) fn judged_share(&self, arm: Arm) -> f64 {
        match arm {
            Arm::Canary | Arm::Baseline => self.weight(),
            Arm::Shadow => self.stage.mirror.unwrap_or(self.stage.weight).to_f64(),
            Arm::Stable | Arm::Previous => self.stage.weight.rest().to_f64(),
            Arm::Service => 1.0,
        }
    }

    /// Milliseconds at the end of which the stage is over without a person, and whether there is such an end.
    pub(crate) fn ends_ms(&self) -> (u64, bool) {
        let Some(Guarded { gate, .. }) = self.guard else { return (self.hold_ms, false) };
        let ends = self.hold_ms.saturating_add(gate.inconclusive.extend_ms);
        (ends, gate.inconclusive.then == plan::Undecided::Rollback)
    }
}

fn guarded<'p>(plan: &'p Plan, hold: &'p Hold) -> Option<Guarded<'p>> {
    let guard = hold.guard.as_ref()?;
    Some(Guarded { guard, gate: plan.body.gates.get(&guard.gate)? })
}
