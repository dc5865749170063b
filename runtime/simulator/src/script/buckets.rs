//! The buckets in which times are counted: one for every time that a gate, an objective or the script names, and between them
//! narrow ones, as a team has them that compares quantiles.

use plan::{Body, Bound, Reading};

use super::spread::Spread;
use super::usual::conditions;
use super::{Happens, Level, Script};

/// The width of a bucket, as a part of its lower bound.
const FINE: u64 = 50;

/// The least width, in microseconds.
const LEAST_US: u64 = 100;

/// More than so many microseconds all count as too long: two minutes.
const MOST_US: u64 = 120_000_000;

/// Upper bounds in microseconds, rising.
pub(super) fn buckets(body: &Body, script: &Script, metric: &str, usual: &Spread) -> Vec<u64> {
    let mut bounds: Vec<u64> = named_ms(body, script, metric).map(|ms| ms.saturating_mul(1_000)).collect();
    let (fastest, slowest) = usual.ends();
    // Whatever is named stretches the shape: its fastest is a twentieth of it at least, and its slowest twenty times as much at most.
    let low = bounds.iter().copied().min().map_or(fastest, |least| (least / 20).min(fastest)).max(LEAST_US);
    let high = bounds.iter().copied().max().map_or(slowest, |most| most.saturating_mul(20).max(slowest)).min(MOST_US);
    let next = |us: &u64| Some(us + (us / FINE).max(LEAST_US)).filter(|us| *us <= high);
    bounds.extend(std::iter::successors(Some(low), next));
    bounds.retain(|us| *us > 0);
    bounds.sort_unstable();
    bounds.dedup();
    bounds
}

/// Every time that somebody names.
fn named_ms<'a>(body: &'a Body, script: &'a Script, metric: &'a str) -> impl Iterator<Item = u64> + 'a {
    let limits = conditions(body, metric).filter_map(|condition| match (&condition.reading, &condition.bound) {
        (Some(Reading::OverMs(ms)), _) => Some(*ms),
        (_, Bound::Limit(limit)) => limit.as_u64(),
        _ => None,
    });
    let promised = body.objectives.values().filter(move |it| it.metric == metric).filter_map(|it| it.under_ms);
    let scripted = script.events.iter().filter_map(move |event| match &event.happens {
        Happens::Reads { metric: of, reading, level, .. } if of == metric => match (reading, level) {
            (Some(Reading::OverMs(ms)), _) | (_, Level::Ms(ms)) => Some(*ms),
            (_, Level::Share(_) | Level::Amount(_)) => None,
        },
        _ => None,
    });
    limits.chain(promised).chain(scripted)
}
