//! One condition of a gate: who is judged, against what, at which levels; and by which judge.

use plan::{Bound, Condition, Gate, Metric, MetricKind, Place};

use super::arms::Arms;
use super::found::Found;
use super::kept::Kept;
use super::{counter, distribution, gauge, mean, share};
use crate::evidence::{ArmSeen, ConditionEvidence, Verdict};
use crate::reading::GaugeReading;

/// What a judge is asked.
pub(super) struct Subject<'a> {
    pub(super) condition: &'a Condition,
    pub(super) metric: Option<&'a Metric>,
    pub(super) judged: ArmSeen,
    pub(super) against: Option<ArmSeen>,
    /// How a gauge stood at the looks of this window that were kept.
    pub(super) past: Option<GaugeReading>,
    /// The least requests without which there is no verdict.
    pub(super) at_least: u64,
    /// The chances of ever failing, and of ever passing, wrongly.
    pub(super) levels: Levels,
    /// Judgements that were made before, where they are kept.
    pub(super) kept: Option<&'a Kept>,
}

/// The chances of wrong verdicts, over all looks together.
#[derive(Clone, Copy)]
pub(super) struct Levels {
    pub(super) fail: f64,
    pub(super) pass: f64,
}

impl<'a> Subject<'a> {
    /// `shares` is how many conditions and holds of the rollout share the chance of failing wrongly.
    pub(super) fn new(
        gate: &Gate,
        shares: u32,
        condition: &'a Condition,
        metric: Option<&'a Metric>,
        arms: &Arms<'a>,
    ) -> Self {
        let alpha = 1.0 - gate.confidence.to_f64();
        Self {
            condition,
            metric,
            judged: arms.seen(gate.arm, &condition.metric),
            against: gate.against.map(|arm| arms.seen(arm, &condition.metric)),
            past: None,
            at_least: gate.at_least,
            levels: Levels { fail: alpha / f64::from(shares.max(1)), pass: alpha },
            kept: arms.kept,
        }
    }

    /// Adds how gauges stood at the looks of this window that were kept.
    pub(super) fn with_past(self, past: Option<&GaugeReading>) -> Self {
        Self { past: past.copied(), ..self }
    }

    fn kind(&self) -> MetricKind {
        self.metric.map(|metric| metric.kind).unwrap_or_default()
    }

    pub(super) fn judged(self, place: Option<&Place>) -> ConditionEvidence {
        let kind = self.kind();
        let found = self.found(kind);
        let against = self.against.filter(|_| compares(&self.condition.bound));
        ConditionEvidence {
            text: self.condition.text.clone(),
            place: place.cloned(),
            metric: self.condition.metric.clone(),
            kind,
            unit: found.unit,
            advisory: self.condition.advisory,
            judged: self.judged,
            against,
            estimate: found.estimate,
            limit: found.limit,
            interval: found.interval,
            tested: found.tested,
            verdict: found.verdict,
            statistic: found.statistic,
        }
    }

    /// An arm without a reading, or without requests, never passes, whatever the other shows.
    fn found(&self, kind: MetricKind) -> Found {
        let found = match kind {
            MetricKind::Ratio => share::found(self),
            MetricKind::Distribution => distribution::found(self),
            MetricKind::Mean => mean::found(self),
            MetricKind::Gauge => gauge::found(self),
            MetricKind::Counter => counter::found(self),
        };
        let other_is_empty = || self.against.as_ref().is_none_or(|arm| arm.n == 0);
        let is_empty = self.judged.n == 0 && kind != MetricKind::Gauge;
        let is_empty = is_empty || (compares(&self.condition.bound) && other_is_empty());
        let passes = found.verdict == Verdict::Pass;
        if is_empty && passes { Found { verdict: Verdict::Inconclusive, ..found } } else { found }
    }
}

/// Whether it compares with the gate's other arm.
fn compares(bound: &Bound) -> bool {
    match bound {
        Bound::Against { .. } | Bound::Beside { .. } => true,
        Bound::Constant(_) | Bound::Limit(_) => false,
    }
}
