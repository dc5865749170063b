//! A steady stream of requests, whatever becomes of them, and a log of what was answered.
//!
//! The load is open: requests are due at fixed times, and a slow answer does not slow down the others, as users do not
//! wait for each other. Latency is counted from the time a request was due.

mod duration;
mod generate;
mod log;
mod summary;
mod target;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use crate::target::Target;

#[derive(Parser)]
#[command(version, about = "Send requests at a steady rate and log the answers, or print what such a log says")]
struct Arguments {
    /// Where to send requests, for example http://127.0.0.1:8080/.
    #[arg(long, required_unless_present = "summary", conflicts_with = "summary")]
    url: Option<Target>,
    /// Requests a second.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rate: u32,
    /// Keep-alive connections they are spread over.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    connections: u32,
    /// The log to write: one JSON line for every 100 ms.
    #[arg(long, required_unless_present = "summary", conflicts_with = "summary")]
    log: Option<PathBuf>,
    /// How long, for example 90s (without it: until SIGTERM or SIGINT).
    #[arg(long = "for", value_parser = duration::parse)]
    time: Option<Duration>,
    /// Print the totals of a log instead.
    #[arg(long)]
    summary: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match (arguments.summary, arguments.url, arguments.log) {
        (Some(log), _, _) => summary::print(&log),
        (None, Some(target), Some(log)) => {
            generate::run(target, arguments.rate, arguments.connections, arguments.time, &log)
        }
        // Not reached with the arguments declared as they are.
        (None, _, _) => Err("give --url and --log, or --summary".to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("load: {failure}");
            ExitCode::FAILURE
        }
    }
}
