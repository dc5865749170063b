//! Each kind of metric by example: what was seen of both arms, and what follows.

use std::collections::BTreeMap;

use machine::evidence::{Evidence, Unit, Verdict};
use machine::ports::provider::Reading;
use machine::reading::{CounterReading, GaugeReading, HistogramReading, MeanReading, MetricReading};
use plan::{Arm, Bound, Condition, Exact, Metric, MetricKind, Plan};
use serde_json::{Value, json};

use super::held::{Held, sample};
use crate::fixture;

use Verdict::{Fail, Inconclusive, Pass};

/// The plan `canary` with one condition on a metric of a kind.
pub(super) fn plan(kind: MetricKind, condition: Condition, range: Option<(Value, Value)>) -> Plan {
    let mut body = fixture::plan("canary").body;
    let value = Some(json!({"case": "latency_of_requests"}));
    body.metrics
        .insert("measured".to_owned(), Metric { kind, value, range, ..Metric::ratio(json!(null), json!(null), None) });
    let gate = body.gates.get_mut("healthy").unwrap();
    gate.conditions = vec![condition];
    Plan::new(body, BTreeMap::new())
}

pub(super) fn condition(bound: Bound) -> Condition {
    let text = "measured(canary) <= limit".to_owned();
    Condition { metric: "measured".to_owned(), bound, reading: None, advisory: false, lower: false, text }
}

pub(super) fn exact(text: &str) -> Exact {
    Exact::try_from(text.to_owned()).unwrap()
}

pub(super) fn beside(times: &str, plus: Option<Value>) -> Bound {
    Bound::Beside { times: exact(times), plus }
}

pub(super) fn quantile(name: &str, bound: Bound) -> Condition {
    Condition { reading: Some(plan::Reading::Quantile(name.to_owned())), ..condition(bound) }
}

fn over(ms: u64, bound: Bound) -> Condition {
    Condition { reading: Some(plan::Reading::OverMs(ms)), ..condition(bound) }
}

pub(super) fn reading(requests: u64, measured: MetricReading) -> Reading {
    Reading { requests, metrics: BTreeMap::from([("measured".to_owned(), measured)]) }
}

/// Requests of up to 100 ms, up to 300 ms, and slower ones.
pub(super) fn latencies(fast: u64, middling: u64, slow: u64) -> Reading {
    let histogram = HistogramReading { bounds: vec![100.0, 300.0], counts: vec![fast, middling, slow] };
    reading(fast + middling + slow, MetricReading::Distribution(histogram))
}

fn costs(count: u64, each: f64) -> Reading {
    let each_of = count as f64 * each;
    let mean = MeanReading { count, sum: each_of, squares: Some(each_of * each) };
    reading(count, MetricReading::Mean(mean))
}

fn gauge(requests: u64, least: f64, most: f64) -> Reading {
    reading(requests, MetricReading::Gauge(GaugeReading { least, most }))
}

pub(super) fn events(requests: u64, events: u64) -> Reading {
    reading(requests, MetricReading::Counter(CounterReading { events }))
}

/// One look, of counters that began at nothing.
fn one_look(plan: Plan, nothing: Reading, new: Reading, old: Reading) -> Evidence {
    let mut held = Held::opened(plan, sample(0, nothing.clone(), nothing));
    held.look(1_000, sample(1_000, new, old))
}

fn holds(evidence: &Evidence, verdict: Verdict, estimate: Option<f64>, limit: Option<f64>) {
    let condition = &evidence.conditions[0];
    assert_eq!(evidence.verdict, verdict, "{}: {condition:?}", evidence.cause);
    assert_eq!((condition.estimate, condition.limit), (estimate, limit), "{condition:?}");
}

#[test]
fn a_quantile_against_a_limit_is_a_share_above_it() {
    let of = |condition, new| {
        one_look(plan(MetricKind::Distribution, condition, None), latencies(0, 0, 0), new, latencies(0, 0, 0))
    };
    let at_300 = || quantile("p95", Bound::Limit(json!(300)));
    holds(&of(at_300(), latencies(990, 0, 10)), Pass, Some(100.0), Some(300.0));
    holds(&of(at_300(), latencies(850, 0, 150)), Fail, None, Some(300.0));
    holds(&of(at_300(), latencies(950, 0, 50)), Inconclusive, Some(100.0), Some(300.0));
    // 200 ms is no bucket's bound: the middling ones may be above it or not.
    let at_200 = || quantile("p95", Bound::Limit(json!(200)));
    holds(&of(at_200(), latencies(850, 150, 0)), Inconclusive, Some(300.0), Some(200.0));
    holds(&of(at_200(), latencies(990, 5, 5)), Pass, Some(100.0), Some(200.0));
    let evidence = of(at_200(), latencies(700, 100, 200));
    holds(&evidence, Fail, None, Some(200.0));
    assert!(evidence.conditions[0].statistic.contains("200 ms is no bucket's bound"), "{evidence:?}");
    assert_eq!(evidence.conditions[0].unit, Unit::Milliseconds);
    // Above the last bound nothing is known.
    let at_400 = quantile("p95", Bound::Limit(json!(400)));
    holds(&of(at_400, latencies(700, 0, 300)), Inconclusive, None, Some(400.0));
}

