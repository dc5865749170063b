//! The words for states and verdicts, with their colours.

use machine::evidence::{ArmSeen, ConditionEvidence, Evidence, Verdict};
use machine::reading::MetricReading;
use machine::view::{RunStatus, StepState, StepView};

use super::text::Paint;

/// A run's status.
pub(crate) fn status(status: RunStatus) -> (&'static str, Paint) {
    let paint = match status {
        RunStatus::Advancing => Paint::Strong,
        RunStatus::Completed => Paint::Good,
        RunStatus::Returning | RunStatus::RolledBack | RunStatus::Aborted => Paint::Open,
        RunStatus::Failed | RunStatus::Unsafe => Paint::Bad,
    };
    (status.words(), paint)
}

/// A step's state.
pub(crate) fn state(state: StepState) -> (&'static str, Paint) {
    match state {
        StepState::Pending => ("pending", Paint::Faint),
        StepState::Active => ("active", Paint::Strong),
        StepState::Waiting => ("waiting", Paint::Open),
        StepState::Done => ("done", Paint::Good),
        StepState::Failed => ("failed", Paint::Bad),
        StepState::Returned => ("returned", Paint::Open),
    }
}

/// What a step does, and what it stands in where that is not the way forward.
pub(crate) fn step(step: &StepView) -> String {
    match &step.aside {
        None => step.label.clone(),
        Some(aside) => format!("{aside}: {}", step.label),
    }
}

/// A verdict.
pub(crate) fn verdict(verdict: Verdict) -> (&'static str, Paint) {
    match verdict {
        Verdict::Pass => ("pass", Paint::Good),
        Verdict::Fail => ("fail", Paint::Bad),
        Verdict::Inconclusive => ("no verdict", Paint::Open),
    }
}

/// The condition that a verdict rests on: the first with a say that says the same, else the first.
pub(crate) fn deciding(evidence: &Evidence) -> Option<&ConditionEvidence> {
    let with_say = || evidence.conditions.iter().filter(|condition| !condition.advisory);
    let same = with_say().find(|condition| condition.verdict == evidence.verdict);
    same.or_else(|| with_say().next()).or_else(|| evidence.conditions.first())
}

/// A number of a condition in its unit; `-` where it is not known.
pub(crate) fn amount(condition: &ConditionEvidence, value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| condition.unit.written(value))
}

/// What was seen of an arm, in a few words.
pub(crate) fn seen(arm: &ArmSeen) -> String {
    match &arm.seen {
        Some(MetricReading::Ratio(ratio)) => format!("{} bad of {}", ratio.bad, ratio.total),
        Some(MetricReading::Distribution(_)) => format!("{} timed", arm.n),
        Some(MetricReading::Mean(mean)) => format!("{} observations that add up to {:.3}", mean.count, mean.sum),
        Some(MetricReading::Gauge(gauge)) => format!("reads {} to {}", gauge.least, gauge.most),
        Some(MetricReading::Counter(counter)) => format!("{} in {} requests", counter.events, arm.requests),
        None => "shows nothing".to_owned(),
    }
}

/// The look at a gate; a hold without one is looked at too, for its share of the traffic.
pub(crate) fn judged(evidence: Option<&Evidence>) -> Option<&Evidence> {
    evidence.filter(|evidence| !evidence.gate.is_empty())
}

/// A look in a few words: `errors: fail · n 812 · 9.98%, limit 2.21%`.
pub(crate) fn look(evidence: &Evidence) -> (String, Paint) {
    let (word, paint) = verdict(evidence.verdict);
    let n = match evidence.verdict {
        Verdict::Inconclusive if evidence.n < evidence.at_least => format!("n {} of {}", evidence.n, evidence.at_least),
        Verdict::Pass | Verdict::Fail | Verdict::Inconclusive => format!("n {}", evidence.n),
    };
    let numbers = deciding(evidence)
        .map(|condition| {
            format!(" · {}, limit {}", amount(condition, condition.estimate), amount(condition, condition.limit))
        })
        .unwrap_or_default();
    (format!("{}: {word} · {n}{numbers}", evidence.gate), paint)
}
