//! The compiler on generated projects, beside a lexer alone and beside the peers of the same rounds.
//!
//! `cargo bench -p deployc`, or `cargo xtask bench compiler`. Every measure is the median of its rounds. Another
//! language joins every round with `-- --peer 'NAME=COMMAND…'`: a command that checks or evaluates equal content, as
//! `-- --write FOLDER RESOURCES` writes it for ours. `-- --only cold` (or `edits`, `process`, `memory`) runs
//! that part alone. Only the ratios of one run mean anything on a shared machine.
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on ends here")]

mod edits;
mod phases;
mod process;
mod workspace;

use std::time::{Duration, Instant};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Rounds of every contest.
const ROUNDS: usize = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let behind = |option: &str| arguments.iter().position(|it| it == option).map(|at| &arguments[at + 1..]);
    if let Some([folder, resources, ..]) = behind("--write") {
        workspace::write(folder.as_ref(), &workspace::content(resources.parse().unwrap()));
        return;
    }
    if let Some([files, ..]) = behind(process::CHILD) {
        process::child(files.parse().unwrap());
        return;
    }
    let only = behind("--only").map(|rest| rest[0].as_str());
    let parts: [(&str, &dyn Fn()); 4] = [
        ("cold", &phases::show),
        ("edits", &edits::show),
        ("process", &|| process::show(&process::peers(&arguments))),
        ("memory", &process::memory),
    ];
    parts.iter().filter(|(name, _)| only.is_none_or(|only| only == *name)).for_each(|(_, part)| part());
}

/// The middle of several times.
fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let begun = Instant::now();
    let done = work();
    (begun.elapsed(), done)
}

/// One measure, as `cargo xtask bench` reads it.
fn line(name: &str, value: f64, unit: &str, digits: usize) {
    println!("{name}  {value:.digits$} {unit}");
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
