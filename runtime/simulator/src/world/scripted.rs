//! The world as a script has it: who counts, what becomes ready, and which actions fail.

use std::sync::Arc;

use machine::ports::provider::{MetricReading, Outcome, Request, Sample, SampleRequest, Task};
use plan::ReleaseId;

use super::{What, World, place_of};

impl World {
    /// Lets the requests of the time that has passed arrive at a service.
    pub(super) fn count(&mut self, place: &(String, String)) {
        let now_ms = self.now_ms;
        let Some(service) = self.services.get_mut(place) else { return };
        match &mut self.play {
            Some(play) => play.settle(place, service, now_ms),
            None => service.settle(now_ms),
        }
    }

    /// Everything that users have seen is counted, at every service.
    pub(crate) fn count_all(&mut self) {
        for place in self.services.keys().cloned().collect::<Vec<_>>() {
            self.count(&place);
            if let Some(play) = &mut self.play {
                play.count(&place, self.now_ms);
            }
        }
    }

    /// A window opens at a service.
    pub(crate) fn window_opens(&mut self, request: &SampleRequest) {
        let place = (request.environment.clone(), request.service_id.clone());
        if let Some(play) = &mut self.play {
            play.window_opens(&place, self.now_ms);
        }
    }

    /// The counters as the script has them, and as they were so many milliseconds ago; none without a script.
    pub(super) fn scripted_sample(&mut self, request: &SampleRequest, lag_ms: u64) -> Option<Result<Sample, String>> {
        let place = (request.environment.clone(), request.service_id.clone());
        let play = self.play.as_mut()?;
        if play.is_silent(&place, self.now_ms) {
            return Some(Err("nobody counts: the test has the metrics silent".to_owned()));
        }
        let (releases, arms) = play.counters(request, self.now_ms.saturating_sub(lag_ms));
        let counts = releases.iter().map(|(id, reading)| {
            let bad = reading.metrics.values().map(bad).max();
            (id.clone(), reading.requests, bad.unwrap_or(0))
        });
        let counts = counts.collect();
        self.note(What::Sampled { place, incarnation: 1, counts });
        Some(Ok(Sample { incarnation: "p1".to_owned(), at_ms: request.asked_ms, releases, arms }))
    }

    /// Whether the script keeps what a request asks for from getting ready.
    pub(crate) fn keeps_unready(&self, request: &Request) -> bool {
        let Task::Ensure { release, .. } = &request.task else { return false };
        let place = place_of(&request.task);
        self.play.as_ref().zip(place).is_some_and(|(play, place)| play.is_unready(&place, &release.id, self.now_ms))
    }

    /// The answer to a request that the script has fail, written down.
    pub(super) fn failed_by_script(&mut self, request: &Arc<Request>) -> Option<Outcome> {
        let message = match &request.task {
            Task::Ensure { release, instances, .. } if self.keeps_unready(request) => {
                self.set_ready(&place_of(&request.task)?, &release.id, false);
                format!("0 of {instances} instances are ready: the test keeps them from it")
            }
            Task::Act { action, .. } if self.play.as_mut()?.lets_fail(action, self.now_ms) => {
                "the test has it fail".to_owned()
            }
            Task::Ensure { .. } | Task::Stop { .. } | Task::Shift { .. } | Task::Act { .. } => return None,
        };
        self.note(What::Failed { request: Arc::clone(request) });
        Some(Outcome::Failed { retryable: true, message })
    }

    /// Makes every instance of a release ready, or none.
    pub(crate) fn set_ready(&mut self, place: &(String, String), release: &ReleaseId, ready: bool) {
        self.count(place);
        if let Some(service) = self.services.get_mut(place) {
            service.set_ready(release, ready);
        }
    }
}

/// Of what is no share, none is bad.
fn bad(metric: &MetricReading) -> u64 {
    match metric {
        MetricReading::Ratio(ratio) => ratio.bad,
        MetricReading::Distribution(_)
        | MetricReading::Mean(_)
        | MetricReading::Gauge(_)
        | MetricReading::Counter(_) => 0,
    }
}
