//! Conditions on a share of requests, against a limit or another arm.

use plan::Bound;
use statistics::{Counts, Margin};

use super::condition::Subject;
use super::found::Found;
use crate::evidence::Unit;
use crate::reading::{MetricReading, RatioReading};

/// How a share against a limit is judged.
pub(super) const ONE_ARM: &str = "one-arm mixture e-process";

/// How a share against that of another arm is judged.
pub(super) const TWO_ARMS: &str = "two-arm universal-inference e-process";

pub(super) fn found(subject: &Subject<'_>) -> Found {
    let own = counts(subject.judged.seen.as_ref());
    let levels = subject.levels;
    match &subject.condition.bound {
        Bound::Constant(limit) => {
            let limit = limit.to_f64();
            let judgement = match subject.kept {
                Some(kept) => kept.limit(own, limit, levels.fail, levels.pass),
                None => statistics::judge_limit(own, limit, levels.fail, levels.pass),
            };
            Found::share(&judgement, own.rate(), limit, ONE_ARM)
        }
        Bound::Against { times, plus } => match &subject.against {
            Some(other) => {
                let other = counts(other.seen.as_ref());
                let margin = Margin::new(plus.to_f64(), times.to_f64()).unwrap_or(Margin::NONE);
                let judgement = match subject.kept {
                    Some(kept) => kept.difference(own, other, margin, levels.fail, levels.pass),
                    None => statistics::judge_difference(own, other, margin, levels.fail, levels.pass),
                };
                Found::share(&judgement, own.rate(), margin.allowed(other.rate().unwrap_or(0.0)), TWO_ARMS)
            }
            None => Found::nothing(Unit::Share, "the gate has no other arm"),
        },
        Bound::Beside { .. } | Bound::Limit(_) => Found::nothing(Unit::Share, "a share is not compared with an amount"),
    }
}

/// Counters that disagree (more bad than all) are taken as all bad: the side on which nothing passes.
fn counts(seen: Option<&MetricReading>) -> Counts {
    let Some(MetricReading::Ratio(RatioReading { bad, total })) = seen else { return Counts::default() };
    Counts::new(*total, (*bad).min(*total)).unwrap_or_default()
}
