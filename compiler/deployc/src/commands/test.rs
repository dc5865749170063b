//! `deployc test`: the project's tests, functions looked at and runs simulated.

use std::path::{Path, PathBuf};

use clap::Args;
use diagnostics::Diagnostic;
use project::Project;
use serde_json::{Value, json};

use crate::compile::{findings, load};
use crate::console::{Console, VERSION, as_json, summary};
use crate::failure::{Failure, NO, NOT_RUN};
use crate::testing::known::{Known, made_of};
use crate::testing::tried::{Plans, Tried, Verdict, tried};
use crate::testing::watch::Watch;
use crate::testing::{json, junit, text};
use ide::planning::Places;

const EXAMPLES: &str = "\
Examples:
  deployc test
  deployc test examples/first-canary
  deployc test --only \"a weight is halved\"
  deployc test --format json
  deployc test --junit report.xml
  deployc test --watch

Exit codes:
  0 all passed · 1 a test failed, or the project has errors · 11 nothing failed, but not every test could be run";

/// Run the tests of a project
///
/// What functions give is looked at, and runs are simulated: on the machine that production runs, in a world and a time
/// of their own. Nothing is deployed. A test whose plan asks for what cannot be simulated is reported as not run, with
/// the step and the reason.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Test {
    /// A file or folder of the project [default: the current folder]
    path: Option<PathBuf>,
    /// Only tests whose title holds this text
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Write the results as JUnit's XML to this file too
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Run again what a change of the sources has changed, until Ctrl-C
    #[arg(long, conflicts_with = "junit")]
    watch: bool,
}

impl Test {
    pub(crate) fn execute(self, console: &Console) -> Result<u8, Failure> {
        if self.watch {
            return self.again_and_again(console);
        }
        self.round(console, &mut Known::default())
    }

    /// Runs what has changed whenever something has, until the process is ended.
    fn again_and_again(&self, console: &Console) -> Result<u8, Failure> {
        let root = project::root_of(self.path.as_deref().unwrap_or(Path::new(".")))?;
        let (mut watch, mut known) = (Watch::new()?, Known::default());
        loop {
            // Before they are read, so that no change is missed.
            watch.folders_of(&root)?;
            if let Err(failure) = self.round(console, &mut known) {
                console.failed(&failure);
            }
            console.tell("waiting for a change; Ctrl-C ends\n");
            watch.wait()?;
        }
    }

    fn round(&self, console: &Console, known: &mut Known) -> Result<u8, Failure> {
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
        let (all, unchanged) = self.carried_out(&project, known)?;
        told(console, &project, &all, &unchanged)?;
        self.report(&project, &all)?;
        Ok(exit_code(&all))
    }

    fn report(&self, project: &Project, all: &[Tried]) -> Result<(), Failure> {
        let Some(path) = &self.junit else { return Ok(()) };
        let text = junit::report(project, all).map_err(|error| Failure::internal(error.to_string()))?;
        std::fs::write(path, text).map_err(|error| {
            let message = format!("the report cannot be written to {}: {error}", path.display());
            Failure::refused(message, "name a file in a folder that is there and may be written to")
        })
    }

    /// What was run, and the verdicts on what has not changed since it was.
    fn carried_out(&self, project: &Project, known: &mut Known) -> Result<(Vec<Tried>, Vec<Verdict>), Failure> {
        let mut plans = Plans::default();
        let (mut all, mut unchanged) = (Vec::new(), Vec::new());
        let tests = project.model().tests().into_iter().map(|(_, test)| test);
        for test in tests.filter(|test| self.only.as_ref().is_none_or(|text| test.title.contains(text.as_str()))) {
            for case in &test.cases {
                let plan = case.simulation.as_ref().map(|it| plans.plan(project, &it.workflow)).transpose()?;
                let made_of = made_of(plan.as_deref(), case);
                match known.verdict(&test.title, &case.label, &made_of) {
                    Some(verdict) => unchanged.push(verdict),
                    None => {
                        let tried = tried(project, plan.as_ref(), &test, case)?;
                        known.keep(&test.title, &case.label, made_of, tried.verdict);
                        all.push(tried);
                    }
                }
            }
        }
        Ok((all, unchanged))
    }
}

fn told(console: &Console, project: &Project, all: &[Tried], unchanged: &[Verdict]) -> Result<(), Failure> {
    if console.json() {
        let places = Places::new(project);
        let tests: Vec<Value> = all.iter().map(|tried| json::test(tried, &places)).collect();
        let failures: Vec<Diagnostic> = all.iter().flat_map(|tried| tried.failures.iter().cloned()).collect();
        let diagnostics = as_json(&failures, project);
        let answer =
            json!({ "version": VERSION, "tests": tests, "unchanged": unchanged.len(), "diagnostics": diagnostics });
        return console.answer(&answer);
    }
    let lines: String = all.iter().map(text::line).collect();
    console.print(lines.as_bytes())?;
    for tried in all {
        console.findings(&tried.failures, project);
        console.tell(&text::timeline(tried));
    }
    console.print(text::totals(all, unchanged).as_bytes())
}

fn exit_code(all: &[Tried]) -> u8 {
    let is_any = |verdict| all.iter().any(|tried| tried.verdict == verdict);
    match (is_any(Verdict::Failed), is_any(Verdict::NotRun)) {
        (true, _) => NO,
        (false, true) => NOT_RUN,
        (false, false) => 0,
    }
}
