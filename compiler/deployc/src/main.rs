//! The author's program: checks, formats, builds, runs and explains deployments.

mod choose;
mod cli;
mod commands;
mod compile;
mod console;
mod failure;
mod fix;
mod graph;
mod hosts;
mod launch;
mod pages;
mod plan_file;
mod replace;
mod revision;
mod testing;
mod vendor;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::Parser;

use crate::cli::Cli;
use crate::console::Console;
use crate::failure::Failure;

/// A compiler makes many small values and ends: most of its time went into the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let Cli { options, command } = Cli::parse();
    let console = Console::new(&options);
    // A panic has printed its own message by then; what is left is to end as an internal error.
    let done = catch_unwind(AssertUnwindSafe(|| commands::execute(command, &console)));
    let code = done.unwrap_or_else(|_| Err(Failure::internal("the compiler met a case it does not know")));
    ExitCode::from(code.unwrap_or_else(|failure| console.failed(&failure)))
}
