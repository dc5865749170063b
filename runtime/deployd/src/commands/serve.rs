//! `deployd serve`: the long-lived runtime that the other commands talk to.

use clap::Args;
use engine::Engine;
use machine::view::RunView;
use serde::Serialize;
use server::host::Host;
use server::{Failure, socket};
use tokio::task::JoinSet;

use crate::cli::Format;
use crate::context::{Context, json, note, print};
use crate::follow::now_ms;
use crate::interrupt::Interrupt;
use crate::render::{log, units};

const EXAMPLES: &str = "\
Examples:
  deployd serve
  deployd serve --state /var/lib/deployd";

/// Carry out runs until told to stop; others talk to it over the socket in the state directory
///
/// Writes what happens to its runs to standard output, a line each. Runs that had not ended are continued where they stood. SIGINT and SIGTERM stop it; services and proxies keep
/// serving, and unfinished runs go on at the next start.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Serve {}

#[derive(Serialize)]
struct Listening<'a> {
    listening: String,
    pid: u32,
    resumed: &'a [String],
    left_alone: std::collections::BTreeMap<String, String>,
}

impl Serve {
    pub(crate) async fn execute(self, context: &Context) -> Result<u8, Failure> {
        let mut interrupt = Interrupt::listen()?;
        let mut host = start(context).await?;
        announce(context, &host)?;
        let mut begun = host.engine().begun();
        let mut logs = JoinSet::new();
        for run in host.resumed() {
            logs.spawn(keep_log(context.format, host.engine().clone(), run.clone()));
        }
        let failure = loop {
            tokio::select! {
                () = interrupt.heard() => break None,
                failure = host.failed() => break Some(failure),
                Ok(run) = begun.recv() => {
                    logs.spawn(keep_log(context.format, host.engine().clone(), run));
                }
            }
            while logs.try_join_next().is_some() {}
        };
        host.stop().await;
        note("stopped; what was deployed keeps serving, and unfinished runs go on at the next start");
        failure.map_or(Ok(0), Err)
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
    let program = std::env::current_exe()
        .map_err(|error| Failure::internal(format!("cannot find this program's own file: {error}")))?;
    let layout = providers::Layout { state: context.state.clone(), program };
    Host::start(&context.state, providers::all(layout)).await
}

fn announce(context: &Context, host: &Host) -> Result<(), Failure> {
    let listening = Listening {
        listening: socket::path(&context.state).display().to_string(),
        pid: std::process::id(),
        resumed: host.resumed(),
        left_alone: host.left_alone(),
    };
    match context.format {
        Format::Json => print(&json(&listening)?),
        Format::Human => {
            print(&format!("listening on {} (process {})", listening.listening, listening.pid));
            listening.resumed.iter().for_each(|run| print(&format!("run {run} goes on")));
            listening.left_alone.iter().for_each(|(run, why)| print(&format!("run {run} is left alone: {why}")));
        }
    }
    Ok(())
}
