//! What to read about what went wrong: the links of the plan.

use plan::Runbook;

use super::text::{Line, Paint};

/// A link as a line below what it is about.
pub(super) fn lines(links: &[Runbook]) -> impl Iterator<Item = Line> + '_ {
    links.iter().map(|link| Line::of("read ", Paint::Strong).and(&link.to_string(), Paint::Plain))
}

/// A reason with the links behind it, in one line.
pub(super) fn with_reason(reason: Option<&String>, links: &[Runbook]) -> String {
    let links = links.iter().map(|link| format!("read {link}"));
    reason.cloned().into_iter().chain(links).collect::<Vec<_>>().join("; ")
}
