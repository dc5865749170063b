//! Runs a release as processes of this host, each on a loopback port of its own under its own supervisor.
//!
//! What runs is read from the instance folders and from `/proc` on every request, so asking twice changes
//! nothing and a runtime that was killed finds everything again.

mod config;
mod ensure;
mod instance;
mod observe;
mod ready;
mod stop;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use machine::ports::BoxFuture;
use machine::ports::provider::{Outcome, Outputs, Probe, Provider, Request, Sample, SampleRequest, Task};
use plan::Release;

use crate::artifacts;
use crate::fence;
use crate::layout::Layout;
use crate::secrets;
use config::Config;

/// The provider `process`.
pub(crate) struct Processes {
    layout: Arc<Layout>,
    /// One task at a time for each folder of instances.
    busy: Mutex<HashMap<PathBuf, Arc<tokio::sync::Mutex<()>>>>,
}

/// One release of one service in one environment.
struct Subject {
    layout: Arc<Layout>,
    environment: String,
    service: String,
    release: Release,
    config: Config,
    folder: PathBuf,
    root: PathBuf,
}

impl Subject {
    /// What it is, for messages: `shop r-0123456789ab`.
    fn name(&self) -> String {
        format!("{} {}", self.service, self.release.id)
    }
}

/// What a failed task answers.
struct Failure {
    retryable: bool,
    message: String,
}

impl From<Failure> for Outcome {
    fn from(failure: Failure) -> Self {
        Self::Failed { retryable: failure.retryable, message: failure.message }
    }
}

fn retryable(message: String) -> Failure {
    Failure { retryable: true, message }
}

fn fatal(message: String) -> Failure {
    Failure { retryable: false, message }
}

impl Processes {
    /// The provider over one state directory.
    pub(crate) fn new(layout: Arc<Layout>) -> Self {
        Self { layout, busy: Mutex::new(HashMap::new()) }
    }

    fn subject(&self, request: &Request) -> Result<(Subject, Wish), String> {
        let (environment, service, release, wish) = match &request.task {
            Task::Ensure { environment, service_id, release, instances, .. } => {
                (environment, service_id, release, Wish::AtLeast(*instances))
            }
            Task::Stop { environment, service_id, release, keep, .. } => {
                (environment, service_id, release, Wish::AtMost(*keep))
            }
            Task::Shift { .. } | Task::Act { .. } => {
                return Err("the process provider runs instances; it routes nothing and has no actions".to_owned());
            }
        };
        let subject = Subject {
            layout: Arc::clone(&self.layout),
            environment: environment.clone(),
            service: service.clone(),
            release: release.clone(),
            config: Config::read(&release.runs).map_err(|e| format!("service {service}: {e}"))?,
            folder: self.layout.release(environment, service, &release.id)?,
            root: request.root.clone(),
        };
        Ok((subject, wish))
    }

    async fn alone(&self, subject: &Subject) -> tokio::sync::OwnedMutexGuard<()> {
        let door = {
            let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
            busy.retain(|_, door| Arc::strong_count(door) > 1);
            Arc::clone(busy.entry(subject.folder.clone()).or_default())
        };
        door.lock_owned().await
    }

    async fn perform_task(&self, request: &Request) -> Result<Outputs, Failure> {
        self.layout.prepare().map_err(retryable)?;
        fence::pass(&self.layout, request.epoch).map_err(fatal)?;
        let (subject, wish) = self.subject(request).map_err(fatal)?;
        let _alone = self.alone(&subject).await;
        match wish {
            Wish::AtLeast(instances) => ensure::ensure(&subject, instances).await.map(Outputs::Instances),
            Wish::AtMost(keep) => stop::stop(&subject, keep).await.map(|()| Outputs::None),
        }
    }

    async fn probe_task(&self, request: &Request) -> Result<Option<Outputs>, String> {
        let (subject, wish) = self.subject(request)?;
        let _alone = self.alone(&subject).await;
        match wish {
            Wish::AtLeast(instances) => {
                let ready = ensure::observe(&subject).await?;
                Ok((ready.len() >= instances as usize).then_some(Outputs::Instances(ready)))
            }
            Wish::AtMost(keep) => {
                let there = instance::list(&subject.folder)?;
                Ok((there.len() <= keep as usize).then_some(Outputs::None))
            }
        }
    }

    async fn look_ahead(&self, request: &Request) -> Result<(), String> {
        self.layout.prepare()?;
        let (subject, wish) = self.subject(request)?;
        if let Wish::AtLeast(_) = wish {
            // The copy is made now: the file may be overwritten before the first instance starts.
            artifacts::resolve(&self.layout, &subject.release, &subject.root).await?;
            secrets::check(&subject.config.secrets, &subject.root)?;
        }
        Ok(())
    }
}

/// How many instances are asked for.
enum Wish {
    AtLeast(u32),
    AtMost(u32),
}

impl Provider for Processes {
    fn name(&self) -> &'static str {
        "process"
    }

    fn preflight(&self, request: Request) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move { self.look_ahead(&request).await })
    }

    fn perform(&self, request: Request) -> BoxFuture<'_, Outcome> {
        Box::pin(async move { self.perform_task(&request).await.map_or_else(Outcome::from, Outcome::Done) })
    }

    fn probe(&self, request: Request) -> BoxFuture<'_, Probe> {
        Box::pin(async move {
            match self.probe_task(&request).await {
                Ok(Some(outputs)) => Probe::Took(outputs),
                Ok(None) => Probe::DidNot,
                Err(message) => Probe::CannotTell(message),
            }
        })
    }

    fn observe(&self, request: Request) -> BoxFuture<'_, Result<Option<String>, String>> {
        Box::pin(async move {
            // Not alone: a look that waits for an answer must not hold up an effect, and nobody believes a look during
            // which one began.
            let (subject, wish) = self.subject(&request)?;
            match wish {
                Wish::AtLeast(instances) => observe::at_least(&subject, instances).await,
                Wish::AtMost(keep) => observe::at_most(&subject, keep),
            }
        })
    }

    fn sample(&self, _request: SampleRequest) -> BoxFuture<'_, Result<Sample, String>> {
        Box::pin(async {
            Err("the process provider counts no requests; bind `metrics` or `traffic` of the environment".to_owned())
        })
    }
}
