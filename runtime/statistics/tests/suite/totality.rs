//! Every judge at the ends of its domain and beyond: an answer, never a NaN, never a verdict from nothing.

use statistics::burn::WORKBOOK;
use statistics::kayenta::{
    Class, Effect, EffectSize, Group, Level, Metric, NanStrategy, Thresholds, classify, mean_ratio, score, shift,
    shift_z,
};
use statistics::power::{divergence, information};
use statistics::several::{average, corrected, holm};
use statistics::share::ln_share_evidence;
use statistics::tails::{at_least, at_most, exactly, rate_interval};
use statistics::threshold::{in_a_row, more_than, to_tolerate};
use statistics::{
    Allowance, Baseline, Counts, Histogram, Margin, MeanGate, MeansGate, Range, Stretch, Threshold, Verdict, Which,
    judge_burn, judge_limit_once, judge_once, judge_quantile, judge_quantiles, judge_shares, mean_interval, power,
    quantile_interval, quantile_sequence, requests_to_bound, requests_to_tell,
};

const TRILLION: u64 = 1_000_000_000_000;
const TOTALS: [u64; 6] = [0, 1, 2, 1000, 100_000_000, TRILLION];
const NUMBERS: [f64; 12] =
    [0.0, 1.0, -1.0, 0.5, 1e-12, 1e-320, 1.0 - 1e-16, 2.0, 1e300, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];

fn arms() -> Vec<Counts> {
    let of = |n: u64| [0, 1, n / 1000, n / 2, n.saturating_sub(1), n].map(|bad| (n, bad.min(n)));
    TOTALS.iter().flat_map(|n| of(*n)).map(|(n, bad)| Counts::new(n, bad).expect("bad <= total")).collect()
}

fn is_chance(p: f64) -> bool {
    (0.0..=1.0).contains(&p)
}

#[test]
fn tails_and_intervals() {
    for arm in arms() {
        for p in NUMBERS {
            for chance in [at_least, at_most, exactly].map(|tail| tail(arm.total(), p, arm.bad())) {
                assert!(is_chance(chance), "{arm:?} {p} {chance}");
            }
            let (low, high) = rate_interval(arm, p);
            assert!(0.0 <= low && low <= high && high <= 1.0, "{arm:?} {p}");
        }
        assert_eq!(rate_interval(Counts::default(), 0.05), (0.0, 1.0));
    }
    assert_eq!((at_least(3, 0.5, 4), at_most(3, 0.5, 4), exactly(3, 0.5, 4)), (0.0, 1.0, 0.0));
}

#[test]
fn one_look() {
    let margins = [(0.0, 1.0), (0.02, 1.0), (0.0, 0.0), (0.0, 1e300), (1.0, 1.0), (-0.5, 1.0), (1e-300, 2.0)];
    for canary in arms() {
        for limit in NUMBERS {
            let judged = judge_limit_once(canary, limit, 0.05, 0.01);
            assert!(is_chance(judged.p_fail) && is_chance(judged.p_pass), "{judged:?}");
            assert!(canary.total() > 0 && !limit.is_nan() || judged.verdict == Verdict::Inconclusive);
        }
        for other in arms().into_iter().step_by(5) {
            for (plus, times) in margins {
                let margin = Margin::new(plus, times).expect("a margin");
                let judged = judge_once(canary, other, margin, 0.05, 0.01);
                assert!(
                    is_chance(judged.p_fail) && is_chance(judged.p_pass) && judged.estimate.is_finite(),
                    "{judged:?}"
                );
                let compared = canary.total() > 0 && other.total() > 0;
                assert!(compared || judged.verdict == Verdict::Inconclusive);
                for level in [0.0, 1.0, -1.0, f64::NAN] {
                    assert_eq!(judge_once(canary, other, margin, level, level).verdict, Verdict::Inconclusive);
                }
            }
        }
    }
}

