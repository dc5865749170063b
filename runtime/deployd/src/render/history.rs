//! Past runs.

use server::protocol::RunLine;

use super::table::{Cell, cell, table};
use super::text::Line;
use super::units::{duration, utc};
use super::{runbooks, words};

/// Runs, newest first.
pub(crate) fn history(runs: &[RunLine]) -> Vec<Line> {
    if runs.is_empty() {
        return vec![Line::plain("no run was ever started here")];
    }
    table(&["RUN", "WORKFLOW", "STATUS", "STARTED", "TOOK", "BY", "WHY"], runs.iter().map(row).collect())
}

fn row(run: &RunLine) -> Vec<Cell> {
    let (status, paint) = words::status(run.status);
    vec![
        cell(&run.run),
        cell(&run.workflow),
        (status.to_owned(), paint),
        cell(utc(run.created_ms)),
        cell(run.took_ms.map_or_else(|| "-".to_owned(), duration)),
        cell(&run.actor),
        cell(runbooks::with_reason(run.reason.as_ref(), &run.runbooks)),
    ]
}
