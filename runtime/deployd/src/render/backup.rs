//! Backups written and put back.

use std::path::Path;

use super::text::{Line, Paint};
use super::units::{count, utc};
use crate::backup::Manifest;
use crate::commands::restore::Restored;
use crate::context::Context;

/// What a backup holds.
pub(crate) fn written(manifest: &Manifest, folder: &Path) -> Vec<Line> {
    let bytes: u64 = manifest.files.values().map(|file| file.bytes).sum();
    let artifacts = manifest.files.keys().filter(|name| name.starts_with("artifacts/")).count();
    let mut lines = vec![Line::plain(&format!(
        "{}: {} with {}, {}, {}",
        folder.display(),
        count(manifest.runs, "run"),
        count(manifest.records, "record"),
        count(artifacts as u64, "artifact"),
        count(bytes, "byte")
    ))];
    lines.extend(manifest.in_flight.iter().map(|run| Line::plain(&format!("run {run} was under way"))));
    lines
}

/// What was put back, and what waits.
pub(crate) fn restored(restored: &Restored, context: &Context) -> Vec<Line> {
    let mut lines = vec![Line::plain(&format!(
        "{} holds the state of {}: {}",
        context.state.display(),
        utc(restored.backup_ms),
        count(restored.runs, "run")
    ))];
    lines.extend(restored.waiting.iter().map(|run| {
        let program = &context.program;
        let text = format!(
            "run {run} was under way and waits: look what is there, then `{program} resume {run} --reason …` or `{program} abort {run} --reason …`"
        );
        Line::of(&text, Paint::Open)
    }));
    lines.push(Line::plain(&format!(
        "what runs is known from the backup only and not looked after: `{} doctor` says what waits for a word",
        context.program
    )));
    lines
}
