//! Conditions on how values are spread: a quantile, or the share above a time.
//!
//! `p95 <= x` says that at most 5 % lie above x, and is judged as that share, whatever the distribution. Where x is no bucket's
//! bound, only an interval of the share is known: the condition fails when even the least of it does, and passes when even the
//! greatest does. Nothing is interpolated; the remedy is a bucket at x.

use plan::{Bound, Reading};
use statistics::{Allowance, Between, Histogram, Judgement, Margin};

use super::condition::{Levels, Subject};
use super::found::{Found, amount};
use super::share::{ONE_ARM, TWO_ARMS};
use crate::evidence::{Tested, Unit, Verdict};
use crate::reading::MetricReading;

pub(super) fn found(subject: &Subject<'_>) -> Found {
    let own = histogram(subject.judged.seen.as_ref());
    let other = subject.against.as_ref().and_then(|arm| histogram(arm.seen.as_ref()));
    match (&subject.condition.reading, own) {
        (Some(Reading::OverMs(ms)), Some(own)) => over(subject, *ms, &own, other.as_ref()),
        (Some(Reading::Quantile(name)), Some(own)) => match share_below(name) {
            Some(q) => quantile(subject, q, &own, other.as_ref()),
            None => Found::nothing(Unit::Milliseconds, "this is no quantile"),
        },
        (None, Some(_)) => Found::nothing(Unit::Milliseconds, "nothing of the distribution is read"),
        (Some(Reading::OverMs(_)), None) => Found::nothing(Unit::Share, "no histogram was read"),
        (Some(Reading::Quantile(_)) | None, None) => Found::nothing(Unit::Milliseconds, "no histogram was read"),
    }
}

fn histogram(seen: Option<&MetricReading>) -> Option<Histogram> {
    let Some(MetricReading::Distribution(histogram)) = seen else { return None };
    histogram.histogram()
}

/// `p95` is 0.95, `p999` is 0.999.
fn share_below(name: &str) -> Option<f64> {
    let digits = name.strip_prefix('p').filter(|digits| !digits.is_empty())?;
    let share: f64 = format!("0.{digits}").parse().ok()?;
    (digits.bytes().all(|digit| digit.is_ascii_digit()) && share > 0.0).then_some(share)
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of a plan are below 2^53")]
fn over(subject: &Subject<'_>, ms: u64, own: &Histogram, other: Option<&Histogram>) -> Found {
    let levels = subject.levels;
    let above = own.above(ms as f64);
    let (least, most, limit, statistic) = match (&subject.condition.bound, other) {
        (Bound::Constant(limit), _) => {
            let limit = limit.to_f64();
            let judge = |counts| statistics::judge_limit(counts, limit, levels.fail, levels.pass);
            (judge(above.least), judge(above.most), limit, ONE_ARM)
        }
        (Bound::Against { times, plus }, Some(other)) => {
            let margin = Margin::new(plus.to_f64(), times.to_f64()).unwrap_or(Margin::NONE);
            let beside = other.above(ms as f64);
            let judge = |own, other| statistics::judge_difference(own, other, margin, levels.fail, levels.pass);
            let limit = margin.allowed(beside.most.rate().unwrap_or(0.0));
            (judge(above.least, beside.most), judge(above.most, beside.least), limit, TWO_ARMS)
        }
        (Bound::Against { .. }, None) => return Found::nothing(Unit::Share, "no histogram of the other arm was read"),
        (Bound::Beside { .. } | Bound::Limit(_), _) => {
            return Found::nothing(Unit::Share, "a share is not compared with an amount");
        }
    };
    let estimate = above.most.rate();
    between(&least, &most, Unit::Share, estimate, limit, statistic, (above.is_exact(), ms as f64))
}

/// The verdict of what is certain and of what may be. `known` says whether the value is a bucket's bound, and which it is.
fn between(
    least: &Judgement,
    most: &Judgement,
    unit: Unit,
    estimate: Option<f64>,
    limit: f64,
    statistic: &str,
    known: (bool, f64),
) -> Found {
    let verdict = match (least.verdict, most.verdict) {
        (statistics::Verdict::Fail, _) => Verdict::Fail,
        (_, statistics::Verdict::Pass) => Verdict::Pass,
        _ => Verdict::Inconclusive,
    };
    let tested = Tested { ln_e_fail: least.ln_e_fail, fail_at: least.needed_fail, ..Tested::of(most) };
    Found {
        unit,
        estimate,
        limit: Some(limit),
        interval: (Some(least.interval.0), Some(most.interval.1)),
        tested: Some(tested),
        verdict,
        statistic: named(statistic, known),
    }
}

fn named(statistic: &str, (is_bound, value): (bool, f64)) -> String {
    if is_bound {
        return statistic.to_owned();
    }
    format!("{statistic}; {value} ms is no bucket's bound, so that only what is certain counts")
}

fn quantile(subject: &Subject<'_>, q: f64, own: &Histogram, other: Option<&Histogram>) -> Found {
    let lower = subject.condition.lower;
    let levels = subject.levels.turned_if(lower);
    match (&subject.condition.bound, other) {
        (Bound::Limit(limit), _) => match amount(limit) {
            Some((limit, _)) => against_limit(lower, levels, q, limit, own),
            None => Found::nothing(Unit::Milliseconds, "the limit is no duration"),
        },
        (Bound::Beside { times, plus }, Some(other)) => {
            let plus = plus.as_ref().map_or(Some(0.0), |plus| Some(amount(plus)?.0));
            let plus = plus.map(|plus| if lower { -plus } else { plus });
            match plus.and_then(|plus| Allowance::new(plus, times.to_f64()).ok()) {
                Some(allowance) => against_other(lower, levels, q, allowance, own, other),
                None => Found::nothing(Unit::Milliseconds, "the room beside the other arm is no duration"),
            }
        }
        (Bound::Beside { .. }, None) => Found::nothing(Unit::Milliseconds, "no histogram of the other arm was read"),
        (Bound::Constant(_) | Bound::Against { .. }, _) => {
            Found::nothing(Unit::Milliseconds, "a quantile is not compared with a share")
        }
    }
}

fn against_limit(lower: bool, levels: Levels, q: f64, limit: f64, own: &Histogram) -> Found {
    let judged = statistics::judge_quantile(own, q, limit, levels.fail, levels.pass);
    let sequence = statistics::quantile_sequence(own, q, levels.fail.max(levels.pass));
    let known = (own.above(limit).is_exact(), limit);
    let mut found = between(
        &judged.least,
        &judged.most,
        Unit::Milliseconds,
        statistics::quantile(own, q).high,
        limit,
        ONE_ARM,
        known,
    );
    found.interval = (sequence.low, sequence.high);
    found.tested = found.tested.map(|tested| tested.turned_if(lower));
    found.verdict = found.verdict.turned_if(lower);
    found
}

fn against_other(
    lower: bool,
    levels: Levels,
    q: f64,
    allowance: Allowance,
    own: &Histogram,
    other: &Histogram,
) -> Found {
    let verdict: Verdict = statistics::judge_quantiles(own, other, q, allowance, levels.fail, levels.pass).into();
    let Between { low, high } = statistics::quantile_sequence(own, q, levels.fail.max(levels.pass));
    Found {
        unit: Unit::Milliseconds,
        estimate: statistics::quantile(own, q).high,
        limit: statistics::quantile(other, q).high.map(|beside| allowance.allowed(beside)),
        interval: (low, high),
        tested: None,
        verdict: verdict.turned_if(lower),
        statistic: "confidence sequences of both quantiles, of which the ends must be apart".to_owned(),
    }
}