#[test]
fn shares() {
    for canary in TOTALS {
        for other in TOTALS {
            for share in NUMBERS {
                for times in NUMBERS {
                    let judged = judge_shares(&[Stretch { canary, other, canary_share: share }], times, 0.05, 0.01);
                    assert!(judged.ln_e_fail.is_finite() && judged.ln_e_pass.is_finite() && is_chance(judged.estimate));
                    let known = canary + other > 0 && share > 0.0 && share < 1.0 && times > 0.0 && times.is_finite();
                    assert!(known || judged.verdict == Verdict::Inconclusive, "{judged:?}");
                }
                assert!(ln_share_evidence(canary, other, share, 0.5, 0.5).is_finite());
                assert!(ln_share_evidence(canary, other, 0.1, share, 1.0).is_finite());
            }
        }
    }
}

#[test]
fn power_and_needs() {
    for n in TOTALS {
        for p0 in NUMBERS {
            for p1 in NUMBERS {
                assert!(is_chance(power(n, p0, p1, 0.05)), "{n} {p0} {p1}");
                assert!(divergence(p0, p1) >= 0.0);
                assert!(!information(n, p0, p1, 0.01).is_nan());
            }
        }
    }
    for p in NUMBERS {
        for baseline in [Baseline::Known, Baseline::Requests(0), Baseline::PerCanary(p)] {
            let _ = requests_to_tell(p, 0.01, 0.05, 0.2, baseline);
            assert_eq!(requests_to_tell(0.01, 0.01, 0.05, 0.2, baseline), None);
            assert_eq!(requests_to_tell(0.01, 0.02, p.max(1.0), 0.2, baseline), None);
        }
        assert!(requests_to_bound(p, 0.05).is_none_or(|n| n <= TRILLION));
    }
    // Twenty baseline requests tell no canary, however large, 1 % from 0.1 %.
    assert_eq!(requests_to_tell(0.001, 0.01, 0.05, 0.2, Baseline::Requests(20)), None);
    let measured = requests_to_tell(0.001, 0.01, 0.05, 0.2, Baseline::PerCanary(19.0)).expect("within reach");
    assert!(measured.known == 292 && measured.measured > 0 && measured.least() >= 292);
    // A trillion requests are told apart, and no more are asked for.
    let fine = requests_to_tell(0.5, 0.500_01, 0.05, 0.2, Baseline::Known).expect("within reach");
    assert!(fine.least() > 1_000_000_000 && fine.least() < TRILLION);
}

#[test]
fn thresholds() {
    for limit in NUMBERS {
        for rate in NUMBERS {
            for requests in TOTALS {
                let threshold = Threshold { limit, in_a_row: 3 };
                assert!(is_chance(threshold.one_interval(requests, rate)), "{limit} {rate} {requests}");
                assert!(threshold.intervals_until(requests, rate).is_none_or(|looks| looks >= 3.0 - 1e-9));
            }
            assert!(is_chance(in_a_row(rate, 0, 1000)) && is_chance(in_a_row(rate, 255, TRILLION)));
            assert!(is_chance(more_than(rate, u64::MAX, TRILLION)));
        }
        let _ = to_tolerate(0.3, 1000, limit);
    }
    assert_eq!(to_tolerate(0.05, 60, 0.05), Some(6));
    // Beyond the looks that are computed one by one, the chance still rises to 1 and not above.
    let (near, far) = (in_a_row(0.01, 3, 100_000), in_a_row(0.01, 3, 1_000_000));
    assert!(near < far && (far - (1.0 - libm::exp(-0.99))).abs() < 1e-2, "{near} {far}");
}

#[test]
fn several_gates() {
    assert_eq!(holm(&[f64::NAN, 0.001, -1.0, 0.04], 0.05), [false, true, false, false]);
    assert!(holm(&[0.0; 3], f64::NAN).iter().all(|refused| !refused));
    assert_eq!(average(&[]), 0.0);
    assert!(corrected(&NUMBERS).iter().all(|e| !e.is_nan()));
    assert!(!average(&NUMBERS[..10]).is_nan());
}

