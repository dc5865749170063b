//! Whatever a source shows, what is no evidence is never a pass.

use std::collections::BTreeMap;

use machine::evidence::Verdict;
use machine::ports::provider::{Reading, Sample};
use machine::reading::{CounterReading, GaugeReading, HistogramReading, MeanReading, MetricReading};
use plan::{Bound, MetricKind, Plan};
use proptest::prelude::*;
use serde_json::json;

use super::held::{Held, sample};
use super::kinds::{beside, condition, exact, plan, quantile, reading};

/// A gate of each kind that a sound release passes, against a limit and against the other arm.
fn gates() -> Vec<Plan> {
    let range = Some((json!(0), json!(1_000)));
    vec![
        plan(MetricKind::Ratio, condition(Bound::Constant(exact("0.02"))), None),
        plan(MetricKind::Ratio, condition(Bound::Against { times: exact("1"), plus: exact("0.02") }), None),
        plan(MetricKind::Distribution, quantile("p95", Bound::Limit(json!(300))), None),
        plan(MetricKind::Distribution, quantile("p50", beside("200", None)), None),
        plan(MetricKind::Mean, condition(Bound::Limit(json!(300))), range.clone()),
        plan(MetricKind::Mean, condition(beside("2", None)), range),
        plan(MetricKind::Mean, condition(Bound::Limit(json!(300))), None),
        plan(MetricKind::Gauge, condition(Bound::Limit(json!(5_000))), None),
        plan(MetricKind::Counter, condition(Bound::Limit(json!(1_000))), None),
        plan(MetricKind::Counter, condition(beside("4", None)), None),
    ]
}

/// What a sound release shows after so many requests.
fn sound(plan: &Plan, requests: u64) -> Reading {
    reading(
        requests,
        match plan.body.metrics["measured"].kind {
            MetricKind::Ratio => MetricReading::ratio(requests / 1_000, requests),
            MetricKind::Distribution => MetricReading::Distribution(HistogramReading {
                bounds: vec![1.0, 100.0, 300.0],
                counts: vec![requests / 10, requests - requests / 10 - requests / 100, requests / 100, 0],
            }),
            MetricKind::Mean => MetricReading::Mean(MeanReading {
                count: requests,
                sum: requests as f64 * 50.0,
                squares: Some(requests as f64 * 3_000.0),
            }),
            MetricKind::Gauge => MetricReading::Gauge(GaugeReading { least: 1.0, most: 2.0 }),
            MetricKind::Counter => MetricReading::Counter(CounterReading { events: requests / 100 }),
        },
    )
}

/// What the other arm shows beside it: what passes passes clearly.
fn other(plan: &Plan, requests: u64) -> Reading {
    match plan.body.metrics["measured"].kind {
        MetricKind::Counter => reading(requests, MetricReading::Counter(CounterReading { events: requests / 10 })),
        _ => sound(plan, requests),
    }
}

fn both(plan: &Plan, ms: u64, requests: u64) -> Sample {
    sample(ms, sound(plan, requests), other(plan, 10 * requests))
}

/// The verdict of a look at the end, after a window that opened with these counters.
fn verdict(plan: &Plan, opened: Sample, seen: Sample) -> (Verdict, String) {
    let evidence = Held::opened(plan.clone(), opened).look(1_000, seen);
    (evidence.verdict, format!("{}: {:?}", evidence.cause, evidence.conditions))
}

fn never_passes(plan: &Plan, opened: Sample, seen: Sample) {
    let (verdict, why) = verdict(plan, opened, seen);
    assert_ne!(verdict, Verdict::Pass, "{why}");
}

/// The counters of one release made worse.
fn of_canary(mut sample: Sample, change: impl Fn(&mut Reading)) -> Sample {
    let canary = crate::fixture::release("new").id;
    sample.releases.get_mut(&canary).into_iter().for_each(change);
    sample
}

#[test]
fn these_gates_pass_a_sound_release() {
    for plan in gates() {
        let (verdict, why) = verdict(&plan, both(&plan, 0, 0), both(&plan, 1_000, 100_000));
        assert_eq!(verdict, Verdict::Pass, "{why}");
    }
}

