//! Conditions on how things stand: every reading of the window must be within the limit, and one beyond it fails.

use plan::{Bound, Condition};

use super::condition::Subject;
use super::found::{Found, amount};
use crate::evidence::{Evidence, Unit, Verdict};
use crate::reading::{GaugeReading, MetricReading};
use crate::run::Run;
use crate::slots::SlotIndex;
use crate::state::Holding;

pub(super) fn found(subject: &Subject<'_>) -> Found {
    let now = match &subject.judged.seen {
        Some(MetricReading::Gauge(gauge)) => Some(*gauge),
        Some(_) | None => None,
    };
    let Some(all) = now.map(|now| subject.past.map_or(now, |past| past.with(&now))).or(subject.past) else {
        return Found::nothing(Unit::Number, "nothing was read");
    };
    let Some((limit, unit)) = limit(subject.condition) else {
        return Found::nothing(Unit::Number, "how things stand is compared with an amount only");
    };
    let verdict = match (is_beyond(subject.condition, &all), now) {
        (true, _) => Verdict::Fail,
        (false, Some(_)) => Verdict::Pass,
        (false, None) => return Found::nothing(unit, "nothing was read at this look"),
    };
    let worst = worst(subject.condition, &all);
    let found = Found::threshold(unit, worst, limit, verdict, "the worst reading of the window, without a level");
    Found { interval: (Some(all.least), Some(all.most)), ..found }
}

fn limit(condition: &Condition) -> Option<(f64, Unit)> {
    match &condition.bound {
        Bound::Limit(limit) => amount(limit),
        Bound::Against { .. } | Bound::Constant(_) | Bound::Beside { .. } => None,
    }
}

fn worst(condition: &Condition, seen: &GaugeReading) -> f64 {
    if condition.lower { seen.least } else { seen.most }
}

fn is_beyond(condition: &Condition, seen: &GaugeReading) -> bool {
    let worst = worst(condition, seen);
    limit(condition).is_some_and(|(limit, _)| if condition.lower { worst < limit } else { worst > limit })
}

/// Whether a look saw the first reading of the window beyond its limit: a run that is taken up must know of it.
pub(super) fn is_news(run: &Run, slot: SlotIndex, holding: &Holding, evidence: &Evidence) -> bool {
    let conditions = run.gate_of(slot).map(|(gate, _)| gate.conditions.as_slice()).unwrap_or_default();
    conditions.iter().zip(&evidence.conditions).any(|(condition, found)| match &found.judged.seen {
        Some(MetricReading::Gauge(now)) => {
            let known = holding.gauges.get(&condition.text);
            is_beyond(condition, now) && !known.is_some_and(|past| is_beyond(condition, past))
        }
        Some(_) | None => false,
    })
}

impl Holding {
    /// Keeps how gauges stood at a look.
    pub(crate) fn remember(&mut self, evidence: &Evidence) {
        for condition in &evidence.conditions {
            if let Some(MetricReading::Gauge(now)) = &condition.judged.seen {
                let past = self.gauges.get(&condition.text).copied();
                self.gauges.insert(condition.text.clone(), past.map_or(*now, |past| past.with(now)));
            }
        }
    }
}
