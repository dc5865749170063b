//! The service of the first-canary example.
//!
//! How a release behaves (its name, how often it fails) is appended to the executable itself, so that each version is an
//! artifact of its own with a digest of its own: `shop pack` makes them, and running one serves HTTP on `PORT`.

mod diary;
mod pack;
mod release;
mod serve;
mod share;
mod trailer;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::release::{Death, Readiness, Release};
use crate::share::Share;

#[derive(Parser)]
#[command(
    version,
    about = "A shop that serves HTTP on PORT, as its release says",
    args_conflicts_with_subcommands = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Make a release: this executable with a behaviour appended.
    Pack(Pack),
    /// Serve a release made with `--thin`; the kernel starts it like this.
    #[command(hide = true)]
    Carry {
        /// The release.
        release: PathBuf,
    },
}

#[derive(clap::Args)]
struct Pack {
    /// The version the release says it is.
    #[arg(long)]
    version: String,
    /// Share of the requests to `/` answered 500, dealt out evenly; exact to 0.0001%.
    #[arg(long, default_value = "0%")]
    errors: Share,
    /// When `/ready` answers 200.
    #[arg(long, value_enum, default_value_t = Readiness::AtOnce)]
    ready: Readiness,
    /// Milliseconds to wait before listening.
    #[arg(long, default_value_t = 0)]
    start_delay_ms: u64,
    /// Exit with an error at the start.
    #[arg(long, conflicts_with = "die_after")]
    die_at_once: bool,
    /// Exit with an error at the request to `/` after this many.
    #[arg(long)]
    die_after: Option<u64>,
    /// Note in this file, synced, when an instance begins to serve and when it has stopped.
    #[arg(long)]
    diary: Option<PathBuf>,
    /// Make a release of a few hundred bytes that needs this executable to stay where it is.
    #[arg(long)]
    thin: bool,
    /// Where to write the release.
    #[arg(long)]
    out: PathBuf,
}

impl Pack {
    fn release(&self) -> Release {
        let after = self.die_after.map(Death::AfterRequests);
        Release {
            format: release::FORMAT,
            version: self.version.clone(),
            errors: self.errors,
            ready: self.ready,
            start_delay_ms: self.start_delay_ms,
            die: if self.die_at_once { Some(Death::AtStart) } else { after },
            diary: self.diary.clone(),
        }
    }
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Some(Command::Pack(pack)) => pack::write(&pack.release(), pack.thin, &pack.out),
        Some(Command::Carry { release }) => serve::run(&release),
        None => serve::run(Path::new(pack::MYSELF)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("shop: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Why the shop cannot do what it was asked.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("this executable has no release appended: make one with `shop pack --version v1 --out FILE` and run that")]
    NoTrailer,
    #[error("the release appended to this executable cannot be understood: {0}")]
    BadTrailer(String),
    #[error("PORT {0}: set it to the port to serve on, for example PORT=8081")]
    Port(String),
    #[error("this release dies at its start")]
    DiesAtStart,
    #[error("cannot {0}: {1}")]
    Io(String, std::io::Error),
}
