//! The log: one JSON line for each window of 100 ms, one for the whole at the end.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// How much time a line covers.
pub(crate) const WINDOW: Duration = Duration::from_millis(100);

/// What a line of the log is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// What was answered within one window.
    #[default]
    Window,
    /// What was answered altogether. The last line.
    Total,
}

/// What was answered within some time: a line of the log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tally {
    pub(crate) kind: Kind,
    /// The beginning, milliseconds since 1970 (UTC).
    pub(crate) at_ms: u64,
    /// The length.
    pub(crate) for_ms: u64,
    /// Answers by release (the `x-release` header, `-` without one) and status.
    pub(crate) releases: BTreeMap<String, BTreeMap<u16, u64>>,
    /// Requests without an answer: no connection, closed, too late.
    pub(crate) unanswered: u64,
    /// Slowest answer, from the time it was due.
    pub(crate) latency_us_max: u64,
    /// The largest delay with which a request was sent, for want of a free connection.
    pub(crate) late_us_max: u64,
}

impl Tally {
    pub(crate) fn answered(&mut self, release: &str, status: u16, latency: Duration) {
        if !self.releases.contains_key(release) {
            self.releases.insert(release.to_owned(), BTreeMap::new());
        }
        if let Some(statuses) = self.releases.get_mut(release) {
            *statuses.entry(status).or_default() += 1;
        }
        self.latency_us_max = self.latency_us_max.max(us(latency));
    }

    pub(crate) fn late(&mut self, by: Duration) {
        self.late_us_max = self.late_us_max.max(us(by));
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (release, statuses) in &other.releases {
            let mine = self.releases.entry(release.clone()).or_default();
            for (status, count) in statuses {
                *mine.entry(*status).or_default() += count;
            }
        }
        self.at_ms = if self.at_ms == 0 { other.at_ms } else { self.at_ms.min(other.at_ms) };
        self.for_ms += other.for_ms;
        self.unanswered += other.unanswered;
        self.latency_us_max = self.latency_us_max.max(other.latency_us_max);
        self.late_us_max = self.late_us_max.max(other.late_us_max);
    }

    pub(crate) fn answers(&self) -> u64 {
        self.releases.values().flat_map(BTreeMap::values).sum()
    }
}

/// Writes the log. Each line is handed to the system whole, so that a reader sees whole lines.
pub(crate) struct Log {
    file: File,
    total: Tally,
    begun: SystemTime,
}

impl Log {
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        Ok(Self { file: File::create(path)?, total: Tally::default(), begun: SystemTime::now() })
    }

    /// Writes what was answered since the last window.
    pub(crate) fn window(&mut self, mut tally: Tally) -> io::Result<()> {
        let now = SystemTime::now();
        tally.at_ms = millis(self.begun.duration_since(UNIX_EPOCH).unwrap_or_default());
        tally.for_ms = millis(now.duration_since(self.begun).unwrap_or_default());
        self.begun = now;
        self.total.add(&tally);
        self.line(&tally)
    }

    pub(crate) fn finish(mut self) -> io::Result<Tally> {
        let total = Tally { kind: Kind::Total, ..std::mem::take(&mut self.total) };
        self.line(&total)?;
        Ok(total)
    }

    fn line(&mut self, line: &Tally) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.file.write_all(&text)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn us(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
