//! How the times of requests are spread: a fixed shape, drawn through whatever the script says of it.

use super::evenly::ONE;

/// Shares of requests in a million, and how long those at most take, in thousandths of what 95 % of them take.
const SHAPE: [(u64, u64); 7] = [
    (0, 200),
    (500_000, 450),
    (900_000, 850),
    (950_000, 1_000),
    (990_000, 1_500),
    (999_000, 2_500),
    (1_000_000, 4_000),
];

/// A distribution of times: shares of [`ONE`], and the microseconds that so many of the requests take at most. Both rise; in
/// between, times are even.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spread(Vec<(u64, u64)>);

impl Spread {
    /// The shape of which 95 % take so many microseconds at most.
    pub(super) fn usual(p95_us: u64) -> Self {
        let knot = |(share, part): &(u64, u64)| (of_one(*share, 1_000_000), times(*part, p95_us, 1_000));
        Self(SHAPE.iter().map(knot).collect())
    }

    /// The same shape, stretched so that it goes through these points: shares and microseconds.
    pub(super) fn through(&self, points: &[(u64, u64)]) -> Self {
        let mut points = points.to_vec();
        points.sort_unstable();
        let Some(last) = points.last().copied() else { return self.clone() };
        let stretched = self.0.iter().map(|(share, us)| {
            let (at, said) = points.iter().find(|(at, _)| at >= share).copied().unwrap_or(last);
            (*share, times(*us, said, self.at(at).max(1)))
        });
        let mut knots: Vec<(u64, u64)> = stretched.chain(points.iter().copied()).collect();
        knots.sort_unstable();
        knots.dedup();
        // What is said goes before the shape: nothing below it takes longer.
        let mut most = 0;
        for (_, us) in &mut knots {
            most = most.max(*us);
            *us = most;
        }
        Self(knots)
    }

    /// The microseconds that a share of the requests take at most.
    pub(super) fn at(&self, share: u64) -> u64 {
        let after = self.0.iter().position(|(known, _)| *known >= share).unwrap_or(self.0.len() - 1);
        let (before, after) = (self.0[after.saturating_sub(1)], self.0[after]);
        let part = times(share.saturating_sub(before.0), after.1 - before.1, (after.0 - before.0).max(1));
        before.1 + part.min(after.1 - before.1)
    }

    /// The share of the requests that take so many microseconds at most.
    pub(super) fn below(&self, us: u64) -> u64 {
        let Some(index) = self.0.iter().rposition(|(_, known)| *known <= us) else { return 0 };
        let before = self.0[index];
        let Some(after) = self.0.get(index + 1) else { return ONE };
        before.0 + times(us - before.1, after.0 - before.0, after.1 - before.1)
    }

    /// The fastest and the slowest.
    pub(super) fn ends(&self) -> (u64, u64) {
        (self.0[0].1, self.0[self.0.len() - 1].1)
    }
}

/// A part of a whole, of [`ONE`].
pub(super) fn of_one(part: u64, whole: u64) -> u64 {
    times(part, ONE, whole)
}

fn times(number: u64, by: u64, of: u64) -> u64 {
    u64::try_from(u128::from(number) * u128::from(by) / u128::from(of)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_goes_through_what_is_said() {
        let usual = Spread::usual(100_000);
        assert_eq!(usual.at(of_one(95, 100)), 100_000);
        assert_eq!((usual.below(19_999), usual.below(400_000)), (0, ONE));
        let slow = usual.through(&[(of_one(95, 100), 900_000)]);
        assert_eq!(slow.at(of_one(95, 100)), 900_000);
        assert_eq!(slow.at(of_one(50, 100)), 9 * usual.at(of_one(50, 100)));
        // Both ends of a distribution, and a share that is fast enough.
        let both = usual.through(&[(of_one(50, 100), 10_000), (of_one(99, 100), 2_000_000)]);
        assert_eq!((both.at(of_one(50, 100)), both.at(of_one(99, 100))), (10_000, 2_000_000));
        let tenth = usual.through(&[(of_one(90, 100), 300_000)]);
        assert_eq!(tenth.below(300_000), of_one(90, 100));
    }

    #[test]
    fn what_cannot_be_at_once_still_rises() {
        let crossed = Spread::usual(100_000).through(&[(of_one(50, 100), 500_000), (of_one(95, 100), 100_000)]);
        assert!(crossed.0.windows(2).all(|pair| pair[0].0 <= pair[1].0 && pair[0].1 <= pair[1].1), "{crossed:?}");
        assert!((0..1_000).all(|ms| crossed.below(ms * 1_000) <= crossed.below((ms + 1) * 1_000)));
    }
}
