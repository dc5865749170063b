//! What each action does in the world, as a future that ends by telling the run's driver.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use machine::event::Event;
use machine::ports::BoxFuture;
use machine::ports::clock::Clock;
use machine::ports::provider::{Outcome, Probe, Provider, Request, Sample, SampleRequest};
use machine::ports::store::{Running, StoreError, Target};
use machine::sampling::opening;
use machine::{Action, Moment, Run, SlotIndex, Source};
use plan::Release;
use tokio::sync::mpsc;

use crate::Inner;
use crate::driver::Message;
use crate::take_up::{self, of_one_run};

/// How often a gate is looked at, in milliseconds: a bad release is off traffic within a second.
const LOOK_EVERY_MS: u64 = 250;

/// A source that has not answered after this long has no data, in milliseconds.
const SAMPLE_MS: u64 = 5_000;

/// A probe that has not answered after this long cannot tell, in milliseconds.
const PROBE_MS: u64 = 30_000;

/// What a provider is given beyond an effect's own time to see it to its end, in milliseconds.
const SETTLE_MS: u64 = 30_000;

/// Longest single sleep, in milliseconds: timers do not count the time for which the host was suspended, and a hold
/// does.
const SLEEP_MS_MAX: u64 = 30_000;

/// Said of a provider that panicked.
pub(crate) const BROKE_OFF: &str = "broke off without an answer; its panic is in the runtime's standard error";

/// Who was asked for an effect, and under which key.
pub(crate) struct Sent {
    pub(crate) provider: String,
    pub(crate) key: String,
}

type Mailbox = mpsc::Sender<Message>;

/// The work of an action; none for those that are done by being durable.
pub(crate) fn work(inner: Arc<Inner>, to: Mailbox, run: &Run, action: Action) -> Option<BoxFuture<'static, ()>> {
    let node = |slot: SlotIndex| run.id(slot).to_owned();
    Some(match action {
        Action::Perform { slot, provider, request } => Box::pin(perform(inner, to, node(slot), provider, request)),
        Action::Settle { slot, provider, request } => Box::pin(settle(inner, to, node(slot), provider, request)),
        Action::Probe { slot, provider, request, since } => {
            Box::pin(probe(inner, to, node(slot), provider, request, since))
        }
        Action::LookUp { slot, environment, service, previous } => {
            Box::pin(look_up(inner, to, node(slot), Target { environment, service }, previous))
        }
        Action::Open { slot, since, warm_up_ms, source } => {
            Box::pin(open(inner, to, node(slot), since, warm_up_ms, source))
        }
        Action::Watch { slot, source } => Box::pin(watch(inner, to, slot, source)),
        Action::Conclude { slot, source } => Box::pin(conclude(inner, to, slot, source)),
        Action::Wake { slot, since, after_ms } => Box::pin(wake(inner, to, node(slot), since, after_ms)),
        Action::WakeAt { slot, at_ms } => Box::pin(wake_at(inner, to, node(slot), at_ms)),
        Action::Record(_) | Action::Note { .. } | Action::End(_) => return None,
    })
}

async fn tell(to: &Mailbox, event: Event) {
    // A driver that has gone has its reasons: the run has ended or the engine stops.
    let _ = to.send(Message::Event(event)).await;
}

async fn tell_outcome(to: &Mailbox, node: String, attempt: u32, outcome: Outcome, sent: Sent) {
    let _ = to.send(Message::Performed { event: Event::Performed { node, attempt, outcome }, sent, attempt }).await;
}

fn provider(inner: &Inner, name: &str) -> Result<Arc<dyn Provider>, String> {
    let found = inner.providers.get(name).map(Arc::clone);
    found.ok_or_else(|| format!("this runtime has no provider `{name}`"))
}

