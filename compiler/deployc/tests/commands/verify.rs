//! `deployc verify`: what was tried, what was not, and the story of a run that does not end safe.

use plan::Plan;
use serde_json::Value;

use crate::site::Site;

const FEW: &[&str] = &["verify", "--workflow", "install", "--seeds", "20"];

#[test]
fn what_was_tried_is_shown_by_fault() {
    let site = Site::example();
    insta::assert_snapshot!(site.deployc(FEW));
}

#[test]
fn programs_are_told_the_same() {
    let site = Site::example();
    let said = site.deployc(&[FEW, &["--format", "json"]].concat());
    let answer: Value = serde_json::from_str(&said.out).unwrap();
    let verified = &answer["verified"];
    assert_eq!(
        (said.code, &verified["safe"], &verified["whole"]),
        (0, &Value::Bool(true), &Value::Bool(true)),
        "{said}"
    );
    let singles = &verified["single_faults"];
    let by_fault: u64 = singles["by_fault"].as_array().unwrap().iter().filter_map(|it| it["schedules"].as_u64()).sum();
    assert_eq!((singles["schedules"].as_u64(), singles["possible"].as_u64()), (Some(by_fault), Some(by_fault)));
    assert_eq!(verified["pairs"]["schedules"], 20);
}

#[test]
fn a_way_back_changed_by_hand_is_told_as_a_story() {
    let site = Site::example();
    site.deployc(&["build", "--workflow", "install", "-o", "plan.json"]);
    let built = Plan::read(site.read("plan.json").as_bytes()).unwrap();
    let mut body = built.body;
    body.rollouts.values_mut().for_each(|rollout| _ = rollout.recovery.pop());
    let edited = Plan::new(body, built.source_map);
    site.write("edited.json", &String::from_utf8(edited.to_bytes()).unwrap());
    let said = site.deployc(&["verify", "--plan", "edited.json"]);
    assert_eq!(said.code, 1, "{said}");
    let story = ["BROKEN     nothing is left behind", "(first_canary.deploy:49)", "a run did not end safe"];
    assert!(story.iter().all(|part| said.out.contains(part)), "{said}");
    let told = site.deployc(&["verify", "--plan", "edited.json", "--format", "json"]);
    let answer: Value = serde_json::from_str(&told.out).unwrap();
    let found = &answer["verified"]["counterexample"];
    assert_eq!(found["broken"][0]["rule"], "nothing is left behind", "{told}");
    let placed = |line: &Value| line["file"] == "first_canary.deploy" && line["line"] == 49;
    assert!(found["timeline"].as_array().unwrap().iter().any(placed), "{told}");
}

#[test]
fn plans_that_are_none_are_refused() {
    let site = Site::example();
    site.write("broken.json", "{}");
    for (arguments, code, message) in [
        (&["verify", "--plan", "nowhere.json"][..], 2, "cannot be read"),
        (&["verify", "--plan", "broken.json"][..], 1, "not a compiled plan"),
        (&["verify", ".", "--plan", "broken.json"][..], 2, "cannot be used with"),
    ] {
        let said = site.deployc(arguments);
        assert!(said.code == code && said.err.contains(message), "{arguments:?}: {said}");
    }
}

/// A plan that asks for more than the machine can: it is said, and the exit code is not that of a plan that was tried.
#[test]
fn nothing_is_passed_over() {
    let site = Site::with(&[]);
    let project = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/scenarios/s03-bad-release-back");
    let said = site.deployc(&["verify", project, "--seeds", "0", "--format", "json"]);
    let answer: Value = serde_json::from_str(&said.out).unwrap();
    let left_out = answer["verified"]["not_verified"].as_array().unwrap();
    assert_eq!(said.code, if left_out.is_empty() { 0 } else { 11 }, "{said}");
    assert!(left_out.iter().all(|it| it["file"] == "back.deploy" && it["line"].is_u64()), "{said}");
}
