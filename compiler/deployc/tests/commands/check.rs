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
