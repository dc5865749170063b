//! Carries out declared actions: a program with arguments, never a shell line, in the project's root, with
//! nothing in its environment that was not declared, within its time and with bounded output.

pub(crate) mod attend;
mod attended;
mod command;
mod config;
mod earlier;
mod mark;
mod output;
mod programs;
mod settle;
mod task;

use std::sync::Arc;
use std::time::Duration;

use machine::ports::BoxFuture;
use machine::ports::provider::{Outcome, Outputs, Probe, Provider, Request, Sample, SampleRequest};
use serde_json::json;

use crate::fence;
use crate::host::files;
use crate::layout::Layout;
use attended::Attended;
use config::Config;
use output::Written;
use settle::Settled;
use task::{End, Note, Task};

/// Names of the lock and of the folder of handed-over secrets in the folder of a step.
const LOCK: &str = "lock";
const SECRETS: &str = "secrets";

/// Longest run of a probe: shorter than the runtime waits for its answer, so that the answer says more.
const PROBE_WITHIN: Duration = Duration::from_secs(25);

/// The provider `exec`.
pub(crate) struct Exec {
    layout: Arc<Layout>,
}

impl Exec {
    /// The provider over one state directory.
    pub(crate) fn new(layout: Arc<Layout>) -> Self {
        Self { layout }
    }

    async fn act(&self, request: &Request) -> Outcome {
        let fatal = |message| Outcome::Failed { retryable: false, message };
        let (action, config) = match Config::of(request) {
            Ok(found) => found,
            Err(message) => return fatal(message),
        };
        if let Err(message) = fence::pass(&self.layout, request.epoch) {
            return fatal(message);
        }
        let folder = self.layout.action(&request.key);
        // An earlier attempt must not run beside this one.
        if let Err(message) = settle::end(&folder).await {
            return Outcome::Unknown { message: format!("action {action}: {message}") };
        }
        let within = config.within(request);
        match Attended::prepare(request, &config, &config.command, &folder, within) {
            Ok(attended) => outcome(action, within, attended.carry_out(&self.layout.program).await),
            Err(message) => fatal(format!("action {action}: {message}")),
        }
    }

    async fn see_to_its_end(&self, request: &Request) -> Outcome {
        let (action, config) = match Config::of(request) {
            Ok(found) => found,
            Err(message) => return Outcome::Unknown { message },
        };
        if let Err(message) = fence::pass(&self.layout, request.epoch) {
            return Outcome::Unknown { message };
        }
        let within = config.within(request);
        match settle::settle(&self.layout.action(&request.key), request, within).await {
            Settled::Proved(end) => outcome(action, within, end),
            Settled::Unknown(what) => {
                Outcome::Unknown { message: format!("the runtime was stopped before action {action} answered; {what}") }
            }
        }
    }

    /// Ends what is at work for a run: its steps are known by the tasks that were handed over.
    async fn end_all(&self, run: &str) -> Result<(), String> {
        for folder in self.layout.actions()? {
            let of_this_run = Task::read(&folder).is_ok_and(|task| task.is_some_and(|task| task.run == run));
            if of_this_run {
                settle::end(&folder).await?;
            }
        }
        Ok(())
    }

    fn let_go(&self, key: &str, attempt: u32) {
        let folder = self.layout.action(key);
        let is_noted = matches!(Note::of(&folder, key, attempt), Ok(Some(_)));
        if is_noted || matches!(Task::read(&folder), Ok(None)) {
            // What stays takes a little room, and is removed after the next attempt at the step.
            let _ = files::remove_dir(&folder);
        }
    }

