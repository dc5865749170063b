//! Decimals without rounding: what needs more than 28 digits has no result.

use rust_decimal::Decimal;

/// Digits behind the point that a decimal can have.
const SCALE_MAX: u32 = 28;

/// `mantissa` × 10^−`scale`, if a decimal holds it.
pub(crate) fn of_parts(mut mantissa: i128, mut scale: u32) -> Option<Decimal> {
    while scale > 0 && mantissa % 10 == 0 {
        (mantissa, scale) = (mantissa / 10, scale - 1);
    }
    if scale > SCALE_MAX {
        return None;
    }
    Decimal::try_from_i128_with_scale(mantissa, scale).ok()
}

/// `left + right`
pub(crate) fn sum(left: Decimal, right: Decimal) -> Option<Decimal> {
    let (left, right) = (left.normalize(), right.normalize());
    let scale = left.scale().max(right.scale());
    let aligned = |it: Decimal| 10_i128.checked_pow(scale - it.scale()).and_then(|by| it.mantissa().checked_mul(by));
    of_parts(aligned(left)?.checked_add(aligned(right)?)?, scale)
}

/// `left - right`
pub(crate) fn difference(left: Decimal, right: Decimal) -> Option<Decimal> {
    sum(left, -right)
}

/// `left * right`
pub(crate) fn product(left: Decimal, right: Decimal) -> Option<Decimal> {
    let (left, right) = (left.normalize(), right.normalize());
    of_parts(left.mantissa().checked_mul(right.mantissa())?, left.scale() + right.scale())
}

/// `left / right`, which must not be zero.
pub(crate) fn quotient(left: Decimal, right: Decimal) -> Option<Decimal> {
    let quotient = left.checked_div(right)?.normalize();
    (product(quotient, right)? == left.normalize()).then_some(quotient)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_or_nothing() {
        let decimal = |text: &str| text.parse::<Decimal>().ok();
        let small = Decimal::new(1, 20);
        let large = Decimal::from(10_u64.pow(19));
        assert_eq!(sum(Decimal::new(1, 1), Decimal::new(2, 1)), decimal("0.3"));
        assert_eq!(sum(large, small), None, "it would lose the small one");
        assert_eq!(product(small, small), None, "it would be nothing");
        assert_eq!(product(small, large), decimal("0.1"));
        assert_eq!(difference(Decimal::MAX, Decimal::MIN), None);
        assert_eq!(quotient(Decimal::ONE, Decimal::from(3)), None);
        assert_eq!(quotient(Decimal::new(3, 3), Decimal::from(3)), decimal("0.001"));
        assert_eq!(product(Decimal::MAX, Decimal::ZERO), decimal("0"));
    }
}