#[test]
fn a_quantile_at_least_so_long_is_the_other_way_round() {
    let at_least = || Condition { lower: true, ..quantile("p50", Bound::Limit(json!(100))) };
    let of =
        |new| one_look(plan(MetricKind::Distribution, at_least(), None), latencies(0, 0, 0), new, latencies(0, 0, 0));
    holds(&of(latencies(900, 100, 0)), Fail, Some(100.0), Some(100.0));
    holds(&of(latencies(100, 900, 0)), Pass, Some(300.0), Some(100.0));
}

#[test]
fn quantiles_of_two_arms_must_lie_apart() {
    let of = |times: &str, new| {
        let plan = plan(MetricKind::Distribution, quantile("p50", beside(times, None)), None);
        one_look(plan, latencies(0, 0, 0), new, latencies(9_000, 900, 100))
    };
    // The medians are at most 100 ms and at most 300 ms; nothing bounds the former from below, nor the latter from it.
    holds(&of("0.5", latencies(100, 900, 0)), Fail, Some(300.0), Some(50.0));
    holds(&of("1", latencies(900, 90, 10)), Inconclusive, Some(100.0), Some(100.0));
}

#[test]
fn a_share_above_a_time_is_a_share() {
    let of = |bound, new, old| {
        one_look(plan(MetricKind::Distribution, over(300, bound), None), latencies(0, 0, 0), new, old)
    };
    let constant = || Bound::Constant(exact("0.01"));
    let against = || Bound::Against { times: Exact::ONE, plus: exact("0.02") };
    holds(&of(constant(), latencies(1_000, 0, 0), latencies(0, 0, 0)), Pass, Some(0.0), Some(0.01));
    holds(&of(constant(), latencies(900, 0, 100), latencies(0, 0, 0)), Fail, Some(0.1), Some(0.01));
    holds(&of(against(), latencies(1_000, 0, 0), latencies(9_990, 0, 10)), Pass, Some(0.0), Some(0.021));
    holds(&of(against(), latencies(900, 0, 100), latencies(9_990, 0, 10)), Fail, Some(0.1), Some(0.021));
    holds(&of(against(), latencies(900, 0, 100), latencies(0, 0, 0)), Inconclusive, Some(0.1), Some(0.02));
}

#[test]
fn a_mean_with_a_range_is_bet_on() {
    let range = || Some((json!("0 EUR"), json!("0.01 EUR")));
    let of = |condition, new, old| one_look(plan(MetricKind::Mean, condition, range()), costs(0, 0.0), new, old);
    let limit = || condition(Bound::Limit(json!("0.005 EUR")));
    let evidence = of(limit(), costs(500, 0.003), costs(0, 0.0));
    assert_eq!(evidence.conditions[0].unit, Unit::Money("EUR".to_owned()));
    holds(&evidence, Pass, Some(0.003), Some(0.005));
    holds(&of(limit(), costs(500, 0.008), costs(0, 0.0)), Fail, Some(0.008), Some(0.005));
    assert_eq!(of(limit(), costs(500, 0.005), costs(0, 0.0)).verdict, Inconclusive);
    let worse = |times| condition(beside(times, None));
    assert_eq!(of(worse("1.1"), costs(2_000, 0.003), costs(20_000, 0.003)).verdict, Pass);
    assert_eq!(of(worse("1.1"), costs(2_000, 0.005), costs(20_000, 0.003)).verdict, Fail);
    let no_less = Condition { lower: true, ..worse("0.9") };
    assert_eq!(of(no_less.clone(), costs(2_000, 0.003), costs(20_000, 0.003)).verdict, Pass);
    assert_eq!(of(no_less, costs(2_000, 0.001), costs(20_000, 0.003)).verdict, Fail);
    // Outside of the declared range nothing is evidence, and it is said.
    let evidence = of(limit(), costs(500, 0.02), costs(0, 0.0));
    assert_eq!(evidence.verdict, Inconclusive);
    assert!(evidence.cause.contains("lies outside the declared range"), "{}", evidence.cause);
}

