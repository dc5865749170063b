//! What waits for a person: what was asked of whom, and what can be typed to decide it.

use machine::view::Waiting;

use super::units::utc;

/// The commands that decide it: `deployd approve RUN`.
pub(super) fn typed(waiting: &Waiting, run: &str) -> Vec<String> {
    let typed = |answer: &String| match answer.split_once(' ') {
        Some((command, rest)) => format!("deployd {command} {run} {rest}"),
        None => format!("deployd {answer} {run}"),
    };
    waiting.answers.iter().map(typed).collect()
}

/// The request whose outcome nobody knows, so that one can look whether it took effect.
pub(super) fn evidence(waiting: &Waiting) -> Option<String> {
    let asked = waiting.asked.as_ref()?;
    let (what, provider, key) = (&asked.what, &asked.provider, &asked.key);
    Some(format!("asked: {what}, of {provider} at {}, attempt {}, key {key}", utc(asked.since_ms), asked.attempt))
}
