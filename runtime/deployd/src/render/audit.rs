//! What an audit found.

use store::audit::{Audit, Problem};

use super::text::{Line, Paint};
use super::units::count;

/// Each problem by its place, then what was looked at.
pub(crate) fn audit(audit: &Audit) -> Vec<Line> {
    let mut lines: Vec<Line> = audit.problems.iter().map(problem).collect();
    lines.push(Line::plain(&format!(
        "{} of {}, {}, {}",
        count(audit.records, "record"),
        count(audit.runs, "run"),
        count(audit.anchors, "anchor"),
        count(audit.pruned, "pruned run")
    )));
    lines.push(match audit.problems.as_slice() {
        [] => Line::of(&format!("everything fits; the head of the anchors is {}", head(audit)), Paint::Good),
        [_] => Line::of("one thing does not fit", Paint::Bad),
        several => Line::of(&format!("{} things do not fit", several.len()), Paint::Bad),
    });
    lines
}

fn head(audit: &Audit) -> &str {
    if audit.head.is_empty() { "not there yet: no run has ended" } else { &audit.head }
}

fn problem(problem: &Problem) -> Line {
    let place = match (&problem.run, problem.record) {
        (Some(run), Some(record)) => format!("run {run}, record {record}: "),
        (Some(run), None) => format!("run {run}: "),
        (None, _) => String::new(),
    };
    Line::of(&format!("{place}{}", problem.what), Paint::Bad)
}
