//! Which release answers a request: the routing table in force, replaced as a whole, and what outlives a table.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::time::{SystemTime, UNIX_EPOCH};

use hyper::header::HeaderValue;

use crate::backend::Backend;
use crate::boot::since_boot_us;
use crate::chance;
use crate::counters::{self, Tallies};
use crate::limits::RETIRED_RELEASES_MAX;
use crate::protocol::{
    Counters, DrainingRelease, PROTOCOL, PutRoutes, ReleaseCounters, RouteRelease, RoutedRelease, Routes, WEIGHT_SUM,
};

/// What all tables of a process share for one release: its name, its turn, its counters.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) id: String,
    pub(crate) header: HeaderValue,
    turn: AtomicUsize,
    pub(crate) tallies: Tallies,
}

/// One release as one table routes it.
#[derive(Debug)]
pub(crate) struct Release {
    pub(crate) identity: Arc<Identity>,
    pub(crate) weight: u32,
    pub(crate) backends: Vec<Arc<Backend>>,
}

impl Release {
    /// All backends once, beginning with the one whose turn it is.
    pub(crate) fn backends_in_turn(&self) -> impl Iterator<Item = &Arc<Backend>> {
        let turn = self.identity.turn.fetch_add(1, Ordering::Relaxed) % self.backends.len().max(1);
        let (later, first) = self.backends.split_at(turn.min(self.backends.len()));
        first.iter().chain(later)
    }
}

/// A request held by a release, from its choice to the end of the response body.
#[derive(Debug)]
pub(crate) struct InFlight {
    pub(crate) release: Arc<Release>,
}

impl InFlight {
    fn new(release: &Arc<Release>) -> Self {
        release.identity.tallies.enter();
        Self { release: Arc::clone(release) }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.release.identity.tallies.leave();
    }
}

#[derive(Debug)]
struct Table {
    epoch: u64,
    key: String,
    service: String,
    releases: Vec<Arc<Release>>,
}

/// The routing table in force and everything known about releases in this incarnation.
#[derive(Debug)]
pub(crate) struct Router {
    pub(crate) incarnation: String,
    table: RwLock<Table>,
    /// Every release with counters; those routed last are at the end. Also lets only one snapshot in at a time.
    known: Mutex<Vec<Arc<Identity>>>,
}

impl Router {
    pub(crate) fn new() -> Self {
        let table = Table { epoch: 0, key: String::new(), service: String::new(), releases: Vec::new() };
        Self { incarnation: chance::id(), table: RwLock::new(table), known: Mutex::new(Vec::new()) }
    }

    /// Chooses a release by weight, or none when nothing is routed.
    ///
    /// The request is in flight before the table can change: once a new table is in force, the in-flight gauge of a
    /// release that left it only falls.
    pub(crate) fn admit(&self) -> Option<InFlight> {
        let table = self.table();
        pick(table.releases.iter(), WEIGHT_SUM).map(InFlight::new)
    }

    /// Chooses, by weight, a release not among those tried, for a request none of them took.
    pub(crate) fn admit_elsewhere(&self, tried: &[Arc<Identity>]) -> Option<InFlight> {
        let table = self.table();
        let untried =
            || table.releases.iter().filter(|release| !tried.iter().any(|one| Arc::ptr_eq(one, &release.identity)));
        let weights = untried().map(|release| release.weight).sum();
        pick(untried(), weights).map(InFlight::new)
    }

    /// Puts a checked table in force, as a whole. Requests in flight stay where they are.
    pub(crate) fn apply(&self, routes: &PutRoutes) {
        let mut known = self.known();
        let mut pool = self.backends();
        let releases =
            routes.releases.iter().filter_map(|route| build(route, &mut known, &mut pool)).map(Arc::new).collect();
        let table = Table { epoch: routes.epoch, key: routes.key.clone(), service: routes.service.clone(), releases };
        let kept: Vec<Arc<Backend>> =
            table.releases.iter().flat_map(|release| release.backends.iter().cloned()).collect();
        *self.table.write().unwrap_or_else(PoisonError::into_inner) = table;
        let left = pool.into_values().filter(|backend| !kept.iter().any(|one| Arc::ptr_eq(one, backend)));
        left.for_each(|backend| backend.retire());
        forget_oldest(&mut known, routes.releases.len());
    }

