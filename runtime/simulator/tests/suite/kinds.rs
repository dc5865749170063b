//! Every kind of metric, as scripts have it: what is as usual passes, what is scripted beyond a gate's limit goes back, and
//! what comes late is seen late.

use std::sync::Arc;

use machine::view::RunStatus::{Completed, RolledBack};
use plan::{Arm, Bound, Condition, Exact, Gate, Inconclusive, Metric, MetricKind, Plan, Reading, Share, Undecided};
use serde_json::{Value, json};
use simulator::script::{Begins, End, Event, Expected, Happens, Level, Script, judge};
use simulator::{Case, History, Schedule, plans, pure};

fn exact(text: &str) -> Exact {
    Exact::try_from(text.to_owned()).unwrap()
}

/// The first example, judged at each stage by one condition.
struct Judged {
    kind: MetricKind,
    range: Option<(Value, Value)>,
    arm: Arm,
    against: Option<Arm>,
    reading: Option<Reading>,
    bound: Bound,
    lower: bool,
    lag_ms: u64,
}

impl Judged {
    fn new(kind: MetricKind, bound: Bound) -> Self {
        Self { kind, range: None, arm: Arm::Canary, against: None, reading: None, bound, lower: false, lag_ms: 0 }
    }

    fn p95(bound: Bound) -> Self {
        Self { reading: Some(Reading::Quantile("p95".to_owned())), ..Self::new(MetricKind::Distribution, bound) }
    }

    fn mean(bound: Bound) -> Self {
        Self { range: Some((json!("0.00 EUR"), json!("0.10 EUR"))), ..Self::new(MetricKind::Mean, bound) }
    }

    fn against(self, against: Arm) -> Self {
        Self { against: Some(against), ..self }
    }

    fn plan(&self) -> Plan {
        let plan = plans::case("first-canary").unwrap().plan.as_ref().clone();
        let (mut body, map) = (plan.body, plan.source_map);
        let condition = Condition {
            metric: "m".to_owned(),
            bound: self.bound.clone(),
            reading: self.reading.clone(),
            advisory: false,
            lower: self.lower,
            text: "m".to_owned(),
        };
        let gate = Gate {
            arm: self.arm,
            against: self.against,
            at_least: 300,
            confidence: exact("0.95"),
            conditions: vec![condition],
            inconclusive: Inconclusive { extend_ms: 600_000, then: Undecided::Rollback },
            warm_up_ms: 0,
            lag_ms: self.lag_ms,
            runbook: None,
        };
        // With all of the traffic nothing is left to compare with.
        let compares = self.against == Some(Arm::Stable);
        let judged = body.gates.iter_mut().filter(|(name, _)| !compares || *name == "healthy");
        judged.for_each(|(_, own)| *own = gate.clone());
        let read = Metric {
            kind: self.kind,
            value: Some(json!("value")),
            range: self.range.clone(),
            ..Metric::ratio(Value::Null, Value::Null, None)
        };
        body.metrics.insert("m".to_owned(), read);
        for rollout in body.rollouts.values_mut() {
            rollout.traffic = Some(plan::Traffic { least: exact("2000"), most: exact("4000") });
        }
        Plan::new(body, map)
    }

    fn played(&self, events: Vec<Event>) -> (Case, History) {
        let case = Case::new(self.plan()).unwrap();
        let left = pure::play(&case, &Arc::new(Script { events }));
        (case, left)
    }

    fn ends(&self, events: Vec<Event>, status: End, at: Option<Begins>) {
        let (case, left) = self.played(events);
        let expected = Expected::Outcome { status, at, within_ms: None };
        let finding = judge(&case, &Schedule::quiet(0), &left, &expected);
        let story = || simulator::timeline::timeline(&case, &Schedule::quiet(0), &left, &[]);
        assert!(finding.holds, "{}\n{}", finding.found, story());
    }
}

fn stage(percent: u32) -> Begins {
    Begins::Stage { weight: Share::from_basis_points(percent * 100).unwrap(), service: None, environment: None }
}

fn reads(arm: Arm, reading: Option<Reading>, level: Level, begins: Begins) -> Event {
    let happens = Happens::Reads { metric: "m".to_owned(), arm, reading, level };
    Event { text: format!("{happens:?}"), happens, begins, lasts_ms: None, place: None }
}

fn amount(arm: Arm, value: Value, begins: Begins) -> Event {
    reads(arm, None, Level::Amount(value), begins)
}

fn times(times: &str) -> Bound {
    Bound::Beside { times: exact(times), plus: None }
}

fn p95(ms: u64, begins: Begins) -> Event {
    reads(Arm::Canary, Some(Reading::Quantile("p95".to_owned())), Level::Ms(ms), begins)
}

#[test]
fn times_are_as_usual_or_as_scripted() {
    let limited = Judged::p95(Bound::Limit(json!(300)));
    limited.ends(vec![], Completed, None);
    limited.ends(vec![p95(900, stage(25))], RolledBack, Some(stage(25)));
    limited.ends(vec![p95(200, stage(25))], Completed, None);

    let beside = Judged::p95(times("1.1")).against(Arm::Stable);
    beside.ends(vec![], Completed, None);
    beside.ends(vec![p95(200, stage(50))], RolledBack, Some(stage(50)));
    // Both are slow: that is no fault of the new one.
    let quantile = Some(Reading::Quantile("p95".to_owned()));
    beside.ends(vec![reads(Arm::Service, quantile, Level::Ms(900), stage(5))], Completed, None);

    let over = Reading::OverMs(300);
    let under = Judged { reading: Some(over.clone()), ..Judged::p95(Bound::Constant(exact("0.05"))) };
    under.ends(vec![], Completed, None);
    let slow = |share| reads(Arm::Canary, Some(over.clone()), Level::Share(exact(share)), stage(5));
    under.ends(vec![slow("0.2")], RolledBack, Some(stage(5)));
    under.ends(vec![slow("0.01")], Completed, None);
}

