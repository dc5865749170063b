//! `cargo xtask kill`: the runtime killed at every point, then at random for minutes, under load all the time.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use xtask::killing::{Programs, World, random, sweep};

use crate::cargo::{release, root};

/// How long, and where.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// How long the runtime is killed at random; 0 for the sweep of all points only.
    #[arg(long, default_value_t = 10)]
    minutes: u64,
    /// Repeats the random choices of an earlier call [default: another one each time]
    #[arg(long)]
    seed: Option<u64>,
    /// Sweep the points whose names contain this, and kill nothing at random.
    #[arg(long, value_name = "TEXT")]
    point: Option<String>,
    /// Kill at random only, without the sweep before.
    #[arg(long, conflicts_with = "point")]
    random: bool,
    /// Take the programs from this folder instead of building them for release.
    #[arg(long)]
    built: Option<PathBuf>,
}

/// Sweeps, kills at random, prints what came of it.
pub(crate) fn run(options: &Options) -> Result<ExitCode, String> {
    let programs = Programs::of(&match &options.built {
        Some(folder) => folder.clone(),
        None => release(&["deployc", "deployd", "first-canary-service", "integration"])?,
    })?;
    let mut good = true;
    if !options.random {
        let report = sweep::sweep(&mut world(&programs)?, options.point.as_deref())?;
        println!("{report}");
        good &= report.good();
    }
    if options.point.is_none() && options.minutes > 0 {
        let seed = options.seed.unwrap_or_else(fresh_seed);
        println!("seed {seed}, {} minutes", options.minutes);
        let report = random::kill(&mut world(&programs)?, Duration::from_secs(60 * options.minutes), seed)?;
        println!("{report}");
        good &= report.good();
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A world of its own in the target folder, which stays to be looked at.
fn world(programs: &Programs) -> Result<World, String> {
    let folder = root().join("target").join("kill");
    xtask::cleanup::end_all(&folder);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(|e| format!("{} cannot be emptied: {e}", folder.display()))?;
    }
    World::set(&folder, programs.clone())
}

fn fresh_seed() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::from(since.subsec_nanos()) ^ since.as_secs()
}
