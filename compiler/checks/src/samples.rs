//! P3: a gate gets the requests that it needs within its hold.

use diagnostics::{Diagnostic, Span, codes};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use semantics::model::{Arm, Bind, Bound, Gate};
use semantics::units::{duration_text, percent_text};
use statistics::{Margin, pass_within};

use crate::places::{Places, bind, bound, used};

pub(crate) fn check(places: &Places<'_>) -> Vec<Diagnostic> {
    let stages = places.guarded().filter_map(|(rollout, stage, gate)| {
        // Of a part of the users nobody declared how many requests it sends.
        if stage.cohort.is_some() {
            return None;
        }
        let weight = stage.mirror.filter(|_| gate.arm == Arm::Shadow).unwrap_or(stage.weight);
        let (hold_ms, at) = (stage.hold_ms, stage.span);
        let asked = Asked { bind: bind(rollout), gate, weight, hold_ms, at, verb: "hold for" };
        asked.finding().map(|it| used(it, rollout))
    });
    // A gate of other arms has nothing to judge there; that is another finding.
    let checks = places.checks.iter().filter(|(_, check)| check.gate.arm == Arm::Service);
    let checks = checks.filter_map(|(step, check)| {
        let bind = bound(&check.environment, &check.service);
        let (weight, hold_ms, at) = (Decimal::ONE, check.over_ms, step.span);
        Asked { bind, gate: &check.gate, weight, hold_ms, at, verb: "look over" }.finding()
    });
    stages.chain(checks).collect()
}

/// A gate asked at one stage, or once.
struct Asked<'m> {
    bind: Option<&'m Bind>,
    gate: &'m Gate,
    weight: Decimal,
    hold_ms: i64,
    at: Span,
    /// How more time is asked for.
    verb: &'static str,
}

