//! What is really so, whoever looks: instances, routes, traffic, actions, and the providers' own book of it all.
//!
//! Nothing here knows the machine's state. Requests come in, take effect or not, and are written down; the oracle reads
//! the book afterwards.

mod book;
mod ends;
mod readings;
mod scripted;
mod service;
mod traffic;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use machine::ports::provider::{Instance, Outcome, Outputs, Probe, Reading, Request, Sample, SampleRequest, Task};
use plan::{Release, ReleaseId};

use crate::case::brought_out;
use crate::script::Play;

pub use book::{Entry, What};
pub use ends::Place;
pub use readings::{FAST_MS, SLOW_MS};
pub use service::Service;
pub use traffic::{Shape, Traffic};

/// The world of one schedule.
#[derive(Clone, Debug)]
pub struct World {
    /// True time, in milliseconds since the schedule began; no fault touches it.
    pub now_ms: u64,
    /// What happened, in order.
    pub book: Vec<Entry>,
    /// What runs and is routed, by environment and the service's name outside the language.
    pub services: BTreeMap<(String, String), Service>,
    /// The script that is played, if one is.
    pub(crate) play: Option<Play>,
    order: u64,
    /// The highest epoch that any provider has seen.
    epoch: u64,
    /// Requests of which nothing may take effect any more.
    closed: BTreeSet<(String, u32)>,
    /// Keys that took effect, with what was answered.
    took: BTreeMap<String, Outputs>,
}

impl World {
    /// An empty world.
    #[must_use]
    pub fn new() -> Self {
        Self {
            now_ms: 0,
            book: Vec::new(),
            services: BTreeMap::new(),
            play: None,
            order: 0,
            epoch: 0,
            closed: BTreeSet::new(),
            took: BTreeMap::new(),
        }
    }

    /// A service with what runs of it: every instance ready, all traffic to it.
    pub fn add(&mut self, place: (String, String), running: Option<&Release>, routed: bool, traffic: Traffic) {
        let mut service = Service::new(traffic);
        if let Some(release) = running {
            service.ensure(&release.id, release.replicas);
            if routed {
                let backends = service.ready(&release.id).iter().map(|i| i.address.clone()).collect();
                service.routes = vec![(release.id.clone(), plan::Share::ALL, backends)];
            }
        }
        self.services.insert(place, service);
    }

    /// The next number in the order of all that happens, on whichever side.
    pub fn number(&mut self) -> u64 {
        self.order += 1;
        self.order
    }

    /// Lets the time pass.
    pub fn pass(&mut self, now_ms: u64) {
        self.now_ms = self.now_ms.max(now_ms);
    }

    /// Writes a line into the book.
    pub fn note(&mut self, what: What) {
        let order = self.number();
        self.book.push(Entry { order, at_ms: self.now_ms, what });
    }

    /// A request arrives at its provider, which learns the epoch from it. False when a newer runtime was here before.
    pub fn arrives(&mut self, request: &Arc<Request>) -> bool {
        let current = request.epoch >= self.epoch;
        self.epoch = self.epoch.max(request.epoch);
        self.note(What::Arrived { request: Arc::clone(request), current });
        current
    }

    /// A request that has arrived takes effect, unless it was ended, or a newer one has changed the same service: an action
    /// that is at work knows of no other.
    pub fn lands(&mut self, request: &Arc<Request>) -> Outcome {
        if self.closed.contains(&(request.key.clone(), request.attempt)) {
            return self.refuse(request, "it was ended");
        }
        if let Some(place) = place_of(&request.task) {
            let service = self.services.entry(place.clone()).or_insert_with(|| Service::new(Traffic::none()));
            if (request.epoch, request.sequence) <= service.latest {
                return self.refuse(request, "a newer request was here");
            }
            service.latest = (request.epoch, request.sequence);
            self.count(&place);
        }
        let outputs = self.take_effect(&request.task);
        if let Some(failed) = self.failed_by_script(request) {
            return failed;
        }
        self.took.insert(request.key.clone(), outputs.clone());
        let shows = place_of(&request.task).and_then(|place| self.services.get(&place)).map(Place::of).map(Box::new);
        self.note(What::Landed { request: Arc::clone(request), shows });
        Outcome::Done(outputs)
    }

    fn refuse(&mut self, request: &Arc<Request>, why: &'static str) -> Outcome {
        self.note(What::Refused { request: Arc::clone(request), why });
        Outcome::Failed { retryable: false, message: why.to_owned() }
    }

    fn take_effect(&mut self, task: &Task) -> Outputs {
        let Some(service) = place_of(task).and_then(|place| self.services.get_mut(&place)) else {
            return Outputs::Value(brought_out());
        };
        match task {
            Task::Ensure { release, instances, .. } => {
                service.ensure(&release.id, *instances);
                Outputs::Instances(service.ready(&release.id))
            }
            Task::Stop { release, keep, .. } => {
                service.stop(&release.id, *keep);
                Outputs::None
            }
            Task::Shift { routes, .. } => {
                let route = |r: &machine::ports::provider::Route| (r.release.clone(), r.share, r.backends.clone());
                service.shift(routes.iter().map(route).collect());
                Outputs::None
            }
            Task::Act { .. } => Outputs::Value(brought_out()),
        }
    }

    /// Whether a key took effect so far, as the provider's own book says.
    pub fn probe(&mut self, request: &Request) -> Probe {
        self.epoch = self.epoch.max(request.epoch);
        match self.took.get(&request.key) {
            Some(outputs) => Probe::Took(outputs.clone()),
            None => Probe::DidNot,
        }
    }

