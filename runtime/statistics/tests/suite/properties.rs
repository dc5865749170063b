//! What holds for all counts, margins and levels.

use proptest::prelude::*;
use statistics::{
    Counts, MOST_REQUESTS, Margin, Verdict, fail_limit_within, fail_within, judge_difference, judge_limit, pass_within,
    requests_to_fail, requests_to_fail_limit, requests_to_pass,
};

fn arm() -> impl Strategy<Value = Counts> {
    let total = prop_oneof![0..40_u64, 0..5_000_u64, 0..1_000_000_000_000_u64];
    let share = prop_oneof![0.0..0.01_f64, 0.0..=1.0_f64];
    (total, share).prop_map(|(total, share)| {
        let bad = (total as f64 * share) as u64;
        Counts::new(total, bad.min(total)).expect("bad <= total")
    })
}

fn any_margin() -> impl Strategy<Value = Margin> {
    prop_oneof![
        Just(Margin::NONE),
        (0.0..0.1_f64, 0.0..3.0_f64).prop_map(|(plus, times)| Margin::new(plus, times).expect("a margin")),
    ]
}

fn worse(arm: Counts, by: u64) -> Counts {
    let bad = arm.bad().saturating_add(by).min(arm.total());
    Counts::new(arm.total(), bad).expect("bad <= total")
}

/// Accuracy promised for the evidence, in nats, with room for its size.
fn slack(ln_e: f64) -> f64 {
    1e-8 + 1e-9 * ln_e.abs()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn worse_canaries_give_more_evidence_to_fail_and_less_to_pass(
        canary in arm(), stable in arm(), margin in any_margin(), by in 1..100_u64,
    ) {
        let before = judge_difference(canary, stable, margin, 0.05, 0.05);
        let after = judge_difference(worse(canary, by), stable, margin, 0.05, 0.05);
        prop_assert!(after.ln_e_fail.max(0.0) >= before.ln_e_fail.max(0.0) - slack(before.ln_e_fail),
            "{before:?} {after:?}");
        prop_assert!(after.ln_e_pass.max(0.0) <= before.ln_e_pass.max(0.0) + slack(before.ln_e_pass),
            "{before:?} {after:?}");
    }

    #[test]
    fn worse_arms_give_more_evidence_against_a_limit(
        arm in arm(), limit in 0.0..0.2_f64, by in 1..100_u64,
    ) {
        let before = judge_limit(arm, limit, 0.05, 0.05);
        let after = judge_limit(worse(arm, by), limit, 0.05, 0.05);
        prop_assert!(after.ln_e_fail.max(0.0) >= before.ln_e_fail.max(0.0) - slack(before.ln_e_fail));
        prop_assert!(after.ln_e_pass.max(0.0) <= before.ln_e_pass.max(0.0) + slack(before.ln_e_pass));
    }

    /// The interval is the inversion of the judge: a limit below it fails, one
    /// above it passes, one inside does neither.
    #[test]
    fn the_interval_agrees_with_the_verdict(arm in arm(), limit in 0.0..1.0_f64) {
        let judged = judge_limit(arm, limit, 0.05, 0.01);
        let (low, high) = judged.interval;
        match judged.verdict {
            Verdict::Fail => prop_assert!(limit <= low + 1e-12),
            Verdict::Pass => prop_assert!(limit >= high - 1e-12),
            Verdict::Inconclusive => prop_assert!(low - 1e-12 <= limit && limit <= high + 1e-12),
        }
    }

    /// Without a margin, evidence to fail one arm is evidence to pass the
    /// other, up to what their mixtures differ in: the "unchanged" half (ln 2)
    /// and the prior's end at 100 % (density (1 - p)^(-1/6), a sixth of ln n).
    #[test]
    fn arms_mirror_each_other(one in arm(), other in arm()) {
        let here = judge_difference(one, other, Margin::NONE, 0.05, 0.05);
        let there = judge_difference(other, one, Margin::NONE, 0.05, 0.05);
        prop_assert_eq!(here.estimate, -there.estimate);
        prop_assert!(!(here.verdict == Verdict::Fail && there.verdict == Verdict::Fail));
        let ends = 0.5 + libm::log((one.total() + 1) as f64) / 6.0;
        let least = here.ln_e_fail - core::f64::consts::LN_2 - ends;
        prop_assert!(there.ln_e_pass >= least - slack(least));
        if here.ln_e_fail > 1.0 {
            prop_assert!(there.ln_e_pass <= here.ln_e_fail + 0.3 + slack(here.ln_e_fail));
        }
    }

    /// Evidence is an infimum over the null: no point of it is less refuted.
    #[test]
    fn no_point_on_the_margin_explains_the_data_better(
        canary in arm(), stable in arm(), margin in any_margin(), at in 0.0..1.0_f64,
    ) {
        let judged = judge_difference(canary, stable, margin, 0.05, 0.05);
        let apart = judge_difference(canary, stable, Margin::new(1.0, 1.0).unwrap(), 0.05, 0.05).ln_e_fail;
        let allowed = margin.allowed(at);
        prop_assume!(allowed <= 1.0 && canary.total() > 0 && stable.total() > 0);
        let distance = nats_from(canary, allowed) + nats_from(stable, at);
        prop_assert!(judged.ln_e_fail <= apart + distance + 1e-3 + 1e-6 * distance.abs(),
            "{judged:?} {apart} {distance}");
    }

    /// A looser level never loses a verdict.
    #[test]
    fn looser_levels_keep_the_verdict(canary in arm(), stable in arm(), margin in any_margin()) {
        let strict = judge_difference(canary, stable, margin, 0.001, 0.001).verdict;
        let loose = judge_difference(canary, stable, margin, 0.1, 0.1).verdict;
        prop_assert!(strict == Verdict::Inconclusive || strict == loose);
    }
}

