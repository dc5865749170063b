//! The gate's verdict from those of its conditions, and the sentence that says why.

use crate::evidence::{ConditionEvidence, Evidence, Verdict};
use crate::reading::{MetricReading, RatioReading};

/// One failure fails, all must pass; conditions without a say have none.
pub(super) fn conclude(evidence: &mut Evidence) {
    let deciding = || evidence.conditions.iter().filter(|condition| !condition.advisory);
    let with = |verdict| deciding().find(|condition| condition.verdict == verdict);
    let (verdict, cause) = if let Some(failed) = with(Verdict::Fail) {
        (Verdict::Fail, failure(failed))
    } else if deciding().next().is_none() {
        (Verdict::Inconclusive, "no condition of this gate has a say".to_owned())
    } else if evidence.n < evidence.at_least {
        (Verdict::Inconclusive, format!("too few requests: {} of at least {}", evidence.n, evidence.at_least))
    } else if let Some(open) = with(Verdict::Inconclusive) {
        (Verdict::Inconclusive, undecided(open))
    } else {
        (Verdict::Pass, format!("every condition holds, with {} requests", evidence.n))
    };
    (evidence.verdict, evidence.cause) = (verdict, cause);
}

fn failure(failed: &ConditionEvidence) -> String {
    let text = &failed.text;
    let written = |value: Option<f64>| value.map_or_else(|| "unknown".to_owned(), |value| failed.unit.written(value));
    let (seen, limit) = (written(failed.estimate), written(failed.limit));
    match &failed.judged.seen {
        Some(MetricReading::Ratio(RatioReading { bad, total })) => {
            format!("`{text}` does not hold: {bad} of {total} requests are bad ({seen}), the limit is {limit}")
        }
        Some(_) | None => format!("`{text}` does not hold: {seen} is seen, the limit is {limit}"),
    }
}

fn undecided(open: &ConditionEvidence) -> String {
    match open.statistic.strip_prefix("none: ") {
        Some(why) => format!("`{}` cannot be judged: {why}", open.text),
        None => format!("`{}` is neither shown nor refuted by {} requests", open.text, open.judged.n),
    }
}
