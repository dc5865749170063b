//! What the load generator saw: its own log is the witness against the runtime.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::binomial::Bounds;
use super::journal::Window;

/// Answers this close to a change of weights are not counted: their requests may have begun under the other weights.
const EDGE_MS: i64 = 100;

/// How the load generator names answers that no release gave.
const NO_RELEASE: &str = "-";

/// What was answered within a tenth of a second.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Its beginning, UTC milliseconds.
    pub at_ms: i64,
    /// Its length in milliseconds.
    pub for_ms: i64,
    /// Answers by release and status.
    pub releases: BTreeMap<String, BTreeMap<String, u64>>,
    /// Requests without an answer.
    pub unanswered: u64,
}

/// The load generator's log; one that is still being written may end in half a line.
pub fn read(log: &Path) -> Result<Vec<Tally>, String> {
    let text = std::fs::read_to_string(log).map_err(|e| format!("the load's log {}: {e}", log.display()))?;
    Ok(parse(&text))
}

/// The windows among lines of such a log.
pub fn parse(text: &str) -> Vec<Tally> {
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["kind"] == "window").filter_map(|line| tally(&line)).collect()
}

fn tally(line: &Value) -> Option<Tally> {
    let statuses = |of: &Value| {
        let counts = of.as_object().into_iter().flatten();
        counts.filter_map(|(status, count)| Some((status.clone(), count.as_u64()?))).collect()
    };
    let releases = line["releases"].as_object()?.iter().map(|(name, of)| (name.clone(), statuses(of))).collect();
    let (at_ms, for_ms) = (line["at_ms"].as_i64()?, line["for_ms"].as_i64()?);
    Some(Tally { at_ms, for_ms, releases, unanswered: line["unanswered"].as_u64()? })
}

/// Everything in one.
pub fn total(tallies: &[Tally]) -> Tally {
    let mut total = Tally::default();
    for tally in tallies {
        total.unanswered += tally.unanswered;
        for (release, statuses) in &tally.releases {
            let of = total.releases.entry(release.clone()).or_default();
            statuses.iter().for_each(|(status, count)| *of.entry(status.clone()).or_default() += count);
        }
    }
    total
}

impl Tally {
    /// Answers of all releases.
    pub fn answers(&self) -> u64 {
        self.releases.values().flat_map(BTreeMap::values).sum()
    }

    /// Requests that were not answered with 200, for whatever reason.
    pub fn failed(&self) -> u64 {
        let all = self.releases.values().flatten();
        self.unanswered + all.filter(|(status, _)| *status != "200").map(|(_, count)| count).sum::<u64>()
    }

    /// Answers of one release.
    pub fn of(&self, release: &str) -> u64 {
        self.releases.get(release).map(|statuses| statuses.values().sum()).unwrap_or_default()
    }

    /// Requests that did not reach a release, as against a release's own answers, be they errors: none at all, an
    /// answer of the proxy itself, or its report that the way to the release failed (502 to 504).
    pub fn lost(&self) -> u64 {
        let gateway = |(status, count): (&String, &u64)| {
            matches!(status.as_str(), "502" | "503" | "504").then_some(*count).unwrap_or_default()
        };
        let named = self.releases.iter().filter(|(name, _)| *name != NO_RELEASE);
        let failed: u64 = named.flat_map(|(_, statuses)| statuses.iter().map(gateway)).sum();
        self.unanswered + self.of(NO_RELEASE) + failed
    }
}

/// A weight as asked, and what the users' requests say about it.
pub struct Weighed {
    /// The share of the traffic that was asked for, of one.
    pub share: f64,
    /// Answers in the window.
    pub all: u64,
    /// Of these, given by the release.
    pub taken: u64,
    /// What the share can explain.
    pub bounds: Bounds,
}

impl Weighed {
    /// Whether the users' answers can be explained by the share.
    pub fn confirmed(&self) -> bool {
        self.bounds.contain(self.taken)
    }
}

/// Holds a window against the answers that were given in it; none when it was too short to tell.
pub fn weigh(window: &Window, tallies: &[Tally]) -> Option<Weighed> {
    let from = window.from_ms + EDGE_MS;
    let to = window.to_ms? - EDGE_MS;
    let inside: Vec<Tally> = tallies.iter().filter(|t| t.at_ms >= from && t.at_ms + t.for_ms <= to).cloned().collect();
    let sum = total(&inside);
    let all = sum.answers();
    let bounds = Bounds::of(all, window.share);
    (all > 0).then(|| Weighed { share: window.share, all, taken: sum.of(&window.release), bounds })
}

#[cfg(test)]
mod tests {
    use super::{Tally, weigh};
    use crate::witness::journal::Window;

    fn tally(at_ms: i64, counts: [(&str, &str, u64); 2]) -> Tally {
        let mut tally = Tally { at_ms, for_ms: 100, ..Tally::default() };
        for (release, status, count) in counts {
            tally.releases.entry(release.to_owned()).or_default().insert(status.to_owned(), count);
        }
        tally
    }

    #[test]
    fn only_what_lies_well_inside_counts() {
        let tallies = [0, 100, 200, 300, 400].map(|at| tally(at, [("r-1", "200", 50), ("r-2", "500", 50)]));
        let window = Window { release: "r-2".to_owned(), share: 0.5, from_ms: 50, to_ms: Some(520) };
        let weighed = weigh(&window, &tallies).unwrap();
        assert_eq!((weighed.all, weighed.taken, weighed.confirmed()), (200, 100, true));
    }

    #[test]
    fn a_releases_own_error_is_not_lost() {
        let mut seen = tally(0, [("r-1", "500", 3), ("-", "503", 2)]);
        seen.releases.entry("r-1".to_owned()).or_default().insert("502".to_owned(), 4);
        seen.unanswered = 1;
        assert_eq!(seen.lost(), 7);
    }
}