#[test]
fn no_data_is_no_pass() {
    for plan in gates() {
        let (opened, seen) = (both(&plan, 0, 0), both(&plan, 1_000, 100_000));
        let without = |of: &Sample| Sample { releases: BTreeMap::new(), ..of.clone() };
        never_passes(&plan, opened.clone(), without(&seen));
        never_passes(&plan, without(&opened), seen.clone());
        never_passes(&plan, opened.clone(), of_canary(seen.clone(), |reading| reading.metrics.clear()));
        never_passes(&plan, of_canary(opened.clone(), |reading| reading.metrics.clear()), seen.clone());
        // Nothing happened in the window.
        never_passes(&plan, both(&plan, 0, 100_000), both(&plan, 1_000, 100_000));
        never_passes(&plan, opened, Sample { incarnation: "q".to_owned(), ..seen });
    }
}

#[test]
fn an_empty_arm_is_no_pass() {
    for plan in gates() {
        let opened = both(&plan, 0, 0);
        let empty = sample(1_000, sound(&plan, 0), other(&plan, 100_000));
        never_passes(&plan, opened.clone(), empty);
        if !matches!(plan.body.gates["healthy"].conditions[0].bound, Bound::Constant(_) | Bound::Limit(_)) {
            never_passes(&plan, opened, sample(1_000, sound(&plan, 100_000), other(&plan, 0)));
        }
    }
}

#[test]
fn another_kind_is_no_pass() {
    for plan in gates() {
        let opened = both(&plan, 0, 0);
        for foreign in gates() {
            if plan.body.metrics["measured"].kind != foreign.body.metrics["measured"].kind {
                never_passes(&plan, opened.clone(), both(&foreign, 1_000, 100_000));
                never_passes(&plan, both(&foreign, 0, 0), both(&foreign, 1_000, 100_000));
            }
        }
    }
}

#[test]
fn numbers_that_are_none_are_no_pass_and_can_be_written_down() {
    for plan in gates() {
        for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let spoil = |reading: &mut Reading| {
                reading.metrics.values_mut().for_each(|metric| match metric {
                    MetricReading::Mean(mean) => mean.sum = odd,
                    MetricReading::Gauge(gauge) => gauge.least = odd,
                    MetricReading::Distribution(histogram) => histogram.bounds[0] = odd,
                    MetricReading::Ratio(ratio) => ratio.bad = ratio.total + 1,
                    MetricReading::Counter(counter) => counter.events = u64::MAX,
                });
            };
            never_passes(&plan, both(&plan, 0, 0), of_canary(both(&plan, 1_000, 100_000), spoil));
            never_passes(&plan, of_canary(both(&plan, 0, 1), spoil), both(&plan, 1_000, 100_000));
        }
    }
}

#[test]
fn other_buckets_are_no_pass() {
    for plan in gates().into_iter().filter(|plan| plan.body.metrics["measured"].kind == MetricKind::Distribution) {
        let changed = |reading: &mut Reading| {
            reading.metrics.values_mut().for_each(|metric| {
                if let MetricReading::Distribution(histogram) = metric {
                    histogram.bounds[2] = 400.0;
                }
            });
        };
        never_passes(&plan, both(&plan, 0, 0), of_canary(both(&plan, 1_000, 100_000), changed));
        never_passes(&plan, of_canary(both(&plan, 0, 0), changed), both(&plan, 1_000, 100_000));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Counters that ran backwards begin the window again, with nothing in it.
    #[test]
    fn counters_that_ran_backwards_are_no_pass(which in 0_usize..10, from in 1_u64..1_000_000, by in 1_u64..1_000_000) {
        let plan = gates().remove(which);
        never_passes(&plan, both(&plan, 0, from.saturating_add(by)), both(&plan, 1_000, from));
    }

    /// Too few requests are too few, whatever they show.
    #[test]
    fn too_few_are_no_pass(which in 0_usize..10, before in 0_u64..1_000_000, more in 0_u64..100) {
        let plan = gates().remove(which);
        never_passes(&plan, both(&plan, 0, before), both(&plan, 1_000, before + more));
    }

    /// A sample of another time than the one it was asked for.
    #[test]
    fn stale_samples_are_no_pass(which in 0_usize..10, by in 1_i64..1_000_000) {
        let plan = gates().remove(which);
        let seen = both(&plan, 1_000, 100_000);
        never_passes(&plan, both(&plan, 0, 0), Sample { at_ms: seen.at_ms - by, ..seen.clone() });
        never_passes(&plan, both(&plan, 0, 0), Sample { at_ms: seen.at_ms + by, ..seen.clone() });
        let opened = both(&plan, 0, 0);
        never_passes(&plan, Sample { at_ms: opened.at_ms - by, ..opened }, seen);
    }
}
