//! Taking a run: everything that can be refused is refused here, before the first effect.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use machine::event::{Event, Started};
use machine::ports::provider::{Request, Task};
use machine::ports::store::{StoreError, Target};
use machine::signal::Actor;
use machine::{Run, bind};
use plan::{Capability, Plan};
use serde_json::Value;
use tokio::sync::watch;

use crate::act::{BROKE_OFF, within};
use crate::locks::InTheWay;
use crate::queue::Place;
use crate::{Engine, Submission, SubmitError, driver};

/// How long one preflight question may take, in milliseconds.
const PREFLIGHT_MS: u64 = 30_000;

/// Preflight questions of one submission that are asked at the same time.
const PREFLIGHTS_AT_ONCE: usize = 16;

/// A submission whose plan and parameters fit each other.
struct Asked {
    plan: Arc<Plan>,
    bytes: Vec<u8>,
    parameters: BTreeMap<String, Value>,
    targets: Vec<Target>,
    root: PathBuf,
    actor: Actor,
    key: String,
    queue: bool,
}

/// How an attempt to begin a run ended.
enum Attempt {
    Run(String),
    InTheWay(InTheWay),
}

impl Engine {
    /// Checks plan, parameters, locks and world, makes the run durable and starts it. Gives its id. With
    /// [`Submission::queue`] it waits for its locks, and leaves the queue when it is dropped.
    pub async fn submit(&self, submission: Submission) -> Result<String, SubmitError> {
        self.submit_telling(submission, &watch::Sender::new(None)).await
    }

    /// As [`Engine::submit`], and tells meanwhile what the submission waits for.
    pub async fn submit_telling(
        &self,
        submission: Submission,
        told: &watch::Sender<Option<InTheWay>>,
    ) -> Result<String, SubmitError> {
        let queues = submission.queue;
        let asked = Arc::new(self.check(submission)?);
        if let Some(run) = self.with_key(&asked).await? {
            return Ok(self.driven(run).await);
        }
        let place = if queues { Some(self.inner.queue.enter(&asked.targets)?) } else { None };
        loop {
            let in_the_way = match self.attempt(&asked, place.as_ref()).await? {
                Attempt::Run(run) => return Ok(self.driven(run).await),
                Attempt::InTheWay(in_the_way) => in_the_way,
            };
            let Some(place) = &place else { return Err(SubmitError::Locked(Box::new(in_the_way))) };
            told.send_replace(Some(in_the_way));
            self.unless_stopped(place.called()).await?;
        }
    }

    fn check(&self, submission: Submission) -> Result<Asked, SubmitError> {
        let plan = self.inner.plans.read(&submission.plan)?;
        self.can_carry_out(&plan)?;
        let parameters = bind::parameters(&plan.body, &submission.parameters).map_err(SubmitError::Parameters)?;
        self.can_be_read(&plan, &parameters)?;
        Ok(Asked {
            targets: targets(&plan),
            plan,
            bytes: submission.plan,
            parameters,
            root: submission.root,
            actor: submission.actor,
            key: submission.key,
            queue: submission.queue,
        })
    }

    /// A plan may ask for more than this runtime can do; nothing of it is passed over.
    fn can_carry_out(&self, plan: &Plan) -> Result<(), SubmitError> {
        let asked = plan::requires::asked(&plan.body);
        let mut beyond: Vec<String> =
            asked.iter().filter(|(capability, _)| !self.can(capability)).map(|(it, place)| beyond(it, place)).collect();
        let known: BTreeSet<String> = asked.keys().map(ToString::to_string).collect();
        let foreign = plan.body.requires.iter().filter(|name| !known.contains(*name));
        beyond.extend(foreign.map(|name| format!("the plan requires `{name}`, which this runtime does not know")));
        if beyond.is_empty() { Ok(()) } else { Err(SubmitError::Beyond(beyond)) }
    }

    /// Whatever a gate looks at can be read where it is asked.
    fn can_be_read(&self, plan: &Plan, parameters: &BTreeMap<String, Value>) -> Result<(), SubmitError> {
        let asked = machine::sources(&plan.body, parameters).into_iter();
        let unread = asked.filter_map(|(node, source)| {
            let provider = self.inner.providers.get(source.provider.as_str())?;
            let why = provider.reads(&source.request).err()?;
            Some(format!("the gate of `{node}` cannot be judged here: {why}"))
        });
        let unread: Vec<String> = unread.collect();
        if unread.is_empty() { Ok(()) } else { Err(SubmitError::Beyond(unread)) }
    }

