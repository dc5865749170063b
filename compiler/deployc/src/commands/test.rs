//! `deployc test`: the project's tests, as far as they can be carried out.

use std::path::PathBuf;

use clap::Args;
use diagnostics::Diagnostic;
use semantics::model::{Case, Test as Written};
use serde_json::{Value, json};

use crate::compile::{findings, load};
use crate::console::{Console, VERSION, as_json, counted, summary};
use crate::failure::{Failure, NO};
use crate::places::Places;

const EXAMPLES: &str = "\
Examples:
  deployc test
  deployc test examples/first-canary
  deployc test --only \"a weight is halved\"
  deployc test --format json

Exit codes:
  0 nothing failed · 1 a test failed, or the project has errors";

/// Run the tests of a project
///
/// What functions give is looked at here. A test that simulates a run is checked, and reported as not run: it needs
/// the simulator. Nothing is deployed.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Test {
    /// A file or folder of the project [default: the current folder]
    path: Option<PathBuf>,
    /// Only tests whose title holds this text
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

/// What came of a test for one row of its table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed,
    NotRun,
}

impl Outcome {
    fn of(case: &Case) -> Self {
        match case {
            case if !case.failures.is_empty() => Self::Failed,
            case if case.simulation.is_some() => Self::NotRun,
            _ => Self::Passed,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotRun => "not run",
        }
    }
}

impl Test {
    pub(crate) fn execute(self, console: &Console) -> Result<u8, Failure> {
        let project = load(self.path.as_deref())?;
        let found = findings(&project)?;
        if found.iter().any(Diagnostic::is_error) {
            console.findings(&found, &project);
            console.tell(&summary(&found, project.model().files().len()));
            if console.json() {
                console.answer(&json!({ "version": VERSION, "diagnostics": as_json(&found, &project) }))?;
            }
            return Ok(NO);
        }
        let wanted = |test: &Written| self.only.as_ref().is_none_or(|text| test.title.contains(text.as_str()));
        let tests: Vec<Written> = project.model().tests().into_iter().map(|(_, test)| test).filter(wanted).collect();
        let failures: Vec<Diagnostic> = cases(&tests).flat_map(|(_, case)| case.failures.iter().cloned()).collect();
        if console.json() {
            let places = Places::new(&project);
            let lines: Vec<Value> = cases(&tests).map(|(test, case)| line_of(test, case, &places)).collect();
            let diagnostics = as_json(&failures, &project);
            console.answer(&json!({ "version": VERSION, "tests": lines, "diagnostics": diagnostics }))?;
        } else {
            let lines: String = cases(&tests).map(|(test, case)| shown(test, case)).collect();
            console.print(lines.as_bytes())?;
            console.findings(&failures, &project);
            console.print(totals(&tests).as_bytes())?;
        }
        Ok(if failures.is_empty() { 0 } else { NO })
    }
}

fn cases(tests: &[Written]) -> impl Iterator<Item = (&Written, &Case)> {
    tests.iter().flat_map(|test| test.cases.iter().map(move |case| (test, case)))
}

fn shown(test: &Written, case: &Case) -> String {
    let outcome = Outcome::of(case);
    let row = if case.label.is_empty() { String::new() } else { format!(" ({})", case.label) };
    let why = if outcome == Outcome::NotRun { ": needs the simulator" } else { "" };
    format!("{:8} {}{row}{why}\n", outcome.word(), test.title)
}

fn line_of(test: &Written, case: &Case, places: &Places<'_>) -> Value {
    let place = places.of(test.span);
    let outcome = match Outcome::of(case) {
        Outcome::NotRun => "not_run",
        other => other.word(),
    };
    json!({
        "title": test.title.as_str(),
        "case": case.label,
        "outcome": outcome,
        "looked_at": case.looked_at,
        "failed": case.failures.len(),
        "file": place.file,
        "line": place.line,
    })
}

/// `3 tests: 1 passed, 1 failed, 1 not run`
fn totals(tests: &[Written]) -> String {
    let count = |outcome| cases(tests).filter(|(_, case)| Outcome::of(case) == outcome).count();
    let all = counted(cases(tests).count(), "test");
    let outcomes = [Outcome::Passed, Outcome::Failed, Outcome::NotRun];
    let parts = outcomes.map(|outcome| (count(outcome), outcome.word()));
    let parts: Vec<String> = parts.into_iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    if parts.is_empty() { format!("{all}\n") } else { format!("{all}: {}\n", parts.join(", ")) }
}
