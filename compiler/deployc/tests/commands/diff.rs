//! `deployc diff`: plans, and revisions of a repository.

use std::process::Command;

use crate::site::{Site, untested};

fn git(site: &Site, arguments: &[&str]) {
    let mut git = Command::new("git");
    git.current_dir(site.path()).args(["-c", "user.name=Olga", "-c", "user.email=olga@example.com"]);
    let said = git.args(["-c", "commit.gpgsign=false"]).args(arguments).output().unwrap();
    assert!(said.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&said.stderr));
}

/// The example, committed.
fn committed() -> Site {
    let site = Site::of(untested());
    git(&site, &["init", "--quiet", "--initial-branch=main"]);
    git(&site, &["add", "--all"]);
    git(&site, &["commit", "--quiet", "--message=the first"]);
    site
}

fn edited(site: &Site, from: &str, to: &str) {
    let text = site.read("main.deploy");
    assert!(text.contains(from), "{from}");
    std::fs::write(site.path().join("main.deploy"), text.replace(from, to)).unwrap();
}

#[test]
fn a_change_of_a_strategy_shows_in_steps_settings_and_risk() {
    let site = committed();
    edited(&site, "5% for 16s, 25% for 12s", "10% for 16s");
    insta::assert_snapshot!(site.deployc(&["diff", "--base", "main", "--workflow", "release"]));
    insta::assert_snapshot!(site.deployc(&["diff", "--base", "HEAD", "--as", "markdown", "--exit-code"]));
}

#[test]
fn layout_and_comments_show_nothing() {
    let site = committed();
    edited(&site, "strategy careful", "// Rising weights.\n\n\nstrategy careful");
    let said = site.deployc(&["diff", "--base", "main", "--exit-code"]);
    assert_eq!((said.code, said.out.as_str()), (0, ""), "{said}");
}

#[test]
fn workflows_come_and_go() {
    let site = committed();
    edited(&site, "workflow install(", "workflow set_up(");
    let said = site.deployc(&["diff", "--base", "main"]);
    assert!(said.out.contains("set_up: none -> sha256:") && said.out.contains("install: sha256:"), "{said}");
}

#[test]
fn two_plan_files_need_no_sources() {
    let site = Site::of(untested());
    site.deployc(&["build", "--workflow", "release", "-o", "old.json"]);
    edited(&site, "traffic = 800 req/s..1_000 req/s", "traffic = 400 req/s..1_000 req/s");
    site.deployc(&["build", "--workflow", "release", "-o", "new.json"]);
    let same = site.deployc(&["diff", "old.json", "old.json", "--exit-code"]);
    assert_eq!((same.code, same.out.as_str()), (0, ""), "{same}");
    let said = site.deployc(&["diff", "old.json", "new.json", "--format", "json", "--exit-code"]);
    assert_eq!(said.code, 10, "{said}");
    let told: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let changed = |section: &str| told["workflows"][0][section].as_array().unwrap().len();
    assert_eq!((changed("steps"), changed("settings")), (0, 1), "only the lowest traffic");
    assert!(changed("risk") > 4, "fewer requests tell less: {told}");
}

#[test]
fn what_cannot_be_compared_is_said() {
    let site = committed();
    insta::assert_snapshot!(site.deployc(&["diff"]));
    insta::assert_snapshot!(site.deployc(&["diff", "--base", "gone"]));
    insta::assert_snapshot!(site.deployc(&["diff", "main.deploy", "gone.json"]));
    insta::assert_snapshot!(site.deployc(&["diff", "--base", "main", "--workflow", "relase"]));
    insta::assert_snapshot!(
        Site::of(untested()).deployc(&["diff", "--base", "main"]).err.lines().next().unwrap_or_default()
    );
}

/// The file is a hole: whoever read it would take a quarter of a gibibyte of memory.
#[test]
fn a_plan_file_that_is_too_large_is_not_read() {
    let site = Site::with(&[]);
    let large = std::fs::File::create(site.path().join("large.json")).unwrap();
    large.set_len(plan::document::SIZE_MAX + 1).unwrap();
    for arguments in [&["diff", "large.json", "large.json"][..], &["verify", "--plan", "large.json"]] {
        let said = site.deployc(arguments);
        assert_eq!(said.code, 1, "{said}");
        assert!(said.err.contains("the plan has more than 256 MiB"), "{said}");
    }
}
