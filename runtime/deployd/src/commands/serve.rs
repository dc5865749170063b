//! `deployd serve`: the long-lived runtime that the other commands talk to.

use clap::Args;
use serde::Serialize;
use server::host::Host;
use server::{Failure, socket};

use crate::cli::Format;
use crate::context::{Context, json, note, print};
use crate::interrupt::Interrupt;

const EXAMPLES: &str = "\
Examples:
  deployd serve
  deployd serve --state /var/lib/deployd";

/// Carry out runs until told to stop; others talk to it over the socket in the state directory
///
/// Runs that had not ended are continued where they stood. SIGINT and SIGTERM stop it; services and proxies keep
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
        let failure = tokio::select! {
            () = interrupt.heard() => None,
            failure = host.failed() => Some(failure),
        };
        host.stop().await;
        note("stopped; what was deployed keeps serving, and unfinished runs go on at the next start");
        failure.map_or(Ok(0), Err)
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
