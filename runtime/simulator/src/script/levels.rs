//! What a metric reads of a release, or of an arm that is none, at an instant: as scripted, else as usual.

use machine::judge::amount;
use plan::{Arm, Reading, ReleaseId};

use super::evenly::ONE;
use super::play::{Part, Play, scaled};
use super::spread::{Spread, of_one};
use super::usual::{Usual, quantile};
use super::{Happens, Level};

/// Whose metric it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose<'a> {
    /// A release's.
    Release(&'a ReleaseId),
    /// An arm's that is no release of its own.
    Arm(Arm),
}

impl Play {
    /// What is said of a metric at an instant. What is said of an own arm goes before what is said of the whole service, and
    /// what is written later before what is written earlier.
    fn said(&self, part: &Part, whose: Whose<'_>, metric: &str, at_ms: u64) -> Vec<(Option<&Reading>, &Level)> {
        let said = self.on(at_ms).rev().filter_map(|(_, event)| match &event.happens {
            Happens::Reads { metric: of, arm, reading, level }
                if of == metric
                    && part.is_played_by(whose, *arm)
                    && event.begins.is_about(&part.service, &part.environment) =>
            {
                Some((*arm == Arm::Service, reading.as_ref(), level))
            }
            _ => None,
        });
        let mut said: Vec<_> = said.collect();
        // Equals stay as they are: the one written last is first.
        said.sort_by_key(|(whole, ..)| *whole);
        said.into_iter().map(|(_, reading, level)| (reading, level)).collect()
    }

    /// Bad requests in a thousand million.
    pub(super) fn share(&self, part: &Part, whose: Whose<'_>, metric: &str, at_ms: u64) -> u64 {
        let said = self.said(part, whose, metric, at_ms).into_iter().find_map(|(_, level)| match level {
            Level::Share(share) => Some(u64::try_from(scaled(*share, 9)).unwrap_or(u64::MAX)),
            Level::Ms(_) | Level::Amount(_) => None,
        });
        said.unwrap_or_else(|| match self.usual.get(metric) {
            Some(Usual::Share(share)) => *share,
            Some(Usual::Spread(..) | Usual::Mean(..) | Usual::Gauge(_) | Usual::Events) | None => 0,
        })
    }

    /// How times are spread.
    pub(super) fn spread(&self, part: &Part, whose: Whose<'_>, metric: &str, usual: &Spread, at_ms: u64) -> Spread {
        let mut points: Vec<(Option<&Reading>, (u64, u64))> = Vec::new();
        for (reading, level) in self.said(part, whose, metric, at_ms) {
            if let Some(point) = point(reading, level)
                && points.iter().all(|(other, _)| *other != reading)
            {
                points.push((reading, point));
            }
        }
        usual.through(&points.into_iter().map(|(_, point)| point).collect::<Vec<_>>())
    }

    /// A mean, or how things stand.
    pub(super) fn amount(&self, part: &Part, whose: Whose<'_>, metric: &str, usual: f64, at_ms: u64) -> f64 {
        self.said(part, whose, metric, at_ms).into_iter().find_map(|(_, level)| of_level(level)).unwrap_or(usual)
    }

    /// Events since the counter began: as many as are scripted come when that begins, and again as soon as a window has opened.
    pub(super) fn events(&self, part: &Part, whose: Whose<'_>, metric: &str, at_ms: u64) -> u64 {
        let mut sum = 0_u64;
        for (index, event) in self.script.events.iter().enumerate() {
            let Happens::Reads { metric: of, arm, level, .. } = &event.happens else { continue };
            let own =
                of == metric && part.counts_for(whose, *arm) && event.begins.is_about(&part.service, &part.environment);
            let (Some(began), true, Some(number)) = (self.began(index), own, of_level(level)) else { continue };
            let windows = part.opened.iter().filter(|ms| began < **ms && **ms <= at_ms && self.is_on(index, **ms));
            let times = u64::from(began <= at_ms) + windows.count() as u64;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a number of events, written whole"
            )]
            let number = number.max(0.0) as u64;
            sum = sum.saturating_add(number.saturating_mul(times));
        }
        sum
    }
}

/// A point of a spread: a share of the requests, and the microseconds that so many take at most.
fn point(reading: Option<&Reading>, level: &Level) -> Option<(u64, u64)> {
    match (reading?, level) {
        (Reading::OverMs(ms), Level::Share(share)) => {
            let over = u64::try_from(scaled(*share, 9)).ok()?.min(1_000_000_000);
            Some((ONE - of_one(over, 1_000_000_000), ms.saturating_mul(1_000)))
        }
        (Reading::Quantile(name), Level::Ms(ms)) => Some((quantile(name)?, ms.saturating_mul(1_000))),
        (Reading::OverMs(_) | Reading::Quantile(_), _) => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "times of a test are below 2^53 ms")]
fn of_level(level: &Level) -> Option<f64> {
    match level {
        Level::Share(share) => Some(share.to_f64()),
        Level::Ms(ms) => Some(*ms as f64),
        Level::Amount(value) => Some(amount(value)?.0),
    }
}

impl Part {
    fn is_played_by(&self, whose: Whose<'_>, arm: Arm) -> bool {
        match whose {
            Whose::Release(release) => self.plays(release, arm),
            Whose::Arm(own) => own == arm || arm == Arm::Service,
        }
    }

    /// The same of what happens once, of which not every release has its own: events of the service are those of what serves it.
    fn counts_for(&self, whose: Whose<'_>, arm: Arm) -> bool {
        let first = self.running.as_ref().or(self.incoming.first());
        match (whose, arm) {
            (Whose::Release(release), Arm::Service) => first == Some(release),
            (whose, arm) => self.is_played_by(whose, arm) && (arm != Arm::Service),
        }
    }
}
