//! Numbers of the model as the plan's narrower types, each refused with its reason where it does not fit.

use diagnostics::Span;
use plan::Share;
use rust_decimal::Decimal;

use crate::lowering::Lowering;
use crate::values::WHOLE_MAX;

impl Lowering<'_> {
    /// A duration in milliseconds; reported and zero when negative or beyond 2^53 − 1.
    pub(crate) fn milliseconds(&mut self, number: i64, span: Span) -> u64 {
        match u64::try_from(number) {
            Ok(value) if number <= WHOLE_MAX => value,
            Ok(_) | Err(_) => {
                self.unfit(span, &format!("a duration of {number} ms is outside 0..{WHOLE_MAX} ms"));
                0
            }
        }
    }

    /// A number of instances or people; reported and one when outside `least..=4294967295`.
    pub(crate) fn count(&mut self, number: i64, least: u32, what: &str, span: Span) -> u32 {
        match u32::try_from(number) {
            Ok(value) if value >= least => value,
            Ok(_) | Err(_) => {
                self.unfit(span, &format!("{number} {what}: at least {least} and at most {} is meant", u32::MAX));
                1
            }
        }
    }

    /// A share of traffic or replicas; reported and everything when outside 0 %..100 % or finer than 0.01 %.
    pub(crate) fn share(&mut self, ratio: Decimal, span: Span) -> Share {
        Share::from_ratio(ratio).unwrap_or_else(|| {
            let shown = ratio.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(ratio).normalize();
            self.unfit(span, &format!("{shown} % is not a share between 0 % and 100 % in steps of 0.01 %"));
            Share::ALL
        })
    }
}
