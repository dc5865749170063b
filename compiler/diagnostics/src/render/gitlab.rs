//! A Code Quality report, which GitLab shows in merge requests.

use serde::Serialize;

use crate::render::host::{Locator, plural, ranked, told};
use crate::render::{Host, Report};
use crate::{Code, Diagnostic, Severity};

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: Code,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// A list of issues, errors first, each with a fingerprint that survives moved lines.
#[must_use]
pub fn gitlab(diagnostics: &[Diagnostic], host: Host<'_>) -> Report {
    let (locator, ranked) = (Locator::new(host), ranked(diagnostics));
    let prints = locator.fingerprints(&ranked);
    let issues: Vec<Issue> = ranked.iter().zip(prints).map(|(one, print)| issue(one, print, &locator)).collect();
    // Plain structs of strings and numbers always serialise; the fallback keeps the signature honest.
    let text = serde_json::to_string_pretty(&issues).unwrap_or_default() + "\n";
    Report { text, left_out: left_out(diagnostics) }
}

fn issue(diagnostic: &Diagnostic, fingerprint: String, locator: &Locator<'_>) -> Issue {
    let at = locator.primary(diagnostic);
    let severity = match diagnostic.severity {
        Severity::Error => "critical",
        Severity::Warning => "minor",
        Severity::Note => "info",
    };
    let lines = Lines { begin: at.start.line, end: at.end.line };
    let description = format!("{}: {}", diagnostic.code, told(diagnostic, &locator.also(diagnostic)));
    Issue {
        description,
        check_name: diagnostic.code,
        fingerprint,
        severity,
        location: Location { path: at.path, lines },
    }
}

fn left_out(diagnostics: &[Diagnostic]) -> Vec<String> {
    let fixes = diagnostics.iter().map(|diagnostic| diagnostic.fixes.len()).sum();
    let said = || format!("{} and all columns: a Code Quality report has no room for them", plural(fixes, "fix"));
    if diagnostics.is_empty() { Vec::new() } else { vec![said()] }
}
