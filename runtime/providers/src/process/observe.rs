//! Compares the instances with what an earlier request left: who lives, under whom, and who answers.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{Instant, sleep};

use super::Subject;
use super::instance::{Instance, list};
use super::ready;
use crate::host::identity::{Identity, Stat, describe};
use crate::host::ports;
use crate::supervisor::{Status, read_status};

/// How long a supervised instance may take to answer: its supervisor may just be starting it again.
const PATIENCE: Duration = Duration::from_secs(5);
/// Time between two looks.
const LOOK: Duration = Duration::from_millis(100);

/// How an instance is not as it was left.
enum Difference {
    /// Starting what is missing mends it.
    Gone(String),
    /// It lives and is not well. Its supervisor does for it what can be done; ending it would only do harm.
    Unwell(String),
}

/// What differs from "at least so many live, each under its supervisor, and answer".
pub(super) async fn at_least(subject: &Subject, instances: u32) -> Result<Option<String>, String> {
    let there = list(&subject.folder)?;
    let looks = join_all(there.iter().map(|instance| compare(subject, instance))).await;
    let (mut gone, mut unwell) = (Vec::new(), Vec::new());
    for (instance, look) in there.iter().zip(looks) {
        let named = |what| format!("instance {} {what}", instance.number);
        match look? {
            None => {}
            Some(Difference::Gone(what)) => gone.push(named(what)),
            Some(Difference::Unwell(what)) => unwell.push(named(what)),
        }
    }
    if there.len() < instances as usize {
        gone.push(format!("{} of {instances} instances are there", there.len()));
    }
    match (gone.is_empty(), unwell.is_empty()) {
        (true, true) => Ok(None),
        (true, false) => Err(sentence(subject, &unwell)),
        (false, _) => Ok(Some(sentence(subject, &[gone, unwell].concat()))),
    }
}

/// What differs from "at most so many are there".
pub(super) fn at_most(subject: &Subject, keep: u32) -> Result<Option<String>, String> {
    let there = list(&subject.folder)?.len();
    let surplus = there > keep as usize;
    Ok(surplus.then(|| format!("{}: {there} instances are there, at most {keep} should be", subject.name())))
}

fn sentence(subject: &Subject, what: &[String]) -> String {
    format!("{}: {}", subject.name(), what.join("; "))
}

async fn compare(subject: &Subject, instance: &Instance) -> Result<Option<Difference>, String> {
    let Some(status) = read_status(&instance.folder)? else {
        return Ok(Some(Difference::Gone("was never started".to_owned())));
    };
    if status.stopping {
        return Ok(Some(Difference::Gone("was being stopped".to_owned())));
    }
    let child = status.living_child();
    match status.supervisor.as_ref().filter(|supervisor| supervisor.alive()) {
        None if child.is_some() => {
            let supervisor = fate(status.supervisor.as_ref());
            Ok(Some(Difference::Gone(format!("serves without its supervisor ({supervisor})"))))
        }
        None => Ok(Some(Difference::Gone(died(&status, instance)))),
        Some(supervisor) if supervisor.stopped() => {
            let frozen = format!("has a supervisor, {}, that is stopped", describe(supervisor.pid));
            let remedy = format!("continue it with `kill -CONT {}`", supervisor.pid);
            Ok(Some(match child {
                Some(_) => Difference::Unwell(format!("{frozen}; {remedy}")),
                None => Difference::Gone(format!("died and {frozen}")),
            }))
        }
        Some(_) => Ok(answers(subject, instance).await?.map(Difference::Unwell)),
    }
}

/// A dead instance with a dead supervisor, and who has what was its.
fn died(status: &Status, instance: &Instance) -> String {
    let (child, supervisor) = (fate(status.child.as_ref()), fate(status.supervisor.as_ref()));
    let port = match instance.port().and_then(|port| Some((port, ports::holder(port)?))) {
        Some((port, pid)) => format!("; its port {port} is held by a foreign process, {}", describe(pid)),
        None => String::new(),
    };
    format!("died ({child}) and its supervisor with it ({supervisor}){port}")
}

/// What became of a process.
fn fate(process: Option<&Identity>) -> String {
    match process {
        None => "no process".to_owned(),
        Some(process) if Stat::of(process.pid).is_some() && !process.alive() && !zombie(process) => {
            format!("pid {} is another process now: {}", process.pid, describe(process.pid))
        }
        Some(process) => format!("pid {} is gone", process.pid),
    }
}

fn zombie(process: &Identity) -> bool {
    Stat::of(process.pid).is_some_and(|stat| stat.state == 'Z' && stat.start == process.start)
}

/// Why a supervised instance does not answer, when it does not for a while.
async fn answers(subject: &Subject, instance: &Instance) -> Result<Option<String>, String> {
    let address = instance.socket()?;
    let end = Instant::now() + PATIENCE;
    loop {
        let status = instance.status()?;
        if let Some((deaths, last_exit)) = ready::keeps_dying(&status) {
            return Ok(Some(format!("died {deaths} times within a minute: {last_exit}")));
        }
        let Err(answer) = ready::look(&subject.config.ready, &status, address).await else {
            return Ok(None);
        };
        if Instant::now() >= end {
            return Ok(Some(format!("is not ready: {answer}")));
        }
        sleep(LOOK).await;
    }
}