impl Asked<'_> {
    fn finding(&self) -> Option<Diagnostic> {
        if self.share().is_zero() {
            return None;
        }
        if self.hold_ms == 0 {
            return (!self.alone()).then(|| self.without_hold());
        }
        let bind = self.bind?;
        let (low, high) = bind.traffic?;
        let counted = self.hold_ms.checked_sub(self.gate.warm_up_ms).filter(|ms| *ms > 0)?;
        let needed = Decimal::from(self.gate.at_least);
        if self.seen(high, counted)? < needed {
            return Some(self.too_few(bind, high, counted, true));
        }
        if self.seen(low, counted)? < needed {
            return Some(self.too_few(bind, low, counted, false));
        }
        self.hardly(bind, high, counted)
    }

    /// Whether the other arm serves nothing: that is another finding, and no hold would help.
    fn alone(&self) -> bool {
        self.weight == Decimal::ONE && matches!(self.gate.against, Some(Arm::Stable | Arm::Baseline))
    }

    /// The judged arm's share of the traffic.
    fn share(&self) -> Decimal {
        match self.gate.arm {
            Arm::Canary | Arm::Shadow | Arm::Baseline => self.weight,
            Arm::Stable | Arm::Previous => Decimal::ONE - self.weight,
            Arm::Service => Decimal::ONE,
        }
    }

    /// Requests of the judged arm within so many milliseconds.
    fn seen(&self, rate: Decimal, ms: i64) -> Option<Decimal> {
        rate.checked_mul(self.share())?
            .checked_mul(Decimal::from(ms))?
            .checked_div(Decimal::from(1_000))
            .map(|n| n.floor())
    }

    fn without_hold(&self) -> Diagnostic {
        let message = format!("this stage is guarded by `{}` but has no hold, so nothing is counted", self.gate.name);
        Diagnostic::error(codes::TOO_FEW_REQUESTS, self.at, message)
            .also(self.gate.span, format!("needs at least {} requests", self.gate.at_least))
            .help("hold the stage: `for` and a time")
    }

    fn too_few(&self, bind: &Bind, rate: Decimal, counted: i64, hopeless: bool) -> Diagnostic {
        let (needed, rate_text) = (self.gate.at_least, rate.normalize());
        let seen = self.seen(rate, counted).unwrap_or_default();
        let (hold, share) = (duration_text(self.hold_ms), percent_text(self.share()));
        let message = format!("`{}` needs {needed} requests, but {hold} at {share} give {seen}", self.gate.name);
        let diagnostic = match hopeless {
            true => Diagnostic::error(codes::TOO_FEW_REQUESTS, self.at, message)
                .also(bind.span, format!("even the highest traffic is {rate_text} req/s")),
            false => {
                Diagnostic::warning(codes::FEW_REQUESTS_AT_LEAST, self.at, format!("{message} at the lowest traffic"))
                    .also(bind.span, format!("the lowest traffic is {rate_text} req/s"))
            }
        };
        diagnostic.also(self.gate.span, "the gate").help(self.remedy(rate, counted))
    }

    /// The hold that would do, and the weight where there is one.
    fn remedy(&self, rate: Decimal, counted: i64) -> String {
        let needed = Decimal::from(self.gate.at_least);
        let hold = rate
            .checked_mul(self.share())
            .and_then(|per_second| needed.checked_div(per_second))
            .and_then(|seconds| seconds.ceil().to_i64())
            .and_then(|seconds| seconds.checked_mul(1_000)?.checked_add(self.gate.warm_up_ms));
        let weight = Decimal::from(counted)
            .checked_mul(rate)
            .and_then(|full| needed.checked_mul(Decimal::from(1_000))?.checked_div(full))
            .map(|share| (share * Decimal::ONE_HUNDRED).ceil() / Decimal::ONE_HUNDRED)
            .filter(|share| *share <= Decimal::ONE && matches!(self.gate.arm, Arm::Canary | Arm::Shadow));
        match (hold, weight) {
            (Some(hold), Some(weight)) => {
                format!("{} {}, or begin at {}", self.verb, duration_text(hold), percent_text(weight))
            }
            (Some(hold), None) => format!("{} {}", self.verb, duration_text(hold)),
            (None, _) => "declare more traffic, or ask for fewer requests".to_owned(),
        }
    }

    /// Whether a canary as good as stable would still be undecided after hold and extension.
    fn hardly(&self, bind: &Bind, high: Decimal, counted: i64) -> Option<Diagnostic> {
        if self.weight >= Decimal::ONE {
            return None;
        }
        let longest = counted.checked_add(self.gate.inconclusive.extend_ms)?;
        let seen = self.seen(high, longest)?;
        let condition = self.gate.conditions.iter().find(|condition| {
            let Bound::Against { times, plus } = condition.bound else { return false };
            let Some(usual) = condition.metric.usual else { return false };
            !passes(usual, times, plus, self.weight, self.gate.confidence, seen)
        })?;
        let message = format!("`{}` hardly passes within {}", self.gate.name, duration_text(self.hold_ms));
        let diagnostic = Diagnostic::warning(codes::HARDLY_PASSES, self.at, message)
            .also(condition.span, format!("{seen} requests do not settle this"))
            .also(bind.span, format!("even at {} req/s and with its extension", high.normalize()))
            .help("hold for longer, begin at a larger weight, or allow a larger margin");
        Some(diagnostic)
    }
}

fn passes(usual: Decimal, times: Decimal, plus: Decimal, weight: Decimal, confidence: Decimal, seen: Decimal) -> bool {
    let number = |n: Decimal| n.to_string().parse::<f64>().unwrap_or(0.0);
    let Ok(margin) = Margin::new(number(plus), number(times)) else { return true };
    let alpha = number(Decimal::ONE - confidence);
    let seen = seen.to_u64().unwrap_or(if seen.is_sign_negative() { 0 } else { u64::MAX });
    pass_within(seen, number(usual), margin, number(weight), alpha)
}