    async fn ask(&self, request: &Request) -> Probe {
        let (action, config) = match Config::of(request) {
            Ok(found) => found,
            Err(message) => return Probe::CannotTell(message),
        };
        let folder = self.layout.action(&request.key);
        // Who asks has waited until its time was over: it must not take effect after the answer.
        if let Err(message) = settle::end(&folder).await {
            return Probe::CannotTell(format!("action {action}: {message}"));
        }
        let Some(argv) = &config.probe else {
            return Probe::CannotTell(format!("action {action} declares no probe"));
        };
        let attended = match Attended::prepare(request, &config, argv, &folder, PROBE_WITHIN) {
            Ok(attended) => attended,
            Err(message) => return Probe::CannotTell(format!("the probe of action {action}: {message}")),
        };
        let end = attended.carry_out(&self.layout.program).await;
        // Nothing asks for the end of a probe again.
        self.let_go(&request.key, request.attempt);
        match end {
            End::Exit(0, _) => Probe::Took(Outputs::None),
            End::Exit(1, _) => Probe::DidNot,
            End::Exit(code, Written { last, .. }) => Probe::CannotTell(format!(
                "the probe of action {action}: exit code {code} (0 means it took effect, 1 that it did not); its last lines: {last}"
            )),
            End::Killed(how, Written { last, .. }) => {
                Probe::CannotTell(format!("the probe of action {action}: {how}; its last lines: {last}"))
            }
            End::TooLong(_) => Probe::CannotTell(format!(
                "the probe of action {action} gave no answer in {} s",
                PROBE_WITHIN.as_secs()
            )),
            End::Ended => Probe::CannotTell(format!("the probe of action {action} was ended")),
            End::NotStarted(message) | End::Lost(message) => {
                Probe::CannotTell(format!("the probe of action {action}: {message}"))
            }
        }
    }

    fn look_ahead(&self, request: &Request) -> Result<(), String> {
        let (action, config) = Config::of(request)?;
        let named = |message| format!("action {action}: {message}");
        for argv in std::iter::once(&config.command).chain(&config.probe) {
            programs::find(argv, &request.root).map_err(named)?;
        }
        crate::secrets::check(&config.secrets, &request.root).map_err(named)
    }
}

/// What the end of the program says about the effect. One that was ended from outside gave no answer: it may have
/// taken effect before.
fn outcome(action: &str, within: Duration, end: End) -> Outcome {
    let unknown = |what: String| Outcome::Unknown { message: format!("action {action} {what}") };
    match end {
        End::Exit(0, Written { text, .. }) => Outcome::Done(Outputs::Value(json!({ "output": text }))),
        End::Exit(code, Written { last, .. }) => Outcome::Failed {
            retryable: true,
            message: format!("action {action}: exit code {code}; its last lines: {last}"),
        },
        End::Killed(how, Written { last, .. }) => unknown(format!("was {how}; its last lines: {last}")),
        End::TooLong(Written { last, .. }) => unknown(format!(
            "was stopped after {} s, the time it was given (`within`); its last lines: {last}",
            within.as_secs_f32()
        )),
        End::Ended => unknown("was ended, because nobody waited for its answer any more".to_owned()),
        End::NotStarted(message) => {
            Outcome::Failed { retryable: false, message: format!("action {action}: {message}") }
        }
        End::Lost(message) => unknown(format!("is lost: {message}")),
    }
}

impl Provider for Exec {
    fn name(&self) -> &'static str {
        "exec"
    }

    fn preflight(&self, request: Request) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move { self.look_ahead(&request) })
    }

    fn perform(&self, request: Request) -> BoxFuture<'_, Outcome> {
        Box::pin(async move { self.act(&request).await })
    }

    fn settle(&self, request: Request) -> BoxFuture<'_, Outcome> {
        Box::pin(async move { self.see_to_its_end(&request).await })
    }

    fn end(&self, run: String) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move { self.end_all(&run).await })
    }

    fn forget(&self, key: &str, attempt: u32) {
        self.let_go(key, attempt);
    }

    fn probe(&self, request: Request) -> BoxFuture<'_, Probe> {
        Box::pin(async move { self.ask(&request).await })
    }

    fn observe(&self, _request: Request) -> BoxFuture<'_, Result<Option<String>, String>> {
        // An action's outcome is its answer; nothing of it stays in the world to be looked at.
        Box::pin(async { Ok(None) })
    }

    fn sample(&self, _request: SampleRequest) -> BoxFuture<'_, Result<Sample, String>> {
        Box::pin(async { Err("the exec provider counts no requests".to_owned()) })
    }
}
