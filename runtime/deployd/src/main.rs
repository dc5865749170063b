//! The operator's program. Everything it does is in `commands/`, one file per command.

#[cfg(not(target_os = "linux"))]
compile_error!("deployd runs on Linux only; docs/decisions/0007-linux.md says why");

mod artifacts;
mod backup;
mod cli;
mod commands;
mod concerns;
mod context;
mod doctor;
mod follow;
mod interrupt;
mod keyed;
mod mentions;
mod render;
mod screen;
mod state;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use server::Failure;

use crate::cli::{Cli, Command};
use crate::context::Context;

/// How long the last lines are given to be read.
const SHUTDOWN: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let Cli { options, command } = Cli::parse();
    let done = match command {
        Command::Internal(internal) => match internal.execute() {
            Ok(code) => Ok(code),
            Err(held) => Context::new(&options).and_then(|context| on_a_runtime(held.execute(&context))),
        },
        command => Context::new(&options).and_then(|context| on_a_runtime(commands::execute(command, &context))),
    };
    ExitCode::from(done.unwrap_or_else(|failure| context::tell(options.format, &failure)))
}

fn on_a_runtime(work: impl Future<Output = Result<u8, Failure>>) -> Result<u8, Failure> {
    providers::memory::keep_private();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::internal(format!("cannot start: {error}")))?;
    let done = runtime.block_on(work);
    // A line that nobody reads must not keep the process.
    runtime.shutdown_timeout(SHUTDOWN);
    done
}
