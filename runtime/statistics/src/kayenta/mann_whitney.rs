//! Mann–Whitney's U with ties, and the interval and estimate (Hodges–Lehmann) of a shift that it implies.
//!
//! As R's `wilcox.test(conf.int = TRUE, exact = FALSE)`, from which Kayenta took it: for each shift μ the statistic z(μ) of
//! "experiment − μ and control are alike", normal approximation, with the correction for continuity and the variance reduced
//! for ties. z falls as μ rises; the interval's ends are where it crosses ± the normal quantile, the estimate where it
//! crosses 0. Sources: H. Mann and D. Whitney, Ann. Math. Stat. 18 (1947); J. Hodges and E. Lehmann, Ann. Math. Stat. 34 (1963).

use libm::{erfc, sqrt};

/// A shift of the experiment against the control, in the metric's unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shift {
    /// Lower end of the interval.
    pub low: f64,
    /// The Hodges–Lehmann estimate.
    pub estimate: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// Halvings of a bracket; they end sooner when no number lies between.
const HALVINGS: u32 = 1_100;

/// z(μ) of two *sorted* series without NaN; positive where the experiment is greater by more than `mu`. 0 for an empty one,
/// and where all points are tied.
#[must_use]
pub fn shift_z(experiment: &[f64], control: &[f64], mu: f64) -> f64 {
    let (m, n) = (experiment.len() as f64, control.len() as f64);
    if m <= 0.0 || n <= 0.0 {
        return 0.0;
    }
    let Ranks { of_experiment, ties } = ranks(experiment, control, mu);
    let away = of_experiment - m * (m + 1.0) / 2.0 - m * n / 2.0;
    let correction = 0.5 * f64::from(i8::from(away > 0.0) - i8::from(away < 0.0));
    let variance = m * n / 12.0 * ((m + n + 1.0) - ties / ((m + n) * (m + n - 1.0)));
    if variance > 0.0 { (away - correction) / sqrt(variance) } else { 0.0 }
}

struct Ranks {
    /// Sum of the experiment's ranks, ties with their average.
    of_experiment: f64,
    /// Σ (t³ − t) over groups of t tied points.
    ties: f64,
}

/// Ranks by merging: each step takes all points of the least value.
fn ranks(experiment: &[f64], control: &[f64], mu: f64) -> Ranks {
    let moved = |i: usize| experiment.get(i).map(|x| x - mu);
    let (mut i, mut j) = (0, 0);
    let mut ranks = Ranks { of_experiment: 0.0, ties: 0.0 };
    while i < experiment.len() || j < control.len() {
        let least = moved(i).unwrap_or(f64::INFINITY).min(control.get(j).copied().unwrap_or(f64::INFINITY));
        let before = (i + j) as f64;
        let own = i;
        // ∞ − ∞ must be taken too, or the loop would not end.
        while moved(i).is_some_and(|x| x <= least || x.is_nan()) {
            i += 1;
        }
        while control.get(j).is_some_and(|x| *x <= least || x.is_nan()) {
            j += 1;
        }
        let tied = (i + j) as f64 - before;
        ranks.of_experiment += (i - own) as f64 * (before + (tied + 1.0) / 2.0);
        ranks.ties += tied * tied * tied - tied;
    }
    ranks
}

/// The shift between two *sorted* series without NaN, with the interval at `confidence` (0.98 in Kayenta). Nothing for an
/// empty series, an infinite point, or a confidence outside `(0, 1)`.
#[must_use]
pub fn shift(experiment: &[f64], control: &[f64], confidence: f64) -> Option<Shift> {
    let finite = |points: &[f64]| points.iter().all(|x| x.is_finite());
    let sound = finite(experiment) && finite(control) && confidence > 0.0 && confidence < 1.0;
    let (least, most) = (experiment.first()? - control.last()?, experiment.last()? - control.first()?);
    if !sound || !(most - least).is_finite() {
        return None;
    }
    let crossing = |quantile: f64| crossing(least, most, |mu| shift_z(experiment, control, mu) - quantile);
    let quantile = normal_quantile((1.0 - confidence) / 2.0);
    Some(Shift { low: crossing(quantile), estimate: crossing(0.0), high: crossing(-quantile) })
}

/// Where `falling` crosses 0 between two ends; the end, where it does not.
fn crossing(mut low: f64, mut high: f64, falling: impl Fn(f64) -> f64) -> f64 {
    if falling(low) <= 0.0 {
        return low;
    }
    if falling(high) >= 0.0 {
        return high;
    }
    for _ in 0..HALVINGS {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if falling(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    low + (high - low) / 2.0
}

/// The z with P(Z > z) = `tail` for a standard normal Z and `0 < tail <= ½`.
fn normal_quantile(tail: f64) -> f64 {
    let (mut low, mut high) = (0.0, 40.0);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if 0.5 * erfc(middle / core::f64::consts::SQRT_2) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::normal_quantile;

    #[test]
    fn quantiles_of_the_normal_distribution() {
        for (tail, known) in [(0.5, 0.0), (0.025, 1.959_963_984_540_054), (0.01, 2.326_347_874_040_841)] {
            assert!((normal_quantile(tail) - known).abs() < 1e-12, "{tail}");
        }
    }
}
