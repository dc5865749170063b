//! What holds between judgements: monotony, symmetry, scales and units.

use proptest::prelude::*;
use statistics::kayenta::{Class, Metric, classify, common_language, shift, shift_z};
use statistics::several::{average, corrected, holm};
use statistics::tails::{at_least, at_most, exactly, rate_interval};
use statistics::threshold::in_a_row;
use statistics::{
    Allowance, Counts, Histogram, Margin, MeanGate, MeansGate, Range, Stretch, Threshold, Which, judge_once,
    judge_quantile, judge_shares, mean_interval, power, quantile_interval, quantile_sequence,
};

fn arm() -> impl Strategy<Value = Counts> {
    let total = prop_oneof![0..40_u64, 0..5_000_u64, 0..1_000_000_000_u64];
    let share = prop_oneof![0.0..0.01_f64, 0.0..=1.0_f64];
    (total, share).prop_map(|(total, share)| {
        let bad = (total as f64 * share) as u64;
        Counts::new(total, bad.min(total)).expect("bad <= total")
    })
}

fn worse(arm: Counts, by: u64) -> Counts {
    let bad = arm.bad().saturating_add(by).min(arm.total());
    Counts::new(arm.total(), bad).expect("bad <= total")
}

fn points() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((0..50_i32).prop_map(f64::from), 1..25)
}

