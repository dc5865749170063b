//! What was done to the world and what it said, in order, to be shown when something is not as it must be.

use std::time::{SystemTime, UNIX_EPOCH};

/// UTC milliseconds and a line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timeline {
    lines: Vec<(i64, String)>,
}

impl Timeline {
    /// Notes what happens now.
    pub(crate) fn note(&mut self, line: impl Into<String>) {
        self.lines.push((now_ms(), line.into()));
    }

    /// Forgets what belongs to an earlier rollout.
    pub(crate) fn clear(&mut self) {
        self.lines.clear();
    }

    /// This and other lines, sorted by time and counted from the first.
    pub(crate) fn with(&self, others: impl IntoIterator<Item = (i64, String)>) -> String {
        let mut all: Vec<_> = self.lines.iter().cloned().chain(others).collect();
        all.sort_by_key(|(at_ms, _)| *at_ms);
        let first = all.first().map_or(0, |(at_ms, _)| *at_ms);
        all.iter().map(|(at_ms, line)| format!("  {:>7} ms  {line}\n", at_ms - first)).collect()
    }
}

/// UTC milliseconds.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
