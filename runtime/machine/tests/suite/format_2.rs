//! What the second version wrote of gates: two counters for each metric, samples that did not say when they were taken, and
//! evidence of shares only.

use std::sync::Arc;

use machine::evidence::{ArmSeen, Evidence, Tested, Unit, Verdict};
use machine::journal::Record;
use machine::ports::provider::Sample;
use machine::reading::MetricReading;
use machine::state::SlotState;
use machine::{Event, Moment, Run};
use plan::{Arm, MetricKind};
use serde_json::{Value, json};

use crate::fixture;

fn sample() -> Value {
    let reading =
        |bad: u64, total: u64| json!({ "requests": total, "metrics": { "errors": { "bad": bad, "total": total } } });
    let (new, old) = (fixture::release("new").id, fixture::release("old").id);
    json!({ "incarnation": "p", "releases": { new.0: reading(1, 10), old.0: reading(2, 90) } })
}

fn evidence() -> Value {
    json!({
        "gate": "healthy", "place": null, "node": "release/shop-to-local/5%/hold", "at_ms": 2_000, "window_ms": 1_000,
        "verdict": "inconclusive", "cause": "too few requests: 10 of at least 100", "n": 10, "at_least": 100,
        "confidence": "0.95", "observed_share": 0.1,
        "conditions": [{
            "text": "errors(canary) <= errors(stable) + 2pp", "metric": "errors",
            "judged": { "arm": "canary", "bad": 1, "total": 10 }, "against": { "arm": "stable", "bad": 2, "total": 90 },
            "estimate": 0.1, "limit": 0.042_222, "interval": [0.01, 0.4], "ln_e_fail": 0.5, "fail_at": 2.995_732,
            "ln_e_pass": -1.5, "pass_at": 2.995_732, "verdict": "inconclusive",
            "statistic": "two-arm universal-inference e-process"
        }]
    })
}

#[test]
fn two_counters_are_a_ratio() {
    let read: Sample = serde_json::from_value(sample()).unwrap();
    assert_eq!(read.at_ms, 0);
    let readings: Vec<_> = read.releases.values().map(|reading| reading.metrics["errors"].clone()).collect();
    assert!(readings.contains(&MetricReading::ratio(1, 10)) && readings.contains(&MetricReading::ratio(2, 90)));
}

#[test]
fn evidence_of_a_share_is_evidence() {
    let read: Evidence = serde_json::from_value(evidence()).unwrap();
    let condition = &read.conditions[0];
    let arm = |arm, bad, n| ArmSeen { arm, n, requests: n, seen: Some(MetricReading::ratio(bad, n)) };
    assert_eq!(condition.judged, arm(Arm::Canary, 1, 10));
    assert_eq!(condition.against, Some(arm(Arm::Stable, 2, 90)));
    assert_eq!((condition.kind, &condition.unit), (MetricKind::Ratio, &Unit::Share));
    assert_eq!((condition.estimate, condition.interval), (Some(0.1), (Some(0.01), Some(0.4))));
    let tested = Tested { ln_e_fail: 0.5, fail_at: 2.995_732, ln_e_pass: -1.5, pass_at: 2.995_732 };
    assert_eq!((condition.tested, condition.verdict), (Some(tested), Verdict::Inconclusive));
}

#[test]
fn a_record_keeps_its_version_and_its_hash() {
    let at = Moment { wall_ms: 1, boot: "b".to_owned(), boot_ms: 1 };
    let body = json!({ "event": "opened", "node": "n", "sample": sample(), "note": null });
    let sealed = Record::seal("", 1, at, body);
    let mut old: Value = serde_json::to_value(&sealed).unwrap();
    old["format"] = json!(2);
    // The hash of that record, as the second version computed it over its own format.
    let unsealed: Record = serde_json::from_value(old).unwrap();
    assert!(unsealed.verify("", 1).is_err(), "the format is covered by the hash");
    let Some(Event::Opened { sample: Some(read), .. }) = unsealed.event().unwrap() else { panic!("{unsealed:?}") };
    assert_eq!(read.releases.len(), 2);
    let newer = Record { format: machine::journal::FORMAT + 1, ..unsealed };
    assert!(newer.event().unwrap_err().contains("knows 3"));
}

#[test]
fn a_hold_goes_on_from_its_old_rows() {
    let plan = Arc::new(fixture::plan("canary"));
    let since = json!({ "wall_ms": 1_000, "boot": "boot", "boot_ms": 0 });
    let head = json!({
        "format": 2, "run": "01a", "plan": plan.digest, "root": "/project",
        "actor": { "uid": 7, "name": "ann", "groups": [], "owner": true }, "key": "k", "started": since,
        "parameters": {}, "status": "advancing", "paused": false, "cause": null, "ended": null, "signals": {},
        "in_flight": 0, "open": 3
    });
    let hold = json!({
        "state": "holding", "since": since, "before_ms": 0, "extended_ms": 0, "duration_ms": 1_000, "extended": false,
        "opened": since, "baseline": sample(), "evidence": evidence(), "concluding": false, "due": false
    });
    let run = Run::restore(plan, head, vec![(4, hold)]).unwrap();
    let SlotState::Holding(holding) = run.state(4) else { panic!("{:?}", run.state(4)) };
    assert_eq!((&holding.sampled, holding.gauges.len()), (&None, 0));
    assert_eq!(holding.baseline.as_ref().map(|baseline| baseline.releases.len()), Some(2));
}
