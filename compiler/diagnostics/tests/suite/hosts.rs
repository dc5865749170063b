//! The formats of code hosts: their shape, their limits, their escapes, and what they say was left out.
use diagnostics::render::{self, Host, Report};
use diagnostics::{Applicability, Diagnostic, FileId, Fix, SourceMap, Sources, Span, codes};
use serde_json::Value;

/// A repository whose project lies in `ops, prod`, and a file outside.
fn rendered(sources: &Sources, found: &[Diagnostic], format: impl Fn(&[Diagnostic], Host<'_>) -> Report) -> Report {
    let path = |file: FileId| (file != OUTSIDE).then(|| format!("ops, prod/{}", sources.path(file)));
    let page = |_| Some("# the page");
    format(found, Host { sources, path: &path, page: &page, version: "1.2.3" })
}

const OUTSIDE: FileId = FileId(1);

fn sample(before: &str) -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::new();
    let text = format!("{before}/* 🦀é */ servce shop {{\n}}\n");
    let file = sources.add("shop.deploy", &text);
    assert_eq!(sources.add("std/exec.deploy", "pub action"), OUTSIDE);
    let start = u32::try_from(text.find("servce").unwrap()).unwrap();
    let head = Span::new(file, start, start + 6);
    let typo = Diagnostic::error(codes::UNKNOWN_WORD, head, "100% wrong\n::error::and, so on")
        .also(Span::new(file, start + 7, start + 11), "its name")
        .also(Span::new(OUTSIDE, 0, 3), "told in the library")
        .help("write `service`")
        .fix(Fix::replace("write `service`", head, "service", Applicability::Guess));
    let several_lines = Span::new(file, start, start + 15);
    (sources, vec![Diagnostic::warning(codes::UNEXPECTED, several_lines, "over two lines"), typo])
}

fn many(count: u32) -> (Sources, Vec<Diagnostic>) {
    let (sources, found) = sample("");
    let error = |at| Diagnostic::error(codes::UNEXPECTED, Span::new(FileId(0), at % 20, at % 20), "##[error] again");
    (sources, found.into_iter().chain((0..count).map(error)).collect())
}

#[test]
fn sarif() {
    let (sources, found) = sample("");
    insta::assert_snapshot!(rendered(&sources, &found, render::sarif).text);
}

#[test]
fn github() {
    let (sources, found) = sample("");
    insta::assert_snapshot!(rendered(&sources, &found, render::github).text);
}

#[test]
fn gitlab() {
    let (sources, found) = sample("");
    let report = rendered(&sources, &found, render::gitlab);
    insta::assert_snapshot!(report.text);
    assert_eq!(report.left_out, ["1 fix and all columns: a Code Quality report has no room for them"]);
}

/// The members that the schema of SARIF 2.1.0 requires, and the kinds of values it gives them.
#[test]
fn sarif_has_what_its_schema_requires() {
    let (sources, found) = many(50);
    let log: Value = serde_json::from_str(&rendered(&sources, &found, render::sarif).text).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert!(run["tool"]["driver"]["name"].is_string());
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), found.len());
    for result in results {
        assert!(result["message"]["text"].is_string());
        assert!(["none", "note", "warning", "error"].contains(&result["level"].as_str().unwrap()));
        assert_eq!(rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()]["id"], result["ruleId"]);
        assert!(result["partialFingerprints"].as_object().unwrap().values().all(Value::is_string));
        for place in
            result["locations"].as_array().unwrap().iter().chain(result["relatedLocations"].as_array().unwrap())
        {
            sound_place(&place["physicalLocation"]["artifactLocation"], &place["physicalLocation"]["region"]);
        }
        for change in
            result["fixes"].as_array().unwrap().iter().flat_map(|fix| fix["artifactChanges"].as_array().unwrap())
        {
            assert!(change["replacements"].as_array().is_some_and(|edits| !edits.is_empty()));
            sound_place(&change["artifactLocation"], &change["replacements"][0]["deletedRegion"]);
        }
    }
    let unique = |list: &[Value]| list.iter().map(Value::to_string).collect::<std::collections::BTreeSet<_>>().len();
    assert_eq!(unique(rules), rules.len());
    assert!(run["invocations"][0]["executionSuccessful"].is_boolean());
}

fn sound_place(artifact: &Value, region: &Value) {
    assert!(artifact["uri"].as_str().unwrap().starts_with("ops%2C%20prod/"), "{artifact}");
    for member in ["startLine", "startColumn", "endLine", "endColumn"] {
        assert!(region[member].as_u64().is_some_and(|number| number > 0), "{region}");
    }
}

#[test]
fn what_a_host_does_not_show_is_said() {
    let (sources, found) = many(6_000);
    let sarif = rendered(&sources, &found, render::sarif);
    let log: Value = serde_json::from_str(&sarif.text).unwrap();
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 5_000);
    let notices = log["runs"][0]["invocations"][0]["toolExecutionNotifications"].as_array().unwrap().clone();
    let said: Vec<&str> = notices.iter().filter_map(|notice| notice["message"]["text"].as_str()).collect();
    assert_eq!(said, sarif.left_out);
    assert!(said[0].starts_with("1001 errors, 1 warning left out"), "{said:?}");
    assert!(said[1].starts_with("1 other place left out"), "{said:?}");

    let github = rendered(&sources, &found, render::github);
    let of = |word: &str| github.text.lines().filter(|line| line.starts_with(&format!("::{word} "))).count();
    assert_eq!((of("error"), of("warning"), of("notice")), (10, 1, 1));
    assert!(github.left_out[0].starts_with("5991 errors not annotated"), "{:?}", github.left_out);
    let rest: Vec<&str> = github.text.lines().filter(|line| !line.starts_with("::")).collect();
    assert_eq!(rest.len(), 5_991);
    assert!(rest.iter().all(|line| line.starts_with("not annotated: ") && !line.contains("##[")));
}

#[test]
fn fingerprints_survive_moved_lines_and_tell_findings_apart() {
    let prints = |(sources, found): (Sources, Vec<Diagnostic>)| -> Vec<String> {
        let issues: Value = serde_json::from_str(&rendered(&sources, &found, render::gitlab).text).unwrap();
        issues.as_array().unwrap().iter().map(|issue| issue["fingerprint"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(prints(sample("")), prints(sample("// two more\n\n")));
    let several = prints(many(30));
    assert_eq!(several.iter().collect::<std::collections::BTreeSet<_>>().len(), several.len());
}

#[test]
fn nothing_found_is_a_sound_report_too() {
    let sources = Sources::new();
    for format in [render::sarif, render::github, render::gitlab] {
        assert_eq!(rendered(&sources, &[], format).left_out, [""; 0]);
    }
    assert_eq!(rendered(&sources, &[], render::gitlab).text, "[]\n");
    assert_eq!(rendered(&sources, &[], render::github).text, "");
}
