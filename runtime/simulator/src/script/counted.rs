//! What users saw, exactly: requests by release, and what each metric counts of them. What happened lately may not be shown
//! yet, where a gate says that answers come late.

use std::collections::BTreeMap;

use machine::ports::provider::{
    CounterReading, GaugeReading, HistogramReading, MeanReading, MetricReading, Reading, SampleRequest,
};
use plan::{Arm, ReleaseId, Share};

use super::evenly;
use super::levels::Whose;
use super::play::{Outside, Part, Play};
use super::spread::Spread;
use super::usual::Usual;
use crate::world::Service;

/// A thousand million, in which shares are counted.
const PARTS: u128 = 1_000_000_000;

/// Thousandths of a request a second, times milliseconds, times hundredths of a per cent: so many make a request.
const REQUEST: u128 = 1_000 * 1_000 * 10_000;

/// How long before the run the arm `previous` was counted, in milliseconds.
const PREVIOUS_MS: u128 = 3_600_000;

/// The mean of no requests.
const NO_MEAN: MeanReading = MeanReading { count: 0, sum: 0.0, squares: Some(0.0) };

/// The requests of one release.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Counted {
    requests: u128,
    /// By metric, requests times the bad ones in a thousand million.
    bad: BTreeMap<String, u128>,
    /// By metric, requests by bucket.
    spread: BTreeMap<String, Vec<u64>>,
    means: BTreeMap<String, MeanReading>,
}

/// A time during which the same was routed.
#[derive(Clone, Debug)]
pub(super) struct Stretch {
    from_ms: u64,
    to_ms: u64,
    /// Releases with their shares, and whether nobody answers for them.
    routes: Vec<(ReleaseId, Share, bool)>,
}

impl Counted {
    pub(super) fn requests(&self) -> u64 {
        u64::try_from(self.requests / REQUEST).unwrap_or(u64::MAX)
    }

    pub(super) fn bad(&self, metric: &str) -> u64 {
        let bad = self.bad.get(metric).copied().unwrap_or(0);
        u64::try_from(bad / REQUEST / PARTS).unwrap_or(u64::MAX)
    }

    /// The requests that took longer than a bucket's bound.
    pub(super) fn slower(&self, metric: &str, bounds: &[u64], us: u64) -> u64 {
        let counts = self.spread.get(metric).into_iter().flatten();
        let above = bounds.iter().map(|bound| *bound > us).chain([true]);
        counts.zip(above).filter(|(_, above)| *above).map(|(count, _)| count).sum()
    }

    fn mean(&mut self, metric: &str, requests: u64, value: f64, apart: f64) {
        let mean = self.means.entry(metric.to_owned()).or_insert(NO_MEAN);
        #[expect(clippy::cast_precision_loss, reason = "counts of a simulation stay far below 2^53")]
        let number = requests as f64;
        mean.count += requests;
        mean.sum += number * value;
        mean.squares = mean.squares.map(|squares| squares + number * (value * value + apart * apart));
    }

    fn times(&mut self, metric: &str, spread: Option<&Spread>, bounds: &[u64], from: u64, to: u64) {
        let buckets = self.spread.entry(metric.to_owned()).or_insert_with(|| vec![0; bounds.len() + 1]);
        let (mut before, all) = (0, to - from);
        let shares = bounds.iter().map(|us| spread.map_or(0, |spread| spread.below(*us))).chain([evenly::ONE]);
        for (bucket, share) in buckets.iter_mut().zip(shares) {
            let below = if share == 0 { 0 } else { evenly::below(to, share) - evenly::below(from, share) };
            *bucket += below - before;
            before = below;
            if before == all {
                break;
            }
        }
    }
}

impl Play {
    /// Notes what has been routed in the time that has passed.
    pub(crate) fn settle(&mut self, outside: &Outside, service: &Service, now_ms: u64) {
        let Some(part) = self.parts.get_mut(outside) else { return };
        let routes = service.routes.iter();
        let routes = routes.map(|(id, share, backends)| (id.clone(), *share, service.serve(id, backends) == 0));
        part.pending.push_back(Stretch { from_ms: part.settled_ms, to_ms: now_ms, routes: routes.collect() });
        part.settled_ms = now_ms;
    }

    /// Counts every request until an instant.
    pub(crate) fn count(&mut self, outside: &Outside, until_ms: u64) {
        let Some(mut part) = self.parts.remove(outside) else { return };
        while let Some(mut stretch) = part.pending.pop_front() {
            let to_ms = stretch.to_ms.min(until_ms);
            if stretch.from_ms < to_ms {
                self.arrive(&mut part, &stretch, to_ms);
                stretch.from_ms = to_ms;
            }
            if to_ms < stretch.to_ms {
                part.pending.push_front(stretch);
                break;
            }
        }
        self.parts.insert(outside.clone(), part);
    }

    fn arrive(&self, part: &mut Part, stretch: &Stretch, to_ms: u64) {
        let mut from_ms = stretch.from_ms;
        for until_ms in self.changes(from_ms, to_ms).into_iter().chain([to_ms]) {
            let asked = u128::from(part.rate) * u128::from(until_ms - from_ms);
            for (release, share, is_down) in &stretch.routes {
                let requests = asked * u128::from(share.basis_points());
                let mut counted = part.counted.remove(release).unwrap_or_default();
                self.ask(part, Whose::Release(release), &mut counted, requests, *is_down, from_ms);
                part.counted.insert(release.clone(), counted);
                if part.incoming.contains(release) {
                    // A fresh copy of what runs has as many users as the incoming release.
                    let mut beside = std::mem::take(&mut part.baseline);
                    self.ask(part, Whose::Arm(Arm::Baseline), &mut beside, requests, false, from_ms);
                    part.baseline = beside;
                }
            }
            from_ms = until_ms;
        }
    }

