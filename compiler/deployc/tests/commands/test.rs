//! `deployc test`, and the exceptions that a plan stands under.

use crate::site::Site;

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

#[test]
fn what_can_be_carried_out_is_and_the_rest_is_told() {
    let site = Site::of(TESTS);
    insta::assert_snapshot!(site.deployc(&["test"]));
    insta::assert_snapshot!(site.deployc(&["test", "--format", "json", "--only", "share"]));
    assert_eq!(site.deployc(&["test", "--only", "halved"]).code, 0);
    let not_run = site.deployc(&["test", "--only", "all goes well"]);
    assert_eq!((not_run.code, not_run.out.contains("not run  all goes well: needs the simulator")), (0, true));
    assert_eq!(site.deployc(&["test", "--only", "no such title"]).out, "no tests\n");
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
    let table: [(&str, &[&str]); 2] = [("E0717", &["test"]), ("E0707", &["check", "--as-of", "2027-06-01"])];
    for (code, command) in table {
        let examples = examples(&page(code).unwrap());
        assert_eq!(examples.len(), 2, "{code}");
        let said = |text: &str| Site::of(text).deployc(&[command, &["--format", "short"]].concat());
        assert!(said(&examples[0]).err.contains(&format!("error[{code}]")), "{}", said(&examples[0]));
        assert_eq!(said(&examples[1]).code, 0, "{}", said(&examples[1]));
    }
}