fn sorted(mut points: Vec<f64>) -> Vec<f64> {
    points.sort_by(f64::total_cmp);
    points
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + a.abs())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tails_add_up_and_rise_with_the_rate(arm in arm(), p in 0.0..1.0_f64, step in 0.0..0.1_f64) {
        let (n, k) = (arm.total(), arm.bad());
        let sum = at_least(n, p, k) + at_most(n, p, k) - exactly(n, p, k);
        prop_assert!((sum - 1.0).abs() < 1e-7, "{sum}");
        let higher = (p + step).min(1.0);
        prop_assert!(at_least(n, higher, k) >= at_least(n, p, k) * (1.0 - 1e-9));
        // Turned round, bad requests are good ones.
        prop_assert!((at_least(n, p, k) - at_most(n, 1.0 - p, n - k)).abs() < 1e-7);
    }

    #[test]
    fn intervals_hold_the_rate_and_narrow_with_the_level(arm in arm()) {
        let (low, high) = rate_interval(arm, 0.05);
        let rate = arm.rate().unwrap_or(0.5);
        prop_assert!(0.0 <= low && low <= rate && rate <= high && high <= 1.0);
        let (wide_low, wide_high) = rate_interval(arm, 0.01);
        prop_assert!(wide_low <= low && high <= wide_high);
    }

    #[test]
    fn worse_canaries_are_never_better_judged_at_one_look(
        canary in arm(), other in arm(), plus in prop_oneof![Just(0.0), 0.0..0.1_f64], times in 0.1..3.0_f64, by in 1..50_u64,
    ) {
        let margin = Margin::new(plus, times).expect("a margin");
        let before = judge_once(canary, other, margin, 0.05, 0.05);
        let after = judge_once(worse(canary, by), other, margin, 0.05, 0.05);
        prop_assert!(after.p_fail <= before.p_fail * (1.0 + 1e-8) && after.p_pass >= before.p_pass * (1.0 - 1e-8));
        let lenient = judge_once(canary, worse(other, by), margin, 0.05, 0.05);
        prop_assert!(lenient.p_fail >= before.p_fail * (1.0 - 1e-8) && lenient.p_pass <= before.p_pass * (1.0 + 1e-8));
    }

    #[test]
    fn arms_mirror_each_other_at_one_look(one in arm(), other in arm()) {
        let here = judge_once(one, other, Margin::NONE, 0.05, 0.05);
        let there = judge_once(other, one, Margin::NONE, 0.05, 0.05);
        prop_assert!((here.p_fail - there.p_pass).abs() < 1e-7 && (here.p_pass - there.p_fail).abs() < 1e-7);
    }

    #[test]
    fn every_error_of_the_canary_counts_against_it(
        canary in 0..400_u64, other in 0..4_000_u64, share in 0.005..0.6_f64, times in 0.5..3.0_f64,
    ) {
        let judge = |canary, other| judge_shares(&[Stretch { canary, other, canary_share: share }], times, 0.05, 0.05);
        let (before, after) = (judge(canary, other), judge(canary + 1, other));
        prop_assert!(after.ln_e_fail.max(0.0) >= before.ln_e_fail.max(0.0) - 1e-8, "{before:?} {after:?}");
        prop_assert!(after.ln_e_pass.max(0.0) <= before.ln_e_pass.max(0.0) + 1e-8, "{before:?} {after:?}");
        let relieved = judge(canary, other + 1);
        prop_assert!(relieved.ln_e_fail.max(0.0) <= before.ln_e_fail.max(0.0) + 1e-8);
    }

    #[test]
    fn more_requests_and_looser_levels_are_more_power(
        n in 1..3_000_u64, p0 in 0.0..1.0_f64, p1 in 0.0..1.0_f64, alpha in 0.001..0.3_f64,
    ) {
        let here = power(n, p0, p1, alpha);
        prop_assert!(here >= alpha - 1e-9 && here <= 1.0, "never worse than a coin of chance alpha: {here}");
        prop_assert!(power(n + 1, p0, p1, alpha) >= here - 1e-9);
        prop_assert!(power(n, p0, p1, alpha * 1.5) >= here - 1e-9);
        prop_assert!((here - power(n, 1.0 - p0, 1.0 - p1, alpha)).abs() < 1e-9);
    }

    #[test]
    fn quantiles_do_not_depend_on_the_unit(
        counts in prop::collection::vec(0..3_000_u64, 4), q in 0.01..0.99_f64, limit in 0.0..4.0_f64, power_of_two in -9..9_i32,
    ) {
        let unit = 2.0_f64.powi(power_of_two);
        let of = |unit: f64| Histogram::new(&[unit, 2.0 * unit, 3.0 * unit], &counts).expect("a histogram");
        let (here, there) = (of(1.0), of(unit));
        prop_assert_eq!(judge_quantile(&here, q, limit, 0.05, 0.05), judge_quantile(&there, q, limit * unit, 0.05, 0.05));
        let (one, every) = (quantile_interval(&here, q, 0.05), quantile_sequence(&here, q, 0.05));
        prop_assert_eq!(one.low.map(|x| x * unit), quantile_interval(&there, q, 0.05).low);
        // What holds at every look is not narrower than what holds at one.
        prop_assert!(every.low.is_none_or(|low| one.low.is_some_and(|other| other >= low)));
        prop_assert!(every.high.is_none_or(|high| one.high.is_some_and(|other| other <= high)));
        let stricter = quantile_sequence(&here, q, 0.001);
        prop_assert!(stricter.low.is_none_or(|low| every.low.is_some_and(|other| other >= low)));
    }

    #[test]
    fn means_do_not_depend_on_the_unit_and_mirror(values in prop::collection::vec(0.0..1.0_f64, 1..60), limit in 0.05..0.95_f64) {
        let judged = |low: f64, high: f64, scale: &dyn Fn(f64) -> f64| {
            let mut gate = MeanGate::new(Range::new(low, high).expect("a range"), scale(limit));
            values.iter().for_each(|x| gate.observe(scale(*x)).expect("within the range"));
            gate.judgement(0.05, 0.05)
        };
        let here = judged(0.0, 1.0, &|x| x);
        let there = judged(-300.0, 500.0, &|x| -300.0 + 800.0 * x);
        let mirrored = judged(-1.0, 0.0, &|x| -x);
        prop_assert!(near(here.ln_e_fail, there.ln_e_fail) && near(here.ln_e_pass, there.ln_e_pass));
        prop_assert!(near(here.ln_e_fail, mirrored.ln_e_pass) && near(here.ln_e_pass, mirrored.ln_e_fail));
        let (low, high) = mean_interval(Range::new(0.0, 1.0).expect("a range"), &values, 0.05).expect("within");
        prop_assert!(low <= high && (0.0..=1.0).contains(&low) && high <= 1.0);
    }

    #[test]
    fn more_allowance_is_never_stricter(
        canary in prop::collection::vec(0.0..1.0_f64, 1..30), other in prop::collection::vec(0.0..1.0_f64, 1..30), more in 0.0..0.5_f64,
    ) {
        let judged = |plus: f64| {
            let mut gate = MeansGate::new(Range::new(0.0, 1.0).expect("a range"), Allowance::new(plus, 1.0).expect("finite"));
            canary.iter().for_each(|x| gate.observe(Which::Canary, *x).expect("within"));
            other.iter().for_each(|x| gate.observe(Which::Other, *x).expect("within"));
            gate.judgement(0.05, 0.05)
        };
        let (strict, lenient) = (judged(0.0), judged(more));
        prop_assert!(lenient.ln_e_fail <= strict.ln_e_fail + 1e-9 && lenient.ln_e_pass >= strict.ln_e_pass - 1e-9);
    }

    #[test]
    fn runs_of_failures_grow_with_looks_and_shrink_with_length(bad in 0.0..1.0_f64, run in 1..6_u8, looks in 0..200_u64) {
        let here = in_a_row(bad, run, looks);
        prop_assert!((0.0..=1.0).contains(&here));
        prop_assert!(in_a_row(bad, run, looks + 1) >= here - 1e-12);
        prop_assert!(in_a_row(bad, run + 1, looks) <= here + 1e-12);
        let threshold = Threshold { limit: 0.01, in_a_row: run };
        prop_assert!(threshold.ever(500, 0.02, looks) >= threshold.ever(500, 0.01, looks) - 1e-12);
    }

    #[test]
    fn sharing_a_level_loses_less_than_splitting_it(p in prop::collection::vec(0.0..0.2_f64, 1..8)) {
        let refused = holm(&p, 0.05);
        for (p_value, by_holm) in p.iter().zip(&refused) {
            prop_assert!(*by_holm || *p_value * p.len() as f64 > 0.05);
            prop_assert!(!*by_holm || *p_value <= 0.05);
        }
        let ln_e: Vec<f64> = p.iter().map(|p| -libm::log(*p + 1e-9) - 1.0).collect();
        let least = ln_e.iter().copied().fold(f64::INFINITY, f64::min);
        for (own, with_others) in ln_e.iter().zip(corrected(&ln_e)) {
            prop_assert!(with_others <= own + 1e-12 && with_others >= least - 1e-12);
            prop_assert!(with_others >= own - libm::log(p.len() as f64) - 1e-9);
        }
        prop_assert!(average(&ln_e) >= least - 1e-12);
    }

    #[test]
    fn shifts_mirror_and_scale(x in points(), y in points(), power_of_two in -5..5_i32) {
        let (x, y) = (sorted(x), sorted(y));
        prop_assert!(near(shift_z(&x, &y, 1.0), -shift_z(&y, &x, -1.0)));
        let chance = common_language(&x, &y).expect("points");
        prop_assert!(near(chance, 1.0 - common_language(&y, &x).expect("points")));
        let unit = 2.0_f64.powi(power_of_two);
        let scaled = |points: &[f64]| points.iter().map(|p| p * unit).collect::<Vec<_>>();
        let (here, there) = (shift(&x, &y, 0.98).expect("a shift"), shift(&scaled(&x), &scaled(&y), 0.98).expect("a shift"));
        prop_assert!(near(here.low * unit, there.low) && near(here.high * unit, there.high));
        prop_assert!(here.low <= here.estimate + 1e-9 && here.estimate <= here.high + 1e-9);
    }

    #[test]
    fn a_better_experiment_is_never_high_where_a_worse_one_is_not(x in points(), y in points(), by in 0..40_i32) {
        let metric = Metric { tolerance: 0.0, ..Metric::default() };
        let more: Vec<f64> = x.iter().map(|p| p + f64::from(by)).collect();
        let (here, there) = (classify(&metric, &x, &y).class, classify(&metric, &more, &y).class);
        prop_assert!(here != Class::High || there == Class::High, "{here:?} {there:?}");
    }
}
