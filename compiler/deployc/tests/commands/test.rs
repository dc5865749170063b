//! `deployc test`, and the exceptions that a plan stands under.

use crate::site::{Site, untested};

const TESTS: &str = r#"
use std.process.{Process, Processes}
use std.strategies.{all_at_once}

environment local { compute = Processes {} }
service shop { artifact = files("releases"), runs = Process {} }
policy approved for rollout r { require r.approvals >= 1 }

workflow release(image: Digest) {
  accept approved because "nobody else is there" until 2027-01-31
  rollout shop@image to local using all_at_once
}

fn half(share: Ratio) -> Ratio = share / 2

test "a share is halved" { expect half(4%) == 2%, half(0%) == 0% }

test "every share" {
  case(share = 4%, least = 1%)
  case(share = 1%, least = 1%)
  expect half(share) >= least and half(share) < share
}

test "all goes well" {
  simulate release(image = any)
  expect completed
}
"#;

/// The first example with other tests.
fn example(tests: &str) -> Site {
    Site::of(&format!("{}\n{tests}", untested()))
}

#[test]
fn functions_are_looked_at_and_runs_are_simulated() {
    let site = Site::of(TESTS);
    insta::assert_snapshot!(site.deployc(&["test"]));
    insta::assert_snapshot!(site.deployc(&["test", "--format", "json", "--only", "share"]));
    assert_eq!(site.deployc(&["test", "--only", "halved"]).code, 0);
    let simulated = site.deployc(&["test", "--only", "all goes well"]);
    assert_eq!((simulated.code, simulated.out.as_str()), (0, "passed   all goes well\n1 test: 1 passed\n"));
    assert_eq!(site.deployc(&["test", "--only", "no such title"]).out, "no tests\n");
}

#[test]
fn a_failed_run_shows_what_was_found_and_what_happened() {
    let site = example(
        r#"
test "it is let through" {
  simulate release(image = any) with errors(canary) = 10% from stage 25%
  expect completed, exposure <= 5%, budget spent <= 0%
}
"#,
    );
    let said = site.deployc(&["test"]);
    assert_eq!(said.code, 1);
    insta::assert_snapshot!(said);
    assert_eq!(said.to_string(), site.deployc(&["test"]).to_string());
    let json: serde_json::Value = serde_json::from_str(&site.deployc(&["test", "--format", "json"]).out).unwrap();
    let test = &json["tests"][0];
    assert_eq!((test["outcome"].as_str(), test["failed"].as_u64()), (Some("failed"), Some(3)));
    let timeline = test["timeline"].as_array().unwrap();
    let begins = timeline.iter().find(|line| line["kind"] == "test").unwrap();
    assert_eq!(begins["text"], "`errors(canary) = 10% from stage 25%` begins");
    assert_eq!((begins["file"].as_str(), begins["at_ms"].as_u64() > Some(16_000)), (Some("main.deploy"), true));
    assert!(json["diagnostics"].as_array().unwrap().iter().all(|it| it["code"] == "E0718"), "{json}");
}

/// What the machine does not carry out is said by step, and nothing is claimed of it.
#[test]
fn what_cannot_be_simulated_is_not_run() {
    let shown = example("test \"a\" {\n  simulate release(image = any)\n  expect failed\n}\n");
    let source =
        shown.read("main.deploy").replace("compute = Processes {}", "drift = report\n  compute = Processes {}");
    shown.write("main.deploy", &source);
    let said = shown.deployc(&["test"]);
    if machine_can_report_drift(&said.out) {
        assert_eq!(said.code, 1, "{said}");
    } else {
        assert_eq!((said.code, said.err.as_str()), (11, ""));
        assert!(said.out.contains("not run  a\n         a simulated run cannot leave drift as it is"), "{said}");
        assert!(said.out.ends_with("1 test: 1 not run\n"), "{said}");
    }
}

fn machine_can_report_drift(out: &str) -> bool {
    !out.contains("a simulated run cannot leave drift")
}

#[test]
fn a_run_turns_at_a_stage() {
    let said =
        example("test \"a\" {\n  simulate release(image = any)\n  expect rolled_back at 5m\n}\n").deployc(&["test"]);
    assert!(said.code == 1 && said.err.contains("a run turns at a stage, not at a time"), "{said}");
}

#[test]
fn a_project_with_errors_is_not_tested() {
    let said = Site::of("test \"a\" { expect 1 }\n").deployc(&["test", "--format", "short"]);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    assert!(said.err.contains("E0301"), "{said}");
}

#[test]
fn a_plan_says_which_exceptions_it_stands_under() {
    let site = Site::of(TESTS);
    let plan: serde_json::Value = serde_json::from_str(&site.deployc(&["build"]).out).unwrap();
    let expected = serde_json::json!([
        { "proof": "approved", "because": "nobody else is there", "until": "2027-01-31" }
    ]);
    assert_eq!(plan["body"]["acceptances"], expected);
    assert_eq!(plan["source_map"]["accept:0"]["line"], 10);
    // An exception that this workflow does not need is not in its plan.
    let needless = TESTS.replace(
        "workflow release(image: Digest) {",
        "workflow release(image: Digest) {\n  approval from users([\"ada\"]) within 1h",
    );
    let plan: serde_json::Value = serde_json::from_str(&Site::of(&needless).deployc(&["build"]).out).unwrap();
    assert_eq!(plan["body"].get("acceptances"), None);
}

/// The pages of what only `test` and `check --as-of` say.
#[test]
fn pages_do_what_they_say() {
    let examples = |page: &str| -> Vec<String> {
        page.split("```deploy\n").skip(1).filter_map(|rest| rest.split("```").next()).map(str::to_owned).collect()
    };
    let page = |code| std::fs::read_to_string(format!("{}/../../docs/errors/{code}.md", env!("CARGO_MANIFEST_DIR")));
    let table: [(&str, &[&str]); 3] =
        [("E0717", &["test"]), ("E0718", &["test"]), ("E0707", &["check", "--as-of", "2027-06-01"])];
    for (code, command) in table {
        let examples = examples(&page(code).unwrap());
        assert_eq!(examples.len(), 2, "{code}");
        let said = |text: &str| Site::of(text).deployc(&[command, &["--format", "short"]].concat());
        assert!(said(&examples[0]).err.contains(&format!("error[{code}]")), "{}", said(&examples[0]));
        assert_eq!(said(&examples[1]).code, 0, "{}", said(&examples[1]));
    }
}
