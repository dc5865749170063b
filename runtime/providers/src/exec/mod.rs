//! Carries out declared actions: a program with arguments, never a shell line, in the project's root, with
//! nothing in its environment that was not declared, within its time and with bounded output.

mod command;
mod config;
mod earlier;
mod mark;
mod output;
mod programs;

use std::sync::Arc;
use std::time::Duration;

use machine::ports::BoxFuture;
use machine::ports::provider::{Outcome, Outputs, Probe, Provider, Request, Sample, SampleRequest};
use serde_json::json;

use crate::fence;
use crate::layout::Layout;
use command::{Command, End};
use config::Config;
use earlier::Earlier;
use output::Written;

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
        if let Err(message) = Earlier::end(&folder).await {
            return Outcome::Unknown { message: format!("action {action}: {message}") };
        }
        let command = match Command::prepare(request, &config, &config.command, &folder) {
            Ok(command) => command,
            Err(message) => return fatal(format!("action {action}: {message}")),
        };
        let within = Duration::from_millis(config.within);
        outcome(action, within, command.run(within).await)
    }

    async fn ask(&self, request: &Request) -> Probe {
        let (action, config) = match Config::of(request) {
            Ok(found) => found,
            Err(message) => return Probe::CannotTell(message),
        };
        let folder = self.layout.action(&request.key);
        // Who asks has waited until its time was over: it must not take effect after the answer.
        if let Err(message) = Earlier::end(&folder).await {
            return Probe::CannotTell(format!("action {action}: {message}"));
        }
        let Some(argv) = &config.probe else {
            return Probe::CannotTell(format!("action {action} declares no probe"));
        };
        let command = match Command::prepare(request, &config, argv, &folder) {
            Ok(command) => command,
            Err(message) => return Probe::CannotTell(format!("the probe of action {action}: {message}")),
        };
        match command.run(PROBE_WITHIN).await {
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
