//! `deployc test --junit`: what servers read of such a report. It follows the rules that the common readers share: a root
//! with suites, counts that are those of the cases, and for each case a name, a class, a time in seconds, and at most one of
//! failure and skipped.

use quick_junit::{Report, TestCaseStatus};

use crate::site::{Site, untested};

const TESTS: &str = r#"
test "it <passes> & \"well\"" {
  case(bad = 0.1%), case(bad = 0.3%)
  simulate release(image = any) with errors(canary) = bad
  expect completed
}

test "it fails" {
  simulate release(image = any) with errors(canary) = 10%
  expect completed
}

fn half(share: Ratio) -> Ratio = share / 2

test "a share is halved" { expect half(4%) == 3% }
"#;

/// A second environment that asks for what no runtime does, so that its test is not run.
const BEYOND: &str = r#"
environment far {
  compute = Processes {}
  traffic = Proxy { listen = "127.0.0.1:8081" }
  drift = report
  bind shop { replicas = 2 }
}

workflow elsewhere(image: Digest) { rollout shop@image to far using all_at_once }

test "it is elsewhere" {
  simulate elsewhere(image = any)
  expect completed
}
"#;

fn report(tests: &str, only: &str) -> (String, Report) {
    let site = Site::of(&format!("{}{tests}", untested()));
    let said = site.deployc(&["test", "--only", only, "--junit", "report.xml"]);
    assert!([0, 1, 11].contains(&said.code), "{said}");
    let text = site.read("report.xml");
    let report = Report::deserialize_from_str(&text).unwrap();
    (text, report)
}

#[test]
fn counts_are_those_of_the_cases() {
    let (text, report) = report(TESTS, "");
    assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites "), "{text}");
    assert_eq!((report.tests, report.failures, report.errors), (4, 2, 0));
    assert_eq!(report.test_suites.len(), 1);
    let suite = &report.test_suites[0];
    assert_eq!((suite.name.as_str(), suite.tests, suite.failures, suite.skipped), ("main.deploy", 4, 2, 0));
    assert_eq!(suite.test_cases.len(), suite.tests);
    let failed = suite.test_cases.iter().filter(|case| matches!(case.status, TestCaseStatus::NonSuccess { .. }));
    assert_eq!(failed.count(), suite.failures);
}

#[test]
fn every_case_has_name_class_and_time() {
    let (text, report) = report(TESTS, "");
    let cases = &report.test_suites[0].test_cases;
    let names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(
        names,
        ["it <passes> & \"well\" (bad = 0.1%)", "it <passes> & \"well\" (bad = 0.3%)", "it fails", "a share is halved"]
    );
    assert!(cases.iter().all(|case| case.classname.as_ref().is_some_and(|name| name.as_str() == "main.deploy")));
    assert!(cases.iter().all(|case| case.time.is_some() && case.assertions == Some(1)));
    // Seconds with a point, whatever the language of the host.
    let times: Vec<&str> = text.split(" time=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(times.len() >= 6 && times.iter().all(|time| time.parse::<f64>().is_ok()), "{times:?}");
}

#[test]
fn failures_say_what_was_found_and_what_happened() {
    let (_, report) = report(TESTS, "it fails");
    let case = &report.test_suites[0].test_cases[0];
    let TestCaseStatus::NonSuccess { message, ty, description, .. } = &case.status else { panic!("{case:?}") };
    assert_eq!(ty.as_ref().unwrap().as_str(), "E0718");
    assert!(message.as_ref().unwrap().as_str().starts_with("the run rolled back at stage 5%"), "{message:?}");
    let description = description.as_ref().unwrap().as_str();
    assert!(
        description.contains("main.deploy:") && description.contains("`errors(canary) = 10%` begins"),
        "{description}"
    );
    assert!(description.contains("hold: look, fail"), "{description}");
}

#[test]
fn what_is_not_run_is_skipped_with_its_reason() {
    let (_, report) = report(BEYOND, "elsewhere");
    let suite = &report.test_suites[0];
    let case = &suite.test_cases[0];
    match &case.status {
        TestCaseStatus::Skipped { message, .. } => {
            assert_eq!((suite.tests, suite.skipped, suite.failures), (1, 1, 0));
            assert!(message.as_ref().unwrap().as_str().contains("a simulated run cannot"), "{message:?}");
        }
        status => panic!("{status:?}"),
    }
}

#[test]
fn a_report_that_cannot_be_written_is_said() {
    let site = Site::of("fn half(share: Ratio) -> Ratio = share / 2\ntest \"a\" { expect half(2%) == 1% }\n");
    let said = site.deployc(&["test", "--junit", "nowhere/report.xml"]);
    assert!(said.code == 1 && said.err.contains("the report cannot be written to nowhere/report.xml"), "{said}");
}
