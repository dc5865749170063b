//! `deployd internal`: the processes that outlive the runtime. Started by the providers, not by people.

mod held;
mod point;
mod serve_until;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serve_until::ServeUntil;

use crate::context::note;

/// Exit status of a process that could not begin.
const BROKEN: u8 = 70;

/// Processes that the providers start
#[derive(Debug, Args)]
pub(crate) struct Internal {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Keep one child running
    Supervise {
        /// What runs
        #[arg(long)]
        spec: PathBuf,
    },
    /// Carry out one attempt at an action
    Attend {
        /// The folder in which it was handed over
        #[arg(long)]
        folder: PathBuf,
        /// What tells it from other attempts
        #[arg(long)]
        token: String,
    },
    /// Serve as the embedded proxy
    Proxy {
        /// Where it listens
        #[arg(long)]
        spec: PathBuf,
    },
    ServeUntil(ServeUntil),
}

impl Internal {
    /// Carries it out and gives its exit code, or gives back what needs an async runtime. Called outside of any: a
    /// supervisor prepares its process first and makes its own.
    pub(crate) fn execute(self) -> Result<u8, ServeUntil> {
        match self.what {
            What::Supervise { spec } => Ok(providers::supervisor::run(&spec)),
            What::Attend { folder, token } => Ok(providers::attend(&folder, &token)),
            What::Proxy { spec } => Ok(proxy(&spec).map_or_else(broken, |()| 0)),
            What::ServeUntil(command) => Err(command),
        }
    }
}

fn broken(message: String) -> u8 {
    note(&message);
    BROKEN
}

fn proxy(spec: &std::path::Path) -> Result<(), String> {
    providers::memory::write_no_core();
    let spec = proxy::Spec::read(spec).map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("cannot start the proxy: {error}"))?;
    runtime.block_on(proxy::run(spec)).map_err(|error| error.to_string())
}
