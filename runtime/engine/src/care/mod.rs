//! Looks after what runs while no run is at work on it: what the world does not show any more is done again, a few
//! times and with growing pauses, and told to people where that does not help or is not ours to do.

mod case;
mod journal;
mod last_run;
mod lost;
mod mend;
mod patient;

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::{FutureExt, TryStreamExt, stream};
use machine::ports::store::{Running, StoreError, Target};
use tokio::sync::{OwnedMutexGuard, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

use crate::doors::Doors;
use crate::restored::is_from_a_backup;
use crate::take_up::of_one_run;
use crate::{Engine, Inner};
pub(crate) use case::observe;
use case::{Case, Finding};
use patient::{ATTEMPTS_MAX, Patient};

/// How often what runs is compared with what should run, in milliseconds.
const LOOK_EVERY_MS: u64 = 30_000;

/// Places that are looked at, and mended, at the same time.
const AT_ONCE: usize = 8;

/// What a place has that can be mended: its instances and its routes.
const PARTS: usize = 2;

/// Said of a place where our own looking panicked; the other places are looked after.
const BROKE_OFF: &str =
    "looking after it broke off, which is a defect of this program; its panic is in the runtime's standard error";

/// What is not as it should be, by what it is about.
pub type Concerns = BTreeMap<String, Concern>;

/// Something that is not as it should be: it is being mended, or needs people's attention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concern {
    /// The environment it is about; none when it is about all.
    pub environment: Option<String>,
    /// A sentence.
    pub words: String,
}

/// What the keeper remembers. Nothing of it has to outlive the process: the world is looked at anew.
#[derive(Default)]
pub(crate) struct Care {
    doors: Doors<Target>,
    patients: Mutex<BTreeMap<Target, Patient>>,
    concerns: watch::Sender<Concerns>,
    /// One at a time appends to journals of runs that have ended, because each record follows the one before.
    pub(crate) recording: tokio::sync::Mutex<()>,
    keeper: Mutex<Option<JoinHandle<()>>>,
}

impl Engine {
    /// Looks after what runs until the engine is stopped. To be called once, after [`Engine::resume_all`].
    pub fn look_after(&self) {
        let keeper = tokio::spawn(keep(Arc::clone(&self.inner)));
        *lock(&self.inner.care.keeper) = Some(keeper);
    }

    /// What is not as it should be now, and from now on.
    pub fn concerns(&self) -> watch::Receiver<Concerns> {
        self.inner.care.concerns.subscribe()
    }
}

impl Care {
    /// Keeps the keeper's hands off these targets while the answer is held; waits for a mending that is under way.
    pub(crate) async fn hold(&self, targets: &[Target]) -> Vec<OwnedMutexGuard<()>> {
        let mut sorted: Vec<&Target> = targets.iter().collect();
        // In one order for all, so that two cannot wait for each other.
        sorted.sort();
        sorted.dedup();
        let mut held = Vec::new();
        for target in sorted {
            held.push(self.doors.hold(target).await);
        }
        held
    }

    /// Says what is the matter with something, or that nothing is any more.
    pub(crate) fn concern(&self, about: &str, environment: Option<&str>, words: Option<String>) {
        let environment = environment.map(str::to_owned);
        let now = words.map(|words| Concern { environment, words });
        self.concerns.send_if_modified(|concerns| {
            let changed = concerns.get(about) != now.as_ref();
            match now {
                Some(concern) => concerns.insert(about.to_owned(), concern),
                None => concerns.remove(about),
            };
            changed
        });
    }

    fn concern_at(&self, target: &Target, words: Option<String>) {
        self.concern(&target.to_string(), Some(&target.environment), words);
    }

    fn patient<T>(&self, target: &Target, run: &str, with: impl FnOnce(&mut Patient) -> T) -> T {
        let mut patients = lock(&self.patients);
        let patient = patients.entry(target.clone()).or_default();
        patient.is_of(run);
        with(patient)
    }

    /// Waits until the keeper has ended, which it does when the engine is stopping; for so long at most.
    pub(crate) async fn stop(&self, until: Instant) {
        let keeper = lock(&self.keeper).take();
        if let Some(mut keeper) = keeper
            && timeout_at(until, &mut keeper).await.is_err()
        {
            keeper.abort();
        }
    }
}

