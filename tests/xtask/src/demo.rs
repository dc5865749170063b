//! `cargo xtask demo`: a good release promoted and a bad one rolled back, with real processes under real traffic.

mod act;
mod build;
mod report;
mod scene;

use std::path::PathBuf;
use std::process::ExitCode;

use xtask::cleanup;

use crate::cargo::root;

/// How the demonstration is set up.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Folder for the copy of the example, its state and its logs; emptied first [default: target/first-canary]
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Share of requests that v2 answers with an error, in percent.
    #[arg(long, default_value_t = 0.2, value_parser = percent)]
    v2_errors: f64,
    /// Share of requests that v3 answers with an error, in percent.
    #[arg(long, default_value_t = 10.0, value_parser = percent)]
    v3_errors: f64,
    /// Take the programs from this folder instead of building them.
    #[arg(long)]
    built: Option<PathBuf>,
    /// Leave services, proxy and load running at the end.
    #[arg(long)]
    keep: bool,
    /// Only end what an earlier demonstration with --keep left running.
    #[arg(long, conflicts_with_all = ["keep", "v2_errors", "v3_errors"])]
    end: bool,
}

fn percent(text: &str) -> Result<f64, String> {
    let value: f64 = text.trim_end_matches('%').parse().map_err(|_| format!("`{text}` is not a number"))?;
    if (0.0..=100.0).contains(&value) { Ok(value) } else { Err(format!("{value} % is not between 0 % and 100 %")) }
}

/// Builds, sets the scene, plays it, judges it, cleans up.
pub(crate) fn run(options: &Options) -> Result<ExitCode, String> {
    let folder = options.dir.clone().unwrap_or_else(|| root().join("target").join("first-canary"));
    if options.end {
        println!("Ended {} processes.", cleanup::end_all(&folder));
        return Ok(ExitCode::SUCCESS);
    }
    let tools = match &options.built {
        Some(folder) => build::Tools::of(folder)?,
        None => build::release()?,
    };
    cleanup::end_all(&folder);
    let scene = scene::Scene::set(&folder, tools)?;
    let played = act::play(&scene, options);
    let report = played.and_then(|played| report::Report::of(&scene, &played));
    let last = if options.keep {
        "Services, proxy and load go on; `cargo xtask demo --end` ends them.".to_owned()
    } else {
        format!("Ended the {} processes of the demonstration; its folder stays.", cleanup::end_all(&folder))
    };
    let report = report.map_err(|message| format!("{message}\n{last}"))?;
    println!("{report}\n{last}");
    Ok(if report.as_expected() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
