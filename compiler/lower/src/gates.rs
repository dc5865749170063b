//! Gates and the metrics they read: into the body when something is guarded by them, once each.

use plan::{Arm, Bound, Condition, Exact, Gate, Inconclusive, Metric, MetricKind, Reading, Undecided};
use semantics::model;

use crate::lowering::Lowering;
use crate::values::WHOLE_MAX;

impl Lowering<'_> {
    /// The key of a gate.
    pub(crate) fn gate(&mut self, gate: &model::Gate) -> String {
        let (key, new) = self.gates.key(&gate.name, gate.span);
        if new {
            self.place(format!("gate:{key}"), gate.span);
            let conditions = gate.conditions.iter().enumerate().map(|(index, condition)| {
                self.place(format!("gate:{key}/{index}"), condition.span);
                self.condition(condition)
            });
            let lowered = Gate {
                conditions: conditions.collect(),
                arm: arm(gate.arm),
                against: gate.against.map(arm),
                at_least: self.requests(gate),
                confidence: Exact::new(gate.confidence),
                inconclusive: Inconclusive {
                    extend_ms: self.milliseconds(gate.inconclusive.extend_ms, gate.span),
                    then: undecided(gate.inconclusive.then),
                },
                warm_up_ms: self.milliseconds(gate.warm_up_ms, gate.span),
                lag_ms: self.milliseconds(gate.lag_ms, gate.span),
                runbook: gate.runbook.as_ref().map(ToString::to_string),
            };
            self.body.gates.insert(key.clone(), lowered);
        }
        key
    }

    fn requests(&mut self, gate: &model::Gate) -> u64 {
        if gate.at_least > WHOLE_MAX.unsigned_abs() {
            self.unfit(gate.span, &format!("at least {} requests; the most is {WHOLE_MAX}", gate.at_least));
        }
        gate.at_least
    }

    fn condition(&mut self, condition: &model::Condition) -> Condition {
        Condition {
            metric: self.metric(&condition.metric),
            bound: self.bound(condition),
            reading: match &condition.reading {
                model::Reading::Whole => None,
                model::Reading::Quantile(quantile) => Some(Reading::Quantile(quantile.to_string())),
                model::Reading::Over(ms) => Some(Reading::OverMs(self.milliseconds(*ms, condition.span))),
            },
            advisory: condition.advisory,
            lower: condition.lower,
            text: condition.text.to_string(),
        }
    }

    fn bound(&mut self, condition: &model::Condition) -> Bound {
        match &condition.bound {
            model::Bound::Against { times, plus } => {
                Bound::Against { times: Exact::new(*times), plus: Exact::new(*plus) }
            }
            model::Bound::Constant(limit) | model::Bound::Burn { limit, .. } => Bound::Constant(Exact::new(*limit)),
            model::Bound::Beside { times, plus } => Bound::Beside {
                times: Exact::new(*times),
                plus: plus.as_ref().map(|plus| self.json(plus, condition.span)),
            },
            model::Bound::Limit(limit) => Bound::Limit(self.json(limit, condition.span)),
        }
    }

    pub(crate) fn metric(&mut self, metric: &model::Metric) -> String {
        let (key, new) = self.metrics.key(&metric.name, metric.span);
        if new {
            let lowered = Metric {
                bad: self.json(&metric.bad, metric.span),
                total: self.json(&metric.total, metric.span),
                usual: metric.usual.map(Exact::new),
                kind: kind(metric.kind),
                value: (metric.kind != model::MetricKind::Ratio).then(|| self.json(&metric.value, metric.span)),
                range: metric
                    .range
                    .as_ref()
                    .map(|(low, high)| (self.json(low, metric.span), self.json(high, metric.span))),
            };
            self.body.metrics.insert(key.clone(), lowered);
            self.place(format!("metric:{key}"), metric.span);
        }
        key
    }
}

fn arm(arm: model::Arm) -> Arm {
    match arm {
        model::Arm::Canary => Arm::Canary,
        model::Arm::Stable => Arm::Stable,
        model::Arm::Baseline => Arm::Baseline,
        model::Arm::Previous => Arm::Previous,
        model::Arm::Shadow => Arm::Shadow,
        model::Arm::Service => Arm::Service,
    }
}

fn kind(kind: model::MetricKind) -> MetricKind {
    match kind {
        model::MetricKind::Ratio => MetricKind::Ratio,
        model::MetricKind::Distribution => MetricKind::Distribution,
        model::MetricKind::Mean => MetricKind::Mean,
        model::MetricKind::Gauge => MetricKind::Gauge,
        model::MetricKind::Counter => MetricKind::Counter,
    }
}

fn undecided(then: model::Undecided) -> Undecided {
    match then {
        model::Undecided::Rollback => Undecided::Rollback,
        model::Undecided::Hold => Undecided::Hold,
        model::Undecided::Ask => Undecided::Ask,
    }
}