/// A panic of another thread leaves these maps whole.
fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn keep(inner: Arc<Inner>) {
    let mut stopping = inner.stopping.subscribe();
    while !*stopping.borrow() {
        if let Err(error) = round(&inner).await {
            inner.fatal.send_replace(Some(error));
            return;
        }
        tokio::select! {
            () = inner.clock.sleep(LOOK_EVERY_MS) => {}
            _ = stopping.wait_for(|stopping| *stopping) => {}
        }
    }
}

/// Looks at every place once.
async fn round(inner: &Arc<Inner>) -> Result<(), StoreError> {
    if let Some(run) = restored(inner).await? {
        let why = "was under way in a backup that this state was restored from; until it is resumed or ended, nothing that runs is looked after";
        inner.care.concern("restored", None, Some(format!("run {run} {why}")));
        return Ok(());
    }
    inner.care.concern("restored", None, None);
    let locks = inner.store.locks(u32::MAX).await?;
    let places = inner.store.places().await?;
    let free = places.into_iter().filter(|place| locks.iter().all(|lock| lock.target() != *place));
    let visits = free.map(|place| visit(inner, place)).map(Ok);
    stream::iter(visits).try_for_each_concurrent(AT_ONCE, |visit| visit).await
}

/// A run whose world may have moved on since the backup: what the registry says cannot be trusted either.
async fn restored(inner: &Inner) -> Result<Option<String>, StoreError> {
    for run in inner.active.left_alone().into_keys() {
        match inner.store.load(&run).await {
            Ok(stored) if stored.restored => return Ok(Some(run)),
            Err(error) if !of_one_run(&error) => return Err(error),
            Ok(_) | Err(_) => {}
        }
    }
    Ok(None)
}

/// Looks at one place. What is wrong with it is told of it alone; an error is one of the store as a whole.
async fn visit(inner: &Arc<Inner>, target: Target) -> Result<(), StoreError> {
    let why = match AssertUnwindSafe(look_at(inner, &target)).catch_unwind().await {
        Ok(Err(error)) if of_one_run(&error) => error.to_string(),
        Ok(done) => return done,
        Err(_) => BROKE_OFF.to_owned(),
    };
    inner.care.concern_at(&target, Some(format!("{target} cannot be looked after: {why}")));
    Ok(())
}

async fn look_at(inner: &Arc<Inner>, place: &Target) -> Result<(), StoreError> {
    match inner.store.running(&place.environment, &place.service).await? {
        Some(running) => look_after(inner, running).await,
        None => Ok(()),
    }
}

async fn look_after(inner: &Arc<Inner>, running: Running) -> Result<(), StoreError> {
    if running.release.is_none() || *inner.stopping.borrow() {
        return Ok(());
    }
    let case = Case::open(inner, running).await?;
    let drift = match case.examine().await {
        Finding::Drift(drift) => drift,
        other => {
            case.note(other);
            return Ok(());
        }
    };
    if let Some(run) = last_run::ended_unsafe(inner, &case.running).await? {
        let why = format!("it is left as it is, because the last run on it, {run}, ended unsafe: a person decides");
        case.concern(format!("{}; {why}, and the next run that deploys it makes it so", drift.words));
        return Ok(());
    }
    let run = &case.running.run;
    if is_from_a_backup(inner, run).await? {
        let why = "it is left as it is, because only a backup says that this is to run";
        let remedy =
            format!("`deployd resume {run} --reason …` says so too, and the next run that deploys it makes it so");
        case.concern(format!("{}; {why}: {remedy}", drift.words));
        return Ok(());
    }
    let _door = inner.care.hold(&[case.target()]).await;
    if case.is_current().await? { case.treat(drift.words).await } else { Ok(()) }
}

/// How the world differs from what this would be, or why that cannot be told; none when it shows the same.
pub(crate) async fn differs(inner: &Arc<Inner>, running: Running) -> Result<Option<String>, StoreError> {
    if running.release.is_none() {
        return Ok(None);
    }
    Ok(match Case::open(inner, running).await?.examine().await {
        Finding::Well => None,
        Finding::Drift(drift) => Some(drift.words),
        Finding::Unclear(words) => Some(words),
    })
}

fn target(running: &Running) -> Target {
    Target { environment: running.environment.clone(), service: running.service.clone() }
}
