//! One place with the run that made it what it is: compared with the world.

use std::sync::Arc;

use machine::Run;
use machine::ports::provider::{Instance, Outputs, Probe, Request};
use machine::ports::store::{Running, StoreError, Target};

use super::{ATTEMPTS_MAX, PARTS};
use crate::act::{BROKE_OFF, within};
use crate::{Inner, take_up};

/// A look that has no answer after this long tells nothing, in milliseconds.
const LOOK_MS: u64 = 30_000;

/// One place that is looked after.
pub(super) struct Case<'a> {
    pub(super) inner: &'a Arc<Inner>,
    pub(super) running: Running,
    run: Arc<Run>,
}

/// What a look at a place found.
pub(super) enum Finding {
    /// All is as the run left it.
    Well,
    /// Something differs, and doing it again mends it.
    Drift(Box<Drift>),
    /// It cannot be told, or mending is not for us to do; in words.
    Unclear(String),
}

/// What differs, and what makes it right.
pub(super) struct Drift {
    pub(super) provider: String,
    pub(super) request: Request,
    pub(super) words: String,
}

impl<'a> Case<'a> {
    /// Reads the run. One that cannot be read, or did not bring this release here, is an error of that run.
    pub(super) async fn open(inner: &'a Arc<Inner>, running: Running) -> Result<Self, StoreError> {
        let known = inner.care.patient(&super::target(&running), &running.run, |patient| patient.brought_by.clone());
        if let Some(run) = known {
            return Ok(Self { inner, running, run });
        }
        let run = Arc::new(Self::read(inner, &running).await?);
        let case = Self { inner, running, run };
        case.patient(|patient| patient.brought_by = Some(Arc::clone(&case.run)));
        Ok(case)
    }

    async fn read(inner: &Arc<Inner>, running: &Running) -> Result<Run, StoreError> {
        let unreadable = |why: String| unreadable(running, &why);
        let stored = inner.store.load(&running.run).await?;
        if let Some(damage) = &stored.damage {
            return Err(unreadable(damage.clone()));
        }
        let plan = take_up::plan(inner, &stored).map_err(unreadable)?;
        let run = take_up::restore(plan, stored).map_err(unreadable)?;
        if run.standing(running).is_none() {
            return Err(unreadable("its plan and its state do not say how the release got there".to_owned()));
        }
        Ok(run)
    }

    /// The run that brought it is not what was written.
    pub(super) fn unreadable(&self, why: &str) -> StoreError {
        unreadable(&self.running, why)
    }

    pub(super) fn target(&self) -> Target {
        super::target(&self.running)
    }

    /// Looks at the instances, then at what is routed to them.
    pub(super) async fn examine(&self) -> Finding {
        let key = || format!("{}/care", self.running.run);
        let Some(standing) = self.run.standing(&self.running) else { return Finding::Well };
        let Some((provider, ensure)) = standing.ensure(key()) else { return Finding::Well };
        let unclear = match observe(self.inner, &provider, ensure.clone()).await {
            Ok(Some(words)) => return drifted(provider, ensure, words),
            Ok(None) => None,
            Err(words) => Some(words),
        };
        let Some(instances) = self.instances(&provider, ensure).await else {
            return unclear.map_or(Finding::Well, Finding::Unclear);
        };
        let Some((provider, shift)) = standing.shift(key(), instances) else {
            return unclear.map_or(Finding::Well, Finding::Unclear);
        };
        match (observe(self.inner, &provider, shift.clone()).await, unclear) {
            (Ok(Some(words)), _) => drifted(provider, shift, words),
            (Ok(None), None) => Finding::Well,
            (Ok(None), Some(words)) | (Err(words), None) => Finding::Unclear(words),
            (Err(routes), Some(instances)) => Finding::Unclear(format!("{instances}; {routes}")),
        }
    }

    /// The instances that are ready; where not enough are, those that were when it was last known.
    async fn instances(&self, provider: &str, ensure: Request) -> Option<Vec<Instance>> {
        let known = self.inner.providers.get(provider)?;
        match within(LOOK_MS, || known.probe(stamped(self.inner, ensure))).await {
            Some(Ok(Probe::Took(Outputs::Instances(ready)))) => {
                self.patient(|patient| patient.instances = Some(ready.clone()));
                Some(ready)
            }
            _ => self.patient(|patient| patient.instances.clone()),
        }
    }

