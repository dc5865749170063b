//! `deployc check` for hosts of code.

use serde_json::Value;

use crate::site::{EDITION, Site};

fn site() -> Site {
    let site = Site::with(&[("ops/deploy.toml", EDITION), ("ops/a b/main.deploy", "servic other {}\n")]);
    site.write(".git/HEAD", "ref: refs/heads/main\n");
    site
}

#[test]
fn places_are_counted_from_the_root_of_the_repository() {
    let said = site().deployc(&["check", "ops", "--format", "sarif"]);
    let log: Value = serde_json::from_str(&said.out).unwrap();
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "ops/a%20b/main.deploy");
    let page = log["runs"][0]["tool"]["driver"]["rules"][0]["help"]["markdown"].as_str().unwrap();
    assert!(page.starts_with(&format!("# {}", result["ruleId"].as_str().unwrap())), "{page}");

    let said = site().deployc(&["check", "ops", "--format", "gitlab"]);
    let issues: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(issues[0]["location"]["path"], "ops/a b/main.deploy");
    assert!(said.err.contains("left out of the report: 1 fix and all columns"), "{said}");

    let said = site().deployc(&["check", "ops", "--format", "github"]);
    assert!(
        said.out.starts_with("::error file=ops/a b/main.deploy,line=1,endLine=1,col=1,endColumn=7,title="),
        "{said}"
    );
    assert_eq!(said.code, 1);
}

#[test]
fn without_a_repository_places_are_counted_from_the_projects_root() {
    let said = Site::of("servic other {}\n").deployc(&["check", "--format", "github"]);
    assert!(said.out.starts_with("::error file=main.deploy,line=1,"), "{said}");
}

#[test]
fn other_commands_have_nothing_for_hosts() {
    let said = site().deployc(&["fmt", "ops", "--format", "sarif"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("the formats of hosts are those of `deployc check`"), "{said}");
}
