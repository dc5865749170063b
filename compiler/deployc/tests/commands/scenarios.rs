//! The scenarios (`examples/scenarios`), each a whole project: nothing is to be said about it, it is laid out, and its
//! plans are what was reviewed.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::site::Site;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/scenarios")
}

/// The projects by name.
fn projects() -> Vec<(String, PathBuf)> {
    let entries = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap());
    let projects = entries.filter(|entry| entry.path().is_dir());
    let mut projects: Vec<_> =
        projects.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path())).collect();
    projects.sort();
    projects
}

/// The names of the workflows that a project's sources declare, in their order.
fn workflows(project: &Path) -> Vec<String> {
    let sources = std::fs::read_dir(project).unwrap().map(|entry| entry.unwrap().path());
    let mut sources: Vec<_> = sources.filter(|path| path.extension().is_some_and(|it| it == "deploy")).collect();
    sources.sort();
    let text: String = sources.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let named = text.lines().filter_map(|line| {
        let name = line.strip_prefix("emergency ").unwrap_or(line).strip_prefix("workflow ")?;
        Some(name.split(['(', ' ', '{']).next()?.to_owned())
    });
    named.collect()
}

#[test]
fn nothing_is_to_be_said_about_them() {
    let site = Site::with(&[]);
    let all = projects();
    assert_eq!(all.len(), 10, "S1 to S10");
    for (name, path) in &all {
        let path = path.to_str().unwrap();
        let checked = site.deployc(&["check", path]);
        assert!(checked.out.is_empty() && checked.err.starts_with("no errors, no warnings"), "{name}: {checked}");
        assert_eq!(site.deployc(&["fmt", "--check", path]).code, 0, "{name}: `deployc fmt` lays it out");
        let tested = site.deployc(&["test", path]);
        assert!([0, 11].contains(&tested.code) && tested.out != "no tests\n", "{name}: {tested}");
    }
}

#[test]
fn their_plans_are_what_was_reviewed() {
    let site = Site::with(&[]);
    for (name, path) in projects() {
        let mut summary = String::new();
        for workflow in workflows(&path) {
            let arguments = [path.to_str().unwrap(), "--workflow", &workflow];
            let graph = site.deployc(&[&["graph"], &arguments[..]].concat());
            let built = site.deployc(&[&["build"], &arguments[..]].concat());
            assert_eq!((graph.code, built.code), (0, 0), "{name}: {graph}\n{built}");
            let plan: Value = serde_json::from_str(&built.out).unwrap();
            // What the plan is, not its bytes: the digest changes with every field that a plan learns.
            summary += &graph.out.replacen(plan["digest"].as_str().unwrap(), "", 1);
            summary += "\n";
        }
        insta::assert_snapshot!(name.as_str(), summary);
    }
}
