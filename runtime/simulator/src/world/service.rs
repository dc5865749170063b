//! One service in the world: instances by release, routes, counters.

use machine::ports::provider::Instance;
use plan::{ReleaseId, Share};
use std::collections::BTreeMap;

use super::{Traffic, instance};

/// A route: a release, its share, and the addresses it goes to.
pub(crate) type Route = (ReleaseId, Share, Vec<String>);

/// A service in the world.
#[derive(Clone, Debug)]
pub struct Service {
    /// Where its traffic goes.
    pub(crate) routes: Vec<Route>,
    /// Requests and bad ones, by release, since the counters began.
    pub counters: BTreeMap<ReleaseId, (u64, u64)>,
    /// How often the counters began.
    pub incarnation: u64,
    /// Epoch and sequence of the latest request that took effect.
    pub latest: (u64, u64),
    /// What its users do.
    pub traffic: Traffic,
    /// Numbers of the instances that effects left standing, and whether each is ready.
    instances: BTreeMap<ReleaseId, Vec<(u32, bool)>>,
    before: Vec<Route>,
    started: u32,
    settled_ms: u64,
}

impl Service {
    pub(crate) fn new(traffic: Traffic) -> Self {
        Self {
            routes: Vec::new(),
            counters: BTreeMap::new(),
            incarnation: 1,
            latest: (0, 0),
            traffic,
            instances: BTreeMap::new(),
            before: Vec::new(),
            started: 0,
            settled_ms: 0,
        }
    }

    /// Lets the requests of the time that has passed arrive.
    pub(crate) fn settle(&mut self, now_ms: u64) {
        for (release, share, _) in &self.routes {
            let counts = self.counters.entry(release.clone()).or_default();
            let (all, bad) = self.traffic.between(self.settled_ms, now_ms, *share, release);
            counts.0 += all;
            counts.1 += bad;
        }
        self.settled_ms = now_ms;
    }

    pub(crate) fn ensure(&mut self, release: &ReleaseId, wanted: u32) {
        let all = self.instances.entry(release.clone()).or_default();
        all.retain(|(_, ready)| *ready);
        while all.len() < wanted as usize {
            self.started += 1;
            all.push((self.started, true));
        }
    }

    pub(crate) fn set_ready(&mut self, release: &ReleaseId, ready: bool) {
        let own = self.instances.get_mut(release).into_iter().flatten();
        own.for_each(|(_, is_ready)| *is_ready = ready);
    }

    pub(crate) fn stop(&mut self, release: &ReleaseId, keep: u32) {
        if let Some(all) = self.instances.get_mut(release) {
            all.truncate(keep as usize);
        }
    }

    pub(crate) fn shift(&mut self, routes: Vec<Route>) {
        self.before = std::mem::replace(&mut self.routes, routes);
    }

    /// The ready instances of a release.
    pub(crate) fn ready(&self, release: &ReleaseId) -> Vec<Instance> {
        let all = self.instances.get(release).map(Vec::as_slice).unwrap_or_default();
        all.iter().filter(|(_, ready)| *ready).map(|(number, _)| instance(release, *number)).collect()
    }

    /// How many of these addresses are ready instances of the release.
    pub(crate) fn serve(&self, release: &ReleaseId, backends: &[String]) -> usize {
        let ready = self.ready(release);
        backends.iter().filter(|address| ready.iter().any(|instance| &instance.address == *address)).count()
    }

    pub(crate) fn counts(&self) -> Vec<(ReleaseId, u32, u32)> {
        let count = |all: &[(u32, bool)]| {
            let ready = all.iter().filter(|(_, ready)| *ready).count();
            (u32::try_from(all.len()).unwrap_or(u32::MAX), u32::try_from(ready).unwrap_or(u32::MAX))
        };
        self.instances.iter().map(|(id, all)| (id.clone(), count(all).0, count(all).1)).collect()
    }

    /// One instance of the release with the most ready ones dies.
    pub(crate) fn one_dies(&mut self) -> Option<ReleaseId> {
        let ready = |all: &Vec<(u32, bool)>| all.iter().filter(|(_, ready)| *ready).count();
        let (release, all) = self.instances.iter_mut().max_by_key(|(_, all)| ready(all))?;
        all.iter_mut().find(|(_, ready)| *ready)?.1 = false;
        Some(release.clone())
    }

    /// The router shows its earlier routes.
    pub(crate) fn forget(&mut self) {
        self.routes.clone_from(&self.before);
    }
}
