//! Tails of the binomial distribution, exact at 10^12 requests, and the limits of a rate at one look.
//!
//! Both stand on the regularized incomplete beta function, P(Bin(n, p) >= k) = I_p(k, n − k + 1). It is computed as a
//! factor, in Loader's saddle-point form (nothing large is subtracted), times a continued fraction (DLMF 8.17.22) by
//! Lentz's method. The fraction needs at most about √n / 20 steps: 35,000 in the middle of n = 10^12, a dozen in tails.

use libm::{exp, log, log1p};

use crate::counts::Counts;
use crate::halving::{HALVINGS, boundary};
use crate::special::{HALF_LN_TWO_PI, deviance_part, stirling_error};

/// Steps of the continued fraction: more than any n up to 10^15 needs.
const STEPS: u32 = 2_000_000;

/// P(X >= k) for X ~ Binomial(n, p), in `0..=1`; relative accuracy about 10^-11 up to n = 10^12.
///
/// `p` is taken as the nearest of `0..=1`. NaN gives 1, the answer that speaks against nobody.
#[must_use]
pub fn at_least(n: u64, p: f64, k: u64) -> f64 {
    if k == 0 || p.is_nan() {
        return 1.0;
    }
    if k > n || p <= 0.0 {
        return 0.0;
    }
    if p >= 1.0 {
        return 1.0;
    }
    incomplete_beta(k as f64, (n - k) as f64 + 1.0, p, 1.0 - p)
}

/// P(X <= k) for X ~ Binomial(n, p), in `0..=1`; accuracy and domain as for [`at_least`].
#[must_use]
pub fn at_most(n: u64, p: f64, k: u64) -> f64 {
    if k >= n || p.is_nan() || p <= 0.0 {
        return 1.0;
    }
    if p >= 1.0 {
        return 0.0;
    }
    incomplete_beta((n - k) as f64, k as f64 + 1.0, 1.0 - p, p)
}

/// P(X = k) for X ~ Binomial(n, p), in `0..=1`; accuracy and domain as for [`at_least`], but NaN gives 0.
#[must_use]
pub fn exactly(n: u64, p: f64, k: u64) -> f64 {
    if k > n || p.is_nan() {
        return 0.0;
    }
    let p = p.clamp(0.0, 1.0);
    let certain = if p <= 0.0 { Some(k == 0) } else { (p >= 1.0).then_some(k == n) };
    if let Some(certain) = certain {
        return f64::from(u8::from(certain));
    }
    let (size, bad, good) = (n as f64, k as f64, (n - k) as f64);
    if k == 0 {
        return exp(size * log1p(-p));
    }
    if k == n {
        return exp(size * log(p));
    }
    let away = deviance_part(bad, size * p) + deviance_part(good, size * (1.0 - p));
    let errors = stirling_error(size) - stirling_error(bad) - stirling_error(good);
    exp(errors - away + 0.5 * (log(size) - log(bad) - log(good)) - HALF_LN_TWO_PI)
}

/// The least and the greatest rate that one look at `counts` does not refuse, each end at level `alpha / 2`: the exact
/// interval of C. Clopper and E. Pearson, Biometrika 26 (1934). It contains the true rate with probability at least
/// `1 - alpha`, at *one* look decided beforehand. `(0, 1)` for an empty arm or a level outside `(0, 1)`.
#[must_use]
pub fn rate_interval(counts: Counts, alpha: f64) -> (f64, f64) {
    (least_rate(counts, alpha / 2.0), greatest_rate(counts, alpha / 2.0))
}

/// The greatest rate p with P(Bin(n, p) >= bad) <= `alpha`, rounded down; 0 where there is none.
#[must_use]
pub fn least_rate(counts: Counts, alpha: f64) -> f64 {
    if counts.bad() == 0 || !is_level(alpha) {
        return 0.0;
    }
    boundary(0.0, share(counts), HALVINGS, |p| at_least(counts.total(), p, counts.bad()) <= alpha)
}

/// The least rate p with P(Bin(n, p) <= bad) <= `alpha`, rounded up; 1 where there is none.
#[must_use]
pub fn greatest_rate(counts: Counts, alpha: f64) -> f64 {
    if counts.good() == 0 || !is_level(alpha) {
        return 1.0;
    }
    boundary(1.0, share(counts), HALVINGS, |p| at_most(counts.total(), p, counts.bad()) <= alpha)
}

pub(crate) fn is_level(alpha: f64) -> bool {
    alpha > 0.0 && alpha < 1.0
}

fn share(counts: Counts) -> f64 {
    counts.rate().unwrap_or_default()
}

/// I_x(a, b) for a, b > 0 and 0 < x < 1, with y = 1 − x; in `0..=1`.
pub(crate) fn incomplete_beta(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if direct(a, b, x) {
        exp(ln_lower_part(a, b, x, y)).min(1.0)
    } else {
        (1.0 - exp(ln_lower_part(b, a, y, x))).max(0.0)
    }
}

/// ln I_x(a, b), also where it is far below the least double; at most 0. Domain as for [`incomplete_beta`].
pub(crate) fn ln_incomplete_beta(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if direct(a, b, x) { ln_lower_part(a, b, x, y).min(0.0) } else { log1p(-exp(ln_lower_part(b, a, y, x)).min(1.0)) }
}

/// Whether x lies on the side of the mean where the fraction for I_x(a, b) converges fast.
fn direct(a: f64, b: f64, x: f64) -> bool {
    x < (a + 1.0) / (a + b + 2.0)
}

/// ln of x^a y^b / (a B(a, b)) times the continued fraction.
fn ln_lower_part(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let sum = a + b;
    let away = deviance_part(a, sum * x) + deviance_part(b, sum * y);
    let errors = stirling_error(sum) - stirling_error(a) - stirling_error(b);
    0.5 * (log(b) - log(a) - log(sum)) - HALF_LN_TWO_PI + errors - away + log(fraction(a, b, x))
}

/// The continued fraction of I_x(a, b), by Lentz's method.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let away_from_zero = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let mut above = 1.0;
    let mut below = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = below;
    for step in 1..=STEPS {
        let m = f64::from(step);
        let twice = a + 2.0 * m;
        let even = m * (b - m) * x / ((twice - 1.0) * twice);
        let odd = -(a + m) * (a + b + m) * x / (twice * (twice + 1.0));
        let mut change = 1.0;
        for term in [even, odd] {
            below = 1.0 / away_from_zero(1.0 + term * below);
            above = away_from_zero(1.0 + term / above);
            change = above * below;
            value *= change;
        }
        if (change - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    value.max(f64::MIN_POSITIVE)
}
