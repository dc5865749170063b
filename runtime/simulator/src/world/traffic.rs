//! What a service's users do: requests a second, how many go wrong, and how both move with the time of day or in bursts.
//!
//! Whole numbers only, so that a seed gives the same counts on every machine.

use plan::{ReleaseId, Share};

/// Parts in a million.
const MILLION: u64 = 1_000_000;

/// How the traffic moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The same all the time.
    Constant,
    /// Between half and one and a half of its mean over a day.
    Diurnal,
    /// Bursts: a second is like the one before it.
    Autocorrelated,
}

/// The users of one service.
#[derive(Clone, Debug)]
pub struct Traffic {
    /// Requests a second, at the mean.
    pub rate: u64,
    /// How they move.
    pub shape: Shape,
    /// The release that is as it should be.
    pub sound: Option<ReleaseId>,
    /// Bad requests in a million of that release.
    pub usual: u64,
    /// Bad requests in a million of every other.
    pub bad: u64,
    /// What bursts are drawn from.
    pub seed: u64,
}

impl Traffic {
    /// Nobody asks for anything.
    #[must_use]
    pub fn none() -> Self {
        Self { rate: 0, shape: Shape::Constant, sound: None, usual: 0, bad: 0, seed: 0 }
    }

    /// Bad requests in a million of a release.
    pub(crate) fn per_million(&self, release: &ReleaseId) -> u64 {
        if self.sound.as_ref() == Some(release) { self.usual } else { self.bad }
    }

    /// Requests and bad ones for a release with this share between two instants. Differences of a count from the
    /// beginning, so that how often it is asked changes nothing by more than one request.
    pub(crate) fn between(&self, from_ms: u64, to_ms: u64, share: Share, release: &ReleaseId) -> (u64, u64) {
        let all = |ms: u64| self.until(ms).saturating_mul(u64::from(share.basis_points())) / 10_000;
        let per_million = self.per_million(release);
        let bad = |ms: u64| all(ms).saturating_mul(per_million) / MILLION;
        (all(to_ms).saturating_sub(all(from_ms)), bad(to_ms).saturating_sub(bad(from_ms)))
    }

    /// Requests of the whole service until an instant.
    fn until(&self, ms: u64) -> u64 {
        // In thousandths of a request, so that what moves it never takes more than arrives.
        let steady = self.rate.saturating_mul(ms);
        let thousandths = match self.shape {
            Shape::Constant => steady,
            Shape::Diurnal => steady.saturating_add(swing(ms, 86_400_000, self.rate)),
            // Three swings whose lengths differ and whose starts the seed draws.
            Shape::Autocorrelated => {
                [7_000, 31_000, 127_000].iter().enumerate().fold(steady, |sum, (index, length)| {
                    let start = (self.seed >> (8 * index)) % length;
                    sum.saturating_add(swing(ms + start, *length, self.rate / 3))
                })
            }
        };
        thousandths / 1_000
    }
}

/// What a triangle wave of this length, half a `rate` up and half a `rate` down, has added until an instant, in thousandths.
fn swing(ms: u64, length_ms: u64, rate: u64) -> u64 {
    let within = ms % length_ms;
    within.min(length_ms - within).saturating_mul(rate) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traffic(shape: Shape) -> Traffic {
        Traffic { rate: 1_000, shape, sound: None, usual: 1_000, bad: 1_000, seed: 77_777_777 }
    }

    #[test]
    fn counts_only_grow_and_do_not_depend_on_who_looks() {
        let release = ReleaseId("r".to_owned());
        for shape in [Shape::Constant, Shape::Diurnal, Shape::Autocorrelated] {
            let traffic = traffic(shape);
            let whole = traffic.between(0, 3_600_000, Share::ALL, &release);
            let parts: u64 =
                (0..3_600).map(|s| traffic.between(s * 1_000, (s + 1) * 1_000, Share::ALL, &release).0).sum();
            assert_eq!(whole.0, parts, "{shape:?}");
            assert!((1_000_000..7_000_000).contains(&whole.0), "{shape:?}: {}", whole.0);
            assert!((0..5_000).all(|ms| traffic.until(ms) <= traffic.until(ms + 1)), "{shape:?}");
        }
    }

    #[test]
    fn traffic_moves_where_it_should() {
        let second = |shape, s: u64| traffic(shape).until((s + 1) * 1_000) - traffic(shape).until(s * 1_000);
        assert_eq!(second(Shape::Constant, 5), second(Shape::Constant, 50_000));
        assert!(second(Shape::Diurnal, 5) > second(Shape::Diurnal, 50_000));
        let bursts: std::collections::BTreeSet<u64> = (0..60).map(|s| second(Shape::Autocorrelated, s)).collect();
        assert!(bursts.len() > 4, "{bursts:?}");
    }
}