/// A provider's answer within its time; none when it broke off, which is a defect of the provider and must not keep
/// the run waiting. It may break off already where it is asked, before there is anything to wait for.
pub(crate) async fn within<T, F: Future<Output = T> + Send>(
    ms: u64,
    ask: impl FnOnce() -> F + Send,
) -> Option<Result<T, tokio::time::error::Elapsed>> {
    let answered = tokio::time::timeout(Duration::from_millis(ms), async { ask().await });
    AssertUnwindSafe(answered).catch_unwind().await.ok()
}

async fn perform(inner: Arc<Inner>, to: Mailbox, node: String, name: String, mut request: Request) {
    request.epoch = inner.store.epoch();
    request.sequence = inner.next_sequence();
    let (attempt, limit, key) = (request.attempt, request.timeout_ms, request.key.clone());
    let outcome = match provider(&inner, &name) {
        Err(message) => Outcome::Failed { retryable: false, message },
        Ok(provider) => match within(limit, || provider.perform(request)).await {
            Some(Ok(outcome)) => outcome,
            Some(Err(_)) => Outcome::Unknown { message: format!("no answer within {limit} ms") },
            None => Outcome::Unknown { message: format!("provider `{name}` {BROKE_OFF}") },
        },
    };
    tell_outcome(&to, node, attempt, outcome, Sent { provider: name, key }).await;
}

async fn settle(inner: Arc<Inner>, to: Mailbox, node: String, name: String, mut request: Request) {
    request.epoch = inner.store.epoch();
    request.sequence = inner.next_sequence();
    let (attempt, limit, key) = (request.attempt, request.timeout_ms.saturating_add(SETTLE_MS), request.key.clone());
    let outcome = match provider(&inner, &name) {
        Err(message) => Outcome::Unknown { message },
        Ok(provider) => match within(limit, || provider.settle(request)).await {
            Some(Ok(outcome)) => outcome,
            Some(Err(_)) => Outcome::Unknown { message: format!("provider `{name}` could not tell within {limit} ms") },
            None => Outcome::Unknown { message: format!("provider `{name}` {BROKE_OFF}") },
        },
    };
    tell_outcome(&to, node, attempt, outcome, Sent { provider: name, key }).await;
}

async fn probe(inner: Arc<Inner>, to: Mailbox, node: String, name: String, mut request: Request, since: Moment) {
    request.epoch = inner.store.epoch();
    request.sequence = inner.next_sequence();
    let attempt = request.attempt;
    wait_until(inner.clock.as_ref(), &since, request.timeout_ms).await;
    let probe = match provider(&inner, &name) {
        Err(message) => Probe::CannotTell(message),
        Ok(provider) => match within(PROBE_MS, || provider.probe(request)).await {
            Some(Ok(probe)) => probe,
            Some(Err(_)) => Probe::CannotTell("the provider did not answer the probe".to_owned()),
            None => Probe::CannotTell(format!("provider `{name}` {BROKE_OFF}")),
        },
    };
    tell(&to, Event::Probed { node, attempt, probe }).await;
}

async fn look_up(inner: Arc<Inner>, to: Mailbox, node: String, target: Target, previous: bool) {
    match looked_up(&inner, &target, previous).await {
        Ok((running, previous)) => tell(&to, Event::LookedUp { node, running, previous }).await,
        Err(error) if of_one_run(&error) => {
            tell(&to, Event::NotLookedUp { node, problem: error.to_string() }).await;
        }
        Err(error) => {
            inner.fatal.send_replace(Some(error));
        }
    }
}

/// What runs, and what ran before that where it is asked for: the run that made it run knows.
async fn looked_up(
    inner: &Inner,
    target: &Target,
    previous: bool,
) -> Result<(Option<Release>, Option<Release>), StoreError> {
    let running = inner.store.running(&target.environment, &target.service).await?;
    let before = match running.as_ref().filter(|_| previous) {
        Some(running) => ran_before(inner, running).await?,
        None => None,
    };
    Ok((running.and_then(|running| running.release), before))
}

