//! Conditions on the average over observations, whose range is declared; without one only a threshold is left.

use plan::{Bound, Metric};
use statistics::{Allowance, Range, Sums};

use super::condition::{Levels, Subject};
use super::found::{Found, amount};
use crate::evidence::{Tested, Unit, Verdict};
use crate::reading::{MeanReading, MetricReading};

const TWO_ARMS: &str = "two-arm betting on totals";

pub(super) fn found(subject: &Subject<'_>) -> Found {
    let lower = subject.condition.lower;
    let levels = subject.levels.turned_if(lower);
    let Some(own) = totals(subject.judged.seen.as_ref()) else {
        return Found::nothing(Unit::Number, "no sum and no count was read");
    };
    let found = match (&subject.condition.bound, subject.metric.and_then(range)) {
        (Bound::Limit(limit), range) => match (amount(limit), range) {
            (Some((limit, unit)), Some(range)) => against_limit(range, unit, limit, levels, own),
            (Some((limit, unit)), None) => return threshold(subject, unit, limit, own),
            (None, _) => Found::nothing(Unit::Number, "the limit is no amount"),
        },
        (Bound::Beside { times, plus }, Some(range)) => {
            let other = subject.against.as_ref().and_then(|arm| totals(arm.seen.as_ref()));
            let room = plus.as_ref().map_or(Some((0.0, Unit::Number)), amount);
            match (other, room) {
                (Some(other), Some((plus, _))) => {
                    let plus = if lower { -plus } else { plus };
                    let unit = subject.metric.map_or(Unit::Number, unit_of);
                    against_other(range, unit, Allowance::new(plus, times.to_f64()).ok(), levels, own, other)
                }
                (None, _) => Found::nothing(Unit::Number, "no sum and no count of the other arm was read"),
                (_, None) => Found::nothing(Unit::Number, "the room beside the other arm is no amount"),
            }
        }
        (Bound::Beside { .. }, None) => Found::nothing(Unit::Number, "the metric declares no range"),
        (Bound::Constant(_) | Bound::Against { .. }, _) => {
            Found::nothing(Unit::Number, "a mean is not compared with a share")
        }
    };
    Found { tested: found.tested.map(|it| it.turned_if(lower)), verdict: found.verdict.turned_if(lower), ..found }
}

fn totals(seen: Option<&MetricReading>) -> Option<MeanReading> {
    let Some(MetricReading::Mean(mean)) = seen else { return None };
    Some(*mean)
}

fn range(metric: &Metric) -> Option<Range> {
    let (low, high) = metric.range.as_ref()?;
    Range::new(amount(low)?.0, amount(high)?.0).ok()
}

fn unit_of(metric: &Metric) -> Unit {
    let low = metric.range.as_ref().and_then(|(low, _)| amount(low));
    low.map_or(Unit::Number, |(_, unit)| unit)
}

/// Totals within their range; in words why they are none.
fn sums(range: Range, own: MeanReading) -> Result<Sums, String> {
    Sums::new(range, own.count, own.sum, own.squares).map_err(|error| error.to_string())
}

fn against_limit(range: Range, unit: Unit, limit: f64, levels: Levels, own: MeanReading) -> Found {
    let own = match sums(range, own) {
        Ok(own) => own,
        Err(why) => return Found::nothing(unit, &why),
    };
    let judgement = statistics::judge_mean(own, limit, levels.fail, levels.pass);
    of_judgement(&judgement, unit, own.mean(), Some(limit), "one-arm betting on totals")
}

fn against_other(
    range: Range,
    unit: Unit,
    allowance: Option<Allowance>,
    levels: Levels,
    own: MeanReading,
    other: MeanReading,
) -> Found {
    let Some(allowance) = allowance else { return Found::nothing(unit, "the room beside the other arm is no amount") };
    let (own, other) = match (sums(range, own), sums(range, other)) {
        (Ok(own), Ok(other)) => (own, other),
        (Err(why), _) | (_, Err(why)) => return Found::nothing(unit, &why),
    };
    let judgement = statistics::judge_means(own, other, allowance, levels.fail, levels.pass);
    of_judgement(&judgement, unit, own.mean(), other.mean().map(|it| allowance.allowed(it)), TWO_ARMS)
}

fn of_judgement(
    judgement: &statistics::Judgement,
    unit: Unit,
    estimate: Option<f64>,
    limit: Option<f64>,
    statistic: &str,
) -> Found {
    Found {
        unit,
        estimate,
        limit,
        interval: (Some(judgement.interval.0), Some(judgement.interval.1)),
        tested: Some(Tested::of(judgement)),
        verdict: judgement.verdict.into(),
        statistic: statistic.to_owned(),
    }
}

/// Without a range no number of observations bounds a mean: what is left is whether the mean of this window is within its
/// limit, once the window has what the gate asks for.
fn threshold(subject: &Subject<'_>, unit: Unit, limit: f64, own: MeanReading) -> Found {
    let statistic = "threshold on the mean of the window, without a level: the metric declares no range";
    if own.count == 0 || own.count < subject.at_least {
        return Found { limit: Some(limit), ..Found::nothing(unit, "too few observations for a threshold") };
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of a window stay far below 2^53")]
    let mean = own.sum / own.count as f64;
    let within = if subject.condition.lower { mean >= limit } else { mean <= limit };
    Found::threshold(unit, mean, limit, if within { Verdict::Pass } else { Verdict::Fail }, statistic)
}