    /// Notes that an epoch was seen without a new table.
    pub(crate) fn raise_epoch(&self, epoch: u64) {
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        table.epoch = table.epoch.max(epoch);
    }

    /// Closes backend connections that have been idle for too long.
    pub(crate) fn prune(&self) {
        self.backends().into_values().for_each(|backend| backend.prune());
    }

    /// The table in force with its in-flight gauges.
    pub(crate) fn routes(&self) -> Routes {
        let known = self.known();
        let counted = counters::snapshot(known.iter().map(|identity| &identity.tallies));
        let in_flight = |identity: &Arc<Identity>| {
            known.iter().position(|one| Arc::ptr_eq(one, identity)).map_or(0, |at| counted[at].in_flight)
        };
        let table = self.table();
        let releases = table.releases.iter().map(|release| RoutedRelease {
            release: release.identity.id.clone(),
            weight: release.weight,
            backends: release.backends.iter().map(|backend| backend.address).collect(),
            in_flight: in_flight(&release.identity),
        });
        let left = known.iter().filter(|one| !table.releases.iter().any(|release| Arc::ptr_eq(&release.identity, one)));
        let draining = left.map(|one| DrainingRelease { release: one.id.clone(), in_flight: in_flight(one) });
        Routes {
            protocol: PROTOCOL,
            incarnation: self.incarnation.clone(),
            epoch: table.epoch,
            key: table.key.clone(),
            service: table.service.clone(),
            releases: releases.collect(),
            draining: draining.filter(|one| one.in_flight > 0).collect(),
        }
    }

    /// All counters at one instant.
    pub(crate) fn counters(&self) -> Counters {
        let known = self.known();
        let counted: Vec<ReleaseCounters> = counters::snapshot(known.iter().map(|identity| &identity.tallies));
        Counters {
            protocol: PROTOCOL,
            incarnation: self.incarnation.clone(),
            at_ms: now_ms(),
            at_boot_us: Some(since_boot_us()),
            service: self.table().service.clone(),
            releases: known.iter().map(|identity| identity.id.clone()).zip(counted).collect(),
        }
    }

    fn backends(&self) -> HashMap<SocketAddr, Arc<Backend>> {
        let table = self.table();
        let all = table.releases.iter().flat_map(|release| release.backends.iter());
        all.map(|backend| (backend.address, Arc::clone(backend))).collect()
    }

    fn table(&self) -> RwLockReadGuard<'_, Table> {
        self.table.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self) -> MutexGuard<'_, Vec<Arc<Identity>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn pick<'a>(releases: impl Iterator<Item = &'a Arc<Release>>, weights: u32) -> Option<&'a Arc<Release>> {
    let mut point = chance::below(weights);
    for release in releases {
        if point < release.weight {
            return Some(release);
        }
        point -= release.weight;
    }
    None
}

/// The id was checked to be a header value before; one that is not is left out rather than a reason to panic.
fn build(
    route: &RouteRelease,
    known: &mut Vec<Arc<Identity>>,
    pool: &mut HashMap<SocketAddr, Arc<Backend>>,
) -> Option<Release> {
    let identity = match known.iter().position(|identity| identity.id == route.release) {
        Some(at) => known.remove(at),
        None => Arc::new(Identity {
            id: route.release.clone(),
            header: HeaderValue::from_str(&route.release).ok()?,
            turn: AtomicUsize::new(0),
            tallies: Tallies::default(),
        }),
    };
    known.push(Arc::clone(&identity));
    let backend = |address: &SocketAddr| {
        let kept = pool.entry(*address).or_insert_with(|| Arc::new(Backend::new(*address)));
        Arc::clone(kept)
    };
    Some(Release { identity, weight: route.weight, backends: route.backends.iter().map(backend).collect() })
}

/// Bounds what is remembered. A release with requests in flight is never forgotten.
fn forget_oldest(known: &mut Vec<Arc<Identity>>, routed: usize) {
    let mut surplus = known.len().saturating_sub(routed + RETIRED_RELEASES_MAX);
    let retired = known.len() - routed.min(known.len());
    let mut at = 0;
    known.retain(|identity| {
        let old = at < retired && surplus > 0;
        at += 1;
        let forget =
            old && counters::snapshot(std::iter::once(&identity.tallies)).iter().all(|seen| seen.in_flight == 0);
        surplus -= usize::from(forget);
        !forget
    });
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
