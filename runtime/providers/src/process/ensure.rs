//! `Ensure`: adopt what runs, start what is missing, and answer when enough of it is ready.

use std::path::Path;

use futures_util::future::join_all;
use machine::ports::provider::Instance as Address;

use super::instance::{Instance, list};
use super::ready::{self, NotReady};
use super::{Failure, Subject, fatal, retryable};
use crate::host::ports;

/// Ports tried for one instance before the failure is its own.
const PORTS_TRIED: usize = 4;

/// Has at least `instances` ready instances and answers with all of them.
pub(super) async fn ensure(subject: &Subject, instances: u32) -> Result<Vec<Address>, Failure> {
    let adopted = adopt(subject).await.map_err(retryable)?;
    let missing = (instances as usize).saturating_sub(adopted.len());
    let mut fresh = Vec::new();
    for _ in 0..missing {
        fresh.push(Instance::start(subject, &[]).await.map_err(retryable)?);
    }
    let waits = adopted.into_iter().chain(fresh).map(|instance| settle(subject, instance));
    let mut ready = Vec::new();
    let mut failure = None;
    for settled in join_all(waits).await {
        match settled {
            Ok(address) => ready.push(address),
            Err(failed) => failure = Some(failed),
        }
    }
    match failure {
        Some(failure) if ready.len() < instances as usize => Err(failure),
        _ => Ok(ready),
    }
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
        let Err(reason) = ready::wait(subject, &instance).await else {
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
        NotReady::Never { answer } => {
            let waited = std::time::Duration::from_millis(subject.config.ready_within).as_secs_f32();
            retryable(format!("{name} never got ready: {answer}, for {waited} s; {lines}{log}"))
        }
    }
}
