//! Which crate may know which: the edges of `docs/architecture.md`, and no others.

use std::collections::BTreeMap;

use super::nothing_to_say;
use super::repository::members;

const COMPILER: &[&str] = &[
    "checks",
    "diagnostics",
    "foreign",
    "ide",
    "language-server",
    "lower",
    "plan",
    "project",
    "risk",
    "semantics",
    "syntax",
];
const RUNTIME: &[&str] = &[
    "engine",
    "engine-simulator",
    "machine",
    "plan",
    "providers",
    "proxy",
    "server",
    "simulator",
    "statistics",
    "store",
];

/// The operator's program stands on the whole runtime, and on no simulation.
const DEPLOYD: &[&str] = &["engine", "machine", "plan", "providers", "proxy", "server", "statistics", "store"];

/// The author's program stands on the whole compiler, and hands plans to the simulator.
const DEPLOYC: &[&str] = &[
    "checks",
    "diagnostics",
    "foreign",
    "ide",
    "language-server",
    "lower",
    "plan",
    "project",
    "risk",
    "semantics",
    "simulator",
    "syntax",
];

/// The one door in the wall: a plan is verified and tested on the machine that carries it out.
const DOOR: (&str, &str) = ("deployc", "simulator");

/// The edges of the product itself.
const EDGES: &[(&str, &[&str])] = &[
    ("diagnostics", &[]),
    ("syntax", &["diagnostics"]),
    ("foreign", &[]),
    ("semantics", &["diagnostics", "foreign", "syntax"]),
    ("checks", &["diagnostics", "plan", "semantics", "statistics"]),
    ("plan", &[]),
    ("lower", &["diagnostics", "plan", "semantics"]),
    ("risk", &["plan", "statistics"]),
    ("project", &["diagnostics", "semantics", "syntax"]),
    ("ide", &["checks", "diagnostics", "foreign", "lower", "plan", "risk", "semantics", "syntax"]),
    ("language-server", &["diagnostics", "ide", "project"]),
    ("deployc", DEPLOYC),
    ("statistics", &[]),
    ("machine", &["plan", "statistics"]),
    ("proxy", &[]),
    ("store", &["machine", "plan"]),
    ("providers", &["machine", "plan", "proxy"]),
    ("engine", &["machine", "plan"]),
    ("server", &["engine", "machine", "plan", "store"]),
    ("simulator", &["machine", "plan"]),
    ("engine-simulator", &["engine", "machine", "plan", "simulator", "store"]),
    ("deployd", DEPLOYD),
    ("first-canary-service", &[]),
    ("xtask", &[]),
    ("integration", &["diagnostics", "plan", "syntax", "xtask"]),
];

/// What tests and benches may know on top of that: real neighbours instead of mocks.
const TEST_EDGES: &[(&str, &[&str])] = &[("engine", &["store"]), ("lower", &["risk"]), ("server", &["store"])];

fn allowed<'a>(table: &'a [(&str, &'a [&'a str])], of: &str) -> Option<&'a [&'a str]> {
    table.iter().find(|(name, _)| *name == of).map(|(_, edges)| *edges)
}

#[test]
fn crates_know_only_what_the_architecture_allows() {
    let members = members();
    let ours: BTreeMap<&str, &str> = members.iter().map(|m| (m.name.as_str(), m.folder.as_str())).collect();
    let mut complaints = Vec::new();
    for member in &members {
        let Some(edges) = allowed(EDGES, &member.name) else {
            complaints.push(format!(
                "{}: give the new crate its edges in tests/tidy/walls.rs and its line in docs/architecture.md",
                member.folder
            ));
            continue;
        };
        let for_tests = allowed(TEST_EDGES, &member.name).unwrap_or_default();
        for kind in ["dependencies", "build-dependencies", "dev-dependencies"] {
            for other in member.dependencies(kind).iter().filter(|d| ours.contains_key(d.as_str())) {
                let known = edges.contains(&other.as_str())
                    || (kind == "dev-dependencies" && for_tests.contains(&other.as_str()));
                if !known {
                    complaints.push(format!(
                        "{}: {} must not know `{other}`; move what is shared to a crate both may know, or change the wall in docs/architecture.md and tests/tidy/walls.rs with a decision in docs/decisions/",
                        member.folder, member.name
                    ));
                }
            }
        }
    }
    nothing_to_say(complaints);
}

#[test]
fn compiler_and_runtime_share_only_the_plan_and_the_statistics() {
    let shared = ["plan", "statistics"];
    for (name, edges) in EDGES {
        let compiler_side = COMPILER.contains(name) || *name == "deployc";
        let other_side: &[&str] = if compiler_side { RUNTIME } else { COMPILER };
        let runtime_side = RUNTIME.contains(name) || *name == "deployd";
        if (compiler_side || runtime_side) && !shared.contains(name) {
            let crossing: Vec<_> = edges
                .iter()
                .filter(|e| other_side.contains(e) && !shared.contains(e) && (*name, **e) != DOOR)
                .collect();
            assert!(crossing.is_empty(), "{name} crosses the wall between compiler and runtime: {crossing:?}");
        }
    }
}
