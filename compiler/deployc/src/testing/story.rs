//! The story of a run as it is told: what the test let happen, what the world and the journal say, and nothing twice.

use std::collections::BTreeMap;
use std::fmt::Write;

use plan::Place;
use simulator::script::Event;
use simulator::timeline::{Kind, Told};
use simulator::{Case, History};

/// A line of the story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// When, in milliseconds since the run began.
    pub(crate) at_ms: u64,
    /// Who tells it: `test`, or a word of the simulator's timelines.
    pub(crate) kind: &'static str,
    /// What happened.
    pub(crate) text: String,
    /// Where the sources say so.
    pub(crate) place: Option<Place>,
}

/// The story of a run, in order.
pub(crate) fn of(case: &Case, left: &History) -> Vec<Line> {
    let mut looks = BTreeMap::new();
    let told = simulator::timeline::story(case, left, &[]);
    let news = told.into_iter().filter(|line| is_news(line, &mut looks));
    let lines = news.map(|line| {
        let place = line.place(case).cloned();
        // Keys and numbers of attempts are the machine's own affair.
        let text = line.text.split(" (key ").next().unwrap_or_default().to_owned();
        Line { at_ms: line.at_ms, kind: line.kind.word(), text, place }
    });
    let mut all: Vec<Line> = simulator::script::told(left).into_iter().map(begun).chain(lines).collect();
    // What the test lets happen stands before what comes of it at the same instant.
    all.sort_by_key(|line| line.at_ms);
    all
}

fn begun((at_ms, event): (u64, Event)) -> Line {
    Line { at_ms, kind: "test", text: format!("`{}` begins", event.text), place: event.place }
}

/// An intent is told by what comes of it, and a look by the first that says so.
fn is_news(line: &Told, looks: &mut BTreeMap<String, String>) -> bool {
    match (line.kind, &line.node) {
        (Kind::Intent, _) => false,
        (Kind::Journal, Some(node)) if line.text.contains(": look ") => {
            let verdict = line.text.split(": look ").nth(1).and_then(|rest| rest.split(':').next());
            let verdict = verdict.unwrap_or_default().to_owned();
            looks.insert(node.clone(), verdict.clone()).is_none_or(|before| before != verdict)
        }
        _ => true,
    }
}

/// The story as text, each line with its time since the run began and its place.
pub(crate) fn text(lines: &[Line]) -> String {
    let mut text = String::new();
    for line in lines {
        let place = line.place.as_ref().map(|place| format!("  ({}:{})", place.file, place.line)).unwrap_or_default();
        // Writing to a text cannot fail.
        let _ = writeln!(text, "  {} {:<8} {}{place}", clock(line.at_ms), line.kind, line.text);
    }
    text
}

/// Hours, minutes, seconds and thousandths since the run began.
pub(crate) fn clock(ms: u64) -> String {
    let (seconds, rest) = (ms / 1_000, ms % 1_000);
    format!("{:>4}:{:02}:{:02}.{rest:03}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::clock;

    #[test]
    fn a_clock_counts_hours_from_the_beginning() {
        assert_eq!([0, 61_005, 90_000_000].map(clock), ["   0:00:00.000", "   0:01:01.005", "  25:00:00.000"]);
    }
}
