//! Results for people.

use super::story;
use super::tried::{Tried, Verdict};
use crate::console::counted;

/// The line of one test, with the reasons why it was not run.
pub(crate) fn line(tried: &Tried) -> String {
    let mut text = format!("{:8} {}\n", tried.verdict.word(), tried.name());
    for reason in &tried.reasons {
        text += &format!("         {reason}\n");
    }
    text
}

/// What happened in the run of a test that failed.
pub(crate) fn timeline(tried: &Tried) -> String {
    if tried.verdict != Verdict::Failed || tried.story.is_empty() {
        return String::new();
    }
    format!("What happened in `{}`:\n{}\n", tried.name(), story::text(&tried.story))
}

/// `3 tests: 1 passed, 1 failed, 1 not run`, and how many of them were not run again.
pub(crate) fn totals(all: &[Tried], unchanged: &[Verdict]) -> String {
    let verdicts = || all.iter().map(|tried| tried.verdict).chain(unchanged.iter().copied());
    let count = |verdict| verdicts().filter(|it| *it == verdict).count();
    let parts = [Verdict::Passed, Verdict::Failed, Verdict::NotRun].map(|verdict| (count(verdict), verdict.word()));
    let parts: Vec<String> = parts.into_iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    let tests = counted(verdicts().count(), "test");
    let kept = match unchanged.len() {
        0 => String::new(),
        kept => format!(" ({kept} unchanged, and not run again)"),
    };
    if parts.is_empty() { format!("{tests}\n") } else { format!("{tests}: {}{kept}\n", parts.join(", ")) }
}
