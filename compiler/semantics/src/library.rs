//! The standard library: source in the language itself, part of the compiler, never changing while it runs.

/// Path and text of every file of the standard library, in the order of their paths.
pub(crate) const FILES: &[(&str, &str)] = &[
    ("std/database.deploy", include_str!("../../../stdlib/std/database.deploy")),
    ("std/exec.deploy", include_str!("../../../stdlib/std/exec.deploy")),
    ("std/people.deploy", include_str!("../../../stdlib/std/people.deploy")),
    ("std/plan.deploy", include_str!("../../../stdlib/std/plan.deploy")),
    ("std/policies.deploy", include_str!("../../../stdlib/std/policies.deploy")),
    ("std/process.deploy", include_str!("../../../stdlib/std/process.deploy")),
    ("std/proxy.deploy", include_str!("../../../stdlib/std/proxy.deploy")),
    ("std/strategies.deploy", include_str!("../../../stdlib/std/strategies.deploy")),
];
