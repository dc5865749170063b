//! What an examination found.

use super::text::{Line, Paint};
use super::units::count;
use crate::doctor::Health;

/// A line for each finding, then the sum.
pub(crate) fn health(health: &Health) -> Vec<Line> {
    let mut lines: Vec<Line> = health
        .findings
        .iter()
        .map(|finding| {
            let told = Line::default().and(finding.check, Paint::Bad);
            told.and(&format!(": {}; {}", finding.what, finding.remedy), Paint::Plain)
        })
        .collect();
    let sum = match health.findings.len() {
        0 => "nothing is the matter".to_owned(),
        several => count(several as u64, "finding"),
    };
    let holder =
        health.holder.map_or_else(|| "no runtime holds it".to_owned(), |pid| format!("process {pid} holds it"));
    lines.push(Line::plain(&format!("{sum}; {holder}, SQLite {}", health.sqlite)));
    lines
}
