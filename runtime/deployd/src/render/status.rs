//! Runs in flight, and what runs where.

use machine::ports::store::Running;
use server::protocol::{RunLine, Status};

use super::table::{Cell, cell, table};
use super::text::{Line, Paint};
use super::units::{between, duration, utc};
use super::{runbooks, words};

/// The status at `now_ms`, UTC milliseconds.
pub(crate) fn status(status: &Status, now_ms: i64) -> Vec<Line> {
    let mut lines = match status.runs.as_slice() {
        [] => vec![Line::plain("no run is in flight")],
        runs => {
            table(&["RUN", "WORKFLOW", "STATUS", "SINCE", "BY", ""], runs.iter().map(|run| line(run, now_ms)).collect())
        }
    };
    for run in &status.runs {
        let about = |line: Line| Line::of(&format!("run {}: ", run.run), Paint::Plain).with(line);
        lines.extend(runbooks::lines(&run.runbooks).map(about));
    }
    lines.push(Line::default());
    lines.extend(match status.running.as_slice() {
        [] => vec![Line::plain("nothing was deployed from here yet")],
        running => table(
            &["ENVIRONMENT", "SERVICE", "RELEASE", "ARTIFACT", "SINCE", "RUN"],
            running.iter().map(release).collect(),
        ),
    });
    lines.extend(status.notices.iter().map(|notice| Line::of(notice, Paint::Bad)));
    lines
}

fn line(run: &RunLine, now_ms: i64) -> Vec<Cell> {
    let (status, paint) = words::status(run.status);
    let status = if run.paused { (format!("{status}, paused"), Paint::Open) } else { (status.to_owned(), paint) };
    let since = format!("{} ({})", utc(run.created_ms), duration(between(run.created_ms, now_ms)));
    vec![
        cell(&run.run),
        cell(&run.workflow),
        status,
        cell(since),
        cell(&run.actor),
        cell(run.reason.clone().unwrap_or_default()),
    ]
}

fn release(entry: &Running) -> Vec<Cell> {
    let (id, artifact) = entry.release.as_ref().map_or_else(
        || ("nothing".to_owned(), "-".to_owned()),
        |release| (release.id.to_string(), release.artifact.short().to_owned()),
    );
    vec![
        cell(&entry.environment),
        cell(&entry.service),
        cell(id),
        cell(artifact),
        cell(utc(entry.since_ms)),
        cell(&entry.run),
    ]
}
