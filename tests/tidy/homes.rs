//! Outside libraries stay where they are at home, so that replacing one touches one crate.

use super::nothing_to_say;
use super::repository::members;

const HTTP: &[&str] = &["proxy", "providers", "server", "first-canary-service"];
const TOKIO: &[&str] = &[
    "deployd",
    "engine",
    "engine-simulator",
    "first-canary-service",
    "language-server",
    "providers",
    "proxy",
    "server",
    "store",
];
const BINARIES: &[&str] = &["deployc", "deployd", "xtask", "first-canary-service"];

/// A library and the crates that may use it.
const HOMES: &[(&str, &[&str])] = &[
    ("ariadne", &["diagnostics"]),
    ("axum", &["server"]),
    ("chumsky", &["syntax"]),
    ("clap", BINARIES),
    ("crossterm", &["deployd"]),
    ("http-body-util", HTTP),
    ("hyper", HTTP),
    ("hyper-util", HTTP),
    ("libm", &["statistics"]),
    ("logos", &["syntax"]),
    ("miette", &["deployc"]),
    ("mimalloc", &["deployc"]),
    ("notify", &["deployc"]),
    ("petgraph", &["risk"]),
    ("promql-parser", &["foreign"]),
    ("quick-junit", &["deployc"]),
    ("quick-xml", &["risk"]),
    ("rusqlite", &["store"]),
    ("salsa", &["semantics"]),
    ("schemars", &["plan"]),
    ("serde_json_canonicalizer", &["plan"]),
    ("sqlparser", &["foreign"]),
    ("squawk-syntax", &["foreign"]),
    ("similar", &["deployc"]),
    ("tokio", TOKIO),
    ("tower-lsp", &["language-server"]),
    ("toml", &["project", "integration", "server"]),
    ("ulid", &["engine", "deployd"]),
];

#[test]
fn outside_libraries_stay_at_home() {
    let mut complaints = Vec::new();
    for member in members() {
        for kind in ["dependencies", "build-dependencies"] {
            for library in member.dependencies(kind) {
                let Some((_, homes)) = HOMES.iter().find(|(name, _)| *name == library) else { continue };
                if !homes.contains(&member.name.as_str()) {
                    complaints.push(format!(
                        "{}: `{library}` is at home in {}; ask that crate for what is needed, or give the library a second home in docs/architecture.md and tests/tidy/homes.rs",
                        member.folder,
                        homes.join(", ")
                    ));
                }
            }
        }
    }
    nothing_to_say(complaints);
}
