//! Plans to try the machine on: each kind of step, and those that the compiler makes of the examples.

use plan::Plan;

use crate::case::Case;

/// The plans by name, as files of the compiler.
const FILES: &[(&str, &[u8])] = &[
    ("actions", include_bytes!("../plans/actions.json")),
    ("approved", include_bytes!("../plans/approved.json")),
    ("asking", include_bytes!("../plans/asking.json")),
    ("beside", include_bytes!("../plans/beside.json")),
    ("brought", include_bytes!("../plans/brought.json")),
    ("canary", include_bytes!("../plans/canary.json")),
    ("cleaned", include_bytes!("../plans/cleaned.json")),
    ("earlier", include_bytes!("../plans/earlier.json")),
    ("first-canary", include_bytes!("../plans/first-canary.json")),
    ("first-install", include_bytes!("../plans/first-install.json")),
    ("going-on", include_bytes!("../plans/going-on.json")),
    ("handled", include_bytes!("../plans/handled.json")),
    ("hours", include_bytes!("../plans/hours.json")),
    ("in-batches", include_bytes!("../plans/in-batches.json")),
    ("joint", include_bytes!("../plans/joint.json")),
    ("measured", include_bytes!("../plans/measured.json")),
    ("steps", include_bytes!("../plans/steps.json")),
    ("tidied", include_bytes!("../plans/tidied.json")),
    ("twenty", include_bytes!("../plans/twenty.json")),
];

/// The names of the plans.
pub fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}

/// The names of the plans that the engine takes and runs in few steps.
pub fn for_engines() -> impl Iterator<Item = &'static str> {
    const OTHERS: [&str; 3] = ["earlier", "hours", "measured"];
    names().filter(|name| !OTHERS.contains(name))
}

/// A plan by its name, made ready.
///
/// # Errors
/// There is none of that name, or it cannot be read.
pub fn case(name: &str) -> Result<Case, String> {
    let known = FILES.iter().find(|(known, _)| *known == name);
    let (_, bytes) = known
        .ok_or_else(|| format!("there is no plan `{name}`; there are: {}", names().collect::<Vec<_>>().join(", ")))?;
    Case::new(Plan::read(bytes).map_err(|why| why.to_string())?)
}
