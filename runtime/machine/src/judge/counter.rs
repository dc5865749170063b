//! Conditions on events that only become more: how many came in the window, or how often beside the other arm.

use plan::Bound;
use statistics::{Events, judge_events};

use super::condition::Subject;
use super::found::{Found, amount};
use crate::evidence::{ArmSeen, Tested, Unit, Verdict};
use crate::reading::{CounterReading, MetricReading};

pub(super) fn found(subject: &Subject<'_>) -> Found {
    let Some(own) = events(&subject.judged) else { return Found::nothing(Unit::Number, "no events were counted") };
    match &subject.condition.bound {
        Bound::Limit(limit) => match amount(limit) {
            Some((limit, unit)) => against_limit(subject.condition.lower, own, limit, unit),
            None => Found::nothing(Unit::Number, "the limit is no number"),
        },
        Bound::Beside { times, plus } => {
            let other = subject.against.as_ref().and_then(events);
            let room = plus.as_ref().map_or(Some((0.0, Unit::Number)), amount);
            match (other, room) {
                (Some(other), Some((plus, _))) => against_other(subject, own, other, times.to_f64(), plus),
                (None, _) => Found::nothing(Unit::Number, "no events of the other arm were counted"),
                (_, None) => Found::nothing(Unit::Number, "the room beside the other arm is no number"),
            }
        }
        Bound::Constant(_) | Bound::Against { .. } => {
            Found::nothing(Unit::Number, "events are not compared with a share")
        }
    }
}

fn events(arm: &ArmSeen) -> Option<Events> {
    let Some(MetricReading::Counter(CounterReading { events })) = &arm.seen else { return None };
    Some(Events { events: *events, requests: arm.requests })
}

/// How many came is known, and can only become more: too many is a failure for certain, and not yet enough is no verdict.
#[expect(clippy::cast_precision_loss, reason = "events of a window stay far below 2^53")]
fn against_limit(lower: bool, own: Events, limit: f64, unit: Unit) -> Found {
    let came = own.events as f64;
    let verdict = match (lower, came <= limit) {
        (false, true) => Verdict::Pass,
        (false, false) => Verdict::Fail,
        (true, _) if came >= limit => Verdict::Pass,
        (true, _) => Verdict::Inconclusive,
    };
    Found::threshold(unit, came, limit, verdict, "events in the window, without a level")
}

/// Per request of each arm, since the arms do not serve the same.
#[expect(clippy::cast_precision_loss, reason = "events of a window stay far below 2^53")]
fn against_other(subject: &Subject<'_>, own: Events, other: Events, times: f64, plus: f64) -> Found {
    let lower = subject.condition.lower;
    let plus = if lower { -plus } else { plus };
    let per_request = own.requests as f64 / other.requests.max(1) as f64;
    let (came, limit) = (own.events as f64, times * other.events as f64 * per_request + plus);
    if plus != 0.0 {
        let statistic = "events beside those of the other arm a request, with room, without a level";
        let within = if lower { came >= limit } else { came <= limit };
        let enough = own.requests > 0 && other.requests > 0 && own.requests >= subject.at_least;
        let verdict = match (enough, within) {
            (false, _) => Verdict::Inconclusive,
            (true, true) => Verdict::Pass,
            (true, false) => Verdict::Fail,
        };
        return Found::threshold(Unit::Number, came, limit, verdict, statistic);
    }
    let levels = subject.levels.turned_if(lower);
    let judgement = judge_events(own, other, times, levels.fail, levels.pass);
    let verdict: Verdict = judgement.verdict.into();
    Found {
        tested: Some(Tested::of(&judgement).turned_if(lower)),
        ..Found::threshold(
            Unit::Number,
            came,
            limit,
            verdict.turned_if(lower),
            "conditional binomial e-process on the share of all events",
        )
    }
}