/// None where the run that knows is not kept any more.
async fn ran_before(inner: &Inner, running: &Running) -> Result<Option<Release>, StoreError> {
    let stored = match inner.store.load(&running.run).await {
        Err(StoreError::Missing(_)) => return Ok(None),
        stored => stored?,
    };
    let unreadable = |why: String| StoreError::Damaged(format!("run {} cannot be read: {why}", running.run));
    let plan = take_up::plan(inner, &stored).map_err(unreadable)?;
    let run = take_up::restore(plan, stored).map_err(unreadable)?;
    Ok(run.before(running).cloned())
}

async fn open(inner: Arc<Inner>, to: Mailbox, node: String, since: Moment, warm_up_ms: u64, source: Option<Source>) {
    wait_until(inner.clock.as_ref(), &since, warm_up_ms).await;
    let (sample, note) = match source {
        None => (None, None),
        Some(source) => {
            let (asked, answer) = sample(&inner, &source).await;
            opening(&asked, &inner.clock.now(), answer)
        }
    };
    tell(&to, Event::Opened { node, sample, note }).await;
}

async fn watch(inner: Arc<Inner>, to: Mailbox, slot: SlotIndex, source: Source) {
    loop {
        inner.clock.sleep(LOOK_EVERY_MS).await;
        let (asked, sample) = sample(&inner, &source).await;
        if to.send(Message::Sampled { slot, last: false, asked, sample }).await.is_err() {
            return;
        }
    }
}

async fn conclude(inner: Arc<Inner>, to: Mailbox, slot: SlotIndex, source: Option<Source>) {
    let (asked, sample) = match source {
        None => (inner.clock.now(), Err("the environment measures nothing".to_owned())),
        Some(source) => sample(&inner, &source).await,
    };
    let _ = to.send(Message::Sampled { slot, last: true, asked, sample }).await;
}

/// The answer of a source, and when it was asked.
async fn sample(inner: &Inner, source: &Source) -> (Moment, Result<Sample, String>) {
    let asked = inner.clock.now();
    let request = SampleRequest { asked_ms: asked.wall_ms, ..source.request.clone() };
    let answer = match provider(inner, &source.provider) {
        Ok(provider) => sampled(&source.provider, provider.as_ref(), request).await,
        Err(problem) => Err(problem),
    };
    (asked, answer)
}

async fn sampled(name: &str, provider: &dyn Provider, request: SampleRequest) -> Result<Sample, String> {
    match within(SAMPLE_MS, || provider.sample(request)).await {
        Some(Ok(answer)) => answer,
        Some(Err(_)) => Err(format!("`{name}` did not answer within {SAMPLE_MS} ms")),
        None => Err(format!("provider `{name}` {BROKE_OFF}")),
    }
}

async fn wake(inner: Arc<Inner>, to: Mailbox, node: String, since: Moment, after_ms: u64) {
    wait_until(inner.clock.as_ref(), &since, after_ms).await;
    tell(&to, Event::Woke { node }).await;
}

/// Waits until the clock on the wall shows a time, however it is set meanwhile.
async fn wake_at(inner: Arc<Inner>, to: Mailbox, node: String, at_ms: i64) {
    loop {
        let left = at_ms.saturating_sub(inner.clock.now().wall_ms);
        match u64::try_from(left) {
            Ok(0) | Err(_) => break,
            Ok(left) => inner.clock.sleep(left.min(SLEEP_MS_MAX)).await,
        }
    }
    tell(&to, Event::Woke { node }).await;
}

/// Waits until `after_ms` have passed since a moment, however often the sleep was too short.
async fn wait_until(clock: &dyn Clock, since: &Moment, after_ms: u64) {
    loop {
        match clock.now().left_of(after_ms, since) {
            0 => return,
            left => clock.sleep(left.min(SLEEP_MS_MAX)).await,
        }
    }
}
