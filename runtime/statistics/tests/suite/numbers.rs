//! Numbers that must not drift: those a gate's author is told, and the ends
//! of the domain.

use statistics::{
    Counts, Judgement, MOST_REQUESTS, Margin, Verdict, judge_difference, judge_limit, requests_to_fail,
    requests_to_pass,
};

fn counts(total: u64, bad: u64) -> Counts {
    Counts::new(total, bad).expect("bad <= total")
}

fn margin(plus: f64, times: f64) -> Margin {
    Margin::new(plus, times).expect("a margin")
}

fn sound(judgement: &Judgement) {
    let Judgement { verdict: _, estimate, interval: (low, high), ln_e_fail, ln_e_pass, needed_fail, needed_pass } =
        *judgement;
    for number in [estimate, low, high, ln_e_fail, ln_e_pass, needed_fail, needed_pass] {
        assert!(number.is_finite(), "{judgement:?}");
    }
    assert!(0.0 <= low && low <= high && high <= 1.0, "{judgement:?}");
    let (fails, passes) = (ln_e_fail >= needed_fail, ln_e_pass >= needed_pass);
    assert!(!(fails && passes), "{judgement:?}");
}

#[test]
fn requests_a_gate_is_told_to_need() {
    let two_points = margin(0.02, 1.0);
    // usual, margin, share; as an independent computation
    // has them, from log-gamma functions and golden-section search.
    let pass = [
        (0.002, two_points, 0.05, 385),
        (0.0, two_points, 0.05, 266),
        (0.002, margin(0.002, 1.0), 0.05, 13_100),
        (0.02, two_points, 0.5, 1_566),
    ];
    for (usual, margin, share, known) in pass {
        let got = requests_to_pass(usual, margin, share, 0.05).unwrap();
        assert!(got.abs_diff(known) <= 1, "{usual}: {got} {known}");
    }
    let fail = [(0.1, 131), (0.5, 7), (1.0, 2)];
    for (rate, known) in fail {
        let got = requests_to_fail(rate, 0.002, two_points, 0.05, 0.05 / 3.0).unwrap();
        assert!(got.abs_diff(known) <= 1, "{rate}: {got} {known}");
    }
}

#[test]
fn what_can_never_be_shown_needs_no_number() {
    let none = Margin::NONE;
    assert_eq!(requests_to_pass(0.01, none, 0.1, 0.05), None);
    assert_eq!(requests_to_fail(0.01, 0.01, none, 0.1, 0.05), None);
    for bad in [f64::NAN, -0.1, 1.1] {
        assert_eq!(requests_to_pass(bad, none, 0.1, 0.05), None);
        assert_eq!(requests_to_fail(bad, 0.1, none, 0.1, 0.05), None);
    }
    for share in [f64::NAN, 0.0, 1.0, -1.0] {
        assert_eq!(requests_to_pass(0.01, margin(0.1, 1.0), share, 0.05), None);
    }
    for alpha in [f64::NAN, 0.0, 1.0, 2.0] {
        assert_eq!(requests_to_pass(0.01, margin(0.1, 1.0), 0.1, alpha), None);
    }
    let hairline = requests_to_pass(0.5, margin(1e-5, 1.0), 0.5, 0.05).unwrap();
    assert!(hairline > 1_000_000_000 && hairline < MOST_REQUESTS);
    assert_eq!(requests_to_pass(0.5, margin(1e-9, 1.0), 0.5, 0.05), None);
}

#[test]
fn the_needed_requests_do_what_they_say() {
    let margin = margin(0.02, 1.0);
    let n = requests_to_pass(0.0, margin, 0.05, 0.05).unwrap();
    let pass = |n: u64| judge_difference(counts(n, 0), counts(19 * n, 0), margin, 0.05, 0.05);
    assert_eq!(pass(n).verdict, Verdict::Pass);
    assert_eq!(pass(n - 1).verdict, Verdict::Inconclusive);
}

#[test]
fn no_evidence_is_never_a_verdict() {
    let some = counts(1_000_000, 0);
    let all_bad = counts(1_000_000, 1_000_000);
    let empty = Counts::default();
    for margin in [Margin::NONE, margin(0.5, 0.0), margin(1.0, 1.0)] {
        for (canary, stable) in [(empty, some), (some, empty), (all_bad, empty), (empty, empty)] {
            let judgement = judge_difference(canary, stable, margin, 0.05, 0.05);
            assert_eq!(judgement.verdict, Verdict::Inconclusive);
            sound(&judgement);
        }
    }
    let judgement = judge_limit(empty, 0.5, 0.05, 0.05);
    assert_eq!(judgement.verdict, Verdict::Inconclusive);
    assert_eq!(judgement.interval, (0.0, 1.0));
    let no_level = judge_limit(all_bad, 0.0, 0.0, f64::NAN);
    assert_eq!(no_level.verdict, Verdict::Inconclusive);
    sound(&no_level);
    assert_eq!(judge_limit(all_bad, f64::NAN, 0.05, 0.05).verdict, Verdict::Inconclusive);
}

#[test]
fn impossible_limits_are_refused_at_once() {
    let limit = |bad, limit| judge_limit(counts(100, bad), limit, 0.01, 0.01).verdict;
    assert_eq!(limit(1, 0.0), Verdict::Fail);
    assert_eq!(limit(0, 0.0), Verdict::Inconclusive);
    assert_eq!(limit(99, 1.0), Verdict::Pass);
    assert_eq!(limit(100, 1.0), Verdict::Inconclusive);
}

#[test]
fn extremes_are_judged() {
    let trillion = 1_000_000_000_000;
    let totals = [0, 1, 2, 1000, trillion, u64::MAX];
    let margins = [
        Margin::NONE,
        margin(0.02, 1.0),
        margin(0.0, 0.0),
        margin(0.0, 1e12),
        margin(-0.5, 1.0),
        margin(1.0, 1.0),
        margin(-1e300, 1e300),
        margin(1e-300, 1.0),
    ];
    let arms: Vec<Counts> = totals
        .iter()
        .flat_map(|&n| [0, 1, n / 1000, n / 2, n.saturating_sub(1), n].map(|k| (n, k.min(n))))
        .map(|(n, k)| counts(n, k))
        .collect();
    for &canary in &arms {
        for limit in [f64::NEG_INFINITY, 0.0, 1e-320, 1e-9, 0.5, 1.0, 2.0] {
            sound(&judge_limit(canary, limit, 0.05, 1e-300));
        }
        for &stable in &arms {
            for margin in margins {
                sound(&judge_difference(canary, stable, margin, 0.05, 0.01));
            }
        }
    }
}

/// At 10^12 requests per arm a difference of a millionth of a point shows, in
/// the right direction, and one of a thousandth of its error does not.
#[test]
fn a_trillion_requests_are_told_apart() {
    let n = 1_000_000_000_000;
    let usual = n / 500;
    let judge = |bad| judge_difference(counts(n, bad), counts(n, usual), Margin::NONE, 0.001, 0.001);
    assert_eq!(judge(usual + 1_000_000).verdict, Verdict::Fail);
    assert_eq!(judge(usual - 1_000_000).verdict, Verdict::Pass);
    assert_eq!(judge(usual + 60).verdict, Verdict::Inconclusive);
}