    fn can(&self, capability: &Capability) -> bool {
        machine::can(capability) && self.provides(capability)
    }

    /// Whether somebody is here who does it, where the machine has it done.
    fn provides(&self, capability: &Capability) -> bool {
        match capability {
            // Asked for again at the preflight, with what this provider says of itself.
            Capability::Provider(name) => self.inner.providers.contains_key(name.as_str()),
            Capability::Artifact(_) | Capability::Query(_) | Capability::Pause => false,
            // Asked of the sources that the plan reads, metric by metric.
            Capability::Arm(_) | Capability::Metric(_) | Capability::Lag => true,
            Capability::Cohort | Capability::Mirror | Capability::Sticky => false,
            Capability::Flags | Capability::Migrations => false,
            Capability::Alerts | Capability::Silences => false,
            Capability::Windows | Capability::WaitUntil | Capability::Deadlines => true,
            Capability::OnFailure | Capability::Finally | Capability::GoesOn | Capability::Rollback => true,
            Capability::Outputs | Capability::EarlierReleases | Capability::Overrides => true,
            Capability::Released | Capability::FormerNames | Capability::DriftReport | Capability::Advisory => true,
        }
    }

    async fn attempt(&self, asked: &Arc<Asked>, place: Option<&Place>) -> Result<Attempt, SubmitError> {
        if let Some(run) = self.with_key(asked).await? {
            return Ok(Attempt::Run(run));
        }
        if let Some(in_the_way) = self.in_the_way(&asked.targets, place).await? {
            return Ok(Attempt::InTheWay(in_the_way));
        }
        self.unless_stopped(self.preflight(asked)).await??;
        // In a task of its own: a client that goes away must not leave a run that is durable and that nobody drives.
        let (engine, asked) = (self.clone(), Arc::clone(asked));
        let begun = tokio::spawn(async move { engine.begin(&asked).await }).await;
        begun.unwrap_or_else(|broken| Err(StoreError::Io(format!("the submission broke off: {broken}")).into()))
    }

