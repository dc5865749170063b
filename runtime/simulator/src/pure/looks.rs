//! Windows and gates: counters are read, and the looks worth keeping become events, as in the engine.

use std::collections::BTreeMap;

use machine::Source;
use machine::event::Event;
use machine::judge::{Look, began_again, is_worth_keeping, look};
use machine::ports::provider::{
    CounterReading, GaugeReading, HistogramReading, MeanReading, MetricReading, Reading, Sample, SampleRequest,
};
use machine::sampling::opening;
use machine::state::SlotState;
use plan::ReleaseId;

use super::{Again, Due, Loop};
use crate::fault::{Door, Hit, Kind};
use crate::trouble::Trouble;

/// When a gate is looked at first, in milliseconds. Each further look comes half as much later again, so that a hold of
/// a month costs no more than a hundred looks.
pub(super) const LOOK_EVERY_MS: u64 = 250;

impl Loop<'_> {
    /// The counted window of a hold begins.
    pub(super) fn opens(&mut self, worker: usize, slot: u32, source: Option<&Source>) {
        if !self.workers[worker].alive || self.workers[worker].resting {
            return;
        }
        let at = self.moment();
        self.begins_to_be_wrong(slot, source);
        let (sample, note) = match source.map(|source| self.sample(worker, slot, source)) {
            None => (None, None),
            Some(answer) => opening(&at, &at, answer),
        };
        source.into_iter().for_each(|source| self.left.world.window_opens(&source.request));
        let node = self.workers[worker].run.id(slot).to_owned();
        self.turn(worker, Event::Opened { node, sample, note }, None);
    }

    /// A gate is looked at.
    pub(super) fn looks(&mut self, worker: usize, slot: u32, source: Option<Source>, again: Option<Again>) {
        let by = &self.workers[worker];
        let holds = matches!(by.run.state(slot), SlotState::Holding(_) | SlotState::Asking { .. });
        let replaced = again.is_some_and(|again| by.watches.get(&slot) != Some(&again.watch));
        if !by.alive || by.resting || !holds || replaced {
            return;
        }
        let sample = match &source {
            Some(source) => self.sample(worker, slot, source),
            None => Err("the environment measures nothing".to_owned()),
        };
        if let Some(again) = again {
            let wait_ms = match &self.left.world.play {
                Some(play) => play.until_next_look_ms(again.since_ms, self.now_ms(), LOOK_EVERY_MS),
                None => again.every_ms,
            };
            let next = Again { every_ms: again.every_ms.saturating_add(again.every_ms / 2), ..again };
            self.after(wait_ms, Due::Look { worker, slot, source, again: Some(next) });
        }
        self.sampled(worker, slot, again.is_none(), sample);
    }

    fn sampled(&mut self, worker: usize, slot: u32, last: bool, sample: Result<Sample, String>) {
        let at = self.moment();
        let node = self.workers[worker].run.id(slot).to_owned();
        let seen = match look(&self.workers[worker].run, slot, &at, &at, sample.clone()) {
            Some(Look::Restarted(restarted)) => {
                self.turn(worker, began_again(node.clone(), restarted), None);
                if !self.workers[worker].alive {
                    return;
                }
                look(&self.workers[worker].run, slot, &at, &at, sample)
            }
            other => other,
        };
        let Some(Look::Seen(evidence)) = seen else { return };
        if last || is_worth_keeping(&self.workers[worker].run, slot, &evidence) {
            self.turn(worker, Event::Judged { node, last, evidence }, None);
        }
    }

    fn sample(&mut self, worker: usize, slot: u32, source: &Source) -> Result<Sample, String> {
        let fault = self.passes(Door::Sample, Hit::Wait, worker, Some(slot));
        let place = (source.request.environment.clone(), source.request.service_id.clone());
        if fault == Some(Kind::NoData) || self.trouble(slot) == Some(Trouble::GateSilent) {
            return Err("the source does not answer".to_owned());
        }
        if let Some(stale) = self.stale_for_ever(slot, &place) {
            return Ok(stale);
        }
        let before = self.sampled.get(&place).cloned();
        let asked_ms = self.moment().wall_ms;
        let real =
            self.left.world.sample(&SampleRequest { asked_ms, ..source.request.clone() }, self.case.lag_ms(slot))?;
        let given = match fault {
            Some(Kind::Stale) => before.unwrap_or_else(|| real.clone()),
            Some(Kind::Foreign) => foreign(&real),
            Some(Kind::Impossible) => impossible(&real),
            _ => real.clone(),
        };
        self.sampled.insert(place, real);
        Ok(given)
    }
}

/// The same counts, of releases that nobody asked about.
fn foreign(real: &Sample) -> Sample {
    let renamed = |(id, reading): (&ReleaseId, &Reading)| (ReleaseId(format!("{id}-other")), reading.clone());
    Sample { releases: real.releases.iter().map(renamed).collect(), ..real.clone() }
}

/// More bad requests than requests, a number that is none, buckets that do not fit.
fn impossible(real: &Sample) -> Sample {
    let worse = |reading: &Reading| Reading {
        requests: reading.requests,
        metrics: reading.metrics.iter().map(|(name, reading)| (name.clone(), cannot_be(reading))).collect(),
    };
    let releases: BTreeMap<_, _> = real.releases.iter().map(|(id, reading)| (id.clone(), worse(reading))).collect();
    Sample { releases, ..real.clone() }
}

fn cannot_be(reading: &MetricReading) -> MetricReading {
    match reading {
        MetricReading::Ratio(ratio) => {
            MetricReading::ratio(ratio.total.saturating_mul(2).saturating_add(7), ratio.total)
        }
        MetricReading::Distribution(histogram) => {
            MetricReading::Distribution(HistogramReading { counts: Vec::new(), ..histogram.clone() })
        }
        MetricReading::Mean(mean) => MetricReading::Mean(MeanReading { sum: f64::NAN, ..*mean }),
        MetricReading::Gauge(gauge) => MetricReading::Gauge(GaugeReading { most: f64::NEG_INFINITY, ..*gauge }),
        // Any number of events can be; that they ran backwards cannot.
        MetricReading::Counter(_) => MetricReading::Counter(CounterReading { events: 0 }),
    }
}
