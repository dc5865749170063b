//! `cargo xtask simulate`: fault schedules by number, on virtual time.

use std::process::{Command, ExitCode};

use crate::cargo::release;

/// Which schedules, of what.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// How many schedules, over all plans; with one, its timeline is told.
    #[arg(long, default_value_t = 100_000)]
    seeds: u64,
    /// The number of the first schedule.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Only this plan.
    #[arg(long, default_value = "all")]
    plan: String,
    /// Also keep rows and sealed records after each event, take runs up from them, and replay every journal.
    #[arg(long)]
    whole: bool,
    /// Run the engine instead of the machine alone: some thousand times slower, with its store, its mailbox and its tasks.
    #[arg(long, conflicts_with = "whole")]
    engine: bool,
}

/// Runs the simulator, built for release.
pub(crate) fn run(options: &Options) -> Result<ExitCode, String> {
    let (package, program) =
        if options.engine { ("engine-simulator", "simulate-engine") } else { ("simulator", "simulate") };
    let program = release(&[package])?.join(program);
    let mut command = Command::new(&program);
    command.args([&options.plan, &options.seeds.to_string(), &options.seed.to_string()]);
    if !options.engine {
        command.arg(if options.whole { "whole" } else { "ends" });
    }
    let status = command.status().map_err(|e| format!("{} could not be started: {e}", program.display()))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
