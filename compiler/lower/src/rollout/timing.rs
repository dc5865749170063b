//! Bounds of effects: how long an answer is waited for, and how often it is tried again.
//!
//! The durations come from the fields of the record that says how a release runs, looked up by name, so that
//! every provider that has them is served alike.

use plan::Retry;
use semantics::value::Value;

use crate::steps::{attempts, retry};

/// Setting routes is one local exchange; ten seconds are far beyond any answer that still comes.
pub(crate) const SHIFT_MS: u64 = 10_000;

/// The way back is tried generously: giving up leaves an unsafe end.
pub(crate) const BACK: Retry = Retry { attempts: 5, backoff_ms: 500, backoff_max_ms: 10_000 };

/// On top of readiness: copying the artifact and starting the processes.
const START_MARGIN_MS: u64 = 30_000;
/// On top of draining and stopping: the exchange itself.
const STOP_MARGIN_MS: u64 = 10_000;
/// On top of an action's own limit, so that its provider speaks first.
const ACTION_MARGIN_MS: u64 = 5_000;

const READY_WITHIN_MS: u64 = 30_000;
const DRAIN_MS: u64 = 10_000;
const STOP_WITHIN_MS: u64 = 10_000;
const ACTION_MS: u64 = 60_000;

/// How long starting and stopping instances may take.
pub(crate) struct Timing {
    /// Until instances are ready.
    pub(crate) start_ms: u64,
    /// Until instances are drained and stopped.
    pub(crate) stop_ms: u64,
}

impl Timing {
    /// The limits that a `runs` record implies.
    pub(crate) fn of(runs: &Value) -> Self {
        let field = |name, default| duration(runs, name).unwrap_or(default);
        let ready = field("ready_within", READY_WITHIN_MS);
        let stop = field("drain", DRAIN_MS).saturating_add(field("stop_within", STOP_WITHIN_MS));
        Self { start_ms: ready.saturating_add(START_MARGIN_MS), stop_ms: stop.saturating_add(STOP_MARGIN_MS) }
    }
}

/// The bound on each effect of a rollout; `retry N times` replaces the number of attempts.
pub(crate) fn forward(further: Option<u32>) -> Retry {
    retry(further.map_or(3, attempts), 500, 5_000)
}

/// Time-out and bound for an action: all attempts and the waits between them end within `limit_ms`.
pub(crate) fn action(config: &Value, limit_ms: Option<u64>, further: u32) -> (u64, Retry) {
    let own = duration(config, "within").unwrap_or(ACTION_MS).saturating_add(ACTION_MARGIN_MS);
    let tries = attempts(further);
    let Some(limit) = limit_ms else { return (own, retry(tries, 500, 10_000)) };
    let each = limit / u64::from(tries);
    // A quarter of each attempt's part goes to the wait after it.
    let wait = if tries == 1 { 0 } else { (each / 4).min(10_000) };
    (own.min(each - wait).max(1), retry(tries, 500, wait))
}

/// Whether an action's own limit is known only when a run starts, when its time-out has long been set.
pub(crate) fn open_limit(config: &Value) -> bool {
    matches!(field(config, "within"), Some(Value::Parameter(_)))
}

fn duration(record: &Value, name: &str) -> Option<u64> {
    let Some(Value::Duration(ms)) = field(record, name) else { return None };
    u64::try_from(*ms).ok()
}

fn field<'v>(record: &'v Value, name: &str) -> Option<&'v Value> {
    let (Value::Record(_, fields) | Value::Case(_, _, fields)) = record else { return None };
    fields.get(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(fields: &[(&str, i64)]) -> Value {
        let fields = fields.iter().map(|(name, ms)| ((*name).into(), Value::Duration(*ms)));
        Value::Record("std.process.Process".into(), fields.collect())
    }

    #[test]
    fn limits_follow_the_fields_that_are_there() {
        let timing = Timing::of(&record(&[("ready_within", 5_000), ("drain", 2_000)]));
        assert_eq!((timing.start_ms, timing.stop_ms), (35_000, 22_000));
        let timing = Timing::of(&Value::None);
        assert_eq!((timing.start_ms, timing.stop_ms), (60_000, 30_000));
    }

    #[test]
    fn all_attempts_of_an_action_end_within_its_limit() {
        for (limit, further) in [(1, 0), (1_000, 0), (1_000, 3), (60_000, 9), (86_400_000, 2), (7, 20)] {
            let (timeout, bound) = action(&record(&[("within", 3_600_000)]), Some(limit), further);
            let attempts = u64::from(bound.attempts);
            let all = attempts * timeout + (attempts - 1) * bound.backoff_max_ms;
            assert!(all <= limit.max(attempts), "{limit} {further}: {all}");
            assert!(timeout >= 1 && bound.backoff_ms <= bound.backoff_max_ms);
        }
    }
}
