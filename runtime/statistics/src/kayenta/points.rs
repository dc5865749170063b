//! The points of a series, made fit for ranking.

/// What a missing point (NaN) of a series means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NanStrategy {
    /// Nothing was measured: the point is left out. For latencies.
    #[default]
    Remove,
    /// Nothing happened: the point is 0. For counts of errors.
    Zero,
}

impl NanStrategy {
    /// The points in rising order, without NaN. Infinite points are ranked like any other.
    pub(crate) fn sorted(self, points: &[f64]) -> Vec<f64> {
        let keep = |x: &f64| match (x.is_nan(), self) {
            (false, _) => Some(*x),
            (true, Self::Zero) => Some(0.0),
            (true, Self::Remove) => None,
        };
        // −0 and 0 are one number, and must be one rank.
        let mut sorted: Vec<f64> = points.iter().filter_map(keep).map(|x| x + 0.0).collect();
        sorted.sort_by(f64::total_cmp);
        sorted
    }
}