/// Monotone over every count of a canary, also where priors bend: small arms
/// and rates near 0 and 100 %.
#[test]
fn every_further_bad_request_counts_against_the_canary() {
    let margins = [(0.0, 1.0), (0.02, 1.0), (0.0, 1.1), (0.0, 2.0), (0.1, 0.0)];
    for (plus, times) in margins {
        let margin = Margin::new(plus, times).unwrap();
        for (n, beside) in [(1, 1), (5, 4), (21, 100), (60, 7), (227, 12), (300, 20_000)] {
            for j in [0, 1, 2, beside / 4, beside / 2, beside - 1, beside] {
                let stable = Counts::new(beside, j.min(beside)).unwrap();
                let mut last = (0.0_f64, f64::INFINITY);
                for k in 0..=n {
                    let canary = Counts::new(n, k).unwrap();
                    let judged = judge_difference(canary, stable, margin, 0.05, 0.05);
                    let now = (judged.ln_e_fail.max(0.0), judged.ln_e_pass.max(0.0));
                    assert!(now.0 >= last.0 - slack(last.0), "{k}/{n} {j}/{beside} {margin:?}");
                    assert!(now.1 <= last.1 + slack(now.1), "{k}/{n} {j}/{beside} {margin:?}");
                    last = now;
                }
            }
        }
    }
}

/// The plain textbook form of ln(L(p̂) / L(p)), accurate enough for a bound.
fn nats_from(arm: Counts, p: f64) -> f64 {
    let part = |k: u64, p: f64| {
        if k == 0 {
            0.0
        } else {
            let share = k as f64 / arm.total() as f64;
            k as f64 * (libm::log(share) - libm::log(p))
        }
    };
    part(arm.bad(), p) + part(arm.good(), 1.0 - p)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_look_says_what_the_search_says(
        usual in prop_oneof![Just(0.0), 0.0..0.02_f64, 0.0..=1.0_f64], margin in any_margin(), share in 0.001..0.999_f64,
        alpha in 0.001..0.5_f64, n in prop_oneof![0..1_000_u64, 0..1_000_000_000_u64, Just(u64::MAX)],
    ) {
        let least = requests_to_pass(usual, margin, share, alpha);
        let within = |n| pass_within(n, usual, margin, share, alpha);
        prop_assert_eq!(within(n), least.is_some_and(|least| least <= n));
        if let Some(least) = least {
            prop_assert!(within(least) && !within(least - 1) && within(MOST_REQUESTS));
        }
    }

    #[test]
    fn one_look_at_a_failure_says_what_the_search_says(
        rate in prop_oneof![0.0..0.02_f64, 0.0..=1.0_f64], usual in prop_oneof![Just(0.0), 0.0..0.02_f64, 0.0..=1.0_f64],
        margin in any_margin(), share in 0.001..0.999_f64, alpha in 0.001..0.5_f64,
        n in prop_oneof![0..1_000_u64, 0..1_000_000_000_u64, Just(u64::MAX)],
    ) {
        let told = |least: Option<u64>| least.is_some_and(|least| least <= n);
        let beside = requests_to_fail(rate, usual, margin, share, alpha);
        prop_assert_eq!(fail_within(n, rate, usual, margin, share, alpha), told(beside));
        let limit = requests_to_fail_limit(rate, usual, alpha);
        prop_assert_eq!(fail_limit_within(n, rate, usual, alpha), told(limit));
    }
}