#[test]
fn burns() {
    for objective in NUMBERS {
        for factor in NUMBERS {
            for counts in arms() {
                if let Some(judged) = judge_burn(counts, objective, factor, 0.05, 0.05) {
                    assert!(judged.ln_e_fail.is_finite() && judged.ln_e_pass.is_finite());
                }
                assert!(!WORKBOOK[0].burning(Counts::default(), counts, objective, factor));
            }
            assert!(
                WORKBOOK[0].time_to_detect(factor, objective).is_none_or(|seconds| (0.0..=3600.0).contains(&seconds))
            );
        }
        assert!(WORKBOOK[3].factor(objective).is_none_or(|factor| factor > 0.0));
    }
}

#[test]
fn quantiles() {
    for counts in [[0, 0, 0], [1, 0, 0], [0, TRILLION, 1], [TRILLION, TRILLION, TRILLION]] {
        let seen = Histogram::new(&[0.1, 0.2], &counts).expect("a histogram");
        for q in NUMBERS {
            for x in NUMBERS {
                let judged = judge_quantile(&seen, q, x, 0.05, 0.05);
                assert!(judged.least.ln_e_fail.is_finite() && judged.most.ln_e_pass.is_finite());
                assert!(seen.total() > 0 || judged.verdict == Verdict::Inconclusive);
                let _ = (quantile_interval(&seen, q, x), quantile_sequence(&seen, q, x));
                let _ = judge_quantiles(&seen, &seen, q, Allowance::NONE, x, x);
            }
        }
    }
    let none = Histogram::new(&[], &[7]).expect("a histogram of one bucket");
    assert_eq!(quantile_sequence(&none, 0.5, 0.05).high, None);
}

#[test]
fn means() {
    for (low, high) in [(0.0, 1.0), (-1e300, 1e300), (0.0, 1e-320)] {
        let Ok(range) = Range::new(low, high) else { panic!("{low} {high}") };
        for limit in NUMBERS {
            let mut one = MeanGate::new(range, limit);
            let mut two = MeansGate::new(range, Allowance::new(0.0, 1.0).expect("finite"));
            assert_eq!(one.judgement(0.05, 0.05).verdict, Verdict::Inconclusive);
            assert_eq!(two.judgement(0.05, 0.05).verdict, Verdict::Inconclusive);
            for value in [low, high, high, low, high] {
                one.observe(value).expect("within the range");
                two.observe(Which::Canary, value).expect("within the range");
            }
            let judged = one.judgement(0.05, 0.05);
            assert!(judged.ln_e_fail.is_finite() && judged.ln_e_pass.is_finite() && judged.estimate.is_finite());
            assert_eq!(two.judgement(0.05, 0.05).verdict, Verdict::Inconclusive);
            two.observe(Which::Other, high).expect("within the range");
            let judged = two.judgement(f64::NAN, 1.0);
            assert!(judged.verdict == Verdict::Inconclusive && judged.estimate.is_finite());
        }
        assert!(MeanGate::new(range, 0.5).observe(f64::NAN).is_err());
        assert_eq!(mean_interval(range, &[], 0.05).expect("no value is outside"), (low, high));
        assert!(mean_interval(range, &[f64::INFINITY], 0.05).is_err());
    }
    for (low, high) in [(1.0, 1.0), (2.0, 1.0), (f64::NAN, 1.0), (0.0, f64::INFINITY), (f64::MIN, f64::MAX)] {
        assert!(Range::new(low, high).expect_err("refused").to_string().contains("is no range"));
    }
    let outside = MeanGate::new(Range::new(0.0, 10.0).expect("a range"), 5.0).observe(11.0).expect_err("refused");
    assert_eq!(outside.to_string(), "11 lies outside the declared range 0 to 10: widen the range, or cap the metric");
    assert!(Allowance::new(1.0, -1.0).is_err() && Allowance::new(f64::NAN, 1.0).is_err());
}

