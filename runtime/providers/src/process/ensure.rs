//! `Ensure`: adopt what runs, start what is missing, and answer when enough of it is ready.

use std::path::Path;
use std::time::Duration;

use futures_util::future::join_all;
use machine::ports::provider::Instance as Address;
use tokio::time::Instant;

use super::instance::{Instance, list};
use super::ready::{self, NotReady};
use super::{Failure, Subject, fatal, retryable};
use crate::host::identity::boot_ms;
use crate::host::ports;

/// Ports tried for one instance before the failure is its own.
const PORTS_TRIED: usize = 4;
/// How long an instance that once had its time to get ready may be unwell before another one is started in its place.
const PATIENCE: Duration = Duration::from_secs(10);
/// What takes the place of another is begun this early at the latest: beside the time that instances have to get ready,
/// an effect has half a minute. Later, the next attempt replaces it.
const REPLACED_WITHIN: Duration = Duration::from_secs(20);

/// Has at least `instances` ready instances and answers with all of them. One that lived before is ended only once as
/// many as asked for are ready without it: until then it may be what serves.
pub(super) async fn ensure(subject: &Subject, instances: u32) -> Result<Vec<Address>, Failure> {
    let (wanted, begun) = (instances as usize, Instant::now());
    let adopted = adopt(subject).await.map_err(retryable)?;
    let mut fresh = Vec::new();
    for _ in adopted.len()..wanted {
        fresh.push(Instance::start(subject, &[]).await.map_err(retryable)?);
    }
    let kept = join_all(adopted.iter().map(|instance| keep(subject, instance)));
    let (kept, started) = tokio::join!(kept, settle_all(subject, fresh));
    let (fresh, mut failure) = started;
    let (mut ready, mut unwell, mut replaceable) = (Vec::new(), Vec::new(), 0);
    for (instance, kept) in adopted.iter().zip(kept) {
        match kept {
            Ok(address) => ready.push(address),
            Err((can_be_replaced, failed)) => {
                replaceable += usize::from(can_be_replaced);
                unwell.push(instance);
                failure = failure.or(Some(failed));
            }
        }
    }
    ready.extend(fresh);
    let replaced = wanted.saturating_sub(ready.len()).min(replaceable);
    if replaced > 0 && ready.len() + replaced == wanted && begun.elapsed() < REPLACED_WITHIN {
        ready.extend(replace(subject, replaced).await?);
    }
    if let Some(failure) = failure.filter(|_| ready.len() < wanted) {
        return Err(failure);
    }
    for instance in unwell {
        instance.end(subject).await.map_err(retryable)?;
    }
    Ok(ready)
}

/// Starts so many beside those that live and are not well.
async fn replace(subject: &Subject, count: usize) -> Result<Vec<Address>, Failure> {
    let mut fresh = Vec::new();
    for _ in 0..count {
        fresh.push(Instance::start(subject, &[]).await.map_err(retryable)?);
    }
    match settle_all(subject, fresh).await {
        (_, Some(failure)) => Err(failure),
        (ready, None) => Ok(ready),
    }
}

/// Those that got ready, and why another one did not.
async fn settle_all(subject: &Subject, fresh: Vec<Instance>) -> (Vec<Address>, Option<Failure>) {
    let (mut ready, mut failure) = (Vec::new(), None);
    for settled in join_all(fresh.into_iter().map(|instance| settle(subject, instance))).await {
        match settled {
            Ok(address) => ready.push(address),
            Err(failed) => failure = Some(failed),
        }
    }
    (ready, failure)
}

/// Waits for an instance that lived before and leaves it as it is; when it is not ready, whether another one in its
/// place could be: one that dies of itself would only die again.
async fn keep(subject: &Subject, instance: &Instance) -> Result<Address, (bool, Failure)> {
    let Err(reason) = ready::wait(subject, instance, time_left(subject, instance)).await else {
        return instance.address(subject).map_err(|message| (true, retryable(message)));
    };
    let can_be_replaced = match &reason {
        NotReady::Never { .. } => true,
        NotReady::Dies { .. } => has_lost_its_port(instance),
    };
    Err((can_be_replaced, failure(subject, &reason, &instance.last_lines(), None)))
}

/// What is left of the time that it has to get ready since it was started, and some patience when that is over.
fn time_left(subject: &Subject, instance: &Instance) -> Duration {
    let lived = instance.status().map_or(0, |status| boot_ms().saturating_sub(status.child_since_ms));
    let whole = ready_within(subject);
    whole.saturating_sub(Duration::from_millis(lived)).max(PATIENCE.min(whole))
}

fn ready_within(subject: &Subject) -> Duration {
    Duration::from_millis(subject.config.ready_within)
}

/// Whether somebody else holds the port it was given.
fn has_lost_its_port(instance: &Instance) -> bool {
    let child = instance.status().ok().and_then(|status| status.living_child().map(|child| child.pid));
    let holder = instance.port().and_then(ports::holder);
    holder.is_some_and(|pid| child.is_none_or(|child| !ports::belongs(pid, child)))
}

/// The instances that are ready now. Changes nothing.
pub(super) async fn observe(subject: &Subject) -> Result<Vec<Address>, String> {
    let mut ready_now = Vec::new();
    for instance in list(&subject.folder)? {
        let Some(status) = crate::supervisor::read_status(&instance.folder)? else { continue };
        if ready::look(&subject.config.ready, &status, instance.socket()?).await.is_ok() {
            ready_now.push(instance.address(subject)?);
        }
    }
    Ok(ready_now)
}

/// The instances that live, each under a supervisor; what is left of dead ones is cleared away.
async fn adopt(subject: &Subject) -> Result<Vec<Instance>, String> {
    let mut living = Vec::new();
    for instance in list(&subject.folder)? {
        if instance.revive(subject).await? {
            living.push(instance);
        } else {
            instance.end(subject).await?;
        }
    }
    Ok(living)
}

/// Waits for one instance; one that fails is ended, and replaced when only its port was the matter.
async fn settle(subject: &Subject, mut instance: Instance) -> Result<Address, Failure> {
    let mut tried = Vec::new();
    loop {
        let Err(reason) = ready::wait(subject, &instance, ready_within(subject)).await else {
            return instance.address(subject).map_err(retryable);
        };
        let lines = instance.last_lines();
        let address = instance.socket().map_err(retryable)?;
        let log = instance.end(subject).await.map_err(retryable)?;
        let died = matches!(reason, NotReady::Dies { .. });
        // With the instance ended, whoever still holds the port is a stranger.
        if died && tried.len() < PORTS_TRIED && ports::taken(address) {
            tried.push(address.port());
            instance = Instance::start(subject, &tried).await.map_err(retryable)?;
            continue;
        }
        return Err(failure(subject, &reason, &lines, log.as_deref()));
    }
}

fn failure(subject: &Subject, reason: &NotReady, lines: &str, log: Option<&Path>) -> Failure {
    let lines = if lines.is_empty() { "it wrote nothing".to_owned() } else { format!("its last lines: {lines}") };
    let log = log.map(|path| format!(" (log: {})", path.display())).unwrap_or_default();
    let name = subject.name();
    match reason {
        NotReady::Dies { deaths, last_exit } => {
            let times = if *deaths == 1 { "once".to_owned() } else { format!("{deaths} times") };
            fatal(format!("{name} died {times} within a minute: {last_exit}; {lines}{log}"))
        }
        NotReady::Never { answer, within } => {
            let waited = within.as_secs_f32();
            retryable(format!("{name} never got ready: {answer}, for {waited} s; {lines}{log}"))
        }
    }
}
