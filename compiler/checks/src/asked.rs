//! A gate where it is asked: at one stage, or once by a check.

use diagnostics::{Diagnostic, Span};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use semantics::model::{Arm, Bind, Gate, Rollout, Service};

use crate::places::{Places, bind, bound, used};

/// A gate asked at one stage, or once.
pub(crate) struct Asked<'m> {
    pub(crate) bind: Option<&'m Bind>,
    pub(crate) gate: &'m Gate,
    pub(crate) service: &'m Service,
    /// The new release's share of the traffic; the copied share where copies are judged.
    pub(crate) weight: Decimal,
    pub(crate) hold_ms: i64,
    pub(crate) at: Span,
    /// Whether only a part of the users is counted: of them nobody declared how many requests they send.
    pub(crate) cohort: bool,
    rollout: Option<&'m Rollout>,
    /// How more time is asked for.
    pub(crate) verb: &'static str,
}

impl<'m> Asked<'m> {
    /// Every gate of these places, where it is asked.
    pub(crate) fn all(places: &'m Places<'m>) -> impl Iterator<Item = Self> {
        let stages = places.guarded().map(|(rollout, stage, gate)| Self {
            bind: bind(rollout),
            gate,
            service: &rollout.service,
            weight: stage.mirror.filter(|_| gate.arm == Arm::Shadow).unwrap_or(stage.weight),
            hold_ms: stage.hold_ms,
            at: stage.span,
            cohort: stage.cohort.is_some(),
            rollout: Some(rollout),
            verb: "hold for",
        });
        // A gate of other arms has nothing to judge there; that is another finding.
        let checks = places.checks.iter().filter(|(_, check)| check.gate.arm == Arm::Service);
        stages.chain(checks.map(|(step, check)| Self {
            bind: bound(&check.environment, &check.service),
            gate: &check.gate,
            service: &check.service,
            weight: Decimal::ONE,
            hold_ms: check.over_ms,
            at: step.span,
            cohort: false,
            rollout: None,
            verb: "look over",
        }))
    }

    /// The finding, with the place where the strategy is used.
    pub(crate) fn located(&self, finding: Diagnostic) -> Diagnostic {
        match self.rollout {
            Some(rollout) => used(finding, rollout),
            None => finding,
        }
    }

    /// What is declared of its requests: where, and the lowest and the highest number in a second.
    pub(crate) fn traffic(&self) -> Option<(&'m Bind, Decimal, Decimal)> {
        let bind = self.bind.filter(|_| !self.cohort)?;
        let (low, high) = bind.traffic?;
        Some((bind, low, high))
    }

    /// Whether the other arm serves nothing: that is another finding, and no hold would help.
    pub(crate) fn alone(&self) -> bool {
        let whole = self.weight == Decimal::ONE && !self.cohort;
        whole && matches!(self.gate.against, Some(Arm::Stable | Arm::Baseline)) && self.gate.arm == Arm::Canary
    }

    /// The judged arm's share of the traffic.
    pub(crate) fn share(&self) -> Decimal {
        self.share_at(self.weight)
    }

    /// The same at another weight.
    pub(crate) fn share_at(&self, weight: Decimal) -> Decimal {
        match self.gate.arm {
            Arm::Canary | Arm::Shadow | Arm::Baseline => weight,
            Arm::Stable | Arm::Previous => Decimal::ONE - weight,
            Arm::Service => Decimal::ONE,
        }
    }

    /// Milliseconds of the hold that are counted: what is behind the warm-up, and answered before its end.
    pub(crate) fn counted_ms(&self) -> Option<i64> {
        let counted = self.hold_ms.checked_sub(self.gate.warm_up_ms)?.checked_sub(self.gate.lag_ms)?;
        Some(counted).filter(|ms| *ms > 0)
    }

    /// Requests of the judged arm within so many milliseconds.
    pub(crate) fn seen(&self, rate: Decimal, ms: i64) -> Option<Decimal> {
        seen(rate, self.share(), ms)
    }

    /// The hold in which so many requests are counted.
    pub(crate) fn hold_for(&self, needed: Decimal, rate: Decimal) -> Option<i64> {
        let seconds = needed.checked_div(rate.checked_mul(self.share())?)?.ceil().to_i64()?;
        seconds.checked_mul(1_000)?.checked_add(self.gate.warm_up_ms)?.checked_add(self.gate.lag_ms)
    }
}

/// Whole requests of a share of so many a second.
pub(crate) fn seen(rate: Decimal, share: Decimal, ms: i64) -> Option<Decimal> {
    let full = rate.checked_mul(share)?.checked_mul(Decimal::from(ms))?;
    full.checked_div(Decimal::from(1_000)).map(|n| n.floor())
}