#[test]
fn a_mean_without_a_range_is_a_threshold_of_the_whole_window() {
    let limit = || condition(Bound::Limit(json!(50)));
    let of = |new| one_look(plan(MetricKind::Mean, limit(), None), costs(0, 0.0), new, costs(0, 0.0));
    holds(&of(costs(100, 49.0)), Pass, Some(49.0), Some(50.0));
    holds(&of(costs(100, 51.0)), Fail, Some(51.0), Some(50.0));
    holds(&of(costs(99, 51.0)), Inconclusive, None, Some(50.0));
}

#[test]
fn one_reading_beyond_the_limit_is_remembered() {
    let limit = condition(Bound::Limit(json!(5_000)));
    let mut held =
        Held::opened(plan(MetricKind::Gauge, limit, None), sample(0, gauge(0, 1.0, 2.0), gauge(0, 0.0, 0.0)));
    let mut look = |ms, requests, most| held.look(ms, sample(ms, gauge(requests, 1.0, most), gauge(0, 0.0, 9_999.0)));
    holds(&look(100, 500, 4_000.0), Pass, Some(4_000.0), Some(5_000.0));
    holds(&look(200, 600, 5_001.0), Fail, Some(5_001.0), Some(5_000.0));
    // The gate failed and the run turned; what a hold without a say would see later is still the worst.
}

#[test]
fn a_reading_of_the_opening_counts_too() {
    let limit = condition(Bound::Limit(json!(5_000)));
    let before = sample(0, gauge(0, 1.0, 6_000.0), gauge(0, 0.0, 0.0));
    let mut held = Held::opened(plan(MetricKind::Gauge, limit, None), before);
    let evidence = held.look(100, sample(100, gauge(500, 1.0, 2.0), gauge(0, 0.0, 0.0)));
    holds(&evidence, Fail, Some(6_000.0), Some(5_000.0));
}

#[test]
fn events_in_the_window_are_counted() {
    let of = |condition, new, old| one_look(plan(MetricKind::Counter, condition, None), events(0, 0), new, old);
    let at_most = || condition(Bound::Limit(json!(3)));
    holds(&of(at_most(), events(500, 3), events(0, 0)), Pass, Some(3.0), Some(3.0));
    holds(&of(at_most(), events(500, 4), events(0, 0)), Fail, Some(4.0), Some(3.0));
    // What serves nothing and dies again and again fails; what serves nothing and stands does not pass.
    holds(&of(at_most(), events(0, 4), events(0, 0)), Fail, Some(4.0), Some(3.0));
    holds(&of(at_most(), events(0, 0), events(0, 0)), Inconclusive, Some(0.0), Some(3.0));
    let at_least = || Condition { lower: true, ..at_most() };
    holds(&of(at_least(), events(500, 3), events(0, 0)), Pass, Some(3.0), Some(3.0));
    holds(&of(at_least(), events(500, 2), events(0, 0)), Inconclusive, Some(2.0), Some(3.0));
}

#[test]
fn events_beside_another_arm_are_counted_by_request() {
    let of = |bound, new, old| one_look(plan(MetricKind::Counter, condition(bound), None), events(0, 0), new, old);
    // A tenth of the requests, as many events: ten times as often.
    holds(&of(beside("2", None), events(1_000, 20), events(10_000, 20)), Fail, Some(20.0), Some(4.0));
    holds(&of(beside("2", None), events(1_000, 2), events(10_000, 200)), Pass, Some(2.0), Some(40.0));
    holds(&of(beside("2", None), events(1_000, 0), events(10_000, 0)), Inconclusive, Some(0.0), Some(0.0));
    let room = || beside("1", Some(json!(3)));
    holds(&of(room(), events(1_000, 5), events(10_000, 20)), Pass, Some(5.0), Some(5.0));
    holds(&of(room(), events(1_000, 6), events(10_000, 20)), Fail, Some(6.0), Some(5.0));
}