#[test]
fn kayenta() {
    let series: [&[f64]; 7] =
        [&[], &[0.0], &[-0.0, 0.0], &[1.0, 2.0, 3.0], &[f64::NAN; 3], &[f64::INFINITY, 1.0], &[f64::MAX, f64::MIN]];
    for x in series {
        for y in series {
            for size in [EffectSize::MeanRatio, EffectSize::CommonLanguage] {
                for nan in [NanStrategy::Remove, NanStrategy::Zero] {
                    let metric = Metric { effect: Effect::any(size), nan, ..Metric::default() };
                    let reading = classify(&metric, x, y);
                    assert!(reading.effect.is_none_or(|effect| !effect.is_nan()), "{reading:?}");
                }
            }
            for mu in NUMBERS {
                assert!(!shift_z(x, y, mu).is_nan());
            }
        }
    }
    assert_eq!(shift(&[], &[1.0], 0.98), None);
    assert_eq!(mean_ratio(&[0.0], &[1.0]), None);
}

fn reading(class: Class, critical: bool) -> statistics::kayenta::Reading {
    statistics::kayenta::Reading { class, critical, shift: None, effect: None }
}

/// The published rules of the score: pass / (all with data), weights, critical metrics, thresholds.
#[test]
fn kayenta_scores() {
    let thresholds = Thresholds { marginal: 50.0, pass: 80.0 };
    let group =
        |weight, classes: &[Class]| Group { weight, readings: classes.iter().map(|c| reading(*c, false)).collect() };
    let two = [group(Some(60.0), &[Class::Pass, Class::High, Class::NoData]), group(None, &[Class::Pass])];
    let outcome = score(&two, thresholds);
    assert_eq!((outcome.score, outcome.level), (70.0, Level::Marginal));
    assert_eq!(outcome.groups, [Some(50.0), Some(100.0)]);
    assert_eq!(score(&[group(None, &[Class::Pass])], thresholds).level, Level::Pass);
    assert_eq!(score(&[group(None, &[Class::NoDataFail])], thresholds).level, Level::Fail);
    assert_eq!(score(&[group(None, &[Class::NoData])], thresholds).level, Level::NoData);
    assert_eq!(score(&[], thresholds).level, Level::NoData);
    let critical = Group { weight: None, readings: vec![reading(Class::Pass, false), reading(Class::High, true)] };
    let outcome = score(&[critical], Thresholds { marginal: 0.0, pass: 0.0 });
    assert_eq!((outcome.score, outcome.level), (0.0, Level::Fail));
}

/// The published rules of a metric: 98 %, a tolerance of a quarter of the shift, direction, size of the effect.
#[test]
fn kayenta_classes() {
    let low: Vec<f64> = (0..20_u32).map(f64::from).collect();
    let high: Vec<f64> = (0..20_u32).map(|i| f64::from(i) + 30.0).collect();
    let metric = Metric::default();
    let class = |metric: &Metric, x: &[f64], y: &[f64]| classify(metric, x, y).class;
    assert_eq!(class(&metric, &high, &low), Class::High);
    assert_eq!(class(&metric, &low, &high), Class::Low);
    assert_eq!(class(&metric, &low, &low), Class::Pass);
    assert_eq!(class(&metric, &[5.0; 9], &[5.0; 7]), Class::Pass);
    assert_eq!(class(&metric, &[6.0; 9], &[5.0; 7]), Class::High);
    let only = |direction| Metric { direction, ..metric };
    assert_eq!(class(&only(statistics::kayenta::Direction::Decrease), &high, &low), Class::Pass);
    assert_eq!(class(&only(statistics::kayenta::Direction::Increase), &low, &high), Class::Pass);
    let large = Effect { allowed_increase: 100.0, ..Effect::any(EffectSize::MeanRatio) };
    assert_eq!(class(&Metric { effect: large, ..metric }, &high, &low), Class::Pass);
    let critical = Effect { critical_increase: Some(2.0), ..Effect::any(EffectSize::MeanRatio) };
    assert!(classify(&Metric { effect: critical, ..metric }, &high, &low).critical);
    assert!(!classify(&metric, &high, &low).critical);
    assert_eq!(class(&metric, &[f64::NAN], &low), Class::NoData);
    assert_eq!(class(&Metric { must_have_data: true, ..metric }, &[], &low), Class::NoDataFail);
    assert_eq!(class(&Metric { nan: NanStrategy::Zero, ..metric }, &[f64::NAN; 8], &high), Class::Low);
}
