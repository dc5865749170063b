//! `deployc check`: everything the compiler has to say about a project, and the fixes it knows.

use std::path::PathBuf;

use clap::Args;
use diagnostics::Diagnostic;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::console::{Console, VERSION, as_json, summary};
use crate::failure::{CHANGES, Failure, NO};
use crate::fix::{Applied, Fixed, Level, Question, diff, fixed, write};
use crate::hosts;

const EXAMPLES: &str = "\
Examples:
  deployc check
  deployc check examples/first-canary
  deployc check --format short | sort
  deployc check --as-of 2027-03-31
  deployc check --format sarif > deployc.sarif
  deployc check --fix
  deployc check --fix=all --diff";

/// Check a project: syntax, names, types, units, and the proofs
///
/// Every workflow is checked. Nothing is run or fetched, and nothing is written without `--fix`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Check {
    /// A file or folder of the project [default: the current folder]
    path: Option<PathBuf>,
    /// Also report flags and exceptions that are past their last day on this date
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// Apply the fixes that findings have, as long as nothing gets worse; then tell what is left
    #[arg(long, value_name = "WHICH", value_enum, num_args = 0..=1, require_equals = true,
          default_missing_value = "certain")]
    fix: Option<Level>,
    /// Print what `--fix` would change as a diff and write nothing; exit with 10 when something would change
    #[arg(long, requires = "fix")]
    diff: bool,
}

impl Check {
    pub(crate) fn execute(self, console: &Console) -> Result<u8, Failure> {
        if self.diff && console.format.is_a_hosts() {
            return Err(Failure::usage("a diff does not go into a report", "ask for human, short or json"));
        }
        let fixed = fixed(Question { path: self.path.as_deref(), as_of: self.as_of }, self.fix)?;
        if !self.diff {
            write(&fixed)?;
        }
        self.told(console, &fixed)?;
        let changes = self.diff && fixed.changes().next().is_some();
        Ok(match fixed.state().found.iter().any(Diagnostic::is_error) {
            true => NO,
            false if changes => CHANGES,
            false => 0,
        })
    }

    fn told(&self, console: &Console, fixed: &Fixed) -> Result<(), Failure> {
        let (project, found) = (&fixed.state().project, &fixed.state().found);
        let files = project.model().files().len();
        let diff = if self.diff { diff(fixed) } else { String::new() };
        if console.json() {
            return console.answer(&self.answer(fixed, files, &diff));
        }
        console.print(diff.as_bytes())?;
        console.tell(&self.fixes(fixed));
        console.findings(found, project);
        if let Some(report) = hosts::report(console.format, found, project) {
            console.print(report.text.as_bytes())?;
            report.left_out.iter().for_each(|said| console.tell(&format!("left out of the report: {said}\n")));
        }
        console.tell(&summary(found, files));
        Ok(())
    }

    /// One line a fix.
    fn fixes(&self, fixed: &Fixed) -> String {
        let word = if self.diff { "would fix" } else { "fixed" };
        let line =
            |one: &Applied| format!("{word} {}:{}:{}: {}: {}\n", one.path, one.line, one.column, one.code, one.title);
        fixed.done.iter().map(line).collect()
    }

    fn answer(&self, fixed: &Fixed, files: usize, diff: &str) -> Value {
        let found = as_json(&fixed.state().found, &fixed.state().project);
        let mut answer = json!({ "version": VERSION, "files": files, "diagnostics": found });
        if self.fix.is_some() {
            answer["fixes"] = json!(fixed.done);
        }
        if self.diff {
            answer["diff"] = json!(diff);
        }
        answer
    }
}
