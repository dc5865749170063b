//! What retention removed.

use super::text::Line;
use crate::commands::prune::Gone;

/// Each run and artifact, and the sum.
pub(crate) fn gone(gone: &Gone) -> Vec<Line> {
    let verb = if gone.dry_run { "would go" } else { "is gone" };
    let mut lines: Vec<Line> = gone.runs.iter().map(|run| Line::plain(&format!("run {run} {verb}"))).collect();
    lines.extend(gone.artifacts.iter().map(|digits| Line::plain(&format!("artifact sha256:{digits} {verb}"))));
    lines.push(Line::plain(&format!(
        "{} runs with {} records and {} artifacts of {} bytes {}",
        gone.runs.len(),
        gone.records,
        gone.artifacts.len(),
        gone.bytes,
        if gone.dry_run { "would go" } else { "are gone" }
    )));
    lines
}
