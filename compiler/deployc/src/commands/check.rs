//! `deployc check`: everything the compiler has to say about a project.

use std::path::PathBuf;

use clap::Args;
use diagnostics::Diagnostic;
use jiff::civil::Date;
use serde_json::json;

use crate::compile::{findings, load};
use crate::console::{Console, VERSION, as_json, summary};
use crate::failure::{Failure, NO};

const EXAMPLES: &str = "\
Examples:
  deployc check
  deployc check examples/first-canary
  deployc check --format short | sort
  deployc check --as-of 2027-03-31
  deployc check --format json";

/// Check a project: syntax, names, types, units, and the proofs
///
/// Every workflow is checked. Nothing is run, fetched or written.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Check {
    /// A file or folder of the project [default: the current folder]
    path: Option<PathBuf>,
    /// Also report flags and exceptions that are past their last day on this date
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
}

impl Check {
    pub(crate) fn execute(self, console: &Console) -> Result<u8, Failure> {
        let project = load(self.path.as_deref())?;
        let mut found = findings(&project)?;
        if let Some(day) = self.as_of {
            found.extend(checks::expired(&project.model(), day));
            found.sort_by_key(Diagnostic::sort_key);
        }
        let files = project.model().files().len();
        console.findings(&found, &project);
        console.tell(&summary(&found, files));
        if console.json() {
            console.answer(&json!({ "version": VERSION, "files": files, "diagnostics": as_json(&found, &project) }))?;
        }
        Ok(if found.iter().any(Diagnostic::is_error) { NO } else { 0 })
    }
}
