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

/// `3 tests: 1 passed, 1 failed, 1 not run`
pub(crate) fn totals(all: &[Tried]) -> String {
    let count = |verdict| all.iter().filter(|tried| tried.verdict == verdict).count();
    let parts = [Verdict::Passed, Verdict::Failed, Verdict::NotRun].map(|verdict| (count(verdict), verdict.word()));
    let parts: Vec<String> = parts.into_iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    let tests = counted(all.len(), "test");
    if parts.is_empty() { format!("{tests}\n") } else { format!("{tests}: {}\n", parts.join(", ")) }
}
