//! Special functions, in forms that keep their accuracy at 10^12 requests.
//!
//! The judges subtract log-likelihoods. At n = 10^12 those are about 10^12
//! each, and `lgamma(n)` about 2.7·10^13, where neighbouring doubles lie
//! 0.004 apart: subtracting them would leave no digit of an evidence of 3 nats.
//! So nothing here is a difference of large numbers. Gamma functions are
//! written as Stirling's formula plus its (small) error, and the large parts
//! are cancelled on paper; distances between likelihoods are computed as
//! deviances, by Loader's saddle-point form.
//!
//! Source: C. Loader, "Fast and accurate computation of binomial
//! probabilities", 2000 (also R's `dbinom`, `stirlerr`, `bd0`).

use libm::{exp, lgamma, log, log1p};

/// ln(2π) / 2.
pub(crate) const HALF_LN_TWO_PI: f64 = 0.918_938_533_204_672_8;

/// ln Γ(x) for x > 0, by `libm`. Relative accuracy about 10^-15, hence an
/// absolute error of about 0.004 at x = 10^12. Outside the domain: +∞.
#[must_use]
pub fn ln_gamma(x: f64) -> f64 {
    if x > 0.0 { lgamma(x) } else { f64::INFINITY }
}

/// The error of Stirling's formula: ln Γ(x) − ((x − ½) ln x − x + ½ ln 2π),
/// for x > 0; positive, falling, about 1/(12x). Absolute accuracy about
/// 10^-14. Outside the domain: +∞; at x = +∞: 0.
///
/// From x = 10 on by the asymptotic series (DLMF 5.11.1), whose first omitted
/// term is 6·10^-16 there.
#[must_use]
pub fn stirling_error(x: f64) -> f64 {
    if x >= 10.0 {
        let y = 1.0 / x;
        let z = y * y;
        let series = [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0, -691.0 / 360_360.0];
        y * series.iter().rev().fold(0.0, |sum, term| sum * z + term)
    } else if x > 0.0 {
        lgamma(x) - ((x - 0.5) * log(x) - x + HALF_LN_TWO_PI)
    } else {
        f64::INFINITY
    }
}

/// ln B(a, b) = ln Γ(a) + ln Γ(b) − ln Γ(a + b) for a, b > 0.
///
/// The large parts of the three terms are cancelled on paper, which leaves
/// ½ ln 2π + (a − ½) ln(a/s) + (b − ½) ln(b/s) − ½ ln s and the Stirling
/// errors, with s = a + b: the error is relative to the result, not to
/// ln Γ(s). Outside the domain: +∞.
#[must_use]
pub fn ln_beta(a: f64, b: f64) -> f64 {
    if !(a > 0.0 && b > 0.0) {
        return f64::INFINITY;
    }
    if a.is_infinite() || b.is_infinite() {
        return f64::NEG_INFINITY;
    }
    let (small, large) = if a < b { (a, b) } else { (b, a) };
    let sum = small + large;
    let large_share = log1p(-(small / sum));
    HALF_LN_TWO_PI + (small - 0.5) * (log(small) - log(sum)) + (large - 0.5) * large_share - 0.5 * log(sum)
        + stirling_error(small)
        + stirling_error(large)
        - stirling_error(sum)
}

/// ln(e^x + e^y) without overflow; −∞ stands for ln 0.
#[must_use]
pub fn ln_add_exp(x: f64, y: f64) -> f64 {
    let (small, large) = if x < y { (x, y) } else { (y, x) };
    if small == f64::NEG_INFINITY || large == f64::INFINITY {
        return large;
    }
    large + log1p(exp(small - large))
}

/// Poisson half-deviance x ln(x/m) + m − x of a count `x >= 0` from its mean
/// `m >= 0`: never negative, 0 only where `x = m`, +∞ where `m = 0 < x`.
///
/// Loader's `bd0`: near `m`, where the closed form cancels, a series in
/// v = (x − m)/(x + m) is summed; with |v| < 0.1 its terms fall a
/// hundredfold each.
#[must_use]
pub fn deviance_part(x: f64, m: f64) -> f64 {
    if x <= 0.0 {
        return m.max(0.0);
    }
    if m <= 0.0 {
        return f64::INFINITY;
    }
    let gap = x - m;
    if gap.abs() >= 0.1 * (x + m) {
        return (x * (log(x) - log(m)) - gap).max(0.0);
    }
    let v = gap / (x + m);
    let square = v * v;
    let mut power = 2.0 * x * v;
    let mut sum = gap * v;
    for j in 1..=10_u8 {
        power *= square;
        sum += power / f64::from(2 * j + 1);
    }
    sum.max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ln_beta_where_it_is_known() {
        let pi = core::f64::consts::PI;
        let cases = [
            (0.5, 0.5, log(pi)),
            (1.0, 1.0, 0.0),
            (2.0, 3.0, -log(12.0)),
            (1.0, 1e12, -log(1e12)),
            (2.0, 1e12, -log(1e12) - log(1e12 + 1.0)),
            (30.0, 1.0, -log(30.0)),
            (1e-300, 1.0, 300.0 * log(10.0)),
        ];
        for (a, b, known) in cases {
            let got = ln_beta(a, b);
            assert!((got - known).abs() <= 1e-13 * known.abs().max(1.0), "{a} {b}: {got} {known}");
            assert_eq!(got, ln_beta(b, a));
        }
    }

    #[test]
    fn stirling_error_is_continuous_where_the_forms_meet() {
        let (below, above) = (stirling_error(10.0 - 1e-9), stirling_error(10.0));
        assert!((below - above).abs() < 1e-11, "{below} {above}");
        // ln Γ(1) = 0.
        assert!((stirling_error(1.0) - (1.0 - HALF_LN_TWO_PI)).abs() < 1e-15);
    }

    #[test]
    fn deviance_series_meets_the_closed_form() {
        for m in [1.0, 37.5, 1e6] {
            for v in [-0.099, -0.05, 0.02, 0.09] {
                let x = m * (1.0 + v) / (1.0 - v);
                let closed = x * log(x / m) + m - x;
                let got = deviance_part(x, m);
                assert!((got - closed).abs() < 1e-11 * m.max(1.0), "{x} {m}: {got} {closed}");
            }
        }
    }

    #[test]
    fn extremes_are_never_nan() {
        let odd = [0.0, -1.0, 1e-320, 1.0, 1e12, f64::MAX, f64::INFINITY, f64::NEG_INFINITY];
        for x in odd {
            assert!(!ln_gamma(x).is_nan() && !stirling_error(x).is_nan());
            for y in odd {
                assert!(!ln_add_exp(x, y).is_nan(), "{x} {y}");
                if x < f64::MAX && y < f64::MAX {
                    assert!(!ln_beta(x, y).is_nan(), "{x} {y}");
                    assert!(!deviance_part(x, y).is_nan(), "{x} {y}");
                }
            }
        }
    }
}
