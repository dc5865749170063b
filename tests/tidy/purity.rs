//! The pure core: no clock, no files, no network, no threads, nothing printed.

use super::nothing_to_say;
use super::repository::{code_of, is_test, rust_sources};

/// The crates that only compute.
const PURE: &[&str] = &[
    "compiler/checks/",
    "compiler/diagnostics/",
    "compiler/foreign/",
    "compiler/lower/",
    "compiler/plan/",
    "compiler/semantics/",
    "compiler/syntax/",
    "lsp/ide/",
    "runtime/machine/",
    "runtime/statistics/",
];

const IMPURE: &[&str] = &[
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant::now",
    "async fn",
    "println!",
    "eprintln!",
];

#[test]
fn the_core_has_no_effects() {
    let mut complaints = Vec::new();
    let sources = rust_sources();
    for source in sources.iter().filter(|s| !is_test(&s.path) && PURE.iter().any(|p| s.path.starts_with(p))) {
        let code = code_of(&source.text);
        for word in IMPURE.iter().filter(|word| code.contains(**word)) {
            complaints.push(format!(
                "{}: `{word}` in a crate that only computes; take the value as an argument, or move the effect to `project`, `engine` or a binary",
                source.path
            ));
        }
    }
    nothing_to_say(complaints);
}
