//! `cargo xtask test`: the one test command, on any machine that has Rust.

mod editors;
mod sums;
mod tools;

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use crate::cargo::{cargo, release, succeed};

/// What to run.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only tests whose names contain this.
    filter: Option<String>,
    /// Show the extension in a real VS Code instead; needs npm, Chromium and minutes.
    #[arg(long, conflicts_with = "filter")]
    editors: bool,
}

/// Prepares, builds, tests, sums up.
pub(crate) fn run(options: &Options) -> Result<ExitCode, String> {
    if options.editors {
        return editors::run();
    }
    tools::prepare()?;
    // Binaries and tests in one call: the same features, so nothing is built twice.
    succeed(cargo().args(["build", "--quiet", "--workspace", "--bins", "--tests"]))?;
    // What is killed at every point is what operators run. Chosen tests are for trying something out quickly.
    let swept = if options.filter.is_none() { Some(release(&["deployd"])?.join("deployd")) } else { None };
    let sums = run_tests(options, swept)?;
    println!("{sums}");
    Ok(if sums.good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn run_tests(options: &Options, swept: Option<PathBuf>) -> Result<sums::Sums, String> {
    let mut command = cargo();
    command.args(["test", "--quiet", "--workspace", "--no-fail-fast"]).args(&options.filter);
    command.envs(swept.map(|program| ("KILL_RUNTIME", program)));
    command.stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|e| format!("cargo test could not be started: {e}"))?;
    let mut sums = sums::Sums::default();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).split(b'\n') {
            let line = line.map_err(|e| format!("the tests' output broke off: {e}"))?;
            let line = String::from_utf8_lossy(&line);
            sums.read(&line);
            show(&mut std::io::stdout().lock(), &line);
        }
    }
    let status = child.wait().map_err(|e| format!("cargo test was lost: {e}"))?;
    sums.broken = !status.success();
    Ok(sums)
}

/// Quiet runs print a lot of empty lines and "running 0 tests"; a closed pipe is no reason to stop testing.
fn show(out: &mut impl Write, line: &str) {
    if !line.is_empty() && !line.starts_with("running ") && !line.starts_with("test result: ok. 0 passed; 0 failed") {
        let _ = writeln!(out, "{line}");
    }
}

/// Whether a command exists and answers.
fn answers(program: &str, argument: &str) -> bool {
    let mut command = Command::new(program);
    command.arg(argument).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
