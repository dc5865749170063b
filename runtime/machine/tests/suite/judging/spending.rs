//! A rollout that has spent what it may of an error budget fails, whatever its gate says of the release.

use std::collections::BTreeMap;

use machine::evidence::{Evidence, Verdict};
use machine::ports::provider::{MetricReading, Reading};
use machine::view::RunStatus;
use plan::{Exact, Objective, Plan};

use super::held::{Held, sample};
use crate::fixture;

const DAY_MS: u64 = 86_400_000;

fn exact(text: &str) -> Exact {
    Exact::try_from(text.to_owned()).unwrap()
}

/// The plan `canary`, of a service with a promise, whose rollout may spend so much.
fn limited(may_spend: Option<&str>, usual: &str) -> Plan {
    let mut body = fixture::plan("canary").body;
    let rollout = body.rollouts.values_mut().next().unwrap();
    rollout.may_spend = may_spend.map(exact);
    let objective = Objective {
        service: rollout.service.clone(),
        metric: "errors".to_owned(),
        under_ms: None,
        good: exact("0.99"),
        period_ms: 10 * DAY_MS,
    };
    body.objectives.insert("availability".to_owned(), objective);
    body.metrics.get_mut("errors").unwrap().usual = Some(exact(usual));
    Plan::new(body, BTreeMap::new())
}

fn reading(bad: u64, total: u64) -> Reading {
    Reading { requests: total, metrics: BTreeMap::from([("errors".to_owned(), MetricReading::ratio(bad, total))]) }
}

/// A look after ten seconds: half of the requests went to the new release, and so many of its thousand were bad.
fn looked(plan: Plan, bad: u64) -> (Held, Evidence) {
    let nothing = || reading(0, 0);
    let mut held = Held::opened(plan, sample(0, nothing(), nothing()));
    let evidence = held.look(10_000, sample(10_000, reading(bad, 1_000), reading(0, 1_000)));
    (held, evidence)
}

/// 10 s in which 2 % of half of the requests are bad, of a budget of a hundredth of ten days: 0.5 * 0.02 * 10 / 8,640.
#[test]
fn what_was_counted_is_what_is_spent() {
    let (_, evidence) = looked(limited(Some("0.00001"), "0"), 20);
    assert_eq!(evidence.verdict, Verdict::Fail, "{}", evidence.cause);
    assert_eq!(evidence.cause, "the release has spent 0.001% of the budget of `availability`, of 0.001% that it may");
    let (held, evidence) = looked(limited(Some("0.00002"), "0"), 20);
    assert!(!evidence.cause.contains("spent"), "{}", evidence.cause);
    assert_eq!(held.run.head().status, RunStatus::Advancing);
}

#[test]
fn a_rollout_that_has_spent_it_goes_back_and_says_why() {
    let (held, _) = looked(limited(Some("0.00001"), "0"), 20);
    let cause = held.run.head().cause.clone().unwrap();
    assert_eq!(held.run.head().status, RunStatus::Returning);
    assert!(cause.message.starts_with("the release has spent"), "{cause:?}");
}

#[test]
fn usual_failures_spend_nothing_and_without_a_limit_nothing_is_asked() {
    for plan in [limited(Some("0.00001"), "0.02"), limited(None, "0")] {
        let (_, evidence) = looked(plan, 20);
        assert!(!evidence.cause.contains("spent"), "{}", evidence.cause);
    }
}
