//! SARIF 2.1.0, which code scanning reads: rules with their pages, results with their places, fixes, fingerprints.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::render::host::{Locator, Region, counted, plural, ranked, told};
use crate::render::{Host, Report};
use crate::{Code, Diagnostic, Fix, Severity};

/// Results that code scanning keeps of a run; it takes those that come first.
const RESULTS_MAX: usize = 5_000;

/// Places that code scanning keeps of a result.
const PLACES_MAX: usize = 100;

/// Where the schema is kept by those who publish it.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// One log of one run, errors first. What did not fit is a notification of the run too.
#[must_use]
pub fn sarif(diagnostics: &[Diagnostic], host: Host<'_>) -> Report {
    let (locator, ranked) = (Locator::new(host), ranked(diagnostics));
    let (kept, beyond) = ranked.split_at(ranked.len().min(RESULTS_MAX));
    let codes: Vec<Code> = kept.iter().map(|one| one.code).collect::<BTreeSet<_>>().into_iter().collect();
    let left_out = left_out(kept, beyond, &locator);
    let prints = locator.fingerprints(kept);
    let results: Vec<Value> =
        kept.iter().zip(prints).map(|(one, print)| result(one, &print, &codes, &locator)).collect();
    let rules: Vec<Value> = codes.iter().map(|code| rule(*code, host)).collect();
    let notices: Vec<Value> =
        left_out.iter().map(|said| json!({ "level": "note", "message": { "text": said } })).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "deployc", "semanticVersion": host.version, "rules": rules } },
            "columnKind": "utf16CodeUnits",
            "invocations": [{ "executionSuccessful": true, "toolExecutionNotifications": notices }],
            "results": results,
        }],
    });
    Report { text: format!("{log:#}\n"), left_out }
}

fn rule(code: Code, host: Host<'_>) -> Value {
    let page = (host.page)(code).unwrap_or(code.title());
    json!({
        "id": code.id(),
        "shortDescription": { "text": code.title() },
        "fullDescription": { "text": code.title() },
        "help": { "text": page, "markdown": page },
    })
}

fn result(diagnostic: &Diagnostic, print: &str, codes: &[Code], locator: &Locator<'_>) -> Value {
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    json!({
        "ruleId": diagnostic.code.id(),
        "ruleIndex": codes.binary_search(&diagnostic.code).unwrap_or_default(),
        "level": level,
        "message": { "text": told(diagnostic, &[]) },
        "locations": [location(&locator.primary(diagnostic))],
        "relatedLocations": related(diagnostic, locator),
        "partialFingerprints": { "deployc/v1": print },
        "fixes": diagnostic.fixes.iter().filter_map(|one| fix(one, locator)).collect::<Vec<_>>(),
    })
}

fn related(diagnostic: &Diagnostic, locator: &Locator<'_>) -> Vec<Value> {
    let here = diagnostic.secondary.iter().take(PLACES_MAX - 1);
    let places = here.filter_map(|label| locator.region(label.span).map(|region| (region, &label.text)));
    let numbered = places.enumerate().map(|(number, (region, text))| {
        let mut place = location(&region);
        place["id"] = json!(number);
        place["message"] = json!({ "text": text });
        place
    });
    numbered.collect()
}

/// A fix of sources of the repository; one with an edit elsewhere cannot be offered.
fn fix(fix: &Fix, locator: &Locator<'_>) -> Option<Value> {
    let changes = fix.edits.iter().map(|edit| {
        let at = locator.region(edit.span)?;
        let replacement = json!({ "deletedRegion": region(&at), "insertedContent": { "text": edit.text } });
        Some(json!({ "artifactLocation": artifact(&at.path), "replacements": [replacement] }))
    });
    let changes = changes.collect::<Option<Vec<_>>>()?;
    Some(json!({ "description": { "text": fix.title }, "artifactChanges": changes }))
}

fn location(at: &Region) -> Value {
    json!({ "physicalLocation": { "artifactLocation": artifact(&at.path), "region": region(at) } })
}

fn region(at: &Region) -> Value {
    json!({
        "startLine": at.start.line, "startColumn": at.start.column,
        "endLine": at.end.line, "endColumn": at.end.column,
    })
}

fn artifact(path: &str) -> Value {
    json!({ "uri": uri(path), "uriBaseId": "%SRCROOT%" })
}

/// A path as a relative reference: every byte but the unreserved ones and `/` in hexadecimal.
fn uri(path: &str) -> String {
    path.bytes().fold(String::new(), |mut uri, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing into a string does not fail.
            let _ = write!(uri, "%{byte:02X}");
        }
        uri
    })
}

fn left_out(kept: &[&Diagnostic], beyond: &[&Diagnostic], locator: &Locator<'_>) -> Vec<String> {
    let results = counted(beyond.iter().copied())
        .map(|count| format!("{count} left out: code scanning keeps {RESULTS_MAX} results of a run"));
    let places = kept.iter().map(|one| one.secondary.len() - related(one, locator).len()).sum();
    let places = (places > 0).then(|| {
        format!(
            "{} left out: outside of the repository, or beyond {PLACES_MAX} of a result",
            plural(places, "other place")
        )
    });
    results.into_iter().chain(places).collect()
}
