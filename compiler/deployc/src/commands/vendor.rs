//! `deployc vendor`: the one command that fetches packages.

use std::path::PathBuf;

use clap::Args;
use diagnostics::{Diagnostic, SourceMap, codes};
use project::{PROJECT_FILE, Project};
use serde_json::json;

use crate::compile::load;
use crate::console::{Console, VERSION, as_json};
use crate::failure::{Failure, NO};
use crate::vendor::{Became, Vendored, vendor};

const EXAMPLES: &str = "\
Examples:
  deployc vendor
  deployc vendor examples/first-canary";

/// Fetch the packages that `deploy.toml` states into `vendor/`, and lock what they hold
///
/// Packages are fetched by `git`. Those that are as they are stated are kept, and those that nobody asks for are removed.
/// Commit `vendor/` and `deploy.lock`: no other command fetches anything.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Vendor {
    /// A file or folder of the project [default: the current folder]
    path: Option<PathBuf>,
}

impl Vendor {
    pub(crate) fn execute(self, console: &Console) -> Result<u8, Failure> {
        let project = load(self.path.as_deref())?;
        let wrong = wrong(&project);
        if !wrong.is_empty() {
            console.findings(&wrong, &project);
            if console.json() {
                console.answer(&json!({ "version": VERSION, "diagnostics": as_json(&wrong, &project) }))?;
            }
            return Ok(NO);
        }
        let packages = vendor(&project)?;
        if console.json() {
            console.answer(&json!({ "version": VERSION, "packages": packages }))?;
        }
        packages.iter().for_each(|it| console.tell(&line(it)));
        if packages.is_empty() {
            console.tell("no packages\n");
        }
        Ok(0)
    }
}

/// What keeps the packages of `deploy.toml` from being known.
fn wrong(project: &Project) -> Vec<Diagnostic> {
    let stated = [codes::PROJECT_FILE, codes::PROJECT_KEY, codes::BAD_PACKAGE, codes::UNREADABLE];
    let of_it = |it: &&Diagnostic| stated.contains(&it.code) && project.path(it.primary.span.file) == PROJECT_FILE;
    project.reading_diagnostics().iter().filter(of_it).cloned().collect()
}

fn line(it: &Vendored) -> String {
    let word = match it.became {
        Became::Kept => "kept",
        Became::Vendored => "vendored",
        Became::Removed => "removed",
    };
    format!("{word} {} {} {}\n", it.package.name, it.package.rev, it.package.git)
}
