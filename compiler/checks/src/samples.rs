//! P3: a gate gets the requests that it asks for itself within its hold.

use diagnostics::{Diagnostic, codes};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use semantics::model::{Arm, Bind, Bound};
use semantics::units::{duration_text, percent_text};
use statistics::{Margin, pass_within};

use crate::asked::Asked;
use crate::power;
use crate::questions::{exact, level};

impl Asked<'_> {
    /// What is wrong with the requests that this gate gets here: one thing, the first of those that mend the others.
    pub(crate) fn finding(&self) -> Option<Diagnostic> {
        if self.share().is_zero() || self.alone() {
            return None;
        }
        if self.hold_ms == 0 {
            return Some(self.without_hold());
        }
        if let Some(never) = power::never(self) {
            return Some(never);
        }
        let Some((bind, low, high)) = self.traffic() else { return power::undeclared(self) };
        let counted = self.counted_ms()?;
        let needed = Decimal::from(self.gate.at_least);
        if self.seen(high, counted)? < needed {
            return Some(self.too_few(bind, high, counted, true));
        }
        if let Some(blind) = power::blind(self, bind, high, true) {
            return Some(blind);
        }
        if self.seen(low, counted)? < needed {
            return Some(self.too_few(bind, low, counted, false));
        }
        power::blind(self, bind, low, false).or_else(|| self.hardly(bind, high, counted))
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
        let weight = Decimal::from(counted)
            .checked_mul(rate)
            .and_then(|full| needed.checked_mul(Decimal::from(1_000))?.checked_div(full))
            .map(|share| (share * Decimal::ONE_HUNDRED).ceil() / Decimal::ONE_HUNDRED)
            .filter(|share| *share <= Decimal::ONE && matches!(self.gate.arm, Arm::Canary | Arm::Shadow));
        match (self.hold_for(needed, rate), weight) {
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
        let condition = self.gate.conditions.iter().filter(|it| !it.advisory).find(|condition| {
            let Bound::Against { times, plus } = condition.bound else { return false };
            let Some(usual) = condition.metric.usual else { return false };
            !self.passes(usual, times, plus, seen)
        })?;
        let message = format!("`{}` hardly passes within {}", self.gate.name, duration_text(self.hold_ms));
        let diagnostic = Diagnostic::warning(codes::HARDLY_PASSES, self.at, message)
            .also(condition.span, format!("{seen} requests do not settle this"))
            .also(bind.span, format!("even at {} req/s and with its extension", high.normalize()))
            .help("hold for longer, begin at a larger weight, or allow a larger margin");
        Some(diagnostic)
    }

    fn passes(&self, usual: Decimal, times: Decimal, plus: Decimal, seen: Decimal) -> bool {
        let Ok(margin) = Margin::new(exact(plus), exact(times)) else { return true };
        let seen = seen.to_u64().unwrap_or(if seen.is_sign_negative() { 0 } else { u64::MAX });
        pass_within(seen, exact(usual), margin, exact(self.weight), level(self.gate))
    }
}