    async fn begin(&self, asked: &Asked) -> Result<Attempt, SubmitError> {
        // Before the place, as whoever makes something anew takes them.
        let _alone = self.unless_stopped(self.inner.keys.hold(&asked.key)).await?;
        let _kept_from_care = self.unless_stopped(self.inner.care.hold(&asked.targets)).await?;
        // Held until the run is driven: who stops the engine waits for that, so that no run is durable whose first
        // effects were intended and never performed. Nothing slow may come between.
        let open = self.inner.open.read().await;
        if !*open {
            return Err(SubmitError::Stopping);
        }
        // Here again, because a submission may have waited for long.
        self.inner.warden.may_run(&asked.actor, &asked.plan).map_err(SubmitError::NotAllowed)?;
        let run = ulid::Ulid::generate().to_string().to_lowercase();
        let at = self.inner.clock.now();
        let started = asked.started(run.clone());
        let state = Run::new(Arc::clone(&asked.plan), &started, &at);
        match driver::start(&self.inner, state, started, at, asked.bytes.clone(), asked.targets.clone()).await {
            Ok(()) => Ok(Attempt::Run(run)),
            Err(StoreError::Held(lock)) => match self.with_key(asked).await? {
                Some(run) => Ok(Attempt::Run(run)),
                None => Ok(Attempt::InTheWay(self.held_by(*lock, asked.queue))),
            },
            Err(error @ StoreError::KeyUsed { .. }) => {
                self.with_key(asked).await?.map(Attempt::Run).ok_or(SubmitError::Store(error))
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn with_key(&self, asked: &Asked) -> Result<Option<String>, SubmitError> {
        let Some(line) = self.inner.store.with_key(&asked.key).await? else {
            let other = self.inner.store.answered(&asked.key).await?;
            return other.map_or(Ok(None), |known| Err(known.taken().into()));
        };
        // Following another run would let its end pass for that of this one.
        let first = self.inner.store.journal(&line.run, 1, 1).await?.into_iter().next();
        let differs = match first.map(|record| record.event()) {
            Some(Ok(Some(Event::Started(started)))) => asked.differs(&started),
            _ => Some("does not say any more what it was started with"),
        };
        match differs {
            None => Ok(Some(line.run)),
            Some(differs) => Err(SubmitError::KeyTaken { key: asked.key.clone(), run: line.run, differs }),
        }
    }

    /// A run that another submission with the same key is just beginning is durable a little before it is driven.
    async fn driven(&self, run: String) -> String {
        if self.inner.active.mailbox(&run).is_none() {
            drop(self.inner.open.write().await);
        }
        run
    }

    async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Result<T, SubmitError> {
        let mut stopping = self.inner.stopping.subscribe();
        tokio::select! {
            done = work => Ok(done),
            _ = stopping.wait_for(|stopping| *stopping) => Err(SubmitError::Stopping),
        }
    }

    async fn preflight(&self, asked: &Asked) -> Result<(), SubmitError> {
        let questions = bind::preflight(&asked.plan.body, &asked.parameters).map_err(SubmitError::Parameters)?;
        let asking = questions.into_iter().map(|(provider, task)| self.preflight_one(provider, task, asked));
        let answers = stream::iter(asking).buffer_unordered(PREFLIGHTS_AT_ONCE);
        let mut problems: BTreeSet<String> =
            answers.filter_map(|answer| std::future::ready(answer.err())).collect().await;
        problems.extend(self.expired(&asked.plan));
        if problems.is_empty() { Ok(()) } else { Err(SubmitError::Preflight(problems.into_iter().collect())) }
    }

    /// Exceptions of the plan that are past their last day.
    fn expired(&self, plan: &Plan) -> Vec<String> {
        let today = day(self.inner.clock.now().wall_ms);
        let expired = plan::accept::expired(&plan.body, &today);
        let sentence = |it: &plan::Acceptance| {
            format!(
                "the exception from {} (\"{}\") ended on {}; mend what it accepts, or decide anew, and build the plan again",
                it.proof, it.because, it.until
            )
        };
        expired.into_iter().map(sentence).collect()
    }

    async fn preflight_one(&self, provider: String, task: Task, asked: &Asked) -> Result<(), String> {
        let known = self.inner.providers.get(provider.as_str());
        let known = known.ok_or_else(|| format!("this runtime has no provider `{provider}`"))?;
        let request = Request {
            key: format!("preflight/{}", asked.key),
            attempt: 1,
            run: String::new(),
            epoch: self.inner.store.epoch(),
            sequence: self.inner.next_sequence(),
            timeout_ms: PREFLIGHT_MS,
            root: asked.root.clone(),
            task,
        };
        match within(PREFLIGHT_MS, || known.preflight(request)).await {
            Some(Ok(answer)) => answer,
            Some(Err(_)) => Err(format!("provider `{provider}` did not answer the preflight within 30 s")),
            None => Err(format!("provider `{provider}` {BROKE_OFF}")),
        }
    }
}

fn beyond(capability: &Capability, place: &str) -> String {
    let what = capability.described();
    let remedy = "take it out of the workflow, or run the plan with a runtime that can";
    format!("this runtime cannot {what}, which `{place}` needs (`{capability}`); {remedy}")
}

impl Asked {
    /// What makes it another run than one that was started like this, if anything.
    fn differs(&self, known: &Started) -> Option<&'static str> {
        let other = [
            (known.plan != self.plan.digest, "has another plan"),
            (known.parameters != self.parameters, "has other parameters"),
            (known.root != self.root, "was started in another project folder"),
            (known.actor.uid != self.actor.uid, "was started by somebody else"),
        ];
        other.into_iter().find_map(|(differs, words)| differs.then_some(words))
    }

    fn started(&self, run: String) -> Started {
        Started {
            run,
            plan: self.plan.digest.clone(),
            root: self.root.clone(),
            actor: self.actor.clone(),
            key: self.key.clone(),
            parameters: self.parameters.clone(),
        }
    }
}

/// The day of a wall clock, in UTC; empty, which is before every day, for a time that no calendar has.
fn day(wall_ms: i64) -> String {
    let stamp = jiff::Timestamp::from_millisecond(wall_ms);
    stamp.map(|stamp| stamp.to_zoned(jiff::tz::TimeZone::UTC).date().to_string()).unwrap_or_default()
}

/// What a plan changes.
pub(crate) fn targets(plan: &Plan) -> Vec<Target> {
    let rollouts = plan.body.rollouts.values();
    let target =
        |rollout: &plan::Rollout| Target { environment: rollout.environment.clone(), service: rollout.service.clone() };
    rollouts.map(target).collect()
}
