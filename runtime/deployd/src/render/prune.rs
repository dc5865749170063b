//! What retention removed.

use super::text::{Line, Paint};
use super::units::count;
use crate::commands::prune::Gone;

/// Each run and artifact, and the sum.
pub(crate) fn gone(gone: &Gone) -> Vec<Line> {
    let verb = if gone.dry_run { "would go" } else { "is gone" };
    let mut lines: Vec<Line> = gone.runs.iter().map(|run| Line::plain(&format!("run {run} {verb}"))).collect();
    lines.extend(gone.artifacts.iter().map(|digits| Line::plain(&format!("artifact sha256:{digits} {verb}"))));
    lines.extend(gone.kept.iter().map(|why| Line::of(why, Paint::Bad)));
    lines.push(Line::plain(&format!(
        "{} with {} and {} of {} {}",
        count(gone.runs.len() as u64, "run"),
        count(gone.records, "record"),
        count(gone.artifacts.len() as u64, "artifact"),
        count(gone.bytes, "byte"),
        if gone.dry_run { "would go" } else { "are gone" }
    )));
    lines
}