    /// Sees a request to its end: nothing of it takes effect any more.
    pub fn settle(&mut self, request: &Request) -> Outcome {
        self.epoch = self.epoch.max(request.epoch);
        match self.took.get(&request.key) {
            Some(outputs) => Outcome::Done(outputs.clone()),
            None => {
                self.closed.insert((request.key.clone(), request.attempt));
                let message = "it was ended before it took effect".to_owned();
                Outcome::Failed { retryable: true, message }
            }
        }
    }

    /// Whether a key took effect, for people who look.
    #[must_use]
    pub fn took(&self, key: &str) -> bool {
        self.took.contains_key(key)
    }

    /// Ends everything of a run that is still on its way.
    pub fn end_run(&mut self) {
        let arrived = self.book.iter().filter_map(|entry| match &entry.what {
            What::Arrived { request, .. } => Some((request.key.clone(), request.attempt)),
            _ => None,
        });
        self.closed.extend(arrived.collect::<Vec<_>>());
    }

    /// Counters of a service, of this moment; those of a script as they were `lag_ms` ago, because answers come late.
    ///
    /// # Errors
    /// Nobody counts here.
    pub fn sample(&mut self, request: &SampleRequest, lag_ms: u64) -> Result<Sample, String> {
        let place = (request.environment.clone(), request.service_id.clone());
        self.count(&place);
        if let Some(scripted) = self.scripted_sample(request, lag_ms) {
            return scripted;
        }
        let Some(service) = self.services.get(&place) else { return Err("nothing is counted here".to_owned()) };
        let traffic = &service.traffic;
        let reading = |(id, counts): (&ReleaseId, &(u64, u64))| Reading {
            requests: counts.0,
            metrics: readings::of(request, *counts, traffic.per_million(id)),
        };
        let releases = service.counters.iter().map(|it| (it.0.clone(), reading(it))).collect();
        let counts = service.counters.iter().map(|(id, (all, bad))| (id.clone(), *all, *bad)).collect();
        let incarnation = service.incarnation;
        self.note(What::Sampled { place, incarnation, counts });
        Ok(Sample { incarnation: format!("p{incarnation}"), at_ms: request.asked_ms, releases, arms: BTreeMap::new() })
    }

    /// What differs between the world and what a request made it, in words.
    #[must_use]
    pub fn observe(&self, task: &Task) -> Option<String> {
        let service = place_of(task).and_then(|place| self.services.get(&place))?;
        match task {
            Task::Ensure { release, instances, .. } => {
                let ready = service.ready(&release.id).len();
                (ready < *instances as usize).then(|| format!("{ready} of {instances} instances are ready"))
            }
            Task::Shift { routes, .. } => {
                let same = routes.len() == service.routes.len()
                    && routes
                        .iter()
                        .zip(&service.routes)
                        .all(|(a, b)| (&a.release, a.share, &a.backends) == (&b.0, b.1, &b.2));
                (!same).then(|| "the routes are others".to_owned())
            }
            Task::Stop { .. } | Task::Act { .. } => None,
        }
    }

    /// An instance dies: of the release with most of them, in the service with this number.
    pub fn instance_dies(&mut self, which: usize) {
        let now_ms = self.now_ms;
        let count = self.services.len().max(1);
        if let Some(service) = self.services.values_mut().nth(which % count) {
            service.settle(now_ms);
            if let Some(release) = service.one_dies() {
                self.note(What::Died { release });
            }
        }
    }

    /// From now on so many requests in a million go wrong at every release of a service but the sound one.
    pub fn answers_badly(&mut self, place: &(String, String), bad: u64) {
        self.changes(place, |traffic| traffic.bad = bad);
    }

    /// From now on nobody asks a service for anything.
    pub fn falls_silent(&mut self, place: &(String, String)) {
        self.changes(place, |traffic| traffic.rate = 0);
    }

    fn changes(&mut self, place: &(String, String), change: impl FnOnce(&mut Traffic)) {
        let now_ms = self.now_ms;
        if let Some(service) = self.services.get_mut(place) {
            service.settle(now_ms);
            change(&mut service.traffic);
        }
    }

    /// Every proxy starts again: with its weights, and with counters from zero.
    pub fn proxies_restart(&mut self) {
        let now_ms = self.now_ms;
        for service in self.services.values_mut() {
            service.settle(now_ms);
            service.incarnation += 1;
            service.counters.clear();
        }
        self.note(What::Restarted);
    }

    /// Every router shows the routes it had before the latest change.
    pub fn routers_forget(&mut self) {
        let now_ms = self.now_ms;
        for service in self.services.values_mut() {
            service.settle(now_ms);
            service.forget();
        }
        self.note(What::Forgot);
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

/// The service that a task is about; none for actions.
#[must_use]
pub fn place_of(task: &Task) -> Option<(String, String)> {
    match task {
        Task::Ensure { environment, service_id, .. }
        | Task::Stop { environment, service_id, .. }
        | Task::Shift { environment, service_id, .. } => Some((environment.clone(), service_id.clone())),
        Task::Act { .. } => None,
    }
}

/// A ready instance of a release, by its number in the service.
fn instance(release: &ReleaseId, number: u32) -> Instance {
    Instance { id: format!("{release}-{number}"), address: format!("{release}:{number}") }
}
