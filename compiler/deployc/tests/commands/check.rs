//! `deployc check`.

use crate::site::{EDITION, Site};

#[test]
fn the_example_is_clean() {
    insta::assert_snapshot!(Site::example().deployc(&["check"]));
}

#[test]
fn several_mistakes_are_told_at_once_in_every_form() {
    let site = Site::of("service shop {\n  artifact =\n}\n\nservic other {}\n");
    insta::assert_snapshot!(site.deployc(&["check"]));
    insta::assert_snapshot!(site.deployc(&["check", "--format", "short"]));
    insta::assert_snapshot!(site.deployc(&["check", "--format", "json"]));
}

#[test]
fn a_broken_policy_shows_its_reason_and_the_values_of_its_parts() {
    let site = Site::of(concat!(
        "use std.process.{Process, Processes}\nuse std.strategies.{all_at_once}\n\n",
        "environment local { compute = Processes {} }\n",
        "service shop { artifact = files(\"releases\"), runs = Process {} }\n\n",
        "policy careful for rollout r where not r.environment.protected {\n",
        "  require r.approvals >= 1 and r.strategy != \"\" and (r.replicas * 2 > 2 or r.within != none)\n",
        "    because \"a second pair of eyes sees more\"\n}\n\n",
        "workflow release(image: Digest) {\n  rollout shop@image to local using all_at_once\n}\n",
    ));
    insta::assert_snapshot!(site.deployc(&["check"]));
}

#[test]
fn a_policy_over_a_list_shows_which_element_breaks_it() {
    let site = Site::of(concat!(
        "use std.process.{Process, Processes}\nuse std.strategies.{all_at_once}\n\n",
        "environment local { compute = Processes {} }\n",
        "service shop { artifact = files(\"releases\"), runs = Process {} }\n\n",
        "policy gated for rollout r { require r.stages.all(s => s.guard != none) }\n",
        "policy met for workflow w { require w.rollouts.any(r => r.replicas > 1) }\n\n",
        "workflow release(image: Digest) {\n  rollout shop@image to local using all_at_once\n}\n",
    ));
    insta::assert_snapshot!(site.deployc(&["check"]));
}

#[test]
fn what_is_past_its_day_is_told_when_a_day_is_given() {
    let site = Site::of(concat!(
        "use std.process.{Process, Processes}\nuse std.strategies.{all_at_once}\n\n",
        "environment local { compute = Processes {} }\n",
        "service shop { artifact = files(\"releases\"), runs = Process {} }\n",
        "pub flag new_shop { owner = \"shop team\", expires = 2027-03-31, service = shop }\n",
        "policy approved for rollout r { require r.approvals >= 1 }\n\n",
        "workflow release(image: Digest) {\n",
        "  accept approved because \"nobody else is there\" until 2027-01-31\n",
        "  rollout shop@image to local using all_at_once\n}\n",
    ));
    let said = |day: &[&str]| site.deployc(&[&["check", "--format", "short"], day].concat());
    assert_eq!(said(&[]).code, 0);
    assert_eq!(said(&["--as-of", "2027-01-31"]).code, 0, "the last day is included");
    insta::assert_snapshot!(said(&["--as-of", "2027-04-01"]));
    assert_eq!(said(&["--as-of", "soon"]).code, 2);
}

#[test]
fn colours_are_there_when_they_are_asked_for() {
    let site = Site::of("servic other {}\n");
    assert!(site.deployc(&["check", "--color", "always"]).err.contains('\u{1b}'));
    assert!(!site.deployc(&["check", "--color", "never"]).err.contains('\u{1b}'));
    assert!(!site.deployc(&["check"]).err.contains('\u{1b}'), "the errors go to a pipe");
}

#[test]
fn a_mistake_in_deploy_toml_does_not_hide_those_in_sources() {
    let site = Site::with(&[("deploy.toml", "editon = \"2026\"\n"), ("main.deploy", "servic other {}\n")]);
    insta::assert_snapshot!(site.deployc(&["check", "--format", "short"]));
}

#[test]
fn without_a_project_there_is_nothing_to_check() {
    let site = Site::with(&[("main.deploy", "")]);
    insta::assert_snapshot!(site.deployc(&["check", "gone"]));
    assert_eq!(site.deployc(&["check", "gone", "--format", "json"]).code, 2);
}

#[test]
fn a_project_is_found_from_a_folder_inside_and_from_a_file() {
    let site = Site::with(&[("deploy.toml", EDITION), ("a/b/main.deploy", "servic other {}\n")]);
    for path in ["a", "a/b", "a/b/main.deploy"] {
        assert!(site.deployc(&["check", path, "--format", "short"]).err.starts_with("a/b/main.deploy:1:1: "), "{path}");
    }
}

#[test]
fn files_that_import_each_other_are_told_by_the_way_round_and_every_place_on_it() {
    let site = Site::with(&[
        ("deploy.toml", EDITION),
        ("a.deploy", "use b.one.{y}\n\npub let x: Int = 1\npub let used: Int = y\n"),
        ("b/one.deploy", "use c.{z}\n\npub let y: Int = z\n"),
        ("c.deploy", "use a.{x}\n\npub let z: Int = x\n"),
    ]);
    insta::assert_snapshot!(site.deployc(&["check"]));
}
