//! Results for servers that build: JUnit's XML, a suite for each file, a case for each row.

use std::collections::BTreeMap;
use std::time::Duration;

use diagnostics::render;
use project::Project;
use quick_junit::{NonSuccessKind, Property, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::text::timeline;
use super::tried::{Tried, Verdict};
use ide::planning::Places;

/// The report as XML.
///
/// # Errors
/// It cannot be written as XML.
pub(crate) fn report(project: &Project, all: &[Tried]) -> Result<String, SerializeError> {
    let places = Places::new(project);
    let mut files: BTreeMap<String, Vec<&Tried>> = BTreeMap::new();
    for tried in all {
        files.entry(places.of(tried.span).file).or_default().push(tried);
    }
    let mut report = Report::new("deployc test");
    report.set_time(whole(all.iter()));
    report.add_test_suites(files.iter().map(|(file, own)| suite(project, &places, file, own)));
    report.to_string()
}

fn whole<'t>(all: impl Iterator<Item = &'t Tried>) -> Duration {
    all.map(|tried| tried.took).sum()
}

fn suite(project: &Project, places: &Places<'_>, file: &str, all: &[&Tried]) -> TestSuite {
    let mut suite = TestSuite::new(file);
    suite.set_time(whole(all.iter().copied()));
    suite.add_test_cases(all.iter().map(|tried| case(project, places, file, tried)));
    suite
}

fn case(project: &Project, places: &Places<'_>, file: &str, tried: &Tried) -> TestCase {
    let mut case = TestCase::new(tried.name(), status(project, tried));
    case.set_classname(file).set_time(tried.took).set_assertions(tried.looked_at);
    case.extra.insert("file".into(), file.into());
    case.extra.insert("line".into(), places.of(tried.span).line.to_string().into());
    if let Some(ms) = tried.simulated_ms {
        case.add_property(Property::new("simulated_ms", ms.to_string()));
    }
    case
}

fn status(project: &Project, tried: &Tried) -> TestCaseStatus {
    match tried.verdict {
        Verdict::Passed => TestCaseStatus::success(),
        Verdict::NotRun => {
            let mut skipped = TestCaseStatus::skipped();
            skipped.set_message(tried.reasons.join("; "));
            skipped
        }
        Verdict::Failed => {
            let mut failed = TestCaseStatus::non_success(NonSuccessKind::Failure);
            if let Some(first) = tried.failures.first() {
                failed.set_type(first.code.id()).set_message(first.message.clone());
            }
            failed.set_description(format!("{}{}", render::short(&tried.failures, project), timeline(tried)));
            failed
        }
    }
}