#[test]
fn a_condition_without_a_say_is_judged_and_decides_nothing() {
    let advisory = Condition { advisory: true, ..condition(Bound::Limit(json!(3))) };
    let mut plan = plan(MetricKind::Counter, advisory, None);
    let errors = Condition {
        metric: "errors".to_owned(),
        text: "errors".to_owned(),
        ..condition(Bound::Constant(exact("0.02")))
    };
    let nothing = || {
        let metrics = [
            ("errors", MetricReading::ratio(0, 0)),
            ("measured", MetricReading::Counter(CounterReading { events: 0 })),
        ];
        Reading { requests: 0, metrics: metrics.map(|(name, reading)| (name.to_owned(), reading)).into() }
    };
    let seen = || {
        let metrics = [
            ("errors", MetricReading::ratio(0, 1_000)),
            ("measured", MetricReading::Counter(CounterReading { events: 9 })),
        ];
        Reading { requests: 1_000, metrics: metrics.map(|(name, reading)| (name.to_owned(), reading)).into() }
    };
    plan.body.gates.get_mut("healthy").unwrap().conditions.push(errors);
    let evidence = one_look(Plan::new(plan.body.clone(), BTreeMap::new()), nothing(), seen(), seen());
    assert_eq!(evidence.verdict, Pass, "{}", evidence.cause);
    let verdicts: Vec<_> = evidence.conditions.iter().map(|it| (it.advisory, it.verdict)).collect();
    assert_eq!(verdicts, [(true, Fail), (false, Pass)]);
    plan.body.gates.get_mut("healthy").unwrap().conditions.pop();
    let evidence = one_look(Plan::new(plan.body, BTreeMap::new()), nothing(), seen(), seen());
    assert_eq!((evidence.verdict, evidence.cause.as_str()), (Inconclusive, "no condition of this gate has a say"));
}

#[test]
fn arms_that_are_no_release_are_judged_where_a_source_shows_them() {
    for arm in [Arm::Baseline, Arm::Previous, Arm::Shadow] {
        let mut body = plan(MetricKind::Counter, condition(beside("2", None)), None).body;
        body.gates.get_mut("healthy").unwrap().against = Some(arm);
        let with = |ms, new, other| {
            let mut sample = sample(ms, new, events(0, 0));
            sample.arms.insert(arm, other);
            sample
        };
        let mut held = Held::opened(Plan::new(body.clone(), BTreeMap::new()), with(0, events(0, 0), events(0, 0)));
        assert_eq!(held.run.source(held.slot).unwrap().request.arms, [arm]);
        let evidence = held.look(1_000, with(1_000, events(1_000, 20), events(10_000, 20)));
        assert_eq!(evidence.verdict, Fail, "{arm:?}: {}", evidence.cause);
        let mut held = Held::opened(Plan::new(body, BTreeMap::new()), sample(0, events(0, 0), events(0, 0)));
        let evidence = held.look(1_000, sample(1_000, events(1_000, 20), events(10_000, 20)));
        assert_eq!(evidence.verdict, Inconclusive, "{arm:?}: {}", evidence.cause);
    }
}

#[test]
fn what_was_before_the_rollout_is_whole_at_every_look() {
    let mut body = plan(MetricKind::Counter, condition(beside("2", None)), None).body;
    body.gates.get_mut("healthy").unwrap().against = Some(Arm::Previous);
    let with = |ms, new| {
        let mut sample = sample(ms, new, events(0, 0));
        sample.arms.insert(Arm::Previous, events(10_000, 200));
        sample
    };
    let mut held = Held::opened(Plan::new(body, BTreeMap::new()), with(0, events(0, 0)));
    assert_eq!(held.look(1_000, with(1_000, events(1_000, 2))).verdict, Pass);
}

#[test]
fn the_whole_service_is_all_releases_or_what_is_of_none() {
    let mut body = plan(MetricKind::Gauge, condition(Bound::Limit(json!(5_000))), None).body;
    let gate = body.gates.get_mut("healthy").unwrap();
    (gate.arm, gate.against) = (Arm::Service, None);
    let plan = Plan::new(body, BTreeMap::new());
    let evidence = one_look(plan.clone(), gauge(0, 1.0, 1.0), gauge(500, 1.0, 2.0), gauge(500, 1.0, 5_001.0));
    holds(&evidence, Fail, Some(5_001.0), Some(5_000.0));
    let lag = |ms, requests, most| {
        let mut sample = sample(ms, Reading { requests, ..Reading::default() }, Reading::default());
        sample.arms.insert(Arm::Service, gauge(0, 0.0, most));
        sample
    };
    let mut held = Held::opened(plan, lag(0, 0, 10.0));
    holds(&held.look(1_000, lag(1_000, 500, 20.0)), Pass, Some(20.0), Some(5_000.0));
}

#[test]
fn late_answers_move_the_window() {
    let mut body = fixture::plan("canary").body;
    let gate = body.gates.get_mut("healthy").unwrap();
    (gate.warm_up_ms, gate.lag_ms) = (200, 300);
    let zero = || Reading { requests: 0, metrics: BTreeMap::from([("errors".to_owned(), MetricReading::ratio(0, 0))]) };
    let held = Held::opened(Plan::new(body, BTreeMap::new()), sample(0, zero(), zero()));
    assert_eq!(held.opens_after_ms, 500);
}
