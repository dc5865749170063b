//! `deployd serve`: the long-lived runtime that the other commands talk to.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use engine::Engine;
use machine::ports::provider::Provider;
use machine::view::RunView;
use serde::Serialize;
use server::group_socket::Group;
use server::host::Host;
use server::{Failure, socket};
use tokio::task::JoinSet;

use crate::cli::Format;
use crate::concerns::Told;
use crate::context::{Context, json, note, print};
use crate::follow::now_ms;
use crate::interrupt::Interrupt;
use crate::render::{log, units};

/// How often it is looked whether the role file can be read.
const LOOK_AT_ROLES: Duration = Duration::from_secs(1);

const EXAMPLES: &str = "\
Examples:
  deployd serve
  deployd serve --state /var/lib/deployd
  deployd serve --state /srv/deployd --group deployers";

/// Carry out runs until told to stop; others talk to it over the socket in the state directory
///
/// Writes what happens to its runs to standard output, a line each. Runs that had not ended are continued where they stood. SIGINT and SIGTERM stop it: no further step begins, effects under way are waited for and recorded; services and proxies keep
/// serving, and unfinished runs go on at the next start.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Serve {
    /// Let the members of a group in as well, through a socket beside the state directory; what they may do is
    /// in its roles.toml
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// How long effects under way are given to answer when it is told to stop, such as `90s`; each ends at its own
    /// deadline at the latest
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = duration)]
    grace: Duration,
}

fn duration(text: &str) -> Result<Duration, String> {
    let parsed: Result<jiff::SignedDuration, _> = text.parse();
    let wrong = || "write a duration such as `30s` or `2m`".to_owned();
    parsed.ok().and_then(|duration| duration.try_into().ok()).ok_or_else(wrong)
}

/// Stops a runtime: what is under way is recorded, unless a person at the terminal does not want to wait for it.
pub(super) async fn come_to_rest(host: Host, grace: Duration, interrupt: &mut Interrupt) {
    let again = if Interrupt::can_insist() { "; Ctrl-C again stops at once" } else { "" };
    note(&format!("stopping: effects under way are given {} s to answer{again}", grace.as_secs()));
    tokio::select! {
        () = host.stop_within(grace) => note("stopped"),
        () = interrupt.insisted() => note("stopped at once; effects under way are settled at the next start"),
    }
}

#[derive(Serialize)]
struct Listening<'a> {
    listening: String,
    group_socket: Option<String>,
    pid: u32,
    resumed: &'a [String],
    left_alone: std::collections::BTreeMap<String, String>,
}

impl Serve {
    pub(crate) async fn execute(self, context: &Context) -> Result<u8, Failure> {
        self.carry_out(context, start(context)).await
    }

    /// Listens with the runtime that `starting` gives, until told to stop.
    pub(super) async fn carry_out(
        self,
        context: &Context,
        starting: impl Future<Output = Result<Host, Failure>>,
    ) -> Result<u8, Failure> {
        let mut interrupt = Interrupt::listen()?;
        let group = self.group.map(|name| Group::find(&context.state, &name)).transpose()?;
        let mut host = starting.await?;
        if let Some(refused) = group.as_ref().and_then(|group| host.open_to(group).err()) {
            host.stop().await;
            return Err(refused);
        }
        announce(context, &host, group.as_ref())?;
        host.engine().look_after();
        let mut roles = Roles::default();
        let mut concerns = Told::of(host.engine().concerns());
        let mut begun = host.engine().begun();
        let mut logs = JoinSet::new();
        for run in host.resumed() {
            logs.spawn(keep_log(context.format, host.engine().clone(), run.clone()));
        }
        let failure = loop {
            tokio::select! {
                () = interrupt.heard() => break None,
                failure = host.failed() => break Some(failure),
                () = tokio::time::sleep(LOOK_AT_ROLES) => roles.tell(host.role_problem()),
                () = concerns.changed() => concerns.tell(),
                Ok(run) = begun.recv() => {
                    logs.spawn(keep_log(context.format, host.engine().clone(), run));
                }
            }
            while logs.try_join_next().is_some() {}
        };
        come_to_rest(host, self.grace, &mut interrupt).await;
        note("what was deployed keeps serving, and unfinished runs go on at the next start");
        failure.map_or(Ok(0), Err)
    }
}

/// What was said about the role file, so that it is said once.
#[derive(Default)]
struct Roles(Option<String>);

impl Roles {
    fn tell(&mut self, problem: Option<String>) {
        match (&self.0, &problem) {
            (before, Some(now)) if before.as_ref() != Some(now) => note(&format!("warning: {now}")),
            (Some(_), None) => note("roles.toml is in force again"),
            (Some(_) | None, Some(_) | None) => {}
        }
        self.0 = problem;
    }
}

/// Writes what happens to a run, a line each, until it has ended.
async fn keep_log(format: Format, engine: Engine, run: String) {
    let Ok(mut views) = engine.watch(&run).await else { return };
    let mut before: Option<RunView> = None;
    loop {
        let view = views.borrow_and_update().clone();
        let lines = lines(format, before.as_ref(), &view);
        // Whoever reads the log may stop reading: that must hold up the log only.
        let _ = tokio::task::spawn_blocking(move || lines.iter().for_each(|line| print(line))).await;
        if view.status.ended() || views.changed().await.is_err() {
            return;
        }
        before = Some(view);
    }
}

fn lines(format: Format, before: Option<&RunView>, view: &RunView) -> Vec<String> {
    let time = units::utc(now_ms());
    match format {
        Format::Json => json(view).into_iter().collect(),
        Format::Human => log::changes(before, view).iter().map(|line| format!("{time} {} {line}", view.run)).collect(),
    }
}

/// A runtime with every provider of this program.
pub(super) async fn start(context: &Context) -> Result<Host, Failure> {
    Host::start(&context.state, providers(context)?).await
}

/// Every provider of this program.
pub(super) fn providers(context: &Context) -> Result<Vec<Arc<dyn Provider>>, Failure> {
    let program = std::env::current_exe()
        .map_err(|error| Failure::internal(format!("cannot find this program's own file: {error}")))?;
    Ok(providers::all(providers::Layout { state: context.state.clone(), program }))
}

fn announce(context: &Context, host: &Host, group: Option<&Group>) -> Result<(), Failure> {
    let listening = Listening {
        listening: socket::path(&context.state).display().to_string(),
        group_socket: group.map(|group| group.socket().display().to_string()),
        pid: std::process::id(),
        resumed: host.resumed(),
        left_alone: host.left_alone(),
    };
    match context.format {
        Format::Json => print(&json(&listening)?),
        Format::Human => {
            print(&format!("listening on {} (process {})", listening.listening, listening.pid));
            listening.group_socket.iter().for_each(|socket| print(&format!("listening on {socket} for the group")));
            listening.resumed.iter().for_each(|run| print(&format!("run {run} goes on")));
            listening.left_alone.iter().for_each(|(run, why)| print(&format!("run {run} is left alone: {why}")));
        }
    }
    Ok(())
}
