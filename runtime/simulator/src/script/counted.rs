//! What users saw, exactly: requests by release, and how many of them each metric counts as bad.

use std::collections::BTreeMap;

use machine::ports::provider::{MetricReading, Reading, SampleRequest};
use plan::{Arm, Metric, MetricKind, ReleaseId};

use super::play::{Outside, Part, Play};
use super::{Happens, Level};
use crate::world::Service;

/// A thousand million, in which shares are counted.
const PARTS: u128 = 1_000_000_000;

/// Thousandths of a request a second, times milliseconds, times hundredths of a per cent: so many make a request.
const REQUEST: u128 = 1_000 * 1_000 * 10_000;

/// The requests of one release.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    requests: u128,
    /// By metric, requests times the bad ones in a thousand million.
    bad: BTreeMap<String, u128>,
}

impl Counted {
    pub(super) fn requests(&self) -> u64 {
        u64::try_from(self.requests / REQUEST).unwrap_or(u64::MAX)
    }

    pub(super) fn bad(&self, metric: &str) -> u64 {
        let bad = self.bad.get(metric).copied().unwrap_or(0);
        u64::try_from(bad / REQUEST / PARTS).unwrap_or(u64::MAX)
    }
}

impl Play {
    /// Lets the requests of the time that has passed arrive at a service.
    pub(crate) fn settle(&mut self, outside: &Outside, service: &Service, now_ms: u64) {
        let Some(mut part) = self.parts.remove(outside) else { return };
        let mut from_ms = part.settled_ms;
        for to_ms in self.changes(from_ms, now_ms).into_iter().chain([now_ms]) {
            self.arrive(&mut part, service, from_ms, to_ms);
            from_ms = to_ms;
        }
        part.settled_ms = now_ms;
        self.parts.insert(outside.clone(), part);
    }

    fn arrive(&self, part: &mut Part, service: &Service, from_ms: u64, to_ms: u64) {
        let asked = u128::from(part.rate) * u128::from(to_ms.saturating_sub(from_ms));
        for (release, share, backends) in &service.routes {
            let requests = asked * u128::from(share.basis_points());
            let is_down = service.serve(release, backends) == 0;
            let bad: Vec<(String, u64)> =
                self.metrics().map(|name| (name.clone(), self.share(part, release, name, from_ms))).collect();
            let counted = part.counted.entry(release.clone()).or_default();
            counted.requests += requests;
            for (metric, share) in bad {
                // Nobody answers for a release without a ready instance.
                let share = if is_down { PARTS } else { u128::from(share) };
                *counted.bad.entry(metric).or_default() += requests * share;
            }
        }
    }

    /// Every metric of which a share is usual or scripted.
    fn metrics(&self) -> impl Iterator<Item = &String> {
        let scripted = self.script.events.iter().filter_map(|event| match &event.happens {
            Happens::Reads { metric, .. } => Some(metric),
            _ => None,
        });
        let mut all: Vec<&String> = self.usual.keys().chain(scripted).collect();
        all.sort_unstable();
        all.dedup();
        all.into_iter()
    }

    /// Bad requests in a thousand million: as scripted, else as usual. What is said of a release's own arm goes before what
    /// is said of the whole service, and what is written later before what is written earlier.
    fn share(&self, part: &Part, release: &ReleaseId, metric: &str, at_ms: u64) -> u64 {
        let said = self.on(at_ms).rev().filter_map(|(_, event)| match &event.happens {
            Happens::Reads { metric: of, arm, level: Level::Share(share), .. }
                if of == metric
                    && part.plays(release, *arm)
                    && event.begins.is_about(&part.service, &part.environment) =>
            {
                Some((*arm == Arm::Service, *share))
            }
            _ => None,
        });
        // The first among equals is the one written last.
        let said = said.min_by_key(|(whole, _)| *whole).map(|(_, share)| super::play::scaled(share, 9));
        said.map_or(self.usual.get(metric).copied().unwrap_or(0), |said| u64::try_from(said).unwrap_or(u64::MAX))
    }

    /// The counters of a service, by release.
    pub(crate) fn counters(&self, request: &SampleRequest) -> BTreeMap<ReleaseId, Reading> {
        let outside = (request.environment.clone(), request.service_id.clone());
        let Some(part) = self.parts.get(&outside) else { return BTreeMap::new() };
        let reading = |(release, counted): (&ReleaseId, &Counted)| {
            (release.clone(), Reading { requests: counted.requests(), metrics: metrics(request, counted) })
        };
        part.counted.iter().map(reading).collect()
    }
}

fn metrics(request: &SampleRequest, counted: &Counted) -> BTreeMap<String, MetricReading> {
    let shares = request.metrics.iter().filter(|(_, metric): &(&String, &Metric)| metric.kind == MetricKind::Ratio);
    let reading = |name: &String| MetricReading::ratio(counted.bad(name), counted.requests());
    shares.map(|(name, _)| (name.clone(), reading(name))).collect()
}