#[test]
fn means_are_within_their_range() {
    let limited = Judged::mean(Bound::Limit(json!("0.06 EUR")));
    limited.ends(vec![], Completed, None);
    limited.ends(vec![amount(Arm::Canary, json!("0.08 EUR"), stage(25))], RolledBack, Some(stage(25)));
    let beside = Judged::mean(times("1.2")).against(Arm::Stable);
    beside.ends(vec![], Completed, None);
    beside.ends(vec![amount(Arm::Canary, json!("0.08 EUR"), stage(25))], RolledBack, Some(stage(25)));
    // A gate that asks for an improvement is not content with what is usual.
    let better = Judged::mean(times("0.9")).against(Arm::Stable);
    better.ends(vec![], RolledBack, Some(stage(5)));
    better.ends(vec![amount(Arm::Canary, json!("0.02 EUR"), Begins::Start)], Completed, None);
    let lower = Judged { lower: true, ..Judged::mean(Bound::Limit(json!("0.05 EUR"))) };
    lower.ends(vec![], Completed, None);
    lower.ends(vec![amount(Arm::Canary, json!("0.02 EUR"), stage(5))], RolledBack, Some(stage(5)));
}

#[test]
fn how_things_stand_and_how_often_something_came() {
    let gauge = Judged::new(MetricKind::Gauge, Bound::Limit(json!(5_000)));
    gauge.ends(vec![], Completed, None);
    gauge.ends(vec![amount(Arm::Canary, json!(6_000), stage(50))], RolledBack, Some(stage(50)));
    gauge.ends(vec![amount(Arm::Canary, json!(4_000), stage(50))], Completed, None);

    let counter = Judged::new(MetricKind::Counter, Bound::Limit(json!(5)));
    counter.ends(vec![], Completed, None);
    counter.ends(vec![amount(Arm::Canary, json!(6), stage(25))], RolledBack, Some(stage(25)));
    // So many in each window, and not more from stage to stage.
    counter.ends(vec![amount(Arm::Canary, json!(5), Begins::Start)], Completed, None);
    counter.ends(vec![amount(Arm::Stable, json!(60), Begins::Start)], Completed, None);
    let service = Judged { arm: Arm::Service, ..counter };
    service.ends(vec![amount(Arm::Service, json!(5), Begins::Start)], Completed, None);
    service.ends(vec![amount(Arm::Service, json!(6), Begins::After(20_000))], RolledBack, Some(stage(25)));
}

#[test]
fn arms_that_are_no_release_read_as_scripted() {
    let ratio = |against| {
        let bound = Bound::Against { times: exact("1"), plus: exact("0.02") };
        Judged::new(MetricKind::Ratio, bound).against(against)
    };
    let bad = |arm, begins| reads(arm, None, Level::Share(exact("0.1")), begins);
    for against in [Arm::Baseline, Arm::Previous] {
        ratio(against).ends(vec![], Completed, None);
        ratio(against).ends(vec![bad(Arm::Canary, stage(25))], RolledBack, Some(stage(25)));
        // As bad as what it is compared with.
        ratio(against).ends(vec![bad(Arm::Canary, Begins::Start), bad(against, Begins::Start)], Completed, None);
    }
}

#[test]
fn what_comes_late_is_seen_late() {
    let found = |lag_ms| {
        let judged = Judged { lag_ms, ..Judged::p95(Bound::Limit(json!(300))) };
        judged.ends(vec![], Completed, None);
        // In the middle of the second hold, which lasts from there for twelve seconds and as long as is extended.
        judged.ends(vec![p95(900, Begins::After(22_000 + lag_ms))], RolledBack, None);
        judged.played(vec![p95(900, Begins::After(22_000 + lag_ms))]).1.ended_ms - lag_ms
    };
    let (at_once, late) = (found(0), found(3_000));
    assert!(late >= at_once + 2_500, "{at_once} {late}");
}

#[test]
fn a_release_without_an_instance_answers_nobody_in_time() {
    let judged = Judged::p95(Bound::Limit(json!(300)));
    let down = Event {
        happens: Happens::Unready(Arm::Canary),
        begins: Begins::After(10_000),
        lasts_ms: None,
        text: "down".to_owned(),
        place: None,
    };
    judged.ends(vec![down], RolledBack, Some(stage(5)));
}

#[test]
fn a_budget_of_times_is_spent_by_what_is_slow() {
    let promised = plan::Objective {
        service: "shop".to_owned(),
        metric: "m".to_owned(),
        under_ms: Some(300),
        good: exact("0.99"),
        period_ms: 30 * 86_400_000,
    };
    let spent = |events: Vec<Event>, limit: &str| {
        let plan = Judged::p95(Bound::Limit(json!(300))).plan();
        let (mut body, map) = (plan.body, plan.source_map);
        body.objectives.insert("fast".to_owned(), promised.clone());
        let case = Case::new(Plan::new(body, map)).unwrap();
        let left = pure::play(&case, &Arc::new(Script { events }));
        let expected = Expected::Budget {
            objective: None,
            comparison: simulator::script::Comparison::AtMost,
            limit: exact(limit),
        };
        judge(&case, &Schedule::quiet(0), &left, &expected)
    };
    assert!(spent(vec![], "0.0000001").holds);
    let slow = || vec![p95(900, stage(5))];
    assert!(!spent(slow(), "0.0000001").holds && spent(slow(), "0.001").holds, "{}", spent(slow(), "0").found);
}