    pub(super) fn patient<T>(&self, with: impl FnOnce(&mut super::Patient) -> T) -> T {
        self.inner.care.patient(&self.target(), &self.running.run, with)
    }

    /// Whether the place still is what was looked at: no run has it, and none has made it something else.
    pub(super) async fn is_current(&self) -> Result<bool, StoreError> {
        let target = self.target();
        let locks = self.inner.store.locks(u32::MAX).await?;
        let running = self.inner.store.running(&target.environment, &target.service).await?;
        Ok(locks.iter().all(|lock| lock.target() != target) && running.as_ref() == Some(&self.running))
    }

    /// Mends what differs, the instances before what is routed to them; the place is kept from others meanwhile.
    pub(super) async fn treat(&self, words: String) -> Result<(), StoreError> {
        let now = self.inner.clock.now().boot_ms;
        let Some(attempt) = self.patient(|patient| patient.attempt(now)) else {
            self.note_pause(&words);
            return Ok(());
        };
        self.concern(format!("{words}; it is being mended (attempt {attempt} of {ATTEMPTS_MAX})"));
        for mended in 0..=PARTS {
            if *self.inner.stopping.borrow() {
                return Ok(());
            }
            match self.examine().await {
                Finding::Drift(drift) if mended < PARTS => {
                    let words = drift.words.clone();
                    if let Err(failure) = self.mend(*drift).await? {
                        self.patient(|patient| patient.failure = Some(failure));
                        self.note_pause(&words);
                        return Ok(());
                    }
                }
                Finding::Drift(drift) => self.concern(format!("{}, although it was just mended", drift.words)),
                found => {
                    self.note(found);
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Tells why nothing is done now.
    fn note_pause(&self, words: &str) {
        let (given_up, failure) = self.patient(|patient| (patient.is_given_up(), patient.failure.clone()));
        let failure = failure.map(|why| format!("; mending it failed: {why}")).unwrap_or_default();
        let next = if given_up {
            format!(
                "{ATTEMPTS_MAX} attempts were made and no further one is; remove the cause, then run a workflow that deploys it, or start the runtime again"
            )
        } else {
            "it is tried again later".to_owned()
        };
        self.concern(format!("{words}{failure}; {next}"));
    }

    /// Tells what a look found that is not mended.
    pub(super) fn note(&self, found: Finding) {
        match found {
            Finding::Well => {
                let now = self.inner.clock.now().boot_ms;
                self.patient(|patient| patient.well(now));
                self.inner.care.concern_at(&self.target(), None);
            }
            Finding::Unclear(words) => self.concern(words),
            Finding::Drift(drift) => self.concern(drift.words),
        }
    }

    pub(super) fn concern(&self, words: String) {
        let target = self.target();
        self.inner.care.concern_at(&target, Some(format!("{target}: {words}")));
    }
}

fn unreadable(running: &Running, why: &str) -> StoreError {
    StoreError::Damaged(format!("run {}, which brought it, cannot be read: {why}", running.run))
}

fn drifted(provider: String, request: Request, words: String) -> Finding {
    Finding::Drift(Box::new(Drift { provider, request, words }))
}

/// Asks a provider to compare the world with an effect's outcome.
pub(crate) async fn observe(inner: &Inner, provider: &str, request: Request) -> Result<Option<String>, String> {
    let known = inner.providers.get(provider).ok_or_else(|| format!("this runtime has no provider `{provider}`"))?;
    match within(LOOK_MS, || known.observe(stamped(inner, request))).await {
        Some(Ok(answer)) => answer,
        Some(Err(_)) => Err(format!("provider `{provider}` did not look within {LOOK_MS} ms")),
        None => Err(format!("provider `{provider}` {BROKE_OFF}")),
    }
}

fn stamped(inner: &Inner, request: Request) -> Request {
    Request { epoch: inner.store.epoch(), ..request }
}