    /// Requests arrive while the same holds.
    fn ask(&self, part: &Part, whose: Whose<'_>, counted: &mut Counted, requests: u128, is_down: bool, at_ms: u64) {
        let before = counted.requests();
        counted.requests += requests;
        let after = counted.requests();
        for (name, usual) in &self.usual {
            match usual {
                Usual::Share(_) => {
                    // Nobody answers for a release without a ready instance.
                    let share = if is_down { PARTS } else { u128::from(self.share(part, whose, name, at_ms)) };
                    *counted.bad.entry(name.clone()).or_default() += requests * share;
                }
                Usual::Spread(usual, bounds) => {
                    let spread = (!is_down).then(|| self.spread(part, whose, name, usual, at_ms));
                    counted.times(name, spread.as_ref(), bounds, before, after);
                }
                Usual::Mean(usual, range) if !is_down => {
                    let value = self.amount(part, whose, name, *usual, at_ms);
                    counted.mean(name, after - before, value, apart(value, *range));
                }
                Usual::Mean(..) | Usual::Gauge(_) | Usual::Events => {}
            }
        }
    }

    /// A window opens: what is counted in windows begins anew.
    pub(crate) fn window_opens(&mut self, outside: &Outside, now_ms: u64) {
        self.parts.get_mut(outside).into_iter().for_each(|part| part.opened.push(now_ms));
    }

    /// The counters of a service as they were at an instant, by release and by arm.
    pub(crate) fn counters(
        &mut self,
        request: &SampleRequest,
        at_ms: u64,
    ) -> (BTreeMap<ReleaseId, Reading>, BTreeMap<Arm, Reading>) {
        let outside = (request.environment.clone(), request.service_id.clone());
        self.count(&outside, at_ms);
        let Some(part) = self.parts.get(&outside) else { return Default::default() };
        let releases = part.counted.iter();
        let releases =
            releases.map(|(id, counted)| (id.clone(), self.reading(request, part, Whose::Release(id), counted, at_ms)));
        let arms = request.arms.iter().filter_map(|arm| Some((*arm, self.arm(request, part, *arm, at_ms)?)));
        (releases.collect(), arms.collect())
    }

    /// An arm that is no release of its own; none of copies, which nobody sends.
    fn arm(&self, request: &SampleRequest, part: &Part, arm: Arm, at_ms: u64) -> Option<Reading> {
        let whose = Whose::Arm(arm);
        match arm {
            Arm::Baseline => Some(self.reading(request, part, whose, &part.baseline, at_ms)),
            Arm::Previous => {
                let mut counted = Counted::default();
                let requests = u128::from(part.rate) * PREVIOUS_MS * u128::from(Share::ALL.basis_points());
                self.ask(part, whose, &mut counted, requests, false, at_ms);
                Some(self.reading(request, part, whose, &counted, at_ms))
            }
            Arm::Canary | Arm::Stable | Arm::Service | Arm::Shadow => None,
        }
    }

    fn reading(
        &self,
        request: &SampleRequest,
        part: &Part,
        whose: Whose<'_>,
        counted: &Counted,
        at_ms: u64,
    ) -> Reading {
        let one = |name: &String| Some((name.clone(), self.metric(part, whose, name, counted, at_ms)?));
        Reading { requests: counted.requests(), metrics: request.metrics.keys().filter_map(one).collect() }
    }

    fn metric(
        &self,
        part: &Part,
        whose: Whose<'_>,
        name: &str,
        counted: &Counted,
        at_ms: u64,
    ) -> Option<MetricReading> {
        Some(match self.usual.get(name)? {
            Usual::Share(_) => MetricReading::ratio(counted.bad(name), counted.requests()),
            Usual::Spread(_, bounds) => MetricReading::Distribution(histogram(bounds, counted.spread.get(name))),
            Usual::Gauge(usual) => {
                let now = self.amount(part, whose, name, *usual, at_ms);
                MetricReading::Gauge(GaugeReading { least: now, most: now })
            }
            Usual::Mean(..) => MetricReading::Mean(counted.means.get(name).copied().unwrap_or(NO_MEAN)),
            Usual::Events => MetricReading::Counter(CounterReading { events: self.events(part, whose, name, at_ms) }),
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "times of a test are below 2^53 µs")]
fn histogram(bounds: &[u64], counts: Option<&Vec<u64>>) -> HistogramReading {
    HistogramReading {
        bounds: bounds.iter().map(|us| *us as f64 / 1_000.0).collect(),
        counts: counts.cloned().unwrap_or_else(|| vec![0; bounds.len() + 1]),
    }
}

/// How far from their mean the values of single requests are, on both sides: half of it, within the metric's range.
fn apart(mean: f64, range: Option<(f64, f64)>) -> f64 {
    let (low, high) = range.unwrap_or((f64::MIN, f64::MAX));
    (mean.abs() / 2.0).min(mean - low).min(high - mean).max(0.0)
}
