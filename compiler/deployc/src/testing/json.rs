//! Results for programs.

use serde_json::{Value, json};

use super::story::Line;
use super::tried::{Tried, Verdict};
use ide::planning::Places;

/// One test.
pub(crate) fn test(tried: &Tried, places: &Places<'_>) -> Value {
    let place = places.of(tried.span);
    let outcome = match tried.verdict {
        Verdict::NotRun => "not_run",
        Verdict::Passed | Verdict::Failed => tried.verdict.word(),
    };
    json!({
        "title": tried.title.as_str(),
        "case": tried.row,
        "outcome": outcome,
        "looked_at": tried.looked_at,
        "failed": tried.failures.len(),
        "reasons": tried.reasons,
        "simulated_ms": tried.simulated_ms,
        "timeline": tried.story.iter().map(line).collect::<Vec<_>>(),
        "file": place.file,
        "line": place.line,
    })
}

fn line(line: &Line) -> Value {
    json!({
        "at_ms": line.at_ms,
        "kind": line.kind,
        "text": line.text,
        "file": line.place.as_ref().map(|place| &place.file),
        "line": line.place.as_ref().map(|place| place.line),
    })
}
